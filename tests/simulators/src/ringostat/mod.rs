//! A Ringostat that sends its webhooks, set up in any of the ways that a customer may set them up.
//!
//! Names of fields, the way of sending, the form of dates and whether a body says which event it is about are the
//! customer's choice: a [`Style`]. A [`Scenario`] is a whole call with what must come of it; [`Generator`] makes any number
//! of them; [`Sender`] sends them. The vendor's pages disagree on whether what was refused comes again: either nothing does
//! (a plain sender), or everything does three times ([`three_repeats`]).

mod api;
mod call;
mod generator;
mod happenings;
mod kind;
mod list;
mod scenario;
mod style;
#[cfg(test)]
mod tests;
mod values;

use std::time::Duration;

pub use crate::pbx::{Answer, Direction, Expected, Notification, Outcome, Resend, SendError, Sender, send};
pub use api::{STAFF, StaffApi};
pub use call::{Call, Employee};
pub use generator::{Generator, GeneratorOptions, SECONDS_APART};
pub use kind::Kind;
pub use list::{CALLS, list};
pub use scenario::Scenario;
pub use style::{Blank, Date, Identity, Literal, Names, Naming, OWN_NAMES, Sending, Style};

/// A sender that repeats whatever was not answered 2xx three times more, as one of the vendor's pages says.
#[must_use]
pub fn three_repeats(sender: Sender, pause: Duration) -> Sender {
    sender.resend(Resend { tries: 4, pause, ..Resend::default() }).stubborn()
}
