//! Lists: filters, `limit` and `skip`, `data` and `count`.

use serde_json::{Value, json};

use super::answers::{all_invalid, shown};
use super::{MANAGERS, Store};
use crate::rest::{Answer, Request};

/// Rows where a list is not told how many.
const USUAL: usize = 10;
/// Rows of most lists at most.
pub(super) const MOST: usize = 50;
/// Managers at most.
const MOST_MANAGERS: usize = 100;

/// A page of `rows`, after the query was looked at: nothing but `filters`, `limit` and `skip` may stand in it.
pub(super) fn page(
    request: &Request,
    filters: &[&str],
    most: usize,
    key: &str,
    rows: &[Value],
) -> Result<Answer, Answer> {
    let known: Vec<&str> = filters.iter().copied().chain(["limit", "skip"]).collect();
    let mut wrong = Vec::new();
    if let Some(key) = request.unknown_param(&known) {
        wrong.push(format!("property {key} should not exist"));
    }
    let mut number = |key: &str, usual: usize, least: usize, most: usize| {
        let Some(text) = request.param(key) else { return usual };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.unwrap_or_else(|| {
            wrong.push(format!("{key} must not be less than {least} and not be greater than {most}"));
            usual
        })
    };
    let (limit, skip) = (number("limit", USUAL, 1, most), number("skip", 0, 0, usize::MAX));
    if !wrong.is_empty() {
        return Err(all_invalid(&wrong));
    }
    let page: Vec<&Value> = rows.iter().skip(skip).take(limit).collect();
    Ok(Answer::json(200, &json!({ key: page, "count": rows.len() })))
}

/// Whether a field is what the query asks for, where it asks for it.
pub(super) fn asked(request: &Request, filter: &str, held: &str) -> bool {
    request.param(filter).is_none_or(|wanted| wanted == held)
}

pub(super) fn managers(request: &Request, store: &Store) -> Result<Answer, Answer> {
    let rows: Vec<Value> = store.all(MANAGERS).map(shown).collect();
    page(request, &[], MOST_MANAGERS, "data", &rows)
}
