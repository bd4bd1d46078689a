//! One call in words: what changed between two revisions of it. Pure.

use schemas::{Call, CallState, Outcome, Who};

use super::company::{EMPLOYEES, employee as known};
use crate::output::{clean, paint};

/// How much of a call was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    rang: usize,
    talks: usize,
    recordings: usize,
    ended: Option<(Option<Outcome>, bool)>,
    any: bool,
}

impl Told {
    /// Still ringing or talking, as far as was told.
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }
}

/// What is new in `call`, a line each; `told` is brought up to date.
pub fn news(told: &mut Told, call: &Call) -> Vec<String> {
    let before = told.clone();
    let rang = call.legs.iter().filter(|leg| leg.rang_at.is_some()).count();
    *told = Told {
        rang,
        talks: call.talks.len(),
        recordings: call.recordings.len(),
        ended: call.ended().then_some((call.outcome, call.presumed)),
        any: true,
    };
    let mut lines = Vec::new();
    if !before.any {
        lines.push(begins(call));
    } else if rang > before.rang && !call.ended() {
        let passed_on = if before.talks > 0 { "passed on, " } else { "" };
        lines.push(format!("{passed_on}{} {} too", paint("ringing"), extensions(call, before.rang)));
    }
    if before.ended.is_none() {
        for talk in call.talks.iter().skip(before.talks) {
            lines.push(format!("{} by {}", paint("answered"), employee(&talk.who)));
        }
    }
    match (before.ended, told.ended) {
        (None, Some((_, presumed))) => lines.push(ends(call, presumed)),
        (Some(_), None) => lines.push("goes on after all".to_owned()),
        (Some(old), Some(new)) if old.0 != new.0 => lines.push(format!("corrected: {}", outcome(call))),
        (Some(_), Some(_)) if call.recordings.len() > before.recordings => {
            lines.push(if before.recordings == 0 {
                "its recording came".to_owned()
            } else {
                "one more recording came".to_owned()
            });
        }
        _ => {}
    }
    lines
}

fn begins(call: &Call) -> String {
    let client = match &call.client {
        Some(client) if !client.anonymous && !client.said.is_empty() => clean(&client.pretty()),
        _ => "a hidden number".to_owned(),
    };
    match call.state {
        CallState::Ringing => format!("{client} → {}  {}", extensions(call, 0), paint("ringing")),
        _ if call.legs.iter().all(|leg| leg.rang_at.is_none()) => {
            format!("{client}, and its ringing was not heard of yet")
        }
        _ => format!("{client} → {}", extensions(call, 0)),
    }
}

fn ends(call: &Call, presumed: bool) -> String {
    let recorded = match call.recordings.len() {
        0 => "",
        1 => ", recorded",
        _ => ", recorded more than once",
    };
    let why = if presumed { " (nobody said that it ended: its time was up)" } else { "" };
    format!("ended: {}{recorded}{why}", outcome(call))
}

fn outcome(call: &Call) -> String {
    paint(if call.answered() { "answered" } else { "missed" })
}

/// The extensions that ring, after the first `skip` of them.
fn extensions(call: &Call, skip: usize) -> String {
    let rang = call.legs.iter().filter(|leg| leg.rang_at.is_some()).skip(skip);
    let names: Vec<String> = rang.map(|leg| clean(leg.who.name())).collect();
    if names.is_empty() { "no extension said".to_owned() } else { names.join(", ") }
}

fn employee(who: &Who) -> String {
    if who.is_empty() {
        return "somebody, no extension said".to_owned();
    }
    let named = who.name();
    known(named).map_or_else(|| clean(named), |at| format!("{named} {}", EMPLOYEES[at].name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(change: &serde_json::Value) -> Call {
        let mut whole = json!({
            "id": "demo-uis/1", "account": "demo", "source": "demo-uis", "session": "1", "use_number": 1,
            "revision": 1, "direction": "incoming", "state": "ringing", "legs": [], "talks": [], "recordings": [],
            "started_at": "2026-11-28T07:40:11Z", "last_heard_at": "2026-11-28T07:40:11Z", "events": [],
            "client": {"said": "79161112233", "e164": "+79161112233"}
        });
        whole.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    fn told(changes: &[serde_json::Value]) -> Vec<String> {
        let mut told = Told::default();
        let lines = changes.iter().flat_map(|change| news(&mut told, &call(change)));
        lines.map(|line| anstream::adapter::strip_str(&line).to_string()).collect()
    }

    #[test]
    fn a_call_is_told_as_it_goes_and_nothing_twice() {
        let leg = json!([{"who": {"extension": "101"}, "rang_at": "2026-11-28T07:40:11Z"}]);
        let talk = json!([{"who": {"extension": "101"}, "began_at": "2026-11-28T07:40:12Z"}]);
        let record = json!([{"url": "https://x", "heard_at": "2026-11-28T07:40:13Z"}]);
        let ended = json!({"legs": leg, "talks": talk, "state": "ended", "outcome": "answered"});
        let recorded =
            json!({"legs": leg, "talks": talk, "state": "ended", "outcome": "answered", "recordings": record});
        let lines = told(&[
            json!({"legs": leg}),
            json!({"legs": leg, "talks": talk, "state": "talking"}),
            ended.clone(),
            ended,
            recorded,
        ]);
        assert_eq!(
            lines,
            [
                "+7 916 111-22-33 → 101  ringing",
                "answered by 101 Анна Смирнова",
                "ended: answered",
                "its recording came"
            ]
        );
    }

    #[test]
    fn a_hidden_number_a_presumed_end_and_a_correction_read_well() {
        let nobody = json!({"client": null});
        let presumed = json!({"client": null, "state": "ended", "outcome": "missed", "presumed": true});
        let answered = json!({"client": null, "state": "ended", "outcome": "answered"});
        assert_eq!(
            told(&[nobody, presumed, answered]),
            [
                "a hidden number → no extension said  ringing",
                "ended: missed (nobody said that it ended: its time was up)",
                "corrected: answered"
            ]
        );
    }
}
