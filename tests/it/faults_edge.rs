//! What goes wrong between the PBX and the log: rows A and B of the faults, through the real binary.

use futures_util::future::join_all;
use simulators::rbs::Table;

use crate::harness::{CrmSetup, SECRET, Site, eventually, template};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a1_the_same_webhook_a_hundred_times_is_one_call_and_one_record() {
    let site = Site::start(CrmSetup::default()).await;
    let post = || site.post(template("1", "79161112233", "MISSED", None, None));
    let answers = join_all((0..100).map(|_| post())).await;
    assert!(answers.iter().all(|(status, _)| *status == 200));
    let delivery = site.delivered("1", 1).await;
    assert_eq!(delivery["wanted"], 1);
    let metrics = eventually("the repetitions to be counted", async || {
        let text = reqwest::get(format!("{}/metrics", site.process.url())).await.unwrap().text().await.unwrap();
        text.contains("ringfold_repeated_total 99").then_some(text)
    })
    .await;
    assert!(metrics.contains("ringfold_folded_total 1\n"), "{metrics}");
    let rows = site.crm.snapshot();
    assert_eq!((rows.rows(Table::ContactDocuments).len(), rows.rows(Table::Tasks).len()), (1, 1));
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a2_a_hangup_before_the_ringing_is_the_same_call() {
    let site = Site::start(CrmSetup::default()).await;
    site.say("1", "HANGUP", Some("102"), Some("https://media.example/1/a")).await;
    site.say("1", "ANSWERED", Some("102"), None).await;
    site.say("1", "RINGING", Some("101"), None).await;
    site.delivered("1", 3).await;
    let rows = site.crm.snapshot();
    let contacts = rows.rows(Table::ContactDocuments);
    assert_eq!((contacts.len(), contacts[0].get("responsible")), (1, site.users.of("102").as_str()));
    assert!(rows.rows(Table::Tasks).is_empty());
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a3_events_of_one_instant_make_one_call() {
    let site = Site::start(CrmSetup::default()).await;
    tokio::join!(
        site.say("1", "RINGING", Some("101"), None),
        site.say("1", "RINGING", Some("102"), None),
        site.say("1", "ANSWERED", Some("102"), None),
        site.say("1", "HANGUP", Some("102"), Some("https://media.example/1/a")),
    );
    site.delivered("1", 4).await;
    let rows = site.crm.snapshot();
    assert_eq!((rows.rows(Table::ContactDocuments).len(), rows.rows(Table::Companies).len()), (1, 1));
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a4_a_talk_without_a_hangup_is_closed_by_time_and_marked() {
    let site = Site::start(CrmSetup::default().source("talk_without_end = \"1s\"\nring_without_end = \"1s\"")).await;
    site.say("1", "RINGING", Some("101"), None).await;
    site.say("1", "ANSWERED", Some("101"), None).await;
    site.delivered("1", 3).await;
    let call = site.api("calls/acme-uis/1").await["call"].clone();
    assert_eq!((&call["presumed"], &call["outcome"]), (&true.into(), &"answered".into()), "{call}");
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a5_a_hangup_after_the_delivery_updates_the_record() {
    let site = Site::start(CrmSetup::default().source("talk_without_end = \"1s\"")).await;
    site.say("1", "ANSWERED", Some("101"), None).await;
    site.delivered("1", 2).await;
    site.say("1", "HANGUP", Some("101"), Some("https://media.example/1/late")).await;
    site.delivered("1", 3).await;
    let rows = site.crm.snapshot();
    let contacts = rows.rows(Table::ContactDocuments);
    assert_eq!((contacts.len(), contacts[0].get("record_url")), (1, "https://media.example/1/late"));
    assert!(contacts[0].edits >= 1);
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a6_missed_and_then_answered_withdraws_the_task() {
    let site = Site::start(CrmSetup::default()).await;
    site.say("1", "RINGING", Some("101"), None).await;
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 2).await;
    let open = site.crm.snapshot().rows(Table::Tasks)[0].get("status").to_owned();
    site.say("1", "ANSWERED", Some("102"), None).await;
    site.delivered("1", 3).await;
    let rows = site.crm.snapshot();
    let tasks = rows.rows(Table::Tasks);
    assert_eq!(tasks.len(), 1, "never erased");
    assert_ne!(tasks[0].get("status"), open, "marked done");
    assert_eq!(rows.rows(Table::ContactDocuments)[0].get("responsible"), site.users.of("102"));
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a7_an_unmapped_extension_goes_by_the_rule_and_says_so() {
    let site = Site::start(CrmSetup::default()).await;
    site.say("1", "ANSWERED", Some("999"), None).await;
    site.say("1", "HANGUP", Some("999"), Some("https://media.example/1/a")).await;
    site.say("2", "MISSED", None, None).await;
    let unmapped = site.delivered("1", 2).await;
    assert!(unmapped["note"].as_str().unwrap().contains("not in the mapping"), "{unmapped}");
    site.delivered("2", 1).await;
    let rows = site.crm.snapshot();
    assert!(rows.rows(Table::ContactDocuments).iter().all(|row| row.get("responsible") == site.users.of("101")));
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a12_a_forged_webhook_reaches_no_crm() {
    let site = Site::start(CrmSetup::default()).await;
    let body = template("1", "79161112233", "MISSED", None, None);
    for secret in ["", "wrong", &SECRET[1..], &format!("{SECRET}0"), "..%2f", &"x".repeat(5000)] {
        let url = format!("{}/hooks/{secret}", site.process.url());
        let answer = site.http.post(url).body(body.clone()).send().await.unwrap();
        assert!([404, 414, 431].contains(&answer.status().as_u16()), "{secret}: {}", answer.status());
    }
    site.say("2", "MISSED", None, None).await;
    site.delivered("2", 1).await;
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 1);
    let log = site.process.log();
    assert!(!log.contains(SECRET) && !log.contains(&SECRET[1..]), "no secret is ever logged");
    assert!(!log.contains("79161112233") && !log.contains("9161112233"), "no number is logged in full");
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a16_who_is_no_number_matches_nobody_and_ambiguity_is_shown() {
    let site = Site::start(CrmSetup::default()).await;
    site.crm.add_company("Первая", "phone", "101", None);
    site.crm.add_company("Вторая", "phone", "+7 916 111-22-33", None);
    site.crm.add_company("Третья", "phone_mobile", "89161112233", None);
    for (call, client) in [("1", "anonymous"), ("2", "101")] {
        let (status, answer) = site.post(template(call, client, "MISSED", None, None)).await;
        assert_eq!(status, 200, "{answer}");
        site.delivered(call, 1).await;
    }
    site.say("3", "MISSED", None, None).await;
    let ambiguous = site.delivered("3", 1).await;
    assert!(ambiguous["note"].as_str().unwrap().contains("2 counterparties"), "{ambiguous}");
    let rows = site.crm.snapshot();
    assert_eq!(rows.rows(Table::Companies).len(), 3, "no card for who is no number");
    let owners: Vec<&str> = rows.rows(Table::ContactDocuments).iter().map(|row| row.get("owner")).collect();
    assert_eq!(owners[..2], ["", ""]);
    site.balanced().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b1_b2_what_was_acknowledged_survives_a_kill_and_sent_again_is_not_doubled() {
    let site = Site::start(CrmSetup::default()).await;
    let post = async |n: u32| {
        let body = template(&n.to_string(), "79161112233", "MISSED", None, None);
        let request = site.http.post(site.hook()).header("content-type", "application/json").body(body);
        request.send().await.is_ok_and(|answer| answer.status().is_success())
    };
    let kill = async {
        eventually("some to be acknowledged", async || {
            let text = reqwest::get(format!("{}/metrics", site.process.url())).await.ok()?.text().await.ok()?;
            text.contains("ringfold_ingest_events_total{").then_some(())
        })
        .await;
        site.process.kill();
    };
    let (acknowledged, ()) = tokio::join!(join_all((0..400).map(post)), kill);
    site.process.start().await;
    let calls = async || {
        let page = site.api("calls?limit=1000").await;
        let ids = page["calls"].as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    let taken: Vec<String> =
        (0..400).zip(&acknowledged).filter(|(_, taken)| **taken).map(|(n, _)| format!("acme-uis/{n}")).collect();
    eventually("every acknowledged call", async || {
        let calls = calls().await;
        taken.iter().all(|id| calls.contains(id)).then_some(())
    })
    .await;
    // B2: the PBX did not see the answer and says it all again.
    assert!(join_all((0..400).map(post)).await.iter().all(|taken| *taken));
    eventually("every call", async || (calls().await.len() == 400).then_some(())).await;
    let unique = async |id: u32| site.api(&format!("calls/acme-uis/{id}")).await["call"]["revision"] == 1;
    assert!(unique(0).await && unique(399).await, "said twice is one event");
    site.balanced().await;
}
