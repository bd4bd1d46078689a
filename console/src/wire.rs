//! What goes over the HTTP API, both ways: the server writes these types and the command-line client reads them.
//! Times are RFC 3339 in UTC. Lists are newest first and bounded: 50 by default, 1,000 at most. Holds no behaviour but
//! what keeps secrets out of `Debug`.

mod accounts;
mod alerts;
mod audit;
mod calls;
mod connections;
mod deliveries;
mod problem;
mod rebuild;
mod replays;
mod shapes;
mod sources;

pub use accounts::{Applied, Apply, Change, ChangeKind, FileProblem, What};
pub use alerts::{AlertKind, AlertList, AlertMessage, AlertRow, AlertState};
pub use audit::{Amiss, AmissKind, Audit, AuditQuery, DeliveryBooks, ReceiptBooks};
pub use calls::{
    CallQuery, CallRow, CallView, CallsPage, EventView, FieldChanged, Receipt, RejectedPage, RejectedQuery,
    RejectedRow, Resend, Resent, ResentRow,
};
pub use connections::{
    Backlog, Checked, ConnectionList, ConnectionRow, ConnectionView, CredentialView, NewCredentials, Outage, Pause,
};
pub use deliveries::{DeliveriesPage, DeliveryQuery, DeliveryRow, DeliveryState, DeliveryView, SkipAsked, StepView};
pub use problem::Problem;
pub use rebuild::{Differs, FieldDiffers, Rebuild, Rebuilt};
pub use replays::{
    PlannedReplay, Reactivate, Reactivated, ReplayAsked, ReplayList, ReplayPlan, ReplayState, ReplayView,
};
pub use shapes::Schemas;
pub use sources::{BackfillView, SourceList, SourceRow, SourceView, Template, TemplateSet, Templates};

/// How many rows a list gives when not asked for a number.
pub const DEFAULT_LIMIT: u32 = 50;

/// The most rows a list gives.
pub const MAX_LIMIT: u32 = 1_000;
