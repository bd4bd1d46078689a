//! kill -9 at any moment, again and again, while calls flow, the CRM drops a tenth of its answers after it has committed,
//! and its search is five seconds behind.

use std::collections::BTreeMap;
use std::time::Duration;

use simulators::rbs::{Snapshot, Table};
use simulators::uis::{Generator, GeneratorOptions, Outcome, Resend, Scenario, Sender};

use crate::harness::{CrmSetup, Site, eventually};

const CALLS: usize = 220;
const KILLS: usize = 20;
const SEED: u64 = 20_261_128;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d1_f1_f3_twenty_kills_lose_nothing_and_double_nothing() {
    let settings = "create_contact = true\nadd_recording_to_deal = true\nmissed_call_task = true\n\
                    request_timeout = \"2s\"\nsearch_lag = \"6s\"\nmax_in_flight = 16";
    let setup = CrmSetup { seed: SEED, ..CrmSetup::only(settings) };
    let site = Site::start(setup.source("talk_without_end = \"3s\"\nring_without_end = \"3s\"")).await;
    let known: Vec<String> = (0..20).map(|n| format!("7916555{n:04}")).collect();
    let mut deals = BTreeMap::new();
    for number in &known {
        let company = site.crm.add_company(number, "phone", number, None);
        deals.insert(number.clone(), site.crm.add_deal(company, 1, "2026-11-01 10:00:00", None));
    }
    site.crm.faults().set_search_lag(Duration::from_secs(5));
    site.crm.faults().drop_after_sometimes(0.1);

    let options = GeneratorOptions { known_clients: known, known_share: 0.4, ..GeneratorOptions::default() };
    let scenarios: Vec<Scenario> = Generator::new(SEED, options).take(CALLS).collect();
    let (acknowledged, ()) = tokio::join!(send_all(&site, &scenarios), kill_again_and_again(&site));
    assert!(acknowledged, "every webhook is acknowledged in the end");

    eventually("every delivery to be done", async || {
        let page = site.api("deliveries?status=done&limit=1000").await;
        (page["deliveries"].as_array().unwrap().len() == CALLS).then_some(())
    })
    .await;
    // What a late event may still correct has been delivered too when nothing is pending any more.
    eventually("nothing to be left", async || {
        let pending = site.api("deliveries?status=pending&limit=10").await["deliveries"].as_array().unwrap().len();
        let busy = site.api("deliveries?status=in_progress&limit=10").await["deliveries"].as_array().unwrap().len();
        (pending + busy == 0 && site.all_ended().await).then_some(())
    })
    .await;
    assert!(site.crm.faults().struck().dropped_after > 10, "{:?}", site.crm.faults().struck());
    compare(&site.crm.snapshot(), &scenarios, &deals);
}

async fn send_all(site: &Site, scenarios: &[Scenario]) -> bool {
    let resend = Resend { tries: 2000, deadline: Duration::from_mins(3), pause: Duration::from_millis(50) };
    let sender = Sender::new(&site.http, &site.hook()).unwrap().speed(60.0).unwrap().resend(resend);
    let mut all = true;
    // A few at a time, over the whole time of the kills.
    for few in scenarios.chunks(11) {
        let answers = futures_util::future::join_all(few.iter().map(|scenario| sender.send(scenario))).await;
        all &= answers.iter().flatten().all(simulators::uis::Answer::is_acknowledged);
    }
    all
}

/// Kills at moments drawn from the seed, from the first milliseconds of a life to well into it.
async fn kill_again_and_again(site: &Site) {
    let mut rng = fastrand::Rng::with_seed(SEED);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(rng.u64(0..1500))).await;
        site.process.kill();
        site.process.start().await;
    }
}

fn compare(crm: &Snapshot, scenarios: &[Scenario], deals: &BTreeMap<String, u64>) {
    let contacts = crm.rows(Table::ContactDocuments);
    let mut new_numbers = std::collections::BTreeSet::new();
    for scenario in scenarios {
        let id = format!("acme-uis/{}", scenario.call_id);
        let of_call: Vec<_> = contacts.iter().filter(|row| row.get("external_id") == id).collect();
        assert_eq!(of_call.len(), 1, "{id} ({}): one contact document", scenario.kind.name());
        let expected = &scenario.expected;
        let client = expected.client.as_deref();
        let known = client.and_then(|client| deals.get(client));
        if known.is_none() {
            new_numbers.extend(client);
        }
        let recordings = if known.is_some() { expected.recordings.len() } else { 0 };
        let history = crm.rows(Table::DealsHistory);
        let of_call = history.iter().filter(|row| expected.recordings.iter().any(|url| row.get("record_url") == url));
        assert_eq!(of_call.count(), recordings, "{id} ({}): recordings in the history", scenario.kind.name());
    }
    tasks(crm, scenarios);
    assert_eq!(contacts.len(), scenarios.len());
    let companies = crm.rows(Table::Companies);
    assert_eq!(companies.len(), deals.len() + new_numbers.len(), "one card for each new number");
    for row in contacts.iter().filter(|row| !row.get("phone").is_empty()) {
        assert!(companies.iter().any(|company| row.get("owner") == company.id.to_string()), "{row:?}");
    }
}

/// One open task for each missed call. A call may have been presumed missed for a moment: then its task was made, and is
/// marked done.
fn tasks(crm: &Snapshot, scenarios: &[Scenario]) {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let clients: std::collections::BTreeSet<&str> =
        scenarios.iter().filter_map(|s| s.expected.client.as_deref()).collect();
    for client in clients {
        let of_client = || scenarios.iter().filter(|s| s.expected.client.as_deref() == Some(client));
        let tasks = || crm.rows(Table::Tasks).iter().filter(|row| digits(row.get("description")).contains(client));
        let missed = of_client().filter(|s| s.expected.outcome == Outcome::Missed).count();
        assert_eq!(tasks().filter(|row| row.get("status") == "1").count(), missed, "open tasks of {client}");
        assert!(tasks().count() <= of_client().count(), "tasks of {client}");
    }
}
