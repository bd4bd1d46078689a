use super::*;
use crate::kit::http::Answer;

fn judged(kind: Kind, status: u16, body: &str) -> &'static str {
    let reply = Reply::Answer(Answer { status, body: body.to_owned(), ..Answer::default() });
    let now = "2026-11-19T12:00:00Z".parse().unwrap();
    let judged = read(kind, reply, now).and_then(|said| match kind {
        Kind::Read => carried_out(kind, &said),
        Kind::Write => new_id(&said).map(|_| ()),
    });
    judged.map_or_else(|failure| failure.kind(), |()| "ok")
}

const ADDED: &str = "<response><action uid='k'><status>true</status><id>7</id></action></response>";
const NO_ID: &str = "<response><action uid='k'><status>true</status></action></response>";
const FALSE: &str =
    "<response><action uid='k'><status>false</status><error field='owner'>нет такого</error></action></response>";
const ERROR: &str = "<response><action uid='k'><error>нет прав</error></action></response>";
const NO_API: &str = "<response><action><status>false</status><error>Нет доступа к API</error></action></response>";
const OVER: &str = "<response><action><error>Сессия истекла, требуется авторизация</error></action></response>";
const OF_FIELD: &str =
    "<response><action><status>false</status><error field='name'>сессия не найдена</error></action></response>";
const SILENT: &str = "<response><action uid='k'></action></response>";
const ROWS: &str = "<response><action><item><id>1</id></item></action></response>";
const PAGE: &str = "\n<!DOCTYPE html><html><body>Войти</body></html>";

#[test]
fn f4_f6_f7_the_table() {
    for (status, body, to_a_read, to_a_write) in [
        (200, ADDED, "ok", "ok"),
        (200, NO_ID, "ok", "outcome_unknown"),
        (200, ROWS, "ok", "outcome_unknown"),
        (200, FALSE, "not_understood", "refused"),
        (200, ERROR, "not_understood", "refused"),
        (200, NO_API, "token_dead", "token_dead"),
        (200, OVER, "token_dead", "token_dead"),
        (200, OF_FIELD, "not_understood", "refused"),
        (200, SILENT, "not_understood", "outcome_unknown"),
        (200, "", "not_understood", "outcome_unknown"),
        (200, &ADDED[..40], "not_understood", "outcome_unknown"),
        (200, "{\"ok\":true}", "not_understood", "outcome_unknown"),
        (200, PAGE, "token_dead", "token_dead"),
        (400, "плохо", "not_understood", "refused"),
        (401, "", "token_dead", "token_dead"),
        (403, PAGE, "token_dead", "token_dead"),
        (302, "", "token_dead", "token_dead"),
        (404, PAGE, "not_understood", "not_understood"),
        (429, "", "quota", "quota"),
        (500, PAGE, "unavailable", "outcome_unknown"),
        (503, PAGE, "unavailable", "unavailable"),
        (502, "", "unavailable", "outcome_unknown"),
    ] {
        let seen = (judged(Kind::Read, status, body), judged(Kind::Write, status, body));
        assert_eq!(seen, (to_a_read, to_a_write), "{status} {body}");
    }
}

#[test]
fn f7_f13_a_refusal_carries_the_crms_word_and_the_field() {
    let failure = new_id(&xml::read(FALSE).unwrap()).unwrap_err();
    assert_eq!(failure, Failure::Refused { field: Some("owner".to_owned()), said: "нет такого".to_owned() });
}

#[test]
fn only_an_answer_that_says_nothing_means_that_the_session_is_over() {
    for (body, over) in
        [(SILENT, true), (OVER, true), (OF_FIELD, false), (ADDED, false), (FALSE, false), (NO_ID, false), (ROWS, false)]
    {
        assert_eq!(is_session_over(&xml::read(body).unwrap()), over, "{body}");
    }
}

#[test]
fn a_log_in_gives_a_session_or_breaks_the_connection() {
    let said = |inside: &str| xml::read(&format!("<response><action>{inside}</action></response>")).unwrap();
    assert_eq!(session(&said("<sess_id>ab12</sess_id>")).unwrap(), "ab12");
    for (inside, kind) in [
        ("<status>false</status><error>неверный пароль</error>", "token_dead"),
        ("", "token_dead"),
        ("<sess_id>a;b=c</sess_id>", "not_understood"),
    ] {
        assert_eq!(session(&said(inside)).unwrap_err().kind(), kind, "{inside}");
    }
}
