//! What people take away while we go on: records that a later revision changes (F10), users who would be given them (F11).

use super::*;

/// A person changes a field of a row.
async fn edited(session: &dyn Session, record: &str, id: &str, field: &str, value: &str) {
    let content = Map::from_iter([(field.to_owned(), json!(value))]);
    let put = Put { record: record.to_owned(), content, marker: String::new(), ..task(0) };
    session.change(&put, id, &Map::new()).await.unwrap();
}

/// The change of the record `name` that the call asks for, those before it carried out.
async fn change_of(session: &dyn Session, call: &Call, known: &mut Known, name: &str) -> (Put, Made) {
    loop {
        let put = first_put(session, call, known).await;
        let made = known.made[&put.name].clone();
        if put.name == name {
            return (put, made);
        }
        session.change(&put, &made.crm_id, &made.content).await.unwrap();
        known.made.insert(put.name, Made { content: put.content, ..made });
    }
}

#[tokio::test]
async fn f10_a_record_that_people_deleted_hid_or_took_over_is_left_so() {
    let missed = || (call("missed", &[]), call("answered", &[]));
    let recorded = || (call("answered", &["https://r/1"]), call("answered", &["https://r/2"]));
    let taken = ["deleted", "without our mark", "hidden", "as it was"];
    for ((name, record, table), mark, (first, later)) in [
        (("task", "task", Table::Tasks), "description", missed()),
        (("contact", "contact", Table::ContactDocuments), "external_id", missed()),
        (("history-1", "history", Table::DealsHistory), "text", recorded()),
    ] {
        for how in taken.iter().filter(|how| record != "history" || **how != "hidden") {
            let crm = crm().await;
            let user = crm.add_user("Анна", "101");
            let company = crm.add_company("Ромашка", "phone", CLIENT, None);
            crm.add_deal(company, 1, "2026-11-01", None);
            let session = open(&crm, &[user], &everything());
            let mut known = Known::default();
            deliver(session.as_ref(), &first, &mut known).await.unwrap();
            let id = known.made[name].crm_id.clone();
            match *how {
                "deleted" => assert!(crm.remove(table, id.parse().unwrap())),
                "hidden" => edited(session.as_ref(), record, &id, "visible", "0").await,
                "without our mark" => edited(session.as_ref(), record, &id, mark, "занялся сам").await,
                _ => {}
            }
            let (put, made) = change_of(session.as_ref(), &later, &mut known, name).await;
            let before = crm.snapshot().rows;
            let changed = session.change(&put, &made.crm_id, &made.content).await.map_err(|why| why.kind());
            assert_eq!(changed, if *how == "as it was" { Ok(()) } else { Err("gone") }, "{name} {how}");
            assert_eq!(before == crm.snapshot().rows, *how != "as it was", "{name} {how}");
        }
    }
}

#[tokio::test]
async fn f10_a_contact_marked_in_its_text_is_ours_by_that_mark() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    crm.add_company("Ромашка", "phone", CLIENT, None);
    let settings = json!({"create_contact": true, "structures": {"contacts": {"external_id": ""}}});
    let session = open(&crm, &[user], &settings);
    let mut known = Known::default();
    deliver(session.as_ref(), &call("answered", &[]), &mut known).await.unwrap();
    deliver(session.as_ref(), &call("answered", &["https://r/1"]), &mut known).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::ContactDocuments)[0].get("record_url"), "https://r/1");
    let (put, made) = change_of(session.as_ref(), &call("missed", &[]), &mut known, "contact").await;
    edited(session.as_ref(), "contact", &made.crm_id, "description", "занялся сам").await;
    assert_eq!(session.change(&put, &made.crm_id, &made.content).await.unwrap_err().kind(), "gone");
}

#[tokio::test]
async fn f11_who_left_is_given_nothing_and_the_users_are_asked_for_once() {
    let crm = crm().await;
    let (anna, petr) = (crm.add_user("Анна", "101"), crm.add_user("Пётр", "102"));
    let gone = crm.seed(Table::Users, &[("name", "Ушёл"), ("visible", "0")]);
    crm.add_company("Ромашка", "phone", CLIENT, Some(gone));
    let users = json!({"users": {"visible": "visible"}});
    let settings = json!({"create_contact": true, "missed_call_task": true, "structures": users});
    assert!(crm.remove(Table::Users, anna));
    let session = open(&crm, &[anna, petr], &settings);
    for (number, outcome) in [(8, "answered"), (9, "missed")] {
        let call = Call { id: schemas::CallId(format!("acme-uis/{number}")), ..call(outcome, &[]) };
        let note = deliver(session.as_ref(), &call, &mut Known::default()).await.unwrap();
        assert!(note.contains("no longer works there, so the first employee in the mapping who still"), "{note}");
    }
    let rows = crm.snapshot();
    let given =
        rows.rows(Table::ContactDocuments).iter().chain(rows.rows(Table::Tasks)).map(|row| row.get("responsible"));
    assert_eq!(given.collect::<Vec<_>>(), vec![petr.to_string(); 3]);
    assert_eq!(rows.count("list", "references.users"), 1);
}

#[tokio::test]
async fn f11_who_left_since_the_users_were_asked_for_costs_one_more_try() {
    let crm = crm().await;
    let (anna, petr) = (crm.add_user("Анна", "101"), crm.add_user("Пётр", "102"));
    crm.add_company("Ромашка", "phone", CLIENT, None);
    let session = open(&crm, &[anna, petr], &json!({"create_contact": true}));
    deliver(session.as_ref(), &call("answered", &[]), &mut Known::default()).await.unwrap();
    assert!(crm.remove(Table::Users, anna));
    let call = Call { id: schemas::CallId("acme-uis/8".to_owned()), ..call("answered", &[]) };
    let mut known = Known::default();
    let failure = deliver(session.as_ref(), &call, &mut known).await.unwrap_err();
    assert!(matches!(&failure, Failure::Unavailable(why) if why.contains("users changed")), "{failure}");
    deliver(session.as_ref(), &call, &mut known).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::ContactDocuments)[1].get("responsible"), petr.to_string());
    // What is refused for another reason is refused.
    crm.demand(Table::ContactDocuments, "stage", true);
    assert_eq!(deliver(session.as_ref(), &call, &mut Known::default()).await.unwrap_err().kind(), "refused");
}

#[tokio::test]
async fn f11_a_crm_that_does_not_list_its_users_goes_on_as_if_all_worked_there() {
    let structures = Structures::default().rename(Table::Users, "references.people");
    let crm = started(RbsOptions { structures, ..RbsOptions::default() }).await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &everything());
    deliver(session.as_ref(), &call("answered", &[]), &mut Known::default()).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::ContactDocuments)[0].get("responsible"), user.to_string());
    assert_eq!(session.check().await.unwrap_err().kind(), "not_understood");
}
