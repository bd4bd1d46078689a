//! A database of its own for each test, on the PostgreSQL server that the tests of this program share.

use std::ops::Deref;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

/// A database of one test.
pub struct Database(servers::Database);

/// A new, empty one.
pub async fn database() -> Database {
    // Starting takes seconds and blocks; whoever comes meanwhile waits.
    Database(tokio::task::spawn_blocking(|| servers::postgres().database()).await.unwrap())
}

impl Deref for Database {
    type Target = servers::Database;

    fn deref(&self) -> &servers::Database {
        &self.0
    }
}

impl Database {
    /// A connection past the store.
    pub async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// Rows of a table read so far.
    pub async fn rows_read(&self, table: &str) -> i64 {
        let mut looker = self.connection().await;
        // A session tells what it read at the latest when it ends; the store's pool makes new ones.
        let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let end = format!("SELECT COUNT(pg_terminate_backend(pid)) {others}");
        while sqlx::query_scalar::<_, i64>(AssertSqlSafe(end.clone())).fetch_one(&mut looker).await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let read = "SELECT (seq_tup_read + COALESCE(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables
                    WHERE relname = $1";
        sqlx::query_scalar(read).bind(table).fetch_one(&mut looker).await.unwrap()
    }

    /// Every byte of its files.
    pub async fn bytes(&self) -> Vec<u8> {
        let mut connection = self.connection().await;
        sqlx::query("CHECKPOINT").execute(&mut connection).await.unwrap();
        let folder: String = sqlx::query_scalar("SELECT 'base/' || oid FROM pg_database WHERE datname = $1")
            .bind(&self.name)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let files = std::fs::read_dir(servers::postgres().dir().join("data").join(folder)).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default()).collect()
    }
}
