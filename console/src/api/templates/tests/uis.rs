//! R1: the four templates of the seed, the two that are added, and all of them together.

use std::collections::{BTreeMap, BTreeSet};

use schemas::{Call, CallState, Direction, Outcome};
use serde_json::{Value, json};

use super::{event, folded, names, printed, source};
use crate::wire::TemplateSet;

/// What UIS documents as variables of the events that are used here.
const VARIABLES: &[&str] = &[
    "contact_phone_number",
    "virtual_phone_number",
    "direction",
    "call_session_id",
    "extension_phone_number",
    "employee_phone_number",
    "employee_id",
    "file_link",
    "start_time",
    "talk_time_duration",
    "wait_time_duration",
    "total_time_duration",
];

fn variables(body: &str) -> BTreeSet<&str> {
    body.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap()).collect()
}

/// UIS puts a JSON literal in place of each variable; of what it does not know, `null`.
fn filled(body: &str, values: &BTreeMap<&str, Value>) -> String {
    variables(body).into_iter().fold(body.to_owned(), |body, name| {
        let literal = values.get(name).unwrap_or(&Value::Null).to_string();
        body.replace(&format!("{{{{{name}}}}}"), &literal)
    })
}

#[test]
fn r1_the_basic_bodies_are_those_of_the_seed() {
    let templates = printed(&source("uis"));
    let body = |state: &str| {
        let found = templates.iter().find(|template| template.body.contains(&format!("\"{state}\"")));
        found.unwrap().body.clone()
    };
    assert_eq!(
        body("HANGUP"),
        "{\n    \"from_number\":{{contact_phone_number}},\n    \"diversion\":{{virtual_phone_number}},\n    \
         \"direction\":{{direction}},\n    \"call_id\":{{call_session_id}},\n    \
         \"user_extension\":{{extension_phone_number}},\n    \"call_record_url\":{{file_link}},\n    \
         \"call_state\":\"HANGUP\"\n}"
    );
    assert!(body("MISSED").contains("\"user_extension\":null,\n    \"call_state\":\"MISSED\"\n}"));
    assert!(!body("RINGING").contains("file_link"));
    let basic = templates.iter().filter(|template| template.set == TemplateSet::Basic).count();
    assert_eq!((basic, templates.len()), (4, 6));
}

#[test]
fn r1_only_documented_variables_are_used_and_none_in_quotes() {
    for template in printed(&source("uis")) {
        assert!(variables(&template.body).iter().all(|name| VARIABLES.contains(name)), "{}", template.body);
        assert!(!template.body.contains("\"{{"), "{}", template.body);
        assert!(serde_json::from_str::<Value>(&filled(&template.body, &BTreeMap::new())).is_ok());
    }
}

/// What happens in a call: at a second, an event of UIS, and its variables beyond those of the call.
type Happening = (i64, &'static str, Value);

/// The call that comes of it where these sets of templates are set up.
fn told(sets: &[TemplateSet], direction: &str, happenings: &[Happening]) -> Option<Call> {
    let source = source("uis");
    let mut events = Vec::new();
    for (second, event_type, more) in happenings {
        let mut values = BTreeMap::from([
            ("contact_phone_number", json!("79161112233")),
            ("virtual_phone_number", json!("74951112233")),
            ("direction", json!(direction)),
            ("call_session_id", json!(123_456_789)),
            ("start_time", json!("2026-11-19 08:00:05.123")),
        ]);
        let more = more.as_object().unwrap().iter();
        values
            .extend(more.map(|(name, value)| (*VARIABLES.iter().find(|known| *known == name).unwrap(), value.clone())));
        for template in printed(&source).iter().filter(|it| sets.contains(&it.set) && it.event_type == *event_type) {
            events.push(event(&source, template, &filled(&template.body, &values), *second));
        }
    }
    if events.is_empty() { None } else { folded(events) }
}

fn of(extension: &str) -> Value {
    json!({"extension_phone_number": extension, "employee_id": 2345})
}

fn end(extension: &Value, talk: &Value) -> Happening {
    let more = json!({"extension_phone_number": extension, "talk_time_duration": talk, "wait_time_duration": 4,
        "total_time_duration": 60});
    (40, "Завершение звонка", more)
}

fn recorded(extension: &str, second: i64) -> Happening {
    let more = json!({"extension_phone_number": extension, "file_link": format!("https://media.example/7/{second}")});
    (second, "Записанный разговор", more)
}

const BASIC: &[TemplateSet] = &[TemplateSet::Basic];
const BOTH: &[TemplateSet] = &[TemplateSet::Basic, TemplateSet::Extended];
const ADDED: &[TemplateSet] = &[TemplateSet::Extended];

fn dialled(second: i64) -> Happening {
    let more = json!({"extension_phone_number": "101", "employee_phone_number": "79165550101", "employee_id": 2345});
    (second, "Исходящий звонок", more)
}

#[test]
fn r1_an_answered_call_has_its_length_and_one_talk() {
    let answered =
        [(0, "Входящее плечо", of("101")), (4, "Начало разговора", of("101")), end(&json!("101"), &json!(31))];
    let whole = [&answered[..], &[recorded("101", 90)]].concat();
    for (sets, seconds, state) in [(BASIC, None, CallState::Ended), (BOTH, Some(31), CallState::Ended)] {
        let call = told(sets, "in", &whole).unwrap();
        assert_eq!((call.state, call.outcome, call.talk_seconds), (state, Some(Outcome::Answered), seconds));
        assert_eq!((names(&call), call.recordings.len()), ((vec!["101"], vec!["101"]), 1));
        assert!(call.anomalies.is_empty());
    }
    assert_eq!(told(BASIC, "in", &answered).unwrap().state, CallState::Talking, "no word of an end");
    let unrecorded = told(BOTH, "in", &answered).unwrap();
    assert_eq!((unrecorded.outcome, unrecorded.talk_seconds), (Some(Outcome::Answered), Some(31)));
    assert_eq!((unrecorded.wait_seconds, names(&unrecorded).1), (Some(4), vec!["101"]));
    let began: Vec<_> = unrecorded.events.iter().filter_map(|heard| heard.said.started_at).collect();
    assert_eq!(began[0].to_string(), "2026-11-19T05:00:05.123Z");
    let alone = told(ADDED, "in", &answered).unwrap();
    assert_eq!((alone.outcome, names(&alone).1), (Some(Outcome::Answered), vec!["101"]));
}

#[test]
fn r1_a_lost_call_is_missed_whatever_its_end_says_of_a_talk() {
    for talk in [json!(0), Value::Null] {
        let ring = (0, "Входящее плечо", of("101"));
        let lost = [ring, (25, "Потерянный звонок", json!({})), end(&Value::Null, &talk)];
        for sets in [BASIC, BOTH, ADDED] {
            let call = told(sets, "in", &lost).unwrap();
            assert_eq!((call.outcome, call.talks.len()), (Some(Outcome::Missed), 0), "{talk} {sets:?}");
        }
    }
}

#[test]
fn r1_outgoing_calls_are_known_with_who_called() {
    let answered =
        [dialled(0), (9, "Начало разговора", of("101")), end(&json!("101"), &json!(20)), recorded("101", 90)];
    let call = told(BOTH, "out", &answered).unwrap();
    assert_eq!(
        (call.direction, call.outcome, call.talk_seconds),
        (Direction::Outgoing, Some(Outcome::Answered), Some(20))
    );
    assert_eq!(names(&call), (vec!["101"], vec!["101"]));
    assert_eq!(call.legs[0].who.phone.as_deref(), Some("79165550101"));
    let basic = told(BASIC, "out", &answered).unwrap();
    assert_eq!((basic.direction, basic.talk_seconds), (Direction::Outgoing, None));

    let unanswered = [dialled(0), end(&Value::Null, &json!(0))];
    assert_eq!(told(BASIC, "out", &unanswered), None, "the four templates say nothing of it");
    for sets in [BOTH, ADDED] {
        let call = told(sets, "out", &unanswered).unwrap();
        assert_eq!((call.direction, call.outcome), (Direction::Outgoing, Some(Outcome::Missed)));
        assert_eq!(names(&call), (vec!["101"], vec![]));
    }
}

#[test]
fn a10_a_transfer_is_two_talks_with_both_sets_too() {
    let transfer = [
        (0, "Входящее плечо", of("101")),
        (4, "Начало разговора", of("101")),
        (20, "Входящее плечо", json!({"extension_phone_number": "102"})),
        (24, "Начало разговора", json!({"extension_phone_number": "102"})),
        end(&json!("101"), &json!(34)),
        recorded("101", 90),
        recorded("102", 95),
    ];
    for sets in [BASIC, BOTH] {
        let call = told(sets, "in", &transfer).unwrap();
        assert_eq!((names(&call).1, call.recordings.len()), (vec!["101", "102"], 2), "{sets:?}");
        assert_eq!(call.talked_last().unwrap().name(), "102");
    }
}
