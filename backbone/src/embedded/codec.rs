//! What SQLite's errors mean, and the conversions that it shares with the other store.

use crate::Error;
pub use crate::sql::codec::{instant, json, millis, parse};

/// What a database error means to a user of the backbone.
pub fn error(part: &'static str, why: &sqlx::Error) -> Error {
    let primary =
        why.as_database_error().and_then(sqlx::error::DatabaseError::code).and_then(|code| code.parse::<u32>().ok());
    match primary.map(|code| code & 0xff) {
        Some(13) => Error::Full { part, why: why.to_string() },
        Some(11 | 26) => Error::Unreadable(why.to_string()),
        _ => Error::Unavailable { part, why: why.to_string() },
    }
}

/// For `map_err` on the store's statements.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
pub fn store(why: sqlx::Error) -> Error {
    error("store", &why)
}

/// For `map_err` on the log's statements.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
pub fn log(why: sqlx::Error) -> Error {
    error("log", &why)
}
