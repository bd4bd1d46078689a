//! The requests of one round: each within its deadline, none before the PBX's limits allow it.

use std::time::Duration;

use ingest::sources::api::Question;
use ingest::sources::listing::{Listed, Page, Refused, Rest, Staff, Window};
use schemas::Timestamp;
use sinks::kit::answers::retry_after;
use sinks::kit::http::{self, Answer, Reply};
use tokio::time::Instant;

use super::{Asked, BackfillMetrics};
use crate::pbx;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_mins(1);
/// A longer wait ends the round.
const WAIT_MAX: Duration = Duration::from_secs(90);
/// Where a refusal does not say for how long.
const LIMIT: Duration = Duration::from_mins(1);

/// Asks for one list.
pub struct Asker<'a> {
    asked: &'a Asked,
    client: reqwest::Client,
    metrics: &'a BackfillMetrics,
    /// The PBX's limits are used up until then.
    not_before: Option<Instant>,
    /// The PBX's number of the list.
    number: Option<u64>,
    staff: Option<Staff>,
}

impl<'a> Asker<'a> {
    /// Asks nothing yet.
    pub fn new(asked: &'a Asked, metrics: &'a BackfillMetrics, number: Option<u64>) -> Result<Self, Refused> {
        let client = http::client(ANSWER).map_err(Refused::Because)?;
        Ok(Self { asked, client, metrics, not_before: None, number, staff: None })
    }

    /// Rows of a window, from the row `from` on.
    pub async fn rows(&mut self, window: Window, from: u64, now: Timestamp) -> Result<Listed, Refused> {
        let Asked { entry, list } = self.asked;
        let page = Page { window, from, list: self.number(now).await? };
        let question = list.page(entry, page).map_err(Refused::Because)?;
        let Some(answer) = self.ask(question, now).await? else {
            return Ok(Listed { rest: Rest::Unknown, ..Listed::default() });
        };
        let listed = list.listed(entry, answer.status, &answer.body, from)?;
        self.not_before = listed.wait.map(|wait| Instant::now() + wait);
        Ok(listed)
    }

    /// The PBX's number of the list, where it has one; asked for where it is not known from before.
    pub async fn number(&mut self, now: Timestamp) -> Result<Option<u64>, Refused> {
        let Asked { entry, list } = self.asked;
        if self.number.is_none()
            && let Some(question) = list.number(entry)
        {
            let too_long = || Refused::Because("the PBX's list of reports is longer than 1 MiB".to_owned());
            let question = question.map_err(Refused::Because)?;
            let answer = self.ask(question, now).await?.ok_or_else(too_long)?;
            self.number = Some(list.numbered(entry, answer.status, &answer.body)?);
        }
        Ok(self.number)
    }

    /// The employees' extensions, asked for once.
    pub async fn staff(&mut self, now: Timestamp) -> Result<Staff, Refused> {
        if let Some(known) = &self.staff {
            return Ok(known.clone());
        }
        let staff = match self.asked.list.staff(&self.asked.entry) {
            None => Staff::new(),
            Some(question) => {
                let too_long = || Refused::Because("the PBX's list of employees is longer than 1 MiB".to_owned());
                let answer = self.ask(question, now).await?.ok_or_else(too_long)?;
                self.asked.list.staffed(answer.status, &answer.body)?
            }
        };
        self.staff = Some(staff.clone());
        Ok(staff)
    }

    /// How long the PBX's limits are still used up.
    pub fn must_wait(&self) -> Option<Duration> {
        let left = self.not_before?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// An answer, or nothing where it is too long.
    async fn ask(&self, question: Question, now: Timestamp) -> Result<Option<Answer>, Refused> {
        if let Some(wait) = self.must_wait() {
            if wait > WAIT_MAX {
                return Err(Refused::limit(wait));
            }
            tokio::time::sleep(wait).await;
        }
        self.metrics.asked(self.asked);
        match pbx::ask(&self.client, question, Instant::now() + ANSWER).await {
            Reply::Answer(answer) => match (answer.status, retry_after(&answer, now)) {
                (429 | 503, Some(wait)) => Err(Refused::limit(wait)),
                (429, None) => Err(Refused::limit(LIMIT)),
                _ => Ok(Some(answer)),
            },
            Reply::NotSent(why) | Reply::Lost(why) => Err(Refused::Because(format!("the PBX does not answer: {why}"))),
            Reply::TooLong => Ok(None),
        }
    }
}
