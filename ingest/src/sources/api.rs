//! What a PBX's own API is asked, and how its answers read. Pure: whoever asks does the I/O.

use backbone::sealed::Secret;
use serde_json::Value;

/// A request.
#[derive(Debug, Clone)]
pub struct Question {
    /// Where to.
    pub url: String,
    /// What stands behind the question mark, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// A header with the key, where the PBX takes it so.
    pub key: Option<(&'static str, Secret)>,
    /// The JSON document to post, which may hold the key; nothing to GET.
    pub body: Option<Value>,
}

/// What a PBX answered, as far as it is known to be none of its API's answers.
pub fn strange(status: u16, body: &str) -> String {
    let words: Vec<&str> = body.split_whitespace().take(20).collect();
    let said: String = words.join(" ").chars().filter(|c| !c.is_control()).take(200).collect();
    format!("the PBX's answer was not understood: status {status}: {said}")
}
