//! What the CRM's users read, in their language.

use jiff::tz::TimeZone;
use schemas::{Call, Phone};

use crate::kit::texts::{line, moment};
use crate::kit::times;

/// What a task is called, short: by its number the way clients are searched for.
pub fn title(call: &Call) -> String {
    match call.client.as_ref() {
        None => "Пропущений дзвінок з невідомого номера".to_owned(),
        Some(client) if hidden(client) => "Пропущений дзвінок з прихованого номера".to_owned(),
        Some(client) => format!("Пропущений дзвінок {}", client.full_digits().unwrap_or(&client.said)),
    }
}

/// What a task says of the missed call.
pub fn description(call: &Call, zone: &TimeZone) -> String {
    let at = moment(times::began(call), zone);
    let client = match call.client.as_ref() {
        None => "номер невідомий".to_owned(),
        Some(client) if hidden(client) => "номер приховано".to_owned(),
        Some(client) => format!("номер {}", client.pretty()),
    };
    let line = line(call, "лінія");
    let presumed = if call.presumed { ", завершення визначено за часом" } else { "" };
    format!("Пропущений дзвінок {at}, {client}{line}{presumed}")
}

fn hidden(client: &Phone) -> bool {
    client.anonymous || client.said.is_empty()
}
