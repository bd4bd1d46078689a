//! Who is told of alerts.

use backbone::sealed::Secret;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::values::{Text, Token, read_by};

/// `alerts` in one layer.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Said {
    pub webhook: Option<WebhookAt>,
    pub token: Option<Token>,
}

/// What is in effect.
#[derive(Clone, Default)]
pub struct Alerts {
    /// Where each alert is posted to, if anywhere. Part of it may be a secret.
    pub webhook: Option<Secret>,
    /// What is shown there as a bearer token.
    pub token: Option<Secret>,
}

/// An address that takes POST.
#[derive(Clone)]
pub struct WebhookAt(pub Secret);
read_by!(WebhookAt, |text| {
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    // Many of them hold a secret, so it is not repeated.
    url.map(|_| WebhookAt(Secret::new(text)))
        .ok_or_else(|| "write an address as https://alerts.example/hook".to_owned())
});

/// As it may be shown: only who is told, not the rest, which is often a secret.
pub fn shown(url: &Secret) -> String {
    match reqwest::Url::parse(url.expose()) {
        Ok(url) => format!("{}/***", url.origin().ascii_serialization()),
        Err(_) => "***".to_owned(),
    }
}
