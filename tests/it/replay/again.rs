//! What was read wrongly, or not at all, read again after a fix.

use simulators::rbs::Table;

use super::{done, said};
use crate::harness::{CrmSetup, SECRET, Site, eventually};

/// Applies the accounts file with one thing changed.
fn apply(site: &Site, from: &str, to: &str) {
    let file = site.dir.path().join("accounts.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(&file, text.replace(from, to)).unwrap();
    let applied = site.run(&["accounts", "apply", "--yes", "-f", file.to_str().unwrap()]);
    assert!(applied.status.success(), "{}", said(&applied));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_what_was_read_wrongly_is_read_again_and_made_right_in_the_crm() {
    let site = Site::prepare(CrmSetup::only("create_contact = true\nsearch_lag = \"1s\"")).await;
    let file = site.dir.path().join("accounts.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("region = \"RU\"", "region = \"UA\"")).unwrap();
    site.process.start().await;
    // A national number, read as one of the wrong country.
    let body = r#"{"from_number":"8 (916) 111-22-33","diversion":"74951112233","direction":"in","call_id":7,"user_extension":null,"call_state":"MISSED"}"#;
    assert_eq!(site.post(body).await.0, 200);
    site.delivered("7", 1).await;
    let right = |call: &serde_json::Value| call["call"]["client"]["e164"] == "+79161112233";
    assert!(!right(&site.api("calls/acme-uis/7").await), "read with the wrong region");

    apply(&site, "region = \"UA\"", "region = \"RU\"");
    let plan = site.run(&["replay", "plan", "--source", "acme-uis", "--since", "1h", "--raw"]);
    assert_eq!(plan.status.code(), Some(1), "{}", said(&plan));
    let table = String::from_utf8_lossy(&plan.stdout).into_owned();
    assert!(table.contains("acme-uis/7") && table.contains("client"), "{table}");
    let start = ["replay", "start", "--source", "acme-uis", "--since", "1h", "--raw", "--yes"];
    assert!(site.run(&start).status.success());
    eventually("the call to be right", async || right(&site.api("calls/acme-uis/7").await).then_some(())).await;
    site.delivered("7", 2).await;
    let contacts = site.crm.snapshot();
    assert_eq!(contacts.rows(Table::ContactDocuments).len(), 1, "changed, not made again");
    let equal = site.run(&["replay", "plan", "--source", "acme-uis", "--since", "1h", "--raw"]);
    assert!(equal.status.success(), "{}", said(&equal));
    // Also after a restart, and as far as was read when it came.
    site.process.kill();
    site.process.start().await;
    assert!(site.run(&["rebuild", "--verify", "--since", "1h"]).status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejected_bodies_are_sent_in_again_after_a_fix() {
    let site = Site::prepare(CrmSetup::only("create_contact = true\nsearch_lag = \"1s\"")).await;
    let file = site.dir.path().join("accounts.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("kind = \"uis\"", "kind = \"ringostat\"")).unwrap();
    site.process.start().await;
    let hook = format!("{}/hooks/{SECRET}", site.process.url());
    // This customer calls the id of a call by a name of its own, and Ringfold was not told.
    let form = "ev=x&number_of_call=ua1-1&caller=380672220001&dst=380443334455&call_type=in&disposition=NO+ANSWER&calldate=2026-11-29+10%3A00%3A00";
    let request = site.http.post(&hook).header("content-type", "application/x-www-form-urlencoded").body(form);
    let refused = request.send().await.unwrap();
    assert_eq!(refused.status(), 422);
    let rejected = site.api("rejected").await;
    let receipt = rejected["rejected"][0]["receipt"].as_str().unwrap().to_owned();
    let none = "00000000-0000-7000-8000-000000000000";
    let still = site.run(&["rejected", "resend", &receipt, none]);
    assert_eq!(still.status.code(), Some(1), "{}", said(&still));
    apply(&site, "region = \"RU\"", "region = \"UA\"\nnames = { number_of_call = \"uniqueid\" }");
    let sent = site.run(&["rejected", "resend", &receipt, none, "-o", "json"]);
    assert_eq!(sent.status.code(), Some(3), "one of them is none: {}", said(&sent));
    eventually("the call to be there", async || {
        let calls = site.api("calls").await;
        (calls["calls"].as_array().unwrap().len() == 1).then_some(())
    })
    .await;
    // By these names it would be another event.
    apply(&site, "\"uniqueid\" }", "\"uniqueid\", ev = \"scheme_name\" }");
    assert!(done(&site.run(&["rejected", "resend", &receipt, "-o", "json"]))[0]["taken"] == true);
    let call = site.api("calls/acme-uis/ua1-1").await;
    assert_eq!(
        (&call["call"]["revision"], call["events"][0]["receipts"].as_array().map(Vec::len)),
        (&1.into(), Some(1))
    );
}
