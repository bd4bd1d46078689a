//! What stands before a connection's first request: whether its credentials open the account that they should (G2). Asked
//! once for new credentials, by one worker of all; a connection that nobody changed goes on at once.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use backbone::memos::Holder;
use backbone::store::ConnectionEntry;
use backbone::{Directory, Error, Memos};
use schemas::Clock;
use tokio::sync::Notify;
use tokio::time::sleep;
use uuid::Uuid;

use super::open::Open;
use super::retry::{hold, wait};
use crate::failure::Failure;
use crate::identity::{self, Unverified};

/// So often is looked whether the worker that asks has an answer.
const LOOK: Duration = Duration::from_millis(200);
/// Waits between tries grow up to the third of the schedule: a minute.
const WAITS: u32 = 3;

/// A connection that was just opened.
pub struct Settling {
    /// Gone when it is opened anew.
    pub open: Weak<Open>,
    /// What it was opened from.
    pub entry: ConnectionEntry,
    /// Where it is marked broken.
    pub directory: Arc<dyn Directory>,
    /// Where the account is kept.
    pub memos: Arc<dyn Memos>,
    /// The clock.
    pub clock: Arc<Clock>,
}

impl Settling {
    /// Until it is settled, broken or gone.
    pub async fn run(self, wake: Arc<Notify>) {
        let turn = format!("identity/{}", self.entry.connection.id);
        let (holder, mut tries) = (Uuid::now_v7(), 0);
        while let Some(open) = self.open.upgrade().filter(|open| !open.parked.load(Ordering::Relaxed)) {
            let wait = match self.look(&open, &turn, holder).await {
                Ok(true) => {
                    open.settled.store(true, Ordering::Relaxed);
                    return wake.notify_one();
                }
                Ok(false) if open.refused.load(Ordering::Relaxed) => return,
                Ok(false) => LOOK,
                Err(why) => {
                    tries = WAITS.min(tries + 1);
                    tracing::warn!(connection = %self.entry.connection.id, error = %why, "whose account it is cannot be asked yet, its deliveries wait");
                    pause(&why, tries)
                }
            };
            drop(open);
            sleep(wait).await;
        }
    }

    /// Whether it is settled by now; asks the CRM, if it is our turn.
    async fn look(&self, open: &Open, turn: &str, holder: Holder) -> Result<bool, Unverified> {
        if identity::is_settled(&*self.memos, &self.entry).await? {
            return Ok(true);
        }
        let lease = open.limits.request_timeout * 2;
        if !self.memos.take_turn(turn, holder, lease).await? {
            return Ok(false);
        }
        let asked = self.ask(open).await;
        self.memos.end_turn(turn, holder).await?;
        asked
    }

    async fn ask(&self, open: &Open) -> Result<bool, Unverified> {
        // Who had the turn before us may have asked.
        if identity::is_settled(&*self.memos, &self.entry).await? {
            return Ok(true);
        }
        match identity::settle(&*open.session, &*self.memos, &self.entry).await {
            Ok(account) => match account.problem() {
                Some(problem) => self.broken(open, &problem).await,
                None => Ok(true),
            },
            Err(Unverified::Crm(dead @ Failure::TokenDead(_))) => self.broken(open, &dead.to_string()).await,
            Err(
                again @ Unverified::Crm(Failure::Unavailable(_) | Failure::Quota { .. } | Failure::OutcomeUnknown(_)),
            ) => Err(again),
            // A CRM that answers otherwise than we know says nothing of the account: deliveries show what is wrong.
            Err(Unverified::Crm(_)) => Ok(true),
            Err(Unverified::Store(why)) => Err(why.into()),
        }
    }

    async fn broken(&self, open: &Open, why: &str) -> Result<bool, Unverified> {
        open.mark_broken(&*self.directory, why, self.clock.now()).await;
        Ok(false)
    }
}

fn pause(why: &Unverified, tries: u32) -> Duration {
    match why {
        Unverified::Crm(Failure::Quota { retry_after, .. }) => hold(*retry_after),
        Unverified::Store(Error::Unavailable { .. }) => wait(1, 0.0),
        _ => wait(tries, fastrand::f64()),
    }
}
