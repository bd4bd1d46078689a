//! Log-ins, and sessions that end.

use super::*;

#[tokio::test]
async fn check_says_as_whom_and_which_mapped_users_are_missing() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    assert_eq!(open(&crm, &[user], &json!({})).check().await.unwrap().who, "connected as api, 1 users");
    let said = open(&crm, &[user, 999], &json!({})).check().await.unwrap().who;
    assert_eq!(said, "connected as api, 1 users; mapped, but not among them: 999");
}

#[tokio::test]
async fn f6_a_wrong_password_a_user_without_the_api_and_a_log_in_page_are_dead_tokens() {
    let no_api = Login { api: false, ..Login::new("api", "secret") };
    let closed = started(RbsOptions { logins: vec![no_api], ..RbsOptions::default() }).await;
    let said = open(&closed, &[], &json!({})).check().await.unwrap_err();
    assert!(matches!(&said, Failure::TokenDead(why) if why.contains("may not use the API")), "{said}");

    let crm = crm().await;
    let session = rbs_crm::RbsCrm.open(&entry(&crm.base_url(), &[], &json!({}), "wrong"), &memos()).ok().unwrap();
    assert_eq!(session.check().await.unwrap_err().kind(), "token_dead");

    let session = open(&crm, &[], &json!({}));
    session.check().await.unwrap();
    crm.faults().login_page_next(1);
    let look = Look { name: "x".to_owned(), query: json!({"find": "companies", "ids": ["1"]}), why: String::new() };
    assert_eq!(session.look(&look).await.unwrap_err().kind(), "token_dead");
}

#[tokio::test]
async fn a_session_that_ended_is_renewed_once_for_all_requests() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    for round in 1..=3 {
        let puts: Vec<Put> = (0..8).map(|_| task(user)).collect();
        let made = futures_util::future::join_all(puts.iter().map(|put| session.make(put))).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        assert_eq!(crm.snapshot().count("auth", ""), round, "one log-in for all");
        crm.expire_sessions();
    }
    assert_eq!(crm.snapshot().rows(Table::Tasks).len(), 24);
}

#[tokio::test]
async fn a_password_changed_in_between_is_a_dead_token() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    session.make(&task(user)).await.unwrap();
    crm.set_password("api", "new");
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "token_dead");
    assert_eq!(crm.snapshot().rows(Table::Tasks).len(), 1);
}

#[tokio::test]
async fn sessions_of_one_request_make_no_endless_round() {
    let crm = started(RbsOptions { session_requests: Some(0), ..RbsOptions::default() }).await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "outcome_unknown");
    assert_eq!(session.check().await.unwrap_err().kind(), "not_understood");
    assert!(crm.snapshot().count("auth", "") <= 4);
}

#[tokio::test]
async fn a_log_in_that_takes_all_the_time_sends_nothing() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    crm.faults().set_login_delay(Duration::from_secs(5));
    let session = open(&crm, &[user], &json!({"request_timeout": "1s"}));
    let puts = [task(user), task(user), task(user)];
    let began = std::time::Instant::now();
    let made = futures_util::future::join_all(puts.iter().map(|put| session.make(put))).await;
    assert!(made.iter().all(|made| made.as_ref().is_err_and(|why| why.kind() == "unavailable")), "{made:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "each is done by its own deadline");
}
