//! Answers lost on the way, and searches that lag: one record each all the same.

use super::*;

#[tokio::test]
async fn f1_f2_an_answer_lost_leaves_a_question_that_the_marker_answers() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    crm.seed(Table::Tasks, &[("name", "чужая"), ("description", "no mark"), ("responsible", &user.to_string())]);
    crm.faults().drop_before_next(1);
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "outcome_unknown");
    assert_eq!(session.find(&task(user)).await.unwrap(), None);
    crm.faults().drop_after_next(1);
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "outcome_unknown");
    let made = crm.snapshot().rows(Table::Tasks)[1].id.to_string();
    assert_eq!(session.find(&task(user)).await.unwrap(), Some(made));
}

#[tokio::test]
async fn f1_every_record_of_a_call_is_found_by_its_marker() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &everything());
    let mut known = Known::default();
    for (call, record, table) in [
        (call("missed", &[]), "company", Table::Companies),
        (call("missed", &[]), "contact", Table::ContactDocuments),
        (call("missed", &[]), "task", Table::Tasks),
        (call("answered", &["https://r/1?a=1&b=2"]), "history-1", Table::DealsHistory),
    ] {
        if record == "history-1" {
            let company = known.made["company"].crm_id.parse().unwrap();
            crm.add_deal(company, 1, "2026-11-01", None);
            // The task is withdrawn and the contact corrected first.
            for _ in 0..2 {
                let put = first_put(session.as_ref(), &call, &mut known).await;
                let made = known.made[&put.name].clone();
                session.change(&put, &made.crm_id, &made.content).await.unwrap();
                known.made.insert(put.name, Made { content: put.content, ..made });
            }
        }
        let put = first_put(session.as_ref(), &call, &mut known).await;
        assert_eq!(put.name, record);
        assert_eq!(session.find(&put).await.unwrap(), None, "{record}");
        crm.faults().drop_after_next(1);
        assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown", "{record}");
        let rows = crm.snapshot().rows(table).len();
        assert_eq!(rows, 1, "{record}");
        let crm_id = session.find(&put).await.unwrap().unwrap();
        assert_eq!(crm_id, crm.snapshot().rows(table)[0].id.to_string(), "{record}");
        known.made.insert(put.name, Made { crm_id, content: put.content });
    }
}

#[tokio::test]
async fn f9_a_search_that_lags_does_not_hide_the_counterparty_we_made() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    crm.faults().set_search_lag(Duration::from_mins(1));
    let session = open(&crm, &[user], &everything());
    let mut first = Known::default();
    deliver(session.as_ref(), &call("answered", &[]), &mut first).await.unwrap();
    let remembered = BTreeMap::from([("company".to_owned(), first.made["company"].crm_id.clone())]);
    let mut second = Known { remembered, ..Known::default() };
    deliver(session.as_ref(), &call("missed", &[]), &mut second).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::Companies).len(), 1);
    assert_eq!(crm.snapshot().rows(Table::ContactDocuments).len(), 2);
}

#[tokio::test]
async fn f12_two_calls_of_one_client_within_a_minute_stay_two_records() {
    for settings in [json!({}), json!({"contacts": {"external_id": ""}})] {
        let crm = crm().await;
        let user = crm.add_user("Анна", "101");
        crm.add_company("Ромашка", "phone", CLIENT, None);
        let settings = json!({"create_contact": true, "missed_call_task": true, "structures": settings});
        let session = open(&crm, &[user], &settings);
        let mut made = Vec::new();
        for id in ["acme-uis/8", "acme-uis/9"] {
            let call = Call { id: schemas::CallId(id.to_owned()), ..call("missed", &[]) };
            let mut known = Known::default();
            deliver(session.as_ref(), &call, &mut known).await.unwrap();
            made.push((call, known));
        }
        let rows = crm.snapshot();
        assert_eq!((rows.rows(Table::ContactDocuments).len(), rows.rows(Table::Tasks).len()), (2, 2));
        // Each is found by what tells it from the other.
        for (call, known) in &made {
            for name in ["contact", "task"] {
                let mut before = Known::default();
                before
                    .made
                    .extend(known.made.clone().into_iter().filter(|(made, _)| name == "task" && made == "contact"));
                let put = first_put(session.as_ref(), call, &mut before).await;
                assert_eq!(session.find(&put).await.unwrap(), Some(known.made[name].crm_id.clone()), "{name}");
            }
        }
    }
}

#[tokio::test]
async fn f15_of_several_records_of_a_call_only_the_one_that_failed_is_made_again() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &everything());
    let mut known = Known::default();
    crm.demand(Table::Tasks, "stage", true);
    let failure = deliver(session.as_ref(), &call("missed", &[]), &mut known).await.unwrap_err();
    assert_eq!((failure.kind(), known.made.len()), ("refused", 2));
    crm.demand(Table::Tasks, "stage", false);
    deliver(session.as_ref(), &call("missed", &[]), &mut known).await.unwrap();
    let rows = crm.snapshot();
    for (table, tried) in [(Table::Companies, 1), (Table::ContactDocuments, 1), (Table::Tasks, 2)] {
        assert_eq!((rows.rows(table).len(), rows.count("add", table.default_name())), (1, tried), "{table:?}");
    }
    assert!(rows.rows.values().flatten().all(|row| row.edits == 0));
}
