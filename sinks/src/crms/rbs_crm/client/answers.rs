//! What an answer says in this CRM's own way, on top of [`crate::kit::answers`]. Pure.
//!
//! | what came back with a 2xx | to a read | to a write |
//! |---|---|---|
//! | `<status>false</status>`, an error | not understood | refused |
//! | an error of the session or of the right to use the API, after a new log-in | token dead | token dead |
//! | no XML, cut off, no `<status>` of a session just given, a new row without `<id>` | not understood | outcome unknown |

use schemas::Timestamp;

use crate::crms::rbs_crm::xml::{self, Said};
use crate::failure::Failure;
use crate::kit::answers::{refused, text, unclear, word};
use crate::kit::http::Reply;

pub use crate::kit::answers::Kind;

/// The actions of an answer, or what kind of failure it is.
pub fn read(kind: Kind, reply: Reply, now: Timestamp) -> Result<Vec<Said>, Failure> {
    let body = text(kind, reply, now)?;
    xml::read(&body).map_err(|why| unclear(kind, format!("{why}: {}", word(&body))))
}

/// What is said of a session, or of the right to use the API: of no record.
const OF_ACCESS: [&str; 6] =
    ["авториз", "сесси", "session", "нет доступа к api", "доступ к api", "may not use the api"];

/// The CRM says nothing of an action when the session it came with is over, or that it is.
pub fn is_session_over(said: &[Said]) -> bool {
    said.iter().any(speaks_of_access) || is_silent(said)
}

fn speaks_of_access(said: &Said) -> bool {
    let lower = said.error.as_deref().filter(|_| said.field.is_none()).unwrap_or_default().to_lowercase();
    OF_ACCESS.iter().any(|known| lower.contains(known))
}

fn is_silent(said: &[Said]) -> bool {
    said.iter().all(|said| said.status.is_none() && said.error.is_none() && said.id.is_none() && said.rows.is_empty())
}

/// Whether every action was carried out.
pub fn carried_out(kind: Kind, said: &[Said]) -> Result<(), Failure> {
    for said in said {
        match said.status {
            Some(true) => {}
            None if said.error.is_none() && kind == Kind::Read && !said.rows.is_empty() => {}
            None if said.error.is_none() => return Err(unclear(kind, "the answer says nothing of an action")),
            _ if speaks_of_access(said) => {
                return Err(Failure::TokenDead(word(said.error.as_deref().unwrap_or_default())));
            }
            _ => {
                let why = said.error.as_deref().unwrap_or("it does not say why");
                return Err(refused(kind, said.field.clone(), why));
            }
        }
    }
    Ok(())
}

/// The session that a log-in gave.
pub fn session(said: &[Said]) -> Result<&str, Failure> {
    if let Some(session) = said.iter().find_map(|said| said.session.as_deref()) {
        let fits = session.bytes().all(|b| b.is_ascii_graphic() && !b";,\"\\".contains(&b));
        return if fits {
            Ok(session)
        } else {
            Err(Failure::NotUnderstood("the session id fits no cookie".to_owned()))
        };
    }
    let why = said.iter().find_map(|said| said.error.as_deref()).map_or_else(|| "it gave no session".to_owned(), word);
    Err(Failure::TokenDead(format!("log-in: {why}")))
}

/// The id of a new row.
pub fn new_id(said: &[Said]) -> Result<String, Failure> {
    carried_out(Kind::Write, said)?;
    let id = said.iter().find_map(|said| said.id.clone());
    id.ok_or_else(|| Failure::OutcomeUnknown("the answer names no id of the new row".to_owned()))
}

#[cfg(test)]
mod tests;
