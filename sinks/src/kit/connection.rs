//! What connectors read of a connection beside its settings: its time zone and its credentials.

use backbone::store::ConnectionEntry;
use jiff::tz::TimeZone;

use super::settings::problem;
use crate::connector::Problem;

/// The zone in which the CRM's users read times.
pub fn zone(entry: &ConnectionEntry) -> Result<TimeZone, Vec<Problem>> {
    let name = &entry.connection.timezone;
    TimeZone::get(name).map_err(|_| vec![problem(&["timezone"], format!("{name:?} is no IANA time zone"))])
}

/// A credential as it was given; a blank one is none.
pub fn given<'e>(entry: &'e ConnectionEntry, name: &str) -> Option<&'e str> {
    entry.credentials.get(name).map(|found| found.value.expose()).filter(|value| !value.trim().is_empty())
}

/// One that the kind cannot do without; `what` says what to give.
pub fn needed<'e>(entry: &'e ConnectionEntry, name: &str, what: &str) -> Result<&'e str, Vec<Problem>> {
    given(entry, name).ok_or_else(|| vec![problem(&["credentials", name], what)])
}
