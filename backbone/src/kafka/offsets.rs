//! Where a reading begins: from a [`Start`] to an offset of each partition.

use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::{Message as _, Offset, TopicPartitionList};
use schemas::Timestamp;

use super::fault::{fault, unavailable};
use super::scan::{Client, Go, persist, scan};
use crate::Error;
use crate::log::Start;

/// One request.
const REQUEST: Duration = Duration::from_secs(10);
/// So many of a partition's last records are looked at where it is said to hold nothing so new.
const TAIL: i64 = 10;

/// The first and the next offset of a partition; as `client` sees it: with or without what is not committed yet.
pub fn bounds(client: &Client, topic: &str, partition: i32) -> Result<(i64, i64), Error> {
    let ask = || client.fetch_watermarks(topic, partition, REQUEST);
    persist(REQUEST, ask).map_err(|why| fault(&format!("asking where {topic} ends"), &why))
}

/// Where each of these partitions begins.
pub fn begin(client: &Client, topic: &str, partitions: &[i32], start: Start) -> Result<Vec<(i32, i64)>, Error> {
    match start {
        Start::Time(at) => from_time(client, topic, partitions, at),
        Start::Oldest | Start::Newest => partitions
            .iter()
            .map(|partition| {
                let (low, high) = bounds(client, topic, *partition)?;
                Ok((*partition, if start == Start::Newest { high } else { low }))
            })
            .collect(),
    }
}

/// The first records whose time is not before `at`. A partition said to hold none is looked at: to pass records over because
/// an index answered wrongly would be a loss, to read some again is none.
fn from_time(client: &Client, topic: &str, partitions: &[i32], at: Timestamp) -> Result<Vec<(i32, i64)>, Error> {
    let doing = format!("asking where {topic} begins at {at}");
    let mut times = TopicPartitionList::new();
    for partition in partitions {
        let millis = Offset::Offset(at.as_millisecond().max(0));
        times.add_partition_offset(topic, *partition, millis).map_err(|why| fault(&doing, &why))?;
    }
    let found =
        persist(REQUEST, || client.offsets_for_times(times.clone(), REQUEST)).map_err(|why| fault(&doing, &why))?;
    let mut begins = Vec::with_capacity(partitions.len());
    for element in found.elements() {
        element.error().map_err(|why| fault(&doing, &why))?;
        let partition = element.partition();
        let offset = match element.offset() {
            Offset::Offset(offset) => offset,
            Offset::End => end_or_oldest(client, topic, partition, at)?,
            other => return Err(unavailable(format!("{doing}: the answer is {other:?}"))),
        };
        begins.push((partition, offset));
    }
    Ok(begins)
}

fn end_or_oldest(client: &Client, topic: &str, partition: i32, at: Timestamp) -> Result<i64, Error> {
    let (low, high) = bounds(client, topic, partition)?;
    let mut newer = false;
    let deadline = Instant::now() + REQUEST;
    if low < high {
        scan(client, topic, &[(partition, low.max(high - TAIL))], deadline, |message| {
            newer |= message.timestamp().to_millis().is_some_and(|millis| millis >= at.as_millisecond());
            if newer || message.offset() >= high { Go::Stop } else { Go::On }
        })?;
    }
    if newer {
        tracing::error!(topic, partition, %at, "Kafka says that nothing is so new, and something is: reading from the oldest");
        return Ok(low);
    }
    Ok(high)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rdkafka::ClientConfig;
    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

    use super::*;
    use crate::kafka::config::KafkaConfig;
    use crate::kafka::scan::client;

    /// librdkafka's own imitation of Kafka answers "end" to every question about a time.
    #[test]
    fn c11_an_end_that_is_none_is_not_believed() {
        let cluster = MockCluster::new(1).unwrap();
        cluster.create_topic("t", 1, 1).unwrap();
        let brokers = cluster.bootstrap_servers();
        let writer: BaseProducer = ClientConfig::new().set("bootstrap.servers", &brokers).create().unwrap();
        for second in 1..=30 {
            let record = BaseRecord::<[u8], [u8]>::to("t").payload(b"x").timestamp(second * 1000);
            writer.send(record).unwrap();
        }
        writer.flush(REQUEST).unwrap();
        let config = KafkaConfig {
            brokers,
            prefix: String::new(),
            partitions: 1,
            replication: 1,
            instance: "one".to_owned(),
            memory: 1 << 20,
            properties: BTreeMap::new(),
        };
        let client = client(&config, "read_committed").unwrap();
        let from = |second| {
            let at = Timestamp::from_second(second).unwrap();
            begin(&client, "t", &[0], Start::Time(at)).unwrap()
        };
        assert_eq!(from(25), [(0, 0)], "some are so new: all is read again rather than something passed over");
        assert_eq!(from(31), [(0, 30)], "none is");
    }
}
