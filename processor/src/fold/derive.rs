//! From the set of a call's events to the call.

use schemas::{
    AccountId, Call, CallId, CallState, Direction, Heard, Leg, Marketing, Origin, Outcome, PbxState, Recording,
    SourceId, Talk, Timestamp, Who,
};

/// What does not come from events: which call it is.
pub struct Whose {
    pub id: CallId,
    pub account: AccountId,
    pub source: SourceId,
    pub session: String,
    pub use_number: u32,
}

/// Derives the call. `events` is never empty; their order does not matter.
pub fn call(whose: Whose, mut events: Vec<Heard>) -> Call {
    // By time of receipt; at the same instant by what a call does first, then by id: a total order over the set.
    events.sort_by(|a, b| (a.at, a.said.state, &a.id).cmp(&(b.at, b.said.state, &b.id)));
    let said: Vec<&Heard> = events.iter().filter(|event| event.said.state != PbxState::PresumedEnd).collect();
    let last_heard_at = said.iter().map(|event| event.at).max().unwrap_or(events[0].at);
    let end = end(&events, &said, last_heard_at);
    let answered = said.iter().any(|event| talked(event));
    let state = match (end, answered) {
        (Some(_), _) => CallState::Ended,
        (None, true) => CallState::Talking,
        (None, false) => CallState::Ringing,
    };
    let outcome = end.map(|_| if answered { Outcome::Answered } else { Outcome::Missed });
    Call {
        id: whose.id,
        account: whose.account,
        source: whose.source,
        session: whose.session,
        use_number: whose.use_number,
        revision: u32::try_from(events.len()).unwrap_or(u32::MAX),
        direction: first(&said, |event| event.said.direction).unwrap_or(Direction::Incoming),
        state,
        outcome,
        presumed: end.is_some_and(|event| event.said.state == PbxState::PresumedEnd),
        client: first(&said, |event| event.said.client.clone()),
        line: first(&said, |event| event.said.line.clone()),
        legs: legs(&said),
        talks: talks(&said),
        recordings: recordings(&said),
        marketing: marketing(&said),
        started_at: events[0].at,
        answered_at: said.iter().find(|event| event.said.state == PbxState::Answered).map(|event| event.at),
        ended_at: end.map(|event| event.at),
        talk_seconds: first(&said, |event| event.said.talk_seconds),
        wait_seconds: first(&said, |event| event.said.wait_seconds),
        last_heard_at,
        anomalies: anomalies(&said, answered),
        events,
    }
}

/// The event that ended the call: the first end that was said, or else a presumed end that nothing came after.
fn end<'a>(events: &'a [Heard], said: &[&'a Heard], last_heard_at: Timestamp) -> Option<&'a Heard> {
    let ends = |event: &&&Heard| matches!(event.said.state, PbxState::Hangup | PbxState::Missed);
    said.iter().find(ends).copied().or_else(|| {
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
fn first<T>(said: &[&Heard], what: impl Fn(&Heard) -> Option<T>) -> Option<T> {
    let by = |wanted: fn(Origin) -> bool| said.iter().filter(move |event| wanted(event.origin));
    by(|origin| origin != Origin::Backfill)
        .find_map(|event| what(event))
        .or_else(|| by(|origin| origin == Origin::Backfill).find_map(|event| what(event)))
}

fn legs(said: &[&Heard]) -> Vec<Leg> {
    let mut legs: Vec<Leg> = Vec::new();
    let of_one = |event: &&&Heard| {
        !event.said.who.is_empty()
            && matches!(event.said.state, PbxState::Ringing | PbxState::Answered | PbxState::Hangup)
    };
    for event in said.iter().filter(of_one) {
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
fn talks(said: &[&Heard]) -> Vec<Talk> {
    let of = |state: PbxState| {
        let mut talks: Vec<Talk> = Vec::new();
        for event in said.iter().filter(|event| event.said.state == state && talked(event)) {
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

fn recordings(said: &[&Heard]) -> Vec<Recording> {
    let mut recordings: Vec<Recording> = Vec::new();
    for event in said {
        let Some(url) = &event.said.recording else { continue };
        if recordings.iter().all(|known| known.url != *url) {
            recordings.push(Recording { url: url.clone(), heard_at: event.at });
        }
    }
    recordings
}

fn marketing(said: &[&Heard]) -> Marketing {
    let mut marketing = Marketing::default();
    for event in said {
        for (name, value) in &event.said.marketing.marks {
            marketing.marks.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    marketing
}

fn anomalies(said: &[&Heard], answered: bool) -> Vec<String> {
    let mut anomalies = Vec::new();
    if answered && said.iter().any(|event| event.said.state == PbxState::Missed) {
        anomalies.push("said to be missed and to be answered: answered counts".to_owned());
    }
    let mut clients: Vec<&str> = said
        .iter()
        .filter_map(|event| event.said.client.as_ref())
        .map(|p| p.e164.as_deref().unwrap_or(&p.said))
        .collect();
    clients.sort_unstable();
    clients.dedup();
    if clients.len() > 1 {
        anomalies.push("several numbers were said for the client: the first counts".to_owned());
    }
    let nobody = |event: &&&Heard| event.said.state == PbxState::Answered && event.said.who == Who::default();
    if said.iter().any(|event| nobody(&event)) {
        anomalies.push("answered, and not said by whom".to_owned());
    }
    anomalies
}
