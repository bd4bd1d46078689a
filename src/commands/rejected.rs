//! `ringfold rejected`: bodies from PBXs that could not be read.

use clap::{Args, Subcommand};
use console::wire;
use schemas::SourceId;
use uuid::Uuid;

use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::{Exit, Status};
use crate::output::{self, Column, Show};

const EXAMPLES: &str = "\
Examples:
  ringfold rejected list
  ringfold rejected list --source acme-uis -o ndjson";
const RESEND_EXAMPLES: &str = "\
Examples:
  ringfold rejected resend 019e4f0c-7a11-7000-8000-3d2b5c6f9a10
  ringfold rejected resend 019e4f0c-7a11-7000-8000-3d2b5c6f9a10 019e4f0c-7a12-7000-8000-0a1b2c3d4e5f";

const RESENT: &[Column] = &[
    Column::new("RECEIPT", "/receipt", Show::Whole),
    Column::new("TAKEN", "/taken", Show::Text),
    Column::new("CALL, OR WHY NOT", "/said", Show::Whole),
];
/// What the server takes at once.
const AT_ONCE: usize = 100;

/// What a rejected body is shown by; sources show their last ones too.
pub const COLUMNS: &[Column] = &[
    Column::new("RECEIVED", "/received_at", Show::Time),
    Column::new("SOURCE", "/source", Show::Whole),
    Column::new("RECEIPT", "/receipt", Show::Whole),
    Column::new("REASON", "/reason", Show::Text),
    Column::wide("/account"),
    Column::wide("/body/content_type"),
    Column::wide("/body/text"),
    Column::wide("/body/hex"),
];

/// What `rejected` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RejectedArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: RejectedCommand,
}

#[derive(Debug, Subcommand)]
enum RejectedCommand {
    /// List them, newest first; -o ndjson and csv hold the bodies
    #[command(after_help = EXAMPLES)]
    List {
        /// Only of this source
        #[arg(long, value_name = "ID")]
        source: Option<SourceId>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = wire::DEFAULT_LIMIT,
            value_parser = clap::value_parser!(u32).range(1..=i64::from(wire::MAX_LIMIT)))]
        limit: u32,
    },
    /// Read them again, after a fix of the reader or of the source's settings
    #[command(after_help = RESEND_EXAMPLES)]
    Resend {
        /// Their receipts
        #[arg(required = true)]
        receipts: Vec<Uuid>,
    },
}

/// Runs it.
pub async fn run(args: RejectedArgs, globals: &Globals) -> Result<(), Exit> {
    let client = Client::find(&args.target)?;
    match args.command {
        RejectedCommand::List { source, limit } => {
            let query = wire::RejectedQuery { source, limit: Some(limit) };
            let page: wire::RejectedPage = client.get(&["rejected"], &query).await?;
            output::rows(globals.output, COLUMNS, &page.rejected)?;
            output::note(page.rejected.len(), "rejected bodies", page.more);
            Ok(())
        }
        RejectedCommand::Resend { receipts } => resend(&client, &receipts, globals).await,
    }
}

async fn resend(client: &Client, receipts: &[Uuid], globals: &Globals) -> Result<(), Exit> {
    let mut rows = Vec::new();
    for some in receipts.chunks(AT_ONCE) {
        let asked = wire::Resend { receipts: some.to_vec() };
        let resent: wire::Resent = client.post(&["rejected", "resend"], &asked).await?;
        rows.extend(resent.rows);
    }
    output::rows(globals.output, RESENT, &rows)?;
    match rows.iter().filter(|row| !row.taken).count() {
        0 => Ok(()),
        left if left == rows.len() => Err(Exit::failed("none of them can be read")),
        left => Err(Exit::new(Status::Partly, format!("{left} of {} cannot be read", rows.len()))),
    }
}
