//! What the PBX's webhooks did not say, through the real binary: its own list of calls is asked for.

mod every;
mod soak;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use simulators::rbs::Table;
use simulators::rest::Crm;
use simulators::uis::{self, DataApi, EMPLOYEES, Generator, GeneratorOptions, Scenario, Sender};

use crate::harness::{CrmSetup, Load, Site, delivered, eventually};

const CALLS: usize = 36;
const TOLD: usize = 9;
const KEY: &str = "very-secret-pbx-key";

/// The calls stand in the PBX's list, as those that began so many seconds from now.
fn list(pbx: &Crm<DataApi>, calls: &[Scenario], seconds: i64) {
    let zone = TimeZone::get("Europe/Moscow").unwrap();
    let second = Timestamp::from_second(Timestamp::now().as_second() + seconds).unwrap();
    pbx.with(|_, store| {
        for call in calls {
            uis::list(store, call, second, &zone);
        }
    });
}

/// Tells each webhook once; says how many were acknowledged.
async fn tell(site: &Site, calls: &[Scenario]) -> usize {
    let sender = Sender::new(&site.http, &site.hook()).unwrap().speed(f64::INFINITY).unwrap();
    let mut acknowledged = 0;
    for call in calls {
        acknowledged += sender.send(call).await.iter().filter(|answer| answer.is_acknowledged()).count();
    }
    acknowledged
}

/// The employees of the site.
async fn pbx() -> Crm<DataApi> {
    let pbx = Crm::start(DataApi::new(KEY), 1, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    for extension in ["101", "102", "103"] {
        pbx.with(|_, store| store.seed(EMPLOYEES, serde_json::json!({"extension": extension})));
    }
    pbx
}

/// Lines of a source that asks it.
fn source_of(pbx: &Crm<DataApi>) -> String {
    let url = pbx.base_url();
    format!("backfill_every = \"1s\"\nbase_url = \"{url}/v2.0\"\n[account.source.credentials]\napi_key = \"{KEY}\"")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a14_b1_calls_made_while_nobody_listened_are_in_the_crm_once() {
    let pbx = pbx().await;
    let site = Site::start(CrmSetup::default().source(&source_of(&pbx))).await;
    let load = Load::new(1409, CALLS, &site.crm);
    let (told, untold) = load.scenarios.split_at(TOLD);
    assert!(tell(&site, told).await >= TOLD);
    list(&pbx, told, 1);

    site.process.kill();
    assert_eq!(tell(&site, untold).await, 0, "nobody is there, and nothing is sent again");
    list(&pbx, untold, 1);
    // Before there was a connection: known, and delivered to nobody.
    let old: Vec<Scenario> = Generator::new(99, GeneratorOptions::default()).take(1).collect();
    list(&pbx, &old, -7200);
    site.process.start().await;

    eventually("every call to be known and delivered", async || {
        delivered(CALLS, async |path: &str| site.api(path).await).await.then_some(())
    })
    .await;
    let early = eventually("the call from before to be known", async || {
        let page = site.api("calls?limit=1000").await;
        let calls = page["calls"].as_array().unwrap().clone();
        calls.into_iter().find(|call| call["id"] == format!("acme-uis/{}", old[0].call_id))
    })
    .await;
    let began: Timestamp = early["started_at"].as_str().unwrap().parse().unwrap();
    assert!(Timestamp::now().duration_since(began).as_hours() == 2, "when it was: {early}");
    load.compare(&site.crm.snapshot());
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), CALLS);

    let metrics = reqwest::get(format!("{}/metrics", site.process.url())).await.unwrap().text().await.unwrap();
    let found: usize = untold.len();
    let events = metrics
        .lines()
        .find_map(|line| line.strip_prefix("ringfold_backfill_events_total{source=\"acme-uis\",list=\"calls\"} "));
    assert!(events.unwrap().parse::<usize>().unwrap() >= found, "{metrics}");
    let shown = site.run(&["sources", "show", "acme-uis"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("COMPARED UNTIL") && !shown.contains("ASKING FAILED"), "{shown}");

    // A key that is refused is said once in the log, and shown.
    pbx.with(|api, _| api.token = "another".to_owned());
    eventually("the failure to be shown", async || {
        let shown = site.run(&["sources", "list"]);
        String::from_utf8(shown.stdout).unwrap().contains("refused the api_key").then_some(())
    })
    .await;
    let before = pbx.requests("POST", "/v2.0");
    eventually("it to be asked again", async || (pbx.requests("POST", "/v2.0") > before + 1).then_some(())).await;
    let log = site.process.log();
    assert_eq!(log.matches("does not give its list").count(), 1, "{log}");
    assert!(!log.contains(KEY) && !log.contains("79161112233"), "no secret, no number");
}
