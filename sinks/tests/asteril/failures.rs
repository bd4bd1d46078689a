//! F4 to F8: what stands in the way is told apart.

use std::time::{Duration, Instant};

use simulators::faults::Failure as Broken;

use super::*;

#[tokio::test]
async fn check_says_who_is_missing() {
    let (crm, user) = crm().await;
    assert_eq!(user, 1);
    assert_eq!(open(&crm, user, &json!({})).check().await.unwrap().who, "connected, 1 users");
    let (other, _) = (crm.add_user("Олена"), crm.remove(simulators::asteril::USERS, user));
    assert_eq!(
        open(&crm, other, &json!({})).check().await.unwrap().who,
        "connected, 1 users; mapped user 1 is not among them"
    );
    let said = open(&crm, 9, &json!({})).check().await.unwrap().who;
    assert_eq!(said, "connected, 1 users; task_responsible 9 is not among them; mapped user 1 is not among them");
}

#[tokio::test]
async fn f6_a_wrong_key_a_wrong_domain_and_a_log_in_page_are_dead_tokens() {
    for flags in [false, true] {
        let (crm, user) = crm().await;
        let session = open(&crm, user, &json!({}));
        let (put, _) = wanted(&*session, &missed(), "call").await;
        crm.trap(|traps| (traps.flags, traps.wrong_domain) = (flags, true));
        assert_eq!(session.check().await.unwrap_err().kind(), "token_dead", "{flags}");
        assert_eq!(session.make(&put).await.unwrap_err().kind(), "token_dead", "{flags}");
        crm.trap(|traps| traps.wrong_domain = false);
        crm.set_key("another");
        assert_eq!(session.find(&put).await.unwrap_err().kind(), "token_dead", "{flags}");
        assert_eq!(
            session.change(&put, "1", &serde_json::Map::new()).await.unwrap_err().kind(),
            "token_dead",
            "{flags}"
        );
        crm.set_key(KEY);
        crm.faults().login_page_next(1);
        assert_eq!(session.make(&put).await.unwrap_err().kind(), "token_dead", "{flags}");
        assert_eq!(counts(&crm), [1, 0, 0]);
    }
}

#[tokio::test]
async fn f7_f13_a_refusal_carries_the_crms_words_with_any_status() {
    for flags in [false, true] {
        let (crm, user) = crm().await;
        let session = open(&crm, user, &json!({}));
        crm.trap(|traps| (traps.flags, traps.demanded) = (flags, Some("department_id".to_owned())));
        let failure = deliver(&*session, &answered(&[]), &mut Known::default()).await.unwrap_err();
        let words = "department_id: is required".to_owned();
        assert_eq!(failure, Failure::Refused { field: Some("department_id".to_owned()), said: words });
    }
}

#[tokio::test]
async fn f4_f5_statuses_and_lost_answers_are_told_apart() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({"request_timeout": "1s"}));
    let (put, _) = wanted(&*session, &missed(), "task").await;
    crm.faults().fail_next(1, Broken::new(429).retry_after("7"));
    let quota = session.make(&put).await.unwrap_err();
    assert!(matches!(quota, Failure::Quota { retry_after: Some(wait), .. } if wait.as_secs() == 7), "{quota}");
    for (status, write, read) in [
        (503, "unavailable", "unavailable"),
        (502, "outcome_unknown", "unavailable"),
        (302, "token_dead", "token_dead"),
        (403, "token_dead", "token_dead"),
        (422, "refused", "not_understood"),
    ] {
        crm.faults().fail_next(1, Broken::new(status));
        assert_eq!(session.make(&put).await.unwrap_err().kind(), write, "{status}");
        crm.faults().fail_next(1, Broken::new(status));
        assert_eq!(session.find(&put).await.unwrap_err().kind(), read, "{status}");
    }
    crm.trap(|traps| traps.error_pages = 1);
    assert_eq!(session.find(&put).await.unwrap_err().kind(), "not_understood");
    crm.faults().hang_next(1);
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown");
    crm.faults().hang_next(1);
    assert_eq!(session.find(&put).await.unwrap_err().kind(), "unavailable");
    crm.stop().await;
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "unavailable");
    crm.restart().await.unwrap();
    session.make(&put).await.unwrap();
    assert_eq!(counts(&crm), [1, 1, 1]);
}

#[tokio::test]
async fn f8_a_slow_list_is_given_up_as_a_whole_when_its_time_is_over() {
    let (crm, user) = crm().await;
    let client = crm.add_client("Оксана", CLIENT);
    for n in 0..100 {
        crm.add_task(&n.to_string(), Some(client));
    }
    let session = open(&crm, user, &json!({"request_timeout": "1s"}));
    let (put, _) = wanted(&*session, &missed(), "task").await;
    crm.faults().set_answer_delay(Duration::from_millis(300));
    let began = Instant::now();
    assert_eq!(session.find(&put).await.unwrap_err().kind(), "unavailable");
    assert!(began.elapsed() < Duration::from_secs(3), "ten pages of 300 ms each have one deadline");
    assert!(began.elapsed() >= Duration::from_millis(900));
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_has_its_place() {
    let place = |entry: ConnectionEntry| {
        let problems = Asteril.open(&entry, &memos()).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.path.join(".")).collect::<Vec<_>>().join(" ")
    };
    let good = || entry("https://crm1234567.asteril.com", KEY, &json!({"task_responsible": 2}));
    assert_eq!(place(good()), "");
    let mut zone = good();
    zone.connection.timezone = "Mars/Base".to_owned();
    assert_eq!(place(zone), "timezone");
    assert_eq!(place(entry("crm1234567.asteril.com", KEY, &json!({"task_responsible": 2}))), "base_url");
    assert_eq!(place(entry("https://x.test", "", &json!({"task_responsible": 2}))), "credentials.api_key");
    assert_eq!(place(entry("https://x.test", KEY, &json!({}))), "settings.task_responsible");
}

#[tokio::test]
async fn the_address_may_name_the_api_already() {
    let (crm, user) = crm().await;
    for path in ["", "/", "/api/v3.1", "/api/v3.1/"] {
        let entry = entry(&format!("{}{path}", crm.base_url()), KEY, &json!({"task_responsible": user}));
        assert_eq!(
            Asteril.open(&entry, &memos()).ok().unwrap().check().await.unwrap().who,
            "connected, 1 users",
            "{path}"
        );
    }
}
