//! Rows as they came: which answer they belong to, and which of them are ours. Pure.

use std::collections::BTreeMap;

use super::ID;
use crate::crms::rbs_crm::xml::Said;
use crate::failure::Failure;
use crate::kit::ids::oldest;
use crate::kit::names::Optional;

/// A row, by field.
pub type Row = BTreeMap<String, String>;

/// Puts answers to the actions they are for: by the echoed uid, or where none is echoed, one for each in order.
pub fn by_uid(uids: Vec<String>, said: Vec<Said>) -> Result<Vec<(String, Vec<Row>)>, Failure> {
    if said.iter().all(|said| said.uid.is_none()) && said.len() == uids.len() {
        return Ok(uids.into_iter().zip(said.into_iter().map(|said| said.rows)).collect());
    }
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for said in said {
        rows.entry(said.uid.unwrap_or_default()).or_default().extend(said.rows);
    }
    let answer = |uid: String| {
        let missing = || Failure::NotUnderstood(format!("an action was not answered: {uid}"));
        rows.remove(&uid).ok_or_else(missing).map(|rows| (uid.clone(), rows))
    };
    uids.into_iter().map(answer).collect()
}

/// The oldest row whose field says that it is ours.
pub fn marked(rows: Vec<Row>, field: &str, ours: impl Fn(&str) -> bool) -> Option<String> {
    let rows = rows.into_iter().filter(|row| row.get(field).is_some_and(|text| ours(text)));
    oldest(rows.filter_map(|row| text(&row, ID)))
}

/// Not removed, as far as the row says.
pub fn shown(row: &Row, visible: &Optional) -> bool {
    visible.name().and_then(|field| row.get(field)).is_none_or(|visible| visible != "0")
}

/// A field that is filled.
pub fn text(row: &Row, field: &str) -> Option<String> {
    row.get(field).filter(|text| !text.is_empty()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crms::rbs_crm::xml;

    fn said(uid: Option<&str>, id: &str) -> Said {
        let rows = vec![Row::from([(ID.to_owned(), id.to_owned())])];
        Said { uid: uid.map(str::to_owned), status: Some(true), rows, ..Said::default() }
    }

    fn ids(uids: &[&str], said: Vec<Said>) -> Result<Vec<String>, Failure> {
        let rows = by_uid(uids.iter().map(|uid| (*uid).to_owned()).collect(), said)?;
        Ok(rows
            .into_iter()
            .flat_map(|(uid, rows)| rows.into_iter().map(move |row| format!("{uid}={}", row[ID])))
            .collect())
    }

    #[test]
    fn answers_find_their_actions() {
        let several = vec![said(Some("b"), "2"), said(Some("a"), "1"), said(Some("a"), "3")];
        assert_eq!(ids(&["a", "b"], several).unwrap(), ["a=1", "a=3", "b=2"]);
        assert_eq!(ids(&["a", "b"], vec![said(None, "1"), said(None, "2")]).unwrap(), ["a=1", "b=2"]);
        assert_eq!(ids(&["a", "b"], vec![said(Some("a"), "1")]).unwrap_err().kind(), "not_understood");
    }

    #[test]
    fn a_row_without_our_mark_is_not_ours() {
        let body = "<response><action><status>true</status>\
            <item><id>10</id><text>чужое</text></item><item><id>12</id><text>x [rf:ab]</text></item>\
            <item><id>9</id></item><item><id>11</id><text>y [rf:ab]</text></item></action></response>";
        let rows = xml::read(body).unwrap().remove(0).rows;
        assert_eq!(marked(rows, "text", |text| text.contains("[rf:ab]")).as_deref(), Some("11"));
    }
}
