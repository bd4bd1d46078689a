//! An accounts file on its way to the server, with the variables of this environment that it names and no others.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use console::wire::Apply;

use crate::exit::Exit;

/// What the server takes at most; an accounts file of a thousand companies is below it.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A file that was read.
pub struct File {
    name: String,
    text: String,
    env: BTreeMap<String, String>,
}

impl File {
    /// What to send.
    pub fn request(&self, dry_run: bool) -> Apply {
        Apply { file_name: self.name.clone(), text: self.text.clone(), env: self.env.clone(), dry_run }
    }
}

/// Reads a file, or stdin where it is `-`.
pub fn read(path: &Path) -> Result<File, Exit> {
    let (name, source): (_, Box<dyn std::io::Read>) = if path == Path::new("-") {
        ("stdin".to_owned(), Box::new(std::io::stdin()))
    } else {
        let name = path.display().to_string();
        let file = std::fs::File::open(path)
            .map_err(|error| Exit::failed(format!("the accounts file {name} cannot be opened: {error}")))?;
        (name, Box::new(file))
    };
    let mut text = String::new();
    source
        .take(FILE_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(|error| Exit::failed(format!("the accounts file {name} cannot be read: {error}")))?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(Exit::failed(format!("the accounts file {name} is larger than 1 MiB; split it by account")));
    }
    let env = variables(&text, |name| std::env::var(name).ok());
    Ok(File { name, text, env })
}

/// The variables that the text names, of those that are set here.
fn variables(text: &str, variable: impl Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
    console::accounts::env_names(text).into_iter().filter_map(|name| Some((name.clone(), variable(&name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_that_the_file_names_are_sent() {
        let text = "[[account]]\nid = \"acme\"\n[[account.source]]\n[account.source.credentials]\n\
                    api_key = \"env:ACME_KEY\"\nother = \"env:NOT_SET\"\nplain = \"literal\"\n";
        let set = |name: &str| (name != "NOT_SET").then(|| format!("value of {name}"));
        let expected = BTreeMap::from([("ACME_KEY".to_owned(), "value of ACME_KEY".to_owned())]);
        assert_eq!(variables(text, set), expected);
        assert_eq!(variables("= not TOML", set), BTreeMap::new());
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let Err(exit) = read(Path::new("/nowhere/accounts.toml")) else { panic!("it was read") };
        assert!(exit.message.contains("/nowhere/accounts.toml"), "{}", exit.message);
    }
}
