//! Lists and searches, page by page. A list is numbered from 1, a search from 0; what there is nothing of is a 204.

use serde_json::Value;
use tokio::time::Instant;

use super::{Ask, Client};
use crate::failure::Failure;
use crate::kit::answers::Kind;

/// Rows of a page: every list and search takes that many.
const PAGE: usize = 99;
/// Of tickets, which come with the whole text of a letter: a page must fit an answer.
const PAGE_OF_TICKETS: usize = 25;
/// Pages of a search that are read; searches go no further than a thousand rows.
const SEARCH_PAGES: usize = 5;
/// Pages of a list that are read.
const LIST_PAGES: usize = 50;

impl Client {
    /// The rows of a search.
    pub(super) async fn search(
        &self,
        module: &str,
        query: Vec<(&str, String)>,
        deadline: Instant,
    ) -> Result<Vec<Value>, Failure> {
        self.rows(&format!("{module}/search"), query, (0, SEARCH_PAGES), deadline).await
    }

    /// The rows of a list.
    pub(super) async fn list(
        &self,
        path: &str,
        query: Vec<(&str, String)>,
        deadline: Instant,
    ) -> Result<Vec<Value>, Failure> {
        self.rows(path, query, (1, LIST_PAGES), deadline).await
    }

    async fn rows(
        &self,
        path: &str,
        query: Vec<(&str, String)>,
        (first, pages): (usize, usize),
        deadline: Instant,
    ) -> Result<Vec<Value>, Failure> {
        let limit = if path.starts_with("tickets/") { PAGE_OF_TICKETS } else { PAGE };
        let mut rows = Vec::new();
        for page in 0..pages {
            let mut query = query.clone();
            query.extend([("from", (first + page * limit).to_string()), ("limit", limit.to_string())]);
            let said = self.send(Kind::Read, Ask::get(path, query), deadline).await?;
            let more = data(said)?;
            let last = more.len() < limit;
            rows.extend(more);
            if last {
                break;
            }
        }
        Ok(rows)
    }

    /// A record by its id; nothing where there is none any more.
    pub(super) async fn record(&self, module: &str, id: &str, deadline: Instant) -> Result<Option<Value>, Failure> {
        if !super::is_id(id) {
            return Ok(None);
        }
        match self.send(Kind::Read, Ask::item(module, id), deadline).await {
            Ok(Value::Null) | Err(Failure::Gone(_)) => Ok(None),
            Ok(record) => Ok(Some(record).filter(is_there)),
            Err(failure) => Err(failure),
        }
    }
}

/// The rows of an answer.
pub(super) fn data(said: Value) -> Result<Vec<Value>, Failure> {
    match said {
        Value::Null => Ok(Vec::new()),
        Value::Object(mut said) => match said.remove("data") {
            Some(Value::Array(rows)) => Ok(rows),
            Some(Value::Null) => Ok(Vec::new()),
            _ => Err(Failure::NotUnderstood("a list came without its rows".to_owned())),
        },
        _ => Err(Failure::NotUnderstood("a list came as something else".to_owned())),
    }
}

/// What lies in the recycle bin may still be shown by its id.
fn is_there(record: &Value) -> bool {
    ["isTrashed", "isDeleted"].iter().all(|flag| record.get(*flag) != Some(&Value::Bool(true)))
}
