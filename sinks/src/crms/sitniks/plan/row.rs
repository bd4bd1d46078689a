//! A row in the register of calls (S2), field by field, in the API's own names.

use schemas::{Call, Direction};
use serde_json::Value;

use super::{Rules, id, kind};
use crate::connector::{Made, Put};
use crate::crms::sitniks::settings::Field;
use crate::kit::people::Responsible;
use crate::kit::records::{self, Fields};
use crate::kit::{phones, times};

/// The row as it must be. Of `held`, which the CRM has, only what may be changed is.
pub fn put(rules: &Rules, call: &Call, client: Option<&str>, responsible: &Responsible, held: Option<&Made>) -> Put {
    let settings = &rules.settings;
    let mut fields = Fields::default();
    for field in Field::ALL {
        let Some(name) = settings.name(field) else { continue };
        let before = held.and_then(|held| held.content.get(name));
        let value = match held {
            Some(_) if !settings.changeable.contains(&field) => before.cloned(),
            _ => value(rules, call, client, responsible, field).or(before.map(|_| Value::Null)),
        };
        fields.known(name, value);
    }
    let why = responsible.because(&format!("S2: the row of a call that is {}", stands(call)));
    records::put(kind::CALL, kind::CALL, fields, call.id.to_string(), why)
}

/// Where the call stands, for people.
pub fn stands(call: &Call) -> &'static str {
    match (call.ended(), call.answered()) {
        (false, _) => "active",
        (true, true) => "completed",
        (true, false) => "cancelled",
    }
}

fn value(rules: &Rules, call: &Call, client: Option<&str>, responsible: &Responsible, field: Field) -> Option<Value> {
    let (statuses, directions) = (&rules.settings.statuses, &rules.settings.directions);
    match field {
        Field::ExternalId => Some(call.id.to_string().into()),
        Field::Direction => Some(match call.direction {
            Direction::Incoming => directions.incoming.as_str().into(),
            Direction::Outgoing => directions.outgoing.as_str().into(),
        }),
        Field::Phone => phones::shown(call.client.as_ref()).map(Value::from),
        Field::ClientId => client.map(id),
        // Said even where it is empty: a row never keeps somebody whom the call no longer names.
        Field::ManagerId => Some(responsible.user.as_deref().map_or(Value::Null, id)),
        Field::Status => Some(match stands(call) {
            "active" => statuses.active.as_str().into(),
            "completed" => statuses.completed.as_str().into(),
            _ => statuses.cancelled.as_str().into(),
        }),
        Field::StartedAt => Some(times::utc_millis(times::began(call)).into()),
        Field::Duration => times::talk_seconds(call).filter(|_| call.ended()).map(Value::from),
        Field::RecordUrl => call.recordings.first().map(|recording| recording.url.as_str().into()),
    }
}
