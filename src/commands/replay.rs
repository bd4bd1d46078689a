//! `ringfold replay`: calls sent again, minus what the CRMs hold already.

mod raw;

use clap::{Args, Subcommand};
use console::wire;
use schemas::{CallId, ConnectionId, SourceId, Timestamp};

use crate::ask;
use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Column, Show};
use crate::times::moment;

const EXAMPLES: &str = "\
Examples:
  ringfold replay plan --connection acme-zoho
  ringfold replay start --connection acme-zoho --since 2026-11-19T08:00
  ringfold replay status";
const PLAN_EXAMPLES: &str = "\
Examples:
  ringfold replay plan --connection acme-zoho
  ringfold replay plan --source acme-uis --since 1d
  ringfold replay plan --source acme-uis --since 1d --raw";
const START_EXAMPLES: &str = "\
Examples:
  ringfold replay start --connection acme-zoho
  ringfold replay start --call acme-uis/123456789 --yes
  ringfold replay start --source acme-uis --since 1d --raw";
const STATUS_EXAMPLES: &str = "\
Examples:
  ringfold replay status
  ringfold replay status 019e4f0c-7a11-7000-8000-3d2b5c6f9a10 -o json";
const CHANGE_EXAMPLES: [&str; 3] = [
    "\
Examples:
  ringfold replay pause 019e4f0c-7a11-7000-8000-3d2b5c6f9a10
  ringfold replay pause 019e4f0c-7a11-7000-8000-3d2b5c6f9a10 -o json",
    "\
Examples:
  ringfold replay resume 019e4f0c-7a11-7000-8000-3d2b5c6f9a10
  ringfold replay resume 019e4f0c-7a11-7000-8000-3d2b5c6f9a10 -o json",
    "\
Examples:
  ringfold replay cancel 019e4f0c-7a11-7000-8000-3d2b5c6f9a10
  ringfold replay cancel 019e4f0c-7a11-7000-8000-3d2b5c6f9a10 --yes",
];

const PLAN: &[Column] = &[
    Column::new("CONNECTION", "/connection", Show::Whole),
    Column::new("SINCE", "/since", Show::Time),
    Column::new("UNTIL", "/until", Show::Time),
    Column::new("CALLS", "/calls", Show::Number),
    Column::new("MAKE", "/make", Show::Number),
    Column::new("CHANGE", "/change", Show::Number),
    Column::new("WAITING", "/waiting", Show::Number),
    Column::new("LEAVE", "/leave", Show::Number),
    Column::new("FOR EXAMPLE", "/some/0", Show::Whole),
];

/// What a replay is shown by; `connections reactivate` shows one too.
pub const COLUMNS: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::new("CONNECTION", "/connection", Show::Whole),
    Column::new("SINCE", "/since", Show::Time),
    Column::new("UNTIL", "/until", Show::Time),
    Column::new("STATE", "/state", Show::Word),
    Column::new("CALLS", "/calls", Show::Number),
    Column::new("WAITING", "/waiting", Show::Number),
    Column::new("DONE", "/done", Show::Number),
    Column::new("SKIPPED", "/skipped", Show::Number),
    Column::new("DEAD", "/dead", Show::Number),
    Column::new("SECONDS LEFT", "/seconds_left", Show::Number),
    Column::new("BEGUN", "/begun_at", Show::Time),
    Column::new("ENDED", "/ended_at", Show::Time),
    Column::wide("/call"),
    Column::wide("/opened"),
];

/// What `replay` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ReplayArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: ReplayCommand,
}

#[derive(Debug, Subcommand)]
enum ReplayCommand {
    /// Say what one would make, change and leave; change nothing
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Which),
    /// Send calls again, after what is live
    #[command(after_help = START_EXAMPLES)]
    Start(Which),
    /// Say how far they are
    #[command(after_help = STATUS_EXAMPLES)]
    Status {
        /// Only this one
        id: Option<String>,
    },
    /// Hold one; what is in progress ends
    #[command(after_help = CHANGE_EXAMPLES[0])]
    Pause {
        /// Its id
        id: String,
    },
    /// Let it go on
    #[command(after_help = CHANGE_EXAMPLES[1])]
    Resume {
        /// Its id
        id: String,
    },
    /// Give one up: what nobody began is skipped
    #[command(after_help = CHANGE_EXAMPLES[2])]
    Cancel {
        /// Its id
        id: String,
    },
}

/// Which calls.
#[derive(Debug, Args)]
struct Which {
    /// Into this connection
    #[arg(long, value_name = "ID")]
    connection: Option<ConnectionId>,
    /// Only of this source; alone: into every connection that gets its calls
    #[arg(long, value_name = "ID")]
    source: Option<SourceId>,
    /// Only this call
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// Only calls begun since then: 2d, yesterday, 2026-11-19T08:00 (UTC) [default: the two days before and today, in the
    /// connection's time zone; with --raw, 1d]
    #[arg(long, value_name = "T", value_parser = moment)]
    since: Option<Timestamp>,
    /// Only calls begun before [default: now]
    #[arg(long, value_name = "T", value_parser = moment)]
    until: Option<Timestamp>,
    /// Read and fold what the PBXs said again, as after a fix of either; into CRMs goes what then differs
    #[arg(long, conflicts_with_all = ["connection", "call"])]
    raw: bool,
}

impl Which {
    fn asked(&self) -> wire::ReplayAsked {
        wire::ReplayAsked {
            connection: self.connection.clone(),
            source: self.source.clone(),
            call: self.call.clone().map(CallId),
            since: self.since,
            until: self.until,
        }
    }
}

/// Runs it.
pub async fn run(args: ReplayArgs, globals: &Globals) -> Result<(), Exit> {
    let client = Client::find(&args.target)?;
    match args.command {
        ReplayCommand::Plan(which) if which.raw => raw::plan(&client, &which, globals).await,
        ReplayCommand::Start(which) if which.raw => raw::start(&client, &which, globals).await,
        ReplayCommand::Plan(which) => {
            let plan = plan(&client, &which).await?;
            output::rows(globals.output, PLAN, &plan.connections)?;
            tell_of_more(&plan);
            Ok(())
        }
        ReplayCommand::Start(which) => start(&client, &which, globals).await,
        ReplayCommand::Status { id: None } => {
            let list: wire::ReplayList = client.get(&["replays"], &()).await?;
            output::rows(globals.output, COLUMNS, &list.replays)?;
            output::note(list.replays.len(), "replays", false);
            Ok(())
        }
        ReplayCommand::Status { id: Some(id) } => show(&client.get(&["replays", &id], &()).await?, globals),
        ReplayCommand::Pause { id } => show(&client.post(&["replays", &id, "pause"], &()).await?, globals),
        ReplayCommand::Resume { id } => show(&client.post(&["replays", &id, "resume"], &()).await?, globals),
        ReplayCommand::Cancel { id } => {
            ask::confirm(&format!("What the replay {id} has not begun is skipped. Go on?"), globals.yes)?;
            show(&client.post(&["replays", &id, "cancel"], &()).await?, globals)
        }
    }
}

fn show(replay: &wire::ReplayView, globals: &Globals) -> Result<(), Exit> {
    output::one(globals.output, COLUMNS, replay, |_| String::new())
}

async fn plan(client: &Client, which: &Which) -> Result<wire::ReplayPlan, Exit> {
    client.post(&["replays", "plan"], &which.asked()).await
}

async fn start(client: &Client, which: &Which, globals: &Globals) -> Result<(), Exit> {
    let plan = plan(client, which).await?;
    let send: u64 = plan.connections.iter().map(|one| one.make + one.change).sum();
    let waiting: u64 = plan.connections.iter().map(|one| one.waiting).sum();
    if send == 0 {
        // As many rows, and of the same kind, as where one is begun.
        output::rows(globals.output, COLUMNS, &Vec::<wire::ReplayView>::new())?;
        output::tell(&nothing(waiting));
        return Ok(());
    }
    if !globals.yes {
        output::plan(PLAN, &plan.connections)?;
        tell_of_more(&plan);
    }
    ask::confirm(&question(send, waiting), globals.yes)?;
    let begun: wire::ReplayList = client.post(&["replays"], &which.asked()).await?;
    output::rows(globals.output, COLUMNS, &begun.replays)?;
    output::tell("replay status says how far it is");
    Ok(())
}

/// What one would do: what waits already is tried with or without it.
fn question(send: u64, waiting: u64) -> String {
    let others =
        if waiting == 0 { String::new() } else { format!("; what waits already ({waiting}) is left as it is") };
    format!("This sends {}, after what is live{others}. Go on?", calls(send))
}

fn nothing(waiting: u64) -> String {
    match waiting {
        0 => "nothing is to be sent: the CRMs hold what they should".to_owned(),
        _ => format!("nothing new is to be sent: {} already, see `ringfold deliveries list`", wait(waiting)),
    }
}

fn calls(count: u64) -> String {
    format!("{count} call{}", if count == 1 { "" } else { "s" })
}

fn wait(count: u64) -> String {
    format!("{} wait{}", calls(count), if count == 1 { "s" } else { "" })
}

fn tell_of_more(plan: &wire::ReplayPlan) {
    for one in plan.connections.iter().filter(|one| one.more) {
        output::tell(&format!(
            "{}: only the oldest {} calls were looked at; a replay takes all",
            one.connection, one.calls
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_tells_what_is_sent_from_what_waits_already() {
        assert_eq!(question(1, 0), "This sends 1 call, after what is live. Go on?");
        assert_eq!(
            question(3, 2),
            "This sends 3 calls, after what is live; what waits already (2) is left as it is. Go on?"
        );
        assert!(nothing(2).starts_with("nothing new is to be sent: 2 calls wait already, see"));
        assert!(nothing(0).ends_with("the CRMs hold what they should"));
    }
}
