//! `/rejected`: bodies that could not be read. The log is read forwards only, so the newest are looked for in windows that
//! reach back further and further.

use std::collections::VecDeque;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use backbone::log::Start;
use backbone::{Cursor, Topic};
use schemas::time::earlier;
use schemas::{Rejected, SourceId};

use super::fault::Fault;
use super::input::{Asked, limit};
use super::sources;
use crate::state::Console;
use crate::wire::{RejectedPage, RejectedQuery, RejectedRow};

const WINDOWS: [Duration; 5] = [
    Duration::from_mins(5),
    Duration::from_hours(1),
    Duration::from_hours(24),
    Duration::from_hours(7 * 24),
    Duration::from_hours(31 * 24),
];
/// Records read at once.
const CHUNK: usize = 200;
/// Records of one window looked at.
const LOOK: usize = 10_000;

/// `GET /rejected`
pub async fn list(
    State(console): State<Console>,
    Asked(query): Asked<RejectedQuery>,
) -> Result<Json<RejectedPage>, Fault> {
    let limit = usize::try_from(limit(query.limit)?).unwrap_or(usize::MAX);
    if let Some(id) = &query.source {
        sources::entry(&console, id.as_str()).await?;
    }
    let (rejected, more) = newest(&console, query.source.as_ref(), limit).await?;
    Ok(Json(RejectedPage { rejected, more }))
}

/// The newest, newest first, and whether older ones were not looked at.
pub async fn newest(
    console: &Console,
    source: Option<&SourceId>,
    limit: usize,
) -> Result<(Vec<RejectedRow>, bool), Fault> {
    let now = console.parts.clock.now();
    let mut best: Option<Vec<RejectedRow>> = None;
    for window in WINDOWS {
        let found = since(console, Start::Time(earlier(now, window)), source, limit).await?;
        let (rows, whole) = (found.rows, found.whole);
        if !whole && best.is_some() {
            // The end of this window was not reached: the shorter one before it holds newer ones.
            return Ok((best.unwrap_or_default(), true));
        }
        let (full, more) = (rows.len() >= limit, found.dropped);
        if full || !whole {
            return Ok((rows, more || !whole || window != WINDOWS[WINDOWS.len() - 1]));
        }
        best = Some(rows);
    }
    Ok((best.unwrap_or_default(), false))
}

struct Window {
    rows: Vec<RejectedRow>,
    /// It was read to its end.
    whole: bool,
    /// It held more than was wanted.
    dropped: bool,
}

async fn since(console: &Console, start: Start, source: Option<&SourceId>, limit: usize) -> Result<Window, Fault> {
    let mut rows: VecDeque<RejectedRow> = VecDeque::new();
    let (mut cursor, mut looked, mut dropped) = (Cursor::default(), 0, false);
    loop {
        let chunk = console.backbone().log.read(Topic::Rejected, start, &cursor, CHUNK).await?;
        if chunk.is_empty() {
            break;
        }
        for stored in &chunk {
            cursor.pass(stored.position);
        }
        looked += chunk.len();
        for row in chunk.iter().filter_map(|stored| read(&stored.record.value)) {
            if source.is_none_or(|only| *only == row.source) {
                rows.push_back(row);
                if rows.len() > limit {
                    rows.pop_front();
                    dropped = true;
                }
            }
        }
        if looked >= LOOK {
            return Ok(Window { rows: rows.into_iter().rev().collect(), whole: false, dropped });
        }
    }
    Ok(Window { rows: rows.into_iter().rev().collect(), whole: true, dropped })
}

fn read(value: &[u8]) -> Option<RejectedRow> {
    let read = serde_json::from_slice(value);
    let Rejected { receipt, account, source, received_at, reason, body } =
        read.map_err(|why| tracing::warn!(error = %why, "a rejected body's record cannot be read, not shown")).ok()?;
    Some(RejectedRow { receipt, account, source, received_at, reason, body })
}
