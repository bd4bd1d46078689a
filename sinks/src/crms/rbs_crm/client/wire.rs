//! One document to the XML API: its address, the form and the cookie. The rest of a request is [`crate::kit::http`].

use backbone::sealed::Secret;
use reqwest::header::{COOKIE, HeaderValue};
use tokio::time::Instant;

use crate::kit::http::{self, Reply};

/// The XML API's address for a base address that may name it already.
pub fn api_url(base_url: &str) -> Result<String, String> {
    let base = http::base(base_url, "https://client1.rbs360.ru")?;
    Ok(format!("{}/api/xml/", base.trim_end_matches("/api/xml")))
}

/// Sends a document and waits until `deadline`.
pub async fn post(
    http: &reqwest::Client,
    url: &str,
    document: &str,
    session: Option<&Secret>,
    deadline: Instant,
) -> Reply {
    let mut request = http.post(url).form(&[("xml", document)]);
    if let Some(session) = session {
        match HeaderValue::from_str(&format!("sess_id={}", session.expose())) {
            Ok(mut cookie) => {
                cookie.set_sensitive(true);
                request = request.header(COOKIE, cookie);
            }
            Err(_) => return Reply::NotSent("the session id fits no cookie".to_owned()),
        }
    }
    http::send(request, deadline).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_api_is_made_from_the_crms() {
        for base in ["https://c1.rbs360.ru", "https://c1.rbs360.ru/", "https://c1.rbs360.ru/api/xml/"] {
            assert_eq!(api_url(base).unwrap(), "https://c1.rbs360.ru/api/xml/");
        }
        assert_eq!(api_url("http://127.0.0.1:8080/box").unwrap(), "http://127.0.0.1:8080/box/api/xml/");
        assert!(api_url("c1.rbs360.ru").is_err());
    }
}
