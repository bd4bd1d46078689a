//! A console on the embedded backbone, listening.

use std::sync::{Arc, Mutex};

use backbone::Backbone;
use backbone::embedded::Embedded;
use backbone::sealed::{Secret, SecretKey};
use prometheus_client::registry::Registry;
use reqwest::Response;
use schemas::{Call, Clock, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::wire::{Applied, Apply};
use crate::{Console, Parts, Readiness, router};

pub const TOKEN: &str = "0123456789abcdef0123";

pub struct World {
    pub url: String,
    pub http: reqwest::Client,
    pub backbone: Backbone,
    pub readiness: Readiness,
    _embedded: Embedded,
    _dir: tempfile::TempDir,
}

impl World {
    pub async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), Some(SecretKey::generate().unwrap())).await.unwrap();
        let backbone = embedded.backbone();
        let readiness = Readiness::all_but("queue");
        let console = Console::new(Parts {
            backbone: backbone.clone(),
            clock: Arc::new(Clock::default()),
            token: Secret::new(TOKEN),
            public_url: "https://ringfold.example/".to_owned(),
            readiness: readiness.clone(),
            registry: Arc::new(Mutex::new(Registry::default())),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = router(console);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, http: reqwest::Client::new(), backbone, readiness, _embedded: embedded, _dir: dir }
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Response {
        let request = self.http.request(method.parse().unwrap(), format!("{}/api/v1{path}", self.url));
        let request = request.bearer_auth(TOKEN);
        let request = body.iter().fold(request, reqwest::RequestBuilder::json);
        request.send().await.unwrap()
    }

    pub async fn json<T: DeserializeOwned>(&self, method: &str, path: &str, body: Option<Value>) -> T {
        let answer = self.ask(method, path, body).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{path}: {why}: {text}"))
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        self.json("GET", path, None).await
    }

    pub fn request(text: &str) -> Apply {
        let env = [("ACME_UIS_KEY", "secret-key"), ("ACME_RBS_PASSWORD", "secret-password")];
        Apply {
            file_name: "a.toml".to_owned(),
            text: text.to_owned(),
            env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            dry_run: false,
        }
    }

    pub async fn apply(&self, text: &str) -> Applied {
        self.json("PUT", "/accounts", Some(json!(Self::request(text)))).await
    }
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

pub fn call(session: &str, client: &str, second: i64) -> Call {
    let phone = schemas::Phone::read(client, "RU");
    let when = at(second);
    serde_json::from_value(json!({
        "id": format!("acme-uis/{session}"), "account": "acme", "source": "acme-uis", "session": session, "use_number": 1,
        "revision": 1, "direction": "incoming", "state": "ended", "outcome": "missed", "client": phone,
        "legs": [{"who": {"extension": "101"}}], "talks": [], "recordings": [], "started_at": when, "last_heard_at": when,
        "events": [{"id": "000000000000000000000000000000e1", "at": when, "said": {"state": "RINGING"}}, {"id": "000000000000000000000000000000e2", "at": at(second + 7), "said": {"state": "MISSED"}}],
    }))
    .unwrap()
}
