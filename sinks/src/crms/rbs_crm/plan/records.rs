//! The records themselves, field by field, in the CRM's own names.

use schemas::time::later;
use schemas::{Call, Direction, Recording};

use super::{Rules, texts};
use crate::connector::{Made, Put};
use crate::kit::marks::{mark, marked};
use crate::kit::people::{Responsible, stays};
use crate::kit::records::{Fields, put};
use crate::kit::{phones, times};

/// The kinds of record, as [`Put::record`] names them.
pub mod kind {
    /// A counterparty.
    pub const COMPANY: &str = "company";
    /// The document "Contact by calls".
    pub const CONTACT: &str = "contact";
    /// An entry in a deal's history.
    pub const HISTORY: &str = "history";
    /// A task.
    pub const TASK: &str = "task";
    /// A live notice.
    pub const NOTIFICATION: &str = "notification";
    /// Those that people see.
    pub const SEEN: &[&str] = &[COMPANY, CONTACT, HISTORY, TASK];
}

/// R4: a new counterparty, named by its number and found again by it.
pub fn company(rules: &Rules, call: &Call, responsible: &Responsible) -> Put {
    let names = &rules.settings.structures.companies;
    let client = call.client.as_ref();
    let number = client.and_then(|client| client.e164.as_deref()).unwrap_or_default().to_owned();
    let mut fields = Fields::default();
    fields.known(&names.name, client.map(schemas::Phone::pretty));
    fields.set(&names.phone, number.clone());
    fields.known(&names.manager, responsible.user.clone());
    fields.set(&names.visible, "1");
    let why = responsible.because("R4: a counterparty for a number that nobody has");
    let made = put("company", kind::COMPANY, fields, number, why);
    Put { remember: Some("company"), ..made }
}

/// R4: the document of a call.
pub fn contact(rules: &Rules, call: &Call, owner: Option<&str>, responsible: &Responsible) -> Put {
    let names = &rules.settings.structures.contacts;
    let direction = match call.direction {
        Direction::Incoming => &names.incoming,
        Direction::Outgoing => &names.outgoing,
    };
    let (description, marker) = match names.external_id.name() {
        Some(_) => (texts::description(call), call.id.to_string()),
        None => marked(&texts::description(call), mark(call, "contact")),
    };
    let mut fields = Fields::default();
    fields.known(&names.owner, owner);
    fields.set(&names.date, times::civil(times::began(call), &rules.zone));
    fields.set(&names.r#type, names.call.as_str());
    fields.set(&names.direction, direction.as_str());
    fields.known(&names.phone, phones::shown(call.client.as_ref()));
    fields.known(&names.responsible, responsible.user.clone());
    fields.set(&names.description, description);
    fields.known(&names.record_url, call.recordings.first().map(|recording| recording.url.as_str()));
    fields.known(&names.duration, times::talk_seconds(call).map(|seconds| seconds.to_string()));
    fields.set(&names.external_id, marker.as_str());
    fields.set(&names.visible, "1");
    put("contact", kind::CONTACT, fields, marker, responsible.because("R4: a document for every call that ended"))
}

/// R5: a recording in the history of a deal.
pub fn history(rules: &Rules, call: &Call, name: &str, recording: &Recording, deal: &str) -> Put {
    let names = &rules.settings.structures.history;
    let (text, marker) = marked(&texts::recording(call), mark(call, name));
    let mut fields = Fields::default();
    fields.set(&names.owner, deal);
    fields.set(&names.date, times::civil(times::began(call), &rules.zone));
    fields.set(&names.text, text);
    fields.set(&names.record_url, recording.url.as_str());
    put(name, kind::HISTORY, fields, marker, "R5: the recording goes to the last active deal")
}

/// The same entry, with the recording as it now is.
pub fn history_again(rules: &Rules, call: &Call, name: &str, recording: &Recording, made: &Made) -> Put {
    let mut fields = Fields(made.content.clone());
    fields.set(&rules.settings.structures.history.record_url, recording.url.as_str());
    put(name, kind::HISTORY, fields, mark(call, name), "R5: the recording as it now is")
}

/// R6: the task of a missed call.
pub fn task(rules: &Rules, call: &Call, owner: Option<&str>, responsible: &Responsible) -> Put {
    let names = &rules.settings.structures.tasks;
    let over = call.ended_at.unwrap_or_else(|| times::began(call));
    let due = later(over, rules.settings.missed_task_due.duration());
    let (description, marker) = marked(&texts::task(call, &rules.zone), mark(call, "task"));
    let mut fields = Fields::default();
    fields.known(&names.owner, owner);
    fields.set(&names.date, times::civil(over, &rules.zone));
    fields.set(&names.deadline, times::civil(due, &rules.zone));
    fields.known(&names.responsible, responsible.user.clone());
    fields.set(&names.name, texts::MISSED_CALL);
    fields.set(&names.description, description);
    fields.set(&names.status, names.open.as_str());
    fields.set(&names.visible, "1");
    put("task", kind::TASK, fields, marker, responsible.because("R6: a missed incoming call makes a task"))
}

/// A6: the same task, done.
pub fn task_done(rules: &Rules, call: &Call, made: &Made) -> Put {
    let names = &rules.settings.structures.tasks;
    let mut fields = Fields(made.content.clone());
    fields.set(&names.status, names.done.as_str());
    put("task", kind::TASK, fields, mark(call, "task"), stays("A6: the call was not missed after all"))
}

/// R3: a notice to one user. It leaves nothing to find, so it has no mark.
pub fn notification(rules: &Rules, call: &Call, user: &str, name: Option<&str>) -> Put {
    let names = &rules.settings.structures.notifications;
    let mut fields = Fields::default();
    fields.set(&names.user, user);
    fields.set(&names.text, texts::notice(call, name));
    fields.set(&names.date, times::civil(times::began(call), &rules.zone));
    put(&format!("notice-{user}"), kind::NOTIFICATION, fields, String::new(), "R3: an incoming call rings")
}
