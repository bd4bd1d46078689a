//! Small conversions between our types and what both databases keep.

use schemas::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

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
