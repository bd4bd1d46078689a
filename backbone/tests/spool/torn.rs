//! What a crash or a rotting disk leaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use backbone::Log as _;
use backbone::spool::Spooled;

use crate::bench::{Bench, config, files, record};
use crate::fakes::{FakeLog, Mood, until};

/// A spool of one segment with three records; where each ends.
async fn three() -> (Bench, PathBuf, Vec<usize>) {
    let bench = Bench::start(Mood::Away).await;
    let mut ends = Vec::new();
    for value in ["1", "2", "3"] {
        bench.append(&[value]).await.unwrap();
        ends.push(usize::try_from(fs::metadata(&bench.files("seg")[0]).unwrap().len()).unwrap());
    }
    bench.spool.close(Duration::ZERO).await;
    let segment = bench.files("seg").remove(0);
    (bench, segment, ends)
}

/// A directory with that one segment.
fn only(segment: &Path, bytes: &[u8]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("spool")).unwrap();
    fs::write(dir.path().join("spool").join(segment.file_name().unwrap()), bytes).unwrap();
    dir
}

#[tokio::test]
async fn b6_a_torn_tail_is_cut_at_the_last_whole_record_wherever_it_tore() {
    let (_bench, segment, ends) = three().await;
    let whole = fs::read(&segment).unwrap();
    let zeros = [&whole[..ends[1]], &[0; 300][..]].concat();
    let torn = (ends[1] + 1..ends[2]).map(|end| whole[..end].to_vec()).chain([zeros]);
    for bytes in torn {
        let dir = only(&segment, &bytes);
        let spool = Spooled::open(FakeLog::new(Mood::Hangs), config(dir.path())).await.unwrap();
        assert_eq!(fs::read(&files(dir.path(), "seg")[0]).unwrap(), whole[..ends[1]], "cut to {}", bytes.len());
        assert_eq!((spool.status().records, spool.status().damaged), (2, 0));
        // What comes after the crash stands behind it, and is not lost with it.
        spool.append(vec![record("a", "4")]).await.unwrap();
        spool.close(Duration::ZERO).await;
        let log = FakeLog::new(Mood::Well);
        let spool = Spooled::open(log.clone(), config(dir.path())).await.unwrap();
        until("it is drained", || spool.status().records == 0).await;
        assert_eq!(log.values(), ["1", "2", "4"]);
    }
}

#[tokio::test]
async fn b6_a_rotten_record_is_kept_aside_and_those_around_it_are_brought_over() {
    let (_bench, segment, ends) = three().await;
    let whole = fs::read(&segment).unwrap();
    for place in [ends[0], ends[0] + 5, ends[0] + 9, ends[1] - 1] {
        let mut rotten = whole.clone();
        rotten[place] ^= 0x55;
        let dir = only(&segment, &rotten);
        let log = FakeLog::new(Mood::Well);
        let spool = Spooled::open(log.clone(), config(dir.path())).await.unwrap();
        until("it is drained", || files(dir.path(), "seg").is_empty()).await;
        assert_eq!(log.values(), ["1", "3"], "{place}");
        assert_eq!(spool.status().damaged, 1);
        assert_eq!(spool.status().bytes, rotten.len() as u64, "what is kept aside counts");
        let kept = files(dir.path(), "corrupt");
        assert_eq!(fs::read(&kept[0]).unwrap(), rotten);
    }
}

#[tokio::test]
async fn b3_what_was_drained_before_the_end_does_not_come_again() {
    let bench = Bench::with(Mood::Away, |config| config.segment_bytes = 200).await;
    let values: Vec<_> = (0..20).map(|n| n.to_string()).collect();
    for value in &values {
        bench.append(&[value]).await.unwrap();
    }
    bench.log.script.lock().unwrap().extend([Mood::Well]);
    until("one is drained", || bench.spool.status().drained >= 1).await;
    let bench = bench.restart(Mood::Well).await;
    bench.until_drained().await;
    assert_eq!(bench.log.values(), values[1..]);
    // A number is never used twice, or its records would be taken for drained.
    bench.log.set(Mood::Away);
    bench.append(&["later"]).await.unwrap();
    let bench = bench.restart(Mood::Well).await;
    bench.until_drained().await;
    assert_eq!(bench.log.values(), ["later"]);
}
