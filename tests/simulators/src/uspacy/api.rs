//! The API: who asks, how often, and for what.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::json;

use super::answers::{self, not_found, unauthorized, wrong_method};
use super::auth::{Auth, PATH, WEBHOOKS, Who};
use super::{activities, calls, entities, lists};
use crate::rest::{Answer, Api, Request, Store};

const MINUTE: Duration = Duration::from_mins(1);

/// What is wrong with the space, or not as one would think.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Traps {
    /// Numbers come as texts.
    pub numbers_as_texts: bool,
    /// The life of a token is called `expiresInSeconds`.
    pub expires_with_s: bool,
    /// One activity stands at `/activities/v1/entities/{id}`.
    pub activities_at_entities: bool,
    /// The other path of an activity answers with this: 404 or 405.
    pub other_activity_path: u16,
    /// `external_id` must be a text, no number.
    pub external_id_is_text: bool,
    /// Leads have the fields `contacts` and `companies`.
    pub leads_have_contacts: bool,
    /// Leads have the field `comments`.
    pub leads_have_comments: bool,
    /// `q` is passed over: every row comes.
    pub q_is_passed_over: bool,
    /// Structured filters are passed over.
    pub filters_are_passed_over: bool,
    /// Lists begin with the oldest.
    pub oldest_first: bool,
    /// A record in the trash still answers by its id, with `deleted_at`.
    pub trash_answers: bool,
    /// What is refused is answered with 200 and `{"status":false,"error":…}`.
    pub refusals_with_200: bool,
    /// The next so many writes are carried out, and then answered with 500.
    pub errors_after_writes: u32,
    /// A field that a new call must have.
    pub demanded_of_calls: Option<String>,
    /// Requests a minute; more are answered with 429.
    pub per_minute: Option<usize>,
    /// `Retry-After` is a date, not seconds.
    pub retry_after_is_a_date: bool,
}

impl Default for Traps {
    fn default() -> Self {
        Self {
            numbers_as_texts: false,
            expires_with_s: false,
            activities_at_entities: false,
            other_activity_path: 404,
            external_id_is_text: false,
            leads_have_contacts: false,
            leads_have_comments: true,
            q_is_passed_over: false,
            filters_are_passed_over: false,
            oldest_first: false,
            trash_answers: false,
            refusals_with_200: false,
            errors_after_writes: 0,
            demanded_of_calls: None,
            per_minute: None,
            retry_after_is_a_date: false,
        }
    }
}

/// The space.
#[derive(Debug)]
pub struct Space {
    pub(super) auth: Auth,
    pub(super) traps: Traps,
    recent: VecDeque<Instant>,
}

impl Space {
    pub(super) fn new(auth: Auth, traps: Traps) -> Self {
        Self { auth, traps, recent: VecDeque::new() }
    }

    /// Too many requests in the last minute.
    fn throttled(&mut self) -> Option<Answer> {
        let most = self.traps.per_minute?;
        let now = Instant::now();
        while self.recent.front().is_some_and(|at| now.duration_since(*at) > MINUTE) {
            self.recent.pop_front();
        }
        if self.recent.len() < most {
            self.recent.push_back(now);
            return None;
        }
        let left = self.recent.front().map_or(MINUTE, |at| MINUTE.saturating_sub(now.duration_since(*at)));
        let date = Timestamp::now().saturating_add(left).unwrap_or(Timestamp::MAX);
        let retry_after = match DateTimePrinter::new().timestamp_to_rfc9110_string(&date) {
            Ok(date) if self.traps.retry_after_is_a_date => date,
            _ => left.as_secs().max(1).to_string(),
        };
        Some(Answer::json(429, &json!({"message": "Too Many Attempts."})).header("retry-after", retry_after))
    }

    fn route(&self, who: Who, request: &Request, store: &mut Store) -> Answer {
        match request.parts().as_slice() {
            ["crm", "v1", "entities", entity, rest @ ..] => entities::answer(&self.traps, request, entity, rest, store),
            ["crm", "v1", "events", "call", rest @ ..] => calls::answer(&self.traps, request, rest, store),
            ["activities", "v1", collection, rest @ ..] => {
                activities::answer(&self.traps, request, collection, rest, store)
            }
            ["company", "v1", "users", rest @ ..] if request.method == "GET" => {
                lists::users(&self.traps, who, request, rest, store)
            }
            ["company", "v1", "users", ..] => wrong_method(&request.method),
            _ => not_found(&request.path),
        }
    }
}

impl Api for Space {
    fn answer(&mut self, request: &Request, store: &mut Store) -> Answer {
        if let Some(answer) = self.throttled() {
            return answer;
        }
        if request.path.starts_with(PATH) {
            let seconds = if self.traps.expires_with_s { "expiresInSeconds" } else { "expireInSeconds" };
            return self.auth.sign_in(request, seconds);
        }
        let Some((who, path)) = self.auth.who(request) else { return unauthorized() };
        let request = Request { path, ..request.clone() };
        let answer = self.route(who, &request, store);
        if self.traps.errors_after_writes > 0 && self.is_write(&request) && answer.status < 300 {
            self.traps.errors_after_writes -= 1;
            return Answer::json(500, &json!({"message": "Server Error"}));
        }
        if answer.status == 422 && self.traps.refusals_with_200 {
            return Answer::json(200, &json!({"status": false, "error": answers::word(&answer)}));
        }
        answer
    }

    fn is_write(&self, request: &Request) -> bool {
        request.method != "GET" && !self.is_login(request)
    }

    fn is_login(&self, request: &Request) -> bool {
        request.path.starts_with(PATH) && !request.path.starts_with(WEBHOOKS)
    }
}
