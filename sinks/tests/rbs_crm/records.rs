//! The records of the scenarios as the CRM then holds them.

use super::*;

#[tokio::test]
async fn r4_r5_r6_a_missed_call_that_was_answered_and_recorded_after_all() {
    let crm = crm().await;
    let (user, manager) = (crm.add_user("Анна", "101"), crm.add_user("Пётр", "102"));
    let company = crm.add_company("Ромашка", "phone_mobile", "8 (916) 111-22-33", Some(manager));
    crm.add_company("Лютик", "phone_mobile", "8 (495) 111-22-33", Some(user));
    crm.add_deal(company, 1, "2026-10-01", None);
    let deal = crm.add_deal(company, 1, "2026-11-01 10:00:00", None);
    crm.add_deal(company, 2, "2026-11-10", None);
    let session = open(&crm, &[user], &everything());
    let mut known = Known::default();
    deliver(session.as_ref(), &call("missed", &[]), &mut known).await.unwrap();
    let rows = crm.snapshot();
    let (task, contact) = (&rows.rows(Table::Tasks)[0], &rows.rows(Table::ContactDocuments)[0]);
    assert_eq!((task.get("owner"), task.get("status")), (company.to_string().as_str(), "1"));
    assert_eq!((task.get("responsible"), contact.get("responsible")), (&*manager.to_string(), &*manager.to_string()));

    deliver(session.as_ref(), &call("answered", &["https://r/1?a=1&b=2"]), &mut known).await.unwrap();
    let rows = crm.snapshot();
    assert_eq!((rows.rows(Table::Companies).len(), rows.rows(Table::ContactDocuments).len()), (2, 1));
    let (task, contact) = (&rows.rows(Table::Tasks)[0], &rows.rows(Table::ContactDocuments)[0]);
    assert_eq!((task.get("status"), task.edits), ("2", 1));
    assert_eq!((contact.get("responsible"), contact.get("record_url")), (&*user.to_string(), "https://r/1?a=1&b=2"));
    let entry = &rows.rows(Table::DealsHistory)[0];
    assert_eq!((entry.get("owner"), entry.get("record_url")), (&*deal.to_string(), "https://r/1?a=1&b=2"));
    let before = crm.snapshot();
    deliver(session.as_ref(), &call("answered", &["https://r/1?a=1&b=2"]), &mut known).await.unwrap();
    assert_eq!(before.rows, crm.snapshot().rows, "the same again changes nothing");
}

#[tokio::test]
async fn an_edit_changes_one_row_and_only_what_differs() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(session.make(&task(user)).await.unwrap());
    }
    let mut put = task(user);
    let held = put.content.clone();
    put.content.insert("status".to_owned(), json!("2"));
    session.change(&put, &ids[1], &held).await.unwrap();
    session.change(&put, &ids[1], &put.content).await.unwrap();
    let edits: Vec<u32> = crm.snapshot().rows(Table::Tasks).iter().map(|row| row.edits).collect();
    assert_eq!(edits, [0, 1, 0]);
    assert_eq!(session.change(&put, "", &held).await.unwrap_err().kind(), "refused");
}

#[tokio::test]
async fn r3_a_notice_reaches_the_responsible() {
    let crm = crm().await;
    let (user, manager) = (crm.add_user("Анна", "101"), crm.add_user("Пётр", "102"));
    crm.add_company("Ромашка", "phone_work", CLIENT, Some(manager));
    let session = open(&crm, &[user], &json!({}));
    let ringing: Call = Call { state: schemas::CallState::Ringing, outcome: None, ..call("missed", &[]) };
    let mut known = Known::default();
    let puts = loop {
        match session.notice(&ringing, &known) {
            Notice::Look(look) => {
                let found = session.look(&look).await.unwrap();
                known.found.insert(look.name, found);
            }
            Notice::Send(puts) => break puts,
        }
    };
    for put in &puts {
        session.make(put).await.unwrap();
    }
    let rows = crm.snapshot();
    assert_eq!(rows.rows(Table::Notifications).len(), 1);
    assert_eq!(rows.rows(Table::Notifications)[0].get("user"), manager.to_string());
}

#[tokio::test]
async fn another_customers_names_are_a_matter_of_settings() {
    let structures = Structures::default()
        .rename(Table::Deals, "documents.sales")
        .rename_field(Table::Deals, "owner", "client")
        .rename_field(Table::Companies, "phone_mobile", "cell");
    let crm = started(RbsOptions { structures, ..RbsOptions::default() }).await;
    let user = crm.add_user("Анна", "101");
    let company = crm.add_company("Ромашка", "phone_mobile", CLIENT, None);
    let deal = crm.add_deal(company, 5, "2026-11-01", None);
    let settings = json!({"add_recording_to_deal": true, "structures": {
        "deals": {"structure": "documents.sales", "owner": "client", "active": "5"},
        "companies": {"phones": ["phone", "cell"]}
    }});
    let session = open(&crm, &[user], &settings);
    deliver(session.as_ref(), &call("answered", &["https://r/1"]), &mut Known::default()).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::DealsHistory)[0].get("owner"), deal.to_string());
}

#[tokio::test]
async fn r7_contacts_of_unknown_numbers_get_the_fixed_counterparty() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let fixed = crm.add_company("Разное", "phone", "8 (495) 000-00-01", Some(user));
    let settings = json!({"create_contact": true, "missed_call_task": true, "fixed_counterparty_id": fixed});
    let session = open(&crm, &[user], &settings);
    deliver(session.as_ref(), &call("missed", &[]), &mut Known::default()).await.unwrap();
    let rows = crm.snapshot();
    assert_eq!(rows.rows(Table::Companies).len(), 1, "no new one");
    assert_eq!(rows.rows(Table::ContactDocuments)[0].get("owner"), fixed.to_string());
    assert_eq!(rows.rows(Table::Tasks)[0].get("owner"), "", "the task is bound to none");
}

#[tokio::test]
async fn r8_the_order_of_the_mapping_counts() {
    let crm = crm().await;
    let (first, second) = (crm.add_user("Анна", "102"), crm.add_user("Пётр", "101"));
    for (order, whose) in [([first, second], first), ([second, first], second)] {
        let session = open(&crm, &order, &json!({"missed_call_task": true}));
        deliver(session.as_ref(), &call("missed", &[]), &mut Known::default()).await.unwrap();
        let rows = crm.snapshot();
        let task = rows.rows(Table::Tasks).last().unwrap();
        assert_eq!(task.get("responsible"), whose.to_string(), "the first of the mapping gets a stranger's task");
    }
}
