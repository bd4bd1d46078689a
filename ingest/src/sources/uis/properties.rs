//! What holds for every body, however odd.

use proptest::prelude::*;

use super::tests::read_as;
use crate::sources::values::SESSION_CHARS_MAX;
use crate::sources::{fields, lenient};

/// Pieces of templates, whole and broken, so that random bodies come close to real ones.
fn near_miss() -> impl Strategy<Value = String> {
    let pieces = vec![
        "{",
        "}",
        "\"",
        ":",
        ",",
        "[",
        "]",
        "\\",
        "\\u",
        "d83d",
        "{{",
        "}}",
        " ",
        "\n",
        "“",
        "\u{feff}",
        "ё",
        "+7916",
        "null",
        "\"call_id\":",
        "\"call_state\":",
        "RINGING",
        "\"direction\":in",
        "\"user_extension\":,",
        "https://x/?a=1,b:2",
        "12",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

fn is_bounded(body: &[u8]) {
    if let Ok(reading) = read_as("application/json", "", body) {
        assert!((1..=SESSION_CHARS_MAX).contains(&reading.session.len()));
        assert!(reading.identity.len() <= fields::KEYS_MAX);
    }
}

proptest! {
    #[test]
    fn a11_any_bytes_are_read_or_refused(body: Vec<u8>) {
        is_bounded(&body);
    }

    #[test]
    fn a11_anything_like_a_template_is_read_or_refused(body in near_miss()) {
        is_bounded(body.as_bytes());
        is_bounded(format!("{{\"call_id\":7,\"call_state\":\"HANGUP\",{body}}}").as_bytes());
    }

    /// Whatever strict JSON says, the lenient reader says too.
    #[test]
    fn both_readers_agree(pairs in prop::collection::btree_map("[a-z_]{1,12}", "[^\\x00-\\x1f]{0,20}", 1..8)) {
        let body = serde_json::to_string(&pairs).unwrap();
        let read: Vec<_> = lenient::pairs(&body).unwrap().into_iter().map(|(key, value)| match value {
            lenient::Lenient::Text(text) => (key, text),
            lenient::Lenient::Nested(raw) => (key, raw.to_owned()),
        }).collect();
        let quoteless = pairs.values().all(|value| !value.contains(['"', '\'', '“', '”', '„', '«', '»', '`', ',', '}', ':']));
        if quoteless {
            prop_assert_eq!(read, pairs.into_iter().collect::<Vec<_>>());
        }
    }
}
