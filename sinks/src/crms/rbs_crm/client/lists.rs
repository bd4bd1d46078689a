//! What is read from the CRM. Every row is compared here with what was asked for: a CRM that passes over a filter it does
//! not know must not make us take a stranger's row for our own.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::time::Instant;

use super::rows::{Row, by_uid, shown, text};
use super::{Client, ID, Kind, answers};
use crate::connector::Look;
use crate::crms::rbs_crm::found::{Company, Deals, Holders, Person, Query};
use crate::crms::rbs_crm::xml::{Action, Ask, Filter};
use crate::failure::Failure;
use crate::kit::names::Name;
use crate::kit::plan::unreadable;

/// Rows asked for where several may match.
const ROWS_MAX: u32 = 100;

impl Client {
    /// Looks up what the plan asks for.
    pub async fn look(&self, look: &Look) -> Result<Value, Failure> {
        let query = serde_json::from_value(look.query.clone()).map_err(unreadable(look))?;
        let deadline = self.deadline();
        let found = match query {
            Query::Users => Ok(self.working(deadline).await?),
            Query::Holders { spellings } => serde_json::to_value(self.holders(&spellings, deadline).await?),
            Query::Companies { ids } => {
                let companies = self.companies_by_ids(&ids, deadline).await?;
                serde_json::to_value(Holders { companies, persons: Vec::new() })
            }
            Query::LastActiveDeal { owner } => serde_json::to_value(self.last_active_deal(&owner, deadline).await?),
        };
        found.map_err(unreadable(look))
    }

    /// Who may have a number: one request with an action for each field and spelling.
    pub(super) async fn holders(&self, spellings: &[String], deadline: Instant) -> Result<Holders, Failure> {
        let (companies, persons) = (&self.names.companies, &self.names.persons);
        let mut actions = Vec::new();
        for spelling in spellings {
            for phone in &companies.phones {
                let uid = format!("company-{}", actions.len());
                actions.push(self.companies_action(&uid, self.like(phone, spelling)));
            }
            for phone in &persons.phones {
                let mut fields = vec![ID, persons.owner.as_str()];
                fields.extend(persons.phones.iter().map(Name::as_str));
                fields.extend(persons.visible.name());
                let filters = vec![self.like(phone, spelling)];
                let structure = persons.structure.as_str();
                let ask = Ask::List { structure, fields, filters, order: None, limit: ROWS_MAX };
                actions.push(Action::new(&format!("person-{}", actions.len()), ask));
            }
        }
        if actions.is_empty() {
            return Ok(Holders::default());
        }
        let mut holders = Holders::default();
        let mut seen = BTreeSet::new();
        for (uid, rows) in self.rows(actions, deadline).await? {
            for row in rows {
                let id = (uid.starts_with("person"), text(&row, ID).unwrap_or_default());
                if id.1.is_empty() || !seen.insert(id.clone()) {
                    continue;
                }
                if id.0 {
                    holders.persons.extend(self.person(&row));
                } else {
                    holders.companies.extend(self.company(&row));
                }
            }
        }
        Ok(holders)
    }

    async fn companies_by_ids(&self, ids: &[String], deadline: Instant) -> Result<Vec<Company>, Failure> {
        let actions = ids.iter().map(|id| self.companies_action(&format!("company-{id}"), self.by_id(id)));
        let rows = self.rows(actions.collect(), deadline).await?;
        let companies = rows.into_iter().flat_map(|(_, rows)| rows).filter_map(|row| self.company(&row));
        Ok(companies.filter(|company| ids.contains(&company.id)).collect())
    }

    async fn last_active_deal(&self, owner: &str, deadline: Instant) -> Result<Deals, Failure> {
        let (deals, operations) = (&self.names.deals, &self.names.operations);
        let wanted = [(deals.owner.as_str(), owner), (deals.status.as_str(), deals.active.as_str())];
        let filters = wanted
            .iter()
            .map(|(field, value)| Filter { field, operation: &operations.equals, value: (*value).to_owned() })
            .collect();
        let fields = vec![ID, deals.owner.as_str(), deals.status.as_str(), deals.date.as_str()];
        let order = Some((deals.date.as_str(), operations.descending.as_str()));
        let ask = Ask::List { structure: deals.structure.as_str(), fields, filters, order, limit: 1 };
        let rows = self.rows(vec![Action::new("deal", ask)], deadline).await?;
        let rows: Vec<Row> = rows.into_iter().flat_map(|(_, rows)| rows).collect();
        let strange = |row: &Row| wanted.iter().any(|(field, value)| row.get(*field).is_some_and(|held| held != value));
        if rows.iter().any(strange) {
            let why = "the list of deals holds others than were asked for; check structures.deals and operations";
            return Err(Failure::NotUnderstood(why.to_owned()));
        }
        Ok(Deals { ids: rows.iter().filter_map(|row| text(row, ID)).collect() })
    }

    fn companies_action<'a>(&'a self, uid: &str, filter: Filter<'a>) -> Action<'a> {
        let names = &self.names.companies;
        let mut fields = vec![ID, names.name.as_str(), names.manager.as_str()];
        fields.extend(self.company_phones());
        fields.extend(names.visible.name());
        let structure = names.structure.as_str();
        Action::new(uid, Ask::List { structure, fields, filters: vec![filter], order: None, limit: ROWS_MAX })
    }

    /// Where a counterparty's number may stand: what is searched, and what we write.
    fn company_phones(&self) -> impl Iterator<Item = &str> {
        let names = &self.names.companies;
        let written = Some(&names.phone).filter(|phone| !names.phones.contains(phone));
        names.phones.iter().chain(written).map(Name::as_str)
    }

    fn company(&self, row: &Row) -> Option<Company> {
        let names = &self.names.companies;
        shown(row, &names.visible).then_some(())?;
        Some(Company {
            id: text(row, ID)?,
            name: text(row, names.name.as_str()).unwrap_or_default(),
            manager: text(row, names.manager.as_str()),
            phones: self.company_phones().filter_map(|phone| text(row, phone)).collect(),
        })
    }

    fn person(&self, row: &Row) -> Option<Person> {
        let names = &self.names.persons;
        shown(row, &names.visible).then_some(())?;
        let phones = names.phones.iter().filter_map(|phone| text(row, phone.as_str())).collect();
        Some(Person { owner: text(row, names.owner.as_str())?, phones })
    }

    pub(super) fn by_id(&self, id: &str) -> Filter<'_> {
        Filter { field: ID, operation: &self.names.operations.equals, value: id.to_owned() }
    }

    pub(super) fn like<'a>(&'a self, field: &'a str, text: &str) -> Filter<'a> {
        let operations = &self.names.operations;
        Filter { field, operation: &operations.like, value: operations.pattern.replace("{}", text) }
    }

    /// The rows of one structure.
    pub(super) async fn list(
        &self,
        structure: &str,
        fields: Vec<&str>,
        filter: Filter<'_>,
        deadline: Instant,
    ) -> Result<Vec<Row>, Failure> {
        let ask = Ask::List { structure, fields, filters: vec![filter], order: None, limit: ROWS_MAX };
        let rows = self.rows(vec![Action::new("find", ask)], deadline).await?;
        Ok(rows.into_iter().flat_map(|(_, rows)| rows).collect())
    }

    /// Sends list actions; the rows that came for each, by its uid.
    pub(super) async fn rows(
        &self,
        actions: Vec<Action<'_>>,
        deadline: Instant,
    ) -> Result<Vec<(String, Vec<Row>)>, Failure> {
        let said = self.send(Kind::Read, &actions, deadline).await?;
        answers::carried_out(Kind::Read, &said)?;
        by_uid(actions.into_iter().map(|action| action.uid).collect(), said)
    }
}
