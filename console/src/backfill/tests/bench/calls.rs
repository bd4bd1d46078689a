//! What webhooks told, what is in the log, and what it amounts to.

use std::time::Duration;

use backbone::log::Start;
use backbone::{Cursor, Topic};
use schemas::{Call, Event, Origin, PbxState, Said, Verbatim, Who};
use simulators::uis;
use uuid::Uuid;

use super::{Bench, before};

impl Bench {
    /// What a webhook told of a call.
    pub fn told(&self, call: &uis::Scenario, state: PbxState) -> Event {
        let extension = call.expected.answered_by.clone().unwrap();
        let said = Said { who: Who::extension(extension.as_str()), ..Said::only(state) };
        self.event(call, said)
    }

    /// Its end, with the recording.
    pub fn told_end(&self, call: &uis::Scenario) -> Event {
        let recording = call.expected.recordings.first().cloned();
        self.event(call, Said { recording, ..self.told(call, PbxState::Hangup).said })
    }

    fn event(&self, call: &uis::Scenario, said: Said) -> Event {
        let text = serde_json::to_string(&said).unwrap();
        Event {
            id: schemas::EventId::of(&[call.call_id.as_bytes(), text.as_bytes()]),
            receipt: Uuid::now_v7(),
            account: self.entry.source.account.clone(),
            source: self.entry.source.id.clone(),
            session: call.call_id.as_str().into(),
            received_at: before(Duration::from_mins(59)),
            origin: Origin::Webhook,
            reading: 0,
            said,
            body: Verbatim::default(),
        }
    }

    /// Puts the call of these events into the journal.
    pub async fn keep(&self, events: &[Event]) {
        let call = processor::fold::fold_all(events.iter().cloned()).unwrap();
        self.backbone.journal.keep(&[call]).await.unwrap();
    }

    /// Every event of the log.
    pub async fn events(&self) -> Vec<Event> {
        let read = self.backbone.log.read(Topic::Raw, Start::Oldest, &Cursor::default(), 20_000).await.unwrap();
        read.iter().map(|stored| serde_json::from_slice(&stored.record.value).unwrap()).collect()
    }

    /// Folds what is in the log into the calls of the journal, as the processor does.
    pub async fn fold(&self) {
        for event in self.events().await {
            let known = self.backbone.journal.newest(&[event.key()]).await.unwrap().remove(0);
            let (call, _) = processor::fold::fold(known, event);
            self.backbone.journal.keep(&[call]).await.unwrap();
        }
    }

    pub async fn call(&self, session: &str) -> Call {
        let id = schemas::CallId(format!("acme-pbx/{session}"));
        self.backbone.journal.call(&id).await.unwrap().unwrap()
    }
}
