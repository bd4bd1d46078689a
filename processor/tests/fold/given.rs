//! Short ways to say what a PBX said.

use std::time::Duration;

use processor::Change;
use schemas::time::later;
use schemas::{Call, Event, EventId, Origin, PbxState, Phone, Said, Timestamp, Verbatim, Who};
use uuid::Uuid;

pub fn at(seconds: u64) -> Timestamp {
    later(Timestamp::from_second(1_800_000_000).unwrap(), Duration::from_secs(seconds))
}

/// An event whose id is made of what it says, as ingest makes it.
pub fn event(state: PbxState, who: &str, second: u64) -> Event {
    let mut said = Said::only(state);
    said.client = Some(Phone::read("79161112233", "RU"));
    if !who.is_empty() {
        said.who = Who::extension(who);
    }
    sealed(said, second)
}

pub fn sealed(said: Said, second: u64) -> Event {
    Event {
        id: EventId::of(&[serde_json::to_string(&said).unwrap().as_bytes()]),
        receipt: Uuid::now_v7(),
        account: "acme".parse().unwrap(),
        source: "acme-uis".parse().unwrap(),
        session: "17".into(),
        received_at: at(second),
        origin: Origin::Webhook,
        reading: 0,
        said,
        body: Verbatim::default(),
    }
}

/// What a PBX says when asked; told from what it says by itself.
pub fn listed(said: Said, second: u64) -> Event {
    let id = EventId::of(&[serde_json::to_string(&said).unwrap().as_bytes(), b"asked"]);
    Event { id, origin: Origin::Backfill, ..sealed(said, second) }
}

pub fn ringing(who: &str, second: u64) -> Event {
    event(PbxState::Ringing, who, second)
}

pub fn answered(who: &str, second: u64) -> Event {
    event(PbxState::Answered, who, second)
}

pub fn missed(second: u64) -> Event {
    event(PbxState::Missed, "", second)
}

pub fn hangup(who: &str, url: &str, second: u64) -> Event {
    let mut event = event(PbxState::Hangup, who, second);
    event.said.recording = (!url.is_empty()).then(|| url.to_owned());
    sealed(event.said, second)
}

/// The call that these events, in this order, fold to.
pub fn call(events: &[Event]) -> Call {
    processor::fold::fold_all(events.iter().cloned()).unwrap()
}

/// What comes of one more event.
pub fn then(call: &Call, event: &Event) -> (Call, Change) {
    processor::fold(Some(call.clone()), event.clone())
}
