//! Times as people type them: `2d` (ago), `yesterday`, `2026-11-19T08:00`. What names no zone is UTC, as in every table.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use schemas::{Span, Timestamp};

/// Reads a time for a flag.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    read(text, Timestamp::now())
}

fn read(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let utc = |time: DateTime| TimeZone::UTC.to_timestamp(time).map_err(|error| error.to_string());
    let today = TimeZone::UTC.to_datetime(now).date();
    match text {
        "now" => return Ok(now),
        "today" => return utc(today.into()),
        "yesterday" => return utc(today.yesterday().map_err(|error| error.to_string())?.into()),
        _ => {}
    }
    if let Ok(span) = text.parse::<Span>() {
        return Ok(schemas::time::earlier(now, span.duration()));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return utc(time);
    }
    text.parse::<Date>()
        .map_err(|_| "write 2d, yesterday, 2026-11-19 or 2026-11-19T08:00 (UTC)".to_owned())
        .and_then(|date| utc(date.into()))
}

/// A time for tables: `2026-11-28 07:40:11Z`; a text that is none stays as it is.
pub fn short(text: &str) -> String {
    text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read() {
        let now: Timestamp = "2026-11-28T07:40:11Z".parse().unwrap();
        for (text, expected) in [
            ("2d", "2026-11-26T07:40:11Z"),
            ("0", "2026-11-28T07:40:11Z"),
            ("now", "2026-11-28T07:40:11Z"),
            ("today", "2026-11-28T00:00:00Z"),
            ("yesterday", "2026-11-27T00:00:00Z"),
            ("2026-11-19", "2026-11-19T00:00:00Z"),
            ("2026-11-19T08:00", "2026-11-19T08:00:00Z"),
            ("2026-11-19T08:00:30", "2026-11-19T08:00:30Z"),
            ("2026-11-19T08:00:00+03:00", "2026-11-19T05:00:00Z"),
        ] {
            assert_eq!(read(text, now).map(|at| at.to_string()).as_deref(), Ok(expected), "{text}");
        }
        for wrong in ["", "soon", "2026-13-01", "2w", "08:00"] {
            assert!(read(wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tables_show_whole_seconds_of_utc() {
        assert_eq!(short("2026-11-28T07:40:11.123Z"), "2026-11-28 07:40:11Z");
        assert_eq!(short("never"), "never");
    }
}
