//! The log as tables: appends by the writer, reads from anywhere.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use schemas::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite};
use tokio::sync::watch;
use uuid::Uuid;

use super::Db;
use super::codec::{instant, log, millis};
use super::reader::Reader;
use super::writer::job;
use crate::log::{Consumer, Cursor, Lag, Log, Position, Record, Start, Stored, Topic};
use crate::{Error, Fut};

/// Rows in one INSERT: far below SQLite's limit of parameters.
const ROWS: usize = 100;
/// The only one there is.
const PARTITION: i32 = 0;
/// Tombstones of the compacted topic stay for readers that are behind.
const TOMBSTONES: std::time::Duration = std::time::Duration::from_hours(24);

/// Wakes the readers of a topic.
#[derive(Clone, Default)]
pub struct News(Arc<[watch::Sender<()>; 4]>);

impl News {
    /// Something was appended.
    pub fn tell(&self, topic: Topic) {
        self.0[topic as usize].send_replace(());
    }

    /// To be told of what is appended from now on.
    pub fn of(&self, topic: Topic) -> watch::Receiver<()> {
        self.0[topic as usize].subscribe()
    }
}

/// The log of the embedded backbone.
pub struct EmbeddedLog {
    db: Db,
    news: News,
}

impl EmbeddedLog {
    /// On an open database.
    pub fn new(db: Db, news: News) -> Self {
        Self { db, news }
    }
}

/// The topic's table.
pub const fn table(topic: Topic) -> &'static str {
    match topic {
        Topic::Raw => "log_raw",
        Topic::Rejected => "log_rejected",
        Topic::State => "log_state",
        Topic::Finished => "log_finished",
    }
}

/// Columns in the order that [`stored`] reads them.
pub const fn columns(topic: Topic) -> &'static str {
    match topic {
        Topic::State => "offset, key, id, at, value, due",
        _ => "offset, key, id, at, value, NULL AS due",
    }
}

/// One row.
pub fn stored(topic: Topic, row: &SqliteRow) -> Stored {
    let id: &[u8] = row.get(2);
    Stored {
        position: Position { partition: PARTITION, offset: row.get(0) },
        record: Record {
            topic,
            key: row.get(1),
            id: Uuid::from_slice(id).unwrap_or_default(),
            at: instant(row.get(3)),
            due: row.get::<Option<i64>, _>(5).map(instant),
            value: row.get(4),
        },
    }
}

/// Inserts in the order given. Runs within a job of the writer.
pub async fn insert(connection: &mut SqliteConnection, records: &[Record]) -> Result<(), Error> {
    // Runs of one topic keep the order within each topic, and no key is in two topics' order.
    for run in records.chunk_by(|a, b| a.topic == b.topic) {
        let topic = run[0].topic;
        for rows in run.chunks(if topic == Topic::State { 1 } else { ROWS }) {
            let due = if topic == Topic::State { ", due" } else { "" };
            let head = format!("INSERT OR REPLACE INTO {} (key, id, at, value{due}) ", table(topic));
            let mut query = QueryBuilder::<Sqlite>::new(head);
            query.push_values(rows, |mut row, record| {
                row.push_bind(&record.key);
                row.push_bind(&record.id.as_bytes()[..]);
                row.push_bind(millis(record.at));
                row.push_bind(&record.value);
                if topic == Topic::State {
                    row.push_bind(record.due.map(millis));
                }
            });
            query.build().execute(&mut *connection).await.map_err(log)?;
        }
    }
    Ok(())
}

/// The offset before the first record to read.
pub async fn before(db: &Db, topic: Topic, start: Start) -> Result<i64, Error> {
    let table = table(topic);
    let (sql, bound) = match start {
        Start::Oldest => return Ok(0),
        Start::Newest => (format!("SELECT COALESCE(MAX(offset), 0) FROM {table} WHERE $1 = $1"), 0),
        Start::Time(at) => (
            format!(
                "SELECT COALESCE((SELECT MIN(offset) - 1 FROM {table} WHERE at >= $1), (SELECT MAX(offset) FROM {table}), 0)"
            ),
            millis(at),
        ),
    };
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(bound).fetch_one(&db.readers).await.map_err(log)
}

/// Up to `max` records after `offset`, and no more once they hold `bytes_max`.
pub async fn after(db: &Db, topic: Topic, offset: i64, max: usize, bytes_max: usize) -> Result<Vec<Stored>, Error> {
    let sql = format!("SELECT {} FROM {} WHERE offset > $1 ORDER BY offset LIMIT $2", columns(topic), table(topic));
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let mut rows = sqlx::query(AssertSqlSafe(sql)).bind(offset).bind(max).fetch(&db.readers);
    let (mut records, mut bytes) = (Vec::new(), 0);
    while bytes < bytes_max
        && let Some(row) = rows.try_next().await.map_err(log)?
    {
        let stored = stored(topic, &row);
        bytes += stored.record.value.len();
        records.push(stored);
    }
    Ok(records)
}

impl Log for EmbeddedLog {
    fn append(&self, records: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            let topics: Vec<Topic> = Topic::ALL.into_iter().filter(|t| records.iter().any(|r| r.topic == *t)).collect();
            let write = job(move |c| Box::pin(async move { insert(c, &records).await }));
            self.db.writer.submit(write).await?;
            for topic in topics {
                self.news.tell(topic);
            }
            Ok(())
        })
    }

    fn consumer(&self, group: &str, topic: Topic, start: Start) -> Fut<'_, Box<dyn Consumer>> {
        let group = group.to_owned();
        Box::pin(async move {
            let reader = Reader::join(self.db.clone(), self.news.clone(), group, topic, start).await?;
            Ok(Box::new(reader) as Box<dyn Consumer>)
        })
    }

    fn read<'a>(&'a self, topic: Topic, start: Start, cursor: &'a Cursor, max: usize) -> Fut<'a, Vec<Stored>> {
        Box::pin(async move {
            let offset = match cursor.passed(PARTITION) {
                Some(offset) => offset,
                None => before(&self.db, topic, start).await?,
            };
            after(&self.db, topic, offset, max, usize::MAX).await
        })
    }

    fn history<'a>(&'a self, topic: Topic, key: &'a str, _since: Timestamp) -> Fut<'a, Vec<Stored>> {
        Box::pin(async move {
            let sql =
                format!("SELECT {} FROM {} WHERE key = $1 ORDER BY offset LIMIT 1000", columns(topic), table(topic));
            let rows = sqlx::query(AssertSqlSafe(sql)).bind(key).fetch_all(&self.db.readers).await.map_err(log)?;
            Ok(rows.iter().map(|row| stored(topic, row)).collect())
        })
    }

    fn lag(&self) -> Fut<'_, Vec<Lag>> {
        Box::pin(async move {
            let groups: Vec<(String, String, i64)> =
                sqlx::query_as("SELECT name, topic, offset FROM log_readers ORDER BY name, topic")
                    .fetch_all(&self.db.readers)
                    .await
                    .map_err(log)?;
            let mut lags = Vec::with_capacity(groups.len());
            for (group, name, offset) in groups {
                let Some(topic) = Topic::ALL.into_iter().find(|topic| topic.name() == name) else { continue };
                let sql = format!("SELECT COUNT(*), MIN(at) FROM {} WHERE offset > $1", table(topic));
                let (records, oldest): (i64, Option<i64>) =
                    sqlx::query_as(AssertSqlSafe(sql)).bind(offset).fetch_one(&self.db.readers).await.map_err(log)?;
                lags.push(Lag {
                    group,
                    topic,
                    partition: PARTITION,
                    records: records.unsigned_abs(),
                    oldest: oldest.map(instant),
                });
            }
            Ok(lags)
        })
    }

    fn expire(&self, now: Timestamp) -> Fut<'_, u64> {
        Box::pin(async move {
            let mut gone = 0;
            for topic in Topic::ALL {
                let kept = topic.retention().unwrap_or(TOMBSTONES);
                let only = if topic == Topic::State { "AND value = x''" } else { "" };
                let limit = millis(schemas::time::earlier(now, kept));
                loop {
                    let table = table(topic);
                    // In small bites, so that nobody waits long behind one.
                    // What a reader has not read yet stays, however old it is.
                    let sql = format!(
                        "DELETE FROM {table} WHERE offset IN (SELECT offset FROM {table} WHERE at < $1 {only} AND offset <=
                             (SELECT COALESCE(MIN(offset), 9223372036854775807) FROM log_readers WHERE topic = $2)
                         LIMIT 1000)"
                    );
                    let delete = job(move |c| {
                        Box::pin(async move {
                            let done = sqlx::query(AssertSqlSafe(sql))
                                .bind(limit)
                                .bind(topic.name())
                                .execute(c)
                                .await
                                .map_err(log)?;
                            Ok(done.rows_affected())
                        })
                    });
                    let count = self.db.writer.submit(delete).await?;
                    gone += count;
                    if count < 1000 {
                        break;
                    }
                }
            }
            Ok(gone)
        })
    }
}
