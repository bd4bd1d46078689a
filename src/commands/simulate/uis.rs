//! `ringfold simulate uis`: a whole test call, sent to a hook as UIS would send it.

use clap::Args;
use clap::builder::PossibleValuesParser;
use reqwest::Url;
use schemas::Timestamp;
use serde::Serialize;
use simulators::uis::{Answer, Call, Kind, Notification, Scenario, Sender, Style};

use crate::cli::Globals;
use crate::exit::{Exit, Status};
use crate::output::{self, Column, Show};
use crate::{client, problem};

const EXAMPLES: &str = "\
Examples:
  ringfold simulate uis answered --to http://127.0.0.1:8080/hooks/SECRET
  ringfold simulate uis ring-group --to http://127.0.0.1:8080/hooks/SECRET --extension 101 --extension 102 --speed 100";

/// A hook acknowledges at once or not at all.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(10);

const COLUMNS: &[Column] = &[
    Column::new("AT S", "/at_seconds", Show::Number),
    Column::new("STATE", "/state", Show::Text),
    Column::new("STATUS", "/status", Show::Number),
    Column::new("ERROR", "/error", Show::Text),
    Column::wide("/body"),
    Column::wide("/answer"),
];

/// What `simulate uis` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct UisArgs {
    /// What happens in the call, or on its way
    #[arg(value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    scenario: String,
    /// The hook: the source's webhook URL
    #[arg(long, value_name = "URL")]
    to: Url,
    /// The client's number
    #[arg(long, value_name = "NUMBER", default_value = "79161112233", value_parser = number)]
    from: String,
    /// The company's number that is called
    #[arg(long, value_name = "NUMBER", default_value = "74951112233", value_parser = number)]
    line: String,
    /// An employee's extension; give several for ring groups and transfers
    #[arg(long, value_name = "N", default_values = ["101", "102", "103"], value_parser = number)]
    extension: Vec<String>,
    /// The session id, digits; a new one unless given
    #[arg(long, value_name = "ID", value_parser = number)]
    call_id: Option<String>,
    /// How many times faster than real time
    #[arg(long, value_name = "X", default_value_t = 10.0, value_parser = speed)]
    speed: f64,
}

/// UIS writes numbers as digits only.
fn number(text: &str) -> Result<String, String> {
    let wrong = text.chars().any(|c| !c.is_ascii_digit() && !matches!(c, '+' | ' ' | '-' | '(' | ')'));
    let digits = schemas::phone::digits(text);
    if wrong || digits.is_empty() { Err("write digits".to_owned()) } else { Ok(digits) }
}

fn speed(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|speed| (0.01..=1e6).contains(speed)).ok_or_else(|| "write 0.01 to 1000000".to_owned())
}

/// What became of one notification.
#[derive(Serialize)]
struct Sent<'a> {
    at_seconds: u64,
    state: &'static str,
    status: Option<u16>,
    error: Option<&'a str>,
    body: &'a str,
    answer: &'a str,
}

/// Sends the call, and says what the hook answered.
pub async fn run(args: UisArgs, globals: &Globals) -> Result<(), Exit> {
    let Some(kind) = Kind::from_name(&args.scenario) else {
        return Err(Exit::usage(format!("there is no scenario {:?}", args.scenario)));
    };
    let call = Call {
        call_id: args.call_id.unwrap_or_else(|| Timestamp::now().as_millisecond().to_string()),
        client: args.from,
        line: args.line,
        extensions: args.extension,
        style: Style::default(),
    };
    let scenario = Scenario::build(kind, &call);
    let http = client::http(&args.to, DEADLINE, DEADLINE)?;
    let sender = Sender::new(&http, args.to.as_str()).and_then(|sender| sender.speed(args.speed));
    let sender = sender.map_err(|error| Exit::usage(error.to_string()))?;
    let count = scenario.notifications.len();
    output::tell(&format!("call {}: {count} notifications, {} times faster than real", scenario.call_id, args.speed));
    let answers = sender.send(&scenario).await;
    let rows: Vec<_> = scenario.notifications.iter().zip(&answers).map(sent).collect();
    output::rows(globals.output, COLUMNS, &rows)?;
    verdict(&answers)
}

fn sent<'a>((notification, answer): (&'a Notification, &'a Answer)) -> Sent<'a> {
    Sent {
        at_seconds: notification.after.as_secs(),
        state: notification.state.name(),
        status: answer.status,
        error: answer.error.as_deref(),
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
