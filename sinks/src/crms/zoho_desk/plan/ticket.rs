//! Which ticket a call belongs to: the contact's open one in the connection's department; a new one where there is none.

use std::ops::ControlFlow;

use super::contact::{Bound, one};
use super::values::{Filling, left_out};
use super::{Walk, found, kind, owner, records, text};
use crate::connector::Made;
use crate::crms::zoho_desk::found::{Query, Ticket};
use crate::kit::plan::{Step, ensure};

/// The look-up of the contact's open tickets.
const OPEN: &str = "tickets";

impl Walk<'_> {
    /// The ticket of the call.
    pub(super) fn ticket(&mut self, contact: &Bound) -> Step<Option<String>> {
        let made = self.known.made.get(kind::TICKET);
        if let Some(call) = self.made_before() {
            let id = text(&call.content, "ticketId");
            match made.filter(|made| id == Some(&made.crm_id)) {
                Some(made) => self.ticket_again(made)?,
                None => self.note(format!("ticket {}, as before", id.unwrap_or("none"))),
            }
            return ControlFlow::Continue(id.map(str::to_owned));
        }
        let Some(contact_id) = contact.id.as_deref().filter(|_| contact.ticket) else {
            return ControlFlow::Continue(None);
        };
        if let Some(made) = made {
            return self.made_ticket(made, contact, contact_id);
        }
        if let Some(ticket) = self.open_ticket(contact, contact_id)? {
            return ControlFlow::Continue(Some(ticket));
        }
        let filling = Filling::ticket(&self.fields.tickets, self.own());
        let put = records::ticket(self, contact_id, &filling, &owner::of_new(self, None));
        let made = ensure(self.known, put)?;
        // Not reached: once it is made, it is found as such.
        ControlFlow::Continue(Some(made.crm_id.clone()))
    }

    /// Made by this delivery, in this try or in an earlier one; then it may be gone (F10).
    fn made_ticket(&mut self, made: &Made, contact: &Bound, contact_id: &str) -> Step<Option<String>> {
        let looked = self.known.found.contains_key(&one(kind::TICKET, &made.crm_id));
        let new = !looked && (contact.new || self.known.found.contains_key(OPEN));
        if new || self.ticket_by_id(&made.crm_id)?.is_some() {
            self.ticket_again(made)?;
            return ControlFlow::Continue(Some(made.crm_id.clone()));
        }
        let other = self.open_ticket(contact, contact_id)?;
        if other.is_none() {
            self.note(format!("ticket {} was deleted since, and none is made again", made.crm_id));
        }
        ControlFlow::Continue(other)
    }

    /// The open ticket of the contact: the one we made for the number, else the one changed last.
    fn open_ticket(&mut self, contact: &Bound, contact_id: &str) -> Step<Option<String>> {
        if contact.new {
            return ControlFlow::Continue(None);
        }
        let department = self.own().department_id.clone();
        let fits = |ticket: &Ticket| ticket.open && ticket.contact == contact_id && ticket.department == department;
        if let Some(id) = self.known.remembered.get(kind::TICKET)
            && self.known.made.get(kind::TICKET).is_none_or(|made| made.crm_id != *id)
            && self.ticket_by_id(id)?.is_some_and(|ticket| fits(&ticket))
        {
            return self.taken(id).map_continue(Some);
        }
        let query = Query::Tickets { contact: contact_id.to_owned() };
        let all: Vec<Ticket> = found(self.known, OPEN, &query, "a known contact's open ticket gets the call")?;
        let open = all.into_iter().filter(fits);
        match open.max_by(|a, b| (&a.modified, a.id.len(), &a.id).cmp(&(&b.modified, b.id.len(), &b.id))) {
            Some(ticket) => self.taken(&ticket.id).map_continue(Some),
            None => ControlFlow::Continue(None),
        }
    }

    /// Z3: a ticket that was there gets the marks of marketing, if it has none.
    fn taken(&mut self, id: &str) -> Step<String> {
        let filling = Filling::ticket(&self.fields.tickets, self.own());
        if let Some(marks) = self.unfilled(&filling, kind::TICKET_MARKS, id) {
            let held = self.ticket_by_id(id)?.map(|ticket| ticket.cf);
            self.fill(kind::TICKET_MARKS, id, marks, &filling.marks(), held.as_ref())?;
        }
        self.note(format!("ticket {id}, which is open"));
        ControlFlow::Continue(id.to_owned())
    }

    /// A ticket of ours follows the call: what it is called, whose it is, the customer's fields.
    fn ticket_again(&mut self, made: &Made) -> Step<()> {
        let filling = Filling::ticket(&self.fields.tickets, self.own());
        let out = left_out(&filling);
        let owner = owner::of_new(self, text(&made.content, "assigneeId"));
        let made = ensure(self.known, records::ticket_again(self, &filling, &owner, made))?;
        let note = format!("ticket {}, {}", made.crm_id, owner::told(&owner));
        self.note(note);
        self.notes.extend(out);
        ControlFlow::Continue(())
    }
}
