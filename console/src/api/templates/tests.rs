//! What is printed, filled in as the PBX fills it in, is read and folded to the call that it was.

mod ringostat;
mod uis;

use ingest::sources::{self, Request};
use processor::fold::fold_all;
use schemas::{Call, Event, Origin, Source, Span, Timestamp, Verbatim};

use super::of;
use crate::wire::Template;

const URL: &str = "https://ringfold.example/hooks/0123456789abcdef";

fn source(kind: &str) -> Source {
    let region = if kind == "uis" { ("RU", "Europe/Moscow") } else { ("UA", "Europe/Kyiv") };
    Source {
        id: "acme-pbx".parse().unwrap(),
        account: "acme".parse().unwrap(),
        kind: kind.into(),
        region: region.0.into(),
        timezone: region.1.into(),
        base_url: None,
        talk_without_end: Span::seconds(1800),
        ring_without_end: Span::seconds(300),
        virtual_number: None,
        notifications_report: None,
        backfill_every: Span::seconds(0),
        names: std::collections::BTreeMap::new(),
    }
}

fn printed(source: &Source) -> Vec<Template> {
    of(source, URL).unwrap().templates
}

/// What comes to the address of a template, `second` seconds after the first.
fn event(source: &Source, template: &Template, body: &str, second: i64) -> Event {
    let query = template.url.strip_prefix(URL).unwrap().trim_start_matches('?');
    let request = Request { method: &template.method, query, content_type: "application/json", body: body.as_bytes() };
    let reading = sources::read(source, &request).unwrap_or_else(|wrong| panic!("{wrong}: {body}"));
    Event {
        id: reading.event_id(&source.id),
        receipt: uuid::Uuid::now_v7(),
        account: source.account.clone(),
        source: source.id.clone(),
        session: reading.session.into(),
        received_at: Timestamp::from_second(1_800_000_000 + second).unwrap(),
        origin: Origin::Webhook,
        reading: 0,
        said: reading.said,
        body: Verbatim::default(),
    }
}

fn names(call: &Call) -> (Vec<&str>, Vec<&str>) {
    let legs = call.legs.iter().map(|leg| leg.who.name());
    (legs.collect(), call.talks.iter().map(|talk| talk.who.name()).collect())
}

fn folded(mut events: Vec<Event>) -> Option<Call> {
    let call = fold_all(events.clone());
    events.reverse();
    assert_eq!(fold_all(events), call, "in any order");
    call
}
