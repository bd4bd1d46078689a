//! Where the API is, and the header that opens it. Pure.

use backbone::sealed::Secret;
use reqwest::header::HeaderValue;

use crate::kit::http;

/// Where the vendor has the API.
const VENDOR: &str = "https://crm.sitniks.com/open-api";

/// The API's address: the vendor's where none is given; of a host alone, where the vendor has it on a host.
pub fn base(base_url: &str) -> Result<String, String> {
    if base_url.trim().is_empty() {
        return Ok(VENDOR.to_owned());
    }
    let base = http::base(base_url, VENDOR)?;
    let path = base.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
    Ok(if path { base } else { format!("{base}/open-api") })
}

/// The header that carries the token.
pub fn authorization(token: &Secret) -> Result<HeaderValue, String> {
    let mut header = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| "the token has characters that no header takes: copy it anew".to_owned())?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_api_is_made_from_the_base_url() {
        for (base_url, api) in [
            ("", VENDOR),
            ("https://crm.sitniks.com", VENDOR),
            ("https://crm.sitniks.com/", VENDOR),
            ("https://crm.sitniks.com/open-api/", VENDOR),
            ("http://127.0.0.1:8080/box", "http://127.0.0.1:8080/box"),
        ] {
            assert_eq!(base(base_url).unwrap(), api, "{base_url}");
        }
        assert!(base("crm.sitniks.com").unwrap_err().ends_with(VENDOR));
    }

    #[test]
    fn a_token_is_printed_nowhere() {
        let header = authorization(&Secret::new(" ab\u{0}c")).unwrap_err();
        assert!(!header.contains("ab"), "{header}");
        assert!(!format!("{:?}", authorization(&Secret::new("abc")).unwrap()).contains("abc"));
    }
}
