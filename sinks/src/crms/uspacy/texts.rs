//! What the CRM's users read, in their language.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use schemas::{Call, Direction, Phone};

use crate::kit::phones;
use crate::kit::texts::{length, line, links, moment};

/// What a call is named by: the client's number, as leads are.
pub fn subject(call: &Call) -> String {
    let number = call.client.as_ref().and_then(Phone::full_digits).map(str::to_owned);
    let said = || phones::shown(call.client.as_ref());
    let hidden =
        if call.client.is_some() { "Прихований номер" } else { "Невідомий номер" };
    number.or_else(said).unwrap_or_else(|| hidden.to_owned())
}

/// Why a lead is there.
pub fn lead(call: &Call) -> &'static str {
    match call.direction {
        Direction::Incoming => "Створено за вхідним дзвінком",
        Direction::Outgoing => "Створено за вихідним дзвінком",
    }
}

/// What a call was: one line.
pub fn call(call: &Call) -> String {
    let from = from(call);
    let mut text = match (call.direction, call.answered()) {
        (Direction::Incoming, true) => format!("Вхідний дзвінок {from}"),
        (Direction::Incoming, false) => format!("Пропущений дзвінок {from}"),
        (Direction::Outgoing, true) => format!("Вихідний дзвінок{}", to(call)),
        (Direction::Outgoing, false) => format!("Вихідний дзвінок без відповіді{}", to(call)),
    };
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
        text.push_str(", завершення визначено за часом");
    }
    if call.recordings.len() > 1 {
        let _ = write!(text, ", записи: {}", links(call));
    }
    text
}

/// The title of an activity.
pub fn activity_title(call: &Call) -> String {
    format!("Пропущений дзвінок {}", from(call))
}

/// What an activity asks for.
pub fn activity(call: &Call, zone: &TimeZone) -> String {
    let at = moment(call.started_at, zone);
    format!("Пропущений дзвінок {at} {}{}", from(call), line(call, "лінія"))
}

fn from(call: &Call) -> String {
    match &call.client {
        None => "від невідомого номера".to_owned(),
        Some(phone) if phone.anonymous || phone.said.is_empty() => "від прихованого номера".to_owned(),
        Some(phone) => format!("від {}", phone.pretty()),
    }
}

fn to(call: &Call) -> String {
    call.client.as_ref().map(|client| format!(": {}", client.pretty())).unwrap_or_default()
}
