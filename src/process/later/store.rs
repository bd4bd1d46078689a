//! The store's directory and journal, there or not yet.

use backbone::store::{Accounts, CallFilter, Directory, Journal};
use backbone::{Fut, postgres::PostgresStore};
use schemas::{Call, CallId, CallKey, ConnectionId, ConnectionStatus, Source, Timestamp};

use super::Later;

/// A store that may not be there yet; clones are the same.
#[derive(Clone)]
pub struct LaterStore(pub Later<PostgresStore>);

impl Directory for LaterStore {
    fn load(&self) -> Fut<'_, Accounts> {
        Box::pin(async move { self.0.get()?.directory.load().await })
    }

    fn save<'a>(&'a self, accounts: &'a Accounts, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.directory.save(accounts, now).await })
    }

    fn version(&self) -> Fut<'_, i64> {
        Box::pin(async move { self.0.get()?.directory.version().await })
    }

    fn source_by_secret<'a>(&'a self, secret: &'a str) -> Fut<'a, Option<Source>> {
        Box::pin(async move { self.0.get()?.directory.source_by_secret(secret).await })
    }

    fn set_status<'a>(
        &'a self,
        id: &'a ConnectionId,
        from: Option<ConnectionStatus>,
        to: ConnectionStatus,
        reason: &'a str,
        now: Timestamp,
    ) -> Fut<'a, bool> {
        Box::pin(async move { self.0.get()?.directory.set_status(id, from, to, reason, now).await })
    }
}

impl Journal for LaterStore {
    fn keep<'a>(&'a self, calls: &'a [Call]) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.journal.keep(calls).await })
    }

    fn call<'a>(&'a self, id: &'a CallId) -> Fut<'a, Option<Call>> {
        Box::pin(async move { self.0.get()?.journal.call(id).await })
    }

    fn newest<'a>(&'a self, keys: &'a [CallKey]) -> Fut<'a, Vec<Option<Call>>> {
        Box::pin(async move { self.0.get()?.journal.newest(keys).await })
    }

    fn list<'a>(&'a self, filter: &'a CallFilter) -> Fut<'a, Vec<Call>> {
        Box::pin(async move { self.0.get()?.journal.list(filter).await })
    }
}
