//! What a call leaves in the CRM, row by row.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn check_says_how_many_managers_there_are_and_which_mapped_ones_are_missing() {
    let crm = crm().await;
    let manager = crm.add_manager("Іван");
    assert_eq!(open(&crm, &[manager], &json!({})).check().await.unwrap().who, "connected, 1 managers");
    let said = open(&crm, &[manager, 999, 998], &json!({})).check().await.unwrap().who;
    assert_eq!(said, "connected, 1 managers; mapped, but not among them: 998, 999");
    // More than a page of them.
    for _ in 0..120 {
        crm.add_manager("Олена");
    }
    assert_eq!(open(&crm, &[manager], &json!({})).check().await.unwrap().who, "connected, 121 managers");
    assert_eq!((crm.requests("GET", "/open-api/managers"), crm.requests("POST", "/")), (5, 0));
}

#[tokio::test]
async fn s1_s2_every_scenario_of_a_new_and_a_known_client() {
    for (direction, outcome, status, taken) in [
        ("incoming", "answered", "completed", true),
        ("incoming", "missed", "cancelled", false),
        ("outgoing", "answered", "completed", true),
        ("outgoing", "missed", "cancelled", true),
    ] {
        let crm = crm().await;
        let manager = crm.add_manager("Іван");
        let session = open(&crm, &[manager], &json!({}));
        for n in 1..=2 {
            deliver(session.as_ref(), &call(n, direction, outcome, &[]), &mut Known::default()).await.unwrap();
            assert_eq!(cards(&crm), 1, "never a second card");
        }
        let card = &crm.records(CLIENTS)[0];
        assert_eq!((card.text("fullname").as_str(), card.text("phone").as_str()), ("+380 67 111 2233", NUMBER));
        let rows = crm.records(CALLS);
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert_eq!(row.get("clientId"), card.id);
            assert_eq!(row.get("status"), status);
            assert_eq!(row.get("direction"), if direction == "incoming" { "in" } else { "out" });
            assert_eq!(*row.get("managerId"), if taken { json!(manager) } else { json!(null) });
            assert_eq!(*row.get("duration"), if outcome == "answered" { json!(57) } else { json!(0) });
            assert_eq!(row.get("startedAt"), "2026-11-19T09:00:00.000Z");
        }
    }
}

#[tokio::test]
async fn s2_the_active_row_becomes_a_finished_one() {
    for (outcome, status) in [("answered", "completed"), ("missed", "cancelled")] {
        let crm = crm().await;
        let manager = crm.add_manager("Іван");
        let session = open(&crm, &[manager], &json!({}));
        assert!(session.early());
        let mut known = Known::default();
        deliver(session.as_ref(), &ringing(1), &mut known).await.unwrap();
        let row = only_row(&crm);
        assert_eq!((row.text("status").as_str(), row.get("duration"), cards(&crm)), ("active", &Value::Null, 1));
        let talking = Call { state: CallState::Talking, ..ringing(1) };
        deliver(session.as_ref(), &talking, &mut known).await.unwrap();
        assert_eq!(only_row(&crm).edits, 0);
        deliver(session.as_ref(), &call(1, "incoming", outcome, &["https://r/1"]), &mut known).await.unwrap();
        let row = only_row(&crm);
        assert_eq!((row.text("status").as_str(), row.edits, cards(&crm)), (status, 1, 1));
        assert_eq!(row.get("recordUrl"), "https://r/1");
    }
}

#[tokio::test]
async fn s1_a_card_that_people_wrote_in_their_own_way_is_the_clients() {
    for phone in [NUMBER, "380671112233", "0671112233", "671112233"] {
        let crm = crm().await;
        crm.add_client("Чужа", "0671112234");
        let card = crm.add_client("Олена", phone);
        let session = open(&crm, &[], &json!({}));
        deliver(session.as_ref(), &call(1, "incoming", "missed", &[]), &mut Known::default()).await.unwrap();
        assert_eq!((only_row(&crm).get("clientId"), cards(&crm)), (&json!(card), 2), "{phone}");
    }
}

#[tokio::test]
async fn s2_s5_rows_are_found_by_number_and_show_the_clients_full_name() {
    let crm = crm().await;
    let session = open(&crm, &[], &json!({}));
    deliver(session.as_ref(), &call(1, "incoming", "answered", &["https://r/1"]), &mut Known::default()).await.unwrap();
    let card = crm.records(CLIENTS)[0].id;
    let renamed = json!({"fullname": "Олена Коваль"}).as_object().unwrap().clone();
    crm.with(|_, store| store.change(CLIENTS, card, renamed).map(|card| card.id));
    deliver(session.as_ref(), &call(2, "outgoing", "missed", &[]), &mut Known::default()).await.unwrap();
    let history = reqwest::Client::new()
        .get(format!("{}/open-api/calls", crm.base_url()))
        .query(&[("phone", NUMBER), ("limit", "50")])
        .bearer_auth(TOKEN);
    let history: Value = history.send().await.unwrap().json().await.unwrap();
    assert_eq!(history["count"], 2);
    for row in history["data"].as_array().unwrap() {
        assert_eq!(row["client"]["fullname"], "Олена Коваль", "nothing of ours is written over it");
    }
    assert_eq!(history["data"][0]["recordUrl"], "https://r/1");
}

#[tokio::test]
async fn a16_a_hidden_caller_is_registered_without_a_card() {
    let crm = crm().await;
    let hidden = json!({"said": "anonymous", "anonymous": true});
    let call = Call { client: Some(serde_json::from_value(hidden).unwrap()), ..call(1, "incoming", "missed", &[]) };
    let note = deliver(open(&crm, &[], &json!({})).as_ref(), &call, &mut Known::default()).await.unwrap();
    assert_eq!((only_row(&crm).get("phone"), cards(&crm)), (&Value::Null, 0));
    assert!(note.contains("hides the number"), "{note}");
}

#[tokio::test]
async fn a6_a8_a_later_word_changes_its_own_fields_and_nothing_that_people_changed() {
    let crm = crm().await;
    let (manager, other) = (crm.add_manager("Іван"), crm.add_manager("Олена"));
    let session = open(&crm, &[manager], &json!({}));
    let mut known = Known::default();
    deliver(session.as_ref(), &call(1, "incoming", "missed", &[]), &mut known).await.unwrap();
    deliver(session.as_ref(), &call(1, "incoming", "answered", &[]), &mut known).await.unwrap();
    let row = only_row(&crm);
    assert_eq!((row.text("status").as_str(), row.get("managerId")), ("completed", &json!(manager)));
    let given = json!({ "managerId": other }).as_object().unwrap().clone();
    crm.with(|_, store| store.change(CALLS, row.id, given).map(|row| row.id));
    let recorded = call(1, "incoming", "answered", &["https://r/1"]);
    deliver(session.as_ref(), &recorded, &mut known).await.unwrap();
    let row = only_row(&crm);
    assert_eq!((row.text("recordUrl").as_str(), row.get("managerId")), ("https://r/1", &json!(other)));
    let edits = row.edits;
    deliver(session.as_ref(), &recorded, &mut known).await.unwrap();
    assert_eq!(only_row(&crm).edits, edits, "the same again changes nothing");
}

#[tokio::test]
async fn f9_a_search_that_lags_does_not_hide_the_card_we_made() {
    let crm = crm().await;
    crm.faults().set_search_lag(Duration::from_mins(1));
    let session = open(&crm, &[], &json!({}));
    let mut first = Known::default();
    deliver(session.as_ref(), &call(1, "incoming", "answered", &[]), &mut first).await.unwrap();
    let mut second = Known { remembered: first.remembered, ..Known::default() };
    deliver(session.as_ref(), &call(2, "incoming", "missed", &[]), &mut second).await.unwrap();
    assert_eq!((cards(&crm), crm.records(CALLS).len()), (1, 2));
}

#[tokio::test]
async fn f10_a_row_that_was_deleted_is_gone_and_a_card_that_was_deleted_is_made_anew_for_the_next_call() {
    let crm = crm().await;
    let session = open(&crm, &[], &json!({}));
    let mut known = Known::default();
    deliver(session.as_ref(), &ringing(1), &mut known).await.unwrap();
    crm.delete(CALLS, only_row(&crm).id);
    let gone = deliver(session.as_ref(), &call(1, "incoming", "missed", &[]), &mut known).await.unwrap_err();
    assert_eq!(gone.kind(), "gone", "{gone}");
    crm.delete(CLIENTS, crm.records(CLIENTS)[0].id);
    let mut next = Known { remembered: known.remembered, ..Known::default() };
    deliver(session.as_ref(), &call(2, "incoming", "missed", &[]), &mut next).await.unwrap();
    assert_eq!((only_row(&crm).get("clientId"), cards(&crm)), (&json!(crm.records(CLIENTS)[0].id), 1));
}

#[tokio::test]
async fn f11_a_manager_who_left_after_the_managers_were_read_costs_one_more_try() {
    let crm = crm().await;
    let manager = crm.add_manager("Іван");
    let session = open(&crm, &[manager], &json!({}));
    let mut early = Known::default();
    deliver(session.as_ref(), &ringing(1), &mut early).await.unwrap();
    deliver(session.as_ref(), &call(2, "incoming", "answered", &[]), &mut Known::default()).await.unwrap();
    crm.dismiss(manager);
    let ended = call(1, "incoming", "answered", &[]);
    let refused = deliver(session.as_ref(), &ended, &mut early).await.unwrap_err();
    assert!(refused.kind() == "unavailable" && refused.to_string().contains("no longer works there"), "{refused}");
    // The managers were read again then.
    for (call, known) in [(ended, &mut early), (call(3, "incoming", "answered", &[]), &mut Known::default())] {
        let note = deliver(session.as_ref(), &call, known).await.unwrap();
        assert!(note.contains("no longer works there"), "{note}");
    }
    let rows = crm.records(CALLS);
    let of = |n: usize| (rows[n].text("status"), rows[n].get("managerId").clone());
    assert_eq!(of(0), ("completed".to_owned(), Value::Null));
    assert_eq!(of(1), ("completed".to_owned(), json!(manager)), "who took a call before that took it");
    assert_eq!(of(2), ("completed".to_owned(), Value::Null));
}
