//! What the CRM's users read, in their language.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use schemas::{Call, Direction, Phone};

use crate::kit::texts::{length, line, links, moment};
use crate::kit::times;

/// The marks of marketing that the connector carries by itself (Z3); a CRM field with the label `rs_` and the name takes one.
pub const MARKS: [&str; 6] =
    ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "google_client_id"];

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
    text.push_str(&line(call, "лінія"));
    // Writing to a String cannot fail.
    if let Some(who) = call.talked_last().filter(|who| call.answered() && !who.is_empty()) {
        let _ = write!(text, ", співробітник {}", who.name());
    }
    if let Some(seconds) = call.talk_seconds.filter(|_| call.answered()) {
        let _ = write!(text, ", розмова {}", length(seconds, "хв"));
    }
    if let Some(seconds) = call.wait_seconds {
        let _ = write!(text, ", очікування {}", length(seconds, "хв"));
    }
    if call.presumed {
        text.push_str(", кінець визначено за часом");
    }
    text.push_str(&marks(call));
    if all_recordings || call.recordings.len() > 1 {
        let _ = write!(text, ", записи: {}", links(call));
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
    let line = line(call, "лінія");
    format!("{what} {}, {}{line}{}", date(call, zone), named(call.client.as_ref()), marks(call))
}

/// What the task of a missed call asks for.
pub fn task(call: &Call, zone: &TimeZone) -> String {
    let line = line(call, "лінія");
    format!("{}, {}{line}{}. Зателефонуйте клієнту.", subject(call), date(call, zone), marks(call))
}

fn date(call: &Call, zone: &TimeZone) -> String {
    moment(times::began(call), zone)
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
