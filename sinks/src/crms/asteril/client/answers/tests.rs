//! Answers as they may come, and what kind of failure each is.

use serde_json::json;

use super::*;
use crate::kit::http::Answer;

fn answer(status: u16, body: &str) -> Reply {
    Reply::Answer(Answer { status, body: body.to_owned(), ..Answer::default() })
}

fn judged(kind: Kind, reply: &Reply) -> &'static str {
    let read = read(kind, reply.clone(), "2026-11-19T12:00:00Z".parse().unwrap());
    let read = read.and_then(|said| if kind == Kind::Write { new_id(&said) } else { Ok(String::new()) });
    read.map_or_else(|failure| failure.kind(), |_| "ok")
}

const LOG_IN: &str = "<!DOCTYPE html><html><form action=\"/login\"><input type=\"password\"></form></html>";

#[test]
fn f4_f6_f7_the_table() {
    let rows: [(u16, &str, &str, &str); 36] = [
        (200, r#"{"success":true,"id":5}"#, "ok", "ok"),
        (200, r#"{"success":true,"id":"5","errors":[]}"#, "ok", "ok"),
        (200, r#"{"success":true}"#, "ok", "outcome_unknown"),
        (200, r#"{"success":true,"id":"../5"}"#, "ok", "outcome_unknown"),
        (200, "", "ok", "outcome_unknown"),
        (200, r#"{"success":tr"#, "not_understood", "outcome_unknown"),
        (200, r#"{"success":false,"errors":{"phone":["is not valid"]}}"#, "not_understood", "refused"),
        (200, r#"{"success":0,"error":"Duplicate entry for key 'phone'"}"#, "not_understood", "refused"),
        (200, r#"{"success":false}"#, "not_understood", "refused"),
        (200, r#"{"errors":"Поле title обов'язкове"}"#, "not_understood", "refused"),
        (200, r#"{"success":false,"error":"Invalid api_key"}"#, "token_dead", "token_dead"),
        (200, r#"{"success":false,"message":"Невірний ключ"}"#, "token_dead", "token_dead"),
        (200, r#"{"error":{"code":7,"text":"Access denied"}}"#, "token_dead", "token_dead"),
        (200, r#"{"success":false,"errors":{"api_key":["wrong key"]}}"#, "token_dead", "token_dead"),
        (200, r#"{"success":false,"errors":{"client_id":["access denied"]}}"#, "not_understood", "refused"),
        (200, r#"{"success":false,"error":"Too many requests"}"#, "quota", "quota"),
        (200, LOG_IN, "token_dead", "token_dead"),
        (200, "<html><h1>API key is not active</h1></html>", "token_dead", "token_dead"),
        (200, "<br />\n<b>Fatal error</b>: Uncaught PDOException", "not_understood", "outcome_unknown"),
        (200, "\u{feff}<html><h1>Oops</h1></html>", "not_understood", "outcome_unknown"),
        (200, "<html><h1>Not found: /login.php</h1></html>", "not_understood", "outcome_unknown"),
        (200, "<html><h1>Необработанное исключение</h1></html>", "not_understood", "outcome_unknown"),
        (200, r#"{"success":false,"error":"Модуль виключено"}"#, "not_understood", "refused"),
        (200, r#"{"error":0,"id":5}"#, "ok", "ok"),
        (200, r#"{"success":false,"error":"Ключ не знайдено"}"#, "token_dead", "token_dead"),
        (302, "", "token_dead", "token_dead"),
        (401, r#"{"success":false,"error":"x"}"#, "token_dead", "token_dead"),
        (403, "", "token_dead", "token_dead"),
        (404, "", "not_understood", "not_understood"),
        (405, "", "not_understood", "not_understood"),
        (422, r#"{"success":false,"errors":{"phone":["x"]}}"#, "not_understood", "refused"),
        (422, "no", "not_understood", "refused"),
        (400, r#"{"success":false,"error":"api_key is required"}"#, "token_dead", "token_dead"),
        (429, "", "quota", "quota"),
        (500, LOG_IN, "unavailable", "outcome_unknown"),
        (503, "", "unavailable", "unavailable"),
    ];
    for (status, body, to_a_read, to_a_write) in rows {
        let reply = answer(status, body);
        let seen = (judged(Kind::Read, &reply), judged(Kind::Write, &reply));
        assert_eq!(seen, (to_a_read, to_a_write), "{status} {body}");
    }
}

#[test]
fn f7_a_refusal_carries_the_crms_words_and_the_field() {
    let said = json!({"success": false, "errors": {"phone": ["is empty", "is short"]}, "message": "not saved"});
    let failure = read(Kind::Write, answer(422, &said.to_string()), Timestamp::UNIX_EPOCH).unwrap_err();
    let words = "phone: is empty, is short; not saved".to_owned();
    assert_eq!(failure, Failure::Refused { field: Some("phone".to_owned()), said: words });
    let long = json!({"success": false, "error": "слово\n".repeat(1000)}).to_string();
    let failure = read(Kind::Write, answer(200, &long), Timestamp::UNIX_EPOCH).unwrap_err().to_string();
    assert!(failure.chars().count() < 400 && !failure.contains('\n'));
}

#[test]
fn f10_a_record_that_is_gone_is_told_from_other_refusals() {
    // Whether a change of it is given up, and whether one that is asked for is taken to be nobody.
    for (status, body, gone, nothing) in [
        (404, "", true, true),
        (410, "", true, true),
        (405, "", false, true),
        (200, r#"{"success":false,"error":"Call not found"}"#, true, true),
        (200, r#"{"success":false,"error":"Клієнта не знайдено"}"#, true, true),
        (200, r#"{"success":false,"error":"Unknown method"}"#, false, true),
        (200, r#"{"success":false,"errors":{"client_id":["not found"]}}"#, false, true),
        (200, r#"{"success":false,"error":"API key not found"}"#, false, false),
        (200, r#"{"success":false,"error":"Too many requests"}"#, false, false),
        (200, "<html>not found</html>", false, false),
        (200, r#"{"success":true}"#, false, false),
        (422, r#"{"success":false,"error":"field not found"}"#, false, true),
        (500, "not found", false, false),
    ] {
        let reply = answer(status, body);
        assert_eq!((is_gone(&reply), is_nothing(&reply)), (gone, nothing), "{status} {body}");
    }
}
