//! What the CRM's users read, in their language.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use schemas::{Call, Direction, Phone};

use crate::kit::times;

/// The title of a task.
pub const MISSED_CALL: &str = "Пропущенный звонок";

/// Links to recordings in one text.
const LINKS_MAX: usize = 10;

/// What a call was: one line.
pub fn description(call: &Call) -> String {
    let mut text = match (call.direction, call.answered()) {
        (Direction::Incoming, true) => "Входящий звонок от ".to_owned(),
        (Direction::Incoming, false) => format!("{MISSED_CALL} от "),
        (Direction::Outgoing, true) => "Исходящий звонок: ".to_owned(),
        (Direction::Outgoing, false) => "Исходящий звонок без ответа: ".to_owned(),
    };
    text.push_str(&client(call.client.as_ref()));
    // Writing to a String cannot fail.
    if let Some(line) = &call.line {
        let _ = write!(text, ", линия {}", line.pretty());
    }
    if let Some(who) = call.talked_last().filter(|who| call.answered() && !who.is_empty()) {
        let _ = write!(text, ", сотрудник {}", who.name());
    }
    if let Some(seconds) = call.talk_seconds.filter(|_| call.answered()) {
        let _ = write!(text, ", разговор {}", length(seconds));
    }
    if let Some(seconds) = call.wait_seconds {
        let _ = write!(text, ", ожидание {}", length(seconds));
    }
    if call.presumed {
        text.push_str(", окончание определено по времени");
    }
    if call.recordings.len() > 1 {
        let urls: Vec<&str> = call.recordings.iter().take(LINKS_MAX).map(|recording| recording.url.as_str()).collect();
        let _ = write!(text, ", записи: {}", urls.join(" "));
    }
    text
}

/// What a task for a missed call asks for.
pub fn task(call: &Call, zone: &TimeZone) -> String {
    let at = times::began(call).to_zoned_datetime(zone.clone()).strftime("%d.%m.%Y %H:%M:%S").to_string();
    let line = call.line.as_ref().map(|line| format!(", линия {}", line.pretty())).unwrap_or_default();
    format!("{MISSED_CALL} {at} от {}{line}", client(call.client.as_ref()))
}

/// What stands in a deal's history beside a recording.
pub fn recording(call: &Call) -> String {
    format!("Запись разговора. {}", description(call))
}

/// What a live notice says; `name` is the counterparty found.
pub fn notice(call: &Call, name: Option<&str>) -> String {
    let line = call.line.as_ref().map(|line| format!(", линия {}", line.pretty())).unwrap_or_default();
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

fn length(seconds: u32) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} с"),
        (minutes, 0) => format!("{minutes} мин"),
        (minutes, seconds) => format!("{minutes} мин {seconds} с"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_well() {
        for (seconds, text) in [(0, "0 с"), (59, "59 с"), (60, "1 мин"), (3725, "62 мин 5 с")] {
            assert_eq!(length(seconds), text);
        }
    }
}
