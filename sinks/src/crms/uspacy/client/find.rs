//! Finds the record that an earlier try may have made: by our mark in it, compared here. If several carry it, the oldest of a
//! page is it.

use schemas::Phone;
use serde_json::Value;
use tokio::time::Instant;

use super::{CALLS, Client, activities, query, rows};
use crate::connector::Put;
use crate::crms::uspacy::plan::kind;
use crate::failure::Failure;
use crate::kit::ids::oldest;

/// In which order lists come is not documented: the newest stand at one of the ends. So many pages are read at each.
const END_PAGES: u64 = 2;

impl Client {
    /// Finds it.
    pub async fn find(&self, put: &Put) -> Result<Option<String>, Failure> {
        let deadline = Instant::now() + self.timeout;
        match put.record.as_str() {
            _ if put.marker.is_empty() => Ok(None),
            kind::LEAD => self.find_lead(put, deadline).await,
            kind::CALL => self.find_call(put, deadline).await,
            kind::ACTIVITY => {
                let ours = |row: &Value| text(row, "description").contains(&put.marker);
                self.at_the_ends(activities::COLLECTION, &[], ours, deadline).await
            }
            _ => Ok(None),
        }
    }

    /// By our mark in any of its texts; where leads have no field for it, any open lead with the number is as good.
    async fn find_lead(&self, put: &Put, deadline: Instant) -> Result<Option<String>, Failure> {
        let marked = put.marker.starts_with("[rf:");
        let ours = |row: &Value| match row {
            Value::Object(fields) if marked => {
                fields.values().any(|value| value.as_str().is_some_and(|text| text.contains(&put.marker)))
            }
            row => !marked && rows::lead(row).is_some_and(|lead| lead.open),
        };
        let number = put.content.get("title").and_then(Value::as_str).unwrap_or_default();
        let rows = self.with_number("leads", &format!("+{number}"), ours, deadline).await?;
        Ok(oldest(rows.iter().filter(|row| ours(row)).filter_map(rows::id)))
    }

    /// By the number that stands for the call; among the calls of the client first.
    async fn find_call(&self, put: &Put, deadline: Instant) -> Result<Option<String>, Failure> {
        let ours = |row: &Value| {
            let id = row.get("external_id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
            id.as_deref() == Some(&put.marker)
        };
        let outgoing = put.content.get("call_type").and_then(Value::as_str) == Some("outgoing");
        let client = put.content.get(if outgoing { "to" } else { "from" }).and_then(Value::as_str).unwrap_or_default();
        let client = Phone::read(&format!("+{client}"), "");
        if client.e164.is_some() {
            let search = [("q".to_owned(), query::tail(&client))];
            if let Some(found) = self.at_the_ends(CALLS, &search, ours, deadline).await? {
                return Ok(Some(found));
            }
        }
        self.at_the_ends(CALLS, &[], ours, deadline).await
    }

    /// Reads a list from both of its ends until there is a row of ours.
    async fn at_the_ends(
        &self,
        path: &str,
        search: &[(String, String)],
        ours: impl Fn(&Value) -> bool,
        deadline: Instant,
    ) -> Result<Option<String>, Failure> {
        let (mut last, mut read) = (1_u64, Vec::new());
        for (turn, from_the_end) in (0..END_PAGES).flat_map(|turn| [(turn, false), (turn, true)]) {
            let number = if from_the_end { last.saturating_sub(turn) } else { 1 + turn };
            if !(1..=last).contains(&number) || read.contains(&number) {
                continue;
            }
            let mut pairs = query::page(number);
            pairs.extend(search.iter().cloned());
            let page = self.page(path, pairs, deadline).await?;
            read.push(number);
            let here = page.rows.iter().filter(|row| ours(row) && !rows::deleted(row));
            if let Some(found) = oldest(here.filter_map(rows::id)) {
                return Ok(Some(found));
            }
            // Where the CRM does not say how many pages there are, the next one is tried.
            let full = page.rows.len() as u64 >= query::ROWS;
            last = page.last.unwrap_or(if full { number + 1 } else { last }).max(last);
        }
        Ok(None)
    }
}

fn text<'r>(row: &'r Value, field: &str) -> &'r str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}
