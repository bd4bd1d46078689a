//! Which contact a call belongs to. Only whole numbers match: an extension, a short number or a hidden caller is nobody's (A16),
//! and of several contacts with one number the oldest is taken, which the note says.

use std::ops::ControlFlow;

use schemas::Phone;
use serde_json::{Map, Value};

use super::values::{Filling, left_out};
use super::{FIELDS, Walk, found, kind, owner, records, spellings, text};
use crate::connector::Made;
use crate::crms::zoho_desk::found::{Contact, Query, Ticket, Values};
use crate::kit::ids::age;
use crate::kit::people::USERS;
use crate::kit::phones::{self, among};
use crate::kit::plan::{Step, ensure};

/// The look-up of the client's number.
const BY_NUMBER: &str = "contacts";

/// What a call is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The contact; none: the call has none.
    pub id: Option<String>,
    /// A ticket is looked for, or made: not where there is no number.
    pub ticket: bool,
    /// This delivery made the contact in this very try: it has no ticket, unless this delivery made it.
    pub new: bool,
}

impl Bound {
    fn to(id: &str) -> Self {
        Self { id: Some(id.to_owned()), ticket: true, new: false }
    }
}

impl<'a> Walk<'a> {
    /// The contact of the call, made where nobody has the number.
    pub(super) fn contact(&mut self) -> Step<Bound> {
        let client = match phones::number(self.call) {
            Ok(client) => client,
            Err(why) => return ControlFlow::Continue(self.without_number(why)),
        };
        let made = self.known.made.get(kind::CONTACT);
        if let Some(call) = self.made_before() {
            let id = text(&call.content, "contactId");
            if let Some(made) = made.filter(|made| id == Some(&made.crm_id)) {
                self.contact_again(made)?;
            }
            self.note(format!("contact {}, as before", id.unwrap_or("none")));
            return ControlFlow::Continue(Bound { id: id.map(str::to_owned), ticket: false, new: false });
        }
        if let Some(made) = made {
            return self.made_contact(made, client);
        }
        // One made for the number may be gone, or may have been given another number since; then the number decides again.
        if let Some(id) = self.known.remembered.get(kind::CONTACT)
            && self.contact_by_id(id)?.is_some_and(|contact| among(&contact.phones, client))
        {
            self.fill_contact(id)?;
            self.note(format!("contact {id}, made for this number earlier"));
            return ControlFlow::Continue(Bound::to(id));
        }
        match self.by_number(client)? {
            Some(bound) => ControlFlow::Continue(bound),
            None => self.make_contact(client),
        }
    }

    /// The record of the call, where an earlier try made it: its contact and ticket are settled, and nothing is asked again.
    /// One that this try has made was bound by what this try found.
    pub(super) fn made_before(&self) -> Option<&'a Made> {
        let settled = |name: &String| name == USERS || name == FIELDS;
        self.known.made.get(kind::CALL).filter(|_| self.known.found.keys().all(settled))
    }

    fn without_number(&mut self, why: &str) -> Bound {
        let id = match self.known.made.get(kind::CALL) {
            Some(call) => text(&call.content, "contactId").map(str::to_owned),
            None => self.own().contact_without_number.clone(),
        };
        let what = if id.is_some() { "the contact of calls without a number" } else { "no contact and no ticket" };
        self.note(format!("{what}: {why}"));
        Bound { id, ticket: false, new: false }
    }

    /// Made by this delivery: in this try, as the number was just asked for, or in an earlier one; then it may be gone (F10).
    fn made_contact(&mut self, made: &Made, client: &Phone) -> Step<Bound> {
        let looked = self.known.found.contains_key(&one(kind::CONTACT, &made.crm_id));
        let new = !looked && self.known.found.contains_key(BY_NUMBER);
        if new || self.contact_by_id(&made.crm_id)?.is_some() {
            self.contact_again(made)?;
            self.note(format!("contact {}, made for this number", made.crm_id));
            return ControlFlow::Continue(Bound { new, ..Bound::to(&made.crm_id) });
        }
        if let Some(bound) = self.by_number(client)? {
            return ControlFlow::Continue(bound);
        }
        self.note(format!("contact {} was deleted since, and none is made again", made.crm_id));
        ControlFlow::Continue(Bound { id: None, ticket: false, new: false })
    }

    /// Who has the number.
    fn by_number(&mut self, client: &Phone) -> Step<Option<Bound>> {
        let query = Query::Contacts { spellings: spellings(client) };
        let all: Vec<Contact> = found(self.known, BY_NUMBER, &query, "who has the client's number")?;
        let holders: Vec<Contact> = all.into_iter().filter(|contact| among(&contact.phones, client)).collect();
        let Some(oldest) = holders.iter().min_by_key(|contact| age(&contact.id)) else {
            return ControlFlow::Continue(None);
        };
        self.fill_contact(&oldest.id)?;
        let others = match holders.len() {
            0 | 1 => String::new(),
            count => format!("; {count} contacts have this number, the oldest was taken"),
        };
        self.note(format!("contact {}{others}", oldest.id));
        ControlFlow::Continue(Some(Bound::to(&oldest.id)))
    }

    fn make_contact(&mut self, client: &Phone) -> Step<Bound> {
        let number = client.e164.as_deref().unwrap_or_default();
        let filling = Filling::contact(&self.fields.contacts, self.own());
        let put = records::contact(self, number, &filling, &owner::of_new(self, None));
        let made = ensure(self.known, put)?;
        // Not reached: once it is made, it is found as such.
        ControlFlow::Continue(Bound::to(&made.crm_id))
    }

    fn contact_again(&mut self, made: &Made) -> Step<()> {
        let filling = Filling::contact(&self.fields.contacts, self.own());
        let out = left_out(&filling);
        ensure(self.known, records::contact_again(self, &filling, made))?;
        self.notes.extend(out);
        ControlFlow::Continue(())
    }

    fn contact_by_id(&self, id: &str) -> Step<Option<Contact>> {
        let query = Query::Contact { id: id.to_owned() };
        found(self.known, &one(kind::CONTACT, id), &query, "F10: whether the contact is still there")
    }

    pub(super) fn ticket_by_id(&self, id: &str) -> Step<Option<Ticket>> {
        let query = Query::Ticket { id: id.to_owned() };
        found(self.known, &one(kind::TICKET, id), &query, "F10: whether the ticket is still there")
    }

    /// Z3: a contact that was there gets the marks of marketing, if it has none.
    fn fill_contact(&mut self, id: &str) -> Step<()> {
        let filling = Filling::contact(&self.fields.contacts, self.own());
        let Some(marks) = self.unfilled(&filling, kind::CONTACT_MARKS, id) else { return ControlFlow::Continue(()) };
        let held = self.contact_by_id(id)?.map(|contact| contact.cf);
        self.fill(kind::CONTACT_MARKS, id, marks, &filling.marks(), held.as_ref())
    }

    /// The marks that the call has for a record; none: it has none, or there is no field for them.
    pub(super) fn unfilled(&self, filling: &Filling<'_>, step: &str, id: &str) -> Option<Map<String, Value>> {
        let targets = filling.marks();
        let mut values = filling.of_call(self);
        values.retain(|key, _| key.strip_prefix(super::CF).is_some_and(|target| targets.contains(&target)));
        let other = self.known.made.get(step).is_some_and(|made| made.crm_id != id);
        Some(values).filter(|values| !values.is_empty() && !other)
    }

    /// Puts them into a record of which all the fields for marks are blank; `held` is what it has.
    pub(super) fn fill(
        &self,
        step: &'static str,
        id: &str,
        marks: Map<String, Value>,
        targets: &[&str],
        held: Option<&Values>,
    ) -> Step<()> {
        let blank = |held: &Values| targets.iter().all(|target| !held.contains_key(*target));
        if self.known.made.contains_key(step) || held.is_some_and(blank) {
            ensure(self.known, records::marks(step, id, marks))?;
        }
        ControlFlow::Continue(())
    }
}

/// The name of the look-up of one record.
pub(super) fn one(kind: &str, id: &str) -> String {
    format!("{kind} {id}")
}
