//! Short texts: kept where they stand, without memory of their own. Most of what a PBX says is one: numbers, extensions, ids.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text of so many bytes takes no memory beyond its own 24.
const SHORT: usize = 22;

/// A text that does not change. As JSON and to its readers a string.
#[derive(Clone)]
pub struct Text(Kept);

#[derive(Clone)]
enum Kept {
    Short(u8, [u8; SHORT]),
    Long(Box<str>),
}

impl Text {
    /// As a string slice.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // It was taken from a `str`, so it is one: the default is never met.
            Kept::Short(length, bytes) => std::str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or_default(),
            Kept::Long(text) => text,
        }
    }

    /// The bytes of memory that it takes beyond its own.
    pub fn beyond(&self) -> usize {
        match &self.0 {
            Kept::Short(..) => 0,
            Kept::Long(text) => text.len(),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(text.as_bytes());
                Self(Kept::Short(length, bytes))
            }
            _ => Self(Kept::Long(text.into())),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        if text.len() > SHORT { Self(Kept::Long(text.into_boxed_str())) } else { Self::from(text.as_str()) }
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        match text.0 {
            Kept::Short(..) => text.as_str().to_owned(),
            Kept::Long(text) => text.into(),
        }
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self(Kept::Short(0, [0; SHORT]))
    }
}

// Short and long ones are never equal, and what stands behind a short one is always zero.
impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kept::Short(a, one), Kept::Short(b, two)) => a == b && one == two,
            (Kept::Long(a), Kept::Long(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl de::Visitor<'_> for Any {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text::from(text))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Text, E> {
                Ok(Text::from(text))
            }
        }
        deserializer.deserialize_str(Any)
    }
}

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::hash_map::DefaultHasher;

    use super::*;

    fn hash(value: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn a_text_is_the_string_it_was_made_of() {
        let texts =
            ["", "101", "+79161112233", "скрыт", "0123456789012345678901", "01234567890123456789012", "\"\\\u{0}"];
        for one in texts {
            let text = Text::from(one);
            assert_eq!(
                (text.as_str(), text.to_string().as_str(), String::from(text.clone()).as_str()),
                (one, one, one)
            );
            assert_eq!(text, Text::from(one.to_owned()));
            assert_eq!((format!("{text:?}"), hash(&text)), (format!("{one:?}"), hash(one)));
            let json = serde_json::to_string(&text).unwrap();
            assert_eq!(json, serde_json::to_string(one).unwrap());
            assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), text);
            assert_eq!(serde_json::from_value::<Text>(one.into()).unwrap(), text);
            for other in texts {
                let compared = Text::from(other);
                assert_eq!((text == compared, text.cmp(&compared)), (one == other, one.cmp(other)));
            }
        }
        assert!(serde_json::from_str::<Text>("1").is_err());
        assert_eq!(size_of::<Option<Text>>(), 24);
    }
}
