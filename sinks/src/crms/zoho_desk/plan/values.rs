//! What goes into the CRM's fields beside what every record has: the marks of marketing (Z3), the customer's mapping (Z6), fixed
//! values. A field that the account does not have, or that takes no single line, is left out, and the note says so.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{CF, Walk};
use crate::crms::zoho_desk::found::{Field, Module};
use crate::crms::zoho_desk::settings::Own;
use crate::crms::zoho_desk::texts::MARKS;
use crate::kit::fields;

/// Characters that a custom field takes, whatever the account says.
const VALUE_MAX: usize = 100;

/// What one kind of record is given.
#[derive(Clone, Copy)]
pub struct Filling<'a> {
    /// For people.
    pub of: &'static str,
    /// The fields that the account has.
    pub module: &'a Module,
    /// Call field -> field.
    pub mapping: &'a BTreeMap<String, String>,
    /// Field -> fixed value.
    pub defaults: &'a BTreeMap<String, Value>,
}

impl<'a> Filling<'a> {
    /// Of contacts.
    pub fn contact(module: &'a Module, own: &'a Own) -> Self {
        Self { of: "contact", module, mapping: &own.contact_fields, defaults: &own.contact_defaults }
    }

    /// Of tickets.
    pub fn ticket(module: &'a Module, own: &'a Own) -> Self {
        Self { of: "ticket", module, mapping: &own.ticket_fields, defaults: &own.ticket_defaults }
    }

    /// Which call field goes into which field: the automatic ones, and over them the customer's.
    fn chosen(&self) -> BTreeMap<&'a str, &'a str> {
        let (module, defaults) = (self.module, self.defaults);
        let automatic = MARKS.iter().filter_map(|mark| Some((labelled(module, &format!("rs_{mark}"))?, *mark)));
        let mut chosen: BTreeMap<&str, &str> =
            automatic.filter(|(target, _)| !defaults.contains_key(*target)).collect();
        let usable = |target: &str| module.get(target).is_some_and(Field::is_single_line);
        let mapped = self.mapping.iter().filter(|(_, target)| usable(target));
        chosen.extend(mapped.map(|(field, target)| (target.as_str(), field.as_str())));
        chosen
    }

    /// The fields that a mark of marketing goes into.
    pub fn marks(&self) -> Vec<&'a str> {
        self.chosen().into_iter().filter(|(_, field)| MARKS.contains(field)).map(|(target, _)| target).collect()
    }

    /// What the call says for them.
    pub(super) fn of_call(&self, walk: &Walk<'_>) -> Map<String, Value> {
        let value = |(target, field)| Some((format!("{CF}{target}"), self.value(walk, target, field)?));
        self.chosen().into_iter().filter_map(value).collect()
    }

    /// Fixed values of a new record.
    pub fn fixed(&self) -> Map<String, Value> {
        let known = self.defaults.iter().filter(|(target, _)| self.module.contains_key(*target));
        let one = |(target, value): (&String, &Value)| {
            let custom = self.module.get(target).is_some_and(|field| field.custom);
            // A custom field takes texts only, whatever it holds.
            match (custom, value) {
                (false, value) => (target.clone(), value.clone()),
                (true, Value::String(text)) => (format!("{CF}{target}"), Value::String(text.clone())),
                (true, value) => (format!("{CF}{target}"), Value::String(value.to_string())),
            }
        };
        known.map(one).collect()
    }

    fn value(&self, walk: &Walk<'_>, target: &str, field: &str) -> Option<Value> {
        // Before its end nobody knows how long a talk will have been.
        let known = walk.call.ended() || field != "talk_seconds";
        let value = fields::value(walk.call, field, &walk.rules.zone).filter(|_| known)?;
        let max = self.module.get(target).and_then(|field| field.max).unwrap_or(VALUE_MAX).min(VALUE_MAX);
        let strange = &walk.own().not_in_values;
        let taken = |c: char| if c.is_control() || strange.contains(c) { ' ' } else { c };
        let value: String = value.trim().chars().map(taken).take(max).collect();
        Some(value.trim().to_owned()).filter(|value| !value.is_empty()).map(Value::String)
    }
}

/// Z6: what of the settings the account cannot take.
pub fn left_out(filling: &Filling<'_>) -> Vec<String> {
    let of = filling.of;
    let mapped = filling.mapping.iter().filter_map(|(field, target)| match filling.module.get(target) {
        None => Some(format!("{field} is left out: the {of} has no field {target}")),
        Some(there) if there.is_single_line() => None,
        Some(_) => Some(format!("{field} is left out: {target} of the {of} is no custom single-line field")),
    });
    let fixed = filling.defaults.keys().filter(|target| !filling.module.contains_key(*target));
    mapped.chain(fixed.map(|target| format!("a fixed value is left out: the {of} has no field {target}"))).collect()
}

/// The API name of the single-line field that people call so.
pub fn labelled<'m>(module: &'m Module, label: &str) -> Option<&'m str> {
    let single = || module.iter().filter(|(_, field)| field.is_single_line());
    let by_label = single().find(|(_, field)| field.label.trim().eq_ignore_ascii_case(label));
    by_label
        .or_else(|| single().find(|(name, _)| name.strip_prefix("cf_") == Some(label)))
        .map(|(name, _)| name.as_str())
}
