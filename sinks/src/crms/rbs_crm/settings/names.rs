//! Names that a customer's CRM may give its structures and fields.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name in the XML API: of a structure, or of a field, which becomes an XML element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Name(String);

impl Name {
    /// A default: known to be a name.
    pub(super) fn preset(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if begins && fits && text.len() <= 100 {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "{text:?} is not a name in the CRM's API: use 1 to 100 Latin letters, digits, '_', '.', '-', and begin with a letter"
            ))
        }
    }
}

impl TryFrom<String> for Name {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

/// A field that the CRM may lack: with an empty name it is neither written nor read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Optional(Option<Name>);

impl Optional {
    /// A default: known to be a name, or empty.
    pub(super) fn preset(name: &'static str) -> Self {
        Self((!name.is_empty()).then(|| Name::preset(name)))
    }

    /// The name, if the CRM has the field.
    pub fn name(&self) -> Option<&Name> {
        self.0.as_ref()
    }
}

impl FromStr for Optional {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(Self(None)) } else { text.parse().map(|name| Self(Some(name))) }
    }
}

impl TryFrom<String> for Optional {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Optional> for String {
    fn from(field: Optional) -> Self {
        field.0.map(String::from).unwrap_or_default()
    }
}
