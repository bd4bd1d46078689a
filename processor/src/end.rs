//! The presumed end: what the processor says itself when a call's time is up.

use schemas::{Call, Event, EventId, Origin, PbxState, Said, Timestamp, Verbatim};
use uuid::Uuid;

/// The event that ends `call` by time. Its id comes from the call and from what it had last heard, so that said twice it
/// is one event.
pub fn presumed_end(call: &Call, now: Timestamp) -> Event {
    let until = call.last_heard_at;
    let id = EventId::of(&[b"presumed-end", call.id.as_str().as_bytes(), until.to_string().as_bytes()]);
    Event {
        id,
        receipt: Uuid::now_v7(),
        account: call.account.clone(),
        source: call.source.clone(),
        session: call.session.clone(),
        received_at: now,
        origin: Origin::Clock,
        reading: 0,
        said: Said { heard_until: Some(until), ..Said::only(PbxState::PresumedEnd) },
        body: Verbatim::default(),
    }
}
