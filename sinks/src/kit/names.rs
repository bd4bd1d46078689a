//! What a customer's CRM calls its structures, their fields and its values, where these differ from one customer to another:
//! texts of a settings table that are right by their types, with the defaults of a kind.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Characters of any of them.
const LENGTH_MAX: usize = 100;

/// What a default is written as: one text, or a list of them for several names. A default is known to be right.
pub trait Preset {
    /// Text, or a list.
    type From;
    /// The default.
    fn of(from: Self::From) -> Self;
}

impl Preset for String {
    type From = &'static str;
    fn of(from: &'static str) -> Self {
        from.to_owned()
    }
}

impl Preset for Vec<Name> {
    type From = &'static [&'static str];
    fn of(from: Self::From) -> Self {
        from.iter().map(|name| Name::of(name)).collect()
    }
}

/// A kind of text, checked where it is read: `wrong` says what is amiss.
macro_rules! text {
    ($(#[$doc:meta])* $kind:ident, $wrong:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $kind(String);

        impl $kind {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $kind {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $kind {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                $wrong(&text).map_or_else(|| Ok(Self(text)), Err)
            }
        }

        impl From<$kind> for String {
            fn from(text: $kind) -> Self {
                text.0
            }
        }

        impl Preset for $kind {
            type From = &'static str;
            fn of(from: &'static str) -> Self {
                Self(from.to_owned())
            }
        }
    };
}

text! {
    /// A structure, or a field that every record has.
    Name, wrong_name
}
text! {
    /// A field that the CRM may lack: with an empty name it is neither written nor read.
    Optional, wrong_optional
}
text! {
    /// Part of an address.
    Path, wrong_path
}
text! {
    /// What stands in a field.
    Word, wrong_word
}

impl Optional {
    /// The name, if the CRM has the field.
    pub fn name(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }
}

fn wrong_name(text: &str) -> Option<String> {
    let why = "use 1 to 100 Latin letters, digits, '_', '.', '-', and begin with a letter";
    (!is_latin(text, "_.-")).then(|| format!("{text:?} is not a name in the CRM's API: {why}"))
}

fn wrong_optional(text: &str) -> Option<String> {
    if text.is_empty() { None } else { wrong_name(text) }
}

fn wrong_path(text: &str) -> Option<String> {
    let fits = is_latin(text, "_.-/") && !text.ends_with('/') && !text.contains("..");
    let why = "use 1 to 100 Latin letters, digits, '_', '.', '-' and '/' between them, and begin with a letter";
    (!fits).then(|| format!("{text:?} is not a path in the CRM's API: {why}"))
}

fn wrong_word(text: &str) -> Option<String> {
    let fits = !text.trim().is_empty() && text.chars().count() <= LENGTH_MAX;
    (!fits).then(|| "give the value that the CRM has for it, at most 100 characters".to_owned())
}

fn is_latin(text: &str, more: &str) -> bool {
    text.len() <= LENGTH_MAX
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

/// Tables of names, each with its default: `/// Clients. Clients { /// The number. phone: Name = "phone", }`.
macro_rules! names {
    ($($(#[$doc:meta])* $table:ident { $($(#[$about:meta])* $field:ident: $type:ty = $default:expr,)* })*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $table {
            $($(#[$about])* pub $field: $type,)*
        }
        impl Default for $table {
            fn default() -> Self {
                Self { $($field: <$type as $crate::kit::names::Preset>::of($default),)* }
            }
        }
    )* };
}
pub(crate) use names;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_path_or_word_says_what_may_stand() {
        let long = "a".repeat(LENGTH_MAX + 1);
        for wrong in ["", "a b", "1a", "имя", "a/b", &long] {
            assert!(wrong_name(wrong).is_some_and(|why| why.contains("Latin letters")), "{wrong}");
        }
        for wrong in ["", "a/", "/a", "a/../b", &long] {
            assert!(wrong_path(wrong).is_some_and(|why| why.contains("Latin letters")), "{wrong}");
        }
        for wrong in ["", " ", &long] {
            assert!(wrong_word(wrong).is_some_and(|why| why.contains("value")), "{wrong}");
        }
        let right = [wrong_name("_a.b-1"), wrong_path("api/v3.1"), wrong_word("1 да"), wrong_optional("")];
        assert_eq!(right, [None, None, None, None]);
        assert_eq!((Optional::of("").name(), Optional::of("a").name()), (None, Some("a")));
    }
}
