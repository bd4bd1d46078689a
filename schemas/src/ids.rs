//! Ids: of accounts, sources and connections (chosen by people), of calls and events (made from what a PBX said).

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// An id that is not of the form `[a-z0-9-]{1,40}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an id: use 1 to 40 of a-z, 0-9 and -")]
pub struct IdError(pub String);

fn checked(text: String) -> Result<String, IdError> {
    let fits = (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits { Ok(text) } else { Err(IdError(text)) }
}

macro_rules! chosen_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                checked(text).map(Self)
            }
        }
        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                checked(text.to_owned()).map(Self)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": "^[a-z0-9-]{1,40}$" })
            }
        }
    };
}

chosen_id!(
    /// One customer company.
    AccountId
);
chosen_id!(
    /// One PBX account of a company.
    SourceId
);
chosen_id!(
    /// One CRM account joined to one or more sources.
    ConnectionId
);

/// Where the events of one session belong: a source and the session id that the PBX gave it.
/// As text `source/session`; the key of `calls.raw` and `calls.state`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey {
    /// The source that said it.
    pub source: SourceId,
    /// The PBX's own id of the session, at most 200 characters.
    pub session: String,
}

impl CallKey {
    /// The id of the `n`-th call (from 1) that this session id was used for.
    pub fn call_id(&self, n: u32) -> CallId {
        if n <= 1 { CallId(self.to_string()) } else { CallId(format!("{self}~{n}")) }
    }

    /// Reads `source/session`.
    pub fn parse(text: &str) -> Option<Self> {
        let (source, session) = text.split_once('/')?;
        Some(Self { source: source.parse().ok()?, session: session.to_owned() })
    }
}

impl fmt::Display for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.source, self.session)
    }
}

/// One call: `source/session`, or `source/session~2` where the PBX used a session id again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CallId(pub String);

impl CallId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One thing a PBX said, told by what was said: the same thing said twice has the same id.
/// 128 bits of SHA-256 in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct EventId(pub String);

impl EventId {
    /// Hashes the parts, each closed by its length so that no two lists of parts run together.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
            hash.update((part.len() as u64).to_be_bytes());
        }
        Self(hash.finalize()[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
            use fmt::Write as _;
            let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
            text
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked_where_they_enter() {
        assert!("acme-2".parse::<AccountId>().is_ok());
        for wrong in ["", "Acme", "a b", "ä", &"a".repeat(41)] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_reused_session_is_numbered() {
        let key = CallKey::parse("acme-uis/12/3").unwrap();
        assert_eq!(key.session, "12/3");
        assert_eq!(key.call_id(1).as_str(), "acme-uis/12/3");
        assert_eq!(key.call_id(2).as_str(), "acme-uis/12/3~2");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(EventId::of(&[b"ab", b"c"]), EventId::of(&[b"a", b"bc"]));
        assert_eq!(EventId::of(&[b"ab"]).0.len(), 32);
    }
}
