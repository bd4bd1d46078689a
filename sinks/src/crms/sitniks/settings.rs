//! The settings of a connection to Sitniks, and what can be wrong with them. Knows no call and sends nothing.

mod row;
#[cfg(test)]
mod tests;

use schemars::{JsonSchema, Schema};
use schemas::Employee;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::plan::kind;
use crate::connector::Problem;
use crate::kit::settings::{self, Usual, problem};

pub use row::{Change, Directions, Field, Statuses};

/// A path is no longer than this.
const PATH_MAX: usize = 100;

/// What Sitniks takes beside what every kind of connection does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// S1: a client card is made for a number that nobody has.
    pub create_client: bool,
    /// Where the API has what, below `base_url`.
    pub paths: Paths,
    /// S2: the words for where a call stands.
    pub statuses: Statuses,
    /// The words for which way a call went.
    pub directions: Directions,
    /// What the API calls the fields of a row in the register of calls, where not as by default; `""`: it has none.
    pub names: std::collections::BTreeMap<Field, String>,
    /// Which fields of a row may be changed once it is there; the others stay as they were made.
    pub changeable: Vec<Field>,
    /// The method by which a row is changed.
    pub change_by: Change,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            create_client: true,
            paths: Paths::default(),
            statuses: Statuses::default(),
            directions: Directions::default(),
            names: std::collections::BTreeMap::new(),
            changeable: vec![Field::Status, Field::Duration, Field::RecordUrl, Field::ManagerId],
            change_by: Change::Patch,
        }
    }
}

/// Where the API has what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Paths {
    /// Client cards.
    pub clients: String,
    /// The register of calls.
    pub calls: String,
    /// The managers, who are the users.
    pub managers: String,
}

impl Default for Paths {
    fn default() -> Self {
        let path = str::to_owned;
        Self { clients: path("/clients"), calls: path("/calls"), managers: path("/managers") }
    }
}

/// What every kind takes, as Sitniks has it by default: the API answers 429 to two or three requests at once.
pub fn usual() -> Usual {
    Usual { max_in_flight: 1, ..Usual::default() }
}

/// The JSON Schema of the table.
pub fn schema() -> Schema {
    settings::schema::<Settings>(&usual())
}

impl Settings {
    /// Reads and checks a table and the mapping; everything wrong, where something is.
    pub fn read(table: &Map<String, Value>, employees: &[Employee]) -> Result<(Usual, Self), Vec<Problem>> {
        let how = "give the employee's extension, sip, phone or pbx_id";
        let mapping = settings::mapping_problems(employees, |employee| !employee.who.is_empty(), how);
        settings::read(table, &usual(), kind::SEEN, mapping, Self::problems)
    }

    /// What the API calls a field; nothing: it has none.
    pub fn name(&self, field: Field) -> Option<&str> {
        let name = self.names.get(&field).map_or(field.usual_name(), String::as_str);
        (!name.is_empty()).then_some(name)
    }

    fn problems(&self) -> Vec<Problem> {
        let paths =
            [("clients", &self.paths.clients), ("calls", &self.paths.calls), ("managers", &self.paths.managers)];
        let mut problems: Vec<Problem> = paths
            .into_iter()
            .filter(|(_, path)| !is_path(path))
            .map(|(key, path)| problem(&["settings", "paths", key], format!("{path:?} is no path: write it as /{key}")))
            .collect();
        problems.extend(self.statuses.problems());
        problems.extend(self.directions.problems());
        problems.extend(row::name_problems(self));
        problems
    }
}

fn is_path(path: &str) -> bool {
    let fits = |part: &str| {
        !part.is_empty() && part != ".." && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    path.len() <= PATH_MAX && path.strip_prefix('/').is_some_and(|path| path.split('/').all(fits))
}
