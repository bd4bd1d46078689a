//! Settings tables: what every kind of connection takes, and the reading of a kind's own.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};
use schemas::{Employee, Span};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::links;
use crate::connector::{Limits, Problem};

/// What every kind of connection takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// Deliveries in progress at once, over all workers, 1 to 64.
    pub max_in_flight: u32,
    /// How long after a write the CRM's searches may not show it, 0 to 1h.
    pub search_lag: Span,
    /// Requests a minute, over all workers; 0: no limit of ours.
    pub max_per_minute: u32,
    /// How long a delivery is tried before it is dead, at least 1m.
    pub retry_for: Span,
    /// After this a request without an answer is given up, 1s to 2m.
    pub request_timeout: Span,
    /// Where people see records of a kind in the CRM: their address, with `{id}` in place of the record's id.
    pub links: BTreeMap<String, String>,
}

impl Default for Usual {
    fn default() -> Self {
        Self {
            max_in_flight: 4,
            search_lag: Span::seconds(30),
            max_per_minute: 0,
            retry_for: Span::seconds(72 * 3600),
            request_timeout: Span::seconds(20),
            links: BTreeMap::new(),
        }
    }
}

impl Usual {
    /// How the connection may be used.
    pub fn limits(&self) -> Limits {
        Limits {
            max_in_flight: self.max_in_flight,
            max_per_minute: self.max_per_minute,
            search_lag: self.search_lag.duration(),
            retry_for: self.retry_for.duration(),
            request_timeout: self.request_timeout.duration(),
        }
    }

    /// Links are for `records` of these kinds.
    fn problems(&self, records: &[&str]) -> Vec<Problem> {
        let checks = [
            ((1..=64).contains(&self.max_in_flight), "max_in_flight", "allowed are 1 to 64"),
            (
                (Span::seconds(1)..=Span::seconds(120)).contains(&self.request_timeout),
                "request_timeout",
                "allowed are 1s to 2m",
            ),
            (self.search_lag <= Span::seconds(3600), "search_lag", "allowed are 0 to 1h"),
            (self.retry_for >= Span::seconds(60), "retry_for", "at least 1m is needed"),
        ];
        checks
            .iter()
            .filter(|(right, ..)| !right)
            .map(|(_, key, message)| problem(&["settings", key], *message))
            .chain(self.links.iter().filter_map(|(record, link)| {
                let wrong = match links::for_id(link, "1") {
                    _ if !records.contains(&record.as_str()) => {
                        format!("no kind of record; known: {}", records.join(", "))
                    }
                    None => "give an address with {id} in it: \"https://crm.example/calls/{id}\"".to_owned(),
                    Some(_) => return None,
                };
                Some(problem(&["settings", "links", record], wrong))
            }))
            .collect()
    }
}

/// Reads a settings table: what every kind takes, on top of `usual`, and the kind's own, which makes `records` of these kinds. `check`
/// says what is wrong with its own, once it could be read; `mapping` is what is wrong beside it.
pub fn read<T: DeserializeOwned>(
    settings: &Map<String, Value>,
    usual: &Usual,
    records: &[&str],
    mapping: Vec<Problem>,
    check: impl FnOnce(&T) -> Vec<Problem>,
) -> Result<(Usual, T), Vec<Problem>> {
    let mut common = table(usual);
    let mut own = Map::new();
    for (key, value) in settings {
        let place = if common.contains_key(key) { &mut common } else { &mut own };
        place.insert(key.clone(), value.clone());
    }
    let names = common.keys().cloned().collect::<Vec<_>>().join(", ");
    let mut problems = Vec::new();
    let common = typed::<Usual>(common).map_err(|problem| problems.push(problem)).ok();
    problems.extend(common.iter().flat_map(|common| common.problems(records)));
    let own = typed::<T>(own).map_err(|mut problem| {
        if problem.message.starts_with("unknown field") && problem.path.len() <= 2 {
            problem.message = format!("{}; every kind takes {names}", problem.message);
        }
        problems.push(problem);
    });
    let own = own.ok();
    problems.extend(own.as_ref().map(check).unwrap_or_default());
    problems.extend(mapping);
    match (common, own) {
        (Some(common), Some(own)) if problems.is_empty() => Ok((common, own)),
        _ => Err(problems),
    }
}

/// The JSON Schema of such a table.
pub fn schema<T: JsonSchema>(usual: &Usual) -> Schema {
    let (mut schema, common) = (schema_for!(T), schema_for!(Usual));
    let defaults = table(usual);
    let object = schema.ensure_object();
    let properties = object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    if let (Value::Object(properties), Some(Value::Object(common))) = (properties, common.get("properties")) {
        for (key, value) in common {
            let mut value = value.clone();
            if let (Value::Object(value), Some(default)) = (&mut value, defaults.get(key)) {
                value.insert("default".to_owned(), default.clone());
            }
            properties.insert(key.clone(), value);
        }
    }
    if let Some(Value::Object(common)) = common.get("$defs") {
        let defs = schema.ensure_object().entry("$defs").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(defs) = defs {
            defs.extend(common.clone());
        }
    }
    schema
}

/// What is wrong with a mapping of employees: each needs a user, and one of the ways by which the kind maps.
pub fn mapping_problems(employees: &[Employee], mapped: fn(&Employee) -> bool, how: &str) -> Vec<Problem> {
    let one = |(row, employee): (usize, &Employee)| {
        let at = row.to_string();
        let mut problems = Vec::new();
        if employee.crm_user.trim().is_empty() {
            problems.push(problem(&["employee", &at, "crm_user"], "give the user's id in the CRM"));
        }
        if !mapped(employee) {
            problems.push(problem(&["employee", &at, "extension"], how));
        }
        problems
    };
    employees.iter().enumerate().flat_map(one).collect()
}

/// A problem at a place.
pub fn problem(path: &[&str], message: impl Into<String>) -> Problem {
    Problem { path: path.iter().map(|part| (*part).to_owned()).collect(), message: message.into() }
}

/// An id, which people write with quotes or without: `"17"` or `17`.
pub fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    optional_id(deserializer)?.ok_or_else(|| serde::de::Error::custom("give an id"))
}

/// The same where it may be left out.
pub fn optional_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
        Some(Value::Number(number)) if number.is_u64() => Ok(Some(number.to_string())),
        Some(other) => Err(serde::de::Error::custom(format!("{other} is not an id: give the id that the CRM shows"))),
    }
}

fn typed<T: DeserializeOwned>(table: Map<String, Value>) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Value::Object(table)).map_err(|wrong| {
        let path: Vec<String> = wrong.path().iter().map(ToString::to_string).collect();
        let path: Vec<&str> = std::iter::once("settings").chain(path.iter().map(String::as_str)).collect();
        problem(&path, wrong.inner().to_string())
    })
}

fn table(usual: &Usual) -> Map<String, Value> {
    // Numbers and texts by their names, which JSON always holds.
    serde_json::to_value(usual).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default()
}
