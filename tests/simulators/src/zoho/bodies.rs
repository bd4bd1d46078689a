//! What is wrong with a body: unknown keys, wrong types, references to nothing, values that are too long, what is missing.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::api::Desk;
use super::errors::invalid;
use super::fields::{Field, Holds};
use super::modules::Module;
use crate::rest::{Answer, Request, Store};

/// Characters of a custom field's value.
const VALUE_MAX: usize = 100;

impl Desk {
    /// The body of a new record, or of a change, where it can be taken.
    pub(super) fn body(
        &self,
        module: &'static Module,
        request: &Request,
        new: bool,
        store: &Store,
    ) -> Result<Map<String, Value>, Answer> {
        if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            return Err(super::errors::error(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be JSON."));
        }
        let unreadable = || super::errors::error(400, "BAD_REQUEST", "The body cannot be parsed.");
        let body = request.object().ok_or_else(unreadable)?;
        if body.is_empty() {
            return Err(super::errors::error(422, "EMPTY_PAYLOAD", "The payload is empty."));
        }
        for (key, value) in &body {
            if key == "cf" {
                self.custom(module, value)?;
                continue;
            }
            let known = module.fields.iter().find(|field| field.name == key);
            let field = known.ok_or_else(|| invalid(key, "invalid", "an extra parameter is found"))?;
            self.value(field, value, store).map_err(|why| invalid(key, "invalid", why))?;
        }
        if new {
            let missing = module.fields.iter().find(|field| field.required && !body.contains_key(field.name));
            if let Some(field) = missing {
                return Err(invalid(field.name, "missing", "is required"));
            }
            if let Some(field) = self.demanded.get(module.name)
                && body.get("cf").and_then(|cf| cf.get(*field)).is_none()
            {
                return Err(invalid(&format!("cf/{field}"), "missing", "is mandatory in the layout"));
            }
        }
        same_department(&body, store)?;
        Ok(body)
    }

    fn custom(&self, module: &'static Module, value: &Value) -> Result<(), Answer> {
        let Value::Object(custom) = value else { return Err(invalid("cf", "invalid", "must be an object")) };
        for (key, value) in custom {
            let wrong = |why: &str| invalid(&format!("cf/{key}"), "invalid", why);
            if !self.fields.has(module.name, key) {
                return Err(wrong("an extra parameter is found"));
            }
            match value {
                Value::Null => {}
                Value::String(text) if text.chars().count() <= VALUE_MAX => {}
                Value::String(_) => return Err(wrong("is longer than 100 characters")),
                _ => return Err(wrong("must be a text")),
            }
        }
        Ok(())
    }

    fn value(&self, field: &Field, value: &Value, store: &Store) -> Result<(), &'static str> {
        let right = match field.holds {
            Holds::Text(max) => value.as_str().is_some_and(|text| text.chars().count() <= max),
            Holds::Number => value.is_u64() || value.as_str().is_some_and(|text| text.parse::<u32>().is_ok()),
            Holds::Bool => value.is_boolean(),
            Holds::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Holds::Time => value.as_str().is_some_and(is_time),
            Holds::AnyId => id(value).is_some(),
            Holds::Department => id(value).is_some_and(|id| self.options.departments.contains(&id)),
            Holds::Id("agents") => {
                let agent = id(value).and_then(|id| store.get("agents", id));
                agent.is_some_and(|agent| agent.text("status") == "ACTIVE")
            }
            Holds::Id(table) => id(value).is_some_and(|id| store.get(table, id).is_some()),
        };
        right.then_some(()).ok_or("the value is not valid")
    }
}

/// A ticket of another department takes no call and no task.
fn same_department(body: &Map<String, Value>, store: &Store) -> Result<(), Answer> {
    let (Some(ticket), Some(department)) = (body.get("ticketId"), body.get("departmentId")) else { return Ok(()) };
    let held = id(ticket).and_then(|id| store.get("tickets", id)).map(|ticket| ticket.text("departmentId"));
    let same = held.is_none_or(|held| id(department).is_some_and(|id| id.to_string() == held));
    same.then_some(()).ok_or_else(|| invalid("ticketId", "invalid", "the ticket is of another department"))
}

/// The id that a text of digits or a number is.
pub fn id(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

/// With milliseconds and a literal `Z`.
fn is_time(text: &str) -> bool {
    text.len() == 24 && text.ends_with('Z') && text.parse::<Timestamp>().is_ok()
}
