//! Records as the CRM writes them: numbers may be texts, flags may be numbers, phones are lists. Pure.

use serde_json::{Map, Value};

use crate::crms::uspacy::found::{Holder, Lead};

/// The status of a lead that is being worked on.
const OPEN: &str = "IN_WORK";

/// One page of a list.
pub struct Page {
    /// Its rows.
    pub rows: Vec<Value>,
    /// How many pages there are; nothing: the CRM does not say.
    pub last: Option<u64>,
}

/// A page: a list, bare or under `data`. Nothing: it is none.
pub fn page(answer: Value) -> Option<Page> {
    match answer {
        Value::Array(rows) => Some(Page { rows, last: Some(1) }),
        Value::Object(mut answer) => {
            let last = answer.get("meta").and_then(|meta| number(meta.get("last_page")?));
            match answer.remove("data")? {
                Value::Array(rows) => Some(Page { rows, last }),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A whole number, as such or as a text.
pub fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The id of a record.
pub fn id(row: &Value) -> Option<String> {
    reference(row.get("id")?)
}

/// An id of another record; one that is unset may be 0.
pub fn reference(value: &Value) -> Option<String> {
    number(value).filter(|id| *id > 0).map(|id| id.to_string())
}

/// Whether a flag is set: `true`, 1, "1".
pub fn flag(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(set)) => *set,
        Some(Value::String(text)) => ["1", "true"].contains(&text.as_str()),
        Some(value) => value.as_u64() == Some(1),
        None => false,
    }
}

/// In the trash: it can be restored, and is not there for us.
pub fn deleted(row: &Value) -> bool {
    row.get("deleted_at").is_some_and(|at| !at.is_null() && at.as_u64() != Some(0) && at.as_str() != Some(""))
}

/// A lead; one whose status the CRM does not say is taken to be worked on, for a second lead would do more harm.
pub fn lead(row: &Value) -> Option<Lead> {
    let status = row.get("kanban_status").map(|status| status.get("value").unwrap_or(status));
    let in_work = status.and_then(Value::as_str).is_none_or(|status| status.eq_ignore_ascii_case(OPEN));
    Some(Lead {
        id: id(row)?,
        owner: row.get("owner").and_then(reference),
        open: in_work && !flag(row.get("converted")) && !deleted(row),
        phones: phones(row),
    })
}

/// A contact or a company.
pub fn holder(row: &Value) -> Option<Holder> {
    Some(Holder { id: id(row)?, phones: phones(row) })
}

/// Each phone number of a record, as it is written.
pub fn phones(row: &Value) -> Vec<String> {
    let text = |phone: &Value| match phone.get("value").unwrap_or(phone) {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match row.get("phone") {
        Some(Value::Array(phones)) => phones.iter().filter_map(text).collect(),
        Some(phone) => text(phone).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The users that a record names.
pub fn users_of(content: &Map<String, Value>) -> Vec<String> {
    let one = ["owner", "responsible_id"].iter().filter_map(|field| reference(content.get(*field)?));
    let employees = content.get("employees").and_then(Value::as_array);
    one.chain(employees.into_iter().flatten().filter_map(reference)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lead_is_open_while_it_is_worked_on() {
        let rows = [
            (json!({"id": 7, "kanban_status": "IN_WORK", "converted": false}), true),
            (json!({"id": "7", "kanban_status": "IN_WORK", "converted": 0}), true),
            (json!({"id": 7, "kanban_status": {"value": "IN_WORK"}}), true),
            (json!({"id": 7}), true),
            (json!({"id": 7, "kanban_status": "SUCCESS"}), false),
            (json!({"id": 7, "kanban_status": "FAIL"}), false),
            (json!({"id": 7, "kanban_status": "IN_WORK", "converted": true}), false),
            (json!({"id": 7, "kanban_status": "IN_WORK", "converted": "1"}), false),
            (json!({"id": 7, "kanban_status": "IN_WORK", "deleted_at": 1_707_000_000}), false),
        ];
        for (row, open) in rows {
            let lead = lead(&row).unwrap();
            assert_eq!((lead.id.as_str(), lead.open), ("7", open), "{row}");
        }
        assert_eq!(lead(&json!({"title": "x"})), None);
    }

    #[test]
    fn phones_are_read_however_they_are_listed() {
        for (phone, expected) in [
            (json!([{"value": "380671112233"}, {"value": 380_671_112_244_u64}]), vec!["380671112233", "380671112244"]),
            (json!(["+380671112233"]), vec!["+380671112233"]),
            (json!("0671112233"), vec!["0671112233"]),
            (json!(null), vec![]),
        ] {
            assert_eq!(phones(&json!({"phone": phone})), expected);
        }
    }

    #[test]
    fn a_page_says_how_many_there_are() {
        let read = page(json!({"data": [{"id": 1}], "meta": {"last_page": "3"}})).unwrap();
        assert_eq!((read.rows.len(), read.last), (1, Some(3)));
        assert_eq!(page(json!([{"id": 1}])).unwrap().last, Some(1));
        for wrong in [json!({}), json!({"data": {}}), json!(null)] {
            assert!(page(wrong).is_none());
        }
    }
}
