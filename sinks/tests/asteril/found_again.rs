//! F1, F2: an answer lost leaves a question that the marker answers.

use super::*;

#[tokio::test]
async fn f1_every_record_of_a_call_is_found_by_its_marker() {
    let (crm, user) = crm().await;
    crm.add_client("Оксана", "067 123-45-67");
    crm.add_task("чуже", None);
    let session = open(&crm, user, &json!({}));
    for (name, table) in [("client", CLIENTS), ("call", CALLS), ("task", TASKS)] {
        let (put, _) = wanted(&*session, &missed(), name).await;
        let before = crm.records(table).len();
        assert_eq!(session.find(&put).await.unwrap(), None, "{name}");
        crm.faults().drop_before_next(1);
        assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown", "{name}");
        assert_eq!(session.find(&put).await.unwrap(), None, "{name}");
        crm.faults().drop_after_next(1);
        assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown", "{name}");
        assert_eq!(crm.records(table).len(), before + 1, "{name}");
        assert_eq!(session.find(&put).await.unwrap(), Some(last(&crm, table).id.to_string()), "{name}");
    }
}

#[tokio::test]
async fn f1_an_error_page_that_hides_a_record_leaves_the_same_question() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({}));
    let (put, _) = wanted(&*session, &missed(), "task").await;
    crm.trap(|traps| traps.error_pages = 1);
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown");
    assert_eq!(session.find(&put).await.unwrap(), Some(last(&crm, TASKS).id.to_string()));
}

#[tokio::test]
async fn f9_a_search_that_lags_finds_it_when_it_shows_it() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({}));
    let (put, _) = wanted(&*session, &missed(), "call").await;
    crm.faults().set_search_lag(std::time::Duration::from_millis(300));
    crm.faults().drop_after_next(1);
    assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown");
    assert_eq!(session.find(&put).await.unwrap(), None);
    let found = async {
        loop {
            if let Some(id) = session.find(&put).await.unwrap() {
                return id;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let found = tokio::time::timeout(std::time::Duration::from_secs(10), found).await.unwrap();
    assert_eq!(found, last(&crm, CALLS).id.to_string());
}

#[tokio::test]
async fn a_filter_that_is_passed_over_makes_no_strangers_record_ours() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({}));
    deliver(&*session, &another(missed()), &mut Known::default()).await.unwrap();
    crm.remove(CLIENTS, last(&crm, CLIENTS).id);
    crm.add_client("Оксана", "067 123-45-67");
    crm.trap(|traps| traps.filters_ignored = true);
    for name in ["client", "call", "task"] {
        let (put, _) = wanted(&*session, &missed(), name).await;
        assert_eq!(session.find(&put).await.unwrap(), None, "{name}");
        let made = [session.make(&put).await.unwrap(), session.make(&put).await.unwrap()];
        assert_eq!(session.find(&put).await.unwrap().as_ref(), Some(&made[0]), "{name}: the oldest is it");
    }
}

#[tokio::test]
async fn without_a_field_for_our_id_a_call_is_found_by_number_line_direction_and_time() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({"structures": {"calls": {"external_id": ""}}}));
    let later = Call { started_at: "2026-11-19T09:00:01Z".parse().unwrap(), ..missed() };
    for other in [later, call("outgoing", "missed", &[]), Call { line: None, ..missed() }] {
        deliver(&*session, &other, &mut Known::default()).await.unwrap();
    }
    let (put, _) = wanted(&*session, &missed(), "call").await;
    assert_eq!(session.find(&put).await.unwrap(), None);
    let made = session.make(&put).await.unwrap();
    assert_eq!(session.find(&put).await.unwrap(), Some(made));

    let hidden = Call { client: Some(schemas::Phone::read("anonymous", "UA")), ..missed() };
    let (put, _) = wanted(&*session, &hidden, "call").await;
    assert_eq!(session.find(&put).await.unwrap(), None, "one with a number is no call of a hidden caller");
    let made = session.make(&put).await.unwrap();
    assert_eq!(session.find(&put).await.unwrap(), Some(made));
}
