//! Applying an accounts file.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `PUT /api/v1/accounts`: a file to apply.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// What the file is called where it came from: for the words of an error.
    pub file_name: String,
    /// The whole text, TOML.
    pub text: String,
    /// The value of each `env:NAME` in the text, by `NAME`, from the sender's environment. The server uses no other.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Say what would change, and change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

impl fmt::Debug for Apply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.env.keys().collect();
        f.debug_struct("Apply")
            .field("file_name", &self.file_name)
            .field("text", &"[may hold secrets]")
            .field("env", &names)
            .field("dry_run", &self.dry_run)
            .finish()
    }
}

/// What the applying of a file changed, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Applied {
    /// Nothing was changed: it was only asked what would be.
    pub dry_run: bool,
    /// Every account, source and connection of the file, in its order; after those of an account, what else it has.
    pub changes: Vec<Change>,
}

/// Which table of the accounts file a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A company.
    Account,
    /// A PBX.
    Source,
    /// A CRM.
    Connection,
}

impl What {
    /// The word in the API and in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Source => "source",
            Self::Connection => "connection",
        }
    }
}

/// What happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was not there.
    Added,
    /// It was, otherwise.
    Changed,
    /// It is as the file says; or the file has nothing of it, and the note says so.
    Unchanged,
}

impl ChangeKind {
    /// The word in the API and in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// One account, source or connection of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Which table.
    pub what: What,
    /// Its id.
    pub id: String,
    /// What happens to it.
    pub change: ChangeKind,
    /// Which keys change, as the file writes them: `base_url`, `settings.search_lag`, `credentials.password`. Secrets are
    /// named, never shown. Empty unless it is changed.
    #[serde(default)]
    pub keys: Vec<String>,
    /// What else follows, in words: `active again: it has new credentials`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.what.word(), self.id, self.change.word())?;
        if !self.keys.is_empty() {
            write!(f, ": {}", self.keys.join(", "))?;
        }
        if !self.note.is_empty() {
            write!(f, " ({})", self.note)?;
        }
        Ok(())
    }
}

/// One thing wrong with an accounts file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileProblem {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// Where in the file: `account[0].connection[0].settings.search_lag`; empty where the text is no TOML.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, key, message } = self;
        if key.is_empty() {
            write!(f, "{file}:{line}: {message}")
        } else {
            write!(f, "{file}:{line}: {key}: {message}")
        }
    }
}
