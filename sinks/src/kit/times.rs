//! Instants as CRMs take them.

use std::time::Duration;

use jiff::tz::TimeZone;
use schemas::time::later;
use schemas::{Call, Timestamp};

/// A PBX's own stamp is believed if the call was heard of at most so long after it.
const LONGEST: Duration = Duration::from_hours(6);
/// And at most so long before it: clocks differ.
const AHEAD: Duration = Duration::from_mins(2);

/// When a call began: by the PBX's clock where it says so and that can be, else when it was first heard of. The word of its
/// end may be all that comes of a call; a clock that is off by hours is not believed (A13).
pub fn began(call: &Call) -> Timestamp {
    let said = call.events.iter().find_map(|event| event.said.started_at);
    let heard = call.started_at;
    said.filter(|said| *said <= later(heard, AHEAD) && heard <= later(*said, LONGEST)).unwrap_or(heard)
}

/// `2026-11-19 12:00:05` in a zone.
pub fn civil(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-11-19T09:00:05.000Z`.
pub fn utc_millis(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// What stands in a record for the length of a talk: of a missed call 0, of a talk that nobody measured nothing.
pub fn talk_seconds(call: &Call) -> Option<u32> {
    if call.answered() { call.talk_seconds } else { Some(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_as_they_are_written() {
        let at = "2026-11-19T21:30:05.25Z".parse().unwrap();
        assert_eq!(civil(at, &TimeZone::get("Europe/Moscow").unwrap()), "2026-11-20 00:30:05");
        assert_eq!(utc_millis(at), "2026-11-19T21:30:05.250Z");
    }
}
