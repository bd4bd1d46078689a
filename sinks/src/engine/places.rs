//! The places of one connection that this process has: as many deliveries may be with the CRM at once.
//!
//! The ledger counts places by deliveries, over all workers. Here a place is free as soon as a delivery no longer needs the
//! CRM, and the next in hand uses it while the first is being written down; then the ledger is told who inherited it.

use std::collections::{HashSet, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backbone::ledger::{Claim, Heir};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Deliveries ahead at most, of one connection.
const AHEAD: u32 = 256;
/// As many ahead as there are places keep these in use while the ledger is written, where places are used for long. Where they
/// are used for less than this, so many times as many are needed.
const BRIEF: Duration = Duration::from_millis(200);
const AHEAD_OF_BRIEF: u32 = 3;

/// The places, and who is in hand.
pub struct Places {
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    /// The last one with a place has left.
    deserted: Notify,
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
    /// The last place given back was used for less than [`BRIEF`].
    brief: bool,
}

impl Default for Places {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(0)), state: Mutex::default(), deserted: Notify::new() }
    }
}

impl Places {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many to claim ahead now; nothing when places cannot be claimed either and there is enough ahead.
    pub fn room(&self, most: u32) -> Option<u32> {
        let state = self.state();
        let times = if state.brief { AHEAD_OF_BRIEF } else { 1 };
        let wanted = most.min(state.placed).saturating_mul(times).min(AHEAD);
        let has = u32::try_from(state.ahead.len()).unwrap_or(u32::MAX);
        // Many at once rather than each by itself.
        let more = if has <= wanted / 2 { wanted - has } else { 0 };
        (more > 0 || state.placed < most).then_some(more)
    }

    /// Until nobody in hand has a place that somebody else could come to have.
    async fn deserted(&self) {
        loop {
            let mut told = pin!(self.deserted.notified());
            told.as_mut().enable();
            if self.state().placed == 0 {
                return;
            }
            told.await;
        }
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
        state.placed -= 1;
        if state.placed == 0 {
            self.deserted.notify_waiters();
        }
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
    /// Waits for a place. Nothing where none can be waited for: this one was claimed ahead while the last ones with a place left.
    pub async fn place(&self) -> Option<Place> {
        tokio::select! {
            biased;
            permit = Arc::clone(&self.places.permits).acquire_owned() => Some(self.use_place(permit.ok()?)),
            () = self.places.deserted() => None,
        }
    }

    /// A place, if one is free.
    pub fn place_now(&self) -> Option<Place> {
        let permit = Arc::clone(&self.places.permits).try_acquire_owned().ok()?;
        Some(self.use_place(permit))
    }

    fn use_place(&self, permit: OwnedSemaphorePermit) -> Place {
        Place { places: Arc::clone(&self.places), permit: Some(permit), since: Instant::now() }
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
    since: Instant,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.places.state();
        state.brief = self.since.elapsed() < BRIEF;
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use backbone::ledger::{Delivery, Rank, Status};
    use schemas::{CallId, Timestamp};

    use super::*;

    fn claim(call: u128, ahead: bool) -> Claim {
        let now = Timestamp::UNIX_EPOCH;
        let delivery = Delivery {
            connection: "crm".parse().unwrap(),
            kind: "bench".into(),
            call: CallId(format!("s/{call}")),
            lane: call.to_string(),
            wanted: 1,
            done: 0,
            status: Status::Pending,
            attempts: 0,
            created_at: now,
            since: now,
            due_at: now,
            leased_until: Some(now),
            done_at: None,
            note: String::new(),
            uncertain: false,
            rank: Rank::Live,
            replay: None,
            trace: String::new(),
        };
        let lease = uuid::Uuid::from_u128(7);
        Claim { lease, delivery, ahead, body: Vec::new(), steps: Vec::new(), remembered: Vec::new() }
    }

    #[tokio::test]
    async fn a_place_goes_to_the_next_before_the_first_is_written_down() {
        let places = Arc::new(Places::default());
        let (mut first, mut ahead) = (places.take(&claim(1, false)), places.take(&claim(2, true)));
        let place = first.place().await;
        assert!(ahead.place_now().is_none(), "one place, in use");
        drop(place);
        let used = ahead.place_now();
        assert!(used.is_some() && first.place_now().is_none());
        let heir = first.leave();
        assert_eq!(heir.map(|heir| heir.call), Some(CallId("s/2".into())));
        drop(used);
        assert!(ahead.place_now().is_some(), "it has the place now");
        assert_eq!(ahead.leave(), None);
        assert!(places.take(&claim(3, true)).place_now().is_none(), "given up with the last one");
    }

    #[tokio::test]
    async fn who_was_claimed_ahead_of_nobody_waits_for_nothing() {
        let places = Arc::new(Places::default());
        let mut first = places.take(&claim(1, false));
        assert_eq!(first.leave(), None);
        assert!(places.take(&claim(2, true)).place().await.is_none(), "the one before had left already");

        let (mut first, ahead) = (places.take(&claim(3, false)), places.take(&claim(4, true)));
        let place = first.place().await;
        let heir = first.leave().unwrap();
        first.not_left(heir);
        let (used, ()) = tokio::join!(ahead.place(), async { drop(place) });
        assert!(used.is_none(), "the one before kept its place, and is gone");
    }

    #[tokio::test]
    async fn a_place_in_use_that_is_given_up_goes_when_its_user_is_done() {
        let places = Arc::new(Places::default());
        let (first, second) = (places.take(&claim(1, false)), places.take(&claim(2, false)));
        let (one, other) = (second.place().await, second.place().await);
        // As after a panic: its lease will end, and somebody else may have the place then.
        drop(first);
        drop(one);
        assert!(second.place_now().is_none());
        drop(other);
        assert!(second.place_now().is_some(), "the second's own");
    }

    #[tokio::test]
    async fn an_heir_of_one_that_was_not_given_back_has_no_place_of_its_own() {
        let places = Arc::new(Places::default());
        let (mut first, mut ahead) = (places.take(&claim(1, false)), places.take(&claim(2, true)));
        let heir = first.leave().unwrap();
        first.not_left(heir);
        assert!(ahead.place_now().is_none());
        assert_eq!(ahead.leave(), None);
        assert_eq!(places.room(4), Some(0));
    }

    #[tokio::test]
    async fn many_are_claimed_ahead_at_once_and_none_without_a_place() {
        let places = Arc::new(Places::default());
        assert_eq!(places.room(4), Some(0));
        let mut hands: Vec<Hand> = (0..4).map(|call| places.take(&claim(call, false))).collect();
        assert_eq!(places.room(4), Some(4));
        hands.extend((4..7).map(|call| places.take(&claim(call, true))));
        assert_eq!(places.room(4), None, "enough ahead, and no place to claim");
        hands.pop();
        assert_eq!(places.room(4), Some(2));
    }

    #[tokio::test]
    async fn where_places_are_used_briefly_more_are_claimed_ahead() {
        let places = Arc::new(Places::default());
        let hands: Vec<Hand> = (0..4).map(|call| places.take(&claim(call, false))).collect();
        drop(hands[0].place().await);
        assert_eq!(places.room(4), Some(12));
        let mut long = hands[1].place().await.unwrap();
        long.since = long.since.checked_sub(BRIEF).unwrap();
        drop(long);
        assert_eq!(places.room(4), Some(4));
        assert_eq!(places.room(1000), Some(4), "for the places there are");
    }
}
