//! Activities: the vendor's own libraries disagree on the path of one, so both are tried, and what answers is remembered.

use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use schemas::Timestamp;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{Ask, Client, answers};
use crate::failure::Failure;
use crate::kit::answers::Kind;

/// Where activities are made and listed.
pub const COLLECTION: &str = "/activities/v1/activities";
/// Where one may stand, by its id.
const ITEMS: [&str; 2] = [COLLECTION, "/activities/v1/entities"];

/// Which of the paths answers.
#[derive(Debug, Default)]
pub struct ItemPath {
    /// One more than its index; 0: not known.
    known: AtomicUsize,
}

impl ItemPath {
    /// The paths to try, the one that is known to answer first.
    fn paths(&self) -> impl Iterator<Item = usize> {
        let known = self.known.load(Ordering::Relaxed).checked_sub(1);
        known.into_iter().chain((0..ITEMS.len()).filter(move |index| Some(*index) != known))
    }

    fn is_known(&self, index: usize) -> bool {
        self.known.load(Ordering::Relaxed) == index + 1
    }

    fn answers(&self, index: usize) {
        self.known.store(index + 1, Ordering::Relaxed);
    }
}

impl Client {
    /// Changes an activity. That neither path has it means that it is gone.
    pub(super) async fn change_activity(
        &self,
        crm_id: &str,
        fields: &Map<String, Value>,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let mut gone = None;
        for index in self.activities.paths() {
            let ask = Ask::write(Method::PATCH, format!("{}/{crm_id}", ITEMS[index]), fields);
            let reply = self.send(&ask, deadline).await?;
            match reply.status() {
                404 => gone = answers::gone(&reply).err(),
                405 => {}
                _ => {
                    let changed = answers::read(Kind::Write, reply, Timestamp::now());
                    if matches!(changed, Ok(_) | Err(Failure::Refused { .. })) {
                        self.activities.answers(index);
                    }
                    return changed.map(|_| ());
                }
            }
            // The path is right, so the activity is not there.
            if gone.is_some() && self.activities.is_known(index) {
                break;
            }
        }
        Err(gone.unwrap_or_else(|| Failure::NotUnderstood("no known path changes an activity".to_owned())))
    }
}
