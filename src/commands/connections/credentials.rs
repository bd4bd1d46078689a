//! Credentials from a file or stdin: never from the command line, where others could read them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use console::wire::NewCredentials;
use toml::Value;

use crate::exit::Exit;

/// More than any kind takes.
const BYTES_MAX: u64 = 256 << 10;

/// Reads `name = "value"` lines; no value is ever repeated.
pub fn read(file: Option<&Path>) -> Result<NewCredentials, Exit> {
    let (name, source): (_, Box<dyn std::io::Read>) = match file {
        None => ("stdin".to_owned(), Box::new(std::io::stdin())),
        Some(path) => {
            let name = path.display().to_string();
            let file =
                std::fs::File::open(path).map_err(|why| Exit::failed(format!("{name} cannot be opened: {why}")))?;
            (name, Box::new(file))
        }
    };
    let mut text = String::new();
    let read = source.take(BYTES_MAX).read_to_string(&mut text);
    read.map_err(|why| Exit::failed(format!("{name} cannot be read: {why}")))?;
    of(&text).map_err(|why| Exit::usage(format!("{name}: {why}")))
}

fn of(text: &str) -> Result<NewCredentials, String> {
    let how = "write one `name = \"value\"` a line";
    let table: toml::Table = text.parse().map_err(|_| how.to_owned())?;
    let mut credentials = BTreeMap::new();
    for (name, value) in table {
        let Value::String(value) = value else { return Err(format!("{name} is no text: {how}")) };
        let value = match value.strip_prefix("env:") {
            Some(variable) => std::env::var(variable).map_err(|_| format!("{name}: {variable} is not set here"))?,
            None => value,
        };
        credentials.insert(name, value);
    }
    if credentials.is_empty() {
        return Err(format!("holds no credential: {how}"));
    }
    Ok(NewCredentials { credentials })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_and_no_value_is_repeated() {
        let read = of("login = \"api\"\npassword = \"s3cret\"\n").unwrap();
        assert_eq!(read.credentials["password"], "s3cret");
        assert!(!format!("{read:?}").contains("s3cret"));
        for wrong in
            ["", "login", "login = s3cret", "login = 5", "[a]\nlogin = \"s3cret\"", "a = \"env:NOT_SET_ANYWHERE\""]
        {
            assert!(!of(wrong).unwrap_err().contains("s3cret"), "{wrong}");
        }
    }
}
