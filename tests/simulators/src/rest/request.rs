//! A request taken apart, and an answer.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, decoded, from its first slash.
    pub path: String,
    /// The pairs behind the question mark, decoded, in their order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The parts of the path: `/a/b/7` is `["a", "b", "7"]`.
    pub fn parts(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The value of a key of the query.
    pub fn param(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The first key of the query that is not among `known`.
    pub fn unknown_param(&self, known: &[&str]) -> Option<&str> {
        self.query.iter().map(|(key, _)| key.as_str()).find(|key| !known.contains(key))
    }

    /// A header, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as a JSON object that came with the content type of one.
    pub fn object(&self) -> Option<Map<String, Value>> {
        let json = self.header("content-type")?.starts_with("application/json");
        serde_json::from_slice(&self.body).ok().filter(|_| json)
    }

    /// The body as a form.
    pub fn form(&self) -> Vec<(String, String)> {
        super::http::pairs(&String::from_utf8_lossy(&self.body))
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers beside the content type.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty where there is none.
    pub body: String,
}

impl Answer {
    /// With a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string() }
    }

    /// Without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
