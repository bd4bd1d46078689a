//! What the Data API answers, row by row.

use std::time::Duration;

use backbone::store::SourceEntry;
use schemas::{Direction, SourceId};

use super::*;
use crate::sources::listing::{Rest, Row, Window};
use crate::sources::uis::pages::LIMIT_WAIT;
use crate::tests::{entry, source};

fn uis() -> SourceEntry {
    entry(source("acme-uis"), &[("api_key", "very-secret")])
}

fn page(from: &str, to: &str, row: u64) -> Page {
    Page { window: Window { from: from.parse().unwrap(), to: to.parse().unwrap() }, from: row, list: None }
}

fn answer(rows: &Value, total: u64, limits: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": "1", "result": {"data": rows, "metadata": {"total_items": total, "limits": limits}}})
        .to_string()
}

fn call() -> Value {
    json!({
        "id": 123_456_789, "start_time": "2026-11-19 11:00:05", "finish_time": "2026-11-19 11:00:40", "direction": "in",
        "is_lost": false, "contact_phone_number": "79161112233", "virtual_phone_number": "74951112233",
        "wait_duration": 4, "talk_duration": 31, "call_records": ["rec1", "rec2"], "last_talked_employee_id": 2345,
        "employees": [{"employee_id": 2344, "is_talked": false}, {"employee_id": 2345, "is_talked": true}],
    })
}

fn row(changes: &Value) -> Row {
    let mut call = call();
    call.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let listed = Report.listed(&uis(), 200, &answer(&json!([call]), 1, &Value::Null), 0).unwrap();
    assert_eq!((listed.unreadable.as_ref(), listed.rest), (None, Rest::Nothing));
    listed.rows.into_iter().next().unwrap()
}

#[test]
fn a14_a_window_is_asked_for_in_the_accounts_zone_and_by_the_method_s_own_parameters() {
    let page = page("2026-11-19T08:00:00Z", "2026-11-19T09:30:00.5Z", 500);
    let question = Report.page(&uis(), page).unwrap();
    let params = &question.body.as_ref().unwrap()["params"];
    assert_eq!(
        (&params["date_from"], &params["date_till"]),
        (&json!("2026-11-19 11:00:00"), &json!("2026-11-19 12:30:01"))
    );
    assert_eq!((&params["offset"], &params["limit"]), (&json!(500), &json!(500)));
    assert_eq!(params["access_token"], "very-secret");
    assert!(Report.page(&entry(source("acme-uis"), &[]), page).unwrap_err().contains("api_key"));
}

#[test]
fn a14_a_row_is_one_event_with_the_session_and_recordings_of_its_notifications() {
    let Row { reading, ended_at, text } = row(&json!({}));
    let said = &reading.said;
    assert_eq!(reading.session, "123456789");
    assert_eq!((said.state, said.talk_seconds, said.wait_seconds), (PbxState::Hangup, Some(31), Some(4)));
    assert_eq!(said.direction, Some(Direction::Incoming));
    assert_eq!(said.client.as_ref().unwrap().e164.as_deref(), Some("+79161112233"));
    assert_eq!(said.started_at.unwrap().to_string(), "2026-11-19T08:00:05Z");
    assert_eq!(ended_at.unwrap().to_string(), "2026-11-19T08:00:40Z");
    assert_eq!(said.who, Who { pbx_id: Some("2345".into()), ..Who::default() });
    let urls: Vec<_> = said.recordings().collect();
    assert_eq!(urls, ["https://media.uiscom.ru/123456789/rec1", "https://media.uiscom.ru/123456789/rec2"]);
    assert!(text.contains("\"is_lost\":false"), "{text}");
}

#[test]
fn a14_lost_calls_and_who_was_tried() {
    let tried = json!([{"employee_id": 2344, "is_talked": false}]);
    let rows = [
        (json!({"is_lost": true, "talk_duration": 0, "employees": tried}), (PbxState::Missed, Some(0)), Some("2344")),
        (json!({"is_lost": true, "talk_duration": 9}), (PbxState::Missed, Some(0)), None),
        (
            json!({"direction": "out", "talk_duration": 0, "employees": tried}),
            (PbxState::Missed, Some(0)),
            Some("2344"),
        ),
        (json!({"last_talked_employee_id": null}), (PbxState::Hangup, Some(31)), Some("2345")),
    ];
    for (changes, expect, who) in rows {
        let said = row(&changes).reading.said;
        assert_eq!((said.state, said.talk_seconds), expect, "{changes}");
        assert_eq!(said.who.pbx_id.as_deref(), who, "{changes}");
    }
}

#[test]
fn a14_asked_twice_is_one_event_and_no_notification_s() {
    let id: SourceId = "acme-uis".parse().unwrap();
    let event = |changes: &Value| row(changes).reading.event_id(&id);
    assert_eq!(event(&json!({})), event(&json!({"unasked": 7})));
    assert_ne!(event(&json!({})), event(&json!({"call_records": ["rec1"]})), "a recording that came later is told");
}

#[test]
fn a14_pages_and_limits_are_kept_to() {
    let read = |body: &str, from| Report.listed(&uis(), 200, body, from);
    let limits = json!({"day_remaining": 5, "day_reset": 9000, "minute_remaining": 0, "minute_reset": 31});
    let two = json!([call(), call()]);
    let listed = read(&answer(&two, 5, &limits), 0).unwrap();
    assert_eq!((listed.rest, listed.wait), (Rest::From(2), Some(Duration::from_secs(31))));
    assert_eq!(read(&answer(&two, 5, &json!({})), 3).unwrap().rest, Rest::Nothing);
    assert_eq!(read(&answer(&two, 200_000, &json!({})), 99_999).unwrap().rest, Rest::Unknown, "no page further on");
    let refused = |limits: &Value| {
        let data = json!({"mnemonic": "limit_exceeded", "metadata": {"limits": limits}});
        read(&json!({"error": {"code": -32029, "message": "No", "data": data}}).to_string(), 0).unwrap_err()
    };
    assert_eq!(refused(&limits), Refused::Limit(Duration::from_secs(31)));
    assert_eq!(refused(&Value::Null), Refused::Limit(LIMIT_WAIT));
    let invalid = json!({"error": {"code": -32001, "message": "No", "data": {"mnemonic": "access_token_invalid"}}});
    assert!(matches!(read(&invalid.to_string(), 0), Err(Refused::Because(why)) if why.contains("refused the api_key")));
    assert!(matches!(read("<html>", 0), Err(Refused::Because(why)) if why.contains("not understood")));
}

#[test]
fn a11_a_row_that_cannot_be_read_hides_no_other() {
    let body = answer(&json!([{"id": null}, 7, call(), {"id": "a b"}]), 4, &Value::Null);
    let listed = Report.listed(&uis(), 200, &body, 0).unwrap();
    assert_eq!((listed.rows.len(), listed.unreadable.unwrap().1), (1, 3));
}

#[test]
fn a14_employees_extensions_are_read() {
    let employees =
        json!([{"id": 2345, "extension": {"extension_phone_number": "101"}}, {"id": 2346, "extension": null}]);
    let staff = Report.staffed(200, &answer(&employees, 2, &Value::Null)).unwrap();
    assert_eq!(staff, Staff::from([("2345".to_owned(), "101".to_owned())]));
    assert!(Report.staff(&uis()).is_some());
}
