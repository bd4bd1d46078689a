//! `ringfold connections`: CRMs, how they fare, and holding their deliveries.

mod columns;

use clap::{Args, Subcommand};
use console::wire;
use schemas::ConnectionId;

use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  ringfold connections list
  ringfold connections pause acme-rbs --reason \"CRM moves tonight\"";
const LIST_EXAMPLES: &str = "\
Examples:
  ringfold connections list
  ringfold connections list -o json | jq '.[].backlog'";
const SHOW_EXAMPLES: &str = "\
Examples:
  ringfold connections show acme-rbs
  ringfold connections show acme-rbs -o json";
const CHECK_EXAMPLES: &str = "\
Examples:
  ringfold connections check acme-rbs
  ringfold connections check acme-rbs -o json";
const PAUSE_EXAMPLES: &str = "\
Examples:
  ringfold connections pause acme-rbs --reason maintenance
  ringfold connections pause acme-rbs --reason asked-by-customer";
const RESUME_EXAMPLES: &str = "\
Examples:
  ringfold connections resume acme-rbs
  ringfold connections resume acme-rbs --data /var/lib/ringfold";

/// What `connections` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ConnectionsArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: ConnectionsCommand,
}

#[derive(Debug, Subcommand)]
enum ConnectionsCommand {
    /// List them: state, backlog and its oldest, last error
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// Show one: what is set, never its secrets
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id
        id: ConnectionId,
    },
    /// Call the CRM and say connected, or why not
    #[command(after_help = CHECK_EXAMPLES)]
    Check {
        /// Its id
        id: ConnectionId,
    },
    /// Hold its deliveries; nothing is lost
    #[command(after_help = PAUSE_EXAMPLES)]
    Pause {
        /// Its id
        id: ConnectionId,
        /// Why, for whoever looks at it next
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Let its held deliveries go
    #[command(after_help = RESUME_EXAMPLES)]
    Resume {
        /// Its id
        id: ConnectionId,
    },
}

/// Runs it.
pub async fn run(args: ConnectionsArgs, globals: &Globals) -> Result<(), Exit> {
    let client = Client::find(&args.target)?;
    let format = globals.output;
    match args.command {
        ConnectionsCommand::List => {
            let list: wire::ConnectionList = client.get(&["connections"], &()).await?;
            output::rows(format, columns::LIST, &list.connections)?;
            output::note(list.connections.len(), "connections", false);
            Ok(())
        }
        ConnectionsCommand::Show { id } => {
            let view: wire::ConnectionView = client.get(&["connections", id.as_str()], &()).await?;
            output::one(format, columns::ONE, &view, more)
        }
        ConnectionsCommand::Check { id } => {
            let checked: wire::Checked = client.post(&["connections", id.as_str(), "check"], &()).await?;
            output::one(format, columns::CHECKED, &checked, |_| String::new())?;
            if checked.connected {
                return Ok(());
            }
            let todo = if checked.todo.is_empty() { String::new() } else { format!("\nnext: {}", checked.todo) };
            Err(Exit::failed(format!("{id} is not connected: {}{todo}", checked.said)))
        }
        ConnectionsCommand::Pause { id, reason } => {
            let pause = wire::Pause { reason };
            let row: wire::ConnectionRow = client.post(&["connections", id.as_str(), "pause"], &pause).await?;
            output::one(format, columns::LIST, &row, |_| String::new())
        }
        ConnectionsCommand::Resume { id } => {
            let row: wire::ConnectionRow = client.post(&["connections", id.as_str(), "resume"], &()).await?;
            output::one(format, columns::LIST, &row, |_| String::new())
        }
    }
}

fn more(view: &wire::ConnectionView) -> String {
    let mut text = credentials(&view.credentials);
    for (key, value) in &view.settings {
        text.push_str(&output::clean(&format!("settings.{key} = {value}\n")));
    }
    if !view.employees.is_empty() {
        text.push_str("\nEMPLOYEES, IN ORDER\n");
        text.push_str(&output::table(columns::EMPLOYEES, &view.employees));
    }
    text
}

/// Which credentials are set, and from where; never a value.
pub fn credentials(credentials: &[wire::CredentialView]) -> String {
    let line = |credential: &wire::CredentialView| {
        let from = credential.from.as_deref().unwrap_or("set");
        output::clean(&format!("credentials.{} = {from}\n", credential.name))
    };
    credentials.iter().map(line).collect()
}
