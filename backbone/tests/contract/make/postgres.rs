//! The store on PostgreSQL: a database of its own on the tests' server. The log and the queue are the embedded ones.

use backbone::Backbone;
use backbone::embedded::Embedded;
use backbone::postgres::PostgresStore;
use backbone::sealed::SecretKey;
use tempfile::TempDir;

use super::{Boxed, Database, Fresh, Ground, Make, database};

/// The one on PostgreSQL.
pub struct OnPostgres;

struct Mixed {
    database: Database,
    embedded: Embedded,
    _dir: TempDir,
}

/// The store in a database, as one process has it.
pub async fn connect(url: &str) -> PostgresStore {
    PostgresStore::connect(url, SecretKey::from_hex(&"5a".repeat(32)).unwrap()).await.unwrap()
}

impl Mixed {
    async fn backbone(&self) -> Backbone {
        let PostgresStore { directory, journal, ledger, memos } = connect(&self.database.url).await;
        Backbone { directory, journal, ledger, memos, ..self.embedded.backbone() }
    }
}

impl Make for OnPostgres {
    async fn fresh() -> Fresh {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        let mixed = Mixed { database: database().await, embedded, _dir: dir };
        Fresh { backbone: mixed.backbone().await, ground: Box::new(mixed) }
    }
}

impl Ground for Mixed {
    fn reopen(&self) -> Boxed<'_, Backbone> {
        Box::pin(self.backbone())
    }

    fn another(&self) -> Boxed<'_, Backbone> {
        Box::pin(self.backbone())
    }

    fn bytes(&self) -> Boxed<'_, Vec<u8>> {
        Box::pin(self.database.bytes())
    }

    fn rows_read(&self) -> Boxed<'_, Option<i64>> {
        Box::pin(async { Some(self.database.rows_read("deliveries").await) })
    }

    fn pass(&self, seconds: u32) -> Boxed<'_, ()> {
        Box::pin(async move {
            sqlx::query("UPDATE deliveries SET lease_ends = lease_ends - $1 * 1000")
                .bind(i64::from(seconds))
                .execute(&mut self.database.connection().await)
                .await
                .unwrap();
        })
    }
}
