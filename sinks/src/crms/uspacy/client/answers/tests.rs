use super::*;
use crate::kit::http::Answer;

fn answer(status: u16, body: &str) -> Reply {
    Reply::Answer(Answer { status, body: body.to_owned(), ..Answer::default() })
}

const WRONG: &str = r#"{"errors":{"owner":["The selected owner is invalid."]},"status":false}"#;
const PAGE: &str = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>";
const CRM: &str = r#"{"status":false,"error":"Entity is locked"}"#;

#[test]
fn f4_f6_f7_the_table() {
    let rows: [(u16, &str, &str, &str); 29] = [
        (201, r#"{"id":7,"title":"380671112233"}"#, "ok", "ok"),
        (200, r#"{"id":"7"}"#, "ok", "ok"),
        (200, r#"{"id":7,"status":"planned","errors":[]}"#, "ok", "ok"),
        (200, r#"{"data":{"id":7}}"#, "ok", "ok"),
        (201, r#"{"title":"380671112233"}"#, "ok", "outcome_unknown"),
        (422, WRONG, "not_understood", "refused"),
        (400, CRM, "not_understood", "refused"),
        (422, "", "not_understood", "refused"),
        (200, WRONG, "not_understood", "refused"),
        (200, CRM, "not_understood", "refused"),
        (200, r#"{"error":"Unauthorized."}"#, "token_dead", "token_dead"),
        (401, r#"{"error":"Unauthorized."}"#, "token_dead", "token_dead"),
        (200, r#"{"message":"Unauthenticated.","status":false}"#, "token_dead", "token_dead"),
        (400, r#"{"error":"Token has expired"}"#, "token_dead", "token_dead"),
        (401, "", "token_dead", "token_dead"),
        (403, r#"{"message":"This action is unauthorized."}"#, "token_dead", "token_dead"),
        (302, "", "token_dead", "token_dead"),
        (200, PAGE, "token_dead", "token_dead"),
        (422, r#"{"errors":{"token":["Unauthorized value."]},"status":false}"#, "not_understood", "refused"),
        (409, r#"{"message":"Conflict"}"#, "not_understood", "not_understood"),
        (413, "", "not_understood", "refused"),
        (429, r#"{"message":"Too Many Attempts."}"#, "quota", "quota"),
        (500, r#"{"message":"Server Error"}"#, "unavailable", "outcome_unknown"),
        (502, PAGE, "unavailable", "outcome_unknown"),
        (503, PAGE, "unavailable", "unavailable"),
        (200, r#"{"id":7"#, "not_understood", "outcome_unknown"),
        (204, "", "ok", "outcome_unknown"),
        (404, r#"{"message":"No query results"}"#, "not_understood", "not_understood"),
        (405, r#"{"message":"The PUT method is not supported"}"#, "not_understood", "not_understood"),
    ];
    for (status, body, to_a_read, to_a_write) in rows {
        let judged = |kind| {
            let read = read(kind, answer(status, body), Timestamp::UNIX_EPOCH);
            let read = read.and_then(|value| if kind == Kind::Write { new_id(&value) } else { Ok(String::new()) });
            read.map_or_else(|failure| failure.kind(), |_| "ok")
        };
        assert_eq!((judged(Kind::Read), judged(Kind::Write)), (to_a_read, to_a_write), "{status} {body}");
    }
}

#[test]
fn f7_a_refusal_carries_the_crms_word_and_the_field() {
    let failure = read(Kind::Write, answer(422, WRONG), Timestamp::UNIX_EPOCH).unwrap_err();
    let said = "The selected owner is invalid.".to_owned();
    assert_eq!(failure, Failure::Refused { field: Some("owner".to_owned()), said });
}

#[test]
fn f10_a_record_that_is_not_there_is_gone() {
    assert_eq!(gone(&answer(404, r#"{"message":"none"}"#)).unwrap_err().kind(), "gone");
    assert!(gone(&answer(200, "{}")).is_ok());
}

#[test]
fn f5_both_forms_of_retry_after_are_read() {
    let now: Timestamp = "2026-11-19T12:00:00Z".parse().unwrap();
    for (header, seconds) in [("17", 17), ("Thu, 19 Nov 2026 12:01:30 GMT", 90)] {
        let Reply::Answer(mut said) = answer(429, r#"{"message":"Too Many Attempts."}"#) else { panic!("an answer") };
        said.headers.insert("retry-after", header.parse().unwrap());
        let failure = read(Kind::Read, Reply::Answer(said), now).unwrap_err();
        assert!(
            matches!(&failure, Failure::Quota { retry_after: Some(wait), .. } if wait.as_secs() == seconds),
            "{failure}"
        );
    }
}
