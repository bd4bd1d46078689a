//! `ringfold connections`: CRMs, how they fare, and holding their deliveries.

mod columns;
mod credentials;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use console::wire;
use schemas::{ConnectionId, ConnectionStatus};

use crate::ask;
use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Format};

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
  ringfold connections check acme-rbs -o json
  ringfold connections check acme-zoho --accept-account";
const PAUSE_EXAMPLES: &str = "\
Examples:
  ringfold connections pause acme-rbs --reason maintenance
  ringfold connections pause acme-rbs --reason asked-by-customer";
const RESUME_EXAMPLES: &str = "\
Examples:
  ringfold connections resume acme-rbs
  ringfold connections resume acme-rbs --data /var/lib/ringfold";
const REACTIVATE_EXAMPLES: &str = "\
Examples:
  ringfold connections reactivate acme-zoho --resend
  ringfold connections reactivate acme-zoho --yes";
const CREDENTIALS_EXAMPLES: &str = "\
Examples:
  ringfold connections set-credentials acme-rbs --file rbs.toml
  ringfold connections set-credentials acme-rbs --file /dev/stdin";

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
        /// Take the account of the CRM that answers now as the connection's, where it is another than before
        #[arg(long)]
        accept_account: bool,
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
    /// Start one again whose credentials were refused, or that was off; what it missed is sent or skipped
    #[command(after_help = REACTIVATE_EXAMPLES)]
    Reactivate {
        /// Its id
        id: ConnectionId,
        /// Send the calls of the two days before and of today, in its time zone; otherwise what it missed is skipped
        #[arg(long)]
        resend: bool,
    },
    /// Give it new credentials, `name = "value"` a line; it stays as it is until it is started again
    #[command(after_help = CREDENTIALS_EXAMPLES)]
    SetCredentials {
        /// Its id
        id: ConnectionId,
        /// Where they stand, as TOML [default: stdin]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
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
        ConnectionsCommand::Check { id, accept_account } => {
            let what = if accept_account { "accept-account" } else { "check" };
            let checked: wire::Checked = client.post(&["connections", id.as_str(), what], &()).await?;
            say_checked(format, id.as_str(), &checked)
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
        ConnectionsCommand::Reactivate { id, resend } => reactivate(&client, &id, resend, globals).await,
        ConnectionsCommand::SetCredentials { id, file } => {
            let new = credentials::read(file.as_deref())?;
            let row: wire::ConnectionRow = client.put(&["connections", id.as_str(), "credentials"], &new).await?;
            output::one(format, columns::LIST, &row, |_| String::new())?;
            output::tell(&match row.status {
                ConnectionStatus::Active => format!("{id} is active, and goes on with them"),
                _ => format!("next: ringfold connections reactivate {id}, with --resend or without"),
            });
            Ok(())
        }
    }
}

async fn reactivate(client: &Client, id: &ConnectionId, resend: bool, globals: &Globals) -> Result<(), Exit> {
    let view: wire::ConnectionView = client.get(&["connections", id.as_str()], &()).await?;
    let parked = view.row.backlog.parked;
    if parked > 0 && !resend {
        let question = format!("{id} has {parked} calls waiting; without --resend they are skipped. Go on?");
        ask::confirm(&question, globals.yes)?;
    }
    let asked = wire::Reactivate { resend };
    let done: wire::Reactivated = client.post(&["connections", id.as_str(), "reactivate"], &asked).await?;
    output::one(globals.output, columns::REACTIVATED, &done, |_| String::new())?;
    if done.replay.is_some() {
        output::tell("next: ringfold replay status says how far it is");
    }
    Ok(())
}

/// Whether a far side takes the credentials; a failure where it does not.
pub fn say_checked(format: Format, id: &str, checked: &wire::Checked) -> Result<(), Exit> {
    output::one(format, columns::CHECKED, checked, |_| String::new())?;
    if checked.connected {
        return Ok(());
    }
    let todo = if checked.todo.is_empty() { String::new() } else { format!("\nnext: {}", checked.todo) };
    Err(Exit::failed(format!("{id} is not connected: {}{todo}", checked.said)))
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
