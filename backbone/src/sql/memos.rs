//! What is kept under names: the statements of both databases.

use super::rows::Cells;
use crate::Error;
use crate::memos::Memo;
use crate::sealed::SecretKey;

/// One: name.
pub const READ: &str = "SELECT name, version, sealed FROM memos WHERE name = $1";
/// Those whose names begin so.
pub const UNDER: &str = "SELECT name, version, sealed FROM memos WHERE substr(name, 1, length($1)) = $1 ORDER BY name";
/// A new one: name, sealed.
pub const MAKE: &str = "INSERT INTO memos (name, version, sealed) VALUES ($1, 1, $2) ON CONFLICT (name) DO NOTHING";
/// A changed one: name, sealed, version seen.
pub const CHANGE: &str = "UPDATE memos SET version = version + 1, sealed = $2 WHERE name = $1 AND version = $3";
/// Name, version seen.
pub const FORGET: &str = "DELETE FROM memos WHERE name = $1 AND version = $2";

/// What a sealed value is sealed to.
pub fn place(name: &str) -> String {
    format!("memo/{name}")
}

/// A row, opened.
pub fn memo(row: &impl Cells, key: &SecretKey) -> Result<Memo, Error> {
    let name = row.text(0)?;
    let value = key.open(&row.bytes(2)?, &place(&name))?;
    Ok(Memo { version: row.number(1)?, value, name })
}
