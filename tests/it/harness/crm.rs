//! The CRM of a test, and the accounts file that connects it.

use std::net::{Ipv4Addr, SocketAddr};

use simulators::rbs::{Login, RbsCrm, RbsOptions};

use super::SECRET;

/// The password of the API user.
pub const PASSWORD: &str = "very-secret-password";

/// What a test wants.
#[derive(Clone)]
pub struct CrmSetup {
    /// Lines of the source's table.
    pub source: String,
    /// Lines of the connection's settings.
    pub settings: String,
    /// Lines at the end of the accounts file.
    pub more: String,
    /// Seeds the simulator's chances.
    pub seed: u64,
}

impl Default for CrmSetup {
    /// Everything that can be made is made.
    fn default() -> Self {
        Self {
            source: String::new(),
            settings: "create_contact = true\nadd_recording_to_deal = true\nmissed_call_task = true\n\
                       request_timeout = \"2s\"\nsearch_lag = \"1s\""
                .to_owned(),
            more: String::new(),
            seed: 1,
        }
    }
}

/// CRM ids of the users of extensions 101, 102 and 103.
pub struct Users(pub [u64; 3]);

impl Users {
    /// The id behind an extension.
    pub fn of(&self, extension: &str) -> String {
        let at = ["101", "102", "103"].iter().position(|known| *known == extension).unwrap();
        self.0[at].to_string()
    }
}

impl CrmSetup {
    /// With only these settings.
    pub fn only(settings: &str) -> Self {
        Self { settings: settings.to_owned(), ..Self::default() }
    }

    /// With these lines in the source's table.
    pub fn source(self, lines: &str) -> Self {
        Self { source: lines.to_owned(), ..self }
    }

    /// With these lines at the end of the accounts file.
    pub fn more(self, lines: &str) -> Self {
        Self { more: lines.to_owned(), ..self }
    }

    pub async fn crm(&self) -> (RbsCrm, Users) {
        let options =
            RbsOptions { logins: vec![Login::new("api", PASSWORD)], seed: self.seed, ..RbsOptions::default() };
        let crm = RbsCrm::start(options, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let users = ["101", "102", "103"].map(|extension| crm.add_user(&format!("Employee {extension}"), extension));
        (crm, Users(users))
    }

    pub fn accounts(&self, base_url: &str, users: &Users) -> String {
        let mut text = format!(
            "[[account]]\nid = \"acme\"\nname = \"Acme\"\n\n[[account.source]]\nid = \"acme-uis\"\nkind = \"uis\"\n\
             secret = \"{SECRET}\"\nregion = \"RU\"\ntimezone = \"Europe/Moscow\"\n{}\n\n[[account.connection]]\n\
             id = \"acme-rbs\"\nkind = \"rbs-crm\"\nsources = [\"acme-uis\"]\ntimezone = \"Europe/Moscow\"\n\
             base_url = \"{base_url}\"\n[account.connection.credentials]\nlogin = \"api\"\npassword = \"{PASSWORD}\"\n\
             [account.connection.settings]\n{}\n",
            self.source, self.settings
        );
        let employee = |extension| {
            let user = users.of(extension);
            format!("[[account.connection.employee]]\ncrm_user = \"{user}\"\nextension = \"{extension}\"\n")
        };
        text.extend(["101", "102", "103"].map(employee));
        text + &self.more
    }
}
