//! A reader of the log: what it polled, it notes as read together with what it made of it.

use std::time::Duration;

use schemas::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::Db;
use super::codec::{log, millis};
use super::log::{News, after, before, columns, insert, stored};
use super::writer::job;
use crate::log::{Batch, Consumer, POLL_BYTES_MAX, Record, Start, Topic};
use crate::{Error, Fut};

/// There is one writer: what is made of more records at once would keep webhooks waiting for their answer.
const ROWS_MAX: usize = 500;

/// One reader of a group.
pub struct Reader {
    db: Db,
    news: News,
    arrivals: tokio::sync::watch::Receiver<()>,
    group: String,
    topic: Topic,
    /// As last committed: what the database must still say when this reader commits.
    committed: i64,
    /// The last record polled.
    polled: i64,
    /// How often it went back.
    rewound: u64,
}

impl Reader {
    /// Joins the group, making it where it is new.
    pub async fn join(db: Db, news: News, group: String, topic: Topic, start: Start) -> Result<Self, Error> {
        let begin = before(&db, topic, start).await?;
        let name = group.clone();
        let write = job(move |c| {
            Box::pin(async move {
                sqlx::query("INSERT INTO log_readers (name, topic, offset) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                    .bind(&name)
                    .bind(topic.name())
                    .bind(begin)
                    .execute(&mut *c)
                    .await
                    .map_err(log)?;
                offset_of(c, &name, topic).await
            })
        });
        let committed = db.writer.submit(write).await?;
        let arrivals = news.of(topic);
        Ok(Self { db, news, arrivals, group, topic, committed, polled: committed, rewound: 0 })
    }
}

async fn offset_of(connection: &mut SqliteConnection, group: &str, topic: Topic) -> Result<i64, Error> {
    sqlx::query_scalar("SELECT offset FROM log_readers WHERE name = $1 AND topic = $2")
        .bind(group)
        .bind(topic.name())
        .fetch_one(connection)
        .await
        .map_err(log)
}

impl Consumer for Reader {
    fn poll(&mut self, max: usize, wait: Duration) -> Fut<'_, Batch> {
        Box::pin(async move {
            // Marked seen before looking, so that what arrives after the look wakes the wait.
            self.arrivals.mark_unchanged();
            let max = max.min(ROWS_MAX);
            let next = async |from| after(&self.db, self.topic, from, max, POLL_BYTES_MAX).await;
            let mut records = next(self.polled).await?;
            if records.is_empty() && !wait.is_zero() {
                // Told or not, and also if the log is closing: look once more.
                let _ = tokio::time::timeout(wait, self.arrivals.changed()).await;
                records = next(self.polled).await?;
            }
            if let Some(last) = records.last() {
                self.polled = last.position.offset;
            }
            let bytes: usize = records.iter().map(|stored| stored.record.value.len()).sum();
            Ok(Batch { caught_up: records.len() < max && bytes < POLL_BYTES_MAX, records })
        })
    }

    fn latest<'a>(&'a mut self, keys: &'a [String]) -> Fut<'a, Vec<Option<Record>>> {
        Box::pin(async move {
            let mut found = Vec::with_capacity(keys.len());
            for key in keys {
                let row = sqlx::query("SELECT offset, key, id, at, value, due FROM log_state WHERE key = $1")
                    .bind(key)
                    .fetch_optional(&self.db.readers)
                    .await
                    .map_err(log)?;
                found.push(row.map(|row| stored(Topic::State, &row).record).filter(|record| !record.value.is_empty()));
            }
            Ok(found)
        })
    }

    fn due(&mut self, now: Timestamp, max: usize) -> Fut<'_, Vec<Record>> {
        Box::pin(async move {
            const COLUMNS: &str = columns(Topic::State);
            let sql = format!("SELECT {COLUMNS} FROM log_state WHERE due <= $1 ORDER BY due LIMIT $2");
            let max = i64::try_from(max).unwrap_or(i64::MAX);
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(millis(now))
                .bind(max)
                .fetch_all(&self.db.readers)
                .await
                .map_err(log)?;
            Ok(rows.iter().map(|row| stored(Topic::State, row).record).collect())
        })
    }

    fn commit(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            let topics: Vec<Topic> = Topic::ALL.into_iter().filter(|t| outputs.iter().any(|r| r.topic == *t)).collect();
            let (group, topic, old, new) = (self.group.clone(), self.topic, self.committed, self.polled);
            let write = job(move |c| {
                Box::pin(async move {
                    let moved = sqlx::query(
                        "UPDATE log_readers SET offset = $1 WHERE name = $2 AND topic = $3 AND offset = $4",
                    )
                    .bind(new)
                    .bind(&group)
                    .bind(topic.name())
                    .bind(old)
                    .execute(&mut *c)
                    .await
                    .map_err(log)?;
                    // Another reader of the group went on from where this one began: what this one made is stale.
                    if moved.rows_affected() != 1 {
                        return Err(Error::LeaseLost(format!("{} of {group}", topic.name())));
                    }
                    insert(c, &outputs).await
                })
            });
            self.db.writer.submit(write).await?;
            self.committed = new;
            for topic in topics {
                self.news.tell(topic);
            }
            Ok(())
        })
    }

    fn rewind(&mut self) -> Fut<'_, ()> {
        Box::pin(async move {
            // First of all, and whatever comes: nothing polled since may ever be passed over. Should the commit have
            // gone through after all, the next one finds that this reader is behind.
            self.polled = self.committed;
            self.rewound += 1;
            let (group, topic) = (self.group.clone(), self.topic);
            // Through the writer, so that it comes after a commit whose outcome this reader did not learn.
            let read = job(move |c| Box::pin(async move { offset_of(c, &group, topic).await }));
            self.committed = self.db.writer.submit(read).await?;
            self.polled = self.committed;
            Ok(())
        })
    }

    fn generation(&self) -> u64 {
        self.rewound
    }
}
