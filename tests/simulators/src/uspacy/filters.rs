//! What a list is asked for: pages, a text search, structured filters, fields with a value.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answers::wrong;
use super::api::Traps;
use crate::rest::{Answer, Record, Request};

/// Rows of a page, where nothing else is asked for, and at most.
const ROWS: (usize, usize) = (20, 100);

/// What was asked for.
#[derive(Debug, Default)]
pub struct Asked {
    pub page: usize,
    pub list: usize,
    q: Option<String>,
    any: bool,
    filters: Vec<Filter>,
    fields: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct Filter {
    field: String,
    operator: String,
    values: Vec<String>,
}

/// Reads a query; `fields` are what may be filtered by.
pub fn read(request: &Request, fields: &[&str]) -> Result<Asked, Answer> {
    let mut asked = Asked { page: 1, list: ROWS.0, ..Asked::default() };
    let mut filters: BTreeMap<usize, Filter> = BTreeMap::new();
    for (key, value) in &request.query {
        match key.as_str() {
            "page" => asked.page = number(value, 1, 1_000_000).ok_or_else(|| wrong("page", "The page is invalid."))?,
            "list" => asked.list = number(value, 1, ROWS.1).ok_or_else(|| wrong("list", "The list is invalid."))?,
            "q" => asked.q = Some(value.to_lowercase()),
            "filters[condition]" if ["and", "or"].contains(&value.as_str()) => asked.any = value == "or",
            key if key.starts_with("filters[filters][") => {
                filter(&mut filters, key, value).ok_or_else(|| wrong("filters", "The filters are invalid."))?;
            }
            "boolean_operator" | "funnel_id" | "table_fields[]" => {}
            key if key.starts_with("sort_by[") => {}
            key if fields.contains(&key) => asked.fields.push((key.to_owned(), value.clone())),
            key => return Err(wrong(key, "The parameter is unknown.")),
        }
    }
    let known = |filter: &Filter| {
        let operators = ["eq", "like", "in", "startswith", "endswith"];
        fields.contains(&filter.field.as_str())
            && operators.contains(&filter.operator.as_str())
            && !filter.values.is_empty()
    };
    if !filters.values().all(known) {
        return Err(wrong("filters", "The filters are invalid."));
    }
    asked.filters = filters.into_values().collect();
    Ok(asked)
}

fn number(value: &str, least: usize, most: usize) -> Option<usize> {
    value.parse().ok().filter(|number| (least..=most).contains(number))
}

/// `filters[filters][0][field]`.
fn filter(filters: &mut BTreeMap<usize, Filter>, key: &str, value: &str) -> Option<()> {
    let (number, part) = key.strip_prefix("filters[filters][")?.split_once("][")?;
    let filter = filters.entry(number.parse().ok().filter(|number| *number < 50)?).or_default();
    match part {
        "field]" => value.clone_into(&mut filter.field),
        "operator]" => value.clone_into(&mut filter.operator),
        "values][]" => filter.values.push(value.to_owned()),
        _ => return None,
    }
    Some(())
}

impl Asked {
    /// Whether a record is asked for. `searched` are the fields of the text search.
    pub fn wants(&self, record: &Record, searched: &[&str], traps: &Traps) -> bool {
        if !record.get("deleted_at").is_null() {
            return false;
        }
        let contains = |q: &String| searched.iter().any(|field| texts(record.get(field)).any(|text| text.contains(q)));
        if !traps.q_is_passed_over && !self.q.as_ref().is_none_or(contains) {
            return false;
        }
        let equal =
            |(field, value): &(String, String)| texts(record.get(field)).any(|text| text == value.to_lowercase());
        if !self.fields.iter().all(equal) {
            return false;
        }
        if self.filters.is_empty() || traps.filters_are_passed_over {
            return true;
        }
        let mut met = self.filters.iter().map(|filter| filter.meets(record));
        if self.any { met.any(|met| met) } else { met.all(|met| met) }
    }
}

impl Filter {
    fn meets(&self, record: &Record) -> bool {
        let meets = |text: &String, value: &String| {
            let value = value.to_lowercase();
            match self.operator.as_str() {
                "like" => text.contains(&value),
                "startswith" => text.starts_with(&value),
                "endswith" => text.ends_with(&value),
                _ => *text == value,
            }
        };
        texts(record.get(&self.field)).any(|text| self.values.iter().any(|value| meets(&text, value)))
    }
}

/// The texts of a field, in lower case; of a list of phones their values.
fn texts(value: &Value) -> impl Iterator<Item = String> {
    let of = |value: &Value| match value.get("value").unwrap_or(value) {
        Value::String(text) => Some(text.to_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    let texts: Vec<String> = match value {
        Value::Array(all) => all.iter().filter_map(of).collect(),
        one => of(one).into_iter().collect(),
    };
    texts.into_iter()
}
