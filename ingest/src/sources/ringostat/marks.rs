//! Marks of marketing, by the names that mappings of fields use.

use schemas::Marketing;

use crate::sources::fields::Fields;
use crate::sources::values::{TEXT_CHARS_MAX, is_web_address};

/// Ringostat's name, and ours.
const MARKS: [(&str, &str); 11] = [
    ("utm_source", "utm_source"),
    ("utm_medium", "utm_medium"),
    ("utm_campaign", "utm_campaign"),
    ("utm_term", "utm_term"),
    ("utm_content", "utm_content"),
    ("client_id", "google_client_id"),
    ("landing", "landing"),
    ("refferrer", "referrer"),
    ("pool_name", "pool"),
    ("scheme_name", "scheme"),
    (CALL_CARD, "call_card_url"),
];
const CALL_CARD: &str = "call_card";

/// Reads them. One that is too long is cut: a call is not refused for the address of a page.
pub fn read(fields: &Fields) -> Marketing {
    let marks = MARKS.iter().filter_map(|(name, ours)| {
        let said = fields.get(*name).filter(|said| *name != CALL_CARD || is_web_address(said))?;
        Some(((*ours).to_owned(), said.chars().take(TEXT_CHARS_MAX).collect()))
    });
    Marketing { marks: marks.collect() }
}
