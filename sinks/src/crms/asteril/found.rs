//! What the plan asks the client to look up, and what it is told: the two sides of a look-up; and ids as they came.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "find", rename_all = "snake_case")]
pub enum Query {
    /// Clients that the CRM finds by this number: [`Cards`]. Which of them have it is for the asker to see.
    Number {
        /// Full digits.
        digits: String,
    },
    /// One client by its id: [`Cards`], with none where the CRM no longer has it.
    Client {
        /// Its id.
        id: String,
    },
    /// The users: as [`crate::kit::people::active`] asks and reads.
    Users,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The CRM's id.
    pub id: String,
    /// Each number, just as the CRM holds it.
    pub phones: Vec<String>,
}

/// Clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cards {
    /// Each.
    #[serde(default)]
    pub clients: Vec<Card>,
}

/// An id as it came: a number or a text, and nothing that could change an address.
pub fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::Number(number) => number.as_u64()?.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let fits = !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    fits.then_some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_numbers_or_short_texts() {
        for (value, read) in [(json!(5), Some("5")), (json!("5"), Some("5")), (json!("a-1"), Some("a-1"))] {
            assert_eq!(id(&value).as_deref(), read, "{value}");
        }
        for value in [json!(""), json!("5/../6"), json!("5?x"), json!(-1), json!(1.5), json!(null), json!([5])] {
            assert_eq!(id(&value), None, "{value}");
        }
    }
}
