//! `/sources`: PBX accounts, their webhook URLs and when they were last heard.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use backbone::store::{CallFilter, SourceEntry};
use ingest::sources;
use sinks::kit::http::{self, Reply};
use tokio::time::Instant;

use super::connections::shown;
use super::fault::Fault;
use super::{rejected, templates};
use crate::backfill;
use crate::pbx;
use crate::state::Console;
use crate::wire::{Checked, SourceList, SourceRow, SourceView, Templates};

/// How long a PBX may take to say that it knows us.
const CHECK: Duration = Duration::from_secs(30);
/// How many rejected bodies a source shows.
const REJECTED: usize = 5;

/// `GET /sources`
pub async fn list(State(console): State<Console>) -> Result<Json<SourceList>, Fault> {
    let accounts = console.backbone().directory.load().await?;
    let mut sources = Vec::with_capacity(accounts.sources.len());
    for entry in &accounts.sources {
        sources.push(row(&console, entry).await?);
    }
    sources.sort_by(|a, b| (&a.account, &a.id).cmp(&(&b.account, &b.id)));
    Ok(Json(SourceList { sources }))
}

/// `GET /sources/{id}`
pub async fn show(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<SourceView>, Fault> {
    let entry = entry(&console, &id).await?;
    let (rejected, _) = rejected::newest(&console, Some(&entry.source.id), REJECTED).await?;
    let (row, credentials) = (row(&console, &entry).await?, shown(&entry.credentials));
    Ok(Json(SourceView { row, source: entry.source, credentials, rejected }))
}

/// `GET /sources/{id}/templates`
pub async fn templates(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<Templates>, Fault> {
    let entry = entry(&console, &id).await?;
    let url = webhook_url(&console, &entry);
    templates::of(&entry.source, &url).map(Json).ok_or_else(|| {
        let detail = format!("sources of kind {} have no templates", entry.source.kind);
        Fault::not_found(detail, format!("paste the webhook URL that `ringfold sources show {id}` tells into the PBX"))
    })
}

/// `POST /sources/{id}/check`
pub async fn check(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<Checked>, Fault> {
    let said = ask_pbx(&entry(&console, &id).await?).await;
    let connected = said.is_ok();
    let todo = if connected { "" } else { "webhooks are taken without its API; correct this, then check again" };
    Ok(Json(Checked { connected, said: said.unwrap_or_else(|why| why), account: None, todo: todo.to_owned() }))
}

/// Connected, and to what; or why not.
async fn ask_pbx(entry: &SourceEntry) -> Result<String, String> {
    let kind = &entry.source.kind;
    let asked = sources::pbx(kind).ok_or_else(|| format!("this version knows no PBX {kind:?}"))?;
    let question = asked.question(entry)?;
    match pbx::ask(&http::client(CHECK)?, question, Instant::now() + CHECK).await {
        Reply::Answer(answer) => asked.answered(answer.status, &answer.body),
        Reply::NotSent(why) | Reply::Lost(why) => Err(format!("the PBX does not answer: {why}")),
        Reply::TooLong => Err("the PBX's answer is longer than 1 MiB".to_owned()),
    }
}

/// The source of this id, or that there is none.
pub async fn entry(console: &Console, id: &str) -> Result<SourceEntry, Fault> {
    let accounts = console.backbone().directory.load().await?;
    let found = accounts.sources.into_iter().find(|entry| entry.source.id.as_str() == id);
    found.ok_or_else(|| Fault::none("source", &id, "sources list"))
}

fn webhook_url(console: &Console, entry: &SourceEntry) -> String {
    format!("{}/hooks/{}", console.parts.public_url.trim_end_matches('/'), entry.secret.expose())
}

async fn row(console: &Console, entry: &SourceEntry) -> Result<SourceRow, Fault> {
    let source = &entry.source;
    let filter = CallFilter { sources: vec![source.id.clone()], limit: 1, ..CallFilter::default() };
    let newest = console.backbone().journal.list(&filter).await?;
    Ok(SourceRow {
        id: source.id.clone(),
        account: source.account.clone(),
        kind: source.kind.clone(),
        webhook_url: webhook_url(console, entry),
        last_event_at: newest.first().map(|call| call.last_heard_at),
        backfill: backfill::view(&*console.backbone().memos, entry).await?,
    })
}
