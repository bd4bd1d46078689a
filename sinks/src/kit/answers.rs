//! The table from what came back to a kind of failure, as far as it is the same for every CRM. Pure. What a CRM says in its
//! own way is looked at by its connector first.
//!
//! | what came back | to a read | to a write |
//! |---|---|---|
//! | no connection, unknown host | unavailable | unavailable |
//! | time over, connection broken, 408, too long, other 5xx | unavailable (too long: not understood) | outcome unknown |
//! | 503 | unavailable | unavailable |
//! | 429 | quota | quota |
//! | 401, 403, a redirect, a web page | token dead | token dead |
//! | 400, 413, 422 | not understood | refused |
//! | any other status | not understood | not understood |

use std::time::Duration;

use schemas::Timestamp;
use serde_json::Value;

use super::http::{Answer, Reply};
use crate::failure::Failure;

/// Whether a request may leave something behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only asks.
    Read,
    /// It makes or changes a record.
    Write,
}

/// How long a word of the CRM may be in an error, in characters.
const WORD_MAX: usize = 300;
/// A longer wait asked for is taken as this.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// The body of an answer with a 2xx, or what kind of failure it is.
pub fn text(kind: Kind, reply: Reply, now: Timestamp) -> Result<String, Failure> {
    let answer = match reply {
        Reply::NotSent(why) => return Err(Failure::Unavailable(why)),
        Reply::Lost(why) => return Err(lost(kind, why)),
        Reply::TooLong => return Err(unclear(kind, "the answer is longer than 1 MiB")),
        Reply::Answer(answer) => answer,
    };
    let said = || format!("status {}: {}", answer.status, word(&answer.body));
    match answer.status {
        200..=299 if is_web_page(&answer.body) => {
            Err(Failure::TokenDead(format!("a web page came instead of an answer: {}", word(&answer.body))))
        }
        200..=299 => Ok(answer.body),
        300..=399 => Err(Failure::TokenDead(format!(
            "it redirects to {}; check base_url, and that the API is open to this user",
            word(answer.header("location").unwrap_or("nowhere"))
        ))),
        401 | 403 => Err(Failure::TokenDead(said())),
        429 => Err(Failure::Quota { said: said(), retry_after: retry_after(&answer, now) }),
        400 | 413 | 422 if kind == Kind::Write => Err(Failure::Refused { field: None, said: said() }),
        503 => Err(Failure::Unavailable(said())),
        408 | 500..=599 => Err(lost(kind, said())),
        _ => Err(Failure::NotUnderstood(said())),
    }
}

/// The JSON of an answer with a 2xx; null where it has no body.
pub fn json(kind: Kind, reply: Reply, now: Timestamp) -> Result<Value, Failure> {
    let body = text(kind, reply, now)?;
    if body.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&body).map_err(|why| unclear(kind, format!("{why}: {}", word(&body))))
}

/// The JSON of any answer, for a look at what a CRM says with its status.
pub fn peek(reply: &Reply) -> Value {
    match reply {
        Reply::Answer(answer) => serde_json::from_str(&answer.body).unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Whether it was carried out is not known.
pub fn lost(kind: Kind, why: impl Into<String>) -> Failure {
    match kind {
        Kind::Read => Failure::Unavailable(why.into()),
        Kind::Write => Failure::OutcomeUnknown(why.into()),
    }
}

/// An answer that says nothing: of a write, not even whether it was carried out.
pub fn unclear(kind: Kind, why: impl Into<String>) -> Failure {
    match kind {
        Kind::Read => Failure::NotUnderstood(why.into()),
        Kind::Write => Failure::OutcomeUnknown(why.into()),
    }
}

/// Only a record can be refused. A look-up that is, as after a change of the CRM, says nothing of the call: it is tried again.
pub fn refused(kind: Kind, field: Option<String>, said: &str) -> Failure {
    match kind {
        Kind::Read => Failure::NotUnderstood(format!("a look-up was refused: {}", word(said))),
        Kind::Write => Failure::Refused { field, said: word(said) },
    }
}

/// On one line, and not too long.
pub fn word(text: impl AsRef<str>) -> String {
    let words: Vec<&str> = text.as_ref().split_whitespace().take(WORD_MAX).collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(WORD_MAX).collect()
}

/// `Retry-After`: seconds, or a date.
pub fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let header = answer.header("retry-after")?.trim();
    let wait = if let Ok(seconds) = header.parse() {
        Duration::from_secs(seconds)
    } else {
        let until = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
        Duration::try_from(until.duration_since(now)).unwrap_or_default()
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

fn is_web_page(body: &str) -> bool {
    let start: String = body.trim_start_matches('\u{feff}').trim_start().chars().take(15).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-19T12:00:00Z".parse().unwrap()
    }

    fn answer(status: u16, body: &str) -> Reply {
        Reply::Answer(Answer { status, body: body.to_owned(), ..Answer::default() })
    }

    #[test]
    fn f4_f5_f6_f7_the_table() {
        let page = "\n<!DOCTYPE html><html><body>Войти</body></html>";
        let rows: [(Reply, &str, &str); 18] = [
            (answer(200, "{}"), "ok", "ok"),
            (answer(204, ""), "ok", "ok"),
            (answer(200, "{\"a\":"), "not_understood", "outcome_unknown"),
            (answer(200, page), "token_dead", "token_dead"),
            (answer(302, ""), "token_dead", "token_dead"),
            (answer(401, "{}"), "token_dead", "token_dead"),
            (answer(403, "{}"), "token_dead", "token_dead"),
            (answer(429, ""), "quota", "quota"),
            (answer(400, "{}"), "not_understood", "refused"),
            (answer(422, "{}"), "not_understood", "refused"),
            (answer(404, ""), "not_understood", "not_understood"),
            (answer(408, ""), "unavailable", "outcome_unknown"),
            (answer(500, page), "unavailable", "outcome_unknown"),
            (answer(502, ""), "unavailable", "outcome_unknown"),
            (answer(503, ""), "unavailable", "unavailable"),
            (Reply::NotSent("dns".to_owned()), "unavailable", "unavailable"),
            (Reply::Lost("reset".to_owned()), "unavailable", "outcome_unknown"),
            (Reply::TooLong, "not_understood", "outcome_unknown"),
        ];
        for (reply, to_a_read, to_a_write) in rows {
            let judged = |kind| json(kind, reply.clone(), now()).map_or_else(|failure| failure.kind(), |_| "ok");
            assert_eq!((judged(Kind::Read), judged(Kind::Write)), (to_a_read, to_a_write), "{reply:?}");
        }
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
            let mut answer = Answer::default();
            answer.headers.insert("retry-after", header.parse().unwrap());
            assert_eq!(retry_after(&answer, now()).map(|wait| wait.as_secs()), seconds, "{header}");
        }
    }

    #[test]
    fn words_of_the_crm_are_short_and_on_one_line() {
        let failure = text(Kind::Read, answer(400, &"слово\n".repeat(1000)), now()).unwrap_err().to_string();
        assert!(failure.chars().count() < 400 && !failure.contains('\n'));
    }
}
