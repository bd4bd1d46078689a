//! Sample calls for the tests of plans: an answered one, and what makes another one of it.

use schemas::{Call, CallId, CallState, Direction, Leg, Marketing, Outcome, Phone, Recording, Talk, Timestamp, Who};

/// A time of the day on which all of them are.
pub fn at(time: &str) -> Timestamp {
    format!("2026-11-19T{time}Z").parse().unwrap()
}

/// Who is known by a SIP account.
pub fn sip(name: &str) -> Who {
    Who { sip: Some(name.into()), ..Who::default() }
}

/// An ended incoming call of `client` that `who` answered after 10 seconds and talked in for 65.
pub fn answered(client: &str, who: Who) -> Call {
    let call = Call {
        id: CallId("acme-pbx/77".to_owned()),
        account: "acme".parse().unwrap(),
        source: "acme-pbx".parse().unwrap(),
        session: "77".into(),
        use_number: 1,
        revision: 3,
        direction: Direction::Incoming,
        state: CallState::Ended,
        outcome: Some(Outcome::Answered),
        presumed: false,
        client: Some(Phone::read(client, "")),
        line: Some(Phone::read("380441112233", "")),
        legs: vec![Leg { who: who.clone(), rang_at: Some(at("09:00:00")), answered_at: Some(at("09:00:10")) }],
        talks: Vec::new(),
        recordings: Vec::new(),
        marketing: Marketing::default(),
        started_at: at("09:00:00"),
        answered_at: Some(at("09:00:10")),
        ended_at: Some(at("09:01:15")),
        talk_seconds: Some(65),
        wait_seconds: Some(10),
        last_heard_at: at("09:01:15"),
        anomalies: Vec::new(),
        events: Vec::new(),
    };
    talked(&[who], call)
}

/// Nobody answered it.
pub fn missed(call: Call) -> Call {
    let who: Vec<Who> = call.legs.iter().map(|leg| leg.who.clone()).collect();
    let call = Call { outcome: Some(Outcome::Missed), answered_at: None, talk_seconds: None, ..call };
    talked(&[], rung(&who, call))
}

/// A missed one while it rings.
pub fn ringing(call: Call) -> Call {
    Call { state: CallState::Ringing, outcome: None, ended_at: None, wait_seconds: None, ..missed(call) }
}

/// An answered one while they talk.
pub fn talking(call: Call) -> Call {
    Call { state: CallState::Talking, outcome: None, ended_at: None, talk_seconds: None, ..call }
}

/// To the client.
pub fn outgoing(call: Call) -> Call {
    Call { direction: Direction::Outgoing, ..call }
}

/// Of another client, as the PBX says the number.
pub fn from(said: &str, call: Call) -> Call {
    Call { client: Some(Phone::read(said, "")), ..call }
}

/// These were rung and did not answer.
pub fn rung(who: &[Who], call: Call) -> Call {
    let leg = |who: &Who| Leg { who: who.clone(), rang_at: Some(at("09:00:00")), answered_at: None };
    Call { legs: who.iter().map(leg).collect(), ..call }
}

/// These talked, in this order.
pub fn talked(who: &[Who], call: Call) -> Call {
    let talk = |who: &Who| Talk { who: who.clone(), began_at: at("09:00:10") };
    Call { talks: who.iter().map(talk).collect(), ..call }
}

/// With recordings.
pub fn recorded(urls: &[&str], call: Call) -> Call {
    let recording = |url: &&str| Recording { url: (*url).to_owned(), heard_at: at("09:02:00") };
    Call { recordings: urls.iter().map(recording).collect(), ..call }
}

/// With marks of marketing.
pub fn marked(marks: &[(&str, &str)], call: Call) -> Call {
    let marks = marks.iter().map(|(mark, value)| ((*mark).to_owned(), (*value).to_owned())).collect();
    Call { marketing: Marketing { marks }, ..call }
}
