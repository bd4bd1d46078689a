//! A database of its own for each test, on the PostgreSQL server that the tests of this program share.

use std::ops::Deref;

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

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
