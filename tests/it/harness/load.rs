//! A load of seeded calls, and what journal and CRM must hold once all of them are told.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use simulators::rbs::{RbsCrm, Snapshot, Table};
use simulators::uis::{Answer, Generator, GeneratorOptions, Outcome, Resend, Scenario, Sender};

/// Calls of known and of new clients.
pub struct Load {
    pub scenarios: Vec<Scenario>,
    /// The known clients' open deals.
    deals: BTreeMap<String, u64>,
}

impl Load {
    /// So many calls; their known clients are put into the CRM.
    pub fn new(seed: u64, calls: usize, crm: &RbsCrm) -> Self {
        let known: Vec<String> = (0..20).map(|n| format!("7916555{n:04}")).collect();
        let mut deals = BTreeMap::new();
        for number in &known {
            let company = crm.add_company(number, "phone", number, None);
            deals.insert(number.clone(), crm.add_deal(company, 1, "2026-11-01 10:00:00", None));
        }
        let options = GeneratorOptions { known_clients: known, known_share: 0.4, ..GeneratorOptions::default() };
        Self { scenarios: Generator::new(seed, options).take(calls).collect(), deals }
    }

    /// Tells them, a few at a time and each call to one of the hooks, sending again what was not acknowledged; says whether
    /// everything was in the end.
    pub async fn send(&self, http: &reqwest::Client, hooks: &[String]) -> bool {
        self.send_of(0..self.scenarios.len(), http, hooks).await
    }

    /// The same with some of the calls.
    pub async fn send_of(&self, calls: Range<usize>, http: &reqwest::Client, hooks: &[String]) -> bool {
        let resend = Resend { tries: 2000, deadline: Duration::from_mins(3), pause: Duration::from_millis(50) };
        let senders: Vec<Sender> =
            hooks.iter().map(|hook| Sender::new(http, hook).unwrap().speed(60.0).unwrap().resend(resend)).collect();
        let mut all = true;
        for few in self.scenarios[calls].chunks(11) {
            let calls = few.iter().enumerate().map(|(n, scenario)| senders[n % senders.len()].send(scenario));
            let answers = futures_util::future::join_all(calls).await;
            all &= answers.iter().flatten().all(Answer::is_acknowledged);
        }
        all
    }

    /// The distinct things that the PBX said of a call.
    pub fn said(scenario: &Scenario) -> usize {
        scenario.notifications.iter().map(|notification| &notification.body).collect::<BTreeSet<_>>().len()
    }

    /// Each record once, and none too many.
    pub fn compare(&self, crm: &Snapshot) {
        let contacts = crm.rows(Table::ContactDocuments);
        let mut new_numbers = BTreeSet::new();
        for scenario in &self.scenarios {
            let id = format!("acme-uis/{}", scenario.call_id);
            let of_call: Vec<_> = contacts.iter().filter(|row| row.get("external_id") == id).collect();
            assert_eq!(of_call.len(), 1, "{id} ({}): one contact document", scenario.kind.name());
            let expected = &scenario.expected;
            let client = expected.client.as_deref();
            let known = client.and_then(|client| self.deals.get(client));
            if known.is_none() {
                new_numbers.extend(client);
            }
            let recordings = if known.is_some() { expected.recordings.len() } else { 0 };
            let history = crm.rows(Table::DealsHistory);
            let of_call =
                history.iter().filter(|row| expected.recordings.iter().any(|url| row.get("record_url") == url));
            assert_eq!(of_call.count(), recordings, "{id} ({}): recordings in the history", scenario.kind.name());
        }
        self.tasks(crm);
        assert_eq!(contacts.len(), self.scenarios.len());
        let companies = crm.rows(Table::Companies);
        assert_eq!(companies.len(), self.deals.len() + new_numbers.len(), "one card for each new number");
        for row in contacts.iter().filter(|row| !row.get("phone").is_empty()) {
            assert!(companies.iter().any(|company| row.get("owner") == company.id.to_string()), "{row:?}");
        }
    }

    /// One open task for each missed call. A call may have been presumed missed for a moment: then its task was made, and
    /// is marked done.
    fn tasks(&self, crm: &Snapshot) {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let clients: BTreeSet<&str> = self.scenarios.iter().filter_map(|s| s.expected.client.as_deref()).collect();
        for client in clients {
            let of_client = || self.scenarios.iter().filter(|s| s.expected.client.as_deref() == Some(client));
            let tasks = || crm.rows(Table::Tasks).iter().filter(|row| digits(row.get("description")).contains(client));
            let missed = of_client().filter(|s| s.expected.outcome == Outcome::Missed).count();
            assert_eq!(tasks().filter(|row| row.get("status") == "1").count(), missed, "open tasks of {client}");
            assert!(tasks().count() <= of_client().count(), "tasks of {client}");
        }
    }
}
