//! The places of one connection that this process has: as many deliveries may be with the CRM at once.
//!
//! The ledger counts places by deliveries, over all workers. Here a place is free as soon as a delivery no longer needs the
//! CRM, and the next in hand uses it while the first is being written down; then the ledger is told who inherited it.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backbone::ledger::{Claim, Heir};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Deliveries ahead at most, of one connection: enough to keep its places in use while the ledger is written.
const AHEAD: u32 = 64;

/// The places, and who is in hand.
pub struct Places {
    permits: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Deliveries in hand that the ledger gave a place.
    placed: u32,
    /// Those that it did not, the first first.
    ahead: VecDeque<Heir>,
    hands: HashSet<Heir>,
    /// Places that are in use and no longer ours: they go when their users are done.
    owed: usize,
}

impl Default for Places {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(0)), state: Mutex::default() }
    }
}

impl Places {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many to claim ahead now; nothing when places cannot be claimed either and there is enough ahead.
    pub fn room(&self, most: u32) -> Option<u32> {
        let state = self.state();
        let (wanted, has) = (most.min(AHEAD).min(state.placed), u32::try_from(state.ahead.len()).unwrap_or(u32::MAX));
        // Many at once rather than each by itself.
        let more = if has <= wanted / 2 { wanted - has } else { 0 };
        (more > 0 || state.placed < most).then_some(more)
    }

    /// Takes a claimed delivery in hand.
    pub fn take(self: &Arc<Self>, claim: &Claim) -> Hand {
        let heir = Heir { call: claim.delivery.call.clone(), lease: claim.lease };
        let mut state = self.state();
        state.hands.insert(heir.clone());
        if claim.ahead {
            state.ahead.push_back(heir.clone());
        } else {
            state.placed += 1;
            if state.owed > 0 {
                state.owed -= 1;
            } else {
                self.permits.add_permits(1);
            }
        }
        drop(state);
        Hand { places: Arc::clone(self), heir, left: false }
    }

    /// Gives up one that the ledger no longer counts as ours.
    fn give_up(&self, state: &mut State) {
        match self.permits.try_acquire() {
            Ok(place) => place.forget(),
            Err(_) => state.owed += 1,
        }
    }
}

/// A delivery in hand. One that is dropped without a word, as by a panic, loses its place: its lease ends by itself.
pub struct Hand {
    places: Arc<Places>,
    heir: Heir,
    left: bool,
}

impl Hand {
    /// Waits for a place.
    pub async fn place(&self) -> Option<Place> {
        let permit = Arc::clone(&self.places.permits).acquire_owned().await.ok()?;
        Some(Place { places: Arc::clone(&self.places), permit: Some(permit) })
    }

    /// A place, if one is free.
    pub fn place_now(&self) -> Option<Place> {
        let permit = Arc::clone(&self.places.permits).try_acquire_owned().ok()?;
        Some(Place { places: Arc::clone(&self.places), permit: Some(permit) })
    }

    /// It is about to be given back; says who has its place from then on.
    pub fn leave(&mut self) -> Option<Heir> {
        self.go(true)
    }

    fn go(&mut self, told: bool) -> Option<Heir> {
        self.left = true;
        let mut state = self.places.state();
        state.hands.remove(&self.heir);
        if let Some(at) = state.ahead.iter().position(|ahead| *ahead == self.heir) {
            state.ahead.remove(at);
            return None;
        }
        let heir = if told { state.ahead.pop_front() } else { None };
        if heir.is_none() {
            state.placed -= 1;
            self.places.give_up(&mut state);
        }
        heir
    }

    /// It could not be given back, so its heir has no place of its own.
    pub fn not_left(&self, heir: Heir) {
        let mut state = self.places.state();
        // One that is gone has passed the place on, or given it up.
        if state.hands.contains(&heir) {
            state.ahead.push_front(heir);
            state.placed -= 1;
            self.places.give_up(&mut state);
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        if !self.left {
            self.go(false);
        }
    }
}

/// A place in use; free again when dropped.
pub struct Place {
    places: Arc<Places>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.places.state();
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
        }
    }
}
