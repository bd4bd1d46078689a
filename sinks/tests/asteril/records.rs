//! A1 to A5: what a call makes.

use super::*;

#[tokio::test]
async fn a1_a2_a_call_of_a_new_client_with_marks_and_a_recording_that_comes_late() {
    let (crm, user) = crm().await;
    let fields = json!({"utm_source": "custom_field_3", "landing": "custom_field_5"});
    let session = open(&crm, user, &json!({"utm": true, "fields": fields}));
    let mut known = Known::default();
    deliver(&*session, &answered(&[]), &mut known).await.unwrap();
    let client = last(&crm, CLIENTS);
    let expected = json!({
        "name": CLIENT, "phone": CLIENT, "custom_field_3": "google", "custom_field_5": "https://shop.test/?a=1&b=2"
    });
    assert_eq!(Value::Object(client.fields.clone()), expected);

    deliver(&*session, &answered(&["https://r.test/1.mp3?a=1&b=2"]), &mut known).await.unwrap();
    let call = last(&crm, CALLS);
    let expected = json!({
        "external_id": "acme-pbx/ua1-1700000000.42&<7>", "direction": "incoming", "status": "answered",
        "client_id": client.id, "phone": CLIENT, "line": "380441112233", "manager_phone": "acme_ivan",
        "start_time": "2026-11-19 11:00:00", "duration": 57, "record_url": "https://r.test/1.mp3?a=1&b=2"
    });
    assert_eq!((Value::Object(call.fields), call.edits), (expected, 1));
    assert_eq!((counts(&crm), last(&crm, CLIENTS).edits), ([1, 1, 0], 0));
    let posts = crm.requests("POST", "/");
    deliver(&*session, &answered(&["https://r.test/1.mp3?a=1&b=2"]), &mut known).await.unwrap();
    assert_eq!(crm.requests("POST", "/"), posts, "the same again sends nothing");
}

#[tokio::test]
async fn a1_an_answered_call_of_a_known_client_is_a_call_only() {
    let (crm, user) = crm().await;
    crm.add_client("Стара", "067 123-45-67");
    let client = crm.add_client("Оксана", CLIENT);
    let session = open(&crm, user, &json!({"fields": {"landing": "custom_field_5"}}));
    deliver(&*session, &answered(&[]), &mut Known::default()).await.unwrap();
    assert_eq!((counts(&crm), last(&crm, CLIENTS).edits), ([2, 1, 0], 0));
    assert_eq!(last(&crm, CALLS).text("client_id"), client.to_string());
}

#[tokio::test]
async fn a3_a_missed_call_makes_a_task_of_whose_access_it_is_bound_to_the_client() {
    let (crm, user) = crm().await;
    crm.add_user("Олена");
    let session = open(&crm, user, &json!({}));
    let note = deliver(&*session, &missed(), &mut Known::default()).await.unwrap();
    let (client, task) = (last(&crm, CLIENTS), last(&crm, TASKS));
    assert_eq!((task.get("client_id"), task.get("responsible_id")), (&json!(client.id), &json!(user)));
    assert_eq!((task.text("due_date"), task.text("status")), ("2026-11-19 15:00:00".to_owned(), "open".to_owned()));
    assert_eq!(client.text("responsible_id"), "", "for a person to set");
    let call = last(&crm, CALLS);
    assert_eq!((call.text("status"), call.get("duration")), ("missed".to_owned(), &json!(0)));
    assert!(note.ends_with(&format!("for user {user}: the one of task_responsible")), "{note}");

    deliver(&*session, &another(missed()), &mut Known::default()).await.unwrap();
    assert_eq!((counts(&crm), last(&crm, TASKS).get("client_id")), ([1, 2, 2], &json!(client.id)));
}

#[tokio::test]
async fn a4_directions_and_switches() {
    for (settings, call, made) in [
        (json!({}), call("outgoing", "answered", &[]), [0, 1, 0]),
        (json!({"directions": "both"}), call("outgoing", "missed", &[]), [1, 1, 0]),
        (json!({"client_on_missed": false}), missed(), [0, 1, 1]),
        (json!({"task_on_missed": false}), missed(), [1, 1, 0]),
        (json!({"create_client": false, "task_on_missed": false}), missed(), [0, 1, 0]),
    ] {
        let (crm, user) = crm().await;
        deliver(&*open(&crm, user, &settings), &call, &mut Known::default()).await.unwrap();
        assert_eq!(counts(&crm), made, "{settings}");
    }
}

#[tokio::test]
async fn a5_a_client_in_another_format_is_not_found() {
    for (create, made) in [(false, [1, 1, 1]), (true, [2, 1, 1])] {
        let (crm, user) = crm().await;
        let stranger = crm.add_client("Оксана", "067 123-45-67");
        // Also where the CRM finds it, as one that passes the filter over does.
        crm.trap(|traps| traps.filters_ignored = true);
        deliver(&*open(&crm, user, &json!({"create_client": create})), &missed(), &mut Known::default()).await.unwrap();
        assert_eq!(counts(&crm), made);
        let (call, task) = (last(&crm, CALLS), last(&crm, TASKS));
        assert_eq!(call.get("client_id"), task.get("client_id"));
        assert_eq!(task.get("client_id").is_null(), !create);
        assert_ne!(task.get("client_id"), &json!(stranger));
    }
}

#[tokio::test]
async fn a16_a_hidden_caller_is_registered_and_has_no_client() {
    let (crm, user) = crm().await;
    let hidden = schemas::Phone::read("anonymous", "UA");
    let call = Call { client: Some(hidden), ..missed() };
    deliver(&*open(&crm, user, &json!({})), &call, &mut Known::default()).await.unwrap();
    assert_eq!((counts(&crm), last(&crm, CALLS).text("phone")), ([0, 1, 1], String::new()));
}

#[tokio::test]
async fn a_missed_call_that_was_answered_after_all() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({"client_on_missed": false}));
    let mut known = Known::default();
    deliver(&*session, &missed(), &mut known).await.unwrap();
    let note = deliver(&*session, &answered(&["https://r.test/1"]), &mut known).await.unwrap();
    assert_eq!(counts(&crm), [1, 1, 1]);
    let (call, task) = (last(&crm, CALLS), last(&crm, TASKS));
    let held = (call.text("status"), call.get("client_id"), call.text("record_url"));
    assert_eq!(held, ("answered".to_owned(), &json!(last(&crm, CLIENTS).id), "https://r.test/1".to_owned()));
    assert_eq!((task.text("status"), task.edits), ("done".to_owned(), 1));
    assert!(note.contains("marked done"), "{note}");
}

#[tokio::test]
async fn f9_two_first_calls_of_a_number_make_one_client_though_the_search_lags() {
    let (crm, user) = crm().await;
    crm.faults().set_search_lag(std::time::Duration::from_mins(1));
    let session = open(&crm, user, &json!({}));
    let mut known = Known::default();
    deliver(&*session, &answered(&[]), &mut known).await.unwrap();
    let mut second = Known { remembered: known.remembered, ..Known::default() };
    deliver(&*session, &another(missed()), &mut second).await.unwrap();
    assert_eq!(counts(&crm), [1, 2, 1]);
}

#[tokio::test]
async fn f10_a_client_that_was_removed_is_not_bound_again() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({}));
    for flags in [false, true] {
        crm.trap(|traps| traps.flags = flags);
        let mut known = Known::default();
        deliver(&*session, &answered(&[]), &mut known).await.unwrap();
        let client = last(&crm, CLIENTS).id;
        crm.remove(CLIENTS, client);
        let mut second = Known { remembered: known.remembered, ..Known::default() };
        deliver(&*session, &another(answered(&[])), &mut second).await.unwrap();
        let anew = last(&crm, CLIENTS).id;
        assert_eq!((counts(&crm)[0], last(&crm, CALLS).get("client_id")), (1, &json!(anew)), "{flags}");
        crm.remove(CLIENTS, anew);
    }
    // One that cannot be asked for by its id is searched for by its number.
    let client = crm.add_client("Оксана", CLIENT);
    crm.trap(|traps| traps.no_items = true);
    let remembered = BTreeMap::from([("client".to_owned(), "999".to_owned())]);
    deliver(&*session, &answered(&[]), &mut Known { remembered, ..Known::default() }).await.unwrap();
    assert_eq!(last(&crm, CALLS).get("client_id"), &json!(client));
}

#[tokio::test]
async fn f10_a_record_that_people_removed_is_gone_and_not_changed() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({}));
    for flags in [false, true] {
        crm.trap(|traps| traps.flags = flags);
        let mut known = Known::default();
        deliver(&*session, &answered(&[]), &mut known).await.unwrap();
        crm.remove(CALLS, last(&crm, CALLS).id);
        let failure = deliver(&*session, &answered(&["https://r.test/1"]), &mut known).await.unwrap_err();
        assert_eq!(failure.kind(), "gone", "{failure}");
    }
}

#[tokio::test]
async fn f11_who_no_longer_works_there_is_given_no_task() {
    let (crm, user) = crm().await;
    crm.add_user("Олена");
    crm.remove(simulators::asteril::USERS, user);
    let note = deliver(&*open(&crm, user, &json!({})), &missed(), &mut Known::default()).await.unwrap();
    assert_eq!(last(&crm, TASKS).text("responsible_id"), "");
    assert!(note.contains("no longer works there"), "{note}");
}

#[tokio::test]
async fn who_works_there_is_asked_for_once_in_a_while_and_not_insisted_on() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({}));
    for _ in 0..3 {
        deliver(&*session, &missed(), &mut Known::default()).await.unwrap();
    }
    assert_eq!(crm.requests("GET", "/api/v3.1/users"), 1);
    // A key that may not see them, and a CRM that has no such list.
    crm.trap(|traps| traps.no_users = true);
    deliver(&*open(&crm, user, &json!({})), &missed(), &mut Known::default()).await.unwrap();
    assert_eq!(last(&crm, TASKS).text("responsible_id"), user.to_string());
    let unlisted = json!({"structures": {"users": {"list": "managers"}}});
    deliver(&*open(&crm, user, &unlisted), &missed(), &mut Known::default()).await.unwrap();
    assert_eq!(last(&crm, TASKS).text("responsible_id"), user.to_string());
}

#[tokio::test]
async fn another_accounts_names_are_a_matter_of_settings() {
    let (crm, user) = crm().await;
    let tasks = json!({"description": "", "due": "", "done": "open"});
    let calls = json!({"line": "", "manager": "", "duration": "", "external_id": ""});
    let session = open(&crm, user, &json!({"structures": {"tasks": tasks, "calls": calls}}));
    deliver(&*session, &missed(), &mut Known::default()).await.unwrap();
    let fields = |table| last(&crm, table).fields.keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(fields(CALLS), "client_id direction phone start_time status");
    assert_eq!(fields(TASKS), "client_id responsible_id status title");
    let wrong = open(&crm, user, &json!({"structures": {"api": "api/v3.2"}}));
    let failure = wrong.check().await.unwrap_err();
    assert_eq!(failure.kind(), "not_understood");
    assert!(failure.to_string().contains("the list of users: status 404"), "{failure}");
}
