//! What a customer may map onto a field of the CRM: call fields by their names in the accounts file.

use jiff::tz::TimeZone;
use schemas::{Call, Direction};

use super::{phones, times};
use crate::connector::Problem;

/// Every call field, in the order they are documented.
pub const CALL_FIELDS: [&str; 21] = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "google_client_id",
    "landing",
    "referrer",
    "client_number",
    "line_number",
    "call_id",
    "direction",
    "outcome",
    "started_at",
    "talk_seconds",
    "wait_seconds",
    "employee",
    "recording_url",
    "pool",
    "scheme",
    "call_card_url",
];

/// What a call says for a call field; nothing where it says nothing. Times are civil times of `zone`.
pub fn value(call: &Call, field: &str, zone: &TimeZone) -> Option<String> {
    let seconds = |seconds: Option<u32>| seconds.map(|seconds| seconds.to_string());
    let value = match field {
        "client_number" => phones::shown(call.client.as_ref()),
        "line_number" => phones::shown(call.line.as_ref()),
        "call_id" => Some(call.id.to_string()),
        "direction" => Some(if call.direction == Direction::Incoming { "incoming" } else { "outgoing" }.to_owned()),
        "outcome" => call.ended().then(|| if call.answered() { "answered" } else { "missed" }.to_owned()),
        "started_at" => Some(times::civil(times::began(call), zone)),
        "talk_seconds" => seconds(times::talk_seconds(call)),
        "wait_seconds" => seconds(call.wait_seconds),
        "employee" => call.talked_last().filter(|who| !who.is_empty()).map(|who| who.name().to_owned()),
        "recording_url" => call.recordings.first().map(|recording| recording.url.clone()),
        mark => call.marketing.marks.get(mark).cloned(),
    };
    value.filter(|value| !value.trim().is_empty())
}

/// What is wrong with a mapping at `path`: a call field that is not known, a CRM field that is named twice (Z6).
pub fn problems<'a>(path: &[&str], mapping: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut taken: Vec<(&str, &str)> = Vec::new();
    for (field, target) in mapping {
        let at = || path.iter().copied().chain([field]).map(str::to_owned).collect();
        if !CALL_FIELDS.contains(&field) {
            let message = format!("{field:?} is no call field; known: {}", CALL_FIELDS.join(", "));
            problems.push(Problem { path: at(), message });
        } else if let Some((other, _)) = taken.iter().find(|(_, taken)| *taken == target) {
            let message = format!("{target:?} is chosen for {other} already: one CRM field takes one call field");
            problems.push(Problem { path: at(), message });
        } else if target.trim().is_empty() {
            problems.push(Problem { path: at(), message: "give the name of the CRM's field".to_owned() });
        }
        taken.push((field, target));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn z6_a_mapping_names_known_call_fields_and_each_crm_field_once() {
        let mapping = [("utm_source", "cf_a"), ("colour", "cf_b"), ("landing", "cf_a"), ("pool", " ")];
        let problems = problems(&["settings", "fields"], mapping);
        let found: Vec<_> = problems.iter().map(|p| (p.path.join("."), &p.message)).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].0 == "settings.fields.colour" && found[0].1.contains("no call field"));
        assert!(found[1].0 == "settings.fields.landing" && found[1].1.contains("chosen for utm_source already"));
        assert!(found[2].0 == "settings.fields.pool");
    }
}
