//! N1: Ringostat's webhooks as they are printed.

use schemas::{Direction, Outcome, Source};
use serde_json::{Map, Value, json};

use super::{event, folded, names, printed, source};
use crate::wire::{Template, TemplateSet};

/// Ringostat's values of an incoming call after its end; of those that are not known yet nothing is sent.
fn value(name: &str) -> Value {
    match name {
        "uniqueid" => json!("ua1-1700000000.42"),
        "calldate" => json!("2024-02-03 10:11:12"),
        "call_type" => json!("in"),
        "caller" => json!("380671112233"),
        "dst" => json!("380441112233"),
        "connected_with" => json!("acme_ivan"),
        "extension_number" => json!("101"),
        "employee_number" => json!("501"),
        "disposition" => json!("ANSWERED"),
        "duration" => json!("69"),
        "billsec" => json!("57"),
        "waittime" => json!("12"),
        "recording" => json!("https://example.test/r.mp3"),
        "call_card" => json!("https://app.test/1"),
        "employee_mark" => json!("5"),
        _ => json!(name),
    }
}

/// The body that the fields of a template make, some values replaced.
fn filled(template: &Template, changes: &Value) -> String {
    let fields: Map<String, Value> = serde_json::from_str(&template.body).unwrap();
    let fields = fields.into_iter().map(|(field, name)| {
        let name = name.as_str().unwrap();
        (field, changes.get(name).cloned().unwrap_or_else(|| value(name)))
    });
    Value::Object(fields.collect()).to_string()
}

fn by_event<'a>(templates: &'a [Template], query: &str) -> &'a Template {
    templates.iter().find(|template| template.url.ends_with(&format!("?event={query}"))).unwrap()
}

#[test]
fn n1_every_value_is_documented_and_the_after_calls_are_enough() {
    let known = ingest::sources::pbx("ringostat").unwrap().names();
    let templates = printed(&source("ringostat"));
    for template in &templates {
        let fields: Map<String, Value> = serde_json::from_str(&template.body).unwrap();
        assert!(fields.values().all(|name| known.contains(&name.as_str().unwrap())), "{}", template.body);
        assert_eq!(template.optional, template.set == TemplateSet::Extended);
    }
    let basic: Vec<_> = templates.iter().filter(|template| !template.optional).collect();
    assert_eq!(basic.len(), 2);
    let alone = event(&source("ringostat"), basic[0], &filled(basic[0], &json!({})), 0);
    let call = folded(vec![alone]).unwrap();
    assert_eq!(
        (call.outcome, call.talk_seconds, names(&call)),
        (Some(Outcome::Answered), Some(57), (vec!["101"], vec!["101"]))
    );
    assert_eq!(call.recordings[0].url, "https://example.test/r.mp3");
    let marks = [
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
        "google_client_id",
        "landing",
        "referrer",
        "pool",
        "scheme",
        "call_card_url",
    ];
    assert!(marks.iter().all(|mark| call.marketing.marks.contains_key(*mark)), "{:?}", call.marketing);
}

#[test]
fn n1_all_webhooks_together_make_one_call_with_one_talk() {
    let names_own = [("phone", "caller"), ("our number", "dst"), ("who", "connected_with")];
    let own = names_own.map(|(field, name)| (field.to_owned(), name.to_owned()));
    for source in [source("ringostat"), Source { names: own.into(), ..source("ringostat") }] {
        let templates = printed(&source);
        assert_eq!(
            by_event(&templates, "incoming_pick_up").body.contains("\"our number\":\"dst\""),
            !source.names.is_empty()
        );
        let nobody = json!({"connected_with": "", "extension_number": null, "employee_number": "null"});
        let rows = [
            ("incoming_before_call", &nobody),
            ("incoming_forwarding_step", &json!({"connected_with": ""})),
            ("incoming_pick_up", &json!({})),
            ("incoming_after_call", &json!({})),
            ("incoming_rating", &json!({})),
        ];
        let told = (0..).zip(rows).map(|(second, (query, changes))| {
            let template = by_event(&templates, query);
            event(&source, template, &filled(template, changes), second)
        });
        let call = folded(told.collect()).unwrap();
        assert_eq!((call.revision, call.outcome, call.talk_seconds), (5, Some(Outcome::Answered), Some(57)));
        assert_eq!(names(&call), (vec!["101"], vec!["101"]));
        assert_eq!(call.client.unwrap().e164.unwrap(), "+380671112233");
    }
}

#[test]
fn n1_an_outgoing_call_that_was_not_answered() {
    let source = source("ringostat");
    let templates = printed(&source);
    let out = json!({"call_type": "out", "caller": "acme_ivan", "dst": "380671112233", "connected_with": ""});
    let mut end = out.clone();
    for (name, value) in [("disposition", "NO ANSWER"), ("billsec", "0"), ("recording", "")] {
        end[name] = json!(value);
    }
    let rows = [("outgoing_before_call", &out), ("outgoing_after_call", &end)];
    let told = (0..).zip(rows).map(|(second, (query, changes))| {
        let template = by_event(&templates, query);
        event(&source, template, &filled(template, changes), second)
    });
    let call = folded(told.collect()).unwrap();
    assert_eq!((call.direction, call.outcome), (Direction::Outgoing, Some(Outcome::Missed)));
    assert_eq!((names(&call), call.legs[0].who.sip.as_deref()), ((vec!["101"], vec![]), Some("acme_ivan")));
}
