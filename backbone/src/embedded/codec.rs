//! Small conversions between our types and SQLite's.

use schemas::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

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

/// An instant as the database keeps it: milliseconds since 1970.
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// And back; what is out of range is the nearest instant there is.
pub fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// JSON to write.
pub fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|why| Error::Invalid(why.to_string()))
}

/// JSON read.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(text).map_err(|why| Error::Unreadable(why.to_string()))
}
