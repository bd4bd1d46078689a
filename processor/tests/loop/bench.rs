//! A processor on a fresh backbone, and words to put before it.

use std::sync::Arc;
use std::time::Duration;

use backbone::embedded::Embedded;
use backbone::follow::Follower as _;
use backbone::log::Start;
use backbone::{Backbone, Cursor, Record, Topic};
use processor::{Processor, ProcessorMetrics};
use schemas::time::{earlier, later};
use schemas::{Call, Clock, Event, EventId, Origin, PbxState, Phone, Said, Timestamp, Verbatim, Who};
use uuid::Uuid;

/// A backbone in a directory of its own.
pub struct Bench {
    pub backbone: Backbone,
    _embedded: Embedded,
    _dir: tempfile::TempDir,
}

impl Bench {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        Self { backbone: embedded.backbone(), _embedded: embedded, _dir: dir }
    }

    pub async fn say(&self, events: &[Event]) {
        self.backbone.log.append(events.iter().map(record).collect()).await.unwrap();
    }

    /// Runs a processor of its own until it has read everything and the clock has nothing to say.
    pub async fn run(&self) {
        let mut reader = self.backbone.log.consumer("processor", Topic::Raw, Start::Oldest).await.unwrap();
        let mut processor = processor(&self.backbone);
        loop {
            let before = self.count(Topic::Raw).await;
            processor.turn(reader.as_mut()).await.unwrap();
            let unread = !reader.poll(1, Duration::ZERO).await.unwrap().records.is_empty();
            reader.rewind().await.unwrap();
            if !unread && self.count(Topic::Raw).await == before {
                return;
            }
        }
    }

    pub async fn count(&self, topic: Topic) -> usize {
        self.all(topic).await.len()
    }

    pub async fn all(&self, topic: Topic) -> Vec<Record> {
        let stored = self.backbone.log.read(topic, Start::Oldest, &Cursor::default(), 100_000).await.unwrap();
        stored.into_iter().map(|stored| stored.record).collect()
    }

    pub async fn calls(&self, topic: Topic) -> Vec<Call> {
        let records = self.all(topic).await;
        records.iter().filter(|r| !r.value.is_empty()).map(|r| serde_json::from_slice(&r.value).unwrap()).collect()
    }
}

pub fn processor(backbone: &Backbone) -> Processor {
    Processor::new(backbone.clone(), Arc::new(Clock::default()), ProcessorMetrics::default())
}

pub fn record(event: &Event) -> Record {
    Record {
        topic: Topic::Raw,
        key: event.key().to_string(),
        id: event.receipt,
        at: event.received_at,
        due: None,
        value: serde_json::to_vec(event).unwrap(),
    }
}

/// So many seconds before now.
pub fn ago(seconds: u64) -> Timestamp {
    let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap();
    earlier(now, Duration::from_secs(seconds))
}

pub fn event(session: &str, state: PbxState, at: Timestamp) -> Event {
    let mut said = Said::only(state);
    said.client = Some(Phone::read("79161112233", "RU"));
    said.who = if state == PbxState::Missed { Who::default() } else { Who::extension("101") };
    said.recording = (state == PbxState::Hangup).then(|| format!("https://r/{session}"));
    Event {
        id: EventId::of(&[session.as_bytes(), serde_json::to_string(&said).unwrap().as_bytes()]),
        receipt: Uuid::now_v7(),
        account: "acme".parse().unwrap(),
        source: "acme-uis".parse().unwrap(),
        session: session.into(),
        received_at: at,
        origin: Origin::Webhook,
        reading: 0,
        said,
        body: Verbatim::default(),
    }
}

/// A whole answered call that began then.
pub fn answered_call(session: &str, began: Timestamp) -> [Event; 3] {
    let at = |second| later(began, Duration::from_secs(second));
    [
        event(session, PbxState::Ringing, at(0)),
        event(session, PbxState::Answered, at(5)),
        event(session, PbxState::Hangup, at(60)),
    ]
}
