//! The ledger.

use std::time::Duration;

use backbone::Error;
use backbone::ledger::{
    Claim, Delivery, DeliveryFilter, Ending, Entry, Ledger, Limit, Limits, Release, Status, Step, StepStatus,
};
use serde_json::json;

use crate::make::{Fresh, at, wanted};

const LEASE: Duration = Duration::from_mins(1);

/// So many places of each, and nothing ahead.
pub fn limits(list: &[(&str, u32)]) -> Limits {
    list.iter()
        .map(|(id, places)| Limit { connection: id.parse().unwrap(), places: *places, ahead: 0, reserve: 0 })
        .collect()
}

/// The one that is taken, if any is.
pub async fn take(ledger: &dyn Ledger, limits: &Limits, second: u64) -> Option<Claim> {
    let mut claims = ledger.claim(limits, at(second), LEASE, 1).await.unwrap();
    assert!(claims.len() <= 1, "one was asked for");
    claims.pop()
}

async fn claim(ledger: &dyn Ledger, second: u64) -> Option<Claim> {
    take(ledger, &limits(&[("crm", 9)]), second).await
}

async fn delivery(ledger: &dyn Ledger, call: &str) -> Delivery {
    ledger.delivery(&"crm".parse().unwrap(), &schemas::CallId(call.into())).await.unwrap().unwrap().0
}

pub fn done() -> Ending {
    Release::Done { note: "made".into() }.into()
}

pub fn entry(status: StepStatus) -> [Entry; 1] {
    [step(status).into()]
}

pub fn step(status: StepStatus) -> Step {
    Step {
        name: "contact".into(),
        status,
        content: json!({"a": 1}),
        held: json!(null),
        marker: "rf-1".into(),
        crm_id: (status == StepStatus::Done).then(|| "17".into()),
        deadline: Some(at(30)),
        at: at(2),
        note: "why".into(),
    }
}

pub async fn a_newer_revision_opens_a_done_delivery_again(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    assert_eq!(ledger.want(&[wanted("crm", "s/1", "+7", 2)], at(0)).await.unwrap(), 1);
    assert_eq!(ledger.want(&[wanted("crm", "s/1", "+7", 2), wanted("crm", "s/1", "+7", 1)], at(1)).await.unwrap(), 0);
    let first = claim(ledger, 1).await.unwrap();
    assert_eq!((first.delivery.wanted, first.body.as_slice()), (2, &b"{\"revision\":2}"[..]));
    ledger.release(&first, done(), at(2)).await.unwrap();
    let after = delivery(ledger, "s/1").await;
    assert_eq!((after.status, after.done, after.done_at, after.attempts), (Status::Done, 2, Some(at(2)), 1));
    assert!(claim(ledger, 3).await.is_none());
    assert_eq!(ledger.want(&[wanted("crm", "s/1", "+7", 3)], at(4)).await.unwrap(), 1);
    let again = claim(ledger, 4).await.unwrap();
    assert_eq!((again.delivery.wanted, again.delivery.done, again.delivery.attempts), (3, 2, 0));
    assert_eq!((again.delivery.since, again.delivery.created_at), (at(4), at(0)));
}

pub async fn a_claim_is_exclusive_until_its_lease_ends(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/1", "+7", 1)], at(0)).await.unwrap();
    let first = claim(ledger, 0).await.unwrap();
    fresh.ground.pass(30).await;
    assert!(claim(ledger, 59).await.is_none());
    ledger.extend(&first, at(100)).await.unwrap();
    fresh.ground.pass(40).await;
    assert!(claim(ledger, 99).await.is_none());
    fresh.ground.pass(30).await;
    let second = claim(ledger, 100).await.unwrap();
    assert_ne!(first.lease, second.lease);
    ledger.end_leases().await.unwrap();
    assert_eq!(claim(ledger, 100).await.unwrap().delivery.since, at(0));
}

pub async fn an_ended_lease_is_not_extended_over_its_lane(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/1", "+7", 1)], at(10)).await.unwrap();
    let first = claim(ledger, 10).await.unwrap();
    // Due earlier, so that it is taken before the first is taken again.
    ledger.want(&[wanted("crm", "s/2", "+7", 1)], at(5)).await.unwrap();
    fresh.ground.pass(60).await;
    let second = claim(ledger, 70).await.unwrap();
    assert_eq!(second.delivery.call.as_str(), "s/2");
    let lost = ledger.extend(&first, at(200)).await;
    assert!(matches!(lost, Err(Error::LeaseLost(_))), "{lost:?}");
    ledger.extend(&second, at(200)).await.unwrap();
}

pub async fn a_lane_runs_one_after_another(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    let all = [wanted("crm", "s/1", "+7", 1), wanted("crm", "s/2", "+7", 1), wanted("crm", "s/3", "+8", 1)];
    ledger.want(&all, at(0)).await.unwrap();
    let first = claim(ledger, 0).await.unwrap();
    let other = claim(ledger, 0).await.unwrap();
    assert_ne!(first.delivery.lane, other.delivery.lane);
    assert!(claim(ledger, 0).await.is_none(), "the third waits for its lane");
    let held = if first.delivery.lane == "+7" { first } else { other };
    ledger.release(&held, done(), at(1)).await.unwrap();
    assert_eq!(claim(ledger, 1).await.unwrap().delivery.lane, "+7");
}

pub async fn an_uncertain_delivery_holds_its_lane(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/1", "+7", 1), wanted("crm", "s/2", "+7", 1)], at(0)).await.unwrap();
    let first = claim(ledger, 0).await.unwrap();
    ledger.write(&first, &entry(StepStatus::Trying)).await.unwrap();
    let again = Release::Again { due: at(50), counted: false, uncertain: true, note: "no answer".into() };
    ledger.release(&first, again.into(), at(1)).await.unwrap();
    assert!(claim(ledger, 2).await.is_none(), "what the first made is not known yet");
    let resumed = claim(ledger, 50).await.unwrap();
    assert_eq!(resumed.delivery.call, first.delivery.call);
    ledger.write(&resumed, &entry(StepStatus::Done)).await.unwrap();
    ledger.release(&resumed, done(), at(51)).await.unwrap();
    assert_ne!(claim(ledger, 51).await.unwrap().delivery.call, first.delivery.call);
}

pub async fn a_lost_lease_writes_nothing(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/1", "+7", 1)], at(0)).await.unwrap();
    let stale = claim(ledger, 0).await.unwrap();
    fresh.ground.pass(60).await;
    let current = claim(ledger, 60).await.unwrap();
    for lost in [
        ledger.write(&stale, &entry(StepStatus::Trying)).await,
        ledger.extend(&stale, at(500)).await,
        ledger.release(&stale, done(), at(61)).await,
    ] {
        assert!(matches!(lost, Err(Error::LeaseLost(_))), "{lost:?}");
    }
    assert_eq!(delivery(ledger, "s/1").await.status, Status::Pending);
    ledger.release(&current, done(), at(62)).await.unwrap();
    assert_eq!(delivery(ledger, "s/1").await.status, Status::Done);
}

pub async fn a_revision_that_comes_while_busy_is_not_lost(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/1", "+7", 1)], at(0)).await.unwrap();
    let busy = claim(ledger, 0).await.unwrap();
    ledger.want(&[wanted("crm", "s/1", "+7", 2)], at(1)).await.unwrap();
    ledger.release(&busy, done(), at(2)).await.unwrap();
    let open = delivery(ledger, "s/1").await;
    assert_eq!((open.status, open.done, open.wanted), (Status::Pending, 1, 2));
    assert_eq!(claim(ledger, 2).await.unwrap().body, b"{\"revision\":2}");
}

pub async fn steps_survive(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/1", "+7", 1)], at(0)).await.unwrap();
    let first = claim(ledger, 0).await.unwrap();
    let company = ("company".to_owned(), "7".to_owned());
    let entries = [Entry { step: step(StepStatus::Trying), remember: Some(company.clone()) }];
    ledger.write(&first, &entries).await.unwrap();
    let again = fresh.ground.reopen().await.ledger;
    assert!(delivery(&*again, "s/1").await.uncertain);
    fresh.ground.pass(60).await;
    let resumed = claim(&*again, 60).await.unwrap();
    assert_eq!(resumed.steps, [step(StepStatus::Trying)]);
    assert_eq!(resumed.remembered, [company]);
    again.want(&[wanted("crm", "s/2", "+8", 1)], at(60)).await.unwrap();
    assert!(claim(&*again, 60).await.unwrap().remembered.is_empty(), "of another number");
}

pub async fn a_delivery_is_given_back_with_its_last_entries(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/1", "+7", 1), wanted("crm", "s/2", "+7", 1)], at(0)).await.unwrap();
    let first = claim(ledger, 0).await.unwrap();
    ledger.write(&first, &entry(StepStatus::Trying)).await.unwrap();
    let company = ("company".to_owned(), "7".to_owned());
    let other = Step { name: "task".into(), at: at(3), ..step(StepStatus::Failed) };
    let last = vec![Entry { step: step(StepStatus::Done), remember: Some(company.clone()) }, other.clone().into()];
    ledger.release(&first, Ending { last, ..done() }, at(4)).await.unwrap();
    let (after, steps) = ledger.delivery(&"crm".parse().unwrap(), &first.delivery.call).await.unwrap().unwrap();
    assert_eq!((after.status, after.uncertain), (Status::Done, false));
    assert_eq!(steps, [step(StepStatus::Done), other]);
    assert_eq!(claim(ledger, 5).await.unwrap().remembered, [company]);
    // Whoever lost the lease leaves nothing behind, the last entries neither.
    let stale = Ending { last: vec![Step { name: "late".into(), ..step(StepStatus::Done) }.into()], ..done() };
    let refused = ledger.release(&Claim { lease: uuid::Uuid::now_v7(), ..first.clone() }, stale, at(6)).await;
    assert!(matches!(refused, Err(Error::LeaseLost(_))), "{refused:?}");
    assert_eq!(ledger.delivery(&"crm".parse().unwrap(), &first.delivery.call).await.unwrap().unwrap().1.len(), 2);
}

pub async fn dead_ones_stay_dead(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    ledger.want(&[wanted("crm", "s/1", "+7", 1)], at(0)).await.unwrap();
    let first = claim(ledger, 0).await.unwrap();
    ledger.release(&first, Release::Dead { note: "refused: the field phone".into() }.into(), at(1)).await.unwrap();
    assert_eq!(ledger.want(&[wanted("crm", "s/1", "+7", 2)], at(2)).await.unwrap(), 0);
    let dead = delivery(ledger, "s/1").await;
    assert_eq!((dead.status, dead.note.as_str()), (Status::Dead, "refused: the field phone"));
    assert!(claim(ledger, 3).await.is_none());
    // Until a person has it tried again, with what is known of the call by then.
    assert!(ledger.retry(&wanted("crm", "s/1", "+7", 3), at(4)).await.unwrap());
    let again = claim(ledger, 4).await.unwrap();
    assert_eq!((again.delivery.wanted, again.delivery.attempts, again.delivery.since), (3, 0, at(4)));
    ledger.release(&again, done(), at(5)).await.unwrap();
    assert!(!ledger.retry(&wanted("crm", "s/1", "+7", 3), at(6)).await.unwrap(), "a done one is left as it is");
}

/// The names of a page, and in the filter where the next begins.
async fn page(ledger: &dyn Ledger, filter: &mut DeliveryFilter) -> Vec<String> {
    let page = ledger.list(filter).await.unwrap();
    let last = page.last().map(|last| (last.created_at, last.connection.clone(), last.call.clone()));
    filter.after = last.or(filter.after.take());
    page.iter().map(|one| format!("{}/{}", one.connection, one.call)).collect()
}

pub async fn every_delivery_of_a_time_is_in_one_page_whatever_becomes_of_it(fresh: &Fresh) {
    let ledger = &*fresh.backbone.ledger;
    for second in 0..3 {
        let [a, b] = ["a", "b"].map(|n| format!("s/{second}{n}"));
        let all = [wanted("crm", &b, &b, 1), wanted("crm", &a, &a, 1), wanted("other", &a, &a, 1)];
        ledger.want(&all, at(second)).await.unwrap();
    }
    let mut all = DeliveryFilter { oldest_first: true, limit: 4, ..DeliveryFilter::default() };
    assert_eq!(page(ledger, &mut all).await, ["crm/s/0a", "crm/s/0b", "other/s/0a", "crm/s/1a"]);
    assert_eq!(page(ledger, &mut all).await, ["crm/s/1b", "other/s/1a", "crm/s/2a", "crm/s/2b"]);
    assert_eq!((page(ledger, &mut all).await, page(ledger, &mut all).await), (vec!["other/s/2a".into()], vec![]));

    let connection = Some("crm".parse().unwrap());
    let mut one = DeliveryFilter { connection, since: Some(at(0)), until: Some(at(2)), limit: 1, ..all };
    one.after = None;
    assert_eq!(page(ledger, &mut one).await, ["crm/s/0a"]);
    // What was seen and what was not are changed, long after the time that is asked for.
    for release in [done(), Release::Dead { note: "no".into() }.into(), done()] {
        let claim = claim(ledger, 100).await.unwrap();
        ledger.release(&claim, release, at(100)).await.unwrap();
    }
    assert_eq!(page(ledger, &mut one).await, ["crm/s/0b"]);
    assert_eq!(page(ledger, &mut one).await, ["crm/s/1a"]);
    assert_eq!(page(ledger, &mut one).await, ["crm/s/1b"]);
    assert!(page(ledger, &mut one).await.is_empty(), "the next is not of the time");
}
