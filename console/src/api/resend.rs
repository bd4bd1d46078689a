//! `/rejected/resend`: bodies that could not be read, read again after a fix of the reader or of the source's settings.

use std::collections::HashMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use backbone::log::Start;
use backbone::{Cursor, Record, Stored, Topic};
use ingest::reread;
use processor::batch;
use schemas::time::earlier;
use schemas::{Rejected, Source, SourceId, Timestamp};
use uuid::Uuid;

use super::fault::Fault;
use super::input::Given;
use crate::state::Console;
use crate::wire::{Resend, Resent, ResentRow};

/// Of one request.
const RECEIPTS_MAX: usize = 100;
/// Records read at once.
const CHUNK: usize = 200;
/// A body may stand in the log so long after the time that its receipt tells: a spool may have held it.
const SPOOLED: Duration = Duration::from_hours(24);
/// And its receipt may be that much ahead of when it was noted.
const EARLIER: Duration = Duration::from_mins(1);

/// `POST /rejected/resend`
pub async fn post(State(console): State<Console>, Given(asked): Given<Resend>) -> Result<Json<Resent>, Fault> {
    if asked.receipts.is_empty() || asked.receipts.len() > RECEIPTS_MAX {
        return Err(Fault::invalid("so many receipts cannot be taken", format!("name 1 to {RECEIPTS_MAX}")));
    }
    let entries = console.backbone().directory.load().await?.sources;
    let sources: HashMap<SourceId, Source> =
        entries.into_iter().map(|entry| (entry.source.id.clone(), entry.source)).collect();
    let mut resent = Resent::default();
    for receipt in asked.receipts {
        let (taken, said) = one(&console, receipt, &sources).await?;
        resent.rows.push(ResentRow { receipt, taken, said });
    }
    Ok(Json(resent))
}

/// Resends one: whether it is taken, and into which session or why not. What was taken into that session is not sent again, also where
/// it is read as another event by now: that is for a replay of what was said.
async fn one(console: &Console, receipt: Uuid, sources: &HashMap<SourceId, Source>) -> Result<(bool, String), Fault> {
    let Some(rejected) = find(console, receipt).await? else {
        return Ok((false, "there is no such body any more".to_owned()));
    };
    let Some(source) = sources.get(&rejected.source) else {
        return Ok((false, format!("its source {} is gone", rejected.source)));
    };
    let event = match reread::event(source, &rejected) {
        Ok(event) => event,
        Err(unreadable) => return Ok((false, unreadable.reason)),
    };
    // In the log by when it came, so that the books find its receipt in one place.
    let record = Record::raw(&event, Uuid::now_v7(), event.received_at)?;
    let key = record.key.clone();
    let said = console.backbone().log.history(Topic::Raw, &key, earlier(event.received_at, EARLIER)).await?;
    let of_it = |stored: &Stored| batch::event(&stored.record).is_ok_and(|event| event.receipt == receipt);
    if said.iter().any(of_it) {
        return Ok((true, key));
    }
    console.backbone().log.append(vec![record]).await?;
    tracing::info!(%receipt, source = %event.source, "a rejected body was read again, and taken");
    Ok((true, key))
}

/// The body of a receipt. A receipt tells when it was made, so that only little of the log is read.
async fn find(console: &Console, receipt: Uuid) -> Result<Option<Rejected>, Fault> {
    let made = receipt.get_timestamp().map_or((0, 0), |made| made.to_unix());
    let Ok(made) = Timestamp::from_second(i64::try_from(made.0).unwrap_or(0)) else { return Ok(None) };
    let (start, end) = (Start::Time(earlier(made, EARLIER)), schemas::time::later(made, SPOOLED));
    let mut cursor = Cursor::default();
    loop {
        let chunk = console.backbone().log.read(Topic::Rejected, start, &cursor, CHUNK).await?;
        for stored in &chunk {
            cursor.pass(stored.position);
            match serde_json::from_slice::<Rejected>(&stored.record.value) {
                Ok(rejected) if rejected.receipt == receipt => return Ok(Some(rejected)),
                _ => {}
            }
        }
        if chunk.last().is_none_or(|last| last.record.at > end) {
            return Ok(None);
        }
    }
}
