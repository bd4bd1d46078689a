//! What simulated PBXs share on the command line: a scenario is sent to a hook, and what became of each notification is shown.

use reqwest::Url;
use serde::Serialize;
use simulators::pbx::{Answer, Notification, Scenario, Sender};

use crate::cli::Globals;
use crate::exit::{Exit, Status};
use crate::output::{self, Column, Show};
use crate::{client, problem};

/// A hook acknowledges at once or not at all.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(10);

const COLUMNS: &[Column] = &[
    Column::new("AT S", "/at_seconds", Show::Number),
    Column::new("STATE", "/state", Show::Text),
    Column::new("STATUS", "/status", Show::Number),
    Column::new("ERROR", "/error", Show::Text),
    Column::wide("/query"),
    Column::wide("/body"),
    Column::wide("/answer"),
];

/// What became of one notification.
#[derive(Serialize)]
struct Sent<'a> {
    at_seconds: u64,
    state: &'static str,
    status: Option<u16>,
    error: Option<&'a str>,
    query: &'a str,
    body: &'a str,
    answer: &'a str,
}

/// Where a call is sent, and how fast.
#[derive(Debug, clap::Args)]
pub struct HookArgs {
    /// The hook: the source's webhook URL
    #[arg(long, value_name = "URL")]
    to: Url,
    /// How many times faster than real time
    #[arg(long, value_name = "X", default_value_t = 10.0, value_parser = speed)]
    speed: f64,
}

/// PBXs write numbers as digits only.
pub fn number(text: &str) -> Result<String, String> {
    let wrong = text.chars().any(|c| !c.is_ascii_digit() && !matches!(c, '+' | ' ' | '-' | '(' | ')'));
    let digits = schemas::phone::digits(text);
    if wrong || digits.is_empty() { Err("write digits".to_owned()) } else { Ok(digits) }
}

fn speed(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|speed| (0.01..=1e6).contains(speed)).ok_or_else(|| "write 0.01 to 1000000".to_owned())
}

/// Sends the call, and says what the hook answered.
pub async fn send<K>(scenario: &Scenario<K>, hook: &HookArgs, globals: &Globals) -> Result<(), Exit> {
    let http = client::http(&hook.to, DEADLINE, DEADLINE)?;
    let sender = Sender::new(&http, hook.to.as_str()).and_then(|sender| sender.speed(hook.speed));
    let sender = sender.map_err(|error| Exit::usage(error.to_string()))?;
    let count = scenario.notifications.len();
    output::tell(&format!("call {}: {count} notifications, {} times faster than real", scenario.call_id, hook.speed));
    let answers = sender.send(scenario).await;
    let rows: Vec<_> = scenario.notifications.iter().zip(&answers).map(sent).collect();
    output::rows(globals.output, COLUMNS, &rows)?;
    verdict(&answers)
}

fn sent<'a>((notification, answer): (&'a Notification, &'a Answer)) -> Sent<'a> {
    Sent {
        at_seconds: notification.after.as_secs(),
        state: notification.name,
        status: answer.status,
        error: answer.error.as_deref(),
        query: &notification.query,
        body: &notification.body,
        answer: &answer.body,
    }
}

/// The hook's address holds its secret, so no message repeats it.
fn verdict(answers: &[Answer]) -> Result<(), Exit> {
    let refused: Vec<_> = answers.iter().filter(|answer| !answer.is_acknowledged()).collect();
    let Some(first) = refused.first() else { return Ok(()) };
    if refused.len() < answers.len() {
        let message = format!("{} of {} notifications were not taken", refused.len(), answers.len());
        return Err(Exit::new(Status::Partly, message));
    }
    Err(match first.status {
        Some(status) => problem::exit(status, first.body.as_bytes(), "the hook's URL"),
        None => Exit::not_reachable("the hook does not answer; is the process behind it running?"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: Option<u16>) -> Answer {
        Answer { status, body: String::new(), error: None, tries: 1 }
    }

    #[test]
    fn the_exit_status_says_what_the_hook_did() {
        let verdict = |statuses: &[Option<u16>]| {
            verdict(&statuses.iter().copied().map(answer).collect::<Vec<_>>()).map_err(|exit| exit.status)
        };
        assert_eq!(verdict(&[Some(202), Some(200)]), Ok(()));
        assert_eq!(verdict(&[Some(202), None]), Err(Status::Partly));
        assert_eq!(verdict(&[Some(404), Some(404)]), Err(Status::NotFound));
        assert_eq!(verdict(&[None, None]), Err(Status::NotReachable));
        assert_eq!(verdict(&[Some(400)]), Err(Status::Failed));
    }

    #[test]
    fn numbers_are_taken_in_any_spelling() {
        assert_eq!(number("+7 (916) 111-22-33").as_deref(), Ok("79161112233"));
        assert!(number("").is_err() && number("ivan").is_err());
        assert_eq!(speed("100"), Ok(100.0));
        assert!(speed("0").is_err() && speed("NaN").is_err() && speed("inf").is_err());
    }
}
