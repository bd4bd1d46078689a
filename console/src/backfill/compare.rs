//! What of a PBX's list is missing with us. Pure.

use ingest::sources::listing::{Row, Staff};
use processor::fold::{MOST_EVENTS, SESSION_GAP};
use schemas::time::later;
use schemas::{Call, CallKey, Event, Heard, Origin, PbxState, Source, Timestamp, Verbatim, same_recording};
use uuid::Uuid;

/// Whether the row says something that nobody told: the call, its end or a recording of it. Of a call that ended between
/// `settled` and `now` webhooks may be under way: it is looked at the next time.
pub fn is_missing(source: &Source, row: &Row, call: Option<&Call>, settled: Timestamp, now: Timestamp) -> bool {
    if row.ended_at.is_some_and(|at| settled < at && at <= now) {
        return false;
    }
    let Some(call) = call else { return true };
    let (said, id) = (&row.reading.said, row.reading.event_id(&source.id));
    if call.events.iter().any(|heard| heard.id == id) {
        return false;
    }
    let far_before = |a: Timestamp, b: Timestamp| later(a, SESSION_GAP) < b;
    if said.started_at.is_some_and(|began| far_before(call.last_heard_at, began)) {
        return true;
    }
    if call.events.len() >= MOST_EVENTS {
        return false;
    }
    // Of a session id that was used again only the last call can be added to.
    if call.use_number > 1 && said.started_at.is_some_and(|began| far_before(began, call.started_at)) {
        return false;
    }
    let known = |url: &String| call.recordings.iter().any(|recording| same_recording(&recording.url, url));
    // A notification that was found says less than the row of the call.
    let found = |heard: &Heard| {
        heard.origin == Origin::Backfill || !matches!(heard.said.state, PbxState::Hangup | PbxState::Missed)
    };
    let fuller = said.talk_seconds.is_some() && call.talk_seconds.is_none() && call.events.iter().all(found);
    !call.ended() || call.presumed || fuller || !said.recordings().all(known)
}

/// Of a call that nothing else is known of: where nothing says when it began, that was not after its end was told.
pub fn beginning(row: &mut Row) {
    let said = &mut row.reading.said;
    said.started_at = said.started_at.or(row.ended_at);
}

/// Where the row belongs.
pub fn key(source: &Source, row: &Row) -> CallKey {
    CallKey { source: source.id.clone(), session: row.reading.session.as_str().into() }
}

/// An employee is named by the PBX's id alone, which webhooks may not say.
pub fn wants_name(row: &Row) -> bool {
    let who = &row.reading.said.who;
    who.pbx_id.is_some() && who.extension.is_none()
}

/// The row as an event, with the employee's extension.
pub fn event(source: &Source, row: Row, staff: &Staff, now: Timestamp) -> Event {
    let id = row.reading.event_id(&source.id);
    let mut said = row.reading.said;
    if said.who.extension.is_none() {
        let known = said.who.pbx_id.as_ref().and_then(|id| staff.get(&**id));
        said.who.extension = known.map(|extension| extension.as_str().into());
    }
    Event {
        id,
        receipt: Uuid::now_v7(),
        account: source.account.clone(),
        source: source.id.clone(),
        session: row.reading.session.into(),
        received_at: now,
        origin: Origin::Backfill,
        reading: 0,
        said,
        body: Verbatim { text: row.text, content_type: "application/json".to_owned(), ..Verbatim::default() },
    }
}
