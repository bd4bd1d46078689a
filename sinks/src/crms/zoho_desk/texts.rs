//! What the CRM's users read, in their language.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use schemas::{Call, Direction, Phone};

use crate::kit::times;

/// The marks of marketing that the connector carries by itself (Z3); a CRM field with the label `rs_` and the name takes one.
pub const MARKS: [&str; 6] =
    ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "google_client_id"];

/// Links to recordings in one text.
const LINKS_MAX: usize = 10;
/// Characters of a mark in a text.
const MARK_MAX: usize = 100;
/// Characters of a text: what the CRM takes has room for our mark behind it.
const TEXT_MAX: usize = 30_000;

/// What a call is called; as long as it goes on, as if it were answered.
pub fn subject(call: &Call) -> String {
    let client = call.client.as_ref();
    match (call.direction, call.ended() && !call.answered()) {
        (Direction::Incoming, false) => format!("Вхідний дзвінок від {}", of(client)),
        (Direction::Incoming, true) => format!("Пропущений дзвінок від {}", of(client)),
        (Direction::Outgoing, false) => format!("Вихідний дзвінок: {}", named(client)),
        (Direction::Outgoing, true) => format!("Вихідний дзвінок без відповіді: {}", named(client)),
    }
}

/// What a call was.
pub fn call(call: &Call, all_recordings: bool) -> String {
    let mut text = subject(call);
    // Writing to a String cannot fail.
    if let Some(line) = &call.line {
        let _ = write!(text, ", лінія {}", line.pretty());
    }
    if let Some(who) = call.talked_last().filter(|who| call.answered() && !who.is_empty()) {
        let _ = write!(text, ", співробітник {}", who.name());
    }
    if let Some(seconds) = call.talk_seconds.filter(|_| call.answered()) {
        let _ = write!(text, ", розмова {}", length(seconds));
    }
    if let Some(seconds) = call.wait_seconds {
        let _ = write!(text, ", очікування {}", length(seconds));
    }
    if call.presumed {
        text.push_str(", кінець визначено за часом");
    }
    text.push_str(&marks(call));
    if all_recordings || call.recordings.len() > 1 {
        let urls: Vec<&str> = call.recordings.iter().take(LINKS_MAX).map(|recording| recording.url.as_str()).collect();
        let _ = write!(text, ", записи: {}", urls.join(" "));
    }
    text.chars().take(TEXT_MAX).collect()
}

/// What a ticket is about: nothing that the end of the call changes.
pub fn ticket(call: &Call, zone: &TimeZone) -> String {
    let what = if call.direction == Direction::Incoming {
        "Вхідний дзвінок"
    } else {
        "Вихідний дзвінок"
    };
    let line = call.line.as_ref().map(|line| format!(", лінія {}", line.pretty())).unwrap_or_default();
    format!("{what} {}, {}{line}{}", date(call, zone), named(call.client.as_ref()), marks(call))
}

/// What the task of a missed call asks for.
pub fn task(call: &Call, zone: &TimeZone) -> String {
    let line = call.line.as_ref().map(|line| format!(", лінія {}", line.pretty())).unwrap_or_default();
    format!("{}, {}{line}{}. Зателефонуйте клієнту.", subject(call), date(call, zone), marks(call))
}

fn date(call: &Call, zone: &TimeZone) -> String {
    times::began(call).to_zoned_datetime(zone.clone()).strftime("%d.%m.%Y %H:%M:%S").to_string()
}

fn marks(call: &Call) -> String {
    let mut text = String::new();
    for mark in MARKS {
        if let Some(value) = call.marketing.marks.get(mark).filter(|value| !value.trim().is_empty()) {
            let value: String = value.trim().chars().take(MARK_MAX).collect();
            let _ = write!(text, ", {mark}: {value}");
        }
    }
    text
}

fn of(client: Option<&Phone>) -> String {
    match client {
        Some(phone) if phone.anonymous || phone.said.is_empty() => "прихованого номера".to_owned(),
        None => "невідомого номера".to_owned(),
        Some(phone) => phone.pretty(),
    }
}

/// The same where it is named and not called from.
fn named(client: Option<&Phone>) -> String {
    match client {
        Some(phone) if phone.anonymous || phone.said.is_empty() => "прихований номер".to_owned(),
        None => "невідомий номер".to_owned(),
        Some(phone) => phone.pretty(),
    }
}

fn length(seconds: u32) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} с"),
        (minutes, 0) => format!("{minutes} хв"),
        (minutes, seconds) => format!("{minutes} хв {seconds} с"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_well() {
        for (seconds, text) in [(0, "0 с"), (59, "59 с"), (60, "1 хв"), (3725, "62 хв 5 с")] {
            assert_eq!(length(seconds), text);
        }
    }
}
