//! Lists, page by page. People work while a list is read, so rows move between its pages and their count changes: a list of
//! several pages is read again until nothing new comes, within bounds.

use std::collections::BTreeMap;

use schemas::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::{Client, answers};
use crate::crms::asteril::found::{self, Card};
use crate::failure::Failure;
use crate::kit::answers::Kind;
use crate::kit::http::Reply;

/// Rows by their ids.
pub(super) type Rows = BTreeMap<String, Value>;

/// Pages read of a list, each time it is read.
const PAGES_MAX: u32 = 20;
/// Times that a list is read.
const TIMES_MAX: u32 = 3;

/// What to do with a list of more pages than are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Long {
    /// It is none of what was asked for: the CRM passes the filter over.
    Refuse,
    /// What is looked for is new: it is read from its beginning and from its end, whichever the order.
    Ends,
}

/// A list, and what it is asked for by.
pub(super) struct Ask<'a> {
    pub path: &'a str,
    pub filter: Option<(&'a str, &'a str)>,
    pub long: Long,
}

impl Client {
    /// Clients that the CRM finds by a number.
    pub(super) async fn clients(&self, digits: &str, deadline: Instant) -> Result<Vec<Card>, Failure> {
        let names = &self.names.clients;
        let filter = Some((names.phone.as_str(), digits));
        let rows = self.rows(&Ask { path: &names.list, filter, long: Long::Refuse }, deadline).await?;
        Ok(rows.values().filter_map(|row| self.card(row)).collect())
    }

    /// The ids of all users.
    pub(super) async fn users(&self, deadline: Instant) -> Result<Vec<String>, Failure> {
        let ask = Ask { path: &self.names.users.list, filter: None, long: Long::Refuse };
        Ok(self.rows(&ask, deadline).await?.into_keys().collect())
    }

    /// The rows of a list, of which the CRM must be trusted with nothing.
    pub(super) async fn rows(&self, ask: &Ask<'_>, deadline: Instant) -> Result<Rows, Failure> {
        let mut rows = Rows::new();
        for _ in 0..TIMES_MAX {
            let before = rows.len();
            let pages = self.read(ask, &mut rows, deadline).await?;
            if pages <= 1 || pages > PAGES_MAX || rows.len() == before {
                break;
            }
        }
        Ok(rows)
    }

    /// Reads a list once; says how many pages it has.
    async fn read(&self, ask: &Ask<'_>, rows: &mut Rows, deadline: Instant) -> Result<u32, Failure> {
        let (mut page, mut pages, mut most, mut asked) = (1, 1, 1, 0);
        while page <= pages && asked < PAGES_MAX {
            pages = self.page(ask, page, rows, deadline).await?;
            most = most.max(pages);
            asked += 1;
            if pages > PAGES_MAX && ask.long == Long::Refuse {
                return Err(Failure::NotUnderstood(format!(
                    "the list of {} has {pages} pages of {}: raise page_size, or see in structures by what it is asked for",
                    ask.path, self.page_size
                )));
            }
            // The second half of what is read of a long list is its end.
            page = if page == PAGES_MAX / 2 && pages > PAGES_MAX { pages - PAGES_MAX / 2 + 1 } else { page + 1 };
        }
        Ok(most)
    }

    /// Reads one page; says how many there are by now.
    async fn page(&self, ask: &Ask<'_>, page: u32, rows: &mut Rows, deadline: Instant) -> Result<u32, Failure> {
        let (number, size) = (page.to_string(), self.page_size.to_string());
        let mut query = vec![("page", number.as_str()), ("limit", size.as_str())];
        query.extend(ask.filter);
        let reply = self.get(ask.path, &query, deadline).await;
        // There is no such page any more.
        if page > 1 && answers::is_gone(&reply) {
            return Ok(page - 1);
        }
        let said = said(ask, reply)?;
        let (pages, new) = parts(ask.path, &said).ok_or_else(|| {
            Failure::NotUnderstood(format!("the answer holds no list of {}: {}", ask.path, shape(&said)))
        })?;
        rows.extend(new.into_iter().filter_map(|row| Some((row.get("id").and_then(found::id)?, row.clone()))));
        Ok(pages)
    }
}

fn said(ask: &Ask<'_>, reply: Reply) -> Result<Value, Failure> {
    answers::read(Kind::Read, reply, Timestamp::now()).map_err(|failure| match failure {
        Failure::NotUnderstood(why) => Failure::NotUnderstood(format!("the list of {}: {why}", ask.path)),
        failure => failure,
    })
}

/// How many pages a list has, and the rows of this one: under the last part of its path. PHP writes what has gaps in its
/// numbering as an object, and an empty one as an array.
fn parts<'a>(path: &str, said: &'a Value) -> Option<(u32, Vec<&'a Value>)> {
    let key = path.rsplit('/').next().unwrap_or(path);
    let rows = match said.get(key)? {
        Value::Array(rows) => rows.iter().collect(),
        Value::Object(rows) => rows.values().collect(),
        Value::Null => Vec::new(),
        _ => return None,
    };
    let pages = match said.get("pages") {
        Some(Value::Number(pages)) => u32::try_from(pages.as_u64()?).ok()?,
        Some(Value::String(pages)) => pages.trim().parse().ok()?,
        Some(Value::Null) | None => 1,
        _ => return None,
    };
    Some((pages, rows))
}

/// The names of an answer's fields: what they hold is somebody's.
fn shape(said: &Value) -> String {
    let fields = said.as_object().map(|fields| fields.keys().take(10).cloned().collect::<Vec<_>>().join(", "));
    fields.map_or_else(|| "it is no object".to_owned(), |fields| format!("its fields are {fields}"))
}

/// A field as texts: one, or each of a list.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_read_in_the_shapes_that_php_gives_them() {
        let rows = |said: Value| parts("x/clients", &said).map(|(pages, rows)| (pages, rows.len()));
        assert_eq!(rows(json!({"pages": 3, "clients": [{"id": 1}, {"id": 2}]})), Some((3, 2)));
        assert_eq!(rows(json!({"pages": "3", "clients": {"7": {"id": 7}}})), Some((3, 1)));
        assert_eq!(rows(json!({"pages": 0, "clients": null})), Some((0, 0)));
        assert_eq!(rows(json!({"clients": []})), Some((1, 0)));
        for wrong in [json!({"pages": 1}), json!({"pages": "x", "clients": []}), json!([]), json!({"clients": "x"})] {
            assert_eq!(rows(wrong.clone()), None, "{wrong}");
        }
        assert_eq!(shape(&json!({"a": "secret", "b": 1})), "its fields are a, b");
    }

    #[test]
    fn a_field_holds_one_text_or_several() {
        assert_eq!(texts(&json!("380671234567")), ["380671234567"]);
        assert_eq!(texts(&json!(["067 123-45-67", 380_671_234_567_u64])), ["067 123-45-67", "380671234567"]);
        assert!(texts(&json!(null)).is_empty());
    }
}
