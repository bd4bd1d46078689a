//! The books: that what was received is in the calls that are there, and what the finished calls call for is in the ledger. Pure:
//! whoever asks brings what log, journal and ledger hold, and is told in which column each stands, or what is amiss.

mod deliveries;
mod receipts;

use backbone::log::Lag;
use schemas::Timestamp;

pub use deliveries::{Deliveries, Found, Stand, stand, strangers};
pub use receipts::{Column, Receipts, Told, columns, unsaid};

/// The hour that an instant is in.
pub fn hour(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(3600)).unwrap_or(at)
}

/// What may still be on its way when the books are looked at.
#[derive(Debug, Clone)]
pub struct UnderWay {
    /// What came since then may be between two of those who write.
    pub since: Timestamp,
    /// How far readers are behind.
    pub lags: Vec<Lag>,
}

impl UnderWay {
    /// Whether what came at `at`, and was appended under the time `appended`, may still wait for one of these groups.
    pub fn may_be(&self, at: Timestamp, appended: Timestamp, groups: &[&str]) -> bool {
        let waits = |lag: &Lag| {
            groups.contains(&lag.group.as_str())
                && lag.records > 0
                && lag.oldest.is_none_or(|oldest| oldest <= appended)
        };
        at >= self.since || self.lags.iter().any(waits)
    }
}
