//! Our marks in a CRM's records, to find them by when the outcome of making one is unknown.

use schemas::{Call, EventId};

/// A mark for a text, told by call and step: 64 bits of a hash.
pub fn mark(call: &Call, step: &str) -> String {
    let hash = EventId::of(&[call.id.as_str().as_bytes(), step.as_bytes()]).to_string();
    format!("[rf:{}]", &hash[..16])
}

/// A text with its mark at the end, and the mark.
pub fn marked(text: &str, mark: String) -> (String, String) {
    (format!("{text} {mark}"), mark)
}

/// A positive number that stands for a call where a CRM takes no text: 53 bits of a hash, so that JSON holds it exactly.
pub fn number(call: &Call) -> u64 {
    let hash = EventId::of(&[call.id.as_str().as_bytes()]).to_string();
    u64::from_str_radix(&hash[..16], 16).unwrap_or_default() >> 11
}
