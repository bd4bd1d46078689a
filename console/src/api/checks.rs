//! `/connections/{id}/check`: whether a CRM takes the credentials, and whose account they open.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use backbone::Memos;
use backbone::store::ConnectionEntry;
use sinks::connector::Problem;
use sinks::identity::{self, Unverified};
use sinks::{Failure, Session};
use tokio::time::error::Elapsed;

use super::connections::entry;
use super::fault::Fault;
use crate::state::Console;
use crate::wire::Checked;

/// How long a CRM may take to say that it knows us.
const CHECK: Duration = Duration::from_secs(30);

/// `POST /connections/{id}/check`
pub async fn check(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<Checked>, Fault> {
    Ok(Json(ask_crm(&console, &entry(&console, &id).await?).await))
}

/// `POST /connections/{id}/accept-account`: a person takes the account of the CRM that answers now as the connection's (G2).
pub async fn accept_account(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<Checked>, Fault> {
    let entry = entry(&console, &id).await?;
    let memos = &console.backbone().memos;
    let session = match open(&entry, memos) {
        Ok(session) => session,
        Err(no) => return Ok(Json(no)),
    };
    let asked = tokio::time::timeout(CHECK, identity::accept(&*session, &**memos, &entry)).await;
    if let Ok(Ok(checked)) = &asked {
        tracing::info!(connection = %id, account = checked.account, "a person took the account that answers as the connection's");
    }
    Ok(Json(told(&id, asked.map(|asked| asked.map(|checked| (checked, None))))))
}

/// Asks the CRM whether it takes the credentials, and whether they open the account that they opened first.
pub async fn ask_crm(console: &Console, entry: &ConnectionEntry) -> Checked {
    let memos = &console.backbone().memos;
    let session = match open(entry, memos) {
        Ok(session) => session,
        Err(no) => return no,
    };
    let asked = tokio::time::timeout(CHECK, identity::verify(&*session, &**memos, entry)).await;
    let id = entry.connection.id.as_str();
    told(id, asked.map(|asked| asked.map(|verified| (verified.checked, verified.account.problem()))))
}

fn open(entry: &ConnectionEntry, memos: &Arc<dyn Memos>) -> Result<Arc<dyn Session>, Checked> {
    let kind = &entry.connection.kind;
    let Some(connector) = sinks::registry::connector(kind) else {
        return Err(no(format!("this version knows no CRM {kind:?}"), "install a version that does"));
    };
    connector
        .open(entry, memos)
        .map_err(|problems| no(in_words(&problems), "correct it in the accounts file and apply it"))
}

/// What is wrong with a connection, each with where it stands.
pub fn in_words(problems: &[Problem]) -> String {
    let told: Vec<_> = problems.iter().map(|p| format!("{}: {}", p.path.join("."), p.message)).collect();
    told.join("; ")
}

/// What was found, and what is wrong with the account that answered.
type Asked = Result<Result<(sinks::connector::Checked, Option<String>), Unverified>, Elapsed>;

fn told(id: &str, asked: Asked) -> Checked {
    match asked {
        Ok(Ok((found, None))) => {
            Checked { connected: true, said: found.who, account: found.account, todo: String::new() }
        }
        Ok(Ok((found, Some(problem)))) => {
            let todo = format!(
                "give credentials of the first account, or take the new one: `ringfold connections check {id} --accept-account`"
            );
            Checked { account: found.account, ..no(problem, &todo) }
        }
        Ok(Err(why @ Unverified::Crm(Failure::TokenDead(_)))) => {
            let todo = format!(
                "give new credentials: `ringfold connections set-credentials {id}`, or the accounts file; then, where it is \
                 broken, `ringfold connections reactivate {id}`"
            );
            no(why.to_string(), &todo)
        }
        Ok(Err(why @ Unverified::Crm(_))) => {
            no(why.to_string(), "look at base_url and at whether the CRM works, then check again")
        }
        Ok(Err(why @ Unverified::Store(_))) => no(why.to_string(), "look at whether the store works, then check again"),
        Err(_) => no("the CRM did not answer within 30 s".to_owned(), "look at base_url and the network between"),
    }
}

fn no(said: String, todo: &str) -> Checked {
    Checked { connected: false, said, account: None, todo: todo.to_owned() }
}
