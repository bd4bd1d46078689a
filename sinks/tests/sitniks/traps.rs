//! What stands in the way: credentials, limits, answers that are lost, refused, or not what they seem.

use std::time::Duration;

use simulators::sitniks::{Dialect, Failure as Broken, Pace, Traps};

use super::*;

fn missed(n: u32) -> Call {
    call(n, "incoming", "missed", &[])
}

#[tokio::test]
async fn f6_a_wrong_token_a_trial_plan_and_a_log_in_page_are_dead_tokens() {
    let crm = crm().await;
    let wrong = sitniks::Sitniks.open(&entry(&crm.base_url(), &[], &json!({}), "wrong-token"), &memos()).ok().unwrap();
    assert_eq!(wrong.check().await.unwrap_err().kind(), "token_dead");
    let session = open(&crm, &[], &json!({}));
    session.check().await.unwrap();
    for errors_as_200 in [false, true] {
        crm.set_traps(Traps { trial: true, errors_as_200, ..Traps::default() });
        let said = session.check().await.unwrap_err();
        assert!(matches!(&said, Failure::TokenDead(why) if why.contains("trial plan")), "{said}");
        crm.set_traps(Traps { token_refused: true, token_told: true, errors_as_200, ..Traps::default() });
        let said = deliver(session.as_ref(), &missed(1), &mut Known::default()).await.unwrap_err();
        assert!(matches!(&said, Failure::TokenDead(why) if why.contains("Bearer [secret]")), "{said}");
    }
    crm.set_traps(Traps::default());
    crm.faults().login_page_next(1);
    assert_eq!(session.check().await.unwrap_err().kind(), "token_dead");
    deliver(session.as_ref(), &missed(1), &mut Known::default()).await.unwrap();
}

#[tokio::test]
async fn f5_a_crm_that_bears_few_requests_is_a_quota_and_nothing_is_made_twice() {
    let crm = crm().await;
    let session = open(&crm, &[], &json!({}));
    assert_eq!(session.limits().max_in_flight, 1);
    crm.set_traps(Traps { pace: Some(Pace { requests: 2, within: Duration::from_hours(1) }), ..Traps::default() });
    let (mut known, mut quotas) = (Known::default(), 0);
    while let Err(failure) = deliver(session.as_ref(), &missed(1), &mut known).await {
        assert!(matches!(failure, Failure::Quota { retry_after: None, .. }), "{failure}");
        quotas += 1;
        assert_eq!((cards(&crm), crm.records(CALLS).len()), (0, 0));
        if quotas == 3 {
            crm.set_traps(Traps::default());
        }
    }
    assert_eq!((cards(&crm), crm.records(CALLS).len(), quotas), (1, 1, 3));
    crm.faults().fail_next(1, Broken::new(429).retry_after("7"));
    let quota = session.check().await.unwrap_err();
    assert!(matches!(quota, Failure::Quota { retry_after: Some(wait), .. } if wait.as_secs() == 7), "{quota}");
}

#[tokio::test]
async fn f4_what_stands_in_the_way_is_told_apart() {
    let crm = crm().await;
    let session = open(&crm, &[], &json!({"request_timeout": "1s"}));
    let put = wanted(session.as_ref(), &missed(1), "client", &mut Known::default()).await;
    for (status, kind) in [(503, "unavailable"), (502, "outcome_unknown"), (401, "token_dead"), (404, "not_understood")]
    {
        crm.faults().fail_next(1, Broken::new(status));
        assert_eq!(session.make(&put).await.unwrap_err().kind(), kind, "{status}");
    }
    crm.faults().hang_next(1);
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown");
    crm.faults().hang_next(1);
    assert_eq!(session.find(&put).await.unwrap_err().kind(), "unavailable");
    crm.stop().await;
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "unavailable");
    crm.restart().await.unwrap();
    session.make(&put).await.unwrap();
    assert_eq!(cards(&crm), 1);
}

#[tokio::test]
async fn f7_f13_a_refusal_carries_the_crms_word_and_the_field() {
    let crm = crm().await;
    let session = open(&crm, &[], &json!({}));
    crm.set_traps(Traps { source_demanded: true, ..Traps::default() });
    let failure = deliver(session.as_ref(), &missed(1), &mut Known::default()).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Refused { field: Some(field), said } if field == "source" && said.contains("empty")),
        "{failure}"
    );
}

#[tokio::test]
async fn f1_f2_an_answer_lost_leaves_a_question_that_the_marker_answers() {
    for name in ["client", "call"] {
        let crm = crm().await;
        crm.add_client("Чужа", "0671112234");
        let session = open(&crm, &[], &json!({}));
        deliver(session.as_ref(), &Call { client: None, ..missed(9) }, &mut Known::default()).await.unwrap();
        let put = wanted(session.as_ref(), &missed(1), name, &mut Known::default()).await;
        crm.faults().drop_before_next(1);
        assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown");
        assert_eq!(session.find(&put).await.unwrap(), None, "{name}");
        crm.faults().drop_after_next(1);
        assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown");
        let made = crm.records(if name == "client" { CLIENTS } else { CALLS }).last().unwrap().id.to_string();
        assert_eq!(session.find(&put).await.unwrap(), Some(made), "{name}");
    }
}

#[tokio::test]
async fn a_row_that_is_there_already_is_given_its_content_and_not_made_again() {
    for conflict_unnamed in [false, true] {
        let crm = crm().await;
        let manager = crm.add_manager("Іван");
        let session = open(&crm, &[manager], &json!({}));
        let mut known = Known::default();
        let early = wanted(session.as_ref(), &ringing(1), "call", &mut known).await;
        crm.faults().drop_after_next(1);
        assert_eq!(session.make(&early).await.unwrap_err().kind(), "outcome_unknown");
        // Nobody found it, and the call ended meanwhile.
        crm.set_traps(Traps { conflict_unnamed, ..Traps::default() });
        let put = wanted(session.as_ref(), &call(1, "incoming", "answered", &[]), "call", &mut known).await;
        let id = only_row(&crm).id.to_string();
        assert_eq!(session.make(&put).await, Err(Failure::AlreadyThere { crm_id: id }));
        let row = only_row(&crm);
        assert_eq!((row.text("status").as_str(), row.get("managerId")), ("completed", &json!(manager)));
    }
}

#[tokio::test]
async fn a_row_that_is_there_and_shown_by_no_search_is_asked_for_later() {
    let crm = crm().await;
    crm.faults().set_search_lag(Duration::from_mins(1));
    crm.set_traps(Traps { conflict_unnamed: true, ..Traps::default() });
    let session = open(&crm, &[], &json!({}));
    let put = wanted(session.as_ref(), &missed(1), "call", &mut Known::default()).await;
    session.make(&put).await.unwrap();
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "not_understood");
    assert_eq!(crm.records(CALLS).len(), 1);
}

#[tokio::test]
async fn f3_a_row_found_by_its_marker_is_given_the_content_of_the_try_that_looks() {
    let crm = crm().await;
    let session = open(&crm, &[], &json!({}));
    let mut known = Known::default();
    let early = wanted(session.as_ref(), &ringing(1), "call", &mut known).await;
    let id = session.make(&early).await.unwrap();
    assert_eq!(session.find(&early).await.unwrap().as_deref(), Some(id.as_str()));
    assert_eq!(only_row(&crm).edits, 0, "it is as it was made");
    let put = wanted(session.as_ref(), &missed(1), "call", &mut known).await;
    assert_eq!(session.find(&put).await.unwrap(), Some(id));
    assert_eq!((only_row(&crm).text("status").as_str(), only_row(&crm).edits), ("cancelled", 1));
}

#[tokio::test]
async fn of_rows_that_stand_twice_the_oldest_is_ours() {
    let crm = crm().await;
    crm.set_traps(Traps { duplicates: true, ..Traps::default() });
    let session = open(&crm, &[], &json!({}));
    let put = wanted(session.as_ref(), &missed(1), "call", &mut Known::default()).await;
    let first = session.make(&put).await.unwrap();
    session.make(&put).await.unwrap();
    assert_eq!((session.find(&put).await.unwrap(), crm.records(CALLS).len()), (Some(first), 2));
}

#[tokio::test]
async fn a_filter_that_is_passed_over_makes_no_stranger_ours() {
    let crm = crm().await;
    crm.set_traps(Traps { filters_passed_over: true, clients_under_their_name: true, ..Traps::default() });
    for n in 0..60 {
        crm.add_client("Чужа", &format!("+3805011122{n:02}"));
    }
    let session = open(&crm, &[], &json!({}));
    deliver(session.as_ref(), &missed(9), &mut Known::default()).await.unwrap();
    let put = wanted(session.as_ref(), &missed(1), "call", &mut Known::default()).await;
    assert_eq!((cards(&crm), session.find(&put).await.unwrap()), (61, None), "the row of another call is not ours");
    let ours = session.make(&put).await.unwrap();
    assert_eq!(session.find(&put).await.unwrap(), Some(ours));
    deliver(session.as_ref(), &missed(2), &mut Known::default()).await.unwrap();
    assert_eq!(cards(&crm), 61, "the card on the second page was found");
    // Who could be on a page that nobody reads is not made again.
    for n in 0..200 {
        crm.add_client("Чужа", &format!("+380501113{n:03}"));
    }
    crm.delete(CLIENTS, crm.records(CLIENTS)[60].id);
    let failure = deliver(session.as_ref(), &missed(3), &mut Known::default()).await.unwrap_err();
    assert!(failure.kind() == "not_understood" && failure.to_string().contains("passes over"), "{failure}");
    assert_eq!(cards(&crm), 260);
}

#[tokio::test]
async fn another_companys_paths_names_and_words_are_a_matter_of_settings() {
    let dialect = Dialect {
        calls: "telephony/calls".to_owned(),
        names: [("externalId", "uid"), ("recordUrl", "record")].into(),
        statuses: ["ACTIVE", "DONE", "LOST"],
        directions: ["inbound", "outbound"],
        change_by: "PUT",
        changeable: vec!["status", "recordUrl"],
    };
    let crm = started(SitniksOptions { dialect, ..SitniksOptions::default() }).await;
    let settings = json!({
        "paths": {"calls": "/telephony/calls"}, "names": {"external_id": "uid", "record_url": "record"},
        "statuses": {"active": "ACTIVE", "completed": "DONE", "cancelled": "LOST"}, "change_by": "PUT",
        "directions": {"incoming": "inbound", "outgoing": "outbound"}, "changeable": ["status", "record_url"]
    });
    let session = open(&crm, &[], &settings);
    let mut known = Known::default();
    deliver(session.as_ref(), &ringing(1), &mut known).await.unwrap();
    deliver(session.as_ref(), &call(1, "incoming", "answered", &["https://r/1"]), &mut known).await.unwrap();
    let row = only_row(&crm);
    assert_eq!((row.text("status").as_str(), row.text("direction").as_str(), row.edits), ("DONE", "inbound", 1));
    assert_eq!(row.get("recordUrl"), "https://r/1");
    // A register that is somewhere else is told of as such, and nothing is refused for good.
    let failure = deliver(open(&crm, &[], &json!({})).as_ref(), &missed(2), &mut Known::default()).await.unwrap_err();
    assert!(failure.kind() == "not_understood" && failure.to_string().contains("settings.paths"), "{failure}");
}

#[tokio::test]
async fn the_managers_are_asked_for_once_in_five_minutes() {
    let crm = crm().await;
    let manager = crm.add_manager("Іван");
    let session = open(&crm, &[manager], &json!({}));
    for n in 1..=3 {
        deliver(session.as_ref(), &call(n, "incoming", "answered", &[]), &mut Known::default()).await.unwrap();
    }
    assert_eq!(crm.requests("GET", "/open-api/managers"), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_has_its_place() {
    let place = |entry: ConnectionEntry| {
        let problems = sitniks::Sitniks.open(&entry, &memos()).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.path.join(".")).collect::<Vec<_>>().join(" ")
    };
    let vendor = "https://crm.sitniks.com/open-api";
    assert_eq!(place(entry(vendor, &[17], &json!({}), TOKEN)), "");
    assert_eq!(place(entry("", &[17], &json!({}), TOKEN)), "", "the vendor's address is known");
    assert_eq!(place(entry("crm.sitniks.com", &[17], &json!({}), TOKEN)), "base_url");
    assert_eq!(place(entry(vendor, &[17], &json!({}), " ")), "credentials.token");
    assert_eq!(place(entry(vendor, &[17], &json!({}), "a\nb")), "credentials.token");
    assert_eq!(place(entry(vendor, &[17], &json!({"create": true}), TOKEN)), "settings.create");
}
