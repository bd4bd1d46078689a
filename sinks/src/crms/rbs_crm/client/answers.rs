//! The one table from what came back to a kind of failure. Pure.
//!
//! | what came back | to a read | to a write |
//! |---|---|---|
//! | no connection, unknown host | unavailable | unavailable |
//! | time over, connection broken, 408, too long, other 5xx | unavailable (too long: not understood) | outcome unknown |
//! | 503 | unavailable | unavailable |
//! | 429 | quota | quota |
//! | 401, 403, a redirect, a web page | token dead | token dead |
//! | 400, 413, 422, `<status>false</status>` | refused | refused |
//! | any other status | not understood | not understood |
//! | no XML, cut off, no `<status>` of a session just given, a new row without `<id>` | not understood | outcome unknown |

use std::time::Duration;

use schemas::Timestamp;

use crate::crms::rbs_crm::xml::{self, Said};
use crate::failure::Failure;

/// Whether a request may leave something behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only asks.
    Read,
    /// It makes or changes a row.
    Write,
}

/// What came back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The header `Location`.
        location: Option<String>,
        /// The header `Retry-After`.
        retry_after: Option<String>,
        /// The body.
        body: String,
    },
    /// Nothing: the request never left.
    NotSent(String),
    /// Nothing, though the request may have arrived.
    Lost(String),
    /// More than an answer of this API can be.
    TooLong,
}

/// How long a word of the CRM may be in an error, in characters.
const WORD_MAX: usize = 300;
/// A longer wait asked for is taken as this.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// The actions of an answer, or what kind of failure it is.
pub fn read(kind: Kind, reply: Reply, now: Timestamp) -> Result<Vec<Said>, Failure> {
    let (status, location, retry_after, body) = match reply {
        Reply::NotSent(why) => return Err(Failure::Unavailable(why)),
        Reply::Lost(why) => return Err(lost(kind, why)),
        Reply::TooLong => return Err(unclear(kind, "the answer is longer than 1 MiB".to_owned())),
        Reply::Answer { status, location, retry_after, body } => (status, location, retry_after, body),
    };
    let said = || format!("status {status}: {}", word(&body));
    match status {
        200..=299 if is_web_page(&body) => {
            Err(Failure::TokenDead(format!("a web page came instead of an answer: {}", word(&body))))
        }
        200..=299 => xml::read(&body).map_err(|why| unclear(kind, format!("{why}: {}", word(&body)))),
        300..=399 => Err(Failure::TokenDead(format!(
            "it redirects to {}; check base_url, and that the API is open to this user",
            word(location.as_deref().unwrap_or("nowhere"))
        ))),
        401 | 403 => Err(Failure::TokenDead(said())),
        429 => {
            let retry_after = retry_after.and_then(|header| wait(&header, now));
            Err(Failure::Quota { said: said(), retry_after })
        }
        400 | 413 | 422 if kind == Kind::Write => Err(Failure::Refused { field: None, said: said() }),
        503 => Err(Failure::Unavailable(said())),
        408 | 500..=599 => Err(lost(kind, said())),
        _ => Err(Failure::NotUnderstood(said())),
    }
}

/// The CRM says nothing of an action when the session it came with is over.
pub fn is_session_over(said: &[Said]) -> bool {
    said.iter().all(|said| said.status.is_none() && said.error.is_none() && said.id.is_none() && said.rows.is_empty())
}

/// Whether every action was carried out.
pub fn carried_out(kind: Kind, said: &[Said]) -> Result<(), Failure> {
    for said in said {
        match said.status {
            Some(true) => {}
            Some(false) => return Err(refused(kind, said)),
            None if said.error.is_some() => return Err(refused(kind, said)),
            None if kind == Kind::Read && !said.rows.is_empty() => {}
            None => return Err(unclear(kind, "the answer says nothing of an action".to_owned())),
        }
    }
    Ok(())
}

/// The session that a log-in gave.
pub fn session(said: &[Said]) -> Result<&str, Failure> {
    if let Some(session) = said.iter().find_map(|said| said.session.as_deref()) {
        let fits = session.bytes().all(|b| b.is_ascii_graphic() && !b";,\"\\".contains(&b));
        return if fits {
            Ok(session)
        } else {
            Err(Failure::NotUnderstood("the session id fits no cookie".to_owned()))
        };
    }
    let why = said.iter().find_map(|said| said.error.as_deref()).map_or_else(|| "it gave no session".to_owned(), word);
    Err(Failure::TokenDead(format!("log-in: {why}")))
}

/// The id of a new row.
pub fn new_id(said: &[Said]) -> Result<String, Failure> {
    carried_out(Kind::Write, said)?;
    let id = said.iter().find_map(|said| said.id.clone());
    id.ok_or_else(|| Failure::OutcomeUnknown("the answer names no id of the new row".to_owned()))
}

/// Only a record can be refused. A look-up that is, as after a change in the configurator, says nothing of the call: it is
/// tried again.
fn refused(kind: Kind, said: &Said) -> Failure {
    let word = said.error.as_deref().map_or_else(|| "it does not say why".to_owned(), word);
    if kind == Kind::Read {
        return Failure::NotUnderstood(format!("a look-up was refused: {word}"));
    }
    Failure::Refused { field: said.field.clone(), said: word }
}

fn lost(kind: Kind, why: String) -> Failure {
    match kind {
        Kind::Read => Failure::Unavailable(why),
        Kind::Write => Failure::OutcomeUnknown(why),
    }
}

fn unclear(kind: Kind, why: String) -> Failure {
    match kind {
        Kind::Read => Failure::NotUnderstood(why),
        Kind::Write => Failure::OutcomeUnknown(why),
    }
}

fn is_web_page(body: &str) -> bool {
    let start: String = body.trim_start_matches('\u{feff}').trim_start().chars().take(15).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// On one line, and not too long.
fn word(text: impl AsRef<str>) -> String {
    let words: Vec<&str> = text.as_ref().split_whitespace().take(WORD_MAX).collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(WORD_MAX).collect()
}

/// `Retry-After`: seconds, or a date.
fn wait(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    let wait = if let Ok(seconds) = header.parse() {
        Duration::from_secs(seconds)
    } else {
        let until = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
        Duration::try_from(until.duration_since(now)).unwrap_or_default()
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-19T12:00:00Z".parse().unwrap()
    }

    fn answer(status: u16, body: &str) -> Reply {
        Reply::Answer { status, location: None, retry_after: None, body: body.to_owned() }
    }

    fn judged(kind: Kind, reply: Reply) -> &'static str {
        let judged = read(kind, reply, now()).and_then(|said| match kind {
            Kind::Read => carried_out(kind, &said),
            Kind::Write => new_id(&said).map(|_| ()),
        });
        judged.map_or_else(|failure| failure.kind(), |()| "ok")
    }

    const ADDED: &str = "<response><action uid='k'><status>true</status><id>7</id></action></response>";
    const NO_ID: &str = "<response><action uid='k'><status>true</status></action></response>";
    const FALSE: &str =
        "<response><action uid='k'><status>false</status><error field='owner'>нет такого</error></action></response>";
    const SILENT: &str = "<response><action uid='k'></action></response>";
    const PAGE: &str = "\n<!DOCTYPE html><html><body>Войти</body></html>";

    #[test]
    fn f4_f6_f7_the_table() {
        let rows: [(Reply, &str, &str); 23] = [
            (answer(200, ADDED), "ok", "ok"),
            (answer(200, NO_ID), "ok", "outcome_unknown"),
            (answer(200, FALSE), "not_understood", "refused"),
            (answer(200, SILENT), "not_understood", "outcome_unknown"),
            (answer(200, ""), "not_understood", "outcome_unknown"),
            (answer(200, &ADDED[..40]), "not_understood", "outcome_unknown"),
            (answer(200, "{\"ok\":true}"), "not_understood", "outcome_unknown"),
            (answer(200, PAGE), "token_dead", "token_dead"),
            (answer(302, ""), "token_dead", "token_dead"),
            (answer(401, ""), "token_dead", "token_dead"),
            (answer(403, "нет доступа"), "token_dead", "token_dead"),
            (answer(429, ""), "quota", "quota"),
            (answer(400, "плохо"), "not_understood", "refused"),
            (answer(422, "плохо"), "not_understood", "refused"),
            (answer(404, ""), "not_understood", "not_understood"),
            (answer(408, ""), "unavailable", "outcome_unknown"),
            (answer(500, PAGE), "unavailable", "outcome_unknown"),
            (answer(502, ""), "unavailable", "outcome_unknown"),
            (answer(503, ""), "unavailable", "unavailable"),
            (answer(504, ""), "unavailable", "outcome_unknown"),
            (Reply::NotSent("dns".to_owned()), "unavailable", "unavailable"),
            (Reply::Lost("reset".to_owned()), "unavailable", "outcome_unknown"),
            (Reply::TooLong, "not_understood", "outcome_unknown"),
        ];
        for (reply, to_a_read, to_a_write) in rows {
            let seen = (judged(Kind::Read, reply.clone()), judged(Kind::Write, reply.clone()));
            assert_eq!(seen, (to_a_read, to_a_write), "{reply:?}");
        }
    }

    #[test]
    fn f7_a_refusal_carries_the_crms_word_and_the_field() {
        let failure = new_id(&xml::read(FALSE).unwrap()).unwrap_err();
        assert_eq!(failure, Failure::Refused { field: Some("owner".to_owned()), said: "нет такого".to_owned() });
    }

    #[test]
    fn f5_retry_after_is_seconds_or_a_date() {
        for (header, seconds) in [
            ("17", Some(17)),
            ("Thu, 19 Nov 2026 12:01:30 GMT", Some(90)),
            ("Thu, 19 Nov 2026 11:00:00 GMT", Some(0)),
            ("99999999", Some(24 * 3600)),
            ("soon", None),
        ] {
            assert_eq!(wait(header, now()).map(|wait| wait.as_secs()), seconds, "{header}");
        }
    }

    #[test]
    fn only_an_answer_that_says_nothing_means_that_the_session_is_over() {
        for (body, over) in [(SILENT, true), (ADDED, false), (FALSE, false), (NO_ID, false)] {
            assert_eq!(is_session_over(&xml::read(body).unwrap()), over, "{body}");
        }
        let rows = "<response><action><item><id>1</id></item></action></response>";
        assert!(!is_session_over(&xml::read(rows).unwrap()));
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

    #[test]
    fn words_of_the_crm_are_short_and_on_one_line() {
        let failure = read(Kind::Read, answer(400, &"слово\n".repeat(1000)), now()).unwrap_err().to_string();
        assert!(failure.chars().count() < 400 && !failure.contains('\n'));
    }
}
