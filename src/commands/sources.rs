//! `ringfold sources`: PBXs, their webhook addresses, and what to paste where.

use clap::{Args, Subcommand};
use console::wire;
use schemas::SourceId;

use super::rejected;
use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Column, Show, clean};

const EXAMPLES: &str = "\
Examples:
  ringfold sources list
  ringfold sources templates acme-uis";
const LIST_EXAMPLES: &str = "\
Examples:
  ringfold sources list
  ringfold sources list -o csv > sources.csv";
const SHOW_EXAMPLES: &str = "\
Examples:
  ringfold sources show acme-uis
  ringfold sources show acme-uis -o json";
const CHECK_EXAMPLES: &str = "\
Examples:
  ringfold sources check acme-uis
  ringfold sources check acme-uis -o json";
const TEMPLATES_EXAMPLES: &str = "\
Examples:
  ringfold sources templates acme-uis
  ringfold sources templates acme-uis -o json | jq -r .templates[0].body";

const LIST: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::new("ACCOUNT", "/account", Show::Whole),
    Column::new("KIND", "/kind", Show::Text),
    Column::new("LAST EVENT", "/last_event_at", Show::Time),
    Column::new("COMPARED UNTIL", "/backfill/compared_until", Show::Time),
    Column::new("ASKING FAILED", "/backfill/error", Show::Text),
    Column::new("WEBHOOK URL", "/webhook_url", Show::Whole),
];

const ONE: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::new("ACCOUNT", "/account", Show::Whole),
    Column::new("KIND", "/kind", Show::Text),
    Column::new("WEBHOOK URL", "/webhook_url", Show::Whole),
    Column::new("LAST EVENT", "/last_event_at", Show::Time),
    Column::new("REGION", "/source/region", Show::Text),
    Column::new("TIME ZONE", "/source/timezone", Show::Text),
    Column::new("BASE URL", "/source/base_url", Show::Whole),
    Column::new("VIRTUAL NUMBER", "/source/virtual_number", Show::Text),
    Column::new("TALK WITHOUT END", "/source/talk_without_end", Show::Text),
    Column::new("RING WITHOUT END", "/source/ring_without_end", Show::Text),
    Column::new("BACKFILL EVERY", "/source/backfill_every", Show::Text),
    Column::new("NOTIFICATIONS REPORT", "/source/notifications_report", Show::Text),
    Column::new("COMPARED UNTIL", "/backfill/compared_until", Show::Time),
    Column::new("ASKED AT", "/backfill/asked_at", Show::Time),
    Column::new("ASKING FAILED", "/backfill/error", Show::Whole),
    Column::new("ASKED AGAIN", "/backfill/waits_until", Show::Time),
];

const TEMPLATES: &[Column] = &[Column::new("SOURCE", "/source", Show::Whole), Column::new("KIND", "/kind", Show::Text)];

/// What `sources` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SourcesArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: SourcesCommand,
}

#[derive(Debug, Subcommand)]
enum SourcesCommand {
    /// List them: how far each PBX's own list of calls was compared, and webhook addresses, which are secret
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// Show one: what is set, and its last bodies that could not be read
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id
        id: SourceId,
    },
    /// Call the PBX's API and say connected, or why not
    #[command(after_help = CHECK_EXAMPLES)]
    Check {
        /// Its id
        id: SourceId,
    },
    /// What to paste into the PBX
    #[command(after_help = TEMPLATES_EXAMPLES)]
    Templates {
        /// Its id
        id: SourceId,
    },
}

/// Runs it.
pub async fn run(args: SourcesArgs, globals: &Globals) -> Result<(), Exit> {
    let client = Client::find(&args.target)?;
    match args.command {
        SourcesCommand::List => {
            let list: wire::SourceList = client.get(&["sources"], &()).await?;
            output::rows(globals.output, LIST, &list.sources)?;
            output::note(list.sources.len(), "sources", false);
            Ok(())
        }
        SourcesCommand::Show { id } => {
            let view: wire::SourceView = client.get(&["sources", id.as_str()], &()).await?;
            output::one(globals.output, ONE, &view, more)
        }
        SourcesCommand::Check { id } => {
            let checked: wire::Checked = client.post(&["sources", id.as_str(), "check"], &()).await?;
            super::connections::say_checked(globals.output, id.as_str(), &checked)
        }
        SourcesCommand::Templates { id } => {
            let templates: wire::Templates = client.get(&["sources", id.as_str(), "templates"], &()).await?;
            output::one(globals.output, TEMPLATES, &templates, paste)
        }
    }
}

fn more(view: &wire::SourceView) -> String {
    let mut text = super::connections::credentials(&view.credentials);
    if !view.rejected.is_empty() {
        text.push_str("\nCOULD NOT BE READ\n");
        text.push_str(&output::table(rejected::COLUMNS, &view.rejected));
    }
    text
}

/// The bodies as they must be pasted: whole, at the start of the line. What is not of the basic set says so.
fn paste(templates: &wire::Templates) -> String {
    let mut text = format!("\n{}\n", clean(&templates.how));
    for template in &templates.templates {
        let wire::Template { name, event_type, set, method, url, body, why, optional } = template;
        let marks = [(*set == wire::TemplateSet::Extended, "extended"), (*optional, "optional")];
        let marks: Vec<_> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
        let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
        text.push_str(&clean(&format!("\n== {name}{marks}\n{event_type}\n{why}\n{method} {url}\n\n{body}\n")));
    }
    text
}
