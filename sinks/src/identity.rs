//! Whose account of the CRM a connection's credentials open (G2). The first one that answers is kept in the memo
//! `identity/<connection>`; new credentials that open another one send nothing until a person takes it.

use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;
use backbone::{Error, Memos};
use serde::{Deserialize, Serialize};

use crate::connector::{Checked, Session};
use crate::failure::Failure;
use crate::kit::tokens::credentials_digest;

/// Times that a memo is written, each time after somebody else wrote it.
const TRIES: u32 = 5;

/// The account that answers now, compared with the one kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// The CRM does not say whose it is.
    Unsaid,
    /// The first one; kept from now on.
    First,
    /// The one that is kept.
    Same,
    /// Another one.
    Another {
        /// The one that is kept.
        was: String,
        /// The one that answers.
        is: String,
    },
}

impl Account {
    /// What is wrong, and what to do about it; nothing where it is right.
    pub fn problem(&self) -> Option<String> {
        let Self::Another { was, is } = self else { return None };
        Some(format!(
            "the credentials open another account of the CRM: it was {was} and is {is}; nothing is sent there. Give \
             credentials of {was}, or take the new account by \"connections check ID --accept-account\" and resume"
        ))
    }
}

/// What a check found, and of which account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// As the session says it.
    pub checked: Checked,
    /// Compared with what is kept.
    pub account: Account,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// The CRM.
    #[error(transparent)]
    Crm(#[from] Failure),
    /// The store.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    account: Option<String>,
    /// The digest of the credentials that opened it.
    of: String,
}

/// Checks a connection before anything is sent to it: whether the CRM takes the credentials, and whether they still open the
/// account that they opened first. `session` is one of `entry`.
pub async fn verify(session: &dyn Session, memos: &dyn Memos, entry: &ConnectionEntry) -> Result<Verified, Unverified> {
    let checked = session.check().await?;
    let account = note(memos, entry, checked.account.as_deref()).await?;
    Ok(Verified { checked, account })
}

/// The same by as few requests as tell the account.
pub async fn settle(session: &dyn Session, memos: &dyn Memos, entry: &ConnectionEntry) -> Result<Account, Unverified> {
    let account = session.account().await?;
    Ok(note(memos, entry, account.as_deref()).await?)
}

/// Whether these credentials were seen to open the account that is kept.
pub async fn is_settled(memos: &dyn Memos, entry: &ConnectionEntry) -> Result<bool, Error> {
    Ok(read(memos, entry).await?.0.is_some_and(|kept| kept.of == credentials_digest(entry)))
}

/// A person takes the account that answers now as the connection's.
pub async fn accept(session: &dyn Session, memos: &dyn Memos, entry: &ConnectionEntry) -> Result<Checked, Unverified> {
    let checked = session.check().await?;
    let kept = Kept { account: checked.account.clone(), of: credentials_digest(entry) };
    for _ in 0..TRIES {
        let (_, version) = read(memos, entry).await?;
        if write(memos, entry, &kept, version).await? {
            return Ok(checked);
        }
    }
    Err(busy().into())
}

/// Compares what answers with what is kept, and keeps the first one.
async fn note(memos: &dyn Memos, entry: &ConnectionEntry, is: Option<&str>) -> Result<Account, Error> {
    let of = credentials_digest(entry);
    for _ in 0..TRIES {
        let (kept, version) = read(memos, entry).await?;
        let was = kept.as_ref().and_then(|kept| kept.account.clone());
        let found = match (&was, is) {
            (Some(was), Some(is)) if was != is => {
                return Ok(Account::Another { was: was.clone(), is: is.to_owned() });
            }
            (Some(_), Some(_)) => Account::Same,
            (None, Some(_)) => Account::First,
            (_, None) => Account::Unsaid,
        };
        let new = Kept { account: was.or_else(|| is.map(str::to_owned)), of: of.clone() };
        if kept.as_ref() == Some(&new) || write(memos, entry, &new, version).await? {
            return Ok(found);
        }
    }
    Err(busy())
}

async fn read(memos: &dyn Memos, entry: &ConnectionEntry) -> Result<(Option<Kept>, i64), Error> {
    let memo = memos.read(&name(entry)).await?;
    let version = memo.as_ref().map_or(0, |memo| memo.version);
    Ok((memo.and_then(|memo| serde_json::from_str(memo.value.expose()).ok()), version))
}

async fn write(memos: &dyn Memos, entry: &ConnectionEntry, kept: &Kept, version: i64) -> Result<bool, Error> {
    // Two texts by their names, which JSON always holds.
    let text = serde_json::to_string(kept).unwrap_or_default();
    memos.write(&name(entry), &Secret::new(text), version).await
}

fn name(entry: &ConnectionEntry) -> String {
    format!("identity/{}", entry.connection.id)
}

fn busy() -> Error {
    Error::Unavailable {
        part: "store",
        why: "others write the account of the same connection at the same time".to_owned(),
    }
}
