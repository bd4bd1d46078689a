//! A call explained, for people: the call, what was said of it in the order received and what that changed, and what every
//! connection made of it, with the last requests and answers.

mod changes;

use console::wire;
use schemas::{Said, Timestamp, Verbatim};

use crate::commands::deliveries::{requests, steps};
use crate::output::{Column, Show, clean, paint};
use crate::times;

/// The call itself.
pub const COLUMNS: &[Column] = &[
    Column::new("ID", "/call/id", Show::Whole),
    Column::new("ACCOUNT", "/call/account", Show::Whole),
    Column::new("DIRECTION", "/call/direction", Show::Text),
    Column::new("STATE", "/call/state", Show::Word),
    Column::new("OUTCOME", "/call/outcome", Show::Word),
    Column::new("CLIENT", "/client_name", Show::Whole),
    Column::new("LINE", "/call/line/said", Show::Whole),
    Column::new("STARTED", "/call/started_at", Show::Time),
    Column::new("ANSWERED", "/call/answered_at", Show::Time),
    Column::new("ENDED", "/call/ended_at", Show::Time),
    Column::new("END PRESUMED", "/call/presumed", Show::Text),
    Column::new("TALK SECONDS", "/call/talk_seconds", Show::Number),
    Column::new("WAIT SECONDS", "/call/wait_seconds", Show::Number),
    Column::new("REVISION", "/call/revision", Show::Number),
];

/// What belongs below it.
pub fn more(view: &wire::CallView) -> String {
    let mut text = String::new();
    section(&mut text, "RECORDINGS", view.call.recordings.iter().map(|recording| line(&recording.url)));
    section(&mut text, "DID NOT FIT TOGETHER", view.call.anomalies.iter().map(|anomaly| line(anomaly)));
    section(&mut text, "WHAT WAS SAID", said_in_order(view).into_iter());
    section(&mut text, "WHAT WAS MADE OF IT", view.deliveries.iter().map(delivery));
    text
}

fn section(text: &mut String, title: &str, parts: impl Iterator<Item = String>) {
    let parts: String = parts.collect();
    if !parts.is_empty() {
        text.extend(["\n", title, "\n", &parts]);
    }
}

fn line(text: &str) -> String {
    format!("  {}\n", clean(text))
}

/// Each request that said something, in the order received; an event of which the log has none left stands by itself.
fn said_in_order(view: &wire::CallView) -> Vec<String> {
    let of = |event: &wire::EventView| -> Vec<(Timestamp, String)> {
        if event.receipts.is_empty() {
            return vec![(event.at, heard(view, event, None))];
        }
        event.receipts.iter().map(|receipt| (receipt.received_at, heard(view, event, Some(receipt)))).collect()
    };
    let mut all: Vec<_> = view.events.iter().flat_map(of).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, text)| text).collect()
}

fn heard(view: &wire::CallView, event: &wire::EventView, receipt: Option<&wire::Receipt>) -> String {
    let at = receipt.map_or(event.at, |receipt| receipt.received_at);
    let offset = at.duration_since(view.call.started_at).as_secs();
    let (shown, origin) = (times::short(&at.to_string()), word(&event.origin));
    let mut text = line(&format!("{offset:>+6}s  {shown}  {origin}  {}", said(&event.said)));
    // Words of the clock and of operators have no body.
    if let Some(receipt) = receipt.filter(|receipt| receipt.body != Verbatim::default()) {
        text.push_str(&line(&format!("         {}", body(&receipt.body))));
    }
    let did = if receipt.is_some_and(|receipt| receipt.repeated) {
        "said before: changed nothing".to_owned()
    } else {
        format!("revision {}: {}", event.revision, changes::line(&event.changed))
    };
    text + &line(&format!("         {did}"))
}

fn said(said: &Said) -> String {
    let who = if said.who.is_empty() { String::new() } else { format!(", employee {}", said.who.name()) };
    let recording = said.recordings().map(|url| format!(", recording {url}")).collect::<Vec<_>>().concat();
    let talk = said.talk_seconds.map(|seconds| format!(", talk {seconds} s")).unwrap_or_default();
    format!("{}{who}{talk}{recording}", word(&said.state))
}

fn body(body: &Verbatim) -> String {
    if body.text.is_empty() { format!("not UTF-8, in hexadecimal: {}", body.hex) } else { body.text.replace('\n', " ") }
}

fn delivery(view: &wire::DeliveryView) -> String {
    let row = &view.row;
    let revision = format!("revision {} of {}", row.done, row.wanted);
    let next = row.next_try_at.map(|at| format!(", next try {}", times::short(&at.to_string()))).unwrap_or_default();
    let note = if row.note.is_empty() { String::new() } else { format!("\n  {}", clean(&row.note)) };
    let (steps, requests) = (indented(&steps(&view.steps)), indented(&requests(&view.requests)));
    let head = format!("  {}  {}  {revision}{next}{note}\n", row.connection, paint(row.status.word()));
    format!("{head}{steps}  requests and answers, the newest last\n{requests}")
}

fn indented(text: &str) -> String {
    text.lines().flat_map(|line| ["  ", line, "\n"]).collect()
}

/// The word that a value has in the API.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_is_explained_in_order() {
        let at = "2026-11-28T07:40:11Z";
        let said = json!({"state": "ANSWERED", "who": {"extension": "101"}});
        let view = json!({
            "call": {
                "id": "acme-uis/1", "account": "acme", "source": "acme-uis", "session": "1", "use_number": 1,
                "revision": 1, "direction": "incoming", "state": "talking", "legs": [], "talks": [], "started_at": at,
                "recordings": [{"url": "https://media.example/1", "heard_at": at}], "last_heard_at": at,
                "anomalies": ["an \u{1b}[31mend before a beginning"], "events": [],
            },
            "events": [{
                "id": "000000000000000000000000000000e1", "at": at, "offset_seconds": 0, "origin": "webhook", "said": said,
                "revision": 1, "changed": [{"field": "state", "before": null, "after": "talking"}], "receipts": [
                    {"receipt": "0199a1b2-0000-7000-8000-000000000000", "received_at": at, "body": {"text": "{\"a\":1}"}},
                    {"receipt": "0199a1b2-0000-7000-8000-000000000001", "received_at": "2026-11-28T07:40:19Z",
                        "repeated": true, "body": {"text": "{\"a\": 1}"}},
                ],
            }, {
                "id": "000000000000000000000000000000e2", "at": "2026-11-28T07:40:15Z", "offset_seconds": 4,
                "origin": "clock", "said": {"state": "PRESUMED_END"}, "revision": 2, "changed": [], "receipts": [],
            }],
            "deliveries": [{
                "connection": "acme-rbs", "kind": "rbs-crm", "call": "acme-uis/1", "status": "pending", "wanted": 2,
                "done": 1, "attempts": 3, "created_at": at, "since": at, "next_try_at": at, "note": "the CRM is away",
                "steps": [{"name": "contact", "status": "done", "crm_id": "17", "link": "https://crm.test/17",
                    "content": {"n": 1}, "at": at}],
                "requests": ["2026-11-28T07:40:11.000Z POST /a -> 200 in 3 ms"],
            }],
        });
        let text = more(&serde_json::from_value(view).unwrap());
        let expected = "
RECORDINGS
  https://media.example/1

DID NOT FIT TOGETHER
  an [31mend before a beginning

WHAT WAS SAID
      +0s  2026-11-28 07:40:11Z  webhook  ANSWERED, employee 101
           {\"a\":1}
           revision 1: state: talking
      +4s  2026-11-28 07:40:15Z  clock  PRESUMED_END
           revision 2: changed nothing that is shown
      +8s  2026-11-28 07:40:19Z  webhook  ANSWERED, employee 101
           {\"a\": 1}
           said before: changed nothing

WHAT WAS MADE OF IT
  acme-rbs  pending  revision 1 of 2, next try 2026-11-28 07:40:11Z
  the CRM is away
    2026-11-28 07:40:11Z  done  contact  id 17  https://crm.test/17
        {\"n\":1}
  requests and answers, the newest last
    2026-11-28T07:40:11.000Z POST /a -> 200 in 3 ms
";
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), expected);
    }
}
