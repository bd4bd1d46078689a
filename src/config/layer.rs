//! One layer of the configuration: every key optional, unknown ones refused. A file and the environment are read by the
//! same types, so that they cannot differ in what they allow.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use backbone::sealed::SecretKey;
use serde::Deserialize;
use toml::{Table, Value};

const PREFIX: &str = "RINGFOLD_";
/// Variables of other meaning: where a client finds its server, and the log filter.
const NO_KEYS: [&str; 3] = ["RINGFOLD_SERVER", "RINGFOLD_TOKEN", "RINGFOLD_LOG"];
/// A configuration is a page of text.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What one place says.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layer {
    pub backbone: Parts,
    pub data_dir: Option<PathBuf>,
    pub listen: Option<Listen>,
    pub public_url: Option<PublicUrl>,
    pub secret_key: Option<Key>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Parts {
    pub log: Option<Part>,
    pub queue: Option<Part>,
    pub store: Option<Part>,
}

/// What the flags of a command say.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--data`.
    pub data_dir: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
}

impl From<Flags> for Layer {
    fn from(flags: Flags) -> Self {
        Self { data_dir: flags.data_dir, listen: flags.listen.map(Listen), ..Self::default() }
    }
}

/// What a part of the backbone runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Part {
    Embedded,
}

impl Part {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
        }
    }
}

impl TryFrom<String> for Part {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text == Self::Embedded.word() {
            return Ok(Self::Embedded);
        }
        // The address may hold a password: only its scheme is repeated.
        Err(match text.split_once("://").map(|(scheme, _)| scheme) {
            Some(scheme @ ("kafka" | "amqp" | "amqps" | "postgres" | "postgresql")) => {
                format!("{scheme}:// is not in this version; write \"embedded\", or leave the key out")
            }
            _ => "the only value allowed is \"embedded\"".to_owned(),
        })
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Listen(pub SocketAddr);

impl TryFrom<String> for Listen {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        listen(&text).map(Self)
    }
}

/// Reads an address to listen on.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{text:?} is not an address: write 127.0.0.1:8080 or [::1]:8080"))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl(pub String);

impl TryFrom<String> for PublicUrl {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} does not begin a URL: write https://calls.example, with a path if it has one");
        let url = reqwest::Url::parse(&text).map_err(|_| wrong())?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
            return Err(wrong());
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Key(pub SecretKey);

impl TryFrom<String> for Key {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        SecretKey::from_hex(&text).map(Self).map_err(|error| error.to_string())
    }
}

impl Layer {
    /// Reads a file; an error names the file, the line and the key.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let unreadable = |error| format!("the configuration file {name} cannot be read: {error}");
        if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            return Err(format!("the configuration file {name} is larger than 1 MiB: is it another file?"));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::from_toml(&text).map_err(|Wrong { line, key, why }| match (line, key.as_str()) {
            (Some(line), "") => format!("{name}:{line}: {why}"),
            (Some(line), key) => format!("{name}:{line}: {key}: {why}"),
            (None, key) => format!("{name}: {key}: {why}"),
        })
    }

    fn from_toml(text: &str) -> Result<Self, Wrong> {
        let line = |error: &toml::de::Error| error.span().map(|span| text[..span.start].matches('\n').count() + 1);
        let document = toml::Deserializer::parse(text).map_err(|error| Wrong {
            line: line(&error),
            key: String::new(),
            // The text around it is not repeated: it may be the secret key.
            why: format!("this is not TOML: {}", error.message()),
        })?;
        serde_path_to_error::deserialize(document).map_err(|error| {
            let line = line(error.inner());
            Wrong::new(line, error.path().to_string(), error.inner().message())
        })
    }

    /// Reads the variables that begin with `RINGFOLD_`; an error names the variable.
    pub fn from_environment(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, String> {
        let mut table = Table::new();
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX) && !NO_KEYS.contains(name)) else {
                continue;
            };
            let value = value.into_string().map_err(|_| format!("{name} is not UTF-8 text"))?;
            let key = name[PREFIX.len()..].to_lowercase();
            place(&mut table, &key, value).map_err(|why| format!("{name}: {why}"))?;
        }
        serde_path_to_error::deserialize(table).map_err(|error: serde_path_to_error::Error<toml::de::Error>| {
            let Wrong { key, why, .. } = Wrong::new(None, error.path().to_string(), error.inner().message());
            format!("{}: {why}", variable(&key))
        })
    }
}

/// What is wrong, where.
struct Wrong {
    line: Option<usize>,
    key: String,
    why: String,
}

impl Wrong {
    fn new(line: Option<usize>, key: String, why: &str) -> Self {
        // Complaints about a wrong type repeat the value.
        let why = if key == "secret_key" { "write 64 hexadecimal digits, in quotes" } else { why.trim_end() };
        Self { line, key, why: why.to_owned() }
    }
}

/// The variable of a key: `backbone.log` is `RINGFOLD_BACKBONE__LOG`.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// Puts a value at `backbone__log`.
fn place(table: &mut Table, key: &str, value: String) -> Result<(), String> {
    let Some((first, rest)) = key.split_once("__") else {
        table.insert(key.to_owned(), Value::String(value));
        return Ok(());
    };
    match table.entry(first).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(inner) => place(inner, rest, value),
        _ => Err(format!("{first} is set as a whole already, by {}", variable(first))),
    }
}
