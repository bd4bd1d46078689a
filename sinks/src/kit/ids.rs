//! Ids as CRMs give and take them.

use serde_json::Value;

/// CRMs number their records: the lowest id is the oldest.
pub fn age(id: &str) -> (u64, String) {
    (id.parse().unwrap_or(u64::MAX), id.to_owned())
}

/// The oldest of these.
pub fn oldest(ids: impl Iterator<Item = String>) -> Option<String> {
    ids.min_by_key(|id| age(id))
}

/// An id as it is sent: a number where it is one.
pub fn sent(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| Value::from(id), Value::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_compared_and_sent_as_numbers_where_they_are_some() {
        assert_eq!(oldest(["10", "9", "a"].map(str::to_owned).into_iter()).as_deref(), Some("9"));
        assert_eq!((sent("5"), sent("a-1")), (json!(5), json!("a-1")));
    }
}
