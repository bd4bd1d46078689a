//! The records themselves, field by field, in the CRM's own names.

use schemas::time::later;
use schemas::{Call, Direction, Phone, Who};

use super::Rules;
use crate::connector::{Made, Put};
use crate::crms::asteril::texts;
use crate::kit::people::Responsible;
use crate::kit::records::{Fields, put};
use crate::kit::{fields, ids, marks, people, phones, times};

/// The kinds of record, as [`Put::record`] names them.
pub mod kind {
    /// A client.
    pub const CLIENT: &str = "client";
    /// A call.
    pub const CALL: &str = "call";
    /// A task.
    pub const TASK: &str = "task";
    /// Those that people see.
    pub const SEEN: &[&str] = &[CLIENT, CALL, TASK];
}

/// A1: a new client, named by its number and found again by it, nobody's until a person sets that; or the one that this call
/// has made, with what the call says by now in the mapped fields.
pub fn client(rules: &Rules, call: &Call, made: Option<&Made>) -> Put {
    let names = &rules.settings.structures.clients;
    let digits = call.client.as_ref().and_then(Phone::full_digits).unwrap_or_default();
    let mut content = Fields(made.map(|made| made.content.clone()).unwrap_or_default());
    if made.is_none() {
        content.set(&names.name, digits);
        content.set(&names.phone, digits);
    }
    for (field, target) in &rules.settings.fields {
        if rules.settings.utm || !field.starts_with("utm_") {
            content.known(target, fields::value(call, field, &rules.zone));
        }
    }
    let why = "A1: a client for a number that nobody has in full format";
    Put { remember: Some("client"), ..put("client", kind::CLIENT, content, digits.to_owned(), why) }
}

/// A2: the call.
pub fn call(rules: &Rules, call: &Call, client: Option<&str>) -> Put {
    let names = &rules.settings.structures.calls;
    let direction = if call.direction == Direction::Incoming { &names.incoming } else { &names.outgoing };
    let status = if call.answered() { &names.answered } else { &names.missed };
    let start_time = times::civil(times::began(call), &rules.zone);
    let recording = call.recordings.first().filter(|_| call.answered());
    let mut content = Fields::default();
    content.set(&names.external_id, call.id.as_str());
    content.set(&names.direction, direction.as_str());
    content.set(&names.status, status.as_str());
    content.known(&names.client, client.map(ids::sent));
    content.known(&names.phone, stored(call.client.as_ref()));
    content.known(&names.line, stored(call.line.as_ref()));
    content.known(&names.manager, people::spoke(call).and_then(|(who, _)| manager(who)));
    content.set(&names.start_time, start_time.as_str());
    content.known(&names.duration, times::talk_seconds(call));
    content.known(&names.record_url, recording.map(|recording| recording.url.as_str()));
    let marker = if names.external_id.is_empty() { start_time } else { call.id.to_string() };
    put("call", kind::CALL, content, marker, "A2: a call for every call that ended")
}

/// A3: the task of a missed call.
pub fn task(rules: &Rules, call: &Call, client: Option<&str>, responsible: &Responsible) -> Put {
    let names = &rules.settings.structures.tasks;
    let over = call.ended_at.unwrap_or(call.started_at);
    let due = later(over, rules.settings.missed_task_due.duration());
    let (mut title, marker) = (texts::title(call), marks::mark(call, "task"));
    let mut content = Fields::default();
    if names.description.is_empty() {
        title = marks::marked(&title, marker.clone()).0;
    } else {
        content.set(&names.description, marks::marked(&texts::description(call, &rules.zone), marker.clone()).0);
    }
    content.set(&names.title, title);
    content.known(&names.client, client.map(ids::sent));
    content.known(&names.responsible, responsible.user.as_deref().map(ids::sent));
    content.set(&names.due, times::civil(due, &rules.zone));
    put("task", kind::TASK, content, marker, responsible.because("A3: a missed incoming call makes a task"))
}

/// The same task, done.
pub fn task_done(rules: &Rules, call: &Call, made: &Made) -> Put {
    let names = &rules.settings.structures.tasks;
    let mut content = Fields(made.content.clone());
    content.set(&names.status, names.done.as_str());
    let why = people::stays("A3: the call was not missed after all");
    put("task", kind::TASK, content, marks::mark(call, "task"), why)
}

/// A number as Asteril stores numbers, or what else was said.
fn stored(phone: Option<&Phone>) -> Option<String> {
    let digits = phone.and_then(Phone::full_digits).map(str::to_owned);
    digits.or_else(|| phones::shown(phone))
}

/// An employee as the PBX names them: the SIP account, where there is one.
fn manager(who: &Who) -> Option<&str> {
    let said = [&who.sip, &who.extension, &who.phone, &who.pbx_id];
    said.into_iter().flatten().map(|said| &**said).find(|said| !said.is_empty())
}
