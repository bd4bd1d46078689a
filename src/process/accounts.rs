//! The accounts file of `up --accounts`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use backbone::{Directory, Error};
use console::wire;
use schemas::Timestamp;
use sinks::registry::CONNECTORS;

use crate::exit::Exit;

/// An accounts file to apply before anything runs.
pub struct AccountsFile {
    /// Its name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The values of the `env:NAME` in it.
    pub env: BTreeMap<String, String>,
}

impl AccountsFile {
    /// Reads a file, and from the environment what it asks for.
    pub fn read(path: &Path) -> Result<Self, Exit> {
        let text = fs::read_to_string(path).map_err(|why| {
            Exit::configuration(format!("the accounts file {} cannot be read: {why}", path.display()))
        })?;
        let env = console::accounts::env_names(&text);
        let env = env.into_iter().filter_map(|name| Some((name.clone(), std::env::var(&name).ok()?))).collect();
        Ok(Self { name: path.display().to_string(), text, env })
    }

    /// Applies it; what is wrong in it is [`Error::Invalid`].
    pub async fn apply(&self, directory: &dyn Directory, now: Timestamp) -> Result<(), Error> {
        let (file_name, text, env) = (self.name.clone(), self.text.clone(), self.env.clone());
        let request = wire::Apply { file_name, text, env, dry_run: false };
        let applied = console::accounts::apply(directory, CONNECTORS, &request, now).await;
        let applied = applied.map_err(|why| match why {
            console::accounts::ApplyError::Refused(refused) => Error::Invalid(refused.to_string()),
            console::accounts::ApplyError::Backbone(why) => why,
        })?;
        for change in applied.changes {
            tracing::info!(%change, "accounts file");
        }
        Ok(())
    }
}
