//! Calls of both PBXs, made while nobody listened, are in every CRM once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use simulators::asteril::{self, AsterilCrm, AsterilOptions};
use simulators::rest::{Crm, Record};
use simulators::ringostat::{self, Generator, GeneratorOptions, Scenario, StaffApi};
use simulators::sitniks::{self, Sitniks, SitniksOptions};
use simulators::uspacy::{self, UspacyCrm, UspacyOptions};
use simulators::zoho::{ZohoDesk, ZohoOptions};

use super::{list, pbx, source_of, tell};
use crate::harness::{CrmSetup, Load, Site, eventually};

const SECRET: &str = "test-webhook-secret-0002";
const KEY: &str = "very-secret-project-key";
const CALLS: usize = 21;

/// A Ringostat, and the four CRMs beside RBS CRM.
pub struct Others {
    pub ringostat: Crm<StaffApi>,
    uspacy: UspacyCrm,
    sitniks: Sitniks,
    asteril: AsterilCrm,
    zoho: ZohoDesk,
}

impl Others {
    pub async fn start() -> Self {
        let here = "127.0.0.1:0".parse().unwrap();
        let api = StaffApi { project: "12345".to_owned(), key: KEY.to_owned() };
        let mut zoho = ZohoOptions::default();
        zoho.fields.extend([("calls", "rs_call_id"), ("tasks", "rs_call_id")]);
        Self {
            ringostat: Crm::start(api, 1, here).await.unwrap(),
            uspacy: UspacyCrm::start(UspacyOptions::default(), here).await.unwrap(),
            sitniks: Sitniks::start(SitniksOptions::default(), here).await.unwrap(),
            asteril: AsterilCrm::start(AsterilOptions::default(), here).await.unwrap(),
            zoho: ZohoDesk::start(zoho, here).await.unwrap(),
        }
    }

    /// Their lines of the accounts file.
    pub fn accounts(&self) -> String {
        let (url, uspacy) = (self.ringostat.base_url(), UspacyOptions::default().apps[0].clone());
        let (asteril, sitniks, zoho) = (AsterilOptions::default(), SitniksOptions::default(), ZohoOptions::default());
        let source = format!(
            "[[account.source]]\nid = \"acme-ringostat\"\nkind = \"ringostat\"\nsecret = \"{SECRET}\"\nregion = \"UA\"\n\
             timezone = \"Europe/Kyiv\"\nbackfill_every = \"1s\"\nbase_url = \"{url}\"\n\
             [account.source.credentials]\nproject_id = \"12345\"\nauth_key = \"{KEY}\"\n"
        );
        let zoho_url = self.zoho.base_url();
        [
            source,
            connection(
                "uspacy",
                &self.uspacy.base_url(),
                &format!("client_id = \"{}\"\nclient_secret = \"{}\"", uspacy.0, uspacy.1),
                &format!("default_responsible = \"{}\"", self.uspacy.add_user("Ольга")),
            ),
            connection(
                "sitniks",
                &format!("{}/open-api", self.sitniks.base_url()),
                &format!("token = \"{}\"", sitniks.token),
                "max_in_flight = 4",
            ),
            connection(
                "asteril",
                &self.asteril.base_url(),
                &format!("api_key = \"{}\"", asteril.key),
                &format!("directions = \"both\"\ntask_responsible = \"{}\"", self.asteril.add_user("Ольга")),
            ),
            connection(
                "zoho-desk",
                &zoho_url,
                &format!(
                    "client_id = \"{}\"\nclient_secret = \"{}\"\nrefresh_token = \"{}\"\norg_id = \"{}\"\n\
                     accounts_url = \"{zoho_url}\"",
                    zoho.client_id, zoho.client_secret, zoho.refresh_token, zoho.org_id
                ),
                &format!(
                    "department_id = \"{}\"\nsenior_manager = \"{}\"",
                    zoho.departments[0],
                    self.zoho.add_agent("Ольга", "101")
                ),
            ),
        ]
        .concat()
    }

    /// By which id each call stands in each CRM's own register of calls.
    pub fn registers(&self) -> [(&'static str, Vec<String>); 4] {
        let of = |records: Vec<Record>| records.iter().map(|record| record.text("externalId")).collect();
        let text = |records: Vec<Record>| records.iter().map(|record| record.text("external_id")).collect();
        let field = |record: &Record| record.get("cf")["cf_rs_call_id"].as_str().unwrap_or_default().to_owned();
        [
            ("uspacy", text(self.uspacy.records(uspacy::CALLS))),
            ("sitniks", of(self.sitniks.records(sitniks::CALLS))),
            ("asteril", text(self.asteril.records(asteril::CALLS))),
            ("zoho-desk", self.zoho.records("calls").iter().map(field).collect()),
        ]
    }

    /// Each has so many calls, each of them once.
    pub fn compare(&self, calls: usize) {
        for (crm, ids) in self.registers() {
            let distinct: BTreeSet<&String> = ids.iter().collect();
            assert_eq!((ids.len(), distinct.len()), (calls, calls), "{crm}: {ids:?}");
        }
    }

    /// The call stands in Ringostat's own list.
    pub fn list(&self, call: &Scenario) {
        self.ringostat.with(|_, store| ringostat::list(store, call));
    }
}

fn connection(kind: &str, url: &str, credentials: &str, settings: &str) -> String {
    format!(
        "[[account.connection]]\nid = \"acme-{kind}\"\nkind = \"{kind}\"\nsources = [\"acme-uis\", \"acme-ringostat\"]\n\
         timezone = \"Europe/Kyiv\"\nbase_url = \"{url}\"\n[account.connection.credentials]\n{credentials}\n\
         [account.connection.settings]\nsearch_lag = \"1s\"\n{settings}\n"
    )
}

/// Where Ringostat's webhooks go.
pub fn hook(site: &Site) -> String {
    format!("{}/hooks/{SECRET}", site.process.url())
}

/// A call of Ringostat that begins so many seconds from now, or before.
pub fn call(seed: u64, seconds: i64) -> Scenario {
    // A generator's first call begins so long after its time.
    let began = Timestamp::now() + SignedDuration::from_secs(seconds - ringostat::SECONDS_APART);
    let options = GeneratorOptions { random_styles: false, began, ..GeneratorOptions::default() };
    Generator::new(seed, options).next().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a14_b1_calls_of_both_pbxs_are_in_every_crm_once() {
    let (uis, others) = (pbx().await, Others::start().await);
    let site = Site::start(CrmSetup::default().source(&source_of(&uis)).more(&others.accounts())).await;
    let load = Load::new(1411, CALLS, &site.crm);
    let (told, untold) = load.scenarios.split_at(CALLS / 3);
    assert!(tell(&site, told).await >= told.len());
    list(&uis, told, 1);

    site.process.kill();
    assert_eq!(tell(&site, untold).await, 0, "nobody is there, and nothing is sent again");
    list(&uis, untold, 1);
    for n in 0..CALLS as u64 {
        others.list(&call(n, 1));
    }
    site.process.start().await;

    eventually("every call to be in every CRM", async || {
        let all = others.registers().iter().all(|(_, ids)| ids.len() >= 2 * CALLS);
        (all && site.all_ended().await && site.nothing_waits().await).then_some(json!(null))
    })
    .await;
    site.balanced().await;
    load.compare(&site.crm.snapshot());
    others.compare(2 * CALLS);
}
