//! `ringfold deliveries`: calls on their way into CRMs, and what each made there.

use clap::{Args, Subcommand};
use console::wire;
use schemas::{CallId, ConnectionId, Timestamp};
use serde::Serialize;

use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::{Exit, Status};
use crate::output::{self, Column, Show, clean, paint};
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
  ringfold deliveries retry acme-rbs/acme-uis/1001 acme-rbs/acme-uis/1002";

const COLUMNS: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::wide("/connection"),
    Column::wide("/call"),
    Column::wide("/kind"),
    Column::new("STATUS", "/status", Show::Word),
    Column::new("DONE", "/done", Show::Number),
    Column::new("WANTED", "/wanted", Show::Number),
    Column::new("TRIES", "/attempts", Show::Number),
    Column::new("CREATED", "/created_at", Show::Time),
    Column::wide("/since"),
    Column::new("NEXT TRY", "/next_try_at", Show::Time),
    Column::new("DONE AT", "/done_at", Show::Time),
    Column::wide("/uncertain"),
    Column::new("NOTE", "/note", Show::Text),
];

const ONE: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::new("CONNECTION", "/connection", Show::Whole),
    Column::new("CALL", "/call", Show::Whole),
    Column::new("KIND", "/kind", Show::Text),
    Column::new("STATUS", "/status", Show::Word),
    Column::new("REVISION DONE", "/done", Show::Number),
    Column::new("REVISION WANTED", "/wanted", Show::Number),
    Column::new("TRIES", "/attempts", Show::Number),
    Column::new("CREATED", "/created_at", Show::Time),
    Column::new("TRIED SINCE", "/since", Show::Time),
    Column::new("NEXT TRY", "/next_try_at", Show::Time),
    Column::new("DONE AT", "/done_at", Show::Time),
    Column::new("UNCERTAIN", "/uncertain", Show::Text),
    Column::new("NOTE", "/note", Show::Whole),
];

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
    /// Show one: what it made, step by step
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id: CONNECTION/CALL
        #[arg(value_parser = DeliveryId::read)]
        id: DeliveryId,
    },
    /// Try pending or dead ones again, now, with the call as it now is
    #[command(after_help = RETRY_EXAMPLES)]
    Retry {
        /// Their ids: CONNECTION/CALL
        #[arg(value_parser = DeliveryId::read, required = true)]
        ids: Vec<DeliveryId>,
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

/// A connection and a call: there is one delivery of both at most.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DeliveryId {
    connection: ConnectionId,
    call: String,
}

impl DeliveryId {
    fn read(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').filter(|(_, call)| call.contains('/'));
        let (connection, call) = parts.ok_or("write CONNECTION/CALL: acme-rbs/acme-uis/123456789")?;
        let connection = connection.parse().map_err(|error: schemas::IdError| error.to_string())?;
        Ok(Self { connection, call: call.to_owned() })
    }
}

/// What the API says, and the id that `show` takes.
#[derive(Serialize)]
struct Named<T> {
    id: String,
    #[serde(flatten)]
    delivery: T,
}

fn named<T>(row: &wire::DeliveryRow, delivery: T) -> Named<T> {
    Named { id: format!("{}/{}", row.connection, row.call), delivery }
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
            output::one(globals.output, ONE, &view, |view| format!("\nSTEPS\n{}", steps(&view.delivery.steps)))
        }
        DeliveriesCommand::Retry { ids } => retry(&client, &ids, globals).await,
    }
}

/// Each by itself: that one cannot be tried again keeps nothing from the others.
async fn retry(client: &Client, ids: &[DeliveryId], globals: &Globals) -> Result<(), Exit> {
    let (mut rows, mut last) = (Vec::new(), None);
    for id in ids {
        let path = ["deliveries", id.connection.as_str(), &id.call];
        match client.post::<wire::DeliveryView>(&path, &()).await {
            Ok(view) => rows.push(named(&view.row.clone(), view.row)),
            Err(exit) => {
                output::tell(&format!("{}/{}: {}", id.connection, id.call, exit.message));
                last = Some(exit.status);
            }
        }
    }
    output::rows(globals.output, COLUMNS, &rows)?;
    match last {
        None => Ok(()),
        Some(_) if !rows.is_empty() => Err(Exit::new(Status::Partly, "")),
        Some(status) => Err(Exit::new(status, "")),
    }
}

/// The steps of a delivery, for people: what was made and why, and what it holds.
pub fn steps(steps: &[wire::StepView]) -> String {
    let step = |step: &wire::StepView| {
        let crm_id = step.crm_id.as_deref().map(|id| format!("  id {id}")).unwrap_or_default();
        let head = format!("  {}  ", times::short(&step.at.to_string()));
        let note = if step.note.is_empty() { String::new() } else { format!("  {}", step.note) };
        let body = clean(&format!("{}{crm_id}{note}\n      {}\n", step.name, step.content));
        format!("{head}{}  {body}", paint(&clean(&step.status)))
    };
    if steps.is_empty() { "  none yet\n".to_owned() } else { steps.iter().map(step).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_named_by_its_connection_and_its_call() {
        let id = DeliveryId::read("acme-rbs/acme-uis/12/3~2").unwrap();
        assert_eq!((id.connection.as_str(), id.call.as_str()), ("acme-rbs", "acme-uis/12/3~2"));
        for wrong in ["acme-rbs", "acme-rbs/123", "Acme/acme-uis/1", ""] {
            assert!(DeliveryId::read(wrong).is_err(), "{wrong}");
        }
    }
}
