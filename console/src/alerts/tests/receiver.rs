//! A receiver of alerts, which can be told to fail or to hang.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

use crate::alerts::Webhook;
use crate::wire::AlertMessage;
use backbone::sealed::Secret;

pub const TOKEN: &str = "the-receiver-knows-this";

#[derive(Default)]
pub struct Side {
    pub heard: Mutex<Vec<AlertMessage>>,
    /// What it answers; 0: nothing, ever.
    pub answers: AtomicU16,
}

pub struct Receiver {
    pub side: Arc<Side>,
    pub url: String,
}

impl Receiver {
    pub async fn start() -> Self {
        let side = Arc::new(Side { answers: AtomicU16::new(200), ..Side::default() });
        let app = Router::new().route("/hook", post(take)).with_state(Arc::clone(&side));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { side, url }
    }

    pub fn webhook(&self) -> Webhook {
        Webhook::new(&self.url, Some(Secret::new(TOKEN))).unwrap()
    }

    pub fn answer(&self, status: u16) {
        self.side.answers.store(status, Ordering::Relaxed);
    }

    pub fn heard(&self) -> Vec<AlertMessage> {
        self.side.heard.lock().unwrap().clone()
    }
}

async fn take(State(side): State<Arc<Side>>, headers: HeaderMap, body: String) -> StatusCode {
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    side.heard.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    match side.answers.load(Ordering::Relaxed) {
        0 => std::future::pending().await,
        status => StatusCode::from_u16(status).unwrap(),
    }
}
