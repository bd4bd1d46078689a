//! `ringfold rebuild`: calls made again from what was said, against those that are there.

use std::time::Duration;

use clap::Args;
use console::wire;
use schemas::time::later;
use schemas::{SourceId, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::ask;
use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Column, Show};
use crate::times::moment;

const EXAMPLES: &str = "\
Examples:
  ringfold rebuild --verify --since 2d
  ringfold rebuild --since 2026-11-19T08:00 --until 2026-11-19T12:00 --source acme-uis";

const COLUMNS: &[Column] = &[
    Column::new("CALL", "/call", Show::Whole),
    Column::new("FIELD", "/field", Show::Text),
    Column::new("IS", "/is", Show::Text),
    Column::new("SHOULD BE", "/should_be", Show::Text),
];

/// What is asked for at once.
const SLICE: Duration = Duration::from_hours(1);

/// What `rebuild` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RebuildArgs {
    #[command(flatten)]
    target: Target,
    /// Only compare; success if every call is what was said of it
    #[arg(long)]
    verify: bool,
    /// Only calls of this source
    #[arg(long, value_name = "ID")]
    source: Option<SourceId>,
    /// Only calls begun since then
    #[arg(long, value_name = "T", default_value = "1d", value_parser = moment)]
    since: Timestamp,
    /// Only calls begun before
    #[arg(long, value_name = "T", default_value = "now", value_parser = moment)]
    until: Timestamp,
}

/// One field of one call.
#[derive(Serialize)]
struct Row {
    call: String,
    field: String,
    is: Value,
    should_be: Value,
}

/// Which calls to compare.
pub struct Over {
    source: Option<SourceId>,
    since: Timestamp,
    until: Timestamp,
    reread: bool,
}

impl Over {
    /// Calls begun in a window; `reread`: their bodies read again first.
    pub fn new(source: Option<SourceId>, since: Timestamp, until: Timestamp, reread: bool) -> Result<Self, Exit> {
        if until <= since {
            return Err(Exit::usage("--until must be later than --since"));
        }
        Ok(Self { source, since, until, reread })
    }
}

/// Runs it.
pub async fn run(args: RebuildArgs, globals: &Globals) -> Result<(), Exit> {
    let over = Over::new(args.source, args.since, args.until, false)?;
    let client = Client::find(&args.target)?;
    if args.verify { show(&client, &over, globals).await } else { correct(&client, &over, globals).await }
}

/// Shows what differs; a success where nothing does.
pub async fn show(client: &Client, over: &Over, globals: &Globals) -> Result<(), Exit> {
    let found = ask_all(client, over, false).await?;
    output::rows(globals.output, COLUMNS, &rows(&found))?;
    if found.differ.is_empty() {
        tell_equal(&found);
        return Ok(());
    }
    Err(Exit::failed(told_of_differences(&found, over.reread)))
}

fn told_of_differences(found: &wire::Rebuilt, reread: bool) -> String {
    let (calls, differ) = (found.calls, found.differ.len());
    let unreadable = unreadable(found).map(|told| format!("{told}\n")).unwrap_or_default();
    let again = if reread { "replay start --raw" } else { "rebuild" };
    format!(
        "{differ} of {calls} calls are not what was said of them\n{unreadable}\
         next: ringfold {again}, with the same window, makes them right"
    )
}

/// Shows what differs, asks, and makes it right.
pub async fn correct(client: &Client, over: &Over, globals: &Globals) -> Result<(), Exit> {
    let found = ask_all(client, over, false).await?;
    let (calls, differ) = (found.calls, found.differ.len());
    if differ == 0 {
        output::rows(globals.output, COLUMNS, &rows(&found))?;
        tell_equal(&found);
        return Ok(());
    }
    if !globals.yes {
        output::plan(COLUMNS, &rows(&found))?;
    }
    if let Some(told) = unreadable(&found) {
        output::tell(&told);
    }
    let question = format!("This makes {differ} of {calls} calls right, and what CRMs hold of them. Go on?");
    ask::confirm(&question, globals.yes)?;
    let done = ask_all(client, over, true).await?;
    output::rows(globals.output, COLUMNS, &rows(&done))?;
    let when = if over.reread { "replay plan --raw, with the same window," } else { "rebuild --verify" };
    output::tell(&format!("{} calls are being made right; {when} says when all are", done.corrected));
    match (done.differ.len() as u64).saturating_sub(done.corrected) {
        0 => Ok(()),
        left => Err(Exit::failed(format!(
            "{left} calls stay as they are: their session id was used again, and only its last call can be made right"
        ))),
    }
}

fn tell_equal(found: &wire::Rebuilt) {
    output::tell(&format!("{} calls compared: every one is what was said of it", found.calls));
    if let Some(told) = unreadable(found) {
        output::tell(&told);
    }
}

/// What could not be compared with what its body says.
fn unreadable(found: &wire::Rebuilt) -> Option<String> {
    (found.unreadable > 0)
        .then(|| format!("{} bodies can no longer be read, and stay as they were read", found.unreadable))
}

/// Hour by hour, so that no answer takes long.
async fn ask_all(client: &Client, over: &Over, correct: bool) -> Result<wire::Rebuilt, Exit> {
    let mut all = wire::Rebuilt::default();
    let mut since = over.since;
    while since < over.until {
        let until = later(since, SLICE).min(over.until);
        let asked = wire::Rebuild { source: over.source.clone(), since, until, correct, reread: over.reread };
        let found = client.post::<wire::Rebuilt>(&["rebuild"], &asked).await.inspect_err(|_| {
            if all.corrected > 0 {
                output::tell(&format!("{} calls begun before {since} are being made right", all.corrected));
            }
        })?;
        all.calls += found.calls;
        all.corrected += found.corrected;
        all.reread += found.reread;
        all.unreadable += found.unreadable;
        all.differ.extend(found.differ);
        since = until;
    }
    Ok(all)
}

fn rows(found: &wire::Rebuilt) -> Vec<Row> {
    found.differ.iter().flat_map(rows_of).collect()
}

/// A line for each field that differs.
fn rows_of(differs: &wire::Differs) -> Vec<Row> {
    let call = differs.call.to_string();
    if differs.missing {
        let (is, should_be) = (Value::from("missing"), Value::from("there"));
        return vec![Row { call, field: "call".to_owned(), is, should_be }];
    }
    let row = |field: &wire::FieldDiffers| {
        let wire::FieldDiffers { field, is, should_be } = field.clone();
        Row { call: call.clone(), field, is, should_be }
    };
    differs.fields.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_cannot_be_read_are_told_of_where_calls_differ_too() {
        let differs = wire::Differs { call: schemas::CallId("acme-uis/1".into()), missing: true, fields: vec![] };
        let mut found = wire::Rebuilt { calls: 3, differ: vec![differs], ..wire::Rebuilt::default() };
        assert!(!told_of_differences(&found, true).contains("can no longer be read"));
        found.unreadable = 2;
        assert_eq!(
            told_of_differences(&found, true),
            "1 of 3 calls are not what was said of them\n2 bodies can no longer be read, and stay as they were read\n\
             next: ringfold replay start --raw, with the same window, makes them right"
        );
    }
}
