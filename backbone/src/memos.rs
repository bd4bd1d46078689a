//! Small things that processes keep for each other: a CRM's newest token, how far a PBX was asked, the progress of a replay.
//! Each has a name, is sealed, and is changed only by who has seen what it was. And turns: what only one process does at a time.

mod volatile;

use std::time::Duration;

use uuid::Uuid;

use crate::sealed::Secret;
use crate::{Error, Fut};

pub use volatile::Volatile;

/// A longer value is refused, bytes.
pub const MEMO_BYTES_MAX: usize = 64 << 10;

/// Who has a turn: a worker of a process, known by a number that nobody else draws.
pub type Holder = Uuid;

/// A thing kept.
#[derive(Debug, Clone)]
pub struct Memo {
    /// Its name: `token/acme-zoho`.
    pub name: String,
    /// What it is; nothing of it is ever shown.
    pub value: Secret,
    /// Grows with every change; from 1 on.
    pub version: i64,
}

/// What is kept, and whose turn it is.
pub trait Memos: Send + Sync {
    /// Whether other processes may have them, too.
    fn shared(&self) -> bool;

    /// One.
    fn read<'a>(&'a self, name: &'a str) -> Fut<'a, Option<Memo>>;

    /// Those whose names begin so, in the order of their names.
    fn under<'a>(&'a self, prefix: &'a str) -> Fut<'a, Vec<Memo>>;

    /// Writes it if its version is `seen` (0: it is not there); says whether it did. Durable when it did.
    fn write<'a>(&'a self, name: &'a str, value: &'a Secret, seen: i64) -> Fut<'a, bool>;

    /// Removes it if its version is `seen`; says whether it is gone.
    fn forget<'a>(&'a self, name: &'a str, seen: i64) -> Fut<'a, bool>;

    /// Takes the turn of this name, or keeps it, for `lease` from now on; false where somebody else has it.
    fn take_turn<'a>(&'a self, name: &'a str, holder: Holder, lease: Duration) -> Fut<'a, bool>;

    /// Lets the turn go, if `holder` has it.
    fn end_turn<'a>(&'a self, name: &'a str, holder: Holder) -> Fut<'a, ()>;
}

/// Refuses what is too large.
pub(crate) fn check(name: &str, value: &Secret) -> Result<(), Error> {
    if value.expose().len() > MEMO_BYTES_MAX {
        return Err(Error::Invalid(format!("{name} is larger than {MEMO_BYTES_MAX} bytes")));
    }
    Ok(())
}
