//! From the set of a call's events to the call.

use schemas::{
    AccountId, Call, CallId, CallState, Direction, Heard, Leg, Marketing, Origin, Outcome, PbxState, Phone, SourceId,
    Talk, Text, Timestamp,
};

use super::people::People;
use super::rank::{self, asked, disagreements, ends, first, ranked, said, talked, told};

/// What does not come from events: which call it is.
#[derive(Debug, Clone)]
pub struct Whose {
    pub id: CallId,
    pub account: AccountId,
    pub source: SourceId,
    pub session: Text,
    pub use_number: u32,
}

/// Derives the call; the order of the events does not matter.
pub fn call(whose: Whose, mut events: Vec<Heard>) -> Call {
    // By time of receipt; at the same instant by what a call does first, then by id: a total order over the set.
    events.sort_unstable_by(|a, b| (a.at, a.said.state, &a.id).cmp(&(b.at, b.said.state, &b.id)));
    let end = end(&events);
    let answered = answered(&events);
    let people = People::of(&events);
    let state = match (end, answered) {
        (Some(_), _) => CallState::Ended,
        (None, true) => CallState::Talking,
        (None, false) => CallState::Ringing,
    };
    let picked_up = ranked(&events).find(|event| event.said.state == PbxState::Answered);
    let started_at = started_at(&events);
    let outcome = end.map(|_| if answered { Outcome::Answered } else { Outcome::Missed });
    let mut call = Call {
        id: whose.id,
        account: whose.account,
        source: whose.source,
        session: whose.session,
        use_number: whose.use_number,
        revision: u32::try_from(events.len()).unwrap_or(u32::MAX),
        direction: first(&events, |event| event.said.direction).unwrap_or(Direction::Incoming),
        state,
        outcome,
        presumed: end.is_some_and(|event| event.said.state == PbxState::PresumedEnd),
        client: first(&events, |event| event.said.client.as_ref()).cloned(),
        line: first(&events, |event| event.said.line.as_ref()).cloned(),
        legs: legs(&events, &people),
        talks: if answered { talks(&events, &people) } else { Vec::new() },
        recordings: rank::recordings(&events),
        marketing: marketing(&events),
        started_at,
        answered_at: picked_up.filter(|_| answered).map(|event| event.at),
        ended_at: end.map(|event| rank::ended(event).max(started_at)),
        talk_seconds: talk_seconds(&events, answered),
        wait_seconds: first(&events, |event| event.said.wait_seconds),
        last_heard_at: last_heard_at(&events),
        anomalies: anomalies(&events, answered),
        events,
    };
    let differs = disagreements(&call, |event| people.whole(&event.said.who).clone());
    call.anomalies.extend(differs);
    call
}

/// When the first word came. Where that is one that was asked for, as early as any such word says: one may not know the beginning.
fn started_at(events: &[Heard]) -> Timestamp {
    let first = events.first();
    let asked =
        asked(events).map(rank::began).min().filter(|_| first.is_some_and(|event| event.origin == Origin::Backfill));
    asked.or(first.map(rank::began)).unwrap_or(Timestamp::MIN)
}

/// The last thing heard, but for presumed ends where there is anything else; in any order of the events.
pub fn last_heard_at(events: &[Heard]) -> Timestamp {
    let first = || events.iter().map(|event| event.at).min();
    said(events).map(|event| event.at).max().or_else(first).unwrap_or(Timestamp::MIN)
}

/// The event that ended the call: the first end that was said, by the PBX itself or else when asked, or else a presumed end
/// that nothing came after. Whether there is one does not depend on the order of the events.
pub fn end(events: &[Heard]) -> Option<&Heard> {
    ranked(events).find(|event| ends(event)).or_else(|| {
        let last_heard_at = last_heard_at(events);
        let counts = |event: &&Heard| {
            event.said.state == PbxState::PresumedEnd
                && event.said.heard_until.is_some_and(|until| last_heard_at <= until)
        };
        events.iter().find(counts)
    })
}

/// Somebody talked. An answer counts unless the PBX says in the end that there were 0 seconds of talk: of a callback the
/// employee answers, and then nobody else may. What it says when asked counts only where no end was told.
fn answered(events: &[Heard]) -> bool {
    let of = |state: PbxState| told(events).filter(move |event| event.said.state == state);
    of(PbxState::Hangup).any(talked)
        || of(PbxState::Answered).next().is_some()
            && !of(PbxState::Missed).any(|event| event.said.talk_seconds == Some(0))
        || !told(events).any(ends) && asked(events).any(talked)
}

/// Of a call that was answered, what says more than nothing goes before. Of another one, what was said when asked is none.
fn talk_seconds(events: &[Heard], answered: bool) -> Option<u32> {
    let seconds = |event: &Heard| event.said.talk_seconds;
    if answered {
        let least = |least: u32| first(events, |event| seconds(event).filter(|seconds| *seconds >= least));
        return least(1).or_else(|| least(0));
    }
    told(events).find_map(seconds).or_else(|| asked(events).filter_map(seconds).find(|seconds| *seconds == 0))
}

fn legs(events: &[Heard], people: &People) -> Vec<Leg> {
    let mut legs: Vec<Leg> = Vec::new();
    for event in ranked(events).filter(|event| !event.said.who.is_empty()) {
        let who = people.whole(&event.said.who);
        let at = legs.iter().position(|leg| leg.who == *who).unwrap_or_else(|| {
            legs.push(Leg { who: who.clone(), rang_at: None, answered_at: None });
            legs.len() - 1
        });
        let time = match event.said.state {
            PbxState::Ringing => &mut legs[at].rang_at,
            PbxState::Answered => &mut legs[at].answered_at,
            _ => continue,
        };
        time.get_or_insert(event.at);
    }
    legs
}

/// One talk for each answer. Where no answer was heard of, the end of one tells who talked; and where nobody was named, what
/// was said when asked.
fn talks(events: &[Heard], people: &People) -> Vec<Talk> {
    let of = |state: PbxState| told(events).filter(move |event| event.said.state == state && talked(event));
    let mut found: Vec<&Heard> = of(PbxState::Answered).collect();
    if found.is_empty() {
        // The end of the call and the recording of a talk are two words about it, and one may name nobody.
        found = named(of(PbxState::Hangup).collect());
    }
    let mut listed = named(asked(events).filter(|event| talked(event)).collect()).into_iter();
    if found.is_empty() {
        found = listed.by_ref().collect();
    }
    let mut talks: Vec<Talk> = Vec::new();
    for event in found {
        let who = people.whole(&event.said.who);
        // The same employee twice in a row is one talk said in two ways.
        if talks.last().is_none_or(|last| last.who != *who) {
            talks.push(Talk { who: who.clone(), began_at: rank::answered(event) });
        }
    }
    if let [talk] = talks.as_mut_slice()
        && talk.who.is_empty()
        && let Some(event) = listed.next()
    {
        talk.who = people.whole(&event.said.who).clone();
    }
    talks
}

/// Those that name somebody, or all where none does.
fn named(mut events: Vec<&Heard>) -> Vec<&Heard> {
    if events.iter().any(|event| !event.said.who.is_empty()) {
        events.retain(|event| !event.said.who.is_empty());
    }
    events
}

fn marketing(events: &[Heard]) -> Marketing {
    let mut marketing = Marketing::default();
    for (name, value) in ranked(events).flat_map(|event| &event.said.marketing.marks) {
        marketing.marks.entry(name.clone()).or_insert_with(|| value.clone());
    }
    marketing
}

fn anomalies(events: &[Heard], answered: bool) -> Vec<String> {
    let mut anomalies = Vec::new();
    if answered && told(events).any(|event| event.said.state == PbxState::Missed) {
        anomalies.push("said to be missed and to be answered: answered counts".to_owned());
    }
    let mut clients = said(events).filter_map(|event| event.said.client.as_ref()).map(number);
    if let Some(first) = clients.next()
        && clients.any(|other| other != first)
    {
        anomalies.push("several numbers were said for the client: the first counts".to_owned());
    }
    if said(events).any(|event| event.said.state == PbxState::Answered && event.said.who.is_empty()) {
        anomalies.push("answered, and not said by whom".to_owned());
    }
    anomalies
}

/// What tells numbers apart.
fn number(phone: &Phone) -> &str {
    phone.e164.as_deref().unwrap_or(&phone.said)
}
