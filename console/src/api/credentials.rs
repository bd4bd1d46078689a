//! `/connections/{id}/credentials`: new ones, without an accounts file.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use backbone::sealed::Secret;
use backbone::store::{Accounts, Credential, Credentials};

use super::checks::in_words;
use super::connections::{current_row, entry};
use super::fault::Fault;
use super::input::Given;
use crate::state::Console;
use crate::wire::{ConnectionRow, NewCredentials};

/// Bytes of one value.
const VALUE_BYTES_MAX: usize = 16 << 10;

/// `PUT /connections/{id}/credentials`: all of them, in place of those it had. The status stays as it is: a broken connection is
/// started by a person.
pub async fn put(
    State(console): State<Console>,
    Path(id): Path<String>,
    Given(NewCredentials { credentials }): Given<NewCredentials>,
) -> Result<Json<ConnectionRow>, Fault> {
    // An accounts file that is being applied would write over it.
    let alone = console.applying.lock().await;
    let mut entry = entry(&console, &id).await?;
    entry.credentials = checked(&entry.connection.kind, credentials)?;
    entry.connection.version += 1;
    let problems = sinks::registry::connector(&entry.connection.kind)
        .and_then(|known| known.open(&entry, &console.backbone().memos).err());
    if let Some(problems) = problems {
        return Err(Fault::invalid(in_words(&problems), "nothing was changed; correct it and send it again"));
    }
    let accounts = Accounts { connections: vec![entry], ..Accounts::default() };
    console.backbone().directory.save(&accounts, console.parts.clock.now()).await?;
    drop(alone);
    tracing::info!(connection = id, "new credentials of a connection");
    Ok(Json(current_row(&console, &id).await?))
}

/// Refuses what the kind does not take and what it lacks; no value is repeated.
fn checked(kind: &str, given: BTreeMap<String, String>) -> Result<Credentials, Fault> {
    let connector = sinks::registry::connector(kind)
        .ok_or_else(|| Fault::conflict(format!("this version knows no CRM {kind:?}"), "install a version that does"))?;
    let takes = connector.credentials();
    let names = || takes.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
    for (name, value) in &given {
        if !takes.iter().any(|field| field.name == name) {
            let detail = format!("{kind} takes no credential {name:?}");
            return Err(Fault::invalid(detail, format!("it takes {}", names())));
        }
        if value.is_empty() || value.len() > VALUE_BYTES_MAX {
            return Err(Fault::invalid(format!("{name} is empty or too long"), "give its value"));
        }
    }
    if let Some(missing) = takes.iter().find(|field| field.required && !given.contains_key(field.name)) {
        let detail = format!("the credential {} is missing", missing.name);
        return Err(Fault::invalid(detail, format!("give all of them: {}", names())));
    }
    Ok(given.into_iter().map(|(name, value)| (name, Credential { value: Secret::new(value), from: None })).collect())
}
