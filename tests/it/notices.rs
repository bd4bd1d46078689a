//! R3: live notices, beside deliveries and never behind them.

use simulators::rbs::Table;

use crate::harness::{CrmSetup, Site, eventually, template};

async fn notices(site: &Site, count: usize) -> Vec<String> {
    eventually("the notices", async || {
        let rows = site.crm.snapshot();
        let users: Vec<String> = rows.rows(Table::Notifications).iter().map(|row| row.get("user").to_owned()).collect();
        (users.len() >= count).then_some(users)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_a_notice_does_not_wait_behind_a_delivery_that_hangs() {
    let site = Site::start(CrmSetup::only("create_contact = true\nmax_in_flight = 1\nrequest_timeout = \"60s\"")).await;
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 1).await;
    site.crm.faults().hang_next(1);
    site.say("2", "MISSED", None, None).await;
    eventually("the delivery to hang", async || (site.crm.faults().struck().hung == 1).then_some(())).await;
    let (status, _) = site.post(template("3", "79169998877", "RINGING", Some("102"), None)).await;
    assert_eq!(status, 200);
    assert_eq!(notices(&site, 1).await, [site.users.of("102")]);
    assert_eq!(site.delivery("2").await["status"], "in_progress", "the delivery hangs still");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_who_is_told_and_that_each_is_told_once() {
    let site = Site::start(CrmSetup::only("create_contact = true")).await;
    site.crm.add_company("Ромашка", "phone", "79161112233", site.users.of("103").parse().ok());
    // Known: the responsible, whoever is rung, and once for a whole ring group said twice.
    for extension in ["101", "102", "101", "102"] {
        site.say("1", "RINGING", Some(extension), None).await;
    }
    assert_eq!(notices(&site, 1).await, [site.users.of("103")]);
    // Not known: the employee of the extension.
    let (status, _) = site.post(template("2", "79169998877", "RINGING", Some("102"), None)).await;
    assert_eq!(status, 200);
    assert_eq!(notices(&site, 2).await[1], site.users.of("102"));
    // No extension: everybody in the mapping.
    let (status, _) = site.post(template("3", "79169998866", "RINGING", None, None)).await;
    assert_eq!(status, 200);
    let mut told = notices(&site, 5).await.split_off(2);
    told.sort();
    let mut everybody = ["101", "102", "103"].map(|extension| site.users.of(extension));
    everybody.sort();
    assert_eq!(told, everybody);
    // When the calls have been delivered, nobody was told a second time.
    for call in ["1", "2", "3"] {
        site.say(call, "MISSED", None, None).await;
    }
    eventually("the deliveries", async || {
        let done = site.api("deliveries?status=done").await["deliveries"].as_array().unwrap().len();
        (done == 3).then_some(())
    })
    .await;
    assert_eq!(notices(&site, 5).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_f4_a_notice_counts_with_the_other_requests_of_a_minute() {
    let site = Site::start(CrmSetup::only("create_contact = true\nmax_per_minute = 3")).await;
    let (status, _) = site.post(template("1", "79169998877", "RINGING", Some("102"), None)).await;
    assert_eq!(status, 200);
    // There are twenty seconds between two turns: the notice's own comes when it is of no use any more.
    eventually("the notice to be late", async || {
        let metrics = reqwest::get(format!("{}/metrics", site.process.url())).await.ok()?.text().await.ok()?;
        metrics.contains("ringfold_notices_total{connection=\"acme-rbs\",outcome=\"late\"} 1").then_some(())
    })
    .await;
    assert_eq!(site.crm.snapshot().rows(Table::Notifications).len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_a_notice_that_comes_too_late_is_dropped() {
    let site = Site::start(CrmSetup::only("create_contact = true")).await;
    site.process.kill();
    // What rang before this process ran is of no interest any more: the log has it with its time of receipt.
    let embedded = backbone::embedded::Embedded::open(&site.process.data(), None).await.unwrap();
    let long_ago = schemas::time::earlier(schemas::Timestamp::now(), std::time::Duration::from_mins(1));
    embedded.backbone().log.append(vec![ringing(long_ago)]).await.unwrap();
    drop(embedded);
    eventually("the directory to be free", async || {
        backbone::embedded::Embedded::open(&site.process.data(), None).await.ok().map(drop)
    })
    .await;
    site.process.start().await;
    eventually("the call to be folded", async || {
        let calls = site.api("calls").await;
        (calls["calls"].as_array().unwrap().len() == 1).then_some(())
    })
    .await;
    site.say("2", "RINGING", Some("102"), None).await;
    assert_eq!(notices(&site, 1).await, [site.users.of("102")]);
}

fn ringing(at: schemas::Timestamp) -> backbone::Record {
    let mut said = schemas::Said::only(schemas::PbxState::Ringing);
    said.who = schemas::Who::extension("101");
    let event = schemas::Event {
        id: schemas::EventId::of(&[b"long ago"]),
        receipt: uuid::Uuid::now_v7(),
        account: "acme".parse().unwrap(),
        source: "acme-uis".parse().unwrap(),
        session: "1".into(),
        received_at: at,
        origin: schemas::Origin::Webhook,
        reading: 0,
        said,
        body: schemas::Verbatim::default(),
    };
    backbone::Record {
        topic: backbone::Topic::Raw,
        key: event.key().to_string(),
        id: event.receipt,
        at,
        due: None,
        value: serde_json::to_vec(&event).unwrap(),
    }
}
