//! A user's pair of tokens, of which the refresh token is taken once; and whose space the tokens are of.

use futures_util::future::join_all;
use sinks::identity::{self, Account};

use super::*;

const REFRESH: &str = "/auth/v1/auth/refresh_token";

fn lead() -> Look {
    Look { name: "lead".to_owned(), query: json!({"find": "lead", "id": "7"}), why: String::new() }
}

fn pair_of(crm: &UspacyCrm, user: u64) -> ConnectionEntry {
    let (token, refresh) = crm.pair();
    let credentials: &[(&str, &str)] = &[("token", &token), ("refresh_token", &refresh)];
    entry(&crm.base_url(), user, &json!({}), credentials)
}

#[tokio::test]
async fn g3_workers_that_find_the_token_over_renew_it_once_between_them() {
    let (crm, user) = space(|_| ()).await;
    let (entry, memos) = (pair_of(&crm, user), memos());
    let workers = [opened(&entry, &memos), opened(&entry, &memos), opened(&entry, &memos)];
    let lead = first_put(workers[0].as_ref(), &call("incoming", "answered"), &mut Known::default()).await;
    for round in 0..4 {
        let puts: Vec<Put> = vec![lead.clone(); 9];
        let made = join_all(puts.iter().zip(workers.iter().cycle()).map(|(put, worker)| worker.make(put))).await;
        assert!(made.iter().all(Result::is_ok), "{round}: {made:?}");
        assert_eq!(crm.requests("POST", REFRESH), round, "a token that was spent is never sent again");
        crm.expire_tokens();
    }
    assert_eq!(crm.live("leads").len(), 36, "each was made once");
    // One that is started now has only what was kept: what the person gave is long spent.
    opened(&entry, &memos).check().await.unwrap();
}

#[tokio::test]
async fn g4_a_renewal_whose_answer_is_lost_breaks_the_connection_in_plain_words() {
    let (crm, user) = space(|_| ()).await;
    let mut entry = pair_of(&crm, user);
    entry.connection.settings.insert("request_timeout".to_owned(), json!("1s"));
    let memos = memos();
    let session = opened(&entry, &memos);
    session.look(&users()).await.unwrap();
    crm.expire_tokens();
    // Carried out, and answered to nobody.
    crm.faults().set_login_delay(std::time::Duration::from_secs(2));
    let lost = session.look(&lead()).await.unwrap_err();
    assert_eq!(lost.kind(), "unavailable", "{lost}");
    crm.faults().clear();
    let began = std::time::Instant::now();
    while crm.given_tokens().len() < 4 {
        assert!(began.elapsed() < std::time::Duration::from_secs(30), "the renewal is never carried out");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let mut dead = String::new();
    for _ in 0..5 {
        let failure = opened(&entry, &memos).look(&users()).await.unwrap_err();
        assert_eq!(failure.kind(), "token_dead", "{failure}");
        dead = failure.to_string();
    }
    assert!(dead.contains("was lost") && dead.contains("give a new token"), "{dead}");
    assert_eq!(crm.requests("POST", REFRESH), 2, "once more, in case that the CRM is lenient, and never again");
    // A person gives another pair: all is well.
    let new = pair_of(&crm, user);
    opened(&new, &memos).look(&users()).await.unwrap();
}

#[tokio::test]
async fn g2_another_space_is_told_before_anything_is_sent() {
    let (crm, user) = space(|_| ()).await;
    let (first, memos) = (pair_of(&crm, user), memos());
    let verify = async |entry: &ConnectionEntry| {
        let verified = identity::verify(&*opened(entry, &memos), &*memos, entry).await.unwrap();
        (verified.account, verified.checked.account.unwrap())
    };
    assert!(!identity::is_settled(&*memos, &first).await.unwrap());
    assert_eq!(verify(&first).await, (Account::First, "space-1".to_owned()));
    assert_eq!(verify(&first).await.0, Account::Same);
    let renewed = pair_of(&crm, user);
    assert_eq!(verify(&renewed).await.0, Account::Same, "other credentials of the same space");
    assert!(identity::is_settled(&*memos, &renewed).await.unwrap());
    crm.move_to("space-2");
    let other = pair_of(&crm, user);
    let another = Account::Another { was: "space-1".to_owned(), is: "space-2".to_owned() };
    assert_eq!(verify(&other).await.0, another);
    assert!(!identity::is_settled(&*memos, &other).await.unwrap());
    assert!(another.problem().unwrap().contains("it was space-1 and is space-2"));
    identity::accept(&*opened(&other, &memos), &*memos, &other).await.unwrap();
    assert!(identity::is_settled(&*memos, &other).await.unwrap());
    assert_eq!(verify(&other).await.0, Account::Same);
}
