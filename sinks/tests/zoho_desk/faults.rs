//! What goes wrong on the way, and with records.

use std::time::Duration;

use simulators::zoho::Failure as Broken;

use super::*;

/// Three accounts: without a field of ours, with it in calls and tasks, with it everywhere.
async fn sites() -> [Site; 3] {
    let with = |modules: &[&'static str]| ZohoOptions {
        fields: modules.iter().map(|module| (*module, "rs_call_id")).collect(),
        ..ZohoOptions::default()
    };
    [
        Site::new().await,
        Site::with(with(&["calls", "tasks"])).await,
        Site::with(with(&["calls", "tasks", "tickets"])).await,
    ]
}

#[tokio::test]
async fn f1_every_record_of_a_call_is_found_by_its_marker() {
    for site in sites().await {
        let session = site.open(&json!({}));
        // Others' records around the same time, among which ours is found.
        deliver(session.as_ref(), &other_call(), &mut Known::default()).await.unwrap();
        let (mut known, mut names) = (Known::default(), Vec::new());
        while let Next::Put(put) = next(session.as_ref(), &call("missed", &[]), &mut known).await.unwrap() {
            assert_eq!(session.find(&put).await.unwrap(), None, "{}", put.name);
            let before = site.counts();
            site.desk.faults().drop_before_next(1);
            assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown", "{}", put.name);
            assert_eq!((session.find(&put).await.unwrap(), site.counts()), (None, before), "{}", put.name);
            site.desk.faults().drop_after_next(1);
            assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown", "{}", put.name);
            let crm_id = session.find(&put).await.unwrap().unwrap_or_else(|| panic!("{} is not found", put.name));
            assert_eq!(crm_id, site.last(&format!("{}s", put.name)).id.to_string());
            names.push(put.name.clone());
            made(&mut known, put, crm_id);
        }
        assert_eq!((names.join(" ").as_str(), site.counts()), ("contact ticket call task", [2, 2, 2, 2]));
    }
}

/// Another client's call of the same second.
fn other_call() -> Call {
    let mut call = call("missed", &[]);
    call.id = schemas::CallId("acme-pbx/77.2".to_owned());
    call.client = Some(schemas::Phone::read("+380671112234", "UA"));
    call
}

#[tokio::test]
async fn f1_f2_marks_put_into_a_known_contact_are_found_there() {
    let site = Site::new().await;
    let contact = site.desk.add_contact("Ромашка", "phone", CLIENT);
    let session = site.open(&json!({}));
    let Next::Put(put) = next(session.as_ref(), &call("answered", &[]), &mut Known::default()).await.unwrap() else {
        panic!("nothing to make")
    };
    assert_eq!((put.name.as_str(), session.find(&put).await.unwrap()), ("contact-marks", None));
    site.desk.faults().drop_after_next(1);
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown");
    assert_eq!(session.find(&put).await.unwrap(), Some(contact.to_string()));
}

#[tokio::test]
async fn f9_a_search_that_lags_shows_what_was_made_only_later() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    site.desk.faults().set_search_lag(Duration::from_millis(300));
    site.desk.faults().drop_after_next(1);
    assert_eq!(session.make(&plain_call()).await.unwrap_err().kind(), "outcome_unknown");
    let began = std::time::Instant::now();
    loop {
        if let Some(crm_id) = session.find(&plain_call()).await.unwrap() {
            assert_eq!(crm_id, site.last("calls").id.to_string());
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn any_text_arrives_as_it_is() {
    let site = Site::new().await;
    site.open(&json!({})).make(&plain_call()).await.unwrap();
    assert_eq!(site.last("calls").text("subject"), "Дзвінок & <1> ]]> 100%");
    assert_eq!(site.last("calls").text("description"), "рядок\n[rf:ab]");
}

#[tokio::test]
async fn f7_f13_a_refusal_names_the_field() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    for (field, value) in
        [("status", json!("Done")), ("ownerId", json!("5")), ("cf.cf_x", json!("1")), ("x", json!("1"))]
    {
        let mut put = plain_call();
        put.content.insert(field.to_owned(), value);
        let failure = session.make(&put).await.unwrap_err();
        assert!(matches!(&failure, Failure::Refused { field: Some(named), .. } if named == field), "{failure}");
    }
    let mut put = plain_call();
    put.content.remove("startTime");
    let failure = session.make(&put).await.unwrap_err();
    assert!(matches!(&failure, Failure::Refused { said, .. } if said.contains("/startTime missing")), "{failure}");
    site.desk.demand("calls", Some("cf_branch"));
    let failure = session.make(&plain_call()).await.unwrap_err();
    assert!(matches!(&failure, Failure::Refused { field: Some(named), .. } if named == "cf.cf_branch"), "{failure}");
    assert_eq!(site.counts(), [0; 4]);
}

#[tokio::test]
async fn f5_both_limits_are_quotas() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    session.make(&plain_call()).await.unwrap();
    site.desk.busy_next(1);
    let wait = |failure: Failure| match failure {
        Failure::Quota { retry_after: Some(wait), .. } => wait.as_secs(),
        other => panic!("{other}"),
    };
    assert_eq!(wait(session.make(&plain_call()).await.unwrap_err()), 5);
    site.desk.set_credits(1);
    session.make(&plain_call()).await.unwrap();
    assert_eq!(wait(session.make(&plain_call()).await.unwrap_err()), 7200);
    assert_eq!(site.desk.credits(), 0);
    site.desk.faults().fail_next(1, Broken::new(429).retry_after("7"));
    assert_eq!(wait(session.make(&plain_call()).await.unwrap_err()), 7);
}

#[tokio::test]
async fn f4_f6_failures_have_their_kinds_and_pass() {
    let site = Site::new().await;
    let session = site.open(&json!({"request_timeout": "1s"}));
    let users = look(&json!({"find": "users"}));
    session.look(&users).await.unwrap();
    for (status, kind) in [(503, "unavailable"), (502, "outcome_unknown"), (401, "token_dead"), (400, "refused")] {
        site.desk.faults().fail_next(1, Broken::new(status));
        assert_eq!(session.make(&plain_call()).await.unwrap_err().kind(), kind, "{status}");
    }
    site.desk.faults().login_page_next(1);
    assert_eq!(session.make(&plain_call()).await.unwrap_err().kind(), "token_dead");
    site.desk.faults().hang_next(1);
    assert_eq!(session.make(&plain_call()).await.unwrap_err().kind(), "outcome_unknown");
    site.desk.faults().hang_next(1);
    assert_eq!(session.find(&plain_call()).await.unwrap_err().kind(), "unavailable");
    site.desk.stop().await;
    assert_eq!(session.make(&plain_call()).await.unwrap_err().kind(), "unavailable");
    site.desk.restart().await.unwrap();
    session.make(&plain_call()).await.unwrap();
    assert_eq!(site.counts(), [0, 0, 1, 0]);
}

#[tokio::test]
async fn f10_a_change_of_a_record_that_is_gone_says_so() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    let crm_id = session.make(&plain_call()).await.unwrap();
    site.desk.remove("calls", crm_id.parse().unwrap());
    let mut put = plain_call();
    let held = put.content.clone();
    session.change(&put, &crm_id, &held).await.unwrap();
    assert_eq!(site.desk.requests("PATCH", "/api/v1/calls"), 0, "nothing differs, nothing is sent");
    put.content.insert("status".to_owned(), json!("Missed"));
    assert_eq!(session.change(&put, &crm_id, &held).await.unwrap_err().kind(), "gone");
    assert_eq!(session.change(&put, "1/../2", &held).await.unwrap_err().kind(), "refused");
    let gone = look(&json!({"find": "contact", "id": "1"}));
    assert_eq!(session.look(&gone).await.unwrap(), Value::Null);
}

#[tokio::test]
async fn a_change_writes_only_what_the_call_changed() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    let mut known = Known::default();
    deliver(session.as_ref(), &call("answered", &[]), &mut known).await.unwrap();
    let id = site.last("calls").id;
    let theirs = json!({"subject": "Домовились", "status": "Scheduled"});
    site.desk.with(|_, store| store.change("calls", id, fields(&theirs)).is_some());
    deliver(session.as_ref(), &call("answered", &["https://r/1"]), &mut known).await.unwrap();
    let call = site.last("calls");
    assert_eq!([call.text("subject"), call.text("status")], ["Домовились", "Scheduled"], "as people left it");
    assert_eq!(call.text("recordingUrl"), "https://r/1");
}

#[tokio::test]
async fn long_lists_are_read_to_their_end() {
    let site = Site::new().await;
    let session = site.open(&json!({}));
    for n in 0..250 {
        site.desk.add_agent(&format!("Агент {n}"), "");
        site.desk.add_contact(&format!("Клієнт {n}"), "phone", CLIENT);
    }
    let users = session.look(&look(&json!({"find": "users"}))).await.unwrap();
    assert_eq!(users.as_array().unwrap().len(), 253);
    let contacts = look(&json!({"find": "contacts", "spellings": [CLIENT]}));
    assert_eq!(session.look(&contacts).await.unwrap().as_array().unwrap().len(), 250);
    // Kept for some minutes: a call costs no list of agents.
    session.look(&look(&json!({"find": "users"}))).await.unwrap();
    assert_eq!(site.desk.requests("GET", "/api/v1/agents"), 3);
}

#[tokio::test]
async fn f8_a_crm_that_takes_its_time_is_not_asked_again_for_what_it_said() {
    let site = Site::new().await;
    let session = site.open(&json!({"request_timeout": "1s"}));
    site.desk.faults().set_answer_delay(Duration::from_millis(600));
    // A token and a list, then two times two lists: more than fits one deadline each.
    for (query, fits) in [("users", 2), ("fields", 2)] {
        let look = look(&json!({"find": query}));
        let mut tries = 1;
        while let Err(failure) = session.look(&look).await {
            assert_eq!(failure.kind(), "unavailable", "{failure}");
            tries += 1;
            assert!(tries <= fits, "{query} never comes");
        }
    }
}
