//! What a delivery hears of its CRM, and what the breaker of the connection makes of it.

use schemas::phone::without_numbers;

use super::breaker::{Change, Heard};
use super::deliver::{Deliverer, Stop, Work};
use super::judge::short;
use crate::failure::Failure;

impl Work<'_> {
    /// Notes whether the CRM answered.
    pub(super) fn heard<T>(&mut self, answer: Result<T, Failure>) -> Result<T, Failure> {
        self.answered = Some(!answer.as_ref().is_err_and(Failure::is_silence));
        answer
    }

    /// Whether a request may be sent.
    pub(super) fn usable(&self) -> Result<(), Stop> {
        self.open.usable()?;
        if !self.turn.probe && self.open.watch.is_open() { Err(Stop::Held) } else { Ok(()) }
    }

    /// What this try says of the CRM, as far as it came: it ended without an answer, or it was answered to its end.
    pub(super) fn says(&self, result: &Result<String, Stop>) -> Heard {
        match (result, self.answered) {
            (Err(Stop::Failure(failure)), Some(false)) if failure.is_silence() => Heard::Nothing,
            (Err(Stop::Failure(failure)), Some(_)) if !failure.is_silence() => Heard::Answer,
            (Ok(_), Some(true)) => Heard::Answer,
            _ => Heard::Unclear,
        }
    }
}

impl Deliverer {
    /// What the try says of the CRM.
    pub(super) fn hear(&self, work: &mut Work<'_>, result: &Result<String, Stop>) {
        let heard = work.says(result);
        let said = match result {
            Err(Stop::Failure(failure)) => without_numbers(&short(&failure.to_string())),
            _ => String::new(),
        };
        let connection = &work.open.connection.id;
        match work.turn.tell(heard, &said, self.clock.now()) {
            Some(Change::Opened) => {
                tracing::warn!(%connection, said, "the CRM does not answer: its deliveries wait, one probes at least every minute");
            }
            Some(Change::Closed) => tracing::info!(%connection, "the CRM answers again: what waited is delivered"),
            None => return,
        }
        self.metrics.breaker(connection.as_str(), work.open.watch.is_open());
    }
}
