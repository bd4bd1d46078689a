//! Answers as the CRM gives them, and what kind of failure each is.

use super::*;
use crate::kit::http::Answer;

fn answer(status: u16, body: &str) -> Reply {
    Reply::Answer(Answer { status, body: body.to_owned(), ..Answer::default() })
}

fn judge(ask: Ask, status: u16, body: &str) -> Result<Value, Failure> {
    read(ask, answer(status, body), "2026-11-19T12:00:00Z".parse().unwrap())
}

const INVALID: &str =
    r#"{"statusCode":400,"message":["managerId must be a number","phone must be a string"],"error":"Bad Request"}"#;
const NO_PATH: &str = r#"{"statusCode":404,"message":"Cannot POST /open-api/calls","error":"Not Found"}"#;
const NO_RECORD: &str = r#"{"statusCode":404,"message":"Client not found","error":"Not Found"}"#;
const CONFLICT: &str = r#"{"statusCode":409,"message":"externalId is taken","error":"Conflict","id":77}"#;
const THROTTLED: &str = r#"{"statusCode":429,"message":"ThrottlerException: Too Many Requests"}"#;
const UNAUTHORIZED: &str = r#"{"statusCode":401,"message":"Unauthorized"}"#;
const FORBIDDEN: &str = r#"{"statusCode":403,"message":"Forbidden resource","error":"Forbidden"}"#;
const PAGE: &str = "<!DOCTYPE html><html><body>Sitniks</body></html>";

#[test]
fn f4_f5_f6_f7_the_table() {
    // To a list, to one record, to a change, to a making.
    let rows = [
        (200, "{}", ["ok", "ok", "ok", "ok"]),
        (401, UNAUTHORIZED, ["token_dead"; 4]),
        (403, FORBIDDEN, ["token_dead"; 4]),
        (403, PAGE, ["token_dead"; 4]),
        (200, PAGE, ["token_dead"; 4]),
        (302, "", ["token_dead"; 4]),
        (200, FORBIDDEN, ["token_dead"; 4]),
        (200, UNAUTHORIZED, ["token_dead"; 4]),
        (404, NO_PATH, ["not_understood"; 4]),
        (404, PAGE, ["not_understood"; 4]),
        (404, NO_RECORD, ["not_understood", "gone", "gone", "not_understood"]),
        (400, INVALID, ["not_understood", "not_understood", "refused", "refused"]),
        (200, INVALID, ["not_understood", "not_understood", "refused", "refused"]),
        (422, INVALID, ["not_understood", "not_understood", "refused", "refused"]),
        (409, CONFLICT, ["not_understood", "not_understood", "not_understood", "already_there"]),
        (429, THROTTLED, ["quota"; 4]),
        (200, THROTTLED, ["quota"; 4]),
        (503, PAGE, ["unavailable"; 4]),
        (500, "{}", ["unavailable", "unavailable", "outcome_unknown", "outcome_unknown"]),
        (200, "{\"id\":", ["not_understood", "not_understood", "outcome_unknown", "outcome_unknown"]),
    ];
    for (status, body, kinds) in rows {
        for (ask, kind) in [Ask::List, Ask::One, Ask::Change, Ask::Make].into_iter().zip(kinds) {
            let judged = judge(ask, status, body).map_or_else(|failure| failure.kind(), |_| "ok");
            assert_eq!(judged, kind, "{ask:?} {status} {body}");
        }
    }
}

#[test]
fn f7_a_refusal_carries_the_crms_words_and_the_field() {
    for (body, field, said) in [
        (INVALID, Some("managerId"), "managerId must be a number; phone must be a string"),
        (r#"{"message":["property colour should not exist"]}"#, Some("colour"), "colour should not exist"),
        (r#"{"message":"Validation failed"}"#, None, "Validation failed"),
        (r#"{"errors":{"phone":"taken"}}"#, None, "taken"),
    ] {
        let Err(Failure::Refused { field: named, said: words }) = judge(Ask::Make, 400, body) else { panic!("{body}") };
        assert_eq!(named.as_deref(), field, "{body}");
        assert!(words.contains(said) && words.starts_with("status 400"), "{words}");
    }
}

#[test]
fn f6_a_trial_plan_is_told_of_in_words() {
    let said = judge(Ask::List, 403, FORBIDDEN).unwrap_err().to_string();
    assert!(said.contains("trial plan") && said.contains("paid") && said.contains("Forbidden resource"), "{said}");
}

#[test]
fn what_is_in_the_way_has_an_id_where_the_crm_says_it() {
    let rows =
        [(CONFLICT, "77"), (r#"{"message":"x","data":{"id":"a1"}}"#, "a1"), (r#"{"existingId":5}"#, "5"), ("{}", "")];
    for (body, id) in rows {
        assert_eq!(judge(Ask::Make, 409, body), Err(Failure::AlreadyThere { crm_id: id.to_owned() }), "{body}");
    }
}

#[test]
fn lists_and_records_are_read_in_every_wrapping() {
    for body in [r#"{"data":[{"id":1}],"count":1}"#, r#"{"clients":[{"id":1}],"total":1}"#, r#"[{"id":1}]"#] {
        let said: Value = serde_json::from_str(body).unwrap();
        let rows = rows(&said, "clients").unwrap();
        assert_eq!((rows.len(), id(&rows[0]).as_deref()), (1, Some("1")), "{body}");
    }
    assert_eq!(rows(&serde_json::json!({"data": null}), "clients").unwrap_err().kind(), "not_understood");
    for body in [r#"{"id":"7"}"#, r#"{"data":{"id":7}}"#] {
        assert_eq!(new_id(&serde_json::from_str(body).unwrap()).unwrap(), "7", "{body}");
    }
    assert_eq!(new_id(&serde_json::json!({"ok": true})).unwrap_err().kind(), "outcome_unknown");
}

#[test]
fn an_id_of_another_shape_is_in_no_path() {
    assert_eq!(segment("15").unwrap(), "15");
    for wrong in ["", "1/2", "..", "1?x=1"] {
        assert_eq!(segment(wrong).unwrap_err().kind(), "gone", "{wrong}");
    }
}
