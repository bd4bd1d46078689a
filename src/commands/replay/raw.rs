//! `replay --raw`: what PBXs said, read and folded again.

use super::Which;
use crate::cli::Globals;
use crate::client::Client;
use crate::commands::rebuild::{self, Over};
use crate::exit::Exit;
use crate::times::moment;

/// Shows what would differ; a success where nothing would.
pub async fn plan(client: &Client, which: &Which, globals: &Globals) -> Result<(), Exit> {
    rebuild::show(client, &over(which)?, globals).await
}

/// Shows what differs, asks, and makes it right.
pub async fn start(client: &Client, which: &Which, globals: &Globals) -> Result<(), Exit> {
    rebuild::correct(client, &over(which)?, globals).await
}

fn over(which: &Which) -> Result<Over, Exit> {
    let read = |text| moment(text).map_err(Exit::usage);
    let since = which.since.map_or_else(|| read("1d"), Ok)?;
    let until = which.until.map_or_else(|| read("now"), Ok)?;
    Over::new(which.source.clone(), since, until, true)
}
