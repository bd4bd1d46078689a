//! Tokens, scopes, limits.

use std::time::{Duration, Instant};

use super::*;

#[tokio::test]
async fn tokens_are_given_for_the_right_refresh_token_and_not_too_often() {
    let asking = Asking::new().await;
    let (status, _, body) = asking.refresh("wrong").await;
    assert_eq!((status, &body["error"]), (200, &json!("invalid_code")));
    for _ in 1..10 {
        assert_eq!(asking.refresh("1000.refresh").await.2["expires_in"], 3600);
    }
    let (status, _, body) = asking.refresh("1000.refresh").await;
    assert_eq!((status, &body["error"]), (400, &json!("Access Denied")), "the eleventh in ten minutes");
    assert_eq!(asking.get("agents").await.0, 200, "ten at once are alive");
}

#[tokio::test]
async fn the_oldest_token_dies_silently_and_every_one_in_the_end() {
    let asking = Asking::with(ZohoOptions { tokens: 2, ..ZohoOptions::default() }).await;
    asking.refresh("1000.refresh").await;
    assert_eq!(asking.get("agents").await.0, 200);
    asking.refresh("1000.refresh").await;
    let (status, code, _) = asking.get("agents").await;
    assert_eq!((status, code.as_str()), (401, "INVALID_OAUTH"));

    let lifetime = Duration::from_millis(200);
    let asking = Asking::with(ZohoOptions { token_lifetime: lifetime, ..ZohoOptions::default() }).await;
    let began = Instant::now();
    while asking.get("agents").await.0 == 200 {
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    assert!(began.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn who_asks_without_a_token_an_organisation_or_a_scope_is_refused() {
    let asking = Asking::new().await;
    let url = format!("{}/api/v1/agents", asking.desk.base_url());
    let token = format!("Bearer {}", asking.token);
    let (status, code, _) = read(asking.http.get(&url)).await;
    assert_eq!((status, code.as_str()), (401, "UNAUTHORIZED"));
    for (org, status, code) in [
        (None, 403, "OAUTH_ORG_MISMATCH"),
        (Some("7"), 403, "OAUTH_ORG_MISMATCH"),
        (Some("acme"), 500, "INTERNAL_SERVER_ERROR"),
        (Some("55000111"), 200, ""),
    ] {
        let mut request = asking.http.get(&url).header("Authorization", &token);
        if let Some(org) = org {
            request = request.header("orgId", org);
        }
        let answered = read(request).await;
        assert_eq!((answered.0, answered.1.as_str()), (status, code), "{org:?}");
    }
    let organizations = asking.http.get(format!("{}/api/v1/organizations", asking.desk.base_url()));
    assert_eq!(read(organizations.header("Authorization", &token)).await.0, 200, "they need no organisation");
    asking.desk.deny("POST", "calls");
    assert_eq!(asking.post("calls", &call()).await.1, "SCOPE_MISMATCH");
    assert_eq!(asking.get("calls/search").await.0, 204, "one endpoint only");
}

#[tokio::test]
async fn credits_count_down_and_both_limits_differ() {
    let asking = Asking::new().await;
    let response = asking.request(Method::GET, "agents").send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().parse::<u32>().unwrap();
    assert_eq!(header("x-rate-limit-request-weight-v3"), 3);
    assert_eq!(header("x-rate-limit-remaining-v3"), 99_997);
    asking.desk.busy_next(1);
    let busy = asking.request(Method::GET, "agents").send().await.unwrap();
    assert_eq!((busy.status().as_u16(), busy.headers().get("retry-after")), (429, None));
    asking.desk.set_credits(2);
    let spent = asking.request(Method::GET, "agents").send().await.unwrap();
    assert_eq!((spent.status().as_u16(), spent.headers()["retry-after"].to_str().unwrap()), (429, "7200"));
    assert_eq!(asking.post("calls", &call()).await.0, 200, "there is enough for one record");
}
