//! What is never shown of a request or an answer: secrets, told by their value or by what they are called, and phone numbers,
//! of which the last two digits are left. Pure. It hides rather too much: a number of seven digits may be no phone.

mod scan;

use backbone::sealed::Secret;
use backbone::store::Credentials;
use reqwest::Url;

/// Stands for a secret.
pub const HIDDEN: &str = "[secret]";
/// A shorter value is hidden by its name only: it may stand in any word.
const SECRET_MIN: usize = 4;
/// A value of fewer characters is hidden where it is a whole word.
const WORD_MAX: usize = 8;

/// The secrets of one connection.
#[derive(Debug, Default)]
pub struct Masks {
    /// In every spelling, the longest first.
    secrets: Vec<Secret>,
}

impl Masks {
    /// Of a connection's credentials: each value is hidden wherever it stands.
    pub fn of(credentials: &Credentials) -> Self {
        Self::new(credentials.values().flat_map(|credential| parts(credential.value.expose())))
    }

    /// Of these values.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut spelled: Vec<String> = values.into_iter().flat_map(spellings).collect();
        spelled.retain(|secret| secret.len() >= SECRET_MIN);
        spelled.sort_unstable_by(|a, b| (b.len(), b).cmp(&(a.len(), a)));
        spelled.dedup();
        Self { secrets: spelled.into_iter().map(Secret::new).collect() }
    }

    /// The most bytes that one secret takes.
    pub fn longest(&self) -> usize {
        self.secrets.first().map_or(0, |secret| secret.expose().len())
    }

    /// A text without secrets and numbers.
    pub fn text(&self, text: &str) -> String {
        scan::text(&self.values(text))
    }

    /// A text without the values of these secrets.
    pub fn values(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| without(text, secret.expose()))
    }

    /// A path: what is all digits in it is an id and stays.
    pub fn path(&self, path: &str) -> String {
        let text = self.values(path);
        let is_id = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts = text.split('/').map(|part| if is_id(part) { part.to_owned() } else { scan::text(part) });
        parts.collect::<Vec<_>>().join("/")
    }

    /// A form, as bodies and queries have it, decoded.
    pub fn form(&self, encoded: &str) -> String {
        let Ok(mut url) = Url::parse("http://form/") else { return HIDDEN.to_owned() };
        url.set_query(Some(encoded));
        let pair = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            let shown = if scan::is_secret(&name) { HIDDEN.to_owned() } else { self.text(&value) };
            format!("{}={shown}", self.text(&name))
        };
        url.query_pairs().map(pair).collect::<Vec<_>>().join("&")
    }
}

/// A value, and of an address what stands behind its last slash: there may be a key.
fn parts(value: &str) -> Vec<&str> {
    let value = value.trim();
    let last = value.contains("://").then(|| value.trim_end_matches('/').rsplit('/').next()).flatten();
    [Some(value), last].into_iter().flatten().collect()
}

/// A value as it stands in a text, in JSON, in XML and in an address.
fn spellings(value: &str) -> Vec<String> {
    let json = serde_json::to_string(value).unwrap_or_default();
    let xml = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut encoded = Url::parse("http://form/").ok();
    let in_query = encoded.as_mut().map(|url| {
        url.query_pairs_mut().append_pair("v", value);
        url.query().and_then(|query| query.strip_prefix("v=")).unwrap_or_default().to_owned()
    });
    [Some(value.to_owned()), Some(json.trim_matches('"').to_owned()), Some(xml), in_query]
        .into_iter()
        .flatten()
        .collect()
}

/// The text with the secret hidden; a short one only where it is a whole word.
fn without(text: String, secret: &str) -> String {
    if !text.contains(secret) {
        return text;
    }
    if secret.chars().count() >= WORD_MAX {
        return text.replace(secret, HIDDEN);
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut shown, mut rest) = (String::new(), text.as_str());
    while let Some((before, after)) = rest.split_once(secret) {
        let apart = !before.ends_with(is_word) && !after.starts_with(is_word);
        let apart = apart && !(before.is_empty() && shown.ends_with(is_word));
        shown.extend([before, if apart { HIDDEN } else { secret }]);
        rest = after;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h3_secrets_are_hidden_by_value_in_every_spelling() {
        let masks = Masks::new(["p&ss \"w<rd", "api", "adm1n", "long-enough-token"]);
        for (text, shown) in [
            ("said p&ss \"w<rd twice", "said [secret] twice"),
            (r#"["p&ss \"w<rd"]"#, r#"["[secret]"]"#),
            ("p&amp;ss \"w&lt;rd", "[secret]"),
            ("see /login?p=p%26ss+%22w%3Crd", "see /login?p=[secret]"),
            ("/api/v1 by adm1n, not adm1nistrator or xadm1n", "/api/v1 by [secret], not adm1nistrator or xadm1n"),
            ("xlong-enough-tokenx", "x[secret]x"),
        ] {
            assert_eq!(masks.text(text), shown);
        }
        let webhook = Masks::new(parts("https://acme.test/hooks/run/key-4711/"));
        assert_eq!(webhook.path("/hooks/run/key-4711/leads/1234567"), "/hooks/run/[secret]/leads/1234567");
    }

    #[test]
    fn h3_a_form_is_shown_decoded_and_masked() {
        let masks = Masks::new(["very-secret-key"]);
        let form = "api_key=abc&phone=%2B7+916+111-22-33&q=very-secret-key&xml=%3Clogin%3Eme%3C%2Flogin%3E";
        assert_eq!(masks.form(form), "api_key=[secret]&phone=***33&q=[secret]&xml=<login>[secret]</login>");
    }
}
