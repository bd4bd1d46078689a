//! PBXs: each reads its own webhooks. Reading is pure: no clock, no I/O, and it never fails but by saying why.
//!
//! A new PBX is a folder here and a line in [`PBXS`].

pub mod api;
mod fields;
mod form;
mod lenient;
pub mod listing;
pub mod ringostat;
pub mod uis;
mod values;

use std::collections::BTreeMap;

use backbone::store::SourceEntry;
use schemas::{EventId, Said, Source, SourceId, Verbatim};

use self::api::Question;
use self::listing::Lists;

/// Every PBX that Ringfold knows.
pub const PBXS: &[&dyn Pbx] = &[&uis::Uis, &ringostat::Ringostat];

/// A kind of PBX.
pub trait Pbx: Sync {
    /// Its name in the accounts file: `uis`.
    fn kind(&self) -> &'static str;

    /// Reads one notification that came to `source`.
    fn read(&self, source: &Source, request: &Request<'_>) -> Result<Reading, Unreadable>;

    /// What to ask its API to see whether it takes the credentials; or which of them is missing.
    fn question(&self, of: &SourceEntry) -> Result<Question, String>;

    /// What the answer to that says: connected, and to what; or why not, and what to do.
    fn answered(&self, status: u16, body: &str) -> Result<String, String>;

    /// What it can be asked for of what its webhooks did not say.
    fn lists(&self) -> &'static [&'static dyn Lists] {
        &[]
    }

    /// What the PBX documents as names of its values, where each customer gives them names of its own
    /// ([`Source::names`]); none where names are fixed.
    fn names(&self) -> &'static [&'static str] {
        &[]
    }

    /// Which of [`Self::names`] this is, or an old name of.
    fn documented(&self, name: &str) -> Option<&'static str> {
        self.names().iter().copied().find(|documented| *documented == name)
    }
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

    /// What is kept of it: the body and the query, or the query as a body where there is no other.
    pub fn verbatim(&self) -> Verbatim {
        if self.body.trim_ascii().is_empty() {
            return Verbatim {
                text: self.query.to_owned(),
                content_type: "application/x-www-form-urlencoded".to_owned(),
                ..Verbatim::default()
            };
        }
        let content_type = self.content_type.chars().take(CONTENT_TYPE_CHARS_MAX).collect();
        let kept = Verbatim { content_type, query: self.query.to_owned(), ..Verbatim::default() };
        match std::str::from_utf8(self.body) {
            Ok(text) => Verbatim { text: text.to_owned(), ..kept },
            Err(_) => Verbatim { hex: hex(self.body), ..kept },
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

/// How the reason begins where a notification was understood, and is about no call.
pub const ABOUT_NO_CALL: &str = "it is about no call";

/// A notification that no event comes of. It is kept either way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// What is wrong and what would be right; holds no phone numbers.
    pub reason: String,
    /// It was understood, and is about no call: there is nothing that the PBX could do better, so it is told that all is
    /// well, and does not send it again.
    pub no_call: bool,
}

impl Unreadable {
    /// It cannot be read, for that reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), no_call: false }
    }

    /// It can be read, and is about something else than calls.
    pub fn no_call(todo: &str) -> Self {
        Self { reason: format!("{ABOUT_NO_CALL}: {todo}"), no_call: true }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}
