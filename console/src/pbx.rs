//! Asking a PBX's API: one question, one answer, within a deadline. What is asked and how answers read is the PBX's own affair
//! ([`ingest::sources`]).

use ingest::sources::api::Question;
use sinks::kit::http::{self, Reply};
use tokio::time::Instant;

/// Asks, and waits until `deadline`.
pub async fn ask(client: &reqwest::Client, question: Question, deadline: Instant) -> Reply {
    let Question { url, query, key, body } = question;
    let mut request = match &body {
        Some(body) => client.post(url).json(body),
        None => client.get(url).query(&query),
    };
    if let Some((name, key)) = &key {
        request = request.header(*name, key.expose());
    }
    http::send(request, deadline).await
}
