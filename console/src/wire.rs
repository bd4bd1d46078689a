//! What goes over the HTTP API, both ways: the server writes these types and the command-line client reads them.
//! Times are RFC 3339 in UTC. Lists are newest first and bounded: 50 by default, 1,000 at most. Holds no behaviour but
//! what keeps secrets out of `Debug`.

mod accounts;
mod calls;
mod connections;
mod deliveries;
mod problem;
mod shapes;
mod sources;

pub use accounts::{Applied, Apply, Change, ChangeKind, FileProblem, What};
pub use calls::{
    CallQuery, CallRow, CallView, CallsPage, EventView, Receipt, RejectedPage, RejectedQuery, RejectedRow,
};
pub use connections::{Backlog, Checked, ConnectionList, ConnectionRow, ConnectionView, CredentialView, Pause};
pub use deliveries::{DeliveriesPage, DeliveryQuery, DeliveryRow, DeliveryState, DeliveryView, StepView};
pub use problem::Problem;
pub use shapes::Schemas;
pub use sources::{SourceList, SourceRow, SourceView, Template, Templates};

/// How many rows a list gives when not asked for a number.
pub const DEFAULT_LIMIT: u32 = 50;

/// The most rows a list gives.
pub const MAX_LIMIT: u32 = 1_000;
