//! A fold that was wrong, found later (D4): seen, made right, and so in the CRM, once.

use backbone::embedded::Embedded;
use backbone::log::Start;
use backbone::{Cursor, Record, Topic};
use schemas::{Call, Event, Outcome, Timestamp};
use serde_json::json;
use simulators::rbs::Table;
use uuid::Uuid;

use crate::harness::{CrmSetup, Site};

/// What an earlier version might have left behind: the call was answered and is over, and stands there as missed.
async fn fold_wrongly(site: &Site) {
    let embedded = Embedded::open(&site.process.data(), None).await.unwrap();
    let backbone = embedded.backbone();
    let state = backbone.log.read(Topic::State, Start::Oldest, &Cursor::default(), 100).await.unwrap().pop().unwrap();
    let call: Call = serde_json::from_slice(&state.record.value).unwrap();
    let hangup: Event = serde_json::from_value(json!({
        "id": "00000000000000000000000000000041", "receipt": Uuid::now_v7(), "account": "acme", "source": "acme-uis",
        "session": "41", "received_at": Timestamp::now(),
        "said": {"state": "HANGUP", "who": {"extension": "102"}, "recording": "https://media.example/41"}
    }))
    .unwrap();
    let (right, _) = processor::fold(Some(call), hangup.clone());
    let wrong = Call { outcome: Some(Outcome::Missed), talks: Vec::new(), ..right };
    let record = |topic, value| Record { topic, value, id: Uuid::now_v7(), due: None, ..state.record.clone() };
    let wrong = serde_json::to_vec(&wrong).unwrap();
    let raw = record(Topic::Raw, serde_json::to_vec(&hangup).unwrap());
    backbone.log.append(vec![raw, record(Topic::State, wrong.clone()), record(Topic::Finished, wrong)]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_a_call_that_was_folded_wrongly_is_seen_and_made_right_in_the_crm_too() {
    let site = Site::start(CrmSetup::default()).await;
    site.say("41", "RINGING", Some("102"), None).await;
    site.say("41", "ANSWERED", Some("102"), None).await;
    crate::harness::eventually("the call to be known", async || {
        (site.api("calls?limit=1").await["calls"][0]["revision"] == 2).then_some(())
    })
    .await;
    let verify = |site: &Site| site.run(&["rebuild", "--verify", "--since", "1h"]);
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let output = verify(&site);
    assert!(output.status.success() && said(&output).contains("1 calls compared"), "{}", said(&output));

    site.process.stop().await;
    fold_wrongly(&site).await;
    site.process.start().await;
    site.delivered("41", 3).await;
    let open =
        |site: &Site| site.crm.snapshot().rows(Table::Tasks).iter().filter(|row| row.get("status") == "1").count();
    assert_eq!(open(&site), 1, "a task for a call that was not missed");
    let output = verify(&site);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.contains("acme-uis/41") && table.contains("outcome"), "{table}");

    let output = site.run(&["rebuild", "--since", "1h"]);
    assert_eq!(output.status.code(), Some(2), "without a terminal --yes is asked for: {}", said(&output));
    let output = site.run(&["rebuild", "--since", "1h", "--yes"]);
    assert!(output.status.success(), "{}", said(&output));
    site.delivered("41", 4).await;
    crate::harness::eventually("every call to be right", async || verify(&site).status.success().then_some(())).await;
    let crm = site.crm.snapshot();
    let contacts = crm.rows(Table::ContactDocuments);
    assert_eq!(contacts.len(), 1, "the same record");
    assert_eq!(contacts[0].get("responsible"), site.users.of("102"));
    assert_eq!(open(&site), 0, "and its task is done");
}
