//! The company of the demo: who works there, whom its CRMs know already, and the accounts file that joins PBXs and CRMs. Nothing
//! but tables, known from the making of it and not from asking a CRM.

use std::fmt::Write as _;

use backbone::sealed::Secret;

use super::crms::Crm;

/// The PBX accounts, the first part of every call's id.
pub const SOURCES: [&str; 2] = ["demo-uis", "demo-ringostat"];

/// Somebody who works there.
pub struct Employee {
    /// The internal number.
    pub extension: &'static str,
    /// The SIP account.
    pub sip: &'static str,
    /// The employee's own phone.
    pub phone: &'static str,
    /// Ringostat's id of the employee.
    pub staff: &'static str,
    /// The name.
    pub name: &'static str,
}

/// In the order of the mapping; the first gets what nobody else does.
pub const EMPLOYEES: [Employee; 4] = [
    Employee {
        extension: "101", sip: "demo_anna", phone: "380507000001", staff: "70501", name: "Анна Смирнова"
    },
    Employee {
        extension: "102", sip: "demo_borys", phone: "380507000002", staff: "70502", name: "Борис Ковалёв"
    },
    Employee {
        extension: "103", sip: "demo_vira", phone: "380507000003", staff: "70503", name: "Вера Лебедева"
    },
    Employee { extension: "104", sip: "demo_hlib", phone: "380507000004", staff: "70504", name: "Глеб Орлов" },
];

/// Somebody every CRM knows from the beginning.
pub struct Client {
    /// What they are called.
    pub name: &'static str,
    /// The number as a PBX says it: digits only.
    pub number: &'static str,
    /// How the CRMs have it written.
    pub written: &'static str,
    /// Who of [`EMPLOYEES`] is responsible for them.
    pub manager: Option<usize>,
}

/// Known from the beginning, each written in another way.
pub const CLIENTS: [Client; 6] = [
    Client { name: "ООО Ромашка", number: "79161112233", written: "+7 (916) 111-22-33", manager: Some(0) },
    Client { name: "АО Вектор", number: "74951204567", written: "8 495 120-45-67", manager: Some(1) },
    Client { name: "ИП Кузнецов", number: "79035554433", written: "79035554433", manager: Some(2) },
    Client { name: "ТОВ Ліра", number: "380672001020", written: "067 200-10-20", manager: None },
    Client { name: "Завод Прогрес", number: "380503334455", written: "380503334455", manager: Some(3) },
    Client { name: "Салон Весна", number: "380998887766", written: "+380 99 888-77-66", manager: Some(0) },
];

/// Nobody in the CRMs has these numbers, and they call more than once: each must become one client, not several.
pub const STRANGERS: [&str; 4] = ["79031112200", "79167654321", "380671234567", "380937654321"];

/// Every number that calls again and again, known or not, of the country whose numbers begin so.
pub fn regulars(country: &str) -> Vec<String> {
    let all = CLIENTS.iter().map(|client| client.number).chain(STRANGERS);
    all.filter(|number| number.starts_with(country)).map(str::to_owned).collect()
}

/// The number that a CRM has written in some way, as a PBX says it.
pub fn number(written: &str) -> String {
    let known = CLIENTS.iter().find(|client| client.written == written);
    known.map_or_else(|| schemas::phone::digits(written), |client| client.number.to_owned())
}

/// The employee whom a PBX names so.
pub fn employee(named: &str) -> Option<usize> {
    let is = |employee: &Employee| [employee.extension, employee.sip, employee.phone, employee.staff].contains(&named);
    EMPLOYEES.iter().position(is)
}

/// The accounts file: every CRM gets the calls of every PBX. Calls whose end is never said end quickly, or the demo would wait
/// half an hour for them.
pub fn accounts(secrets: &[Secret], crms: &[Box<dyn Crm>]) -> String {
    // Writing to a String cannot fail.
    let mut text = "[[account]]\nid = \"demo\"\nname = \"Demo\"\n".to_owned();
    let kinds = [("uis", "RU", "Europe/Moscow"), ("ringostat", "UA", "Europe/Kyiv")];
    for ((source, secret), (kind, region, zone)) in SOURCES.iter().zip(secrets).zip(kinds) {
        let _ = write!(
            text,
            "\n[[account.source]]\nid = \"{source}\"\nkind = \"{kind}\"\nsecret = \"{}\"\nregion = \"{region}\"\n\
             timezone = \"{zone}\"\ntalk_without_end = \"5s\"\nring_without_end = \"5s\"\nbackfill_every = \"0\"\n",
            secret.expose()
        );
    }
    for crm in crms {
        let (kind, sources) = (crm.kind(), SOURCES.map(|source| format!("\"{source}\"")).join(", "));
        let _ = write!(
            text,
            "\n[[account.connection]]\nid = \"{}\"\nkind = \"{kind}\"\nsources = [{sources}]\n{}",
            connection(kind),
            crm.accounts()
        );
        for (employee, user) in EMPLOYEES.iter().zip(crm.users()) {
            let _ = write!(
                text,
                "[[account.connection.employee]]\ncrm_user = \"{user}\"\nextension = \"{}\"\nsip = \"{}\"\n\
                 phone = \"{}\"\npbx_id = \"{}\"\n",
                employee.extension, employee.sip, employee.phone, employee.staff
            );
        }
    }
    text
}

/// The connection of a CRM.
pub fn connection(kind: &str) -> String {
    format!("demo-{kind}")
}

#[cfg(test)]
mod tests {
    use schemas::Phone;

    use super::*;

    #[test]
    fn every_number_is_one_and_each_stands_once() {
        let regulars = [regulars("7"), regulars("380")].concat();
        assert_eq!(regulars.len(), CLIENTS.len() + STRANGERS.len());
        for number in &regulars {
            assert!(Phone::read(number, "RU").e164.is_some(), "{number}");
            assert_eq!(regulars.iter().filter(|other| *other == number).count(), 1, "{number}");
        }
        for client in &CLIENTS {
            let region = if client.number.starts_with('7') { "RU" } else { "UA" };
            assert_eq!(Phone::read(client.written, region).full_digits(), Some(client.number));
        }
    }
}
