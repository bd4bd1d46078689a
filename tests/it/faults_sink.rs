//! What goes wrong between the ledger and the CRM: rows F of the faults, through the real binary.

use std::time::Duration;

use simulators::rbs::{Failure, Table};

use crate::harness::{CrmSetup, Site, eventually, template};

fn contacts_only() -> CrmSetup {
    CrmSetup::only("create_contact = true\nrequest_timeout = \"2s\"\nsearch_lag = \"1s\"")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f1_an_answer_lost_after_the_crm_committed_doubles_nothing() {
    let site = Site::start(contacts_only()).await;
    site.crm.faults().drop_after_next(2);
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 1).await;
    assert!(site.crm.faults().struck().dropped_after >= 2);
    let rows = site.crm.snapshot();
    assert_eq!((rows.rows(Table::Companies).len(), rows.rows(Table::ContactDocuments).len()), (1, 1));
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f2_a_request_lost_before_the_crm_committed_is_sent_again() {
    let site = Site::start(contacts_only()).await;
    site.crm.faults().drop_before_next(2);
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 1).await;
    assert!(site.crm.faults().struck().dropped_before >= 2);
    let rows = site.crm.snapshot();
    assert_eq!((rows.rows(Table::Companies).len(), rows.rows(Table::ContactDocuments).len()), (1, 1));
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_a_kill_between_the_crms_commit_and_our_note_of_it_doubles_nothing() {
    let site = Site::start(contacts_only()).await;
    site.crm.add_company("Ромашка", "phone", "79161112233", None);
    site.crm.faults().set_search_lag(Duration::from_millis(800));
    site.crm.faults().set_answer_delay(Duration::from_millis(1500));
    site.say("1", "MISSED", None, None).await;
    eventually("the CRM to have the record", async || {
        let rows = site.crm.snapshot();
        rows.rows(Table::ContactDocuments).iter().any(|row| row.get("external_id") == "acme-uis/1").then_some(())
    })
    .await;
    site.process.kill();
    site.crm.faults().clear();
    site.process.start().await;
    site.delivered("1", 1).await;
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 1);
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f9_two_first_calls_of_one_number_make_one_card_although_the_search_lags() {
    let setup = CrmSetup::only("create_contact = true\nsearch_lag = \"6s\"");
    let site = Site::start(setup).await;
    site.crm.faults().set_search_lag(Duration::from_secs(5));
    tokio::join!(site.say("1", "MISSED", None, None), site.say("2", "MISSED", None, None));
    site.delivered("1", 1).await;
    site.delivered("2", 1).await;
    let rows = site.crm.snapshot();
    assert_eq!((rows.rows(Table::Companies).len(), rows.rows(Table::ContactDocuments).len()), (1, 2));
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unavailable_crm_is_tried_again_and_its_session_may_end_at_any_time() {
    let site = Site::start(contacts_only()).await;
    site.crm.faults().fail_next(1, Failure::new(503));
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 1).await;
    site.crm.expire_sessions();
    site.say("2", "MISSED", None, None).await;
    site.delivered("2", 1).await;
    site.crm.stop().await;
    site.say("3", "MISSED", None, None).await;
    eventually("a try to fail", async || (site.delivery("3").await["attempts"].as_u64()? >= 1).then_some(())).await;
    site.crm.restart().await.unwrap();
    site.delivered("3", 1).await;
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 3);
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_credentials_break_the_connection_and_lose_nothing() {
    let site = Site::start(contacts_only()).await;
    site.crm.set_password("api", "changed-by-somebody");
    for call in ["1", "2", "3", "4", "5"] {
        let (status, _) = site.post(template(call, &format!("7916111220{call}"), "MISSED", None, None)).await;
        assert_eq!(status, 200);
    }
    let broken = eventually("the connection to be broken", async || {
        let connection = site.api("connections/acme-rbs").await;
        (connection["status"] == "broken").then_some(connection)
    })
    .await;
    assert!(broken["reason"].as_str().unwrap().contains("credentials"), "{broken}");
    eventually("every delivery to be parked", async || {
        let parked = site.api("deliveries?status=parked").await;
        (parked["deliveries"].as_array().unwrap().len() == 5).then_some(())
    })
    .await;
    // A person gives the new password: what was parked is delivered.
    let file = site.dir.path().join("accounts.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("very-secret-password", "changed-by-somebody");
    std::fs::write(&file, text).unwrap();
    let applied = site.run(&["accounts", "apply", "--yes", "-f", file.to_str().unwrap()]);
    assert!(applied.status.success(), "{applied:?}");
    for call in ["1", "2", "3", "4", "5"] {
        site.delivered(call, 1).await;
    }
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 5);
    assert!(!site.process.log().contains("very-secret-password"));
    site.balanced().await;
}
