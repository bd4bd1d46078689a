//! Sitniks in the demo (S1, S2).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;

use schemas::phone::digits;
use simulators::sitniks::{CALLS, CLIENTS as CARDS, Sitniks, SitniksOptions};

use super::{Crm, Held};
use crate::demo::company::{CLIENTS, EMPLOYEES};
use crate::demo::compare::{Due, Is};
use crate::demo::facts::{Fact, Whom};

const CARD: &str = "client cards";
const ROW: &str = "register of calls";

/// The CRM and what it was given.
pub struct Demo {
    crm: Sitniks,
    token: String,
    managers: Vec<u64>,
}

impl Demo {
    /// Starts it, with managers and clients.
    pub async fn start(listen: SocketAddr) -> std::io::Result<Self> {
        let options = SitniksOptions::default();
        let token = options.token.clone();
        let crm = Sitniks::start(options, listen).await?;
        let managers = EMPLOYEES.iter().map(|employee| crm.add_manager(employee.name)).collect();
        for client in &CLIENTS {
            // As its own forms write numbers: it finds them by their text.
            crm.add_client(client.name, &format!("+{}", client.number));
        }
        Ok(Self { crm, token, managers })
    }
}

impl Crm for Demo {
    fn kind(&self) -> &'static str {
        "sitniks"
    }

    fn accounts(&self) -> String {
        format!(
            "timezone = \"Europe/Kyiv\"\nbase_url = \"{}/open-api\"\n[account.connection.credentials]\ntoken = \"{}\"\n\
             [account.connection.settings]\nmax_in_flight = 4\nsearch_lag = \"1s\"\n",
            self.crm.base_url(),
            self.token
        )
    }

    fn users(&self) -> Vec<String> {
        self.managers.iter().map(u64::to_string).collect()
    }

    fn records(&self) -> &'static [&'static str] {
        &[ROW, CARD]
    }

    fn due(&self, facts: &[Fact]) -> Vec<Due> {
        let known = CLIENTS.iter().map(|client| Due::new(CARD, client.number, 0).with("edits", "0"));
        let mut due: Vec<Due> = known.collect();
        for fact in facts {
            let number = fact.client_number();
            if fact.client != Whom::Nobody && due.iter().all(|due| due.key != number) {
                due.push(Due::new(CARD, number, fact.number));
            }
            let manager = fact.employee.map(|at| self.managers[at].to_string()).unwrap_or_default();
            due.push(
                Due::new(ROW, &fact.id, fact.number)
                    .with("client", number)
                    .with("status", if fact.answered { "completed" } else { "cancelled" })
                    .with("responsible", manager)
                    .with("recording", fact.recording()),
            );
        }
        due
    }

    fn held(&self) -> Vec<Is> {
        let cards = self.crm.records(CARDS);
        let numbers: BTreeMap<String, String> =
            cards.iter().map(|card| (card.id.to_string(), digits(card.text("phone")))).collect();
        let mut held = Held::default();
        for card in &cards {
            held.add(CARD, digits(card.text("phone")), card.id, [("edits", card.edits.to_string())]);
        }
        for row in self.crm.records(CALLS) {
            let client = numbers.get(&row.text("clientId")).cloned().unwrap_or_default();
            let fields = [
                ("client", client),
                ("status", row.text("status")),
                ("responsible", row.text("managerId")),
                ("recording", row.text("recordUrl")),
            ];
            held.add(ROW, row.text("externalId"), row.id, fields);
        }
        held.0
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.crm.stop())
    }
}
