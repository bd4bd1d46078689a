//! The CRM's users: who can be given records (F11). Asked for at most every five minutes, and after a refusal.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::time::Instant;

use super::rows::{shown, text};
use super::{Client, ID};
use crate::crms::rbs_crm::xml::{Action, Ask};
use crate::failure::Failure;
use crate::kit::people;

/// Users read at once; more are not told apart.
const USERS_MAX: u32 = 1000;

impl Client {
    /// The ids of all users who work there.
    pub(super) async fn users(&self, deadline: Instant) -> Result<Vec<String>, Failure> {
        let users = &self.names.users;
        let mut fields = vec![ID, users.name.as_str()];
        fields.extend(users.visible.name());
        let structure = users.structure.as_str();
        let ask = Ask::List { structure, fields, filters: Vec::new(), order: None, limit: USERS_MAX };
        let rows = self.rows(vec![Action::new("users", ask)], deadline).await?;
        let rows = rows.into_iter().flat_map(|(_, rows)| rows).filter(|row| shown(row, &users.visible));
        let ids: BTreeSet<String> = rows.filter_map(|row| text(&row, ID)).collect();
        Ok(ids.into_iter().collect())
    }

    /// The same for the plan; null where the CRM does not say.
    pub(super) async fn working(&self, deadline: Instant) -> Result<Value, Failure> {
        self.users.get(deadline, async || self.ask_users(deadline).await).await
    }

    /// A record was refused: if the users are others than it was planned with, that may be why, and it is planned again.
    pub(super) async fn refused(&self, refused: Failure, deadline: Instant) -> Failure {
        let Some(kept) = self.users.forget().await else { return refused };
        match self.working(deadline).await {
            Ok(users) if users != kept => {
                Failure::Unavailable(format!("{refused}; its users changed meanwhile, so it is planned again"))
            }
            _ => refused,
        }
    }

    async fn ask_users(&self, deadline: Instant) -> Result<Value, Failure> {
        match self.users(deadline).await {
            // The API's user is one itself: nobody at all, or as many as fit, is not the whole truth.
            Ok(users) if users.is_empty() || users.len() >= USERS_MAX as usize => Ok(Value::Null),
            Ok(users) => Ok(people::found(users)),
            // Who may not see the users, or calls them otherwise, is served as if all worked there.
            Err(Failure::NotUnderstood(why)) => {
                tracing::debug!(%why, "the crm does not list its users");
                Ok(Value::Null)
            }
            Err(failure) => Err(failure),
        }
    }
}
