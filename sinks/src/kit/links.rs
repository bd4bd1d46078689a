//! Where people see a record in a CRM's pages: as the CRM says it in its answers, or as the connection's settings say (`links`).

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use reqwest::Url;
use serde_json::{Map, Value};

/// A longer address is none that people open.
const LENGTH_MAX: usize = 500;
/// Records whose address is remembered: each is asked for as soon as it is made.
const REMEMBERED: usize = 256;

/// The addresses of records that a CRM lately told of.
#[derive(Debug, Default)]
pub struct Links(Mutex<VecDeque<(String, String)>>);

impl Links {
    /// The CRM said where a record is. What is no web address, or carries credentials, is passed over.
    pub fn said(&self, id: &str, address: &str) {
        let Some(url) = Url::parse(address).ok().filter(is_seen) else { return };
        if url.as_str().len() > LENGTH_MAX {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(of, _)| of != id);
        if known.len() >= REMEMBERED {
            known.pop_front();
        }
        known.push_back((id.to_owned(), url.into()));
    }

    /// The address of a record, if it was said.
    pub fn of(&self, id: &str) -> Option<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().find(|(of, _)| of == id).map(|(_, address)| address.clone())
    }
}

/// The address of a record by the connection's settings, where these say one for its kind.
pub fn by_settings(settings: &Map<String, Value>, record: &str, id: &str) -> Option<String> {
    for_id(settings.get("links")?.get(record)?.as_str()?, id)
}

/// The address with an id in it; nothing where that is no address, or the id could change what it means.
pub fn for_id(link: &str, id: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = link.contains("{id}") && !id.is_empty() && id.bytes().all(plain);
    let address = fits.then(|| link.replace("{id}", id)).filter(|address| address.len() <= LENGTH_MAX)?;
    is_seen(&Url::parse(&address).ok()?).then_some(address)
}

/// An address that people can open, without credentials.
fn is_seen(url: &Url) -> bool {
    ["http", "https"].contains(&url.scheme()) && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_kept_and_not_for_ever() {
        let links = Links::default();
        for wrong in [
            "",
            "javascript:alert(1)",
            "/tickets/1",
            "https://u:p@desk.test/1",
            &format!("https://x/{}", "a".repeat(500)),
        ] {
            links.said("1", wrong);
        }
        assert_eq!(links.of("1"), None);
        links.said("1", "https://desk.test/old");
        links.said("1", "https://desk.test/agent/acme/tickets/1");
        assert_eq!(links.of("1").as_deref(), Some("https://desk.test/agent/acme/tickets/1"));
        (2..2 + REMEMBERED).for_each(|id| links.said(&id.to_string(), "https://desk.test/2"));
        assert_eq!((links.of("1"), links.of("2").is_some()), (None, true));
    }

    #[test]
    fn what_the_settings_say_is_filled_in() {
        let settings = serde_json::json!({"links": {"call": "https://crm.test/calls/{id}?tab=1"}});
        let of = |record: &str, id: &str| by_settings(settings.as_object().unwrap(), record, id);
        assert_eq!(of("call", "A-7").as_deref(), Some("https://crm.test/calls/A-7?tab=1"));
        assert_eq!((of("task", "7"), of("call", "7/../8"), of("call", "")), (None, None, None));
        for wrong in ["https://crm.test/", "javascript:{id}", "https://u:p@crm.test/{id}", "{id}"] {
            assert_eq!(for_id(wrong, "7"), None, "{wrong}");
        }
    }
}
