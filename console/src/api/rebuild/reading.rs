//! Events of `calls.raw` for a rebuild: as they were read when they came, or read again by the readers as they are now.

use std::collections::HashMap;

use backbone::Stored;
use ingest::reread;
use schemas::{Event, EventId, Said, Source, SourceId, Unread};

/// How events are read.
pub struct Reading {
    /// Read the bodies again; by source. None: as they were read.
    sources: Option<HashMap<SourceId, Source>>,
}

/// All that was said of a session.
#[derive(Default)]
pub struct History {
    /// Its events, in the order received.
    pub events: Vec<Event<Unread>>,
    /// Those that are now read otherwise, as they are to be kept.
    pub changed: Vec<Event>,
    /// How many can no longer be read: they stay as they were.
    pub unreadable: u64,
}

impl Reading {
    /// As they were read, or by the readers of these sources.
    pub fn new(sources: Option<Vec<Source>>) -> Self {
        let by_id = |sources: Vec<Source>| sources.into_iter().map(|source| (source.id.clone(), source)).collect();
        Self { sources: sources.map(by_id) }
    }

    /// One event; its body is not kept.
    pub fn event(&self, value: &[u8]) -> Option<Event<Unread>> {
        let Some(sources) = &self.sources else { return serde_json::from_slice(value).ok() };
        let mut event: Event = serde_json::from_slice(value).ok()?;
        if let Some(Ok(said)) = sources.get(&event.source).and_then(|source| reread::said(source, &event)) {
            event.said = said;
        }
        Some(without_body(event))
    }

    /// All of a session.
    pub fn history(&self, records: &[Stored]) -> History {
        let events = records.iter().filter_map(|stored| serde_json::from_slice::<Event>(&stored.record.value).ok());
        let events: Vec<Event> = events.collect();
        let mut counts: HashMap<EventId, (u32, Said)> = HashMap::new();
        for event in &events {
            let known = counts.entry(event.id).or_insert_with(|| (event.reading, event.said.clone()));
            if event.reading > known.0 {
                *known = (event.reading, event.said.clone());
            }
        }
        let mut history = History::default();
        for event in events.iter().filter(|_| self.sources.is_some()) {
            let source = self.sources.as_ref().and_then(|sources| sources.get(&event.source));
            match source.and_then(|source| reread::said(source, event)) {
                Some(Ok(said)) => {
                    if let Some(known) = counts.get_mut(&event.id).filter(|known| known.1 != said) {
                        *known = (known.0 + 1, said.clone());
                        history.changed.push(Event { reading: known.0, said, ..event.clone() });
                    }
                }
                Some(Err(_)) => history.unreadable += 1,
                None => {}
            }
        }
        history.events = events.into_iter().chain(history.changed.iter().cloned()).map(without_body).collect();
        history
    }
}

fn without_body(event: Event) -> Event<Unread> {
    let Event { id, receipt, account, source, session, received_at, origin, reading, said, .. } = event;
    Event { id, receipt, account, source, session, received_at, origin, reading, said, body: Unread }
}
