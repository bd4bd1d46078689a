use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex as Lock, MutexGuard};

use backbone::memos::{Memo, Volatile};
use backbone::store::Credential;
use backbone::{Error, Fut};
use serde_json::json;

use super::*;
use crate::connector::Answer;

/// A CRM with one-time refresh tokens, strict: one that was used before is refused.
#[derive(Default)]
struct Crm {
    next: u32,
    spent: Vec<String>,
    asked: u32,
    /// It carries the next request out, and its answer is lost.
    loses: bool,
    /// It gives nothing any more.
    revoked: bool,
}

#[derive(Clone, Default)]
struct Issues {
    crm: Arc<Lock<Crm>>,
    slow: Duration,
}

impl Issues {
    fn crm(&self) -> MutexGuard<'_, Crm> {
        self.crm.lock().unwrap()
    }

    fn asked(&self) -> u32 {
        self.crm().asked
    }
}

impl Issuer for Issues {
    fn ask<'a>(&'a self, refresh: Option<&'a Secret>, _: Instant) -> Answer<'a, Asked> {
        let refresh = refresh.map(|refresh| refresh.expose().to_owned()).unwrap_or_default();
        Box::pin(async move {
            sleep(self.slow).await;
            let mut crm = self.crm();
            crm.asked += 1;
            let dead = |why: &str| Ok(Asked { said: Err(Failure::TokenDead(why.to_owned())), counts: true });
            if crm.revoked || crm.spent.contains(&refresh) {
                return dead("it takes this refresh token no more");
            }
            crm.spent.push(refresh);
            crm.next += 1;
            if std::mem::take(&mut crm.loses) {
                return Ok(Asked { said: Err(Failure::Unavailable("no answer in time".to_owned())), counts: true });
            }
            let token = |what: &str| Secret::new(format!("{what}-{}", crm.next));
            let granted = Granted { access: token("access"), lives: None, refresh: Some(token("refresh")) };
            Ok(Asked { said: Ok(granted), counts: true })
        })
    }

    fn given(&self) -> Option<Granted> {
        let secret = Secret::new;
        Some(Granted { access: secret("access-0"), lives: None, refresh: Some(secret("refresh-0")) })
    }
}

/// Memos that can be away.
#[derive(Default)]
struct Store {
    memos: Volatile,
    away: AtomicBool,
}

impl Store {
    fn there(&self) -> Result<(), Error> {
        let away = Error::Unavailable { part: "store", why: "away".to_owned() };
        if self.away.load(Ordering::Relaxed) { Err(away) } else { Ok(()) }
    }
}

impl Memos for Store {
    fn shared(&self) -> bool {
        false
    }

    fn read<'a>(&'a self, name: &'a str) -> Fut<'a, Option<Memo>> {
        Box::pin(async move { self.there().map(|()| self.memos.read(name))?.await })
    }
    fn under<'a>(&'a self, prefix: &'a str) -> Fut<'a, Vec<Memo>> {
        self.memos.under(prefix)
    }
    fn write<'a>(&'a self, name: &'a str, value: &'a Secret, seen: i64) -> Fut<'a, bool> {
        Box::pin(async move { self.there().map(|()| self.memos.write(name, value, seen))?.await })
    }
    fn forget<'a>(&'a self, name: &'a str, seen: i64) -> Fut<'a, bool> {
        self.memos.forget(name, seen)
    }
    fn take_turn<'a>(&'a self, name: &'a str, holder: Uuid, lease: Duration) -> Fut<'a, bool> {
        self.memos.take_turn(name, holder, lease)
    }
    fn end_turn<'a>(&'a self, name: &'a str, holder: Uuid) -> Fut<'a, ()> {
        self.memos.end_turn(name, holder)
    }
}

fn entry(password: &str) -> ConnectionEntry {
    let connection = json!({
        "id": "acme", "account": "acme", "kind": "some", "sources": [], "timezone": "UTC", "base_url": "https://x.test",
        "status": "active", "settings": {}, "employees": [], "created_at": "2026-01-01T00:00:00Z", "version": 1
    });
    let credential = Credential { value: Secret::new(password), from: None };
    let credentials = BTreeMap::from([("password".to_owned(), credential)]);
    ConnectionEntry { connection: serde_json::from_value(connection).unwrap(), credentials }
}

fn store() -> Arc<dyn Memos> {
    Arc::new(Volatile::default())
}

fn holder(memos: &Arc<dyn Memos>, crm: &Issues) -> Tokens {
    Tokens::new(&entry("first"), memos, crm.clone(), Duration::from_secs(20))
}

async fn access(tokens: &Tokens, over: Option<&str>) -> Result<String, Failure> {
    let over = over.map(Secret::new);
    let token = tokens.access(over.as_ref(), Instant::now() + Duration::from_mins(1)).await;
    token.map(|token| token.expose().to_owned())
}

#[tokio::test]
async fn g3_of_two_holders_one_renews_and_the_other_reads_what_it_got() {
    let (memos, crm) = (store(), Issues { slow: Duration::from_millis(100), ..Issues::default() });
    let (one, other) = (holder(&memos, &crm), holder(&memos, &crm));
    assert_eq!((access(&one, None).await, access(&other, None).await), (Ok("access-0".into()), Ok("access-0".into())));
    for round in 1..=5 {
        let over = format!("access-{}", round - 1);
        let all = (0..8).map(|n| access(if n % 2 == 0 { &one } else { &other }, Some(&over)));
        let all = futures_util::future::join_all(all).await;
        assert!(all.iter().all(|token| *token == Ok(format!("access-{round}"))), "{all:?}");
        assert_eq!(crm.asked(), round, "no one-time token was sent twice");
    }
}

#[tokio::test]
async fn g3_a_token_that_another_got_and_that_is_over_too_is_no_refusal_of_the_credentials() {
    let (memos, crm) = (store(), Issues::default());
    let (idle, other) = (holder(&memos, &crm), holder(&memos, &crm));
    assert_eq!(access(&idle, None).await, Ok("access-0".into()));
    assert_eq!(access(&other, Some("access-0")).await, Ok("access-1".into()));
    // Both are over by now; the idle one knows of neither.
    let mut tries = idle.tries(Instant::now() + Duration::from_mins(1));
    let mut seen = Vec::new();
    while !tries.are_over() {
        seen.push(tries.token().await.unwrap().expose().to_owned());
    }
    assert_eq!((seen, crm.asked()), (["access-0", "access-1", "access-2"].map(str::to_owned).to_vec(), 2));
    let mut tries = other.tries(Instant::now() + Duration::from_mins(1));
    while !tries.are_over() {
        tries.token().await.unwrap();
    }
    assert_eq!((crm.asked(), tries.count), (3, 3), "it ends, however many are refused");
}

#[tokio::test]
async fn g3_a_holder_whose_caller_gave_up_still_writes_down_what_it_got() {
    let (memos, crm) = (store(), Issues { slow: Duration::from_millis(200), ..Issues::default() });
    let one = holder(&memos, &crm);
    let over = Secret::new("access-0");
    let short = one.access(Some(&over), Instant::now() + Duration::from_millis(20)).await;
    assert_eq!(short.unwrap_err().kind(), "unavailable");
    assert_eq!(access(&holder(&memos, &crm), Some("access-0")).await, Ok("access-1".to_owned()));
    assert_eq!(crm.asked(), 1);
}

#[tokio::test]
async fn g4_an_answer_that_was_lost_ends_in_plain_words_and_in_no_loop() {
    let (memos, crm) = (store(), Issues::default());
    crm.crm().loses = true;
    assert_eq!(access(&holder(&memos, &crm), Some("access-0")).await.unwrap_err().kind(), "unavailable");
    // As after a crash: another holder tries the old one, in case that the CRM is lenient.
    for _ in 0..10 {
        let failure = access(&holder(&memos, &crm), Some("access-0")).await.unwrap_err();
        assert!(matches!(&failure, Failure::TokenDead(why) if why.contains("was lost")), "{failure}");
    }
    assert_eq!(crm.asked(), 2, "it is asked once more, and never again");
}

#[tokio::test]
async fn g4_what_the_crm_gave_is_used_only_when_it_is_written_down() {
    let (store, crm) = (Arc::new(Store::default()), Issues { slow: Duration::from_millis(200), ..Issues::default() });
    let memos: Arc<dyn Memos> = Arc::<Store>::clone(&store);
    let one = holder(&memos, &crm);
    let renewing = tokio::spawn(async move { access(&one, Some("access-0")).await });
    // Away between the CRM's answer and the disk.
    sleep(Duration::from_millis(100)).await;
    store.away.store(true, Ordering::Relaxed);
    while crm.asked() == 0 {
        sleep(Duration::from_millis(5)).await;
    }
    sleep(Duration::from_millis(100)).await;
    assert!(!renewing.is_finished(), "it is not handed out yet");
    store.away.store(false, Ordering::Relaxed);
    assert_eq!(renewing.await.unwrap(), Ok("access-1".to_owned()));
    assert_eq!(
        access(&holder(&memos, &crm), Some("access-1")).await,
        Ok("access-2".to_owned()),
        "the pair is the new one"
    );
}

#[tokio::test]
async fn f6_a_refusal_is_asked_for_once_until_a_person_acts() {
    let (memos, crm) = (store(), Issues::default());
    crm.crm().revoked = true;
    for _ in 0..5 {
        let failure = access(&holder(&memos, &crm), Some("access-0")).await.unwrap_err();
        assert_eq!(failure.kind(), "token_dead");
    }
    assert_eq!(crm.asked(), 1);
    crm.crm().revoked = false;
    let again = holder(&memos, &crm);
    again.try_again(Instant::now() + Duration::from_mins(1)).await.unwrap();
    assert_eq!(access(&again, Some("access-0")).await, Ok("access-1".to_owned()));
}

#[tokio::test]
async fn new_credentials_make_void_what_is_kept() {
    let (memos, crm) = (store(), Issues::default());
    assert_eq!(access(&holder(&memos, &crm), Some("access-0")).await, Ok("access-1".to_owned()));
    let new = Tokens::new(&entry("second"), &memos, Issues::default(), Duration::from_secs(20));
    assert_eq!(access(&new, None).await, Ok("access-0".to_owned()), "what a person gave, not what was kept");
    assert_eq!(access(&new, Some("access-0")).await, Ok("access-1".to_owned()));
}

#[test]
fn only_so_many_are_asked_for_in_so_long() {
    let (mut kept, start) = (Kept::default(), Timestamp::UNIX_EPOCH);
    let (quota, second) = ((10, Duration::from_mins(10)), Duration::from_secs(1));
    for n in 0..10 {
        let now = schemas::time::later(start, second * n);
        kept.room(quota, now).unwrap();
        kept.asked.push(now);
    }
    let failure = kept.room(quota, schemas::time::later(start, Duration::from_mins(1))).unwrap_err();
    assert!(matches!(failure, Failure::Quota { retry_after: Some(wait), .. } if wait.as_secs() == 540), "{failure}");
    kept.room(quota, schemas::time::later(start, Duration::from_mins(10))).unwrap();
    assert_eq!(kept.asked.len(), 9);
}
