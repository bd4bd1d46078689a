//! A scenario's requests as events, the call they fold to, and what is compared.

use std::collections::BTreeMap;

use ingest::sources::{self, Reading, Request};
use schemas::time::later;
use schemas::{Call, Direction, Event, Origin, Source, Span, Timestamp, Who};
use simulators::pbx::{self, Method, Notification, Outcome, Scenario};
use uuid::Uuid;

/// A source of a kind, in its country.
pub fn source(kind: &str, (region, timezone): (&str, &str), names: &[(&str, &str)]) -> Source {
    Source {
        id: "acme-pbx".parse().unwrap(),
        account: "acme".parse().unwrap(),
        kind: kind.into(),
        region: region.into(),
        timezone: timezone.into(),
        base_url: None,
        talk_without_end: Span::seconds(1800),
        ring_without_end: Span::seconds(300),
        virtual_number: None,
        notifications_report: None,
        backfill_every: Span::seconds(0),
        names: names.iter().map(|(own, name)| ((*own).to_owned(), (*name).to_owned())).collect(),
    }
}

/// Reads one request.
pub fn read(source: &Source, said: &Notification) -> Reading {
    let request = Request {
        method: if said.method == Method::Get { "GET" } else { "POST" },
        query: &said.query,
        content_type: said.content_type,
        body: said.body.as_bytes(),
    };
    sources::read(source, &request).unwrap_or_else(|wrong| panic!("{wrong}: {said:?}"))
}

/// Every request as an event, received when it was sent.
pub fn events<K>(source: &Source, scenario: &Scenario<K>) -> Vec<Event> {
    let began = Timestamp::from_second(1_800_000_000).unwrap();
    let event = |said: &Notification| {
        let reading = read(source, said);
        Event {
            id: reading.event_id(&source.id),
            receipt: Uuid::now_v7(),
            account: source.account.clone(),
            source: source.id.clone(),
            session: reading.session.into(),
            received_at: later(began, said.after),
            origin: Origin::Webhook,
            reading: 0,
            said: reading.said,
            body: schemas::Verbatim::default(),
        }
    };
    scenario.notifications.iter().map(event).collect()
}

fn names<'a>(who: impl Iterator<Item = &'a Who>) -> Vec<String> {
    who.filter(|who| !who.is_empty()).map(|who| who.name().to_owned()).collect()
}

/// What is known of the call is what happened in it.
pub fn compare<K: std::fmt::Debug>(call: &Call, scenario: &Scenario<K>) {
    let expected = &scenario.expected;
    let why = || format!("{:?} {:#?}\n{call:#?}", scenario.kind, scenario.notifications);
    let outcome = match expected.outcome {
        Outcome::Answered => Some(schemas::Outcome::Answered),
        Outcome::Missed => Some(schemas::Outcome::Missed),
        Outcome::AnsweredNoEnd => None,
    };
    assert_eq!(call.id.as_str(), format!("acme-pbx/{}", scenario.call_id));
    assert_eq!(call.outcome, outcome, "{}", why());
    let outgoing = expected.direction == pbx::Direction::Outgoing;
    assert_eq!(call.direction == Direction::Outgoing, outgoing, "{}", why());
    let client = call.client.as_ref().and_then(|client| client.full_digits());
    assert_eq!(client, expected.client.as_deref(), "{}", why());
    assert_eq!(call.line.as_ref().and_then(|line| line.full_digits()), Some(scenario.line.as_str()), "{}", why());
    assert_eq!(names(call.talks.iter().map(|talk| &talk.who)), expected.talked, "{}", why());
    assert_eq!(names(call.talked_last().into_iter()).pop(), expected.answered_by, "{}", why());
    // At one instant several may begin to be rung, in any order.
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let rung = names(call.legs.iter().map(|leg| &leg.who));
    assert_eq!(sorted(rung), sorted(expected.extensions_rung.clone()), "{}", why());
    let recordings: Vec<_> = call.recordings.iter().map(|recording| recording.url.clone()).collect();
    assert_eq!(recordings, expected.recordings, "{}", why());
    if call.answered() {
        assert_eq!(call.talk_seconds, expected.talk_seconds, "{}", why());
    }
    assert_eq!(call.wait_seconds, expected.wait_seconds, "{}", why());
    let marks: BTreeMap<_, _> =
        expected.marks.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    assert_eq!(call.marketing.marks, marks, "{}", why());
}
