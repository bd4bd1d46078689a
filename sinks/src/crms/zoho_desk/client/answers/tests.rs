use serde_json::json;

use super::*;

fn now() -> Timestamp {
    "2026-11-19T12:00:00Z".parse().unwrap()
}

fn answer(status: u16, body: &str) -> Reply {
    Reply::Answer(Answer { status, body: body.to_owned(), ..Answer::default() })
}

fn error(status: u16, code: &str) -> Reply {
    answer(status, &json!({"errorCode": code, "message": "said"}).to_string())
}

#[test]
fn f4_f5_f6_f7_f10_f13_the_table() {
    let page = "<!DOCTYPE html><html><body>Sign in</body></html>";
    let rows: [(Reply, &str, &str); 24] = [
        (answer(200, r#"{"id":"100000000000301"}"#), "ok", "ok"),
        (answer(204, ""), "ok", "ok"),
        (answer(200, page), "token_dead", "token_dead"),
        (answer(302, ""), "token_dead", "token_dead"),
        (error(401, "INVALID_OAUTH"), "token_dead", "token_dead"),
        (error(401, "UNAUTHORIZED"), "token_dead", "token_dead"),
        (error(200, "INVALID_OAUTH"), "token_dead", "token_dead"),
        (error(403, "SCOPE_MISMATCH"), "token_dead", "token_dead"),
        (error(403, "OAUTH_ORG_MISMATCH"), "token_dead", "token_dead"),
        (error(403, "FORBIDDEN"), "token_dead", "token_dead"),
        (error(403, "LICENSE_ACCESS_LIMITED"), "token_dead", "token_dead"),
        (error(429, "TOO_MANY_REQUESTS"), "quota", "quota"),
        (error(429, "THRESHOLD_EXCEEDED"), "quota", "quota"),
        (answer(429, ""), "quota", "quota"),
        (error(400, "BAD_REQUEST"), "not_understood", "refused"),
        (error(413, "RESOURCE_SIZE_EXCEEDED"), "not_understood", "refused"),
        (error(415, "UNSUPPORTED_MEDIA_TYPE"), "not_understood", "refused"),
        (error(422, "INVALID_DATA"), "not_understood", "refused"),
        (error(422, "EMPTY_PAYLOAD"), "not_understood", "refused"),
        (error(405, "METHOD_NOT_ALLOWED"), "not_understood", "not_understood"),
        (error(500, "INTERNAL_SERVER_ERROR"), "unavailable", "outcome_unknown"),
        (error(200, "SOMETHING_NEW"), "not_understood", "outcome_unknown"),
        (answer(503, page), "unavailable", "unavailable"),
        (Reply::Lost("reset".to_owned()), "unavailable", "outcome_unknown"),
    ];
    for (reply, to_a_read, to_a_write) in rows {
        let judged = |kind| read(kind, false, reply.clone(), now()).map_or_else(|failure| failure.kind(), |_| "ok");
        assert_eq!((judged(Kind::Read), judged(Kind::Write)), (to_a_read, to_a_write), "{reply:?}");
    }
    for reply in [error(404, "URL_NOT_FOUND"), answer(404, "")] {
        assert_eq!(read(Kind::Write, true, reply.clone(), now()).unwrap_err().kind(), "gone", "one record");
        assert_eq!(read(Kind::Read, false, reply, now()).unwrap_err().kind(), "not_understood", "a list");
    }
}

#[test]
fn f5_the_two_limits_wait_as_long_as_they_ask() {
    let wait = |code: &str, header: Option<&str>| {
        let Reply::Answer(mut answer) = error(429, code) else { panic!("no answer") };
        if let Some(header) = header {
            answer.headers.insert("retry-after", header.parse().unwrap());
        }
        match read(Kind::Read, false, Reply::Answer(answer), now()) {
            Err(Failure::Quota { retry_after: Some(wait), .. }) => wait.as_secs(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((wait("TOO_MANY_REQUESTS", None), wait("THRESHOLD_EXCEEDED", None)), (5, 600));
    assert_eq!((wait("TOO_MANY_REQUESTS", Some("2")), wait("THRESHOLD_EXCEEDED", Some("7200"))), (2, 7200));
}

#[test]
fn f7_a_refusal_names_the_field_and_a_duplicate_is_looked_for() {
    let refusal = |kind: &str| {
        let errors = json!([{"fieldName": "/cf/cf_branch", "errorType": kind, "errorMessage": "is needed"}]);
        answer(422, &json!({"errorCode": "INVALID_DATA", "message": "no", "errors": errors}).to_string())
    };
    let failure = read(Kind::Write, false, refusal("missing"), now()).unwrap_err();
    let Failure::Refused { field, said } = &failure else { panic!("{failure}") };
    assert_eq!(field.as_deref(), Some("cf.cf_branch"));
    assert!(said.contains("/cf/cf_branch missing is needed"), "{said}");
    assert_eq!(read(Kind::Write, false, refusal("duplicate"), now()).unwrap_err().kind(), "outcome_unknown");
    assert_eq!(read(Kind::Read, false, refusal("duplicate"), now()).unwrap_err().kind(), "not_understood");
}

#[test]
fn f6_what_breaks_a_connection_says_what_to_do() {
    let licence = json!({"errorCode": "LICENSE_ACCESS_LIMITED", "message": "x", "feature": "calls"}).to_string();
    for (reply, words) in [
        (error(403, "SCOPE_MISMATCH"), "with all scopes"),
        (error(403, "OAUTH_ORG_MISMATCH"), "org_id"),
        (error(403, "FORBIDDEN"), "permission"),
        (answer(403, &licence), "(calls)"),
    ] {
        let failure = read(Kind::Read, false, reply, now()).unwrap_err().to_string();
        assert!(failure.contains(words), "{failure}");
    }
}

#[test]
fn ids_come_as_texts_and_as_numbers() {
    assert_eq!(new_id(&json!({"id": "100000000000301"})).unwrap(), "100000000000301");
    assert_eq!(new_id(&json!({"id": 100_000_000_000_301_u64})).unwrap(), "100000000000301");
    for said in [json!({}), json!({"id": ""}), json!({"id": "../x"}), json!({"id": null}), json!(null)] {
        assert_eq!(new_id(&said).unwrap_err().kind(), "outcome_unknown", "{said}");
    }
}
