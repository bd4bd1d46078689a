//! A Zoho Desk organisation in memory: its REST API v1 below `{base}/api/v1` and the accounts host's `{base}/oauth/v2/token`,
//! strict, stateful, and breakable at run time.
//!
//! Known of the real one: access tokens for an hour, ten new ones in ten minutes and ten at once, the oldest dying silently;
//! `orgId` in a header; credits that count down, two kinds of 429; unknown keys of a body refused; ids as digit strings; an
//! empty list is a 204; searches that lag behind writes; values of custom fields of at most 100 characters.

mod api;
mod bodies;
mod errors;
mod fields;
mod modules;
mod oauth;
mod search;
mod setting;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::ops::Deref;
use std::time::Duration;

pub use crate::faults::{Failure, Faults, Struck};
pub use crate::rest::Record;
pub use api::Desk;

use crate::rest::Crm;

/// How the organisation is set up.
#[derive(Clone, Debug)]
pub struct ZohoOptions {
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: String,
    /// The refresh token of the consent.
    pub refresh_token: String,
    /// The organisation's id.
    pub org_id: u64,
    /// The departments.
    pub departments: Vec<u64>,
    /// How long an access token lives.
    pub token_lifetime: Duration,
    /// Access tokens at once; one more, and the oldest dies silently.
    pub tokens: usize,
    /// New access tokens in ten minutes; one more is refused.
    pub token_requests: usize,
    /// Credits of the day.
    pub credits: u32,
    /// Custom single-line fields: module and label; the API name is `cf_` and the label.
    pub fields: Vec<(&'static str, &'static str)>,
    /// Seeds the probabilities of faults.
    pub seed: u64,
}

impl Default for ZohoOptions {
    fn default() -> Self {
        let marks = [
            "rs_utm_source",
            "rs_utm_medium",
            "rs_utm_campaign",
            "rs_utm_term",
            "rs_utm_content",
            "rs_google_client_id",
        ];
        let fields = ["contacts", "tickets"].into_iter().flat_map(|module| marks.map(|mark| (module, mark))).collect();
        Self {
            client_id: "1000.APP".to_owned(),
            client_secret: "app-secret".to_owned(),
            refresh_token: "1000.refresh".to_owned(),
            org_id: 55_000_111,
            departments: vec![201],
            token_lifetime: Duration::from_hours(1),
            tokens: 10,
            token_requests: 10,
            credits: 100_000,
            fields,
            seed: 0,
        }
    }
}

/// The organisation. Dropping it stops the server.
pub struct ZohoDesk {
    crm: Crm<Desk>,
}

impl Deref for ZohoDesk {
    type Target = Crm<Desk>;
    fn deref(&self) -> &Crm<Desk> {
        &self.crm
    }
}

impl ZohoDesk {
    /// Starts it at an address; port 0 takes a free one. Desk host and accounts host are the same address.
    pub async fn start(options: ZohoOptions, listen: SocketAddr) -> std::io::Result<Self> {
        let seed = options.seed;
        let crm = Crm::start(Desk::new(options), seed, listen).await?;
        crm.with(|_, store| store.ids_from(100_000_000_000_101));
        Ok(Self { crm })
    }
}
