//! What people do in the CRM: rows that are there before the test begins, which no search lag hides; rows they delete; fields
//! they demand.

use std::collections::BTreeMap;

use super::RbsCrm;
use super::structures::Table;
use crate::lock;

impl RbsCrm {
    /// Adds a row by default field names, with values taken as they are, and returns its id; 0 when the CRM is full.
    pub fn seed(&self, table: Table, fields: &[(&str, &str)]) -> u64 {
        let fields: BTreeMap<_, _> =
            fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        lock(&self.shared.store).seed(table, fields).map_or(0, |row| row.id)
    }

    /// A user with an internal number, which may be empty.
    pub fn add_user(&self, name: &str, phone_internal: &str) -> u64 {
        self.seed(Table::Users, &[("name", name), ("phone_internal", phone_internal)])
    }

    /// A counterparty with one phone, spelt in any way, in `phone`, `phone_work` or `phone_mobile`, and its manager.
    pub fn add_company(&self, name: &str, phone_field: &str, phone: &str, manager: Option<u64>) -> u64 {
        let manager = manager.map(|id| id.to_string()).unwrap_or_default();
        self.seed(Table::Companies, &[("name", name), (phone_field, phone), ("manager", &manager), ("visible", "1")])
    }

    /// A contact person of a counterparty.
    pub fn add_contact(&self, company: u64, name: &str, phone: &str) -> u64 {
        let owner = company.to_string();
        self.seed(Table::Contacts, &[("owner", &owner), ("name", name), ("phone", phone), ("visible", "1")])
    }

    /// A deal of a counterparty; `date` is `Y-m-d` or `Y-m-d H:i:s`, status 1 is an active one.
    pub fn add_deal(&self, company: u64, status: i64, date: &str, title: Option<&str>) -> u64 {
        let (owner, status) = (company.to_string(), status.to_string());
        let name = title.unwrap_or("Deal");
        let fields = [("owner", &*owner), ("status", &*status), ("date", date), ("name", name), ("visible", "1")];
        self.seed(Table::Deals, &fields)
    }

    /// A person deletes a row, of users too: who has left. Says whether it was there; what refers to it stays.
    pub fn remove(&self, table: Table, id: u64) -> bool {
        lock(&self.shared.store).remove(table, id)
    }

    /// The configurator gets a required text field that new rows of a structure must have filled, or loses it again.
    pub fn demand(&self, table: Table, field: &'static str, demanded: bool) {
        lock(&self.shared.store).demand(table, field, demanded);
    }
}
