//! The PBXs an accounts file may name: a new one is a line here.

use sinks::connector::CredentialField;

/// What the accounts file may say of sources of one kind.
#[derive(Debug, Clone, Copy)]
pub struct SourceKind {
    /// The word in the accounts file.
    pub kind: &'static str,
    /// Its name, for people.
    pub title: &'static str,
    /// The credentials of its API.
    pub credentials: &'static [CredentialField],
    /// Where numbers without a country code are from, unless the file says so.
    pub region: &'static str,
    /// The time zone it writes times in, unless the file says so.
    pub timezone: &'static str,
}

/// Every kind, in the order they are shown.
pub const SOURCE_KINDS: &[SourceKind] = &[
    SourceKind {
        kind: "uis",
        title: "UIS",
        // Webhooks work without the key; the employees' list and asking for missed calls do not.
        credentials: &[CredentialField { name: "api_key", required: false }],
        region: "RU",
        timezone: "Europe/Moscow",
    },
    SourceKind {
        kind: "ringostat",
        title: "Ringostat",
        // Likewise.
        credentials: &[
            CredentialField { name: "project_id", required: false },
            CredentialField { name: "auth_key", required: false },
        ],
        region: "UA",
        timezone: "Europe/Kyiv",
    },
];

/// The kind of that word.
pub fn source_kind(kind: &str) -> Option<&'static SourceKind> {
    SOURCE_KINDS.iter().find(|known| known.kind == kind)
}
