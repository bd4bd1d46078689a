//! What an event changed in its call, on one line, for people: `state: ringing -> talking; legs: 101`.

use console::wire::FieldChanged;
use serde_json::Value;

use crate::times;

/// All of them; that nothing changed is said, too.
pub fn line(changed: &[FieldChanged]) -> String {
    if changed.is_empty() {
        return "changed nothing that is shown".to_owned();
    }
    let one = |one: &FieldChanged| {
        let (field, after) = (one.field.replace('_', " "), value(&one.after));
        if one.before.is_null() {
            format!("{field}: {after}")
        } else {
            format!("{field}: {} -> {after}", value(&one.before))
        }
    };
    changed.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A value in short: of an employee the name, of a number what was said, of a recording its address.
fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => times::short(text),
        Value::Array(items) => items.iter().map(self::value).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let text = |key: &str| fields.get(key).and_then(Value::as_str);
            let employee = fields.get("who").map(name);
            let when = [("rang", "rang_at"), ("answered", "answered_at"), ("from", "began_at")];
            let when = when.into_iter().filter_map(|(word, key)| Some(format!(" {word} {}", times::short(text(key)?))));
            match employee {
                Some(employee) => employee + &when.collect::<Vec<_>>().join(","),
                None => ["said", "url"].into_iter().find_map(text).map_or_else(|| value.to_string(), str::to_owned),
            }
        }
        other => other.to_string(),
    }
}

fn name(who: &Value) -> String {
    let known = ["extension", "sip", "phone", "pbx_id"].into_iter().find_map(|key| who.get(key)?.as_str());
    known.unwrap_or("somebody").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_read_well() {
        let at = "2026-11-28T07:40:11Z";
        let changed = |field: &str, before, after| FieldChanged { field: field.to_owned(), before, after };
        let all = [
            changed("state", json!("ringing"), json!("talking")),
            changed(
                "legs",
                Value::Null,
                json!([{"who": {"sip": "ivan"}, "rang_at": at, "answered_at": at}, {"who": {}}]),
            ),
            changed("client", json!({"said": "7916", "e164": "+7916"}), Value::Null),
            changed("recordings", Value::Null, json!([{"url": "https://media.test/1", "heard_at": at}])),
            changed("talk_seconds", json!(1), json!(2)),
        ];
        let when = "2026-11-28 07:40:11Z";
        let expected = format!(
            "state: ringing -> talking; legs: ivan rang {when}, answered {when}, somebody; client: 7916 -> none; \
             recordings: https://media.test/1; talk seconds: 1 -> 2"
        );
        assert_eq!(line(&all), expected);
        assert_eq!(line(&[]), "changed nothing that is shown");
    }
}
