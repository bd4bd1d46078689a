//! `ringfold schemas`: the JSON Schemas (draft 2020-12) of what stands in the topics, and of each CRM's settings.

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::cli::Globals;
use crate::exit::{Exit, Status};
use crate::output::{self, Column, Format, Show};

const EXAMPLES: &str = "\
Examples:
  ringfold schemas
  ringfold schemas calls.finished > calls.finished.schema.json";

const COLUMNS: &[Column] = &[
    Column::new("NAME", "/name", Show::Whole),
    Column::new("OF", "/of", Show::Text),
    Column::new("WHAT", "/schema/description", Show::Text),
];

/// What `schemas` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SchemasArgs {
    /// One of them, as JSON: a topic, or the kind of a connection
    pub name: Option<String>,
}

#[derive(Serialize)]
struct Published {
    name: &'static str,
    of: &'static str,
    schema: Value,
}

/// Lists them, or prints one.
pub fn run(args: &SchemasArgs, globals: &Globals) -> Result<(), Exit> {
    let all = published();
    let Some(name) = &args.name else { return output::rows(globals.output, COLUMNS, &all) };
    match all.iter().find(|published| published.name == name) {
        Some(found) if globals.output == Format::Ndjson => output::data(&format!("{}\n", found.schema)),
        Some(found) => output::data(&format!("{:#}\n", found.schema)),
        None => {
            let names: Vec<_> = all.iter().map(|published| published.name).collect();
            Err(Exit::new(Status::NotFound, format!("there is no schema {name:?}; there are {}", names.join(", "))))
        }
    }
}

fn published() -> Vec<Published> {
    let topics = schemas::published::schemas().into_iter().map(|(name, schema)| (name, "topic", schema));
    let settings =
        sinks::registry::CONNECTORS.iter().map(|connector| (connector.kind(), "settings", connector.settings_schema()));
    topics.chain(settings).map(|(name, of, schema)| Published { name, of, schema: schema.into() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_schemas_say_what_they_are_of() {
        let all = published();
        let mut names: Vec<_> = all.iter().map(|published| published.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|published| published.schema.is_object()));
    }
}
