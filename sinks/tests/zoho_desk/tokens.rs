//! OAuth: tokens that end, die silently, are refused, run out.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn a_token_is_asked_for_once_for_all_and_used_until_it_dies() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    for round in 1..=3 {
        let puts: Vec<Put> = (0..8).map(|_| plain_call()).collect();
        let made = futures_util::future::join_all(puts.iter().map(|put| session.make(put))).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        assert_eq!(site.desk.tokens_given(), round, "one token for all");
        // As if others had asked for so many that ours is the oldest.
        site.desk.expire_tokens();
    }
    assert_eq!(site.counts(), [0, 0, 24, 0]);
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end() {
    let options = ZohoOptions { token_lifetime: Duration::from_secs(2), ..ZohoOptions::default() };
    let site = Site::with(options).await;
    let session = site.open(&json!({}));
    let began = std::time::Instant::now();
    while site.desk.tokens_given() < 2 {
        session.make(&plain_call()).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(20), "it is never renewed");
    }
    assert_eq!(
        site.desk.requests("POST", "/api/v1/calls"),
        site.counts()[2],
        "none was sent with a token that was over"
    );
}

#[tokio::test]
async fn g1_a_consent_that_is_withdrawn_is_a_dead_token() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    session.make(&plain_call()).await.unwrap();
    site.desk.revoke();
    let failure = session.make(&plain_call()).await.unwrap_err();
    assert!(matches!(&failure, Failure::TokenDead(why) if why.contains("give consent again")), "{failure}");
    assert_eq!(site.counts(), [0, 0, 1, 0]);
}

#[tokio::test]
async fn f6_wrong_credentials_are_dead_tokens_with_words_that_tell_what_to_do() {
    let site = Site::new().await;
    for (name, value, words) in [
        ("client_secret", "wrong", "another data centre"),
        ("refresh_token", "wrong", "changed the password"),
        ("org_id", "7", "org_id"),
    ] {
        let mut entry = site.entry(&json!({}));
        entry.credentials.insert(name.to_owned(), Credential { value: Secret::new(value), from: None });
        for failure in
            [opened(&entry).make(&plain_call()).await.unwrap_err(), opened(&entry).check().await.unwrap_err()]
        {
            assert!(matches!(&failure, Failure::TokenDead(why) if why.contains(words)), "{name}: {failure}");
        }
    }
    assert_eq!(site.counts(), [0; 4]);
}

#[tokio::test]
async fn f6_a_scope_that_one_endpoint_lacks_breaks_the_connection_and_says_so() {
    let site = Site::new().await;
    site.desk.deny("POST", "tasks");
    let session = site.open(&json!({}));
    let failure = deliver(session.as_ref(), &call("missed", &[]), &mut Known::default()).await.unwrap_err();
    assert!(matches!(&failure, Failure::TokenDead(why) if why.contains("lacks a scope")), "{failure}");
    assert_eq!(site.counts(), [1, 1, 1, 0], "all else was made");
}

#[tokio::test]
async fn the_eleventh_token_in_ten_minutes_is_not_asked_for() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    for _ in 0..10 {
        session.make(&plain_call()).await.unwrap();
        site.desk.expire_tokens();
    }
    let failure = session.make(&plain_call()).await.unwrap_err();
    assert!(matches!(failure, Failure::Quota { retry_after: Some(wait), .. } if wait.as_secs() > 500), "{failure}");
    assert_eq!(site.desk.requests("POST", "/oauth/v2/token"), 10);
    // Somebody else with the same refresh token used them up.
    let failure = site.open(&json!({})).make(&plain_call()).await.unwrap_err();
    assert!(matches!(failure, Failure::Quota { retry_after: Some(wait), .. } if wait.as_secs() == 600), "{failure}");
}

#[tokio::test]
async fn an_accounts_host_that_is_slow_or_out_of_order_sends_nothing() {
    let site = Site::new().await;
    let session = site.open(&json!({"request_timeout": "1s"}));
    site.desk.faults().set_login_delay(Duration::from_secs(5));
    let puts = [plain_call(), plain_call(), plain_call()];
    let began = std::time::Instant::now();
    let made = futures_util::future::join_all(puts.iter().map(|put| session.make(put))).await;
    assert!(made.iter().all(|made| made.as_ref().is_err_and(|why| why.kind() == "unavailable")), "{made:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "each is done by its own deadline");
    site.desk.faults().clear();
    for _ in 0..12 {
        site.desk.faults().fail_next(1, simulators::zoho::Failure::new(500));
        assert_eq!(session.make(&plain_call()).await.unwrap_err().kind(), "unavailable", "and no quota is used up");
    }
    session.make(&plain_call()).await.unwrap();
    assert_eq!(site.counts(), [0, 0, 1, 0]);
}

#[tokio::test]
async fn no_failure_shows_a_secret() {
    let site = Site::new().await;
    let secrets = || {
        let options = ZohoOptions::default();
        let mut secrets = site.desk.access_tokens();
        secrets.extend([options.client_secret, options.refresh_token]);
        secrets
    };
    let session = site.open(&json!({"request_timeout": "1s"}));
    session.make(&plain_call()).await.unwrap();
    let mut failures = Vec::new();
    for status in [400, 401, 403, 404, 429, 500, 503] {
        site.desk.faults().fail_next(1, simulators::zoho::Failure::new(status));
        failures.push(session.make(&plain_call()).await.unwrap_err());
    }
    site.desk.faults().hang_next(1);
    failures.push(session.make(&plain_call()).await.unwrap_err());
    site.desk.revoke();
    failures.push(session.make(&plain_call()).await.unwrap_err());
    site.desk.stop().await;
    failures.push(session.make(&plain_call()).await.unwrap_err());
    for failure in failures {
        let text = format!("{failure} {failure:?}");
        assert!(secrets().iter().all(|secret| !text.contains(secret.as_str())), "{text}");
    }
}
