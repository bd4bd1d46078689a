//! What the plan asks for, and what an earlier try may have made. Every row is compared here with what was asked for: a CRM that
//! passes over a filter must not make us take a stranger's record for our own.

use std::time::Duration;

use schemas::time::{earlier, later};
use schemas::{Phone, Timestamp};
use serde_json::Value;
use tokio::time::Instant;

use super::rows::{contact, field, ticket, values};
use super::{Ask, Client, answers, lists, module};
use crate::connector::{Look, Put};
use crate::crms::zoho_desk::found::{Contact, Fields, Module, Query, Ticket};
use crate::crms::zoho_desk::plan::{CF, kind, spellings};
use crate::failure::Failure;
use crate::kit::answers::Kind;
use crate::kit::ids::oldest;
use crate::kit::kept::Kept;
use crate::kit::people;
use crate::kit::phones::among;
use crate::kit::plan::unreadable;
use crate::kit::times::utc_millis;

/// Around an instant that the CRM may keep in whole seconds.
const SECOND: Duration = Duration::from_secs(1);
/// Clocks differ, and so may the settings of an earlier try.
const SLACK: Duration = Duration::from_hours(24);
/// Records that are read one by one, because a search did not show their description.
const READ_MAX: usize = 20;

/// The fields of each module, as they were said.
#[derive(Default)]
pub(super) struct FieldsKept {
    contacts: Kept<Module>,
    tickets: Kept<Module>,
    calls: Kept<Module>,
    tasks: Kept<Module>,
}

impl FieldsKept {
    /// All are asked for again.
    pub(super) async fn forget(&self) {
        for kept in [&self.contacts, &self.tickets, &self.calls, &self.tasks] {
            kept.forget().await;
        }
    }
}

impl Client {
    /// Looks up what the plan asks for.
    pub async fn look(&self, look: &Look) -> Result<Value, Failure> {
        let deadline = self.deadline();
        let found = match serde_json::from_value(look.query.clone()).map_err(unreadable(look))? {
            Query::Users => Ok(people::found(self.active(deadline).await?.into_iter().map(|agent| agent.id))),
            Query::Fields => serde_json::to_value(self.all_fields(deadline).await?),
            Query::Contacts { spellings } => serde_json::to_value(self.contacts(&spellings, deadline).await?),
            Query::Contact { id } => {
                serde_json::to_value(self.record("contacts", &id, deadline).await?.as_ref().and_then(contact))
            }
            Query::Tickets { contact } => serde_json::to_value(self.open_tickets(&contact, deadline).await?),
            Query::Ticket { id } => {
                serde_json::to_value(self.record("tickets", &id, deadline).await?.as_ref().and_then(ticket))
            }
        };
        found.map_err(unreadable(look))
    }

    /// Finds the record that an earlier try of `put` may have made: the oldest with its marker.
    pub async fn find(&self, put: &Put) -> Result<Option<String>, Failure> {
        let deadline = self.deadline();
        let text = |key: &str| put.content.get(key).and_then(Value::as_str).unwrap_or_default();
        let rows = match put.record.as_str() {
            _ if put.marker.is_empty() => return Ok(None),
            kind::CONTACT => {
                let number = Phone::read(&put.marker, "");
                let holders = self.contacts(&spellings(&number), deadline).await?.into_iter();
                let ours = holders.filter(|one| among(&one.phones, &number));
                return Ok(oldest(ours.map(|contact| contact.id)));
            }
            kind::CONTACT_MARKS | kind::TICKET_MARKS => return self.find_marks(put, deadline).await,
            _ if custom_field(put).is_some() => {
                let field = custom_field(put).unwrap_or_default();
                self.search(module(put)?, vec![("customField1", format!("{field}:{}", put.marker))], deadline).await?
            }
            kind::CALL => {
                let at: Timestamp = text("startTime").parse().unwrap_or_default();
                let range = [earlier(at, SECOND), later(at, SECOND)].map(utc_millis).join(",");
                let query = vec![("startDateRange", range), ("departmentId", text("departmentId").to_owned())];
                self.search("calls", query, deadline).await?
            }
            kind::TASK => {
                let due: Timestamp = text("dueDate").parse().unwrap_or_default();
                let now = Timestamp::now();
                let from = earlier(earlier(due, self.task_due.duration()).min(now), SLACK);
                let range = [from, later(now, SLACK)].map(utc_millis).join(",");
                let department = ("departmentId", text("departmentId").to_owned());
                let query = vec![("createdTimeRange", range), department, ("sortBy", "-createdTime".to_owned())];
                self.search("tasks", query, deadline).await?
            }
            _ => {
                let query = vec![("contactId", text("contactId").to_owned()), ("sortBy", "-createdTime".to_owned())];
                self.search(module(put)?, query, deadline).await?
            }
        };
        self.with_marker(put, rows, deadline).await
    }

    /// The oldest of the rows that carries the marker.
    async fn with_marker(&self, put: &Put, rows: Vec<Value>, deadline: Instant) -> Result<Option<String>, Failure> {
        let (mut ours, mut read) = (Vec::new(), 0);
        for mut row in rows {
            let Some(id) = row.get("id").and_then(answers::id) else { continue };
            let shown = if custom_field(put).is_some() { "cf" } else { "description" };
            if row.get(shown).is_none() {
                read += 1;
                if read > READ_MAX {
                    break;
                }
                row = self.record(module(put)?, &id, deadline).await?.unwrap_or_default();
            }
            let held = match custom_field(put) {
                Some(field) => row.get("cf").and_then(|cf| cf.get(field)?.as_str()) == Some(&put.marker),
                None => row.get("description").and_then(Value::as_str).is_some_and(|text| text.contains(&put.marker)),
            };
            ours.extend(held.then_some(id));
        }
        Ok(oldest(ours.into_iter()))
    }

    /// Whether marks that were put into a record are there.
    async fn find_marks(&self, put: &Put, deadline: Instant) -> Result<Option<String>, Failure> {
        let record = self.record(module(put)?, &put.marker, deadline).await?;
        let held = values(record.as_ref());
        let mut wanted = put.content.iter().filter_map(|(key, value)| Some((key.strip_prefix(CF)?, value.as_str()?)));
        Ok(wanted.all(|(key, value)| held.get(key).is_some_and(|held| held == value)).then(|| put.marker.clone()))
    }

    /// Contacts with one of these texts as phone or as mobile: two searches, as several conditions narrow one.
    async fn contacts(&self, spellings: &[String], deadline: Instant) -> Result<Vec<Contact>, Failure> {
        if spellings.is_empty() {
            return Ok(Vec::new());
        }
        let mut contacts: Vec<Contact> = Vec::new();
        for key in ["phone", "mobile"] {
            let rows = self.search("contacts", vec![(key, spellings.join(","))], deadline).await?;
            for contact in rows.iter().filter_map(contact) {
                if !contacts.iter().any(|known| known.id == contact.id) {
                    contacts.push(contact);
                }
            }
        }
        Ok(contacts)
    }

    async fn open_tickets(&self, contact: &str, deadline: Instant) -> Result<Vec<Ticket>, Failure> {
        let query = vec![
            ("contactId", contact.to_owned()),
            ("departmentId", self.department.clone()),
            ("status", "${open}".to_owned()),
            ("sortBy", "-modifiedTime".to_owned()),
        ];
        let rows = self.search("tickets", query, deadline).await?;
        Ok(rows.iter().filter_map(ticket).filter(|ticket| ticket.contact == contact && ticket.open).collect())
    }

    /// Two modules at a time, each kept by itself: a slow CRM is not asked again for what it said.
    pub(super) async fn all_fields(&self, deadline: Instant) -> Result<Fields, Failure> {
        let kept = &self.fields;
        let (contacts, tickets) = tokio::try_join!(
            self.fields_of("contacts", &kept.contacts, deadline),
            self.fields_of("tickets", &kept.tickets, deadline)
        )?;
        let (calls, tasks) = tokio::try_join!(
            self.fields_of("calls", &kept.calls, deadline),
            self.fields_of("tasks", &kept.tasks, deadline)
        )?;
        Ok(Fields { contacts, tickets, calls, tasks })
    }

    async fn fields_of(&self, module: &str, kept: &Kept<Module>, deadline: Instant) -> Result<Module, Failure> {
        let ask = async || {
            let ask = Ask::get("fields", vec![("module", module.to_owned())]);
            let rows = lists::data(self.send(Kind::Read, ask, deadline).await?)?;
            Ok(rows.iter().filter_map(field).collect())
        };
        kept.get(deadline, ask).await
    }
}

/// The custom field that holds the marker; none: the description does.
fn custom_field(put: &Put) -> Option<&str> {
    let ours = put.content.iter().find(|(key, value)| key.starts_with(CF) && value.as_str() == Some(&put.marker));
    ours.and_then(|(key, _)| key.strip_prefix(CF))
}
