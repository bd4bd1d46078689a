//! Replays held, given up and started again; deliveries skipped and tried again by hand.

use simulators::rbs::Table;

use super::{done, over, said, standing, until_connection, until_standing};
use crate::harness::{CrmSetup, Site, eventually, template};

const CALLS: usize = 6;

async fn missed(site: &Site) {
    for call in 1..=CALLS {
        let body = template(&call.to_string(), &format!("7916000000{call}"), "MISSED", None, None);
        assert_eq!(site.post(body).await.0, 200);
    }
}

/// As after a gap that was skipped: every call is there for a replay to send.
async fn skipped(site: &Site) {
    missed(site).await;
    until_standing(site, "parked", CALLS).await;
    let ids: Vec<String> = (1..=CALLS).map(|call| format!("acme-rbs/acme-uis/{call}")).collect();
    let skip = ["deliveries", "skip", "--reason", "by hand"].into_iter().chain(ids.iter().map(String::as_str));
    assert!(site.run(&skip.collect::<Vec<_>>()).status.success());
    until_standing(site, "skipped", CALLS).await;
}

async fn opened(site: &Site, id: &str) {
    let replay = format!("replays/{id}");
    eventually("all to be opened", async || (site.api(&replay).await["opened"] == true).then_some(())).await;
}

async fn state(site: &Site, id: &str, state: &str) {
    eventually(&format!("the replay to be {state}"), async || {
        (site.api(&format!("replays/{id}")).await["state"] == state).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g8_a_replay_is_parked_held_and_given_up_and_one_more_sends_the_rest() {
    let site =
        Site::start(CrmSetup::only("create_contact = true\nrequest_timeout = \"2s\"\nsearch_lag = \"1s\"")).await;
    let pause = ["connections", "pause", "acme-rbs", "--reason", "moving"];
    assert!(site.run(&pause).status.success());
    skipped(&site).await;
    let waits = template("98", "79169999998", "MISSED", None, None);
    assert_eq!(site.post(waits).await.0, 200);
    until_standing(&site, "parked", 1).await;
    let begun = done(&site.run(&["replay", "start", "--source", "acme-uis", "--since", "1h", "--yes", "-o", "json"]));
    let id = begun[0]["id"].as_str().unwrap();
    opened(&site, id).await;
    state(&site, id, "parked").await;
    assert_eq!(site.post(template("97", "79169999997", "MISSED", None, None)).await.0, 200);
    until_standing(&site, "parked", CALLS + 2).await;
    let skip = ["deliveries", "skip", "acme-rbs/acme-uis/97", "--reason", "by hand"];
    assert!(site.run(&skip).status.success());
    let other = site.run(&["replay", "start", "--connection", "acme-rbs", "--since", "2h", "--yes"]);
    assert!(!other.status.success() && said(&other).contains("goes on"), "one at a time: {}", said(&other));

    assert_eq!(done(&site.run(&["replay", "pause", id, "-o", "json"]))["state"], "paused");
    let held = format!("replays/{id}");
    eventually("what waits to be held", async || (site.api(&held).await["waiting"] == CALLS).then_some(())).await;
    // Held before the connection is let go: the process has noted it in its ledger.
    eventually("the process to have held it", async || {
        let rows = site.api("deliveries?limit=100").await;
        let held = rows["deliveries"].as_array().unwrap().iter().filter(|row| row["rank"] == "held");
        (held.count() == CALLS).then_some(())
    })
    .await;
    assert!(site.run(&["connections", "resume", "acme-rbs"]).status.success());
    until_connection(&site, "active").await;
    let body = template("99", "79169999999", "MISSED", None, None);
    assert_eq!(site.post(body).await.0, 200);
    site.delivered("98", 1).await;
    site.delivered("99", 1).await;
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 2, "only what is live, before and since");

    assert_eq!(site.run(&["replay", "cancel", id]).status.code(), Some(2), "it asks");
    assert_eq!(done(&site.run(&["replay", "cancel", id, "--yes", "-o", "json"]))["state"], "cancelled");
    let cancelled = over(&site, id).await;
    assert_eq!((&cancelled["state"], &cancelled["skipped"]), (&"cancelled".into(), &CALLS.into()), "{cancelled}");
    assert!(!site.run(&["replay", "resume", id]).status.success(), "it is over");
    site.process.kill();
    site.process.start().await;
    let begun = done(&site.run(&["replay", "start", "--source", "acme-uis", "--yes", "-o", "json"]));
    assert_eq!(over(&site, begun[0]["id"].as_str().unwrap()).await["done"], CALLS + 1);
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), CALLS + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g11_a_replay_says_how_far_it_is_and_wrong_ones_are_refused() {
    let site = Site::start(CrmSetup::only(
        "create_contact = true\nrequest_timeout = \"2s\"\nsearch_lag = \"1s\"\nmax_per_minute = 600",
    ))
    .await;
    assert!(site.run(&["connections", "pause", "acme-rbs", "--reason", "moving"]).status.success());
    missed(&site).await;
    until_standing(&site, "parked", CALLS).await;
    let skip =
        ["deliveries", "skip", "acme-rbs/acme-uis/1", "acme-rbs/acme-uis/none", "--reason", "by hand", "-o", "json"];
    let skipped = site.run(&skip);
    assert_eq!(skipped.status.code(), Some(3), "{}", said(&skipped));
    assert_eq!(standing(&site, "skipped").await, 1);
    assert!(site.run(&["connections", "resume", "acme-rbs"]).status.success());
    until_standing(&site, "done", CALLS - 1).await;
    let list = ["deliveries", "retry", "--connection", "acme-rbs", "--status", "skipped", "--yes"];
    assert!(site.run(&list).status.success());
    until_standing(&site, "done", CALLS).await;
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), CALLS);
    for (wrong, status) in [
        (&["replay", "plan"][..], 1),
        (&["replay", "plan", "--connection", "nobody"], 4),
        (&["replay", "plan", "--connection", "acme-rbs", "--since", "now", "--until", "1d"], 1),
        (&["replay", "status", "none"], 4),
        (&["replay", "start", "--call", "acme-uis/none"], 4),
        (&["replay", "plan", "--connection", "acme-rbs", "--raw"], 2),
    ] {
        let refused = site.run(wrong);
        assert_eq!(refused.status.code(), Some(status), "{wrong:?}: {}", said(&refused));
    }
    let nothing = site.run(&["deliveries", "retry", "--connection", "acme-rbs", "--status", "dead", "-o", "json"]);
    assert_eq!(done(&nothing), serde_json::json!([]), "nobody is asked about nothing");
    let one = done(&site.run(&["replay", "plan", "--call", "acme-uis/1", "-o", "json"]));
    assert_eq!((&one[0]["calls"], &one[0]["leave"]), (&1.into(), &1.into()), "{one}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g9_what_an_earlier_installation_made_is_found_and_not_made_again() {
    let site = Site::start(CrmSetup::only(
        "create_contact = true\nmissed_call_task = true\nrequest_timeout = \"2s\"\nsearch_lag = \"1s\"",
    ))
    .await;
    missed(&site).await;
    until_standing(&site, "done", CALLS).await;
    let before = site.crm.snapshot();
    // Everything that this one knew is gone; the CRM has its records.
    site.process.kill();
    std::fs::remove_dir_all(site.process.data()).unwrap();
    site.process.start().await;
    assert!(site.run(&["connections", "pause", "acme-rbs", "--reason", "new here"]).status.success());
    skipped(&site).await;
    let begun = done(&site.run(&["replay", "start", "--connection", "acme-rbs", "--yes", "-o", "json"]));
    let id = begun[0]["id"].as_str().unwrap();
    opened(&site, id).await;
    assert!(site.run(&["connections", "resume", "acme-rbs"]).status.success());
    assert_eq!(over(&site, id).await["done"], CALLS);
    let after = site.crm.snapshot();
    for table in [Table::ContactDocuments, Table::Tasks, Table::Companies] {
        assert_eq!(after.rows(table).len(), before.rows(table).len(), "{table:?}");
    }
    let delivery = site.api("deliveries/acme-rbs/acme-uis/1").await;
    assert!(delivery["steps"].to_string().contains("it was there already"), "{delivery}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g10_the_window_is_the_same_in_whatever_zone_the_server_stands() {
    let begins = || console::replay::window(schemas::Timestamp::now(), "Europe/Moscow").unwrap().since;
    for zone in ["Pacific/Apia", "America/New_York", "Asia/Tokyo"] {
        let site = Site::prepare(CrmSetup::default()).await;
        let mut command = site.process.command();
        command.env("TZ", zone);
        site.process.spawn(command).await;
        // It may be midnight in Moscow meanwhile.
        let before = begins();
        let plan = done(&site.run(&["replay", "plan", "--connection", "acme-rbs", "-o", "json"]));
        let expected = [before, begins()].map(|since| serde_json::json!(since));
        assert!(expected.contains(&plan[0]["since"]), "{zone}: {plan}, and not {expected:?}");
    }
}
