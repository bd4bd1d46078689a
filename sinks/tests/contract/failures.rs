//! Each kind of failure: nothing lost, nothing doubled.

use std::time::Duration;

use backbone::ledger::{Rank, Status, Wanted};
use futures_util::future::{join, join_all};
use schemas::{ConnectionStatus, Timestamp};
use simulators::faults::{Failure, Faults};

use crate::calls::{Told, Went, call};
use crate::far::{Far, Held, Role};
use crate::site::{Site, eventually};

/// A call that makes all that a call can make.
pub fn richest() -> Told {
    call("1", "380672220001", Went::MissedIn)
}

/// What the CRM holds of that call when nothing goes wrong.
pub async fn clean(far: impl AsyncFnOnce() -> Box<dyn Far>) -> Vec<Held> {
    let site = Site::start(far).await;
    site.deliver(&[&richest()]).await;
    site.far.records()
}

/// Each write in its turn meets a fault, each on a site of its own.
async fn struck_in_turn(far: impl AsyncFn() -> Box<dyn Far>, set: impl Fn(&Faults)) {
    let clean = clean(&far).await;
    let one = async |before: usize| {
        let mut site = Site::prepare(far().await).await;
        // While the answer to one record is on its way, the next is made to meet the fault.
        site.far.faults().set_answer_delay(Duration::from_millis(100));
        site.tell(&[&richest()]).await;
        if before == 0 {
            set(&site.far.faults());
        }
        site.resume().await;
        eventually("so many records are there", async || site.far.records().len() >= before).await;
        if before > 0 {
            set(&site.far.faults());
        }
        site.until(&richest(), Status::Done).await;
        assert_eq!(site.far.records(), clean, "struck after {before} records");
    };
    join_all((0..clean.len()).map(one)).await;
}

pub async fn f1_an_answer_lost_doubles_nothing(far: impl AsyncFn() -> Box<dyn Far>) {
    struck_in_turn(far, |faults| faults.drop_after_next(1)).await;
}

pub async fn f2_a_request_lost_loses_nothing(far: impl AsyncFn() -> Box<dyn Far>) {
    struck_in_turn(far, |faults| faults.drop_before_next(1)).await;
}

pub async fn f4_errors_and_a_machine_that_was_away_lose_nothing(far: impl AsyncFn() -> Box<dyn Far>) {
    let clean = clean(&far).await;
    let failed = async |status: u16| {
        let site = Site::start(&far).await;
        site.far.faults().fail_next(1, Failure::new(status));
        site.deliver(&[&richest()]).await;
        assert_eq!(site.far.records(), clean, "{status}");
    };
    let away = async {
        let site = Site::start(&far).await;
        site.far.stop().await;
        site.tell(&[&richest()]).await;
        let tried = async || site.delivery(&richest().call()).await.is_some_and(|(delivery, _)| delivery.attempts > 0);
        eventually("it was tried", tried).await;
        site.far.restart().await;
        site.until(&richest(), Status::Done).await;
        assert_eq!(site.far.records(), clean);
    };
    join(join_all([500, 502, 503].map(failed)), away).await;
}

pub async fn f5_too_many_requests_wait(far: impl AsyncFn() -> Box<dyn Far>) {
    let clean = clean(&far).await;
    let until = Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let until = until.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let one = async |retry_after: Option<&str>| {
        let site = Site::start(&far).await;
        let failure = Failure { status: 429, retry_after: retry_after.map(str::to_owned) };
        site.far.faults().fail_next(1, failure);
        site.tell(&[&richest()]).await;
        eventually("it waits, and the try does not count", async || {
            let delivery = site.delivery(&richest().call()).await;
            delivery.is_some_and(|(delivery, _)| delivery.note.contains("limit is reached") && delivery.attempts == 0)
        })
        .await;
        // Without a word from the CRM it waits half a minute.
        if retry_after.is_some() {
            site.until(&richest(), Status::Done).await;
            assert_eq!(site.far.records(), clean, "{retry_after:?}");
        }
    };
    join_all([None, Some("1"), Some(until.as_str())].map(one)).await;
}

/// With three workers, to whom it costs three requests together.
pub async fn f6_a_dead_token_parks_the_connection(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let mut site = Site::start(far).await;
    site.add_worker();
    site.add_worker();
    site.far.refuse_credentials();
    let before = site.far.requests();
    let told: Vec<Told> = (0..10).map(|n| call(&n.to_string(), &format!("38067222000{n}"), Went::AnsweredIn)).collect();
    site.tell(&told.iter().collect::<Vec<_>>()).await;
    eventually("the connection is broken", async || site.status().await == ConnectionStatus::Broken).await;
    for told in &told {
        let delivery = site.until(told, Status::Pending).await;
        assert_eq!(delivery.attempts, 0, "it waits, and no try counts");
    }
    assert_eq!(site.held(Role::Call), []);
    let cost = site.far.requests() - before;
    assert!((1..=3).contains(&cost), "it cost {cost} requests");
    let reason = site.reason().await;
    assert!(reason.contains("refused the credentials"), "{reason}");
}

pub async fn g3_all_workers_share_one_token(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let mut site = Site::start(far).await;
    site.add_worker();
    site.add_worker();
    let mut number = 0;
    for round in 1..=3 {
        let mut told = Vec::new();
        for _ in 0..12 {
            number += 1;
            told.push(call(&number.to_string(), &format!("3806722{number:05}"), Went::AnsweredIn));
        }
        site.deliver(&told.iter().collect::<Vec<_>>()).await;
        assert_eq!(site.held(Role::Call).len(), number, "each was made once");
        let gives = site.far.expire_tokens();
        assert_eq!(site.far.log_ins(), if gives { round } else { 0 }, "one log-in for all workers");
    }
}

pub async fn f13_a_new_required_field_is_one_dead_delivery_until_it_is_mended(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    site.far.demand_field(true);
    let told = call("1", "380672220001", Went::AnsweredIn);
    site.tell(&[&told]).await;
    let dead = site.until(&told, Status::Dead).await;
    assert!(dead.note.contains("refused"), "{}", dead.note);
    assert_eq!(site.status().await, ConnectionStatus::Active);
    site.far.demand_field(false);
    let call = told.call();
    let wanted = Wanted::of(&site.entry.connection, &call, &serde_json::to_vec(&call).unwrap(), Rank::Live);
    assert!(site.backbone.ledger.retry(&wanted, Timestamp::now()).await.unwrap());
    site.until(&told, Status::Done).await;
    assert_eq!((site.held(Role::Call).len(), site.held(Role::Card).len()), (1, 1), "{:#?}", site.far.records());
}
