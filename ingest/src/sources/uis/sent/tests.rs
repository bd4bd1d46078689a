//! What the report of notifications answers.

use schemas::Verbatim;

use super::*;
use crate::sources::listing::{Rest, Window};
use crate::tests::{entry, source};

const HANGUP: &str = r#"{"from_number":"79161112233","call_id":123456789,"user_extension":"101",
    "call_record_url":"https://media.uiscom.ru/123456789/abc","call_state":"HANGUP"}"#;

fn uis() -> SourceEntry {
    let named = Source { notifications_report: Some("Уведомления".to_owned()), ..source("acme-uis") };
    entry(named, &[("api_key", "very-secret")])
}

fn answer(rows: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": "1", "result": {"data": rows, "metadata": {"total_items": 9}}}).to_string()
}

fn sent(changes: &Value) -> Value {
    let mut row = json!({
        "notification_send_date_time": "2026-11-19 11:00:40", "notification_message": HANGUP,
        "notification_send_to": "https://calls.example/hooks/secret-of-acme-uis",
        "notification_channel": {"value": "HTTP", "value_id": "http_request"},
    });
    row.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    row
}

fn listed(rows: &Value) -> Listed {
    Notifications.listed(&uis(), 200, &answer(rows), 0).unwrap()
}

#[test]
fn a14_the_report_is_found_by_the_name_that_people_see() {
    let question = Notifications.number(&uis()).unwrap().unwrap();
    let body = question.body.unwrap();
    assert_eq!(
        (&body["method"], &body["params"]["filter"]["value"]),
        (&json!("get.reports_list"), &json!("Уведомления"))
    );
    let numbered = |rows: Value| Notifications.numbered(&uis(), 200, &answer(&rows));
    let report = |id: u64, name: &str| json!({"id": id, "name": name, "type": "any"});
    assert_eq!(numbered(json!([report(7, "Звонки"), report(1015, "Уведомления")])), Ok(1015));
    for (rows, expect) in
        [(json!([]), "no report"), (json!([report(1, "Уведомления"), report(2, "Уведомления")]), "several")]
    {
        assert!(matches!(numbered(rows), Err(Refused::Because(why)) if why.contains(expect)));
    }
    let refused = json!({"error": {"code": -32001, "message": "No", "data": {"mnemonic": "access_token_invalid"}}});
    assert!(Notifications.numbered(&uis(), 200, &refused.to_string()).is_err());
    let window = Window { from: "2026-11-19T08:00:00Z".parse().unwrap(), to: "2026-11-19T09:00:00Z".parse().unwrap() };
    let asked = Notifications.page(&uis(), Page { window, from: 500, list: Some(1015) }).unwrap().body.unwrap();
    let params = &asked["params"];
    assert_eq!((&params["report_id"], &params["offset"]), (&json!(1015), &json!(500)));
    assert!(!Notifications.is_wanted(&source("acme-uis")) && Notifications.is_wanted(&uis().source));
}

#[test]
fn a14_a_notification_is_the_webhook_that_it_was() {
    let row = listed(&json!([sent(&json!({}))])).rows.remove(0);
    let webhook =
        Verbatim { text: HANGUP.to_owned(), content_type: "application/json".to_owned(), ..Verbatim::default() };
    let request = Request { method: "POST", query: "", content_type: &webhook.content_type, body: HANGUP.as_bytes() };
    let came = sources::read(&uis().source, &request).unwrap();
    let id = &uis().source.id;
    assert_eq!(row.reading.event_id(id), came.event_id(id), "one event, whichever comes first");
    assert_eq!((row.text.as_str(), row.reading.said.recording.as_deref()), (HANGUP, came.said.recording.as_deref()));
    let stamp = "2026-11-19T08:00:40Z".parse().ok();
    assert_eq!((row.ended_at, row.reading.said), (stamp, came.said));
    let unsent = listed(&json!([sent(&json!({"notification_send_date_time": null}))]));
    assert_eq!((unsent.rows.len(), unsent.rows[0].ended_at), (1, None), "one that was never sent is the one to find");
}

#[test]
fn a14_what_went_elsewhere_or_only_said_that_a_call_goes_on_is_passed_over() {
    let ringing = HANGUP.replace("HANGUP", "RINGING");
    let rows = json!([
        sent(&json!({"notification_send_to": "https://other.example/hook"})),
        sent(&json!({"notification_send_to": null})),
        sent(&json!({"notification_channel": {"value_id": "email"}})),
        sent(&json!({"notification_message": ringing})),
        sent(&json!({"notification_message": null})),
    ]);
    let listed = listed(&rows);
    assert_eq!((listed.rows.len(), listed.unreadable, listed.rest), (0, None, Rest::From(5)));
}

#[test]
fn a11_a_notification_that_cannot_be_read_hides_no_other() {
    let rows = json!([
        7,
        sent(&json!({"notification_message": "{}"})),
        sent(&json!({})),
        sent(&json!({"notification_message": 5}))
    ]);
    let listed = listed(&rows);
    assert_eq!((listed.rows.len(), listed.unreadable.unwrap().1), (1, 3));
}
