//! Parts of what a CRM's users read, in whichever language: the words come from the CRM's own texts.

use jiff::tz::TimeZone;
use schemas::{Call, Timestamp};

/// Links to recordings in one text.
const LINKS_MAX: usize = 10;

/// `19.11.2026 12:00:05` in a zone.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%d.%m.%Y %H:%M:%S").to_string()
}

/// `1 хв 5 с`; `minutes` is the short word for them, the one for seconds is the same in Ukrainian and Russian.
pub fn length(seconds: u32, minutes: &str) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} с"),
        (whole, 0) => format!("{whole} {minutes}"),
        (whole, seconds) => format!("{whole} {minutes} {seconds} с"),
    }
}

/// `, лінія +380 44 111 2233`, where the company's number is known; `word` says what it is.
pub fn line(call: &Call, word: &str) -> String {
    call.line.as_ref().map(|line| format!(", {word} {}", line.pretty())).unwrap_or_default()
}

/// Where the recordings are.
pub fn links(call: &Call) -> String {
    let urls: Vec<&str> = call.recordings.iter().take(LINKS_MAX).map(|recording| recording.url.as_str()).collect();
    urls.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_well() {
        for (seconds, text) in [(0, "0 с"), (59, "59 с"), (60, "1 хв"), (3725, "62 хв 5 с")] {
            assert_eq!(length(seconds, "хв"), text);
        }
    }
}
