//! Fresh backbones, and the small things that the suites put into them.

use std::path::Path;
use std::time::Duration;

use backbone::embedded::Embedded;
use backbone::ledger::Wanted;
use backbone::{Backbone, Record, Topic};
use schemas::Timestamp;
use schemas::time::later;
use uuid::Uuid;

/// A backbone to test.
pub struct Fresh {
    pub backbone: Backbone,
    pub dir: tempfile::TempDir,
    open: std::sync::Mutex<Option<Embedded>>,
}

impl Fresh {
    /// Closes it and opens it again on the same storage.
    pub async fn reopen(&self) -> Backbone {
        drop(self.open.lock().unwrap().take());
        let again = Embedded::open(self.dir.path(), None).await.unwrap();
        let backbone = again.backbone();
        *self.open.lock().unwrap() = Some(again);
        backbone
    }

    /// Every byte that is stored.
    pub fn bytes(&self) -> Vec<u8> {
        let read = |path: &Path| std::fs::read(path).unwrap_or_default();
        [read(&self.dir.path().join("ringfold.db")), read(&self.dir.path().join("ringfold.db-wal"))].concat()
    }
}

/// One way to make a backbone.
pub trait Make {
    async fn fresh() -> Fresh;
}

/// The embedded one.
pub struct OnDisk;

impl Make for OnDisk {
    async fn fresh() -> Fresh {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        Fresh { backbone: embedded.backbone(), dir, open: std::sync::Mutex::new(Some(embedded)) }
    }
}

/// So many seconds after a fixed beginning.
pub fn at(seconds: u64) -> Timestamp {
    later(Timestamp::from_second(1_800_000_000).unwrap(), Duration::from_secs(seconds))
}

pub fn record(topic: Topic, key: &str, second: u64, value: &str) -> Record {
    Record { topic, key: key.into(), id: Uuid::now_v7(), at: at(second), due: None, value: value.into() }
}

pub fn wanted(connection: &str, call: &str, lane: &str, revision: u32) -> Wanted {
    Wanted {
        connection: connection.parse().unwrap(),
        kind: "rbs-crm".into(),
        call: schemas::CallId(call.into()),
        lane: lane.into(),
        revision,
        body: format!("{{\"revision\":{revision}}}").into_bytes(),
    }
}
