//! What simulated PBXs share: a call as they tell it and as it must be known in the end, the numbers that call, and the
//! sending. Knows nothing of what any PBX writes.

mod clients;
mod scenario;
mod send;

pub use clients::Clients;
pub use scenario::{Direction, Expected, Method, Notification, Outcome, Scenario};
pub(crate) use scenario::{repeat, turn_around};
pub use send::{Answer, Resend, SendError, Sender, send};
