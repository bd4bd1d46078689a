//! The records themselves, field by field, in the CRM's own names; custom fields as `cf.` and their API name.

use schemas::Direction;
use schemas::time::later;
use serde_json::{Map, Value, json};

use super::marker::Marker;
use super::values::Filling;
use super::{Walk, text};
use crate::connector::{Made, Put};
use crate::crms::zoho_desk::texts;
use crate::kit::people::{Responsible, stays};
use crate::kit::records::{self, Fields};
use crate::kit::times;

/// What stands before the API name of a custom field.
pub const CF: &str = "cf.";

/// The kinds of record; the steps that make them have the same names.
pub mod kind {
    /// A client's card.
    pub const CONTACT: &str = "contact";
    /// What the client wants.
    pub const TICKET: &str = "ticket";
    /// A call.
    pub const CALL: &str = "call";
    /// Something for an agent to do.
    pub const TASK: &str = "task";
    /// Marks of marketing in a contact that was there already.
    pub const CONTACT_MARKS: &str = "contact-marks";
    /// Marks of marketing in a ticket that was there already.
    pub const TICKET_MARKS: &str = "ticket-marks";
    /// Those that people see.
    pub const SEEN: &[&str] = &[CONTACT, TICKET, CALL, TASK];
}

/// A recording's link is no longer than this.
const URL_MAX: usize = 2500;

type Content = Map<String, Value>;

fn fields(pairs: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Content {
    pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Value::String(value?)))).collect()
}

fn put(kind: &str, content: Content, marker: String, why: impl Into<String>) -> Put {
    records::put(kind, kind, Fields(content), marker, why)
}

/// A card named by its number, and found again by it.
pub fn contact(walk: &Walk<'_>, number: &str, filling: &Filling<'_>, owner: &Responsible) -> Put {
    let number = number.to_owned();
    let mut content = filling.of_call(walk);
    content.extend(filling.fixed());
    let ours = [("lastName", Some(number.clone())), ("phone", Some(number.clone())), ("ownerId", owner.user.clone())];
    content.extend(fields(ours));
    let made = put(kind::CONTACT, content, number, owner.because("Z3: a contact for a number that nobody has"));
    Put { remember: Some(kind::CONTACT), ..made }
}

/// The same card, with what the call says by now in the customer's fields.
pub fn contact_again(walk: &Walk<'_>, filling: &Filling<'_>, made: &Made) -> Put {
    let mut content = made.content.clone();
    content.extend(filling.of_call(walk));
    let number = text(&made.content, "phone").unwrap_or_default().to_owned();
    put(kind::CONTACT, content, number, stays("Z3: the contact's fields as the call now says"))
}

/// A new ticket.
pub fn ticket(walk: &Walk<'_>, contact: &str, filling: &Filling<'_>, owner: &Responsible) -> Put {
    let mut content = fields([("channel", Some("Phone".to_owned()))]);
    content.extend(filling.of_call(walk));
    content.extend(filling.fixed());
    let client = walk.call.client.as_ref();
    content.extend(fields([
        ("departmentId", Some(walk.own().department_id.clone())),
        ("contactId", Some(contact.to_owned())),
        ("phone", client.and_then(|client| client.e164.as_deref()).map(str::to_owned)),
        ("subject", Some(texts::subject(walk.call))),
        ("assigneeId", owner.user.clone()),
    ]));
    let marker = Marker::new(walk, kind::TICKET, &walk.fields.tickets);
    marker.set(texts::ticket(walk.call, &walk.rules.zone), &mut content);
    let why = owner.because("Z3: a ticket for a contact without an open one");
    let made = put(kind::TICKET, content, marker.into_mark(), why);
    Put { remember: Some(kind::TICKET), ..made }
}

/// The same ticket as the call now is; what people may have written into its description stays.
pub fn ticket_again(walk: &Walk<'_>, filling: &Filling<'_>, owner: &Responsible, made: &Made) -> Put {
    let mut content = made.content.clone();
    content.extend(filling.of_call(walk));
    content.extend(fields([("subject", Some(texts::subject(walk.call))), ("assigneeId", owner.user.clone())]));
    let mark = Marker::held(walk, kind::TICKET, made).into_mark();
    put(kind::TICKET, content, mark, owner.because("Z3: the ticket as the call now is"))
}

/// Z3: marks of marketing in a record that was there already and has none.
pub fn marks(kind: &str, id: &str, marks: Content) -> Put {
    let mut content = marks;
    content.insert("id".to_owned(), Value::String(id.to_owned()));
    put(kind, content, id.to_owned(), "Z3: it has no marks of marketing yet")
}

/// The record of the call.
pub fn call(walk: &Walk<'_>, contact: Option<&str>, ticket: Option<&str>, owner: &Responsible) -> Put {
    let (call, own) = (walk.call, walk.own());
    let status = match (call.direction, call.answered()) {
        (_, true) => &own.answered_status,
        (Direction::Incoming, false) => &own.missed_status,
        (Direction::Outgoing, false) => &own.unanswered_status,
    };
    let direction = if call.direction == Direction::Incoming { "inbound" } else { "outbound" };
    let recording = call.recordings.first().map(|recording| &recording.url);
    let short = recording.filter(|url| url.chars().count() <= URL_MAX);
    let mut content = fields([
        ("subject", Some(texts::subject(call))),
        ("departmentId", Some(own.department_id.clone())),
        ("contactId", contact.map(str::to_owned)),
        ("ticketId", ticket.map(str::to_owned)),
        ("ownerId", owner.user.clone()),
        ("direction", Some(direction.to_owned())),
        ("status", Some(status.clone())),
        ("startTime", Some(times::utc_millis(times::began(call)))),
        ("duration", times::talk_seconds(call).map(|seconds| seconds.to_string())),
        ("recordingUrl", short.cloned()),
    ]);
    let description = texts::call(call, recording.is_some() && short.is_none());
    let marker = match walk.known.made.get(kind::CALL) {
        Some(made) => Marker::held(walk, kind::CALL, made),
        None => Marker::new(walk, kind::CALL, &walk.fields.calls),
    };
    marker.set(description, &mut content);
    put(kind::CALL, content, marker.into_mark(), owner.because("Z3: every call that ended"))
}

/// Z4: the task of a missed call.
pub fn task(walk: &Walk<'_>, contact: Option<&str>, ticket: Option<&str>, owner: &Responsible) -> Put {
    let (call, own) = (walk.call, walk.own());
    let due = later(call.ended_at.unwrap_or(call.started_at), own.missed_task_due.duration());
    let mut content = fields([
        ("subject", Some(texts::subject(call))),
        ("departmentId", Some(own.department_id.clone())),
        ("contactId", contact.map(str::to_owned)),
        ("ticketId", ticket.map(str::to_owned)),
        ("ownerId", owner.user.clone()),
        ("dueDate", Some(times::utc_millis(due))),
        ("status", own.missed_task_status.clone()),
    ]);
    let marker = Marker::new(walk, kind::TASK, &walk.fields.tasks);
    marker.set(texts::task(call, &walk.rules.zone), &mut content);
    put(kind::TASK, content, marker.into_mark(), owner.because("Z4: a missed incoming call makes a task"))
}

/// A6: the same task, done.
pub fn task_done(walk: &Walk<'_>, made: &Made) -> Put {
    let mut content = made.content.clone();
    content.insert("status".to_owned(), json!(walk.own().done_task_status));
    let mark = Marker::held(walk, kind::TASK, made).into_mark();
    put(kind::TASK, content, mark, stays("A6: the call was not missed after all"))
}
