//! The managers: who can be given calls (F11).

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::time::Instant;

use super::Client;
use crate::failure::Failure;
use crate::kit::people;

/// Pages read: a thousand managers.
const PAGES_MAX: usize = 20;

/// Their ids; nothing where the list has no end.
pub(super) type Managers = Option<BTreeSet<String>>;

impl Client {
    /// Whether the token works; names the ids of `mapped` that are no managers.
    pub async fn check(&self, mapped: &[&str]) -> Result<String, Failure> {
        self.managers.forget().await;
        let Some(managers) = self.managers(self.deadline()).await? else {
            return Ok("connected; more managers than are read".to_owned());
        };
        let mut missing: Vec<&str> = mapped.iter().copied().filter(|id| !managers.contains(*id)).collect();
        missing.sort_unstable();
        missing.dedup();
        let text = format!("connected, {} managers", managers.len());
        if missing.is_empty() {
            return Ok(text);
        }
        Ok(format!("{text}; mapped, but not among them: {}", missing.join(", ")))
    }

    /// The ids of managers, as a plan reads them.
    pub(super) async fn users(&self, deadline: Instant) -> Result<Value, Failure> {
        let managers = self.managers(deadline).await?;
        Ok(managers.map_or(Value::Null, people::found))
    }

    /// Whether a manager is no longer among them, by a look at this moment.
    pub(super) async fn has_left(&self, manager: &str, deadline: Instant) -> Result<bool, Failure> {
        self.managers.forget().await;
        let managers = self.managers(deadline).await?;
        Ok(managers.is_some_and(|managers| !managers.contains(manager)))
    }

    async fn managers(&self, deadline: Instant) -> Result<Managers, Failure> {
        let ask = async || {
            let path = &self.settings.paths.managers;
            let listed = self.list(path, "managers", None, PAGES_MAX, deadline, |_| Some(())).await?;
            Ok(listed.whole.then(|| listed.rows.into_keys().collect()))
        };
        self.managers.get(deadline, ask).await
    }
}
