//! How a call came to be what it is: what each of its events changed. Pure: the fold itself, of one event more each time.

use schemas::Call;
use serde_json::{Map, Value};

use crate::fold::Set;
use crate::rebuild::{Difference, differ, fields};

/// What says which call it is, and what every event changes.
const NOT_TOLD: [&str; 8] = ["id", "account", "source", "session", "use_number", "revision", "last_heard_at", "events"];

/// For each event of the call, in order, what it changed: field by field, from what was before to what was then. The first
/// changes from nothing.
pub fn steps(call: &Call) -> Vec<Vec<Difference>> {
    let mut before = Map::new();
    let step = |count: usize| {
        let after = told(prefix(call, count));
        let changed = differ(&before, &after);
        before = after;
        changed
    };
    (1..=call.events.len()).map(step).collect()
}

/// The call of its first events.
fn prefix(call: &Call, count: usize) -> Call {
    let mut first = call.clone();
    first.events.truncate(count);
    Set::from(first).into_call()
}

/// Nothing to be told is left out, as in lists that are empty.
fn told(mut call: Call) -> Map<String, Value> {
    call.events.clear();
    let mut fields = fields(&call);
    fields.retain(|name, value| {
        let empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
        !NOT_TOLD.contains(&name.as_str()) && !empty && *value != Value::Bool(false)
    });
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call() -> Call {
        let at = |second: u32| format!("2026-11-28T07:40:{second:02}Z");
        let heard = |id: u32, second, said: Value| json!({"id": format!("{id:032x}"), "at": at(second), "said": said});
        let who = json!({"extension": "101"});
        serde_json::from_value(json!({
            "id": "acme-uis/1~2", "account": "acme", "source": "acme-uis", "session": "1", "use_number": 2, "revision": 4,
            "direction": "incoming", "state": "ended", "legs": [], "talks": [], "recordings": [], "started_at": at(1),
            "last_heard_at": at(1), "events": [
                heard(1, 1, json!({"state": "RINGING", "who": who, "client": {"said": "101"}})),
                heard(2, 4, json!({"state": "ANSWERED", "who": who})),
                heard(3, 9, json!({"state": "MISSED"})),
                heard(4, 9, json!({"state": "HANGUP", "recording": "https://media.test/1"})),
            ],
        }))
        .unwrap()
    }

    #[test]
    fn each_event_says_what_it_changed() {
        let steps = steps(&call());
        let names = |step: &[Difference]| step.iter().map(|one| one.field.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(names(&steps[0]), "client direction legs started_at state");
        assert!(steps[0].iter().all(|one| one.is.is_null()));
        assert_eq!(names(&steps[1]), "answered_at legs state talks");
        let state = steps[1].iter().find(|one| one.field == "state").unwrap();
        assert_eq!((&state.is, &state.should_be), (&json!("ringing"), &json!("talking")));
        let told: Vec<String> = steps[2..].iter().map(|step| names(step)).collect();
        assert_eq!(told.len(), 2);
        assert!(told.iter().any(|step| step.contains("anomalies")), "{told:?}");
        assert!(told.iter().any(|step| step.contains("recordings")), "{told:?}");
        assert!(told[0].contains("outcome") && !told[1].contains("outcome"), "{told:?}");
    }

    #[test]
    fn the_last_step_ends_at_the_call_as_it_is_folded() {
        let call = Set::from(call()).into_call();
        let mut fields = Map::new();
        for Difference { field, should_be, .. } in steps(&call).into_iter().flatten() {
            if should_be.is_null() {
                fields.remove(&field)
            } else {
                fields.insert(field, should_be)
            };
        }
        assert_eq!(fields, told(call));
    }
}
