//! The set of a call's distinct events: cheap to add to. The call is derived from it only where somebody asks.

use std::time::Duration;

use schemas::{Call, Event, Heard, Origin, PbxState, Text};

use super::derive::{self, Whose};

/// The same session id heard again after this long without a word belongs to a new call.
pub const SESSION_GAP: Duration = Duration::from_hours(6);
/// A call takes at most so many distinct ringings, and so many of all else that a PBX says; what comes after that is counted
/// and left out. What Ringfold says itself is never left out: of presumed ends there is at most one after each of the others.
pub const MOST_EVENTS: usize = 200;

/// What an event did to its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It made the call, or the next revision of it.
    Changed,
    /// It had been said before, and this copy was received earlier: the same revision with an earlier time.
    Earlier,
    /// It had been said before.
    Repeated,
    /// One event too many: the call holds [`MOST_EVENTS`] of its kind already.
    Ignored,
}

/// All that a call is made of: which one it is, and its distinct events. Never empty.
#[derive(Debug, Clone)]
pub struct Set {
    whose: Whose,
    events: Vec<Heard>,
}

impl Set {
    /// The first event of a call; `use_number` from 1.
    pub fn begin<B>(event: Event<B>, use_number: u32) -> Self {
        let id = event.key().call_id(use_number);
        let (account, source, session) = (event.account.clone(), event.source.clone(), event.session.clone());
        let heard = heard(event);
        // A call is three events, mostly.
        let mut events = Vec::with_capacity(3);
        events.push(heard);
        Self { whose: Whose { id, account, source, session, use_number }, events }
    }

    /// Adds an event of the same session, or begins the session's next call with it.
    pub fn add<B>(&mut self, event: Event<B>) -> Change {
        if self.begins_anew(&event) {
            *self = Self::begin(event, self.whose.use_number.saturating_add(1));
            return Change::Changed;
        }
        if let Some(known) = self.events.iter_mut().find(|known| known.id == event.id) {
            return again(known, event);
        }
        if self.is_full(event.said.state) {
            return Change::Ignored;
        }
        self.events.push(heard(event));
        Change::Changed
    }

    /// The call is over by what was heard until now.
    pub fn ended(&self) -> bool {
        derive::end(&self.events).is_some()
    }

    /// Derives the call.
    pub fn into_call(self) -> Call {
        derive::call(self.whose, self.events)
    }

    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let texts = self.whose.id.as_str().len() + self.whose.session.beyond();
        size_of::<Self>() + texts + self.events.iter().map(bytes).sum::<usize>()
    }

    /// Only what begins a call can begin another one: a recording may come days later and still belong to the old call. What
    /// a PBX says when asked tells a whole call, and when it began.
    pub(crate) fn begins_anew<B>(&self, event: &Event<B>) -> bool {
        let began = match (event.origin, event.said.state) {
            (Origin::Backfill, _) => event.said.started_at.filter(|began| *began <= event.received_at),
            (_, PbxState::Ringing | PbxState::Answered) => Some(event.received_at),
            _ => None,
        };
        let last = derive::last_heard_at(&self.events);
        began.is_some_and(|began| began > last && began.duration_since(last).unsigned_abs() > SESSION_GAP)
    }

    /// Whether one more event that says this would be left out. Ringings are counted apart, so that however many of them come,
    /// an answer and an end still find room.
    pub fn is_full(&self, state: PbxState) -> bool {
        let rings = |state| state == PbxState::Ringing;
        let alike = |heard: &&Heard| heard.said.state.of_the_pbx() && rings(heard.said.state) == rings(state);
        self.events.len() >= MOST_EVENTS
            && state.of_the_pbx()
            && self.events.iter().filter(alike).count() >= MOST_EVENTS
    }
}

impl From<Call> for Set {
    fn from(call: Call) -> Self {
        let Call { id, account, source, session, use_number, events, .. } = call;
        Self { whose: Whose { id, account, source, session, use_number }, events }
    }
}

fn heard<B>(event: Event<B>) -> Heard {
    let Event { id, received_at: at, origin, reading, said, .. } = event;
    Heard { id, at, origin, reading, said }
}

/// What was said before: of its copies the set keeps the earliest time of receipt and the latest reading, and that a webhook brought it
/// where one did, whichever was folded first.
fn again<B>(known: &mut Heard, event: Event<B>) -> Change {
    let earlier = event.received_at < known.at;
    if earlier {
        known.at = event.received_at;
    }
    let told = known.origin == Origin::Backfill && event.origin != Origin::Backfill;
    let better = event.reading > known.reading || told && event.reading == known.reading;
    if told {
        known.origin = event.origin;
    }
    if better {
        known.reading = event.reading;
        known.said = event.said;
    }
    if better || told {
        return Change::Changed;
    }
    if earlier { Change::Earlier } else { Change::Repeated }
}

/// Of memory; short texts stand in the event itself.
fn bytes(heard: &Heard) -> usize {
    const ADDED: usize = 16;
    let said = &heard.said;
    let phones = [&said.client, &said.line].into_iter().flatten();
    let phones = phones.flat_map(|phone| [Some(&phone.said), phone.e164.as_ref()]).flatten();
    let who = [&said.who.extension, &said.who.sip, &said.who.phone, &said.who.pbx_id].into_iter().flatten();
    let marks = said.marketing.marks.iter().map(|(name, value)| 2 * ADDED + name.len() + value.len());
    let recording = said.recordings().map(|url| ADDED + url.len());
    let texts = phones.chain(who).map(Text::beyond).chain(marks).chain(recording).sum::<usize>();
    size_of::<Heard>() + texts + said.unknown.beyond()
}
