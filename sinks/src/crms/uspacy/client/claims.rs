//! What a token says of itself: a JWT carries its space. Only read, never trusted: the CRM decides what a token may do. Pure.

use serde_json::Value;

use super::rows;
use crate::kit::answers::word;

/// The space that a token is of: its id, or else its domain.
pub fn space(token: &str) -> Option<String> {
    let claims: Value = serde_json::from_slice(&decoded(token.split('.').nth(1)?)?).ok()?;
    let text = |key: &str| {
        let value = claims.get(key)?;
        value.as_str().map(word).or_else(|| rows::number(value).map(|number| number.to_string()))
    };
    ["workspaceId", "domain"].iter().find_map(|key| text(key).filter(|text| !text.is_empty()))
}

/// Base64 for URLs, with or without its padding.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g2_a_token_says_its_space() {
        for (claims, space_of_it) in [
            // {"workspaceId":"ws-1","domain":"acme.uspacy.ua"}
            ("eyJ3b3Jrc3BhY2VJZCI6IndzLTEiLCJkb21haW4iOiJhY21lLnVzcGFjeS51YSJ9", Some("ws-1")),
            // {"workspaceId":17}
            ("eyJ3b3Jrc3BhY2VJZCI6MTd9", Some("17")),
            // {"domain":"acme.uspacy.ua"}
            ("eyJkb21haW4iOiJhY21lLnVzcGFjeS51YSJ9", Some("acme.uspacy.ua")),
            // {"sub":"1"}
            ("eyJzdWIiOiIxIn0=", None),
            ("no claims", None),
            ("", None),
        ] {
            assert_eq!(space(&format!("head.{claims}.sign")).as_deref(), space_of_it, "{claims}");
        }
        assert_eq!(space("opaque-token"), None);
    }
}
