//! The token dies, and is replaced.

use std::time::Duration;

use simulators::rbs::Table;

use super::{done, over, said, standing, until_connection, until_standing};
use crate::harness::{CrmSetup, Load, Site, eventually};

const BEFORE: usize = 20;
const BROKEN: usize = 120;
const CALLS: usize = 180;
const KILLS: usize = 8;
const SEED: u64 = 20_261_129;

fn new_password(site: &Site, password: &str) {
    let file = site.dir.path().join("credentials.toml");
    std::fs::write(&file, format!("login = \"api\"\npassword = \"{password}\"\n")).unwrap();
    let set = site.run(&["connections", "set-credentials", "acme-rbs", "--file", file.to_str().unwrap()]);
    assert!(set.status.success() && said(&set).contains("next: ringfold connections reactivate"), "{}", said(&set));
    assert!(!format!("{set:?}").contains(password));
    // The file is applied at each start: what it says must be the same.
    let accounts = site.dir.path().join("accounts.toml");
    let text = std::fs::read_to_string(&accounts).unwrap().replace(crate::harness::PASSWORD, password);
    std::fs::write(&accounts, text).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_g5_g6_g7_a_dead_token_is_replaced_and_all_is_sent_once_through_kills_while_calls_go_on() {
    let settings = "create_contact = true\nadd_recording_to_deal = true\nmissed_call_task = true\n\
                    request_timeout = \"2s\"\nsearch_lag = \"1s\"\nmax_in_flight = 8";
    let setup = CrmSetup { seed: SEED, ..CrmSetup::only(settings) };
    let site = Site::start(setup.source("talk_without_end = \"3s\"\nring_without_end = \"3s\"")).await;
    let (load, hooks) = (Load::new(SEED, CALLS, &site.crm), [site.hook()]);
    assert!(load.send_of(0..BEFORE, &site.http, &hooks).await);
    until_standing(&site, "done", BEFORE).await;

    site.crm.set_password("api", "changed-by-somebody");
    site.crm.expire_sessions();
    assert!(load.send_of(BEFORE..BEFORE + BROKEN, &site.http, &hooks).await);
    until_connection(&site, "broken").await;
    let parked = eventually("every call to be parked", async || {
        // A recording that came late opens one of before again.
        let (parked, done) = (standing(&site, "parked").await, standing(&site, "done").await);
        (parked >= BROKEN && parked + done == BEFORE + BROKEN && site.all_ended().await).then_some(parked)
    })
    .await;
    let refused = site.run(&["connections", "reactivate", "acme-rbs", "--resend"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("stays as it is"), "{}", said(&refused));
    until_connection(&site, "broken").await;

    new_password(&site, "changed-by-somebody");
    assert_eq!(standing(&site, "parked").await, parked, "still held");
    let started = done(&site.run(&["connections", "reactivate", "acme-rbs", "--resend", "-o", "json"]));
    assert_eq!((&started["connection"]["status"], &started["skipped"]), (&"active".into(), &0.into()), "{started}");
    let replay = started["replay"]["id"].as_str().unwrap().to_owned();
    // Pressed twice: the same, while it goes on; over already, there is nothing to start.
    let again = site.run(&["connections", "reactivate", "acme-rbs", "--resend", "-o", "json"]);
    if again.status.success() {
        assert_eq!(done(&again)["replay"]["id"], replay.as_str());
    } else {
        assert_eq!(again.status.code(), Some(1));
        assert!(said(&again).contains("connection acme-rbs is active"), "{}", said(&again));
    }
    let kills = async {
        let mut rng = fastrand::Rng::with_seed(SEED);
        for _ in 0..KILLS {
            tokio::time::sleep(Duration::from_millis(rng.u64(0..900))).await;
            site.process.kill();
            site.process.start().await;
        }
    };
    let (acknowledged, ()) = tokio::join!(load.send_of(BEFORE + BROKEN..CALLS, &site.http, &hooks), kills);
    assert!(acknowledged);
    until_standing(&site, "done", CALLS).await;
    let replay = over(&site, &replay).await;
    assert_eq!(replay["state"], "done", "{replay}");
    assert!(replay["calls"].as_u64().unwrap() >= (BEFORE + BROKEN) as u64 && replay["waiting"] == 0, "{replay}");
    site.settled(CALLS).await;
    load.compare(&site.crm.snapshot());

    let again = site.run(&["connections", "reactivate", "acme-rbs", "--resend"]);
    assert!(!again.status.success() && said(&again).contains("is active"), "{}", said(&again));
    let nothing = site.run(&["replay", "start", "--connection", "acme-rbs"]);
    assert!(nothing.status.success() && said(&nothing).contains("nothing is to be sent"), "{}", said(&nothing));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g12_without_resend_the_gap_is_skipped_and_listed_and_can_be_sent_later() {
    let site =
        Site::start(CrmSetup::only("create_contact = true\nrequest_timeout = \"2s\"\nsearch_lag = \"1s\"")).await;
    site.crm.set_password("api", "changed-by-somebody");
    for call in ["1", "2", "3"] {
        site.say(call, "MISSED", None, None).await;
    }
    until_connection(&site, "broken").await;
    until_standing(&site, "parked", 3).await;
    new_password(&site, "changed-by-somebody");
    let asked = site.run(&["connections", "reactivate", "acme-rbs"]);
    assert_eq!(asked.status.code(), Some(2), "nobody to ask");
    assert!(said(&asked).contains("3 calls waiting") && said(&asked).contains("--yes"), "{}", said(&asked));
    let started = done(&site.run(&["connections", "reactivate", "acme-rbs", "--yes", "-o", "json"]));
    assert_eq!((&started["skipped"], &started["replay"]), (&3.into(), &serde_json::Value::Null), "{started}");
    let skipped = site.api("deliveries?status=skipped").await;
    assert_eq!(skipped["deliveries"].as_array().unwrap().len(), 3);
    assert!(skipped["deliveries"][0]["note"].as_str().unwrap().contains("not active"), "{skipped}");
    site.say("4", "MISSED", None, None).await;
    site.delivered("4", 1).await;
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 1, "nothing of the gap was sent");

    let plan = done(&site.run(&["replay", "plan", "--connection", "acme-rbs", "-o", "json"]));
    assert_eq!((&plan[0]["calls"], &plan[0]["make"], &plan[0]["leave"]), (&4.into(), &3.into(), &1.into()), "{plan}");
    let begun = done(&site.run(&["replay", "start", "--connection", "acme-rbs", "--yes", "-o", "json"]));
    let replay = over(&site, begun[0]["id"].as_str().unwrap()).await;
    assert_eq!((&replay["state"], &replay["done"]), (&"done".into(), &3.into()), "{replay}");
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 4);
}
