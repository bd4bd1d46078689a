//! From the set of a call's events to the call.

use schemas::{
    AccountId, Call, CallId, CallState, Direction, Heard, Leg, Marketing, Origin, Outcome, PbxState, Phone, Recording,
    SourceId, Talk, Text, Timestamp,
};

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
    let answered = said(&events).any(talked);
    let state = match (end, answered) {
        (Some(_), _) => CallState::Ended,
        (None, true) => CallState::Talking,
        (None, false) => CallState::Ringing,
    };
    let answered_at = said(&events).find(|event| event.said.state == PbxState::Answered).map(|event| event.at);
    let outcome = end.map(|_| if answered { Outcome::Answered } else { Outcome::Missed });
    Call {
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
        legs: legs(&events),
        talks: talks(&events),
        recordings: recordings(&events),
        marketing: marketing(&events),
        started_at: events.first().map_or(Timestamp::MIN, |event| event.at),
        answered_at,
        ended_at: end.map(|event| event.at),
        talk_seconds: first(&events, |event| event.said.talk_seconds),
        wait_seconds: first(&events, |event| event.said.wait_seconds),
        last_heard_at: last_heard_at(&events),
        anomalies: anomalies(&events, answered),
        events,
    }
}

/// What a PBX said, and not the clock.
fn said(events: &[Heard]) -> impl Iterator<Item = &Heard> {
    events.iter().filter(|event| event.said.state != PbxState::PresumedEnd)
}

/// The last thing heard, but for presumed ends where there is anything else; in any order of the events.
pub fn last_heard_at(events: &[Heard]) -> Timestamp {
    let first = || events.iter().map(|event| event.at).min();
    said(events).map(|event| event.at).max().or_else(first).unwrap_or(Timestamp::MIN)
}

/// The event that ended the call: the first end that was said, or else a presumed end that nothing came after. Whether there
/// is one does not depend on the order of the events.
pub fn end(events: &[Heard]) -> Option<&Heard> {
    let ends = |event: &&Heard| matches!(event.said.state, PbxState::Hangup | PbxState::Missed);
    said(events).find(ends).or_else(|| {
        let last_heard_at = last_heard_at(events);
        let counts = |event: &&Heard| {
            event.said.state == PbxState::PresumedEnd
                && event.said.heard_until.is_some_and(|until| last_heard_at <= until)
        };
        events.iter().find(counts)
    })
}

/// Somebody talked: it was answered, or there is something of a talk. In seed 003 HANGUP is sent for recorded talks only.
fn talked(event: &Heard) -> bool {
    match event.said.state {
        PbxState::Answered => true,
        PbxState::Hangup => event.said.recording.is_some() || event.said.talk_seconds.is_none_or(|seconds| seconds > 0),
        _ => false,
    }
}

/// The first that says it; what a PBX said by itself goes before what it said when asked.
fn first<'a, T>(events: &'a [Heard], what: impl Fn(&'a Heard) -> Option<T>) -> Option<T> {
    let by = |wanted: fn(Origin) -> bool| said(events).filter(move |event| wanted(event.origin));
    by(|origin| origin != Origin::Backfill)
        .find_map(&what)
        .or_else(|| by(|origin| origin == Origin::Backfill).find_map(&what))
}

fn legs(events: &[Heard]) -> Vec<Leg> {
    let mut legs: Vec<Leg> = Vec::new();
    let of_one = |event: &&Heard| {
        !event.said.who.is_empty()
            && matches!(event.said.state, PbxState::Ringing | PbxState::Answered | PbxState::Hangup)
    };
    for event in said(events).filter(of_one) {
        let known = legs.iter().position(|leg| leg.who == event.said.who);
        let at = known.unwrap_or_else(|| {
            legs.push(Leg { who: event.said.who.clone(), rang_at: None, answered_at: None });
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

/// One talk for each answer. Where no answer was heard of, a recorded talk tells who talked.
fn talks(events: &[Heard]) -> Vec<Talk> {
    let of = |state: PbxState| {
        let mut talks: Vec<Talk> = Vec::new();
        for event in events.iter().filter(|event| event.said.state == state && talked(event)) {
            // The same employee twice in a row is one talk said in two ways.
            if talks.last().is_none_or(|last| last.who != event.said.who) {
                talks.push(Talk { who: event.said.who.clone(), began_at: event.at });
            }
        }
        talks
    };
    let answered = of(PbxState::Answered);
    if answered.is_empty() { of(PbxState::Hangup) } else { answered }
}

fn recordings(events: &[Heard]) -> Vec<Recording> {
    let mut recordings: Vec<Recording> = Vec::new();
    for event in said(events) {
        let Some(url) = &event.said.recording else { continue };
        if recordings.iter().all(|known| known.url != *url) {
            recordings.push(Recording { url: url.clone(), heard_at: event.at });
        }
    }
    recordings
}

fn marketing(events: &[Heard]) -> Marketing {
    let mut marketing = Marketing::default();
    for (name, value) in said(events).flat_map(|event| &event.said.marketing.marks) {
        marketing.marks.entry(name.clone()).or_insert_with(|| value.clone());
    }
    marketing
}

fn anomalies(events: &[Heard], answered: bool) -> Vec<String> {
    let mut anomalies = Vec::new();
    if answered && said(events).any(|event| event.said.state == PbxState::Missed) {
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
