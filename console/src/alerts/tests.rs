//! Alerts: the rules by themselves, and a whole look on the embedded backbone with a receiver that is told.

mod looks;
mod receiver;
mod silence;
mod site;
mod states;

use schemas::Timestamp;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}
