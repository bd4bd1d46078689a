//! A CRM that does not answer, and who is told of what is wrong: through the real binary.

use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::Value;
use simulators::rbs::Table;

use crate::harness::{CrmSetup, Site, eventually, template};

const TOKEN: &str = "the-receiver-knows-this";

/// What a receiver of alerts was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Value>>>);

impl Told {
    /// Starts to receive; the address.
    async fn start(&self) -> String {
        let app = Router::new().route("/hook", post(take)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    }

    fn of(&self, kind: &str) -> Vec<Value> {
        self.0.lock().unwrap().iter().filter(|message| message["kind"] == kind).cloned().collect()
    }
}

async fn take(State(told): State<Told>, headers: HeaderMap, body: String) {
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    told.0.lock().unwrap().push(serde_json::from_str(&body).unwrap());
}

fn setup() -> CrmSetup {
    CrmSetup::only("create_contact = true\nrequest_timeout = \"2s\"\nsearch_lag = \"1s\"")
}

fn telling(site: &Site, url: &str) -> Command {
    let mut command = site.process.command();
    command.env("RINGFOLD_ALERTS__WEBHOOK", url).env("RINGFOLD_ALERTS__TOKEN", TOKEN);
    command
}

async fn until_metric(site: &Site, line: &str) {
    let url = format!("{}/metrics", site.process.url());
    eventually(&format!("the metric {line}"), async || {
        let text = site.http.get(&url).send().await.unwrap().text().await.unwrap();
        text.lines().any(|is| is == line).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f17_an_alert_is_told_once_across_a_restart_and_listed() {
    let (site, told) = (Site::prepare(setup()).await, Told::default());
    let url = told.start().await;
    site.crm.set_password("api", "changed-by-somebody");
    site.process.spawn(telling(&site, &url)).await;
    site.say("1", "MISSED", None, None).await;
    eventually("the receiver to be told", async || (!told.of("connection_broken").is_empty()).then_some(())).await;
    let message = told.of("connection_broken").remove(0);
    assert_eq!((&message["state"], &message["subject"]), (&Value::from("raised"), &Value::from("acme-rbs")));
    let said = message.to_string();
    assert!(!said.contains("79161112233") && !said.contains("very-secret-password"), "{said}");
    let listed = site.run(&["alerts", "list", "--raised", "-o", "json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed[0]["kind"], "connection_broken", "{listed}");
    until_metric(&site, "ringfold_alerts{kind=\"connection_broken\",subject=\"acme-rbs\"} 1").await;

    site.process.kill();
    site.process.spawn(telling(&site, &url)).await;
    let (status, _) = site.post("no call at all").await;
    assert_eq!(status, 422);
    eventually("the receiver to be told", async || (!told.of("bodies_rejected").is_empty()).then_some(())).await;
    assert_eq!(told.of("connection_broken").len(), 1, "the process that began anew says it no second time");
    let config = site.run(&["config", "print", "-o", "json"]);
    assert!(config.status.success() && String::from_utf8_lossy(&config.stdout).contains("alerts.webhook"));
    assert!(!site.process.log().contains(TOKEN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_a_crm_that_is_away_is_shown_as_away_and_everything_is_delivered_when_it_is_back() {
    let site = Site::start(setup()).await;
    site.crm.stop().await;
    for call in 0..12 {
        let body = template(&call.to_string(), &format!("791611122{call:02}"), "MISSED", None, None);
        assert_eq!(site.post(body).await.0, 200);
    }
    let connection = eventually("the connection to be shown as away", async || {
        let connection = site.api("connections/acme-rbs").await;
        connection["outage"].is_object().then_some(connection)
    })
    .await;
    assert_eq!(connection["status"], "active", "nobody has to do anything: {connection}");
    until_metric(&site, "ringfold_breaker{connection=\"acme-rbs\"} 1").await;
    let shown = site.run(&["connections", "show", "acme-rbs"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("CRM AWAY SINCE") && shown.contains("not available"), "{shown}");
    site.crm.restart().await.unwrap();
    for call in 0..12 {
        site.delivered(&call.to_string(), 1).await;
    }
    assert_eq!(site.crm.snapshot().rows(Table::ContactDocuments).len(), 12);
    eventually("it to be shown as back", async || {
        site.api("connections/acme-rbs").await["outage"].is_null().then_some(())
    })
    .await;
    until_metric(&site, "ringfold_breaker{connection=\"acme-rbs\"} 0").await;
}
