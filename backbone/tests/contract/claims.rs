//! Who gets what: places, lanes, turns.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backbone::ledger::{Claim, Ending, Heir, Ledger, Limit, Limits, Rank, Release, Status, Wanted};
use tokio::task::JoinSet;

use crate::ledger::{done, limits};
use crate::make::{Fresh, at, wanted};

const LEASE: Duration = Duration::from_mins(1);

fn limit(id: &str, places: u32, ahead: u32) -> Limit {
    Limit { connection: id.parse().unwrap(), places, ahead, reserve: 0 }
}

async fn claim(ledger: &dyn Ledger, limits: &Limits, max: u32) -> Vec<Claim> {
    ledger.claim(limits, at(1), LEASE, max).await.unwrap()
}

async fn want(ledger: &dyn Ledger, connection: &str, calls: u32, lanes: u32) {
    let all: Vec<_> =
        (0..calls).map(|n| wanted(connection, &format!("s/{n}"), &format!("+{}", n % lanes), 1)).collect();
    assert_eq!(ledger.want(&all, at(0)).await.unwrap(), calls);
}

/// How many of each connection, with a place and ahead.
fn counted(claims: &[Claim]) -> BTreeMap<&str, (u32, u32)> {
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for claim in claims {
        let count = counts.entry(claim.delivery.connection.as_str()).or_default();
        *(if claim.ahead { &mut count.1 } else { &mut count.0 }) += 1;
    }
    counts
}

pub async fn limits_are_kept_and_every_connection_is_served(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    want(ledger, "crm", 5, 5).await;
    want(ledger, "other", 1, 1).await;
    let both = limits(&[("crm", 2), ("other", 2)]);
    let taken = claim(ledger, &both, 9).await;
    assert_eq!(counted(&taken), [("crm", (2, 0)), ("other", (1, 0))].into());
    assert!(claim(ledger, &both, 9).await.is_empty());
    assert_eq!(ledger.next_due(&limits(&[("crm", 2)])).await.unwrap(), Some(at(0)));
    assert_eq!(ledger.next_due(&limits(&[("other", 2)])).await.unwrap(), None, "what is in progress is not due");
    assert_eq!(ledger.tally().await.unwrap().iter().map(|tally| tally.count).sum::<u64>(), 6);
}

pub async fn h4_a_backlog_starves_no_other_connection(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    want(ledger, "big", 300, 300).await;
    for other in ["one", "two"] {
        want(ledger, other, 1, 1).await;
    }
    let all = limits(&[("big", 200), ("one", 4), ("two", 4)]);
    let taken = claim(ledger, &all, 10).await;
    assert_eq!(counted(&taken), [("big", (8, 0)), ("one", (1, 0)), ("two", (1, 0))].into());
    // What is parked is not asked for, and takes nobody's turn.
    want(ledger, "three", 50, 50).await;
    assert_eq!(counted(&claim(ledger, &limits(&[("three", 50)]), 10).await), [("three", (10, 0))].into());
}

pub async fn a_claim_takes_one_of_a_lane(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    want(ledger, "crm", 30, 3).await;
    let taken = claim(ledger, &limits(&[("crm", 20)]), 20).await;
    let lanes: HashSet<&str> = taken.iter().map(|claim| claim.delivery.lane.as_str()).collect();
    assert_eq!((taken.len(), lanes.len()), (3, 3));
    assert!(claim(ledger, &limits(&[("crm", 20)]), 20).await.is_empty());
}

pub async fn a_place_is_inherited(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    want(ledger, "crm", 9, 9).await;
    let two = vec![limit("crm", 2, 1)];
    let taken = claim(ledger, &two, 9).await;
    assert_eq!(counted(&taken), [("crm", (2, 1))].into());
    let (first, second, ahead) = (&taken[0], &taken[1], &taken[2]);
    let heir = Some(Heir { call: ahead.delivery.call.clone(), lease: ahead.lease });
    ledger.release(first, Ending { heir, ..done() }, at(2)).await.unwrap();
    assert!(claim(ledger, &limits(&[("crm", 2)]), 9).await.is_empty(), "the place of the first is not free");
    ledger.release(second, done(), at(2)).await.unwrap();
    assert_eq!(counted(&claim(ledger, &limits(&[("crm", 2)]), 9).await), [("crm", (1, 0))].into());
    ledger.release(ahead, done(), at(2)).await.unwrap();
    assert_eq!(counted(&claim(ledger, &two, 9).await), [("crm", (1, 1))].into());
}

/// Calls of a connection, each of a client of its own, with a rank.
async fn ranked(ledger: &dyn Ledger, from: u32, calls: u32, rank: Rank) {
    let of = |n: u32| Wanted { rank, ..wanted("crm", &format!("s/{n}"), &format!("+{n}"), 1) };
    let all: Vec<_> = (from..from + calls).map(of).collect();
    assert_eq!(ledger.want(&all, at(0)).await.unwrap(), calls);
}

fn ranks(claims: &[Claim]) -> Vec<(Rank, bool)> {
    claims.iter().map(|claim| (claim.delivery.rank, claim.ahead)).collect()
}

pub async fn live_ones_go_first_and_have_places_of_their_own(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ranked(ledger, 0, 9, Rank::Later).await;
    let limits = vec![Limit { reserve: 1, ..limit("crm", 4, 2) }];
    let later = claim(ledger, &limits, 9).await;
    assert_eq!(ranks(&later), [(Rank::Later, false); 3], "one place is left, and none is taken ahead");
    assert!(claim(ledger, &limits, 9).await.is_empty());
    ranked(ledger, 100, 4, Rank::Live).await;
    let live = claim(ledger, &limits, 9).await;
    assert_eq!(ranks(&live), [(Rank::Live, false), (Rank::Live, true), (Rank::Live, true)]);
    for one in &later {
        ledger.release(one, done(), at(2)).await.unwrap();
    }
    assert_eq!(
        ranks(&claim(ledger, &vec![limit("crm", 4, 0)], 9).await),
        [(Rank::Live, false), (Rank::Later, false), (Rank::Later, false)]
    );
    // A try that failed is no longer live.
    let again = Release::Again { due: at(1), counted: true, uncertain: false, note: String::new() };
    ledger.release(&live[0], again.into(), at(1)).await.unwrap();
    let (tried, _) = ledger.delivery(&live[0].delivery.connection, &live[0].delivery.call).await.unwrap().unwrap();
    assert_eq!(tried.rank, Rank::Later);
    assert_eq!(ledger.next_due(&limits).await.unwrap(), Some(at(0)));
}

pub async fn whoever_calls_now_is_served_in_order(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ranked(ledger, 0, 5, Rank::Later).await;
    let again = Wanted { rank: Rank::Live, ..wanted("crm", "s/new", "+3", 1) };
    ledger.want(&[again], at(1)).await.unwrap();
    let one = vec![limit("crm", 1, 0)];
    for call in ["s/3", "s/new", "s/0"] {
        let taken = claim(ledger, &one, 9).await;
        assert_eq!(taken[0].delivery.call.as_str(), call);
        ledger.release(&taken[0], done(), at(2)).await.unwrap();
    }
}

pub async fn what_a_claim_reads_does_not_grow_with_the_backlog(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    want(ledger, "big", 5_000, 5_000).await;
    want(ledger, "small", 1, 1).await;
    let all = limits(&[("big", 16), ("small", 4)]);
    let before = fresh.ground.rows_read().await;
    assert_eq!(counted(&claim(ledger, &all, 32).await), [("big", (16, 0)), ("small", (1, 0))].into());
    assert!(claim(ledger, &all, 32).await.is_empty());
    let after = fresh.ground.rows_read().await;
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after - before < 1_000, "{} rows were read for 17", after - before);
    }
}

/// What the claimers of [`many_claimers_share_nothing`] have in hand.
#[derive(Default)]
struct Hands {
    lanes: HashSet<(String, String)>,
    calls: HashSet<(String, String)>,
    placed: BTreeMap<String, u32>,
}

impl Hands {
    fn take(&mut self, claim: &Claim, most: u32) {
        let connection = claim.delivery.connection.to_string();
        let (call, lane) = (claim.delivery.call.to_string(), claim.delivery.lane.clone());
        assert!(self.calls.insert((connection.clone(), call)), "{} twice", claim.delivery.call);
        assert!(self.lanes.insert((connection.clone(), lane)), "{} shared", claim.delivery.lane);
        if !claim.ahead {
            let placed = self.placed.entry(connection).or_default();
            *placed += 1;
            assert!(*placed <= most, "more than {most} at once");
        }
    }

    /// Just before it is given back; a place that is inherited stays taken.
    fn leave(&mut self, claim: &Claim, inherited: bool) {
        let connection = claim.delivery.connection.to_string();
        self.lanes.remove(&(connection.clone(), claim.delivery.lane.clone()));
        if !inherited {
            *self.placed.get_mut(&connection).unwrap() -= 1;
        }
    }
}

pub async fn many_claimers_share_nothing(fresh: &Fresh) {
    const MOST: u32 = 5;
    const CONNECTIONS: [&str; 3] = ["crm", "other", "third"];
    const CALLS: usize = 240;
    for connection in CONNECTIONS {
        want(&*fresh.backbone.ledger, connection, 80, 20).await;
    }
    let hands = Arc::new(Mutex::new(Hands::default()));
    let mut claimers = JoinSet::new();
    for turn in 0..6 {
        let (ledger, hands) = (fresh.ground.another().await.ledger, Arc::clone(&hands));
        claimers.spawn(async move {
            let mut limits: Limits = CONNECTIONS.iter().map(|id| limit(id, MOST, 2)).collect();
            limits.rotate_left(turn % CONNECTIONS.len());
            while hands.lock().unwrap().calls.len() < CALLS {
                let claims = claim(&*ledger, &limits, 8).await;
                for claim in &claims {
                    hands.lock().unwrap().take(claim, MOST);
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
                give_back(&*ledger, &hands, claims).await;
            }
        });
    }
    let ended = tokio::time::timeout(Duration::from_mins(2), claimers.join_all()).await;
    assert!(ended.is_ok(), "only {} were claimed", hands.lock().unwrap().calls.len());
    let tally = fresh.backbone.ledger.tally().await.unwrap();
    assert_eq!(tally.len(), 3);
    assert!(tally.iter().all(|tally| (tally.status, tally.count) == (Status::Done, 80)), "{tally:?}");
}

/// Gives all back side by side: those with a place first pass it to those without, where there are any.
async fn give_back(ledger: &dyn Ledger, hands: &Mutex<Hands>, claims: Vec<Claim>) {
    let (mut ahead, placed): (Vec<Claim>, Vec<Claim>) = claims.into_iter().partition(|claim| claim.ahead);
    let mut heirs = Vec::new();
    for claim in placed {
        let same = ahead.iter().position(|ahead| ahead.delivery.connection == claim.delivery.connection);
        let heir = same.map(|at| ahead.remove(at));
        hands.lock().unwrap().leave(&claim, heir.is_some());
        let known = heir.as_ref().map(|heir| Heir { call: heir.delivery.call.clone(), lease: heir.lease });
        ledger.release(&claim, Ending { heir: known, ..done() }, at(1)).await.unwrap();
        heirs.extend(heir);
    }
    let endings = heirs.iter().map(|claim| (claim, false)).chain(ahead.iter().map(|claim| (claim, true)));
    let endings = endings.map(|(claim, without)| {
        hands.lock().unwrap().leave(claim, without);
        ledger.release(claim, done(), at(1))
    });
    for ended in futures_util::future::join_all(endings).await {
        ended.unwrap();
    }
}
