//! `/calls`: the journal.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use backbone::store::{Accounts, CallFilter};
use schemas::{Call, CallId, Phone, Timestamp};

use super::explain;
use super::fault::Fault;
use super::input::{Asked, limit};
use super::sources;
use crate::state::Console;
use crate::wire::{CallQuery, CallRow, CallView, CallsPage};

/// A number may be read by the rules of so many regions.
const REGIONS_MAX: usize = 8;

/// `GET /calls`
pub async fn list(State(console): State<Console>, Asked(query): Asked<CallQuery>) -> Result<Json<CallsPage>, Fault> {
    let limit = limit(query.limit)?;
    let before = query.before.as_deref().map(read_cursor).transpose()?;
    if let Some(id) = &query.source {
        sources::entry(&console, id.as_str()).await?;
    }
    let clients = match &query.client {
        None => vec![None],
        Some(said) => {
            let accounts = console.backbone().directory.load().await?;
            clients(said, &query, &accounts).into_iter().map(Some).collect()
        }
    };
    let mut calls: Vec<Call> = Vec::new();
    for client in clients {
        let filter = CallFilter {
            sources: query.source.clone().into_iter().collect(),
            client,
            since: query.since,
            until: query.until,
            after: before.clone(),
            oldest_first: false,
            // One more than shown tells whether there is a next page.
            limit: limit + 1,
        };
        calls.extend(console.backbone().journal.list(&filter).await?);
    }
    calls.sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = calls.len() > limit;
    calls.truncate(limit);
    let next = calls.last().filter(|_| more).map(cursor);
    Ok(Json(CallsPage { calls: calls.iter().map(row).collect(), next }))
}

/// `GET /calls/{id}`
pub async fn show(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<CallView>, Fault> {
    let found = console.backbone().journal.call(&CallId(id.clone())).await?;
    let call = found.ok_or_else(|| Fault::none("call", &id, "calls list"))?;
    explain::call(&console, call).await.map(Json)
}

/// What the journal may know this client as: the number as each region in question writes it, or the word itself.
fn clients(said: &str, query: &CallQuery, accounts: &Accounts) -> BTreeSet<String> {
    let sources = accounts.sources.iter().map(|entry| &entry.source);
    let asked = sources.filter(|source| query.source.as_ref().is_none_or(|only| *only == source.id));
    let regions: BTreeSet<&str> = asked.map(|source| source.region.as_str()).take(10_000).collect();
    let read = regions.into_iter().take(REGIONS_MAX).chain([""]).filter_map(|region| Phone::read(said, region).e164);
    let numbers: BTreeSet<String> = read.map(String::from).collect();
    if numbers.is_empty() { [said.trim().to_owned()].into() } else { numbers }
}

/// Where a page ended: when its last call began, and which it was.
fn cursor(call: &Call) -> String {
    format!("{}_{}", call.started_at, call.id)
}

fn read_cursor(text: &str) -> Result<(Timestamp, CallId), Fault> {
    let read = text.split_once('_').and_then(|(at, id)| Some((at.parse().ok()?, CallId(id.to_owned()))));
    read.ok_or_else(|| {
        Fault::invalid("before is not the end of a page", "give it the next of the page before, as it was")
    })
}

/// A call's client, for people.
pub fn client_name(call: &Call) -> String {
    call.client.as_ref().map(Phone::pretty).unwrap_or_default()
}

fn row(call: &Call) -> CallRow {
    let rung = || call.legs.first().map(|leg| &leg.who);
    CallRow {
        id: call.id.clone(),
        account: call.account.clone(),
        source: call.source.clone(),
        revision: call.revision,
        direction: call.direction,
        state: call.state,
        outcome: call.outcome,
        presumed: call.presumed,
        client: call.client.clone(),
        client_name: client_name(call),
        line: call.line.clone(),
        employee: call.talked_last().or_else(rung).filter(|who| !who.is_empty()).map(|who| who.name().to_owned()),
        started_at: call.started_at,
        answered_at: call.answered_at,
        ended_at: call.ended_at,
        talk_seconds: call.talk_seconds,
        wait_seconds: call.wait_seconds,
        recordings: call.recordings.iter().map(|recording| recording.url.clone()).collect(),
        anomalies: u32::try_from(call.anomalies.len()).unwrap_or(u32::MAX),
    }
}
