//! `ringfold deliveries`: calls on their way into CRMs, and what each made there.

mod columns;
mod many;

use clap::{Args, Subcommand};
use console::wire;
use schemas::{CallId, ConnectionId, Timestamp};

use self::columns::{COLUMNS, ONE};
use self::many::{DeliveryId, named, retry, skip, standing};
use crate::ask;
use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, clean, paint};
use crate::times;

const EXAMPLES: &str = "\
Examples:
  ringfold deliveries list --status dead
  ringfold deliveries show acme-rbs/acme-uis/123456789";
const LIST_EXAMPLES: &str = "\
Examples:
  ringfold deliveries list --connection acme-rbs --status pending
  ringfold deliveries list --since 2d -o csv > deliveries.csv";
const SHOW_EXAMPLES: &str = "\
Examples:
  ringfold deliveries show acme-rbs/acme-uis/123456789
  ringfold deliveries show acme-rbs/acme-uis/123456789 -o json";

const RETRY_EXAMPLES: &str = "\
Examples:
  ringfold deliveries retry acme-rbs/acme-uis/123456789
  ringfold deliveries retry acme-rbs/acme-uis/1001 acme-rbs/acme-uis/1002
  ringfold deliveries retry --connection acme-rbs --status dead";
const SKIP_EXAMPLES: &str = "\
Examples:
  ringfold deliveries skip acme-rbs/acme-uis/123456789 --reason \"entered by hand\"
  ringfold deliveries skip acme-rbs/acme-uis/1001 acme-rbs/acme-uis/1002";

/// What `deliveries` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DeliveriesArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: DeliveriesCommand,
}

#[derive(Debug, Subcommand)]
enum DeliveriesCommand {
    /// List them, last changed first
    #[command(after_help = LIST_EXAMPLES)]
    List(ListArgs),
    /// Show one: what it made, step by step, where it is in the CRM, and the last requests and answers
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id: CONNECTION/CALL
        #[arg(value_parser = DeliveryId::read)]
        id: DeliveryId,
    },
    /// Try pending, skipped or dead ones again, now, with the call as it now is
    #[command(after_help = RETRY_EXAMPLES)]
    Retry {
        /// Their ids: CONNECTION/CALL
        #[arg(value_parser = DeliveryId::read, required_unless_present = "connection")]
        ids: Vec<DeliveryId>,
        /// All of this connection that stand so
        #[arg(long, value_name = "ID", requires = "status", conflicts_with = "ids")]
        connection: Option<ConnectionId>,
        /// dead or skipped
        #[arg(long, requires = "connection", value_parser = clap::builder::PossibleValuesParser::new(["dead", "skipped"]))]
        status: Option<String>,
        /// Only wanted first since then
        #[arg(long, value_name = "TIME", requires = "connection", value_parser = times::moment)]
        since: Option<Timestamp>,
    },
    /// Try them no more
    #[command(after_help = SKIP_EXAMPLES)]
    Skip {
        /// Their ids: CONNECTION/CALL
        #[arg(value_parser = DeliveryId::read, required = true)]
        ids: Vec<DeliveryId>,
        /// Why, for whoever looks at them next
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only of this connection
    #[arg(long, value_name = "ID")]
    connection: Option<ConnectionId>,
    /// Only those that stand so
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(wire::DeliveryState::ALL.map(|s| s.word())))]
    status: Option<String>,
    /// Only wanted first since then: 2d, yesterday, 2026-11-19T08:00 (UTC)
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    since: Option<Timestamp>,
    /// Only of this call
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = wire::DEFAULT_LIMIT,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(wire::MAX_LIMIT)))]
    limit: u32,
}

/// Runs it.
pub async fn run(args: DeliveriesArgs, globals: &Globals) -> Result<(), Exit> {
    let client = Client::find(&args.target)?;
    match args.command {
        DeliveriesCommand::List(list) => {
            let query = wire::DeliveryQuery {
                connection: list.connection,
                status: list.status.as_deref().and_then(wire::DeliveryState::from_word),
                since: list.since,
                call: list.call.map(CallId),
                limit: Some(list.limit),
            };
            let page: wire::DeliveriesPage = client.get(&["deliveries"], &query).await?;
            let rows: Vec<_> = page.deliveries.iter().map(|row| named(row, row)).collect();
            output::rows(globals.output, COLUMNS, &rows)?;
            output::note(rows.len(), "deliveries", page.more);
            Ok(())
        }
        DeliveriesCommand::Show { id } => {
            let path = ["deliveries", id.connection.as_str(), &id.call];
            let view: wire::DeliveryView = client.get(&path, &()).await?;
            let view = named(&view.row, &view);
            output::one(globals.output, ONE, &view, |view| more(view.delivery))
        }
        DeliveriesCommand::Retry { connection: Some(connection), status, since, .. } => {
            let ids = standing(&client, connection, status.as_deref(), since).await?;
            if ids.is_empty() {
                output::tell("no deliveries stand so: nothing is tried again");
            } else {
                ask::confirm(&format!("{} deliveries are tried again, now. Go on?", ids.len()), globals.yes)?;
            }
            retry(&client, &ids, globals).await
        }
        DeliveriesCommand::Retry { ids, .. } => retry(&client, &ids, globals).await,
        DeliveriesCommand::Skip { ids, reason } => skip(&client, &ids, &reason, globals).await,
    }
}

/// What belongs below a delivery.
fn more(view: &wire::DeliveryView) -> String {
    format!("\nSTEPS\n{}\nREQUESTS AND ANSWERS\n{}", steps(&view.steps), requests(&view.requests))
}

/// The last requests of a delivery, for people.
pub fn requests(lines: &[String]) -> String {
    if lines.is_empty() {
        "  none yet\n".to_owned()
    } else {
        lines.iter().flat_map(|line| ["  ".to_owned(), clean(line), "\n".to_owned()]).collect()
    }
}

/// The steps of a delivery, for people: what was made and why, and what it holds.
pub fn steps(steps: &[wire::StepView]) -> String {
    let step = |step: &wire::StepView| {
        let crm_id = step.crm_id.as_deref().map(|id| format!("  id {id}")).unwrap_or_default();
        let link = step.link.as_deref().map(|link| format!("  {link}")).unwrap_or_default();
        let head = format!("  {}  ", times::short(&step.at.to_string()));
        let note = if step.note.is_empty() { String::new() } else { format!("  {}", step.note) };
        let body = clean(&format!("{}{crm_id}{link}{note}\n      {}\n", step.name, step.content));
        format!("{head}{}  {body}", paint(&clean(&step.status)))
    };
    if steps.is_empty() { "  none yet\n".to_owned() } else { steps.iter().map(step).collect() }
}
