//! The values of one webhook, and how they are written.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::Url;
use serde_json::{Map, Value};

use super::style::{Blank, Date, Literal, Sending, Style};

/// Stand at the root in the second layout; the others in the inner object.
const ROOT: [&str; 2] = ["uniqueid", "calldate"];

/// Values by documented name; nothing where nothing is known.
pub type Values = Vec<(&'static str, Option<String>)>;

/// What is sent: query, type of the body, body.
#[derive(Debug, Default)]
pub struct Written {
    pub query: String,
    pub content_type: &'static str,
    pub body: String,
}

/// Writes the values, with constants in the address.
pub fn write(values: &Values, constants: &[(&str, String)], style: Style) -> Written {
    let constants = constants.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    match style.sending {
        Sending::Query => Written { query: encoded(constants.chain(pairs(values, style))), ..Written::default() },
        Sending::Form => Written {
            query: encoded(constants),
            content_type: "application/x-www-form-urlencoded",
            body: encoded(pairs(values, style)),
        },
        Sending::Json => Written {
            query: encoded(constants),
            content_type: "application/json",
            body: Value::Object(object(values, style)).to_string(),
        },
        Sending::Nested => {
            let of = |at_root: bool| values.iter().filter(move |(name, _)| ROOT.contains(name) == at_root).cloned();
            let mut root = object(&of(true).collect(), style);
            root.insert("additional_call_data".to_owned(), Value::Object(object(&of(false).collect(), style)));
            Written {
                query: encoded(constants),
                content_type: "application/json",
                body: Value::Object(root).to_string(),
            }
        }
    }
}

/// A point in time as `calldate`.
pub fn date(at: Timestamp, zone: &TimeZone, form: Date) -> String {
    let civil = at.to_zoned_datetime(zone.clone());
    match form {
        Date::Default => civil.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Date::Dotted => civil.strftime("%d.%m.%Y %H:%M:%S").to_string(),
        Date::Iso => civil.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Date::Unix => at.as_second().to_string(),
    }
}

fn pairs(values: &Values, style: Style) -> impl Iterator<Item = (String, String)> {
    values.iter().filter_map(move |(name, value)| {
        let blank = match style.blank {
            Blank::Empty | Blank::Null => Some(String::new()),
            Blank::Word => Some("null".to_owned()),
            Blank::Absent => None,
        };
        Some((style.name(name).to_owned(), value.clone().or(blank)?))
    })
}

fn object(values: &Values, style: Style) -> Map<String, Value> {
    let written = values.iter().filter_map(|(name, value)| {
        let value = match (value, style.blank) {
            (Some(value), _) => literal(value, style.numbers),
            (None, Blank::Empty) => Value::from(""),
            (None, Blank::Null) => Value::Null,
            (None, Blank::Word) => Value::from("null"),
            (None, Blank::Absent) => return None,
        };
        Some((style.name(name).to_owned(), value))
    });
    written.collect()
}

/// A number that begins with a zero stays a text.
fn literal(value: &str, literal: Literal) -> Value {
    let number =
        (literal == Literal::Number && (value == "0" || !value.starts_with('0'))).then(|| value.parse::<u64>());
    number.and_then(Result::ok).map_or_else(|| Value::from(value), Value::from)
}

fn encoded(pairs: impl Iterator<Item = (String, String)>) -> String {
    let mut pairs = pairs.peekable();
    let Some(mut url) = pairs.peek().and_then(|_| Url::parse("http://encode/").ok()) else { return String::new() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}
