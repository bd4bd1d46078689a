//! What replays ask of the ledger.

use std::time::Duration;

use backbone::ledger::{
    Claim, Entry, Ledger, Limit, Rank, Release, Skip, Standing, Status, Step, StepStatus, Waiting, Wanted,
};
use schemas::{Call, CallId, Timestamp};
use serde_json::json;

use crate::journal::call;
use crate::ledger::done;
use crate::make::{Fresh, at, wanted};

const LEASE: Duration = Duration::from_mins(1);

fn later(call: &str, revision: u32, due: u64) -> (Wanted, Timestamp) {
    (Wanted { rank: Rank::Later, ..wanted("crm", call, call, revision) }, at(due))
}

async fn claim(ledger: &dyn Ledger, places: u32) -> Vec<Claim> {
    let limit = Limit { connection: "crm".parse().unwrap(), places, ahead: 0, reserve: 0 };
    ledger.claim(&vec![limit], at(1000), LEASE, 9).await.unwrap()
}

async fn standing(ledger: &dyn Ledger, calls: &[&str]) -> Vec<Option<(Status, u32)>> {
    let calls: Vec<CallId> = calls.iter().map(|call| CallId((*call).into())).collect();
    let found = ledger.standing(&"crm".parse().unwrap(), &calls).await.unwrap();
    found.into_iter().map(|one| one.map(|Standing { status, wanted }| (status, wanted))).collect()
}

/// Of each status, one: `s/done`, `s/dead`, `s/skipped`.
async fn one_of_each(ledger: &dyn Ledger) {
    ledger.want(&["done", "dead", "skipped"].map(|n| wanted("crm", &format!("s/{n}"), n, 2)), at(0)).await.unwrap();
    for claim in claim(ledger, 9).await {
        let release = match claim.delivery.call.as_str() {
            "s/done" => Release::Done { note: String::new() },
            "s/dead" => Release::Dead { note: String::new() },
            _ => Release::Again { due: at(1), counted: true, uncertain: false, note: String::new() },
        };
        ledger.release(&claim, release.into(), at(1)).await.unwrap();
    }
    let skipped = Skip::One("crm".parse().unwrap(), CallId("s/skipped".into()));
    assert_eq!(ledger.skip(&skipped, "by hand", at(2), 1).await.unwrap(), 1);
}

pub async fn what_is_not_there_is_opened_in_the_order_of_its_calls(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    one_of_each(ledger).await;
    ledger.want(&[wanted("crm", "s/waits", "w", 1)], at(900)).await.unwrap();
    let calls = [("s/new", 1), ("s/dead", 2), ("s/skipped", 2), ("s/done", 2), ("s/waits", 1)];
    let all: Vec<_> = calls.iter().zip([50, 20, 40, 10, 30]).map(|((call, of), due)| later(call, *of, due)).collect();
    for _ in 0..2 {
        ledger.reopen(&all, "r1", Waiting::Taken, at(900)).await.unwrap();
    }
    let names: Vec<&str> = calls.iter().map(|(call, _)| *call).collect();
    let pending = |revision| Some((Status::Pending, revision));
    assert_eq!(
        standing(ledger, &names).await,
        [pending(1), pending(2), pending(2), Some((Status::Done, 2)), pending(1)],
        "what is done is left"
    );
    let mut progress = ledger.progress("r1").await.unwrap();
    progress.sort_by_key(|(status, _)| status.word());
    assert_eq!(progress, [(Status::Pending, 4)]);
    let taken: Vec<String> = claim(ledger, 9).await.iter().map(|one| one.delivery.call.to_string()).collect();
    assert_eq!(taken, ["s/dead", "s/skipped", "s/new", "s/waits"], "in the order due");
    ledger.reopen(&[later("s/done", 3, 10)], "r2", Waiting::Left, at(901)).await.unwrap();
    assert_eq!(standing(ledger, &["s/done", "s/nobody"]).await, [pending(3), None], "it holds an older revision");
}

/// G6, G8: what is live is not held or skipped with a replay that did not open it.
pub async fn g6_g8_what_waits_anyhow_is_none_of_a_replays_unless_it_takes_it(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/live", "live", 1)], at(0)).await.unwrap();
    let all = [later("s/live", 2, 1), later("s/new", 1, 2)];
    for _ in 0..2 {
        ledger.reopen(&all, "left", Waiting::Left, at(3)).await.unwrap();
    }
    assert_eq!(ledger.progress("left").await.unwrap(), [(Status::Pending, 1)]);
    ledger.hold("left", true).await.unwrap();
    let taken = claim(ledger, 9).await;
    assert_eq!(taken.iter().map(|one| one.delivery.call.as_str()).collect::<Vec<_>>(), ["s/live"], "the other is held");
    ledger
        .release(
            &taken[0],
            Release::Again { due: at(5), counted: true, uncertain: false, note: String::new() }.into(),
            at(4),
        )
        .await
        .unwrap();
    let given_up = Skip::Replay("left".to_owned());
    assert_eq!(ledger.skip(&given_up, "given up", at(6), 9).await.unwrap(), 1);
    assert_eq!(standing(ledger, &["s/live", "s/new"]).await, [Some((Status::Pending, 1)), Some((Status::Skipped, 1))]);
    ledger.reopen(&all, "taken", Waiting::Taken, at(7)).await.unwrap();
    assert_eq!(ledger.progress("taken").await.unwrap(), [(Status::Pending, 2)]);
    assert_eq!(standing(ledger, &["s/live"]).await, [Some((Status::Pending, 2))]);
}

pub async fn a_replay_is_held_and_given_up(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    let all: Vec<_> = (0..5).map(|n| later(&format!("s/{n}"), 1, n)).collect();
    ledger.reopen(&all, "r", Waiting::Left, at(9)).await.unwrap();
    let first = claim(ledger, 1).await;
    ledger.hold("r", true).await.unwrap();
    assert!(claim(ledger, 9).await.is_empty(), "held");
    ledger.release(&first[0], done(), at(10)).await.unwrap();
    assert!(claim(ledger, 9).await.is_empty(), "still held");
    ledger.hold("r", false).await.unwrap();
    let second = claim(ledger, 1).await;
    assert_eq!(second[0].delivery.call.as_str(), "s/1");
    let given_up = Skip::Replay("r".to_owned());
    assert_eq!(ledger.skip(&given_up, "given up", at(11), 2).await.unwrap(), 2, "at most so many at once");
    assert_eq!(ledger.skip(&given_up, "given up", at(11), 2).await.unwrap(), 1, "not the one in somebody's hands");
    assert!(ledger.waits("r").await.unwrap());
    ledger.release(&second[0], done(), at(12)).await.unwrap();
    assert!(!ledger.waits("r").await.unwrap());
    let mut progress = ledger.progress("r").await.unwrap();
    progress.sort_by_key(|(status, _)| status.word());
    assert_eq!(progress, [(Status::Done, 2), (Status::Skipped, 3)]);
    let (skipped, _) = ledger.delivery(&"crm".parse().unwrap(), &CallId("s/4".into())).await.unwrap().unwrap();
    assert_eq!(skipped.note, "given up");
}

pub async fn g12_the_gap_is_skipped_and_what_was_begun_is_not(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    let calls: Vec<Call> = (0..4).map(|n| call(&n.to_string(), 1, 1, n)).collect();
    fresh.backbone.journal.keep(&calls).await.unwrap();
    let all: Vec<_> = calls.iter().map(|call| wanted("crm", call.id.as_str(), call.id.as_str(), 1)).collect();
    ledger.want(&all, at(0)).await.unwrap();
    let begun = claim(ledger, 1).await;
    assert_eq!(begun[0].delivery.call, calls[0].id);
    let step = Step {
        name: "call".into(),
        status: StepStatus::Done,
        content: json!({}),
        held: json!({}),
        marker: "m".into(),
        crm_id: Some("7".into()),
        deadline: None,
        at: at(1),
        note: String::new(),
    };
    ledger.write(&begun[0], &[Entry::from(step)]).await.unwrap();
    let again = Release::Again { due: at(5000), counted: true, uncertain: false, note: String::new() };
    ledger.release(&begun[0], again.into(), at(1)).await.unwrap();
    let gap = Skip::Before("crm".parse().unwrap(), at(3));
    assert_eq!(ledger.skip(&gap, "before the window", at(9), 100).await.unwrap(), 2);
    let names: Vec<&str> = calls.iter().map(|call| call.id.as_str()).collect();
    let (pending, skipped) = (Some((Status::Pending, 1)), Some((Status::Skipped, 1)));
    assert_eq!(standing(ledger, &names).await, [pending, skipped, skipped, pending]);
    assert_eq!(ledger.skip(&gap, "before the window", at(9), 100).await.unwrap(), 0);
}
