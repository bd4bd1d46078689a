//! The copy of the sources: while the store is away, and through a restart.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::StatusCode;
use backbone::sealed::SecretKey;
use tokio::time::Instant;

use super::fakes::{FakeDirectory, FakeLog};
use super::{Bench, ringing, until};
use crate::SourcesOnDisk;

/// A process with a data directory.
fn process(dir: &Path, key: &SecretKey, directory: FakeDirectory) -> Bench {
    let log = Arc::new(FakeLog::default());
    let disk = SourcesOnDisk { dir: dir.to_owned(), key: key.clone() };
    Bench::on(Arc::clone(&log), log, directory, Some(disk))
}

fn away(ids: &[&str]) -> FakeDirectory {
    let directory = FakeDirectory::with(ids);
    directory.away.store(true, Ordering::Relaxed);
    directory
}

impl Bench {
    async fn status(&self, source: &str) -> u16 {
        self.post(source, ringing(1)).await.status().as_u16()
    }

    async fn until_status(&self, source: &str, status: u16) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.status(source).await != status {
            assert!(Instant::now() < deadline, "{source} never came to {status}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn until_loaded(&self) {
        until("the sources are known", || self.directory.loads.load(Ordering::Relaxed) > 0).await;
    }
}

#[tokio::test]
async fn known_sources_go_on_while_the_store_is_away() {
    let bench = Bench::start();
    bench.until_loaded().await;
    bench.until_status("a", 200).await;
    let before = bench.directory.lookups.load(Ordering::Relaxed);
    bench.directory.away.store(true, Ordering::Relaxed);
    assert_eq!([bench.status("a").await, bench.status("b").await], [200, 200], "b had not called yet");
    bench.directory.add("c");
    let response = bench.post("c", ringing(3)).await;
    assert_eq!(response.headers()["retry-after"], "5");
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    bench.directory.away.store(false, Ordering::Relaxed);
    assert_eq!(bench.status("c").await, 200);
    bench.directory.hangs.store(true, Ordering::Relaxed);
    assert_eq!([bench.status("a").await, bench.status("c").await], [200, 200]);
    assert_eq!(bench.directory.lookups.load(Ordering::Relaxed), before + 2);
}

#[tokio::test]
async fn a_secret_withdrawn_is_refused_when_the_store_has_said_so() {
    let bench = Bench::start();
    bench.until_loaded().await;
    bench.directory.withdraw("a");
    bench.until_status("a", 404).await;
    assert_eq!(bench.status("b").await, 200);
}

#[tokio::test]
async fn h9_a_restart_while_the_store_is_away_forgets_no_source() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::generate().unwrap());
    let file = dir.path().join("sources.json");
    let bench = process(dir.path(), &key, FakeDirectory::with(&["a", "b"]));
    until("the file is written", || file.exists()).await;
    drop(bench);

    let bench = process(dir.path(), &key, away(&["a", "b", "c"]));
    assert_eq!([bench.status("a").await, bench.status("b").await, bench.status("c").await], [200, 200, 503]);
    // The store is back, and says that a is no more: the version may be any, also the same.
    bench.directory.withdraw("a");
    bench.directory.version.store(0, Ordering::Relaxed);
    bench.directory.away.store(false, Ordering::Relaxed);
    bench.until_status("a", 404).await;
    until("the file has changed", || !fs::read_to_string(&file).unwrap().contains(&key.fingerprint("secret-of-a")))
        .await;
    assert_eq!(bench.status("c").await, 200);
    drop(bench);

    let bench = process(dir.path(), &key, away(&["a", "b", "c"]));
    assert_eq!([bench.status("a").await, bench.status("b").await, bench.status("c").await], [503, 200, 200]);
}

#[tokio::test]
async fn h3_the_file_tells_no_secret_and_is_its_owners_only() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::generate().unwrap());
    let file = dir.path().join("sources.json");
    // Left by a crash, readable by everybody.
    fs::write(dir.path().join("sources.json.new"), "half").unwrap();
    let _bench = process(dir.path(), &key, FakeDirectory::with(&["a", "b"]));
    until("the file is written", || file.exists()).await;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(&key.fingerprint("secret-of-a")));
    assert!(!text.contains("secret-of-") && !text.contains(&key.to_hex()));
    assert!(!dir.path().join("sources.json.new").exists());
}

#[tokio::test]
async fn a_file_that_is_of_no_use_is_written_again() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SecretKey::generate().unwrap());
    let file = dir.path().join("sources.json");
    let bench = process(dir.path(), &key, FakeDirectory::with(&["a"]));
    until("the file is written", || file.exists()).await;
    drop(bench);
    let whole = fs::read(&file).unwrap();
    let half = whole[..whole.len() / 2].to_vec();
    for damaged in [half, b"\xff\xfe".to_vec(), b"{}".to_vec(), Vec::new()] {
        fs::write(&file, damaged).unwrap();
        let bench = process(dir.path(), &key, away(&["a"]));
        assert_eq!(bench.status("a").await, 503, "not known, and the store is away");
        bench.directory.away.store(false, Ordering::Relaxed);
        until("it is whole again", || fs::read(&file).unwrap() == whole).await;
        assert_eq!(bench.status("a").await, 200);
    }
    let other = SecretKey::generate().unwrap();
    let bench = process(dir.path(), &other, away(&["a"]));
    assert_eq!(bench.status("a").await, 503, "it was written with another key");
}
