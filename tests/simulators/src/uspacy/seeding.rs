//! What an administrator does, and what is there before a test begins; no search lag hides it.

use serde_json::{Value, json};

use super::{COMPANIES, CONTACTS, LEADS, USERS, UspacyCrm};

impl UspacyCrm {
    /// A user; the id, which is another than the one for signing in.
    pub fn add_user(&self, first_name: &str) -> u64 {
        self.with(|_, store| {
            let user = json!({"firstName": first_name, "lastName": "", "active": true, "email": [], "phone": []});
            let id = store.seed(USERS, user);
            let auth = json!({ "authUserId": id + 100_000 });
            store.change(USERS, id, auth.as_object().cloned().unwrap_or_default());
            id
        })
    }

    /// The user no longer works there.
    pub fn dismiss(&self, user: u64) {
        self.set(USERS, user, &json!({"active": false}));
    }

    /// An open lead with a number, stored just as it is written here; the id.
    pub fn add_lead(&self, phone: &str, owner: u64) -> u64 {
        self.seed(
            LEADS,
            json!({
                "title": phone, "owner": owner, "phone": [{"id": "1", "type": "mobile", "value": phone, "main": true}],
                "kanban_status": "IN_WORK", "converted": false, "funnel_id": 1, "kanban_stage_id": 1
            }),
        )
    }

    /// A lead that is closed: `SUCCESS` or `FAIL`.
    pub fn close_lead(&self, lead: u64, status: &str) {
        self.set(LEADS, lead, &json!({ "kanban_status": status }));
    }

    /// A contact with a number; the id.
    pub fn add_contact(&self, name: &str, phone: &str) -> u64 {
        self.seed(CONTACTS, json!({"title": name, "first_name": name, "phone": [{"type": "work", "value": phone}]}))
    }

    /// A company with a number; the id.
    pub fn add_company(&self, title: &str, phone: &str) -> u64 {
        self.seed(COMPANIES, json!({"title": title, "phone": [{"type": "work", "value": phone}]}))
    }

    /// A record made by others, with any fields; the id.
    pub fn seed(&self, table: &'static str, fields: Value) -> u64 {
        self.with(|_, store| store.seed(table, fields))
    }

    /// Others change fields of a record.
    pub fn set(&self, table: &'static str, id: u64, fields: &Value) {
        let fields = fields.as_object().cloned().unwrap_or_default();
        self.with(|_, store| store.change(table, id, fields).is_some());
    }

    /// A person puts a record into the trash.
    pub fn trash(&self, table: &'static str, id: u64) {
        self.set(table, id, &json!({"deleted_at": 1_795_000_000}));
    }
}
