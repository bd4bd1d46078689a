//! The replay window: the two days before and today, as the connection's time zone has them. Pure.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Whole days before today.
const DAYS: i32 = 2;

/// From when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment of the day before yesterday.
    pub since: Timestamp,
    /// When it was asked for.
    pub until: Timestamp,
}

/// The window as asked for at `now`. A day begins with its first moment, also where a change of the clocks leaves out midnight or
/// has it twice; an unknown zone is an error that names it.
pub fn window(now: Timestamp, timezone: &str) -> Result<Window, String> {
    let zone = TimeZone::get(timezone).map_err(|_| format!("the time zone {timezone:?} is not known here"))?;
    let today = now.to_zoned_datetime(zone.clone()).date();
    let first =
        today.checked_sub(DAYS.days()).and_then(|day| day.to_zoned_datetime(zone)).and_then(|day| day.start_of_day());
    let since = first.map_err(|why| format!("the replay window cannot be reckoned: {why}"))?.timestamp();
    Ok(Window { since, until: now })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn from(now: &str, zone: &str) -> String {
        window(now.parse().unwrap(), zone).unwrap().since.to_string()
    }

    #[test]
    fn g10_days_are_the_connections_own() {
        assert_eq!(from("2026-11-19T20:59:59Z", "Europe/Moscow"), "2026-11-16T21:00:00Z");
        assert_eq!(from("2026-11-19T21:00:00Z", "Europe/Moscow"), "2026-11-17T21:00:00Z", "midnight there");
        assert_eq!(from("2026-11-19T21:00:00Z", "Asia/Tokyo"), "2026-11-17T15:00:00Z");
        assert!(window(Timestamp::UNIX_EPOCH, "Europe/Nowhere").is_err());
    }

    #[test]
    fn g10_clocks_that_are_put_on_or_back_move_no_midnight() {
        // Kyiv: on at 03:00 on 29 March, back at 04:00 on 25 October.
        assert_eq!(from("2026-03-30T12:00:00Z", "Europe/Kyiv"), "2026-03-27T22:00:00Z");
        assert_eq!(from("2026-04-01T12:00:00Z", "Europe/Kyiv"), "2026-03-29T21:00:00Z");
        assert_eq!(from("2026-10-26T12:00:00Z", "Europe/Kyiv"), "2026-10-23T21:00:00Z");
        assert_eq!(from("2026-10-28T12:00:00Z", "Europe/Kyiv"), "2026-10-25T22:00:00Z");
        // Beirut put them on at midnight: that day began at one.
        assert_eq!(from("2024-04-02T09:00:00Z", "Asia/Beirut"), "2024-03-30T22:00:00Z");
    }

    proptest! {
        #[test]
        fn g10_two_days_and_a_part_whatever_the_zone(second in 1_600_000_000_i64..1_900_000_000, zone in prop::sample::select(vec![
            "UTC", "Europe/Kyiv", "Europe/Moscow", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia",
        ])) {
            let now = Timestamp::from_second(second).unwrap();
            let window = window(now, zone).unwrap();
            let hours = now.duration_since(window.since).as_hours();
            prop_assert!((46..=73).contains(&hours), "{hours} h");
            let there = window.since.to_zoned_datetime(TimeZone::get(zone).unwrap());
            prop_assert_eq!(&there, &there.start_of_day().unwrap());
            prop_assert_eq!(window.until, now);
        }
    }
}
