//! The embedded backbone, in a directory of its own.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use backbone::Backbone;
use backbone::embedded::Embedded;
use tempfile::TempDir;

use super::{Boxed, Fresh, Ground, Make};

/// The embedded one.
pub struct OnDisk;

struct Directory {
    dir: TempDir,
    open: Mutex<Option<Embedded>>,
}

impl Make for OnDisk {
    async fn fresh() -> Fresh {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        let backbone = embedded.backbone();
        Fresh { backbone, ground: Box::new(Directory { dir, open: Mutex::new(Some(embedded)) }) }
    }
}

impl Ground for Directory {
    fn reopen(&self) -> Boxed<'_, Backbone> {
        Box::pin(async {
            drop(self.open.lock().unwrap_or_else(PoisonError::into_inner).take());
            let again = Embedded::open(self.dir.path(), None).await.unwrap();
            let backbone = again.backbone();
            *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(again);
            backbone
        })
    }

    fn another(&self) -> Boxed<'_, Backbone> {
        Box::pin(async { self.open.lock().unwrap_or_else(PoisonError::into_inner).as_ref().unwrap().backbone() })
    }

    fn bytes(&self) -> Boxed<'_, Vec<u8>> {
        let read = |path: &Path| std::fs::read(path).unwrap_or_default();
        let dir = self.dir.path();
        Box::pin(async move { [read(&dir.join("ringfold.db")), read(&dir.join("ringfold.db-wal"))].concat() })
    }

    fn rows_read(&self) -> Boxed<'_, Option<i64>> {
        Box::pin(async { None })
    }

    fn pass(&self, _: u32) -> Boxed<'_, ()> {
        Box::pin(async {})
    }
}
