//! What holds for every body, however odd.

use proptest::prelude::*;

use super::names::NAMES;
use super::tests::read_as;
use crate::sources::fields::KEYS_MAX;
use crate::sources::values::SESSION_CHARS_MAX;

fn value() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "ANSWERED",
        "NO ANSWER",
        "IN PROGRESS",
        "in",
        "out",
        "callback",
        "0",
        "57",
        "380671112233",
        "acme_ivan",
        "101",
        "https://r.test/1.mp3",
        "null",
        "",
        "before_call",
        "AFTER_CALL",
        "2024-02-03 10:11:12",
        "{\"dst\":1}",
    ]);
    prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let key = prop_oneof![
        8 => prop::sample::select(NAMES).prop_map(str::to_owned),
        1 => Just("additional_call_data".to_owned()),
        1 => "[a-z\\[\\]_]{0,12}",
    ];
    prop::collection::vec((key, value()), 0..12)
}

fn is_bounded(content_type: &str, query: &str, body: &[u8]) {
    if let Ok(reading) = read_as(content_type, query, body) {
        assert!((1..=SESSION_CHARS_MAX).contains(&reading.session.len()));
        assert!(reading.identity.len() <= KEYS_MAX);
        assert!(!reading.identity.contains_key("cdr_id"));
    }
}

proptest! {
    #[test]
    fn a11_any_bytes_are_read_or_refused(body: Vec<u8>, query: String) {
        is_bounded("application/json", &query, &body);
        is_bounded("application/x-www-form-urlencoded", &query, &body);
    }

    /// Whatever stands in the fields: with a session it is read, and read alike from the root and from the inner object.
    #[test]
    fn any_fields_with_a_session_are_an_event(pairs in pairs()) {
        let object: serde_json::Map<_, _> = pairs
            .into_iter()
            .filter(|(key, value)| key != "uniqueid" && key != "additional_call_data" && value.chars().count() < 2000)
            .map(|(key, value)| (key, value.into()))
            .collect();
        let mut flat = object.clone();
        flat.insert("uniqueid".into(), "ua1-7.1".into());
        let nested = serde_json::json!({"uniqueid": "ua1-7.1", "additional_call_data": object}).to_string();
        let flat = read_as("application/json", "", serde_json::to_string(&flat).unwrap().as_bytes());
        prop_assert_eq!(&flat, &read_as("application/json", "", nested.as_bytes()));
        if let Err(refused) = flat {
            prop_assert!(refused.no_call || refused.reason.contains("placeholder"), "{}", refused);
        }
    }
}
