//! What the product is for: the four templates in, the records out.

use simulators::rbs::Table;

use crate::harness::{CrmSetup, Site, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_to_r8_the_four_templates_make_the_records() {
    let site = Site::start(CrmSetup::default()).await;
    let manager: u64 = site.users.of("103").parse().unwrap();
    let company = site.crm.add_company("Ромашка", "phone_work", "8 (916) 111-22-33", Some(manager));
    let deal = site.crm.add_deal(company, 1, "2026-11-01 10:00:00", Some("Поставка"));
    site.crm.add_deal(company, 2, "2026-11-20 10:00:00", Some("Закрытая"));

    site.say("1", "RINGING", Some("101"), None).await;
    // R3: the responsible is told while the phone rings.
    eventually("the notice", async || (!site.crm.snapshot().rows(Table::Notifications).is_empty()).then_some(())).await;
    site.say("1", "ANSWERED", Some("101"), None).await;
    site.say("1", "HANGUP", Some("101"), Some("https://media.example/1/a")).await;
    let delivery = site.delivered("1", 3).await;
    assert!(delivery["note"].as_str().unwrap().contains("talked last"), "{delivery}");

    let rows = site.crm.snapshot();
    let notices = rows.rows(Table::Notifications);
    assert_eq!((notices.len(), notices[0].get("user")), (1, site.users.of("103").as_str()));
    let contacts = rows.rows(Table::ContactDocuments);
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0].get("owner"), company.to_string());
    assert_eq!(contacts[0].get("responsible"), site.users.of("101"));
    assert_eq!(contacts[0].get("record_url"), "https://media.example/1/a");
    let history = rows.rows(Table::DealsHistory);
    assert_eq!((history.len(), history[0].get("owner")), (1, deal.to_string().as_str()));
    assert_eq!(rows.rows(Table::Companies).len(), 1, "a known client gets no second card");
    assert!(rows.rows(Table::Tasks).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_missed_call_of_a_new_client_makes_a_card_and_a_task() {
    let site = Site::start(CrmSetup::default()).await;
    site.say("1", "RINGING", Some("102"), None).await;
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 2).await;
    let rows = site.crm.snapshot();
    let companies = rows.rows(Table::Companies);
    assert_eq!(companies.len(), 1);
    assert_eq!(rows.rows(Table::ContactDocuments)[0].get("owner"), companies[0].id.to_string());
    let tasks = rows.rows(Table::Tasks);
    assert_eq!(
        (tasks.len(), tasks[0].get("responsible")),
        (1, site.users.of("101").as_str()),
        "the first in the mapping"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_recording_changes_the_record_and_makes_no_second_one() {
    let site = Site::start(CrmSetup::default()).await;
    site.say("1", "ANSWERED", Some("101"), None).await;
    site.say("1", "HANGUP", Some("101"), Some("https://media.example/1/a")).await;
    site.delivered("1", 2).await;
    site.say("1", "HANGUP", Some("101"), Some("https://media.example/1/b")).await;
    site.delivered("1", 3).await;
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connection_gets_the_calls_from_its_making_on() {
    let site = Site::start(CrmSetup::default()).await;
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 1).await;
    let mut accounts = std::fs::read_to_string(site.dir.path().join("accounts.toml")).unwrap();
    let again = accounts.find("[[account.connection]]").map(|at| accounts[at..].replacen("acme-rbs", "acme-later", 1));
    accounts += &again.unwrap();
    let file = site.dir.path().join("more.toml");
    std::fs::write(&file, accounts).unwrap();
    let applied = site.run(&["accounts", "apply", "--yes", "-f", file.to_str().unwrap()]);
    assert!(applied.status.success(), "{applied:?}");
    site.say("2", "MISSED", None, None).await;
    eventually("both connections to have the second call", async || {
        let list = site.api("deliveries?status=done").await;
        (list["deliveries"].as_array().unwrap().len() == 3).then_some(())
    })
    .await;
    let calls: Vec<String> = site.api("deliveries?connection=acme-later").await["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|delivery| delivery["call"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(calls, ["acme-uis/2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graceful_stop_answers_what_was_taken_and_the_next_start_goes_on() {
    let site = Site::start(CrmSetup::default()).await;
    let post = async |n: u32| {
        let body = crate::harness::template(&n.to_string(), "79161112233", "MISSED", None, None);
        let request = site.http.post(site.hook()).header("content-type", "application/json").body(body);
        request.send().await.map(|answer| answer.status().as_u16())
    };
    let posts = futures_util::future::join_all((0..200).map(post));
    let (answers, status) = tokio::join!(posts, site.process.stop());
    assert!(status.success(), "{status}");
    // Whoever came after the door was closed was refused a connection; whoever was let in got an answer.
    let taken = answers.iter().filter(|answer| matches!(answer, Ok(200))).count();
    assert!(answers.iter().flatten().all(|status| *status == 200), "{answers:?}");

    site.process.start().await;
    eventually("every call that was taken to be in the journal", async || {
        let calls = site.api("calls?limit=1000").await;
        (calls["calls"].as_array().unwrap().len() >= taken).then_some(())
    })
    .await;
    site.say("1000", "MISSED", None, None).await;
    site.delivered("1000", 1).await;
}
