//! `ringfold accounts`: writes and reads accounts, sources and connections.

mod file;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use console::wire::{Applied, Change, ChangeKind, What};

use self::file::File;
use crate::ask;
use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Column, Show};

const EXAMPLES: &str = "\
Examples:
  ringfold accounts apply -f accounts.toml
  ringfold accounts export > accounts.toml";
const APPLY_EXAMPLES: &str = "\
Examples:
  ringfold accounts apply -f accounts.toml --dry-run
  ringfold accounts apply -f accounts.toml --yes";
const EXPORT_EXAMPLES: &str = "\
Examples:
  ringfold accounts export > accounts.toml
  ringfold accounts export --data /var/lib/ringfold";

const COLUMNS: &[Column] = &[
    Column::new("CHANGE", "/change", Show::Word),
    Column::new("WHAT", "/what", Show::Text),
    Column::new("ID", "/id", Show::Whole),
    Column::new("KEYS", "/keys", Show::Text),
    Column::new("NOTE", "/note", Show::Text),
];

/// What `accounts` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct AccountsArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: AccountsCommand,
}

#[derive(Debug, Subcommand)]
enum AccountsCommand {
    /// Write what a file says over what is there; removes nothing, and asks before it changes a connection
    #[command(after_help = APPLY_EXAMPLES)]
    Apply {
        /// The accounts file; `-` is stdin
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
        /// Say what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Print everything as an accounts file; credentials only where they come from the environment
    #[command(after_help = EXPORT_EXAMPLES)]
    Export,
}

/// Runs it.
pub async fn run(args: AccountsArgs, globals: &Globals) -> Result<(), Exit> {
    let client = Client::find(&args.target)?;
    match args.command {
        AccountsCommand::Apply { file, dry_run } => apply(&client, &file::read(&file)?, dry_run, globals).await,
        AccountsCommand::Export => output::data(&client.text(&["accounts"]).await?),
    }
}

async fn apply(client: &Client, file: &File, dry_run: bool, globals: &Globals) -> Result<(), Exit> {
    let plan = client.apply(&file.request(true)).await?;
    if dry_run {
        output::rows(globals.output, COLUMNS, &plan.changes)?;
        output::tell(&format!("{}; nothing was changed, this was a dry run", summary(&plan, true)));
        return Ok(());
    }
    if let Some(question) = question(&plan.changes) {
        if !globals.yes {
            output::plan(COLUMNS, &plan.changes)?;
        }
        ask::confirm(&question, globals.yes)?;
    }
    let applied = client.apply(&file.request(false)).await?;
    output::rows(globals.output, COLUMNS, &applied.changes)?;
    output::tell(&summary(&applied, false));
    Ok(())
}

/// What is asked first: a connection that works may stop working, and the URL that a PBX posts to may be no more. New
/// ones, and what is as it was, ask nothing.
fn question(changes: &[Change]) -> Option<String> {
    let new_url = changes.iter().find(|change| {
        change.what == What::Source && change.change == ChangeKind::Changed && change.keys.iter().any(|k| k == "secret")
    });
    if let Some(Change { id, .. }) = new_url {
        return Some(format!(
            "This gives {id} a new webhook URL: what the PBX posts to the old one is refused. Apply it?"
        ));
    }
    let asked = |change: &&Change| change.what == What::Connection && change.change == ChangeKind::Changed;
    let ids: Vec<_> = changes.iter().filter(asked).map(|change| change.id.as_str()).collect();
    match ids.as_slice() {
        [] => None,
        [id] => Some(format!("This changes the connection {id}. Apply it?")),
        ids => Some(format!("This changes {} connections: {}. Apply it?", ids.len(), ids.join(", "))),
    }
}

fn summary(applied: &Applied, would: bool) -> String {
    let count = |kind| applied.changes.iter().filter(|change| change.change == kind).count();
    let (added, changed) = (count(ChangeKind::Added), count(ChangeKind::Changed));
    let be = if would { "would be" } else { "were" };
    format!("{added} {be} added, {changed} changed, {} stay as they are", count(ChangeKind::Unchanged))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(what: What, id: &str, change: ChangeKind) -> Change {
        Change { what, id: id.to_owned(), change, keys: Vec::new(), note: String::new() }
    }

    #[test]
    fn only_a_change_of_a_connection_that_is_there_is_asked_about() {
        let harmless = [
            change(What::Account, "acme", ChangeKind::Changed),
            change(What::Source, "acme-uis", ChangeKind::Changed),
            change(What::Connection, "new", ChangeKind::Added),
            change(What::Connection, "same", ChangeKind::Unchanged),
        ];
        assert_eq!(question(&harmless), None);
        let mut new_url = harmless.to_vec();
        new_url[1].keys.push("secret".to_owned());
        assert!(question(&new_url).is_some_and(|asked| asked.contains("new webhook URL")));
        let mut changes = harmless.to_vec();
        changes.push(change(What::Connection, "acme-rbs", ChangeKind::Changed));
        assert_eq!(question(&changes).as_deref(), Some("This changes the connection acme-rbs. Apply it?"));
        changes.push(change(What::Connection, "beta-rbs", ChangeKind::Changed));
        assert!(question(&changes).is_some_and(|asked| asked.contains("2 connections: acme-rbs, beta-rbs")));
    }
}
