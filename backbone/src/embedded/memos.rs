//! What is kept under names. Turns are this process's own affair: no other has the directory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Db;
use super::codec::store;
use super::writer::job;
use crate::Fut;
use crate::memos::{Holder, Memo, Memos, check};
use crate::sealed::Secret;
use crate::sql::memos as sql;

/// The memos of the embedded backbone.
pub struct EmbeddedMemos {
    db: Db,
    turns: Mutex<HashMap<String, (Holder, Instant)>>,
}

impl EmbeddedMemos {
    /// On an open database.
    pub fn new(db: Db) -> Self {
        Self { db, turns: Mutex::default() }
    }
}

impl Memos for EmbeddedMemos {
    fn shared(&self) -> bool {
        false
    }

    fn read<'a>(&'a self, name: &'a str) -> Fut<'a, Option<Memo>> {
        Box::pin(async move {
            let found = sqlx::query(sql::READ).bind(name).fetch_optional(&self.db.readers).await.map_err(store)?;
            found.map(|row| sql::memo(&row, &self.db.key)).transpose()
        })
    }

    fn under<'a>(&'a self, prefix: &'a str) -> Fut<'a, Vec<Memo>> {
        Box::pin(async move {
            let found = sqlx::query(sql::UNDER).bind(prefix).fetch_all(&self.db.readers).await.map_err(store)?;
            found.iter().map(|row| sql::memo(row, &self.db.key)).collect()
        })
    }

    fn write<'a>(&'a self, name: &'a str, value: &'a Secret, seen: i64) -> Fut<'a, bool> {
        Box::pin(async move {
            check(name, value)?;
            let (name, sealed) = (name.to_owned(), self.db.key.seal(value, &sql::place(name))?);
            let write = job(move |c| {
                Box::pin(async move {
                    let statement = if seen == 0 { sql::MAKE } else { sql::CHANGE };
                    let mut query = sqlx::query(statement).bind(name).bind(sealed);
                    if seen > 0 {
                        query = query.bind(seen);
                    }
                    Ok(query.execute(c).await.map_err(store)?.rows_affected() == 1)
                })
            });
            self.db.writer.submit(write).await
        })
    }

    fn forget<'a>(&'a self, name: &'a str, seen: i64) -> Fut<'a, bool> {
        let name = name.to_owned();
        let write = job(move |c| {
            Box::pin(async move {
                let done = sqlx::query(sql::FORGET).bind(name).bind(seen).execute(c).await.map_err(store)?;
                Ok(done.rows_affected() == 1)
            })
        });
        Box::pin(self.db.writer.submit(write))
    }

    fn take_turn<'a>(&'a self, name: &'a str, holder: Holder, lease: Duration) -> Fut<'a, bool> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        turns.retain(|_, (_, ends)| *ends > now);
        let free = turns.get(name).is_none_or(|(who, _)| *who == holder);
        if free {
            turns.insert(name.to_owned(), (holder, now + lease));
        }
        Box::pin(std::future::ready(Ok(free)))
    }

    fn end_turn<'a>(&'a self, name: &'a str, holder: Holder) -> Fut<'a, ()> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.get(name).is_some_and(|(who, _)| *who == holder) {
            turns.remove(name);
        }
        Box::pin(std::future::ready(Ok(())))
    }
}
