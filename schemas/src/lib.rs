//! The shared vocabulary of Ringfold: what a PBX says (events), what it amounts to (calls), and the ids, phone numbers,
//! times and accounts that they speak of. No I/O, no clock of its own, no knowledge of any PBX or CRM.

pub mod accounts;
pub mod call;
pub mod event;
pub mod ids;
pub mod phone;
pub mod published;
pub mod rfc3339;
pub mod text;
pub mod time;
pub mod unknown;

pub use accounts::{Account, Connection, ConnectionStatus, Employee, Source, Timing};
pub use call::{Call, CallState, Heard, Leg, Outcome, Recording, Talk, same_recording};
pub use event::{Direction, Event, Marketing, Origin, PbxState, Rejected, Said, Unread, Verbatim, Who};
pub use ids::{AccountId, CallId, CallKey, ConnectionId, EventId, IdError, SourceId};
pub use phone::Phone;
pub use text::Text;
pub use time::{Clock, Span, Timestamp};
pub use unknown::Unknown;
