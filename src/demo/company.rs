//! The company of the demo: who works there, whom its CRM knows already, and the accounts file that joins the two. What
//! is known of it here is known from the making of it, not from asking the CRM.

mod people;

use backbone::sealed::Secret;
use simulators::rbs::Table;

use self::people::{EMPLOYEES, KNOWN, Known, STRANGERS};

/// The PBX account, the first part of every call's id.
pub const SOURCE: &str = "demo-uis";
/// The CRM account.
pub const CONNECTION: &str = "demo-rbs";
/// The company's number.
pub const LINE: &str = "74951112233";
/// The CRM's API user, as the simulator has it.
const LOGIN: (&str, &str) = ("api", "secret");

/// Somebody who works there.
#[derive(Debug, Clone)]
pub struct Employee {
    /// The internal number.
    pub extension: String,
    /// The name.
    pub name: String,
    /// The CRM's id of the user.
    pub user: u64,
}

/// A counterparty that the CRM has from the beginning.
#[derive(Debug, Clone)]
pub struct Client {
    /// The number, digits only.
    pub number: String,
    /// The CRM's id.
    pub company: u64,
    /// The user who is responsible.
    pub manager: Option<u64>,
    /// The last active deal, where the counterparty itself has the number (R5), not only a contact person of it.
    pub deal: Option<u64>,
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Company {
    /// In the order of the mapping.
    pub employees: Vec<Employee>,
    /// Those known from the beginning.
    pub clients: Vec<Client>,
    /// Every counterparty, deal and user by the CRM's id: what it is called.
    pub names: Vec<(u64, String)>,
}

impl Company {
    /// Writes it into a CRM through `add`, which says the id of each new row.
    pub fn seed(mut add: impl FnMut(Table, &[(&str, &str)]) -> u64) -> Self {
        let mut names = Vec::new();
        let employees: Vec<Employee> = EMPLOYEES
            .iter()
            .map(|(extension, name)| {
                let user = add(Table::Users, &[("name", name), ("phone_internal", extension)]);
                names.push((user, (*name).to_owned()));
                Employee { extension: (*extension).to_owned(), name: (*name).to_owned(), user }
            })
            .collect();
        let clients =
            KNOWN.iter().map(|known| client(known, known.manager.map(|at| employees[at].user), &mut names, &mut add));
        let clients = clients.collect();
        Self { employees, clients, names }
    }

    /// Every number that calls again and again, known or not, digits only.
    pub fn regulars() -> Vec<String> {
        KNOWN.iter().map(|known| known.number).chain(STRANGERS).map(str::to_owned).collect()
    }

    /// The user behind an extension.
    pub fn user(&self, extension: &str) -> Option<u64> {
        self.employees.iter().find(|employee| employee.extension == extension).map(|employee| employee.user)
    }

    /// The known counterparty with this number.
    pub fn client(&self, number: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.number == number)
    }

    /// The accounts file, with everything made that RBS CRM can be given. Calls whose end is never said end quickly, or
    /// the demo would wait half an hour for them.
    pub fn accounts(&self, base_url: &str, secret: &Secret) -> String {
        let (login, password) = LOGIN;
        let mut text = format!(
            r#"
[[account]]
id = "demo"
name = "Demo"

[[account.source]]
id = "{SOURCE}"
kind = "uis"
secret = "{secret}"
region = "RU"
timezone = "Europe/Moscow"
talk_without_end = "5s"
ring_without_end = "5s"
backfill_every = "0"

[[account.connection]]
id = "{CONNECTION}"
kind = "rbs-crm"
sources = ["{SOURCE}"]
timezone = "Europe/Moscow"
base_url = "{base_url}"
[account.connection.credentials]
login = "{login}"
password = "{password}"
[account.connection.settings]
notify_only_responsible = true
create_contact = true
add_recording_to_deal = true
missed_call_task = true
search_lag = "1s"
"#,
            secret = secret.expose()
        );
        for Employee { extension, user, .. } in &self.employees {
            text.extend([
                "[[account.connection.employee]]\n",
                &format!("crm_user = \"{user}\"\nextension = \"{extension}\"\n"),
            ]);
        }
        text
    }
}

fn client(
    known: &Known,
    manager: Option<u64>,
    names: &mut Vec<(u64, String)>,
    add: &mut impl FnMut(Table, &[(&str, &str)]) -> u64,
) -> Client {
    let responsible = manager.map(|user| user.to_string()).unwrap_or_default();
    let fields = [("name", known.name), known.phone, ("manager", responsible.as_str()), ("visible", "1")];
    let company = add(Table::Companies, &fields);
    names.push((company, known.name.to_owned()));
    let owner = company.to_string();
    if let Some((name, phone)) = known.person {
        add(Table::Contacts, &[("owner", &owner), ("name", name), ("phone", phone), ("visible", "1")]);
    }
    let mut last_active: Option<(&str, u64)> = None;
    for (status, day, title) in known.deals {
        let fields = [("owner", &*owner), ("status", *status), ("date", *day), ("name", *title), ("visible", "1")];
        let deal = add(Table::Deals, &fields);
        names.push((deal, (*title).to_owned()));
        if *status == "1" && last_active.is_none_or(|(last, _)| last < *day) {
            last_active = Some((day, deal));
        }
    }
    let deal = last_active.map(|(_, deal)| deal).filter(|_| known.person.is_none());
    Client { number: known.number.to_owned(), company, manager, deal }
}

#[cfg(test)]
pub mod tests {
    use std::collections::BTreeMap;

    use schemas::{Phone, Timestamp};
    use simulators::rbs::{Row, Snapshot};

    use super::*;

    /// The company, and a CRM that holds just that.
    pub fn seeded() -> (Company, Snapshot) {
        let mut crm = Snapshot::default();
        let company = Company::seed(|table, fields| add(&mut crm, table, fields));
        (company, crm)
    }

    /// Adds a row as a CRM does.
    pub fn add(crm: &mut Snapshot, table: Table, fields: &[(&str, &str)]) -> u64 {
        let id = 1 + crm.rows.values().map(|rows| rows.len() as u64).sum::<u64>();
        let fields: BTreeMap<_, _> = fields.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        crm.rows.entry(table).or_default().push(Row { id, table, fields, added_at: Timestamp::now(), edits: 0 });
        id
    }

    #[test]
    fn every_number_is_one_and_each_stands_once() {
        let regulars = Company::regulars();
        for number in &regulars {
            assert!(Phone::read(number, "RU").e164.is_some(), "{number}");
            assert_eq!(regulars.iter().filter(|other| *other == number).count(), 1, "{number}");
        }
    }

    #[test]
    fn r5_the_last_active_deal_is_known_where_the_counterparty_itself_has_the_number() {
        let (company, crm) = seeded();
        let deal = |number: &str| {
            let id = company.client(number).unwrap().deal?;
            let deals = crm.rows(Table::Deals);
            deals.iter().find(|row| row.id == id).map(|row| row.get("name").to_owned())
        };
        assert_eq!(deal("79161112233").as_deref(), Some("Цветы в офис"));
        assert_eq!(deal("79035554433"), None);
        assert_eq!(deal("79853334455"), None);
        assert_eq!(deal("79998887767").as_deref(), Some("Вывеска"));
    }
}
