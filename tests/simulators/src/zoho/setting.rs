//! What tests and demos do with the organisation beside its API: as its people, its administrators and bad luck do.

use serde_json::{Value, json};

use super::ZohoDesk;
use super::modules::{now, status_type};

impl ZohoDesk {
    /// An agent of every department; the id.
    pub fn add_agent(&self, name: &str, extension: &str) -> u64 {
        self.with(|desk, store| {
            let departments: Vec<String> = desk.options.departments.iter().map(u64::to_string).collect();
            let agent = json!({
                "name": name, "lastName": name, "extn": extension, "status": "ACTIVE", "isConfirmed": true,
                "associatedDepartmentIds": departments
            });
            store.seed("agents", agent)
        })
    }

    /// The agent no longer works there, and can be given nothing.
    pub fn dismiss(&self, agent: u64) {
        self.with(|_, store| {
            let Value::Object(status) = json!({"status": "DISABLED"}) else { return };
            store.change("agents", agent, status);
        });
    }

    /// A contact that people made, its phone spelt in any way, in `phone` or `mobile`; the id.
    pub fn add_contact(&self, name: &str, phone_field: &str, phone: &str) -> u64 {
        let contact =
            json!({"lastName": name, phone_field: phone, "createdTime": now(), "modifiedTime": now(), "cf": {}});
        self.with(|_, store| store.seed("contacts", contact))
    }

    /// A ticket that people made, with a status of any type; the id.
    pub fn add_ticket(&self, contact: u64, status: &str) -> u64 {
        self.with(|desk, store| {
            let department = desk.options.departments.first().copied().unwrap_or_default();
            let ticket = json!({
                "subject": "Запит", "contactId": contact.to_string(), "departmentId": department.to_string(), "status": status,
                "statusType": status_type(status), "createdTime": now(), "modifiedTime": now(), "cf": {}
            });
            store.seed("tickets", ticket)
        })
    }

    /// A custom field of a module, of a type such as `Text` or `Textarea`.
    pub fn add_field(&self, module: &'static str, label: &str, kind: &'static str) {
        self.with(|desk, _| desk.fields.add(module, label, kind));
    }

    /// People delete a record: it is gone for everybody.
    pub fn remove(&self, table: &str, id: u64) {
        self.with(|_, store| drop(store.remove(table, id)));
    }

    /// The user withdraws the consent, or changes the password: no token is valid any more, and none is given.
    pub fn revoke(&self) {
        self.with(|desk, _| desk.tokens.revoke());
    }

    /// Every access token dies silently; new ones are given.
    pub fn expire_tokens(&self) {
        self.with(|desk, _| desk.tokens.expire_all());
    }

    /// Every access token that was ever given.
    pub fn access_tokens(&self) -> Vec<String> {
        self.with(|desk, _| desk.tokens.given().to_vec())
    }

    /// How many access tokens were given.
    pub fn tokens_given(&self) -> usize {
        self.with(|desk, _| desk.tokens.given().len())
    }

    /// The consent lacks a scope: requests with this method and a path below `/api/v1/` that begins so are refused.
    pub fn deny(&self, method: &'static str, path: &'static str) {
        self.with(|desk, _| desk.denied.push((method, path)));
    }

    /// The next `n` requests come while too many others are under way.
    pub fn busy_next(&self, n: u32) {
        self.with(|desk, _| desk.busy = n);
    }

    /// What is left of the day's credits.
    pub fn set_credits(&self, credits: u32) {
        self.with(|desk, _| desk.credits = credits);
    }

    /// What is left of the day's credits.
    pub fn credits(&self) -> u32 {
        self.with(|desk, _| desk.credits)
    }

    /// F13: records of a module are refused without this custom field.
    pub fn demand(&self, module: &'static str, field: Option<&'static str>) {
        self.with(|desk, _| {
            desk.demanded.remove(module);
            desk.demanded.extend(field.map(|field| (module, field)));
        });
    }
}
