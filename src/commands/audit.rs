//! `ringfold audit`: whether the books balance, or what is amiss.

mod rows;

use clap::Args;
use console::wire;
use schemas::{ConnectionId, SourceId, Timestamp};

use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::times::{moment, short};

const EXAMPLES: &str = "\
Examples:
  ringfold audit --since 2d
  ringfold audit --since yesterday --until today --source acme-uis --hours
  ringfold audit --connection acme-rbs -o json";

/// What `audit` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct AuditArgs {
    #[command(flatten)]
    target: Target,
    /// What was received, and the calls begun, since then: at most 29 days ago
    #[arg(long, value_name = "T", default_value = "1d", value_parser = moment)]
    since: Timestamp,
    /// And before
    #[arg(long, value_name = "T", default_value = "now", value_parser = moment)]
    until: Timestamp,
    /// Only of this source
    #[arg(long, value_name = "ID")]
    source: Option<SourceId>,
    /// Only deliveries of this connection, and what was received from its sources
    #[arg(long, value_name = "ID")]
    connection: Option<ConnectionId>,
    /// A line for each hour, not one for all of them
    #[arg(long)]
    hours: bool,
}

/// Runs it.
pub async fn run(args: AuditArgs, globals: &Globals) -> Result<(), Exit> {
    if args.until <= args.since {
        return Err(Exit::usage("--until must be later than --since"));
    }
    let client = Client::find(&args.target)?;
    let audit = ask_all(&client, &args).await?;
    print(globals.output, &audit, args.hours)?;
    match rows::on_the_way(&audit) {
        0 => {}
        count => output::tell(&format!("{count} on the way: ask again in a moment")),
    }
    if !audit.balanced {
        return Err(Exit::failed(wrong(&audit)));
    }
    output::tell(&format!(
        "the books balance, from {} until {}",
        short(&audit.since.to_string()),
        short(&audit.until.to_string())
    ));
    Ok(())
}

/// An answer holds as much as the server looks at at once; the next one begins where it ended.
async fn ask_all(client: &Client, args: &AuditArgs) -> Result<wire::Audit, Exit> {
    let ask = async |since: Timestamp| -> Result<wire::Audit, Exit> {
        let (source, connection) = (args.source.clone(), args.connection.clone());
        let query = wire::AuditQuery { since: Some(since), until: Some(args.until), source, connection };
        client.get(&["audit"], &query).await
    };
    let mut all = ask(args.since).await?;
    while let Some(since) = all.next {
        let next = ask(since).await?;
        if next.next.is_some_and(|next| next <= since) {
            return Err(Exit::failed("the server does not get on; is it as new as this?"));
        }
        rows::join(&mut all, next);
    }
    Ok(all)
}

fn print(format: Format, audit: &wire::Audit, hours: bool) -> Result<(), Exit> {
    match format {
        Format::Json => output::one(format, &[], audit, |_| String::new()),
        Format::Ndjson | Format::Csv => output::rows(format, rows::FLAT, &rows::flat(audit)),
        Format::Table => {
            let books = if hours { audit.clone() } else { rows::totals(audit) };
            output::rows(format, &rows::receipts(hours), &books.receipts)?;
            output::rows(format, &rows::deliveries(hours), &books.deliveries)?;
            if audit.amiss.is_empty() { Ok(()) } else { output::rows(format, rows::AMISS, &audit.amiss) }
        }
    }
}

/// What is wrong, and what to do about each kind of it.
fn wrong(audit: &wire::Audit) -> String {
    let count = audit.amiss.len() as u64 + audit.more;
    let more = if audit.more > 0 { format!(", {} of them not named", audit.more) } else { String::new() };
    let mut text = format!("the books do not balance: {count} amiss{more}");
    let mut kinds: Vec<wire::AmissKind> = Vec::new();
    for what in audit.amiss.iter().map(|amiss| amiss.what) {
        if !kinds.contains(&what) {
            kinds.push(what);
            text.push('\n');
            text.push_str(todo(what));
        }
    }
    text
}

fn todo(what: wire::AmissKind) -> &'static str {
    match what {
        wire::AmissKind::EventInNoCall => {
            "event_in_no_call: ringfold rebuild, with the same window, has it folded; see the log of the processor for why it was not"
        }
        wire::AmissKind::EventNotInLog => {
            "event_not_in_log: the log lost it or was given another's journal; the call is as it was told, its event is no longer there"
        }
        wire::AmissKind::NoDelivery => {
            "no_delivery: see whether ringfold sink of that kind runs; a source joined to a connection later gives it no earlier calls"
        }
        wire::AmissKind::DeliveryBehind => {
            "delivery_behind: see the log of ringfold sink of that kind for why it was not told of the call's last revision"
        }
        wire::AmissKind::DeliveryWithoutCall => {
            "delivery_without_call: ringfold rebuild, with the window in which it began, makes the call again from what was said"
        }
    }
}
