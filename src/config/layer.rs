//! One layer of the configuration: every key optional, unknown ones refused. A file and the environment are read by the
//! same types, so that they cannot differ in what they allow.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::alerts::Said;
use super::parts::Parts;
use super::values::{Key, Listen, PublicUrl, Token};

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
    pub api_token: Option<Token>,
    pub alerts: Said,
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
        // Complaints about a wrong type may repeat the value.
        let why = match key.as_str() {
            "secret_key" => "write 64 hexadecimal digits, in quotes",
            "alerts.webhook" => "write an address as https://alerts.example/hook, in quotes",
            "api_token" | "alerts.token" => "write 16 to 200 letters, digits and signs, in quotes",
            _ => why.trim_end(),
        };
        Self { line, key, why: why.to_owned() }
    }
}

/// The variable of a key: `backbone.log` is `RINGFOLD_BACKBONE__LOG`, and the dots of a property of Kafka are `_`:
/// `backbone.kafka.linger.ms` is `RINGFOLD_BACKBONE__KAFKA__LINGER_MS`.
pub fn variable(key: &str) -> String {
    let name = match key.strip_prefix("backbone.kafka.") {
        Some(property) => format!("backbone__kafka__{}", property.replace('.', "_")),
        None => key.replace('.', "__"),
    };
    format!("{PREFIX}{}", name.to_uppercase())
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
