//! Rows of answers, read as far as they are needed. A row without an id is none.

use serde_json::Value;

use super::answers;
use crate::crms::zoho_desk::found::{Contact, Field, Ticket, Values};

fn text(row: &Value, key: &str) -> String {
    row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A contact.
pub fn contact(row: &Value) -> Option<Contact> {
    let phones = ["phone", "mobile"].iter().map(|key| text(row, key)).filter(|phone| !phone.is_empty());
    Some(Contact { id: answers::id(row.get("id")?)?, phones: phones.collect(), cf: values(Some(row)) })
}

/// A ticket.
pub fn ticket(row: &Value) -> Option<Ticket> {
    let id = |key: &str| row.get(key).and_then(answers::id);
    // Without its type a status says too little, but for the one that every portal has.
    let open = match row.get("statusType").and_then(Value::as_str) {
        Some(kind) => kind.eq_ignore_ascii_case("open"),
        None => !text(row, "status").eq_ignore_ascii_case("closed"),
    };
    Some(Ticket {
        id: id("id")?,
        contact: id("contactId").unwrap_or_default(),
        department: id("departmentId").unwrap_or_default(),
        open,
        modified: text(row, "modifiedTime"),
        cf: values(Some(row)),
    })
}

/// The custom fields that are not blank.
pub fn values(row: Option<&Value>) -> Values {
    let cf = row.and_then(|row| row.get("cf")).and_then(Value::as_object).into_iter().flatten();
    let filled = cf.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    filled.filter(|(_, value)| !value.trim().is_empty()).collect()
}

/// A field of a module, and its API name.
pub fn field(row: &Value) -> Option<(String, Field)> {
    let max = row.get("maxLength").and_then(|max| max.as_u64().or_else(|| max.as_str()?.parse().ok()));
    let field = Field {
        label: text(row, "displayLabel"),
        custom: row.get("isCustomField") == Some(&Value::Bool(true)),
        kind: text(row, "type"),
        max: max.and_then(|max| usize::try_from(max).ok()),
    };
    Some((row.get("apiName")?.as_str()?.to_owned(), field))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_ticket_is_open_by_the_type_of_its_status() {
        let open = |row: Value| ticket(&row).map(|ticket| ticket.open);
        assert_eq!(open(json!({"id": "1", "statusType": "Open", "status": "Чекає"})), Some(true));
        assert_eq!(open(json!({"id": "1", "statusType": "On Hold", "status": "Open"})), Some(false));
        assert_eq!(open(json!({"id": "1", "status": "Closed"})), Some(false));
        assert_eq!(open(json!({"id": 1, "status": "New"})), Some(true));
        assert_eq!(open(json!({"statusType": "Open"})), None);
    }

    #[test]
    fn blank_fields_are_none_and_hidden_ones_too() {
        let row = json!({"id": "5", "phone": "1", "mobile": "", "cf": {"cf_a": "x", "cf_b": " ", "cf_c": null}});
        let contact = contact(&row).unwrap();
        assert_eq!((contact.phones, contact.cf.len()), (vec!["1".to_owned()], 1));
        assert_eq!(values(None), Values::new());
    }

    #[test]
    fn lengths_come_as_numbers_and_as_texts() {
        for (max, read) in [(json!(255), Some(255)), (json!("50"), Some(50)), (json!(null), None)] {
            let row = json!({"apiName": "cf_x", "displayLabel": "X", "type": "Text", "isCustomField": true, "maxLength": max});
            let (name, field) = field(&row).unwrap();
            assert_eq!((name.as_str(), field.max, field.is_single_line()), ("cf_x", read, true));
        }
    }
}
