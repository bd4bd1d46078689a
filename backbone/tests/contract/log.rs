//! The log. Records of one key stay in order; between keys nothing is assumed.

use std::time::{Duration, Instant};

use backbone::log::{POLL_BYTES_MAX, Start, Stored};
use backbone::{Consumer, Cursor, Error, Log, Record, Topic};
use schemas::time::later;

use crate::make::{Fresh, at, record};

pub const LONG: Duration = Duration::from_secs(40);

pub fn values(records: &[Stored]) -> Vec<&str> {
    records.iter().map(|stored| std::str::from_utf8(&stored.record.value).unwrap()).collect()
}

/// The next `count` records, in as many polls as it takes.
pub async fn take(reader: &mut dyn Consumer, count: usize) -> Vec<Stored> {
    let deadline = Instant::now() + LONG;
    let mut taken = Vec::new();
    while taken.len() < count {
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "only {:?} of {count} records came", values(&taken));
        taken.extend(reader.poll(count - taken.len(), left).await.unwrap().records);
    }
    taken
}

/// Reads to the end, where nothing is left.
pub async fn nothing_left(reader: &mut dyn Consumer) {
    let deadline = Instant::now() + LONG;
    loop {
        let batch = reader.poll(100, Duration::from_millis(50)).await.unwrap();
        assert!(batch.records.is_empty(), "{:?}", values(&batch.records));
        if batch.caught_up {
            return;
        }
        assert!(Instant::now() < deadline, "the end was not found");
    }
}

/// What a topic holds, oldest first.
pub async fn all(log: &dyn Log, topic: Topic) -> Vec<Stored> {
    log.read(topic, Start::Oldest, &Cursor::default(), 10_000).await.unwrap()
}

/// What a topic holds once so many are shown: Kafka says that a transaction is committed a moment before it shows what is in it.
pub async fn shown(log: &dyn Log, topic: Topic, count: usize) -> Vec<Stored> {
    let deadline = Instant::now() + LONG;
    loop {
        let held = all(log, topic).await;
        if held.len() >= count {
            return held;
        }
        assert!(Instant::now() < deadline, "only {:?} of {count} records are shown", values(&held));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub async fn appends_are_read_in_order_and_waited_for(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    nothing_left(reader.as_mut()).await;
    let waiting = take(reader.as_mut(), 3);
    let appending = async {
        tokio::task::yield_now().await;
        log.append((0..3).map(|n| record(Topic::Raw, "a/1", n, &n.to_string())).collect()).await.unwrap();
    };
    let (records, ()) = tokio::join!(waiting, appending);
    assert_eq!(values(&records), ["0", "1", "2"]);
    assert_eq!(records[1].record.at, at(1));
    assert!(records[0].position < records[1].position);
    // More than one insert statement holds, in one append.
    let many: Vec<_> = (0..250).map(|n| record(Topic::Raw, "a/2", n, &n.to_string())).collect();
    log.append(many.clone()).await.unwrap();
    let read: Vec<Record> = take(reader.as_mut(), 250).await.into_iter().map(|stored| stored.record).collect();
    assert_eq!(read, many);
    assert_eq!(log.history(Topic::Raw, "a/1", at(0)).await.unwrap().len(), 3);
}

pub async fn a_group_goes_on_where_it_committed(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append((0..4).map(|n| record(Topic::Raw, "a/1", n, &n.to_string())).collect()).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(reader.as_mut(), 2).await;
    reader.commit(vec![]).await.unwrap();
    let batch = reader.poll(1, LONG).await.unwrap();
    assert_eq!((values(&batch.records), batch.caught_up), (vec!["2"], false));
    let before = reader.generation();
    reader.rewind().await.unwrap();
    assert!(reader.generation() > before);
    assert_eq!(values(&take(reader.as_mut(), 2).await), ["2", "3"]);
    drop(reader);
    let mut again = log.consumer("g", Topic::Raw, Start::Newest).await.unwrap();
    assert_eq!(values(&take(again.as_mut(), 2).await), ["2", "3"]);
    let mut other = log.consumer("newcomer", Topic::Raw, Start::Newest).await.unwrap();
    nothing_left(other.as_mut()).await;
    let lag = log.lag().await.unwrap();
    let of = |group: &str| {
        let of: Vec<_> = lag.iter().filter(|lag| lag.group == group && lag.topic == Topic::Raw).collect();
        assert!(!of.is_empty(), "{group} in {lag:?}");
        (of.iter().map(|lag| lag.records).sum::<u64>(), of.iter().filter_map(|lag| lag.oldest).min())
    };
    assert_eq!((of("g"), of("newcomer")), ((2, Some(at(2))), (0, None)));
}

pub async fn outputs_and_offsets_are_one(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append(vec![record(Topic::Raw, "a/1", 1, "event")]).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(reader.as_mut(), 1).await;
    reader
        .commit(vec![record(Topic::State, "a/1", 1, "state"), record(Topic::Finished, "a/1", 1, "finished")])
        .await
        .unwrap();
    assert_eq!(reader.latest(&["a/1".into()]).await.unwrap()[0].as_ref().unwrap().value, b"state");
    assert_eq!(values(&shown(log.as_ref(), Topic::Finished, 1).await), ["finished"]);
    let mut sink = log.consumer("sink", Topic::Finished, Start::Oldest).await.unwrap();
    assert_eq!(values(&take(sink.as_mut(), 1).await), ["finished"]);
    sink.commit(vec![]).await.unwrap();
    nothing_left(sink.as_mut()).await;
    let unread = log.lag().await.unwrap().into_iter().filter(|lag| lag.records > 0).collect::<Vec<_>>();
    assert_eq!(unread, [], "marks of transactions are no records");
    drop(reader);
    let mut again = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    nothing_left(again.as_mut()).await;
}

pub async fn what_is_handed_over_is_committed_while_reading_goes_on(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append((0..4).map(|n| record(Topic::Raw, "a/1", n, &n.to_string())).collect()).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(reader.as_mut(), 2).await;
    reader.hand_over(vec![record(Topic::State, "a/1", 1, "state")]).await.unwrap();
    assert_eq!(values(&reader.poll(1, LONG).await.unwrap().records), ["2"]);
    reader.committed().await.unwrap();
    assert_eq!(reader.latest(&["a/1".into()]).await.unwrap()[0].as_ref().unwrap().value, b"state");
    reader.rewind().await.unwrap();
    assert_eq!(values(&take(reader.as_mut(), 1).await), ["2"], "what was polled since is not part of it");
    // Nobody asks what became of the first; the second follows it all the same.
    reader.hand_over(vec![record(Topic::State, "a/1", 2, "newer")]).await.unwrap();
    assert_eq!(values(&take(reader.as_mut(), 1).await), ["3"]);
    reader.commit(vec![record(Topic::Finished, "a/1", 3, "finished")]).await.unwrap();
    assert_eq!(reader.latest(&["a/1".into()]).await.unwrap()[0].as_ref().unwrap().value, b"newer");
    // What a poll found that was given up meanwhile is not lost.
    reader.hand_over(vec![record(Topic::State, "a/1", 3, "newest")]).await.unwrap();
    tokio::time::timeout(Duration::from_millis(10), reader.poll(1, LONG)).await.unwrap_err();
    log.append(vec![record(Topic::Raw, "a/1", 4, "4")]).await.unwrap();
    reader.committed().await.unwrap();
    assert_eq!(values(&take(reader.as_mut(), 1).await), ["4"]);
    reader.commit(vec![]).await.unwrap();
    drop(reader);
    nothing_left(log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap().as_mut()).await;
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
    assert_eq!(values(&shown(log.as_ref(), Topic::Finished, 1).await), ["by the newer"]);
    older.rewind().await.unwrap();
    nothing_left(older.as_mut()).await;
}

pub async fn the_newest_state_of_a_key_is_kept(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let mut reader = log.consumer("g", Topic::State, Start::Oldest).await.unwrap();
    log.append(vec![record(Topic::State, "a/1", 1, "one")]).await.unwrap();
    assert_eq!(values(&take(reader.as_mut(), 1).await), ["one"]);
    log.append(vec![record(Topic::State, "a/1", 1, "two")]).await.unwrap();
    assert_eq!(values(&take(reader.as_mut(), 1).await), ["two"]);
    log.append(vec![record(Topic::State, "a/1", 1, "")]).await.unwrap();
    assert_eq!(values(&take(reader.as_mut(), 1).await), [""], "a tombstone reaches readers");
}

pub async fn the_latest_is_what_was_committed(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    nothing_left(reader.as_mut()).await;
    let keys: Vec<String> = (0..9).map(|n| format!("a/{n}")).collect();
    for round in ["one", "two"] {
        reader.commit(keys.iter().map(|key| record(Topic::State, key, 1, round)).collect()).await.unwrap();
        let latest = reader.latest(&keys).await.unwrap();
        assert!(latest.iter().zip(&keys).all(|(found, key)| {
            found.as_ref().is_some_and(|found| found.value == round.as_bytes() && found.key == *key)
        }));
    }
    reader.commit(vec![record(Topic::State, "a/1", 1, "")]).await.unwrap();
    assert_eq!(reader.latest(&["a/1".into(), "a/99".into()]).await.unwrap(), [None, None]);
    assert!(reader.latest(&["a/2".into()]).await.unwrap()[0].is_some());
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
    let mut reader = log.consumer("g", Topic::Raw, Start::Time(at(25))).await.unwrap();
    assert_eq!(values(&take(reader.as_mut(), 2).await), ["3", "4"]);
}

pub async fn reading_goes_through_every_key_oldest_first(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let records = (0..60).map(|n| record(Topic::Rejected, &format!("source-{}", n % 7), n, &n.to_string()));
    log.append(records.collect()).await.unwrap();
    let (mut cursor, mut read) = (Cursor::default(), Vec::new());
    loop {
        let page = log.read(Topic::Rejected, Start::Oldest, &cursor, 7).await.unwrap();
        assert!(page.len() <= 7);
        if page.is_empty() {
            break;
        }
        for stored in &page {
            cursor.pass(stored.position);
        }
        read.extend(page);
    }
    assert_eq!(values(&read), (0..60).map(|n| n.to_string()).collect::<Vec<_>>());
}

pub async fn due_finds_what_is_overdue(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    nothing_left(reader.as_mut()).await;
    let due = |key: &str, second| {
        let mut record = record(Topic::State, key, 0, key);
        record.due = Some(at(second));
        record
    };
    let states = vec![due("a/1", 30), due("a/2", 10), due("a/3", 99), record(Topic::State, "a/4", 0, "x")];
    reader.commit(states).await.unwrap();
    let keys = |records: Vec<Record>| records.into_iter().map(|record| record.key).collect::<Vec<_>>();
    assert_eq!(keys(reader.due(at(30), 9).await.unwrap()), ["a/2", "a/1"]);
    assert_eq!(keys(reader.due(at(99), 1).await.unwrap()), ["a/2"]);
    reader.commit(vec![record(Topic::State, "a/2", 0, "")]).await.unwrap();
    assert_eq!(keys(reader.due(at(30), 9).await.unwrap()), ["a/1"]);
    reader.commit(vec![due("a/1", 98)]).await.unwrap();
    assert_eq!(keys(reader.due(at(99), 9).await.unwrap()), ["a/1", "a/3"]);
}

pub async fn old_records_expire(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    log.append(vec![record(Topic::Raw, "a/1", 0, "old"), record(Topic::State, "a/1", 0, "kept")]).await.unwrap();
    log.append(vec![record(Topic::Raw, "a/1", 86_400, "new"), record(Topic::State, "a/2", 0, "")]).await.unwrap();
    let now = later(at(10), Duration::from_hours(30 * 24));
    assert_eq!(log.expire(now).await.unwrap(), 2);
    assert_eq!(values(&all(log.as_ref(), Topic::Raw).await), ["new"]);
    assert_eq!(values(&all(log.as_ref(), Topic::State).await), ["kept"]);
}

pub async fn what_is_acknowledged_survives_reopening(fresh: &Fresh) {
    fresh.backbone.log.append(vec![record(Topic::Raw, "a/1", 0, "event")]).await.unwrap();
    let again = fresh.ground.reopen().await;
    assert_eq!(values(&all(again.log.as_ref(), Topic::Raw).await), ["event"]);
}

pub async fn a_poll_given_up_loses_nothing(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    nothing_left(reader.as_mut()).await;
    {
        let mut poll = reader.poll(9, LONG);
        let started = std::future::poll_fn(|context| std::task::Poll::Ready(poll.as_mut().poll(context)));
        assert!(started.await.is_pending());
        log.append(vec![record(Topic::Raw, "a/1", 0, "event")]).await.unwrap();
    }
    assert_eq!(values(&take(reader.as_mut(), 1).await), ["event"]);
}

pub async fn large_records_come_few_at_once(fresh: &Fresh) {
    let log = &fresh.backbone.log;
    let large = "x".repeat(600 << 10);
    log.append((0..20).map(|n| record(Topic::Raw, "a/1", n, &large)).collect()).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    let mut read = 0;
    while read < 20 {
        let batch = reader.poll(100, LONG).await.unwrap();
        let bytes: usize = batch.records.iter().map(|stored| stored.record.value.len()).sum();
        assert!(bytes < POLL_BYTES_MAX + large.len(), "{bytes}");
        read += batch.records.len();
        assert!(read == 20 || !batch.caught_up, "there is more");
    }
    nothing_left(reader.as_mut()).await;
}
