//! Finds a record of ours again. Every row is compared here with what was asked for: a CRM that passes over a filter it does
//! not know must not make us take a stranger's record for our own.

use serde_json::{Map, Value};

use super::lists::{Ask, Long, Rows};
use super::{Client, kind, lists};
use crate::connector::Put;
use crate::failure::Failure;
use crate::kit::ids::oldest;

impl Client {
    /// Finds the record that an earlier try of `put` may have made: the oldest with its marker.
    pub async fn find(&self, put: &Put) -> Result<Option<String>, Failure> {
        match put.record.as_str() {
            _ if put.marker.is_empty() => Ok(None),
            kind::CLIENT => {
                let clients = self.clients(&put.marker, self.deadline()).await?;
                let ours = clients.into_iter().filter(|card| card.phones.contains(&put.marker));
                Ok(oldest(ours.map(|card| card.id)))
            }
            kind::CALL => self.find_call(put).await,
            kind::TASK => self.find_task(put).await,
            _ => Ok(None),
        }
    }

    /// By our id of the call; without a field for it, by all that tells calls apart.
    async fn find_call(&self, put: &Put) -> Result<Option<String>, Failure> {
        let names = &self.names.calls;
        let (by, same, long) = if let Some(id) = names.external_id.name() {
            (id, vec![id], Long::Refuse)
        } else {
            let (phone, line) = (names.phone.as_str(), names.line.as_str());
            (phone, vec![names.start_time.as_str(), phone, line, names.direction.as_str()], Long::Ends)
        };
        let filter = put.content.get(by).and_then(Value::as_str).map(|value| (by, value));
        let rows = self.rows(&Ask { path: &names.list, filter, long }, self.deadline()).await?;
        Ok(ours(&rows, |row| same.iter().all(|field| same_text(row, &put.content, field))))
    }

    /// By our mark, among the tasks of the client; among the first and the last of all where it has none.
    async fn find_task(&self, put: &Put) -> Result<Option<String>, Failure> {
        let names = &self.names.tasks;
        let client = put.content.get(names.client.as_str()).and_then(crate::crms::asteril::found::id);
        let filter = client.as_deref().map(|client| (names.client.as_str(), client));
        let rows = self.rows(&Ask { path: &names.list, filter, long: Long::Ends }, self.deadline()).await?;
        let marked = names.description.name().unwrap_or(&names.title);
        Ok(ours(&rows, |row| row.get(marked).and_then(Value::as_str).is_some_and(|text| text.contains(&put.marker))))
    }
}

fn ours(rows: &Rows, is_ours: impl Fn(&Value) -> bool) -> Option<String> {
    oldest(rows.iter().filter(|(_, row)| is_ours(row)).map(|(id, _)| id.clone()))
}

/// Whether a field holds what it was given, and nothing where it was given nothing.
fn same_text(row: &Value, content: &Map<String, Value>, field: &str) -> bool {
    let texts = |value: Option<&Value>| -> Vec<String> {
        value.map(lists::texts).unwrap_or_default().into_iter().filter(|text| !text.is_empty()).collect()
    };
    field.is_empty() || texts(row.get(field)) == texts(content.get(field))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_ours_only_if_it_holds_what_was_given() {
        let Value::Object(content) = json!({"phone": "380671234567", "client_id": 5}) else { panic!("a table") };
        let row = json!({"phone": "380671234567", "client_id": "5", "line": ""});
        for (field, same) in [("phone", true), ("client_id", true), ("line", true), ("", true)] {
            assert_eq!(same_text(&row, &content, field), same, "{field}");
        }
        assert!(!same_text(&json!({"phone": "380500000000"}), &content, "phone"));
        assert!(!same_text(&json!({}), &content, "phone"));
        let rows = Rows::from([("9".to_owned(), json!({"x": 1})), ("10".to_owned(), json!({"x": 1}))]);
        assert_eq!(ours(&rows, |row| row["x"] == 1).as_deref(), Some("9"));
        assert_eq!(ours(&rows, |row| row["x"] == 2), None);
    }
}
