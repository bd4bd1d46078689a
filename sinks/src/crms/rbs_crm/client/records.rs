//! Records as they are written: made, changed, and found again by our marks.

use serde_json::{Map, Value};
use tokio::time::Instant;

use super::rows::{marked, shown};
use super::{Client, ID, Kind, answers};
use crate::connector::Put;
use crate::crms::rbs_crm::plan::{kind, spellings};
use crate::crms::rbs_crm::xml::{Action, Ask, Filter, Said};
use crate::failure::Failure;
use crate::kit::ids::oldest;
use crate::kit::names::Optional;
use crate::kit::phones::among;
use crate::kit::records::differing;

/// Where records of a kind stand, and how one of ours is told.
struct Place<'a> {
    structure: &'a str,
    /// Which field has our mark.
    mark: Option<&'a str>,
    /// The mark is all of that field; otherwise it is part of a text.
    whole: bool,
    visible: Option<&'a Optional>,
}

impl Place<'_> {
    fn is_ours(&self, text: &str, marker: &str) -> bool {
        if self.whole { text == marker } else { text.contains(marker) }
    }
}

impl Client {
    /// Makes a record; its id.
    pub async fn make(&self, put: &Put) -> Result<String, Failure> {
        let add = Ask::Add { structure: self.place(put)?.structure, fields: &put.content };
        self.write(put, add, self.deadline(), answers::new_id).await
    }

    /// Writes what differs from `held`, in the row with this id and no other, if it is there and ours still.
    pub async fn change(&self, put: &Put, crm_id: &str, held: &Map<String, Value>) -> Result<(), Failure> {
        let fields = differing(put, held);
        if fields.is_empty() {
            return Ok(());
        }
        if crm_id.is_empty() {
            let said = "an edit without an id would change every row".to_owned();
            return Err(Failure::Refused { field: None, said });
        }
        let (place, deadline) = (self.place(put)?, self.deadline());
        self.still_ours(&place, put, crm_id, held, deadline).await?;
        let edit = Ask::Edit { structure: place.structure, fields: &fields, filter: self.by_id(crm_id) };
        self.write(put, edit, deadline, |said| answers::carried_out(Kind::Write, said)).await
    }

    /// Finds the record that an earlier try of `put` may have made: the oldest with its marker.
    pub async fn find(&self, put: &Put) -> Result<Option<String>, Failure> {
        let (place, marker, deadline) = (self.place(put)?, put.marker.as_str(), self.deadline());
        if marker.is_empty() {
            return Ok(None);
        }
        let Some(field) = place.mark else {
            let number = schemas::Phone::read(marker, "");
            let holders = self.holders(&spellings(&number), deadline).await?;
            let ours = holders.companies.into_iter().filter(|company| among(&company.phones, &number));
            return Ok(oldest(ours.map(|company| company.id)));
        };
        let filter = if place.whole {
            Filter { field, operation: &self.names.operations.equals, value: marker.to_owned() }
        } else {
            // Some databases take brackets in a pattern for a set of characters.
            self.like(field, marker.trim_matches(['[', ']']))
        };
        let rows = self.list(place.structure, vec![ID, field], filter, deadline).await?;
        Ok(marked(rows, field, |text| place.is_ours(text, marker)))
    }

    /// F10: an edit of a row that is not there changes nothing and says nothing of it, so it is looked at first. Whoever takes
    /// our mark away takes the record over.
    async fn still_ours(
        &self,
        place: &Place<'_>,
        put: &Put,
        crm_id: &str,
        held: &Map<String, Value>,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let of_text = |text: &str| !put.marker.is_empty() && place.is_ours(text, &put.marker);
        let given = |field: &&str| held.get(*field).and_then(Value::as_str).is_some_and(of_text);
        let (mark, visible) = (place.mark.filter(given), place.visible.and_then(Optional::name));
        let fields = [Some(ID), mark, visible].into_iter().flatten().collect();
        let rows = self.list(place.structure, fields, self.by_id(crm_id), deadline).await?;
        let what = format!("row {crm_id} of {}", place.structure);
        let Some(row) = rows.iter().find(|row| row.get(ID).is_some_and(|id| id == crm_id)) else {
            return Err(if rows.is_empty() {
                Failure::Gone(format!("{what} is not there"))
            } else {
                Failure::NotUnderstood(format!("asked for {what}, it lists others; check structures.operations"))
            });
        };
        if place.visible.is_some_and(|visible| !shown(row, visible)) {
            return Err(Failure::Gone(format!("{what} was removed")));
        }
        let has = |field: &str| row.get(field).is_some_and(|text| of_text(text));
        if mark.is_some_and(|field| !has(field)) {
            return Err(Failure::Gone(format!("{what} has our mark no more")));
        }
        Ok(())
    }

    async fn write<T>(
        &self,
        put: &Put,
        ask: Ask<'_>,
        deadline: Instant,
        read: impl FnOnce(&[Said]) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        // The key of the operation: our mark in the record, or where it has none its name.
        let key = if put.marker.is_empty() { &put.name } else { &put.marker };
        let said = self.send(Kind::Write, &[Action::new(key, ask)], deadline).await;
        match said.and_then(|said| read(&said)) {
            Err(refused @ Failure::Refused { .. }) => Err(self.refused(refused, deadline).await),
            other => other,
        }
    }

    fn place(&self, put: &Put) -> Result<Place<'_>, Failure> {
        let names = &self.names;
        let place = |structure, mark, visible| Place { structure, mark, whole: false, visible };
        Ok(match put.record.as_str() {
            kind::COMPANY => place(&names.companies.structure, None, Some(&names.companies.visible)),
            kind::CONTACT => {
                let (own, visible) = (names.contacts.external_id.name(), Some(&names.contacts.visible));
                let mark = own.or(Some(&names.contacts.description));
                Place { whole: own.is_some(), ..place(&names.contacts.structure, mark, visible) }
            }
            kind::HISTORY => place(&names.history.structure, Some(&names.history.text), None),
            kind::TASK => place(&names.tasks.structure, Some(&names.tasks.description), Some(&names.tasks.visible)),
            kind::NOTIFICATION => place(&names.notifications.structure, None, None),
            other => {
                let said = format!("{other:?} is no kind of record of RBS CRM");
                return Err(Failure::Refused { field: None, said });
            }
        })
    }
}
