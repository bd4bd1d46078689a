//! Ids: of accounts, sources and connections (chosen by people), of calls and events (made from what a PBX said).

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use sha2::{Digest, Sha256};

use crate::text::Text;

/// An id that is not of the form `[a-z0-9-]{1,40}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an id: use 1 to 40 of a-z, 0-9 and -")]
pub struct IdError(pub String);

fn checked(text: Text) -> Result<Text, IdError> {
    let fits = (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits { Ok(text) } else { Err(IdError(text.into())) }
}

macro_rules! chosen_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "Text")]
        pub struct $name(Text);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<Text> for $name {
            type Error = IdError;
            fn try_from(text: Text) -> Result<Self, IdError> {
                checked(text).map(Self)
            }
        }
        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                checked(text.into()).map(Self)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
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
    pub session: Text,
}

impl CallKey {
    /// The id of the `n`-th call (from 1) that this session id was used for.
    pub fn call_id(&self, n: u32) -> CallId {
        if n <= 1 { CallId(self.to_string()) } else { CallId(format!("{self}~{n}")) }
    }

    /// Reads `source/session`.
    pub fn parse(text: &str) -> Option<Self> {
        let (source, session) = text.split_once('/')?;
        Some(Self { source: source.parse().ok()?, session: session.into() })
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
/// 128 bits of SHA-256; as text in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId([u8; 16]);

impl EventId {
    /// Hashes the parts, each closed by its length so that no two lists of parts run together.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
            hash.update((part.len() as u64).to_be_bytes());
        }
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        Self(id)
    }

    /// Reads 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text: &[u8; 32] = text.as_bytes().try_into().ok()?;
        let mut id = [0; 16];
        for (byte, pair) in id.iter_mut().zip(text.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(id))
    }

    /// As ASCII.
    fn hex(self) -> [u8; 32] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        text
    }
}

fn digit(text: u8) -> Option<u8> {
    match text {
        b'0'..=b'9' => Some(text - b'0'),
        b'a'..=b'f' => Some(text - b'a' + 10),
        b'A'..=b'F' => Some(text - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.hex()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.hex()) {
            Ok(text) => serializer.serialize_str(text),
            Err(why) => Err(ser::Error::custom(why)),
        }
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Hex;
        impl de::Visitor<'_> for Hex {
            type Value = EventId;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("32 hexadecimal digits")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<EventId, E> {
                EventId::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Hex)
    }
}

impl JsonSchema for EventId {
    fn schema_name() -> Cow<'static, str> {
        "EventId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One thing a PBX said, told by what was said: the same thing said twice has the same id.\n128 bits of SHA-256 in hexadecimal.",
            "type": "string",
        })
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
    fn an_event_id_is_32_hexadecimal_digits_in_every_record() {
        let id = EventId::of(&[b"ab"]);
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!((text.len(), &text), (34, &format!("\"{id}\"")));
        assert_eq!(serde_json::from_str::<EventId>(&text).unwrap(), id);
        assert_eq!(
            EventId::parse("00ff10A0000000000000000000000001").unwrap().to_string(),
            "00ff10a0000000000000000000000001"
        );
        for wrong in ["", "0", "g0ff10a0000000000000000000000001", "00ff10a00000000000000000000000011"] {
            assert!(serde_json::from_value::<EventId>(wrong.into()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(EventId::of(&[b"ab", b"c"]), EventId::of(&[b"a", b"bc"]));
    }
}
