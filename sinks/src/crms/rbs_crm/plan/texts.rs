//! What the CRM's users read, in their language.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use schemas::{Call, Direction, Phone};

use crate::kit::texts::{length, line, links, moment};
use crate::kit::times;

/// The title of a task.
pub const MISSED_CALL: &str = "Пропущенный звонок";

/// What a call was: one line.
pub fn description(call: &Call) -> String {
    let mut text = match (call.direction, call.answered()) {
        (Direction::Incoming, true) => "Входящий звонок от ".to_owned(),
        (Direction::Incoming, false) => format!("{MISSED_CALL} от "),
        (Direction::Outgoing, true) => "Исходящий звонок: ".to_owned(),
        (Direction::Outgoing, false) => "Исходящий звонок без ответа: ".to_owned(),
    };
    text.push_str(&client(call.client.as_ref()));
    text.push_str(&line(call, "линия"));
    // Writing to a String cannot fail.
    if let Some(who) = call.talked_last().filter(|who| call.answered() && !who.is_empty()) {
        let _ = write!(text, ", сотрудник {}", who.name());
    }
    if let Some(seconds) = call.talk_seconds.filter(|_| call.answered()) {
        let _ = write!(text, ", разговор {}", length(seconds, "мин"));
    }
    if let Some(seconds) = call.wait_seconds {
        let _ = write!(text, ", ожидание {}", length(seconds, "мин"));
    }
    if call.presumed {
        text.push_str(", окончание определено по времени");
    }
    if call.recordings.len() > 1 {
        let _ = write!(text, ", записи: {}", links(call));
    }
    text
}

/// What a task for a missed call asks for.
pub fn task(call: &Call, zone: &TimeZone) -> String {
    let at = moment(times::began(call), zone);
    let line = line(call, "линия");
    format!("{MISSED_CALL} {at} от {}{line}", client(call.client.as_ref()))
}

/// What stands in a deal's history beside a recording.
pub fn recording(call: &Call) -> String {
    format!("Запись разговора. {}", description(call))
}

/// What a live notice says; `name` is the counterparty found.
pub fn notice(call: &Call, name: Option<&str>) -> String {
    let line = line(call, "линия");
    let name = name.filter(|name| !name.is_empty()).map(|name| format!("{name}, ")).unwrap_or_default();
    format!("Входящий звонок: {name}{}{line}", named(call.client.as_ref()))
}

fn client(client: Option<&Phone>) -> String {
    match client {
        Some(phone) if phone.anonymous || phone.said.is_empty() => "скрытого номера".to_owned(),
        None => "неизвестного номера".to_owned(),
        Some(phone) => phone.pretty(),
    }
}

/// The same where it is named and not called from.
fn named(client: Option<&Phone>) -> String {
    match client {
        Some(phone) if phone.anonymous || phone.said.is_empty() => "скрытый номер".to_owned(),
        None => "неизвестный номер".to_owned(),
        Some(phone) => phone.pretty(),
    }
}
