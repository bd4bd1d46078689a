//! The CRM is as strict as the real one, and breaks as it is told.

mod faults;
mod refusals;
mod rows;

use std::time::Duration;

use super::*;

/// A client of the raw wire, so that the tests say every byte themselves.
struct Wire {
    crm: RbsCrm,
    http: reqwest::Client,
    session: String,
    user: u64,
    company: u64,
}

impl Wire {
    async fn start(options: RbsOptions) -> Self {
        let crm = RbsCrm::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let user = crm.add_user("Анна", "101");
        let company = crm.add_company("Ромашка", "phone", "8 (916) 111-22-33", Some(user));
        let http = reqwest::Client::new();
        let mut wire = Self { crm, http, session: String::new(), user, company };
        wire.log_in().await;
        wire
    }

    async fn new() -> Self {
        Self::start(RbsOptions::default()).await
    }

    async fn log_in(&mut self) {
        let answer =
            self.ask("<action type='auth' uid='a'><login>api</login><password>secret</password></action>").await;
        self.session = between(&answer, "<sess_id>", "</sess_id>").to_owned();
    }

    fn post(&self, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let url = format!("{}/api/xml/", self.crm.base_url());
        let cookie = format!("other=1; sess_id={}", self.session);
        self.http.post(url).header("cookie", cookie).timeout(Duration::from_secs(5)).form(form)
    }

    async fn try_ask(&self, actions: &str) -> Result<reqwest::Response, reqwest::Error> {
        let document = format!("<?xml version='1.0' encoding='utf8' ?><request>{actions}</request>");
        self.post(&[("xml", &document)]).send().await
    }

    async fn ask(&self, actions: &str) -> String {
        self.try_ask(actions).await.unwrap().text().await.unwrap()
    }

    /// One action on one structure.
    async fn act(&self, kind: &str, structure: &str, inside: &str) -> String {
        self.ask(&format!("<action type='{kind}' uid='u'><structure name='{structure}'>{inside}</structure></action>"))
            .await
    }

    async fn find(&self, field: &str, operation: &str, value: &str) -> String {
        self.act("list", "references.companies", &format!("<fields><id/></fields>{}", filter(field, operation, value)))
            .await
    }

    async fn add_task(&self, name: &str) -> String {
        self.act("add", "documents.tasks", &task_fields(self.user, name)).await
    }
}

fn task_fields(user: u64, name: &str) -> String {
    format!("<fields><responsible>{user}</responsible><name>{name}</name></fields>")
}

fn filter(field: &str, operation: &str, value: &str) -> String {
    format!(
        "<filters><filter><field>{field}</field><operation>{operation}</operation><value>{value}</value></filter>\
         </filters>"
    )
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map_or("", |(inside, _)| inside)
}
