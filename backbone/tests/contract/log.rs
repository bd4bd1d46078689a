//! The log.

use std::time::Duration;

use backbone::log::{POLL_BYTES_MAX, Start, Stored};
use backbone::{Cursor, Error, Topic};
use schemas::time::later;

use crate::make::{Fresh, at, record};

const LONG: Duration = Duration::from_secs(20);

fn values(records: &[Stored]) -> Vec<&str> {
    records.iter().map(|stored| std::str::from_utf8(&stored.record.value).unwrap()).collect()
}

pub async fn appends_are_read_in_order_and_waited_for(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    assert!(reader.poll(10, Duration::ZERO).await.unwrap().caught_up);
    let waiting = async { reader.poll(10, LONG).await.unwrap() };
    let appending = async {
        tokio::task::yield_now().await;
        log.append((0..3).map(|n| record(Topic::Raw, "a/1", n, &n.to_string())).collect()).await.unwrap();
    };
    let (batch, ()) = tokio::join!(waiting, appending);
    assert_eq!(values(&batch.records), ["0", "1", "2"]);
    assert_eq!(batch.records[1].record.at, at(1));
    assert!(batch.records[0].position < batch.records[1].position);
    // More than one insert statement holds, in one append.
    log.append((0..250).map(|n| record(Topic::Raw, "a/2", n, &n.to_string())).collect()).await.unwrap();
    let many = reader.poll(1000, LONG).await.unwrap();
    assert_eq!(many.records.len(), 250);
    assert_eq!(log.history(Topic::Raw, "a/1", at(0)).await.unwrap().len(), 3);
}

pub async fn a_group_goes_on_where_it_committed(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append((0..4).map(|n| record(Topic::Raw, "a/1", n, &n.to_string())).collect()).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    reader.poll(2, LONG).await.unwrap();
    reader.commit(vec![]).await.unwrap();
    let batch = reader.poll(1, LONG).await.unwrap();
    assert_eq!((values(&batch.records), batch.caught_up), (vec!["2"], false));
    reader.rewind().await.unwrap();
    assert_eq!(values(&reader.poll(9, LONG).await.unwrap().records), ["2", "3"]);
    drop(reader);
    let mut again = log.consumer("g", Topic::Raw, Start::Newest).await.unwrap();
    assert_eq!(values(&again.poll(9, LONG).await.unwrap().records), ["2", "3"]);
    let mut other = log.consumer("newcomer", Topic::Raw, Start::Newest).await.unwrap();
    assert!(other.poll(9, Duration::ZERO).await.unwrap().records.is_empty());
    let lag = log.lag().await.unwrap();
    let of = |group: &str| lag.iter().find(|lag| lag.group == group).unwrap();
    assert_eq!((of("g").records, of("g").oldest, of("newcomer").records), (2, Some(at(2)), 0));
}

pub async fn outputs_and_offsets_are_one(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append(vec![record(Topic::Raw, "a/1", 1, "event")]).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    reader.poll(9, LONG).await.unwrap();
    reader
        .commit(vec![record(Topic::State, "a/1", 1, "state"), record(Topic::Finished, "a/1", 1, "finished")])
        .await
        .unwrap();
    assert_eq!(reader.latest(&["a/1".into()]).await.unwrap()[0].as_ref().unwrap().value, b"state");
    assert_eq!(values(&log.read(Topic::Finished, Start::Oldest, &Cursor::default(), 9).await.unwrap()), ["finished"]);
    let mut again = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    assert!(again.poll(9, Duration::ZERO).await.unwrap().records.is_empty());
}

pub async fn d2_the_older_of_two_readers_loses(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append(vec![record(Topic::Raw, "a/1", 1, "event")]).await.unwrap();
    let mut older = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    older.poll(9, LONG).await.unwrap();
    let mut newer = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    newer.poll(9, LONG).await.unwrap();
    newer.commit(vec![record(Topic::Finished, "a/1", 1, "by the newer")]).await.unwrap();
    let lost = older.commit(vec![record(Topic::Finished, "a/1", 1, "by the older")]).await;
    assert!(matches!(lost, Err(Error::LeaseLost(_))), "{lost:?}");
    assert_eq!(
        values(&log.read(Topic::Finished, Start::Oldest, &Cursor::default(), 9).await.unwrap()),
        ["by the newer"]
    );
    older.rewind().await.unwrap();
    assert!(older.poll(9, Duration::ZERO).await.unwrap().records.is_empty());
}

pub async fn the_newest_state_of_a_key_is_kept(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let mut reader = log.consumer("g", Topic::State, Start::Oldest).await.unwrap();
    for value in ["one", "two"] {
        log.append(vec![record(Topic::State, "a/1", 1, value)]).await.unwrap();
    }
    assert_eq!(values(&reader.poll(9, LONG).await.unwrap().records), ["two"]);
    log.append(vec![record(Topic::State, "a/1", 1, "")]).await.unwrap();
    assert_eq!(values(&reader.poll(9, LONG).await.unwrap().records), [""], "a tombstone reaches readers");
    assert_eq!(reader.latest(&["a/1".into(), "a/2".into()]).await.unwrap(), [None, None]);
}

pub async fn time_finds_the_first_record(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append((0..5).map(|n| record(Topic::Raw, "a/1", n * 10, &n.to_string())).collect()).await.unwrap();
    let none = Cursor::default();
    let from = |second| log.read(Topic::Raw, Start::Time(at(second)), &none, 2);
    assert_eq!(values(&from(15).await.unwrap()), ["2", "3"]);
    assert_eq!(values(&from(20).await.unwrap()), ["2", "3"]);
    assert!(from(41).await.unwrap().is_empty());
    let first = log.read(Topic::Raw, Start::Oldest, &Cursor::default(), 2).await.unwrap();
    let mut cursor = Cursor::default();
    for stored in &first {
        cursor.pass(stored.position);
    }
    assert_eq!(values(&log.read(Topic::Raw, Start::Oldest, &cursor, 2).await.unwrap()), ["2", "3"]);
}

pub async fn due_finds_what_is_overdue(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    let due = |key: &str, second| {
        let mut record = record(Topic::State, key, 0, key);
        record.due = Some(at(second));
        record
    };
    log.append(vec![due("a/1", 30), due("a/2", 10), due("a/3", 99), record(Topic::State, "a/4", 0, "x")])
        .await
        .unwrap();
    let keys = |records: Vec<backbone::Record>| records.into_iter().map(|record| record.key).collect::<Vec<_>>();
    assert_eq!(keys(reader.due(at(30), 9).await.unwrap()), ["a/2", "a/1"]);
    assert_eq!(keys(reader.due(at(99), 1).await.unwrap()), ["a/2"]);
    log.append(vec![record(Topic::State, "a/2", 0, "")]).await.unwrap();
    assert_eq!(keys(reader.due(at(30), 9).await.unwrap()), ["a/1"]);
}

pub async fn old_records_expire(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append(vec![record(Topic::Raw, "a/1", 0, "old"), record(Topic::State, "a/1", 0, "kept")]).await.unwrap();
    log.append(vec![record(Topic::Raw, "a/1", 86_400, "new"), record(Topic::State, "a/2", 0, "")]).await.unwrap();
    let now = later(at(10), Duration::from_hours(30 * 24));
    assert_eq!(log.expire(now).await.unwrap(), 2);
    assert_eq!(values(&log.read(Topic::Raw, Start::Oldest, &Cursor::default(), 9).await.unwrap()), ["new"]);
    assert_eq!(values(&log.read(Topic::State, Start::Oldest, &Cursor::default(), 9).await.unwrap()), ["kept"]);
}

pub async fn what_is_acknowledged_survives_reopening(fresh: &Fresh) {
    fresh.backbone.log.append(vec![record(Topic::Raw, "a/1", 0, "event")]).await.unwrap();
    let again = fresh.ground.reopen().await;
    assert_eq!(values(&again.log.read(Topic::Raw, Start::Oldest, &Cursor::default(), 9).await.unwrap()), ["event"]);
}

pub async fn large_records_come_few_at_once(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let large = "x".repeat(600 << 10);
    log.append((0..20).map(|n| record(Topic::Raw, "a/1", n, &large)).collect()).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    let (mut read, mut caught_up) = (0, false);
    while read < 20 {
        assert!(!caught_up, "there is more");
        let batch = reader.poll(100, LONG).await.unwrap();
        let bytes: usize = batch.records.iter().map(|stored| stored.record.value.len()).sum();
        assert!(bytes < POLL_BYTES_MAX + large.len(), "{bytes}");
        (read, caught_up) = (read + batch.records.len(), batch.caught_up);
    }
    assert_eq!((read, caught_up), (20, true));
}
