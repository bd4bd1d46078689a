//! What is missing of a page of the list goes into the log.

use backbone::{Error, Record};
use ingest::sources::listing::{Row, Staff};
use schemas::{CallKey, Event, Timestamp};

use super::asker::Asker;
use super::round::Stop;
use super::{Asked, Backfill, compare};

/// Keys looked up at once.
const KEYS: usize = 500;

/// Compares the rows with the journal, and appends what is missing. Until it is folded it would be found missing again: then it is
/// the same event.
pub async fn missing(
    worker: &Backfill,
    of: &Asked,
    asker: &mut Asker<'_>,
    rows: Vec<Row>,
    settled: Timestamp,
) -> Result<(), Stop> {
    let (source, now, count) = (&of.entry.source, worker.clock.now(), rows.len());
    let mut missing = Vec::new();
    let mut rows = rows.into_iter();
    loop {
        let some: Vec<Row> = rows.by_ref().take(KEYS).collect();
        if some.is_empty() {
            break;
        }
        let keys: Vec<CallKey> = some.iter().map(|row| compare::key(source, row)).collect();
        let calls = worker.backbone.journal.newest(&keys).await?;
        let pairs = some.into_iter().zip(calls);
        let gone = pairs.filter(|(row, call)| compare::is_missing(source, row, call.as_ref(), settled, now));
        missing.extend(gone.map(|(mut row, call)| {
            if call.is_none() {
                compare::beginning(&mut row);
            }
            row
        }));
    }
    let staff = if missing.iter().any(compare::wants_name) { asker.staff(now).await? } else { Staff::new() };
    let raw = |event: Event| Record::raw(&event, event.receipt, event.received_at);
    let events = missing.into_iter().map(|row| raw(compare::event(source, row, &staff, now)));
    let events = events.collect::<Result<Vec<Record>, Error>>()?;
    let found = events.len();
    if found > 0 {
        worker.backbone.log.append(events).await?;
        tracing::info!(source = %source.id, list = of.list.name(), found, "backfill: the PBX's list told what no webhook did");
    }
    worker.metrics.compared(of, count, found);
    Ok(())
}
