//! Records of `calls.raw` as ingest writes them: 1,000,000 events of about 357,000 sessions, interleaved, the same ones at
//! every run. Four calls in five are RINGING, ANSWERED, HANGUP; the fifth is RINGING, MISSED.

use std::time::Duration;

use anyhow::Result;
use schemas::time::later;
use schemas::{Direction, Event, EventId, Origin, PbxState, Phone, Said, SourceId, Timestamp, Verbatim, Who};
use uuid::Uuid;

use crate::webhook;

/// Calls under way at once, one event of each in turn by chance.
const UNDER_WAY: usize = 1_000;
/// 2026-11-01, in milliseconds.
const BEGIN_MS: i64 = 1_793_491_200_000;

/// Makes the records in order.
pub struct Records {
    chance: fastrand::Rng,
    under_way: Vec<Session>,
    begun: u32,
    made: u32,
    source: SourceId,
    begin: Timestamp,
}

#[derive(Clone, Copy)]
struct Session {
    number: u32,
    said: usize,
    states: &'static [PbxState],
}

impl Records {
    /// From the first one, of a fixed time.
    pub fn new() -> Result<Self> {
        Self::since(Timestamp::from_millisecond(BEGIN_MS)?)
    }

    /// From the first one, received at `begin`; each of the others a millisecond later.
    pub fn since(begin: Timestamp) -> Result<Self> {
        let source = webhook::SOURCE.parse()?;
        let chance = fastrand::Rng::with_seed(7);
        let mut records = Self { chance, under_way: Vec::new(), begun: 0, made: 0, source, begin };
        records.under_way = (0..UNDER_WAY).map(|_| records.session()).collect();
        Ok(records)
    }

    fn session(&mut self) -> Session {
        self.begun += 1;
        let states: &[PbxState] = if self.begun.is_multiple_of(5) {
            &[PbxState::Ringing, PbxState::Missed]
        } else {
            &[PbxState::Ringing, PbxState::Answered, PbxState::Hangup]
        };
        Session { number: self.begun, said: 0, states }
    }

    /// The next `count` records, each with its key, as it stands in the log.
    pub fn batch(&mut self, count: usize) -> Result<Vec<(String, Vec<u8>)>> {
        (0..count).map(|_| self.record()).collect()
    }

    fn record(&mut self) -> Result<(String, Vec<u8>)> {
        let at = self.chance.usize(..UNDER_WAY);
        let session = self.under_way[at];
        let state = session.states[session.said];
        self.under_way[at].said += 1;
        if self.under_way[at].said == session.states.len() {
            self.under_way[at] = self.session();
        }
        self.made += 1;
        let event = self.event(session.number, state)?;
        Ok((event.key().to_string(), serde_json::to_vec(&event)?))
    }

    fn event(&mut self, number: u32, state: PbxState) -> Result<Event> {
        let word = match state {
            PbxState::Ringing => "RINGING",
            PbxState::Answered => "ANSWERED",
            PbxState::Hangup => "HANGUP",
            PbxState::Missed | PbxState::PresumedEnd | PbxState::Rebuilt => "MISSED",
        };
        let text = webhook::body(number, word);
        let phone =
            |digits: String| Phone { e164: Some(format!("+{digits}").into()), said: digits.into(), anonymous: false };
        let recording = format!("https://app.uiscom.ru/system/media/talk/{number}/2f1b0c/");
        let said = Said {
            direction: Some(Direction::Incoming),
            client: Some(phone((79_160_000_000 + u64::from(number)).to_string())),
            line: Some(phone("74951112233".to_owned())),
            who: if state == PbxState::Missed { Who::default() } else { Who::extension("101") },
            recording: (state == PbxState::Hangup).then_some(recording),
            ..Said::only(state)
        };
        Ok(Event {
            id: EventId::of(&[text.as_bytes()]),
            receipt: Uuid::from_u128(self.chance.u128(..)),
            account: "bench".parse()?,
            source: self.source.clone(),
            session: number.to_string().into(),
            received_at: later(self.begin, Duration::from_millis(self.made.into())),
            origin: Origin::Webhook,
            reading: 0,
            said,
            body: Verbatim { text, content_type: "application/json".to_owned(), ..Verbatim::default() },
        })
    }
}
