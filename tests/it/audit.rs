//! The books, by the command: they balance, and where a call was lost they say which.

use std::process::Output;

use backbone::embedded::Embedded;
use backbone::log::Start;
use backbone::{Cursor, Record, Topic};
use schemas::Event;
use uuid::Uuid;

use crate::harness::{CrmSetup, SECRET, Site};

fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A record that no reader will come to: another session's, where the processor has read on already.
async fn lose_one(site: &Site) -> Uuid {
    let embedded = Embedded::open(&site.process.data(), None).await.unwrap();
    let backbone = embedded.backbone();
    let raw = backbone.log.read(Topic::Raw, Start::Oldest, &Cursor::default(), 1).await.unwrap().remove(0).record;
    let event: Event = serde_json::from_slice(&raw.value).unwrap();
    let lost = Event { receipt: Uuid::now_v7(), session: "lost".into(), ..event };
    let value = serde_json::to_vec(&lost).unwrap();
    let record = Record { key: lost.key().to_string(), id: lost.receipt, value, ..raw };
    backbone.log.append(vec![record]).await.unwrap();
    let mut reader = backbone.log.consumer("processor", Topic::Raw, Start::Oldest).await.unwrap();
    while !reader.poll(100, std::time::Duration::ZERO).await.unwrap().records.is_empty() {
        reader.commit(Vec::new()).await.unwrap();
    }
    lost.receipt
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_or_the_missing_ids_are_named() {
    let site = Site::start(CrmSetup::default()).await;
    for call in ["1", "1", "2"] {
        site.say(call, "MISSED", None, None).await;
    }
    assert_eq!(site.post("no notification").await.0, 422);
    site.delivered("1", 1).await;
    site.delivered("2", 1).await;
    site.balanced().await;
    let output = site.run(&["audit"]);
    let text = said(&output);
    assert!(output.status.success() && text.contains("the books balance"), "{text}");
    assert!(!text.contains("HOUR") && said(&site.run(&["audit", "--hours"])).contains("HOUR"), "{text}");
    let json: serde_json::Value = serde_json::from_slice(&site.run(&["audit", "-o", "json"]).stdout).unwrap();
    let sum =
        |name: &str| json["receipts"].as_array().unwrap().iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(["received", "folded", "repeated", "rejected"].map(sum), [4, 2, 1, 1], "{json}");
    let done = json["deliveries"].as_array().unwrap().iter().map(|row| row["done"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(done, 2, "{json}");
    let csv = said(&site.run(&["audit", "-o", "csv", "--connection", "acme-rbs"]));
    assert!(csv.contains("receipts,acme-uis") && csv.contains("deliveries,,acme-rbs"), "{csv}");

    site.process.stop().await;
    let receipt = lose_one(&site).await;
    assert_eq!(site.run(&["audit"]).status.code(), Some(6), "nobody is there");
    site.process.start().await;
    // It is on the way for ten seconds.
    let output = crate::harness::eventually("the loss to be said", async || {
        let output = site.run(&["audit", "--source", "acme-uis"]);
        (!output.status.success()).then_some(output)
    })
    .await;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(&receipt.to_string()) && text.contains("acme-uis/lost"), "{text}");
    assert!(text.contains("event_in_no_call: ringfold rebuild") && !text.contains(SECRET), "{text}");
    assert_eq!(site.run(&["audit", "--since", "60d"]).status.code(), Some(1));
    assert_eq!(site.run(&["audit", "--source", "nobody"]).status.code(), Some(4));
}
