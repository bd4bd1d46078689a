//! PBXs: each reads its own webhooks. Reading is pure: no clock, no I/O, and it never fails but by saying why.
//!
//! A new PBX is a folder here and a line in [`PBXS`].

mod form;
pub mod uis;

use std::collections::BTreeMap;

use schemas::{EventId, Said, Source, SourceId, Verbatim};

/// Every PBX that Ringfold knows.
pub const PBXS: &[&dyn Pbx] = &[&uis::Uis];

/// A kind of PBX.
pub trait Pbx: Sync {
    /// Its name in the accounts file: `uis`.
    fn kind(&self) -> &'static str;

    /// Reads one notification that came to `source`.
    fn read(&self, source: &Source, request: &Request<'_>) -> Result<Reading, Unreadable>;
}

/// The PBX of a kind.
pub fn pbx(kind: &str) -> Option<&'static dyn Pbx> {
    PBXS.iter().copied().find(|pbx| pbx.kind() == kind)
}

/// Reads one notification as the PBX of its source writes it.
pub fn read(source: &Source, request: &Request<'_>) -> Result<Reading, Unreadable> {
    let Some(pbx) = pbx(&source.kind) else {
        return Err(Unreadable::because(format!("no reader for the webhooks of {:?} is built in", source.kind)));
    };
    pbx.read(source, request)
}

/// One notification as it came, less the secret that it came by.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `POST` or `GET`.
    pub method: &'a str,
    /// What stands after the question mark, still encoded; empty where nothing does.
    pub query: &'a str,
    /// The header; empty where there is none.
    pub content_type: &'a str,
    /// At most 64 KiB.
    pub body: &'a [u8],
}

/// Content types longer than this are cut where they are kept.
const CONTENT_TYPE_CHARS_MAX: usize = 200;

impl<'a> Request<'a> {
    /// The body as text, without a byte-order mark and the space around it.
    pub fn text(&self) -> Result<&'a str, Unreadable> {
        let text = std::str::from_utf8(self.body).map_err(|wrong| {
            Unreadable::because(format!("the body is not UTF-8 from byte {} on", wrong.valid_up_to()))
        })?;
        Ok(text.trim_start_matches('\u{feff}').trim())
    }

    /// What is kept of it: the body, or the query where there is no body.
    pub fn verbatim(&self) -> Verbatim {
        if self.body.trim_ascii().is_empty() {
            return Verbatim {
                text: self.query.to_owned(),
                hex: String::new(),
                content_type: "application/x-www-form-urlencoded".to_owned(),
            };
        }
        let content_type = self.content_type.chars().take(CONTENT_TYPE_CHARS_MAX).collect();
        match std::str::from_utf8(self.body) {
            Ok(text) => Verbatim { text: text.to_owned(), hex: String::new(), content_type },
            Err(_) => Verbatim { text: String::new(), hex: hex(self.body), content_type },
        }
    }
}

/// What was read from one notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The PBX's id of the session, at most 200 characters.
    pub session: String,
    /// What it says.
    pub said: Said,
    /// Every field, also those that nothing is made of, in one spelling: what tells this event from others.
    pub identity: BTreeMap<String, String>,
}

impl Reading {
    /// The event's id: the same thing said again has the same, however it is spelled.
    pub fn event_id(&self, source: &SourceId) -> EventId {
        let mut parts = vec![source.as_str().as_bytes()];
        for (key, value) in &self.identity {
            parts.push(key.as_bytes());
            parts.push(value.as_bytes());
        }
        EventId::of(&parts)
    }
}

/// A notification that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// What is wrong and what would be right; holds no phone numbers.
    pub reason: String,
}

impl Unreadable {
    /// With that reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}
