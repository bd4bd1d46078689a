//! Records as Kafka carries them: CloudEvents 1.0 in binary mode. What others wrote, with headers missing or wrong, is
//! handed out as far as it can be read: whoever reads it says what it thinks of the value.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rdkafka::Message as _;
use rdkafka::message::{BorrowedMessage, Header, Headers as _, OwnedHeaders};
use schemas::Timestamp;
use uuid::Uuid;

use crate::log::{Position, Record, Stored, Topic};

/// The CloudEvents type of a topic's records.
const fn kind(topic: Topic) -> &'static str {
    match topic {
        Topic::Raw => "ringfold.event",
        Topic::Rejected => "ringfold.rejected",
        Topic::State => "ringfold.call",
        Topic::Finished => "ringfold.call.finished",
    }
}

/// The headers of a record.
pub fn headers(record: &Record) -> OwnedHeaders {
    let id = record.id.to_string();
    let at = record.at.to_string();
    let trace = traceparent(record.id);
    let put = |headers: OwnedHeaders, key, value: &str| headers.insert(Header { key, value: Some(value) });
    let mut headers = OwnedHeaders::new_with_capacity(8);
    for (key, value) in [
        ("ce_specversion", "1.0"),
        ("ce_id", id.as_str()),
        ("ce_type", kind(record.topic)),
        ("ce_source", "ringfold"),
        ("ce_time", at.as_str()),
        ("content-type", "application/json"),
        ("traceparent", trace.as_str()),
    ] {
        headers = put(headers, key, value);
    }
    match record.due {
        Some(due) => put(headers, "ce_due", &due.to_string()),
        None => headers,
    }
}

/// A W3C trace context that is the same whenever this record is sent: not sampled, since nobody recorded the trace.
fn traceparent(id: Uuid) -> String {
    let (_, low) = id.as_u64_pair();
    format!("00-{}-{:016x}-00", id.simple(), low.max(1))
}

/// What of a record its headers say.
#[derive(Default)]
struct Told {
    id: Option<Uuid>,
    at: Option<Timestamp>,
    due: Option<Timestamp>,
}

fn told(message: &BorrowedMessage<'_>) -> Told {
    let mut told = Told::default();
    let Some(headers) = message.headers() else { return told };
    for n in 0..headers.count() {
        let Some(Header { key, value: Some(value) }) = headers.try_get(n) else { continue };
        let Ok(value) = std::str::from_utf8(value) else { continue };
        match key {
            "ce_id" => told.id = Uuid::parse_str(value).ok(),
            "ce_time" => told.at = value.parse().ok(),
            "ce_due" => told.due = value.parse().ok(),
            _ => {}
        }
    }
    told
}

/// Reads a message, whoever wrote it.
pub fn stored(topic: Topic, message: &BorrowedMessage<'_>) -> Stored {
    // The client panics over a header whose name is not UTF-8. One such record must not stop its partition.
    let told = catch_unwind(AssertUnwindSafe(|| told(message))).unwrap_or_default();
    let position = Position { partition: message.partition(), offset: message.offset() };
    let stamp = message.timestamp().to_millis().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    // Without an id of its own a record gets one that is the same at every reading.
    let made = Uuid::from_u64_pair(u64::from(position.partition.unsigned_abs()), position.offset.unsigned_abs());
    let record = Record {
        topic,
        key: String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned(),
        id: told.id.unwrap_or(made),
        at: told.at.or(stamp).unwrap_or(Timestamp::UNIX_EPOCH),
        due: told.due.filter(|_| topic == Topic::State),
        value: message.payload().unwrap_or_default().to_vec(),
    };
    Stored { position, record }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_valid_and_the_same_again() {
        let id = Uuid::now_v7();
        let trace = traceparent(id);
        assert_eq!(trace, traceparent(id));
        let parts: Vec<&str> = trace.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [2, 32, 16, 2]);
        assert!(traceparent(Uuid::nil()).contains("-0000000000000001-"), "a span is never 0");
    }
}
