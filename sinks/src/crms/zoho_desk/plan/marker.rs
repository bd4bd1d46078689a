//! Our mark in calls, tickets and tasks: the call's id in a custom field of ours, or where the account has none `[rf:…]` at the
//! end of the description. A record keeps the kind of mark it was made with.

use serde_json::{Map, Value};

use super::{CF, Walk, values};
use crate::connector::Made;
use crate::crms::zoho_desk::found::Module;
use crate::kit::marks;

/// What the custom field is called: its label, or its API name without `cf_`.
pub const FIELD: &str = "rs_call_id";
/// Characters of a custom field's value.
const MAX: usize = 100;

/// A mark, and where it stands.
pub struct Marker {
    /// The custom field, as the content names it; none: in the description.
    field: Option<String>,
    mark: String,
}

impl Marker {
    /// Of a record that is made.
    pub fn new(walk: &Walk<'_>, step: &str, module: &Module) -> Self {
        let field = values::labelled(module, FIELD).map(|name| format!("{CF}{name}"));
        Self::at(walk, step, field)
    }

    /// Of a record that was made.
    pub fn held(walk: &Walk<'_>, step: &str, made: &Made) -> Self {
        let id = call_id(walk, step);
        let ours = made.content.iter().find(|(key, held)| key.starts_with(CF) && **held == id);
        Self::at(walk, step, ours.map(|(key, _)| key.clone()))
    }

    fn at(walk: &Walk<'_>, step: &str, field: Option<String>) -> Self {
        let mark = if field.is_some() { call_id(walk, step) } else { marks::mark(walk.call, step) };
        Self { field, mark }
    }

    /// Puts the mark and the description into a record.
    pub fn set(&self, description: String, content: &mut Map<String, Value>) {
        let description = match &self.field {
            Some(field) => {
                content.insert(field.clone(), Value::String(self.mark.clone()));
                description
            }
            None => marks::marked(&description, self.mark.clone()).0,
        };
        content.insert("description".to_owned(), Value::String(description));
    }

    /// The mark itself.
    pub fn into_mark(self) -> String {
        self.mark
    }
}

/// The call's id where searches can ask for it: a comma would part it, and some signs are not taken by custom fields.
fn call_id(walk: &Walk<'_>, step: &str) -> String {
    let id = walk.call.id.as_str();
    let fits = |c: char| c.is_ascii_alphanumeric() || "._/~-".contains(c);
    if id.len() <= MAX && id.chars().all(fits) {
        return id.to_owned();
    }
    marks::mark(walk.call, step).trim_matches(['[', ']']).replace(':', "-")
}
