//! What is read from the CRM. Every row is compared here with what was asked for: a search that the CRM passes over must not
//! make a stranger's record the client's.

use std::collections::BTreeMap;

use schemas::{Phone, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::rows::{self, Page};
use super::{Ask, Client, LEADS, answers, query};
use crate::connector::{Checked, Look};
use crate::crms::uspacy::found::Query;
use crate::failure::Failure;
use crate::kit::answers::Kind;
use crate::kit::people;
use crate::kit::phones::among;
use crate::kit::plan::unreadable;

const USERS: &str = "/company/v1/users";
/// Pages of users that are read: 5000 users.
const USER_PAGES: u64 = 50;
/// Pages of a search that are read while they hold the number.
const SEARCH_PAGES: u64 = 5;

impl Client {
    /// Looks up what the plan asks for, within one deadline.
    pub async fn look(&self, look: &Look) -> Result<Value, Failure> {
        let query = serde_json::from_value(look.query.clone()).map_err(unreadable(look))?;
        let deadline = Instant::now() + self.timeout;
        let found = match query {
            Query::Users => return Ok(people::found(self.users(deadline).await?)),
            Query::Lead { id } => self.lead(&id, deadline).await?.as_ref().and_then(rows::lead).map(|lead| json!(lead)),
            Query::Leads { number } => {
                let open = |row: &Value| rows::lead(row).is_some_and(|lead| lead.open);
                let rows = self.with_number("leads", &number, open, deadline).await?;
                Some(rows.iter().filter_map(rows::lead).map(|lead| json!(lead)).collect())
            }
            Query::Contacts { number } => Some(self.holders("contacts", &number, deadline).await?),
            Query::Companies { number } => Some(self.holders("companies", &number, deadline).await?),
            Query::LeadFields => Some(json!(self.lead_fields(deadline).await?)),
        };
        Ok(found.unwrap_or_default())
    }

    /// Asks as whom we are known, anew, and counts the users; names the ids of `given` that are not among them.
    pub async fn check(&self, given: &[&str]) -> Result<Checked, Failure> {
        let deadline = Instant::now() + self.timeout;
        self.try_again(deadline).await?;
        self.users.forget().await;
        self.fields.forget().await;
        let reply = self.send(&Ask::get(format!("{USERS}/me"), Vec::new()), deadline).await?;
        let nobody = self.access.is_nobody() && matches!(reply.status(), 404 | 405);
        let me = if nobody { Value::Null } else { answers::read(Kind::Read, reply, Timestamp::now())? };
        let me = me.get("data").unwrap_or(&me);
        let names = ["firstName", "lastName"].map(|part| me.get(part).and_then(Value::as_str).unwrap_or_default());
        let name = match (names.join(" ").trim(), rows::id(me)) {
            ("", Some(id)) => format!("user {id}"),
            ("", None) => "an app".to_owned(),
            (name, _) => name.to_owned(),
        };
        let users = self.users(deadline).await?;
        let mut missing: Vec<&str> = given.iter().copied().filter(|id| !users.iter().any(|user| user == id)).collect();
        missing.dedup();
        let text = format!("connected as {name}, {} users", users.len());
        let who = if missing.is_empty() { text } else { format!("{text}; not among them: {}", missing.join(", ")) };
        Ok(Checked { who, account: self.account().await? })
    }

    /// The ids of the users who can be given records.
    pub(super) async fn users(&self, deadline: Instant) -> Result<Vec<String>, Failure> {
        let ask = async || {
            let mut users = Vec::new();
            for number in 1..=USER_PAGES {
                let Page { rows, last } = self.page(USERS, query::page(number), deadline).await?;
                let (read, active) = (rows.len() as u64, |row: &&Value| row.get("active").is_none_or(is_set));
                users.extend(rows.iter().filter(active).filter_map(rows::id));
                if is_last(number, last, read) {
                    break;
                }
            }
            Ok(users)
        };
        self.users.get(deadline, ask).await
    }

    /// The codes of the fields of leads; nothing where the CRM does not tell us.
    async fn lead_fields(&self, deadline: Instant) -> Result<Option<Vec<String>>, Failure> {
        let ask = async || {
            let reply = self.send(&Ask::get(format!("{LEADS}/fields"), Vec::new()), deadline).await?;
            if matches!(reply.status(), 403..=405) {
                return Ok(None);
            }
            let page = rows::page(answers::read(Kind::Read, reply, Timestamp::now())?);
            let code = |row: &Value| Some(row.get("code")?.as_str()?.to_owned());
            Ok(page.map(|page| page.rows.iter().filter_map(code).collect()))
        };
        self.fields.get(deadline, ask).await
    }

    /// A lead by its id, where it is still there.
    async fn lead(&self, id: &str, deadline: Instant) -> Result<Option<Value>, Failure> {
        if rows::reference(&json!(id)).is_none() {
            return Ok(None);
        }
        let reply = self.send(&Ask::get(format!("{LEADS}/{id}"), Vec::new()), deadline).await?;
        if matches!(reply.status(), 404 | 410) {
            return Ok(None);
        }
        let answer = answers::read(Kind::Read, reply, Timestamp::now())?;
        let row = if answer.get("id").is_some() { answer } else { answer.get("data").cloned().unwrap_or_default() };
        match rows::id(&row) {
            Some(said) if said == id => Ok(Some(row)),
            _ => Err(Failure::NotUnderstood(format!("asked for lead {id}, the CRM answers with another or none"))),
        }
    }

    async fn holders(&self, entity: &str, number: &str, deadline: Instant) -> Result<Value, Failure> {
        let rows = self.with_number(entity, number, |_| true, deadline).await?;
        Ok(rows.iter().filter_map(rows::holder).map(|holder| json!(holder)).collect())
    }

    /// The records of an entity with a number. One way of searching after the other, until there is one that is `enough`.
    pub(super) async fn with_number(
        &self,
        entity: &str,
        number: &str,
        enough: impl Fn(&Value) -> bool,
        deadline: Instant,
    ) -> Result<Vec<Value>, Failure> {
        let (client, path) = (Phone::read(number, ""), format!("/crm/v1/entities/{entity}"));
        let mut found = BTreeMap::new();
        for way in &self.search {
            for page in 1..=SEARCH_PAGES {
                let mut pairs = query::page(page);
                pairs.extend(query::by_number(*way, &client));
                let Page { rows, last } = self.page(&path, pairs, deadline).await?;
                let (read, before) = (rows.len() as u64, found.len());
                let ours = rows.into_iter().filter(|row| among(&rows::phones(row), &client) && !rows::deleted(row));
                found.extend(ours.filter_map(|row| Some((rows::id(&row)?, row))));
                // A page without the number: the search was passed over, or what follows is no closer to it.
                if found.len() == before || is_last(page, last, read) {
                    break;
                }
            }
            if found.values().any(&enough) {
                break;
            }
        }
        Ok(found.into_values().collect())
    }

    /// A page of a list.
    pub(super) async fn page(
        &self,
        path: &str,
        pairs: Vec<(String, String)>,
        deadline: Instant,
    ) -> Result<Page, Failure> {
        let answer = self.json(&Ask::get(path, pairs), deadline).await?;
        rows::page(answer).ok_or_else(|| Failure::NotUnderstood(format!("{path} answers with no list")))
    }
}

/// Whether no page follows this one; where the CRM does not say how many there are, a full page may be followed by another.
fn is_last(page: u64, last: Option<u64>, rows: u64) -> bool {
    last.map_or(rows < query::ROWS, |last| page >= last)
}

fn is_set(value: &Value) -> bool {
    rows::flag(Some(value))
}
