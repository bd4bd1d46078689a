//! What to set up in a PBX, per kind of source. The readers of `ingest` read what comes of it.

mod ringostat;
#[cfg(test)]
mod tests;
mod uis;

use schemas::Source;

use crate::wire::{Template, TemplateSet, Templates};

/// One notification to set up.
struct Told {
    name: &'static str,
    event_type: &'static str,
    set: TemplateSet,
    why: &'static str,
    optional: bool,
    /// What is added to the address.
    query: &'static str,
    body: String,
}

/// The templates of a source; nothing where its kind has none.
pub fn of(source: &Source, url: &str) -> Option<Templates> {
    let (how, told) = match source.kind.as_str() {
        "uis" => (uis::HOW, uis::templates()),
        "ringostat" => (ringostat::HOW, ringostat::templates(source)),
        _ => return None,
    };
    let template = |told: Told| Template {
        name: told.name.to_owned(),
        event_type: told.event_type.to_owned(),
        set: told.set,
        method: "POST".to_owned(),
        url: if told.query.is_empty() { url.to_owned() } else { format!("{url}?{}", told.query) },
        body: told.body,
        why: told.why.to_owned(),
        optional: told.optional,
    };
    Some(Templates {
        source: source.id.clone(),
        kind: source.kind.clone(),
        how: how.to_owned(),
        templates: told.into_iter().map(template).collect(),
    })
}

/// A JSON object with a line for each field, whose values stand as they are.
fn object<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let lines: Vec<_> = fields.into_iter().map(|(key, value)| format!("    {}:{value}", quoted(key))).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
