//! A UIS that posts its notifications by the four templates of the RBS CRM plugin.
//!
//! UIS puts JSON literals in place of unquoted placeholders, so the same fact arrives as a number, a string, `null` or
//! an empty place. A [`Style`] says which; a [`Scenario`] is a whole call with what must come of it; [`Generator`] makes
//! any number of them; [`Sender`] posts them.

mod api;
mod generator;
mod kind;
mod notifications;
mod report;
mod scenario;
mod template;
#[cfg(test)]
mod tests;

pub use crate::pbx::{Answer, Expected, Notification, Outcome, Resend, SendError, Sender, send};
pub use api::{DataApi, EMPLOYEES};
pub use generator::{Generator, GeneratorOptions};
pub use kind::Kind;
pub use notifications::{NOTIFICATIONS, REPORTS, notify};
pub use report::{CALLS, list};
pub use scenario::{Call, Scenario};
pub use template::{Blank, Body, Layout, Literal, State, Style, Word};
