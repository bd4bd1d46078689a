//! How records stand in a segment: marker, length, CRC-32 of length and body, body. What is torn or rotten is told from what
//! is whole, and the next whole record is found behind it. Pure.

use schemas::Timestamp;
use uuid::Uuid;

use super::crc::crc32;
use crate::{Error, Record, Topic};

/// Bytes of a key and value together: what a Kafka topic takes by default, with room for headers. A record that the log
/// would never take must not be spooled.
pub const RECORD_BYTES_MAX: usize = 1_000_000;
/// No UTF-8 text holds the first byte, so no key and no JSON can be taken for a frame when one is searched for.
const MARKER: [u8; 4] = [0xFF, b'r', b'f', 0xFE];
const HEAD: usize = 12;
/// No frame is longer.
pub const FRAME_BYTES_MAX: usize = HEAD + RECORD_BYTES_MAX + 128;
/// The form of the body.
const VERSION: u8 = 1;

/// What stands at the beginning of some bytes of a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// A whole record, and the bytes it takes.
    Whole(Record, usize),
    /// So many bytes that are no record; what follows them may be one.
    Damaged(usize),
    /// The beginning of a record whose end is not here: the next bytes have it, or it was cut off.
    Short,
}

/// Adds a record to `bytes`.
pub fn write(record: &Record, bytes: &mut Vec<u8>) -> Result<(), Error> {
    let size = record.key.len() + record.value.len();
    let too_large = || Error::Invalid(format!("a record of {size} bytes is too large for the spool and the log"));
    if size > RECORD_BYTES_MAX {
        return Err(too_large());
    }
    let start = bytes.len();
    bytes.extend_from_slice(&MARKER);
    bytes.extend_from_slice(&[0; 8]);
    bytes.push(VERSION);
    text(bytes, record.topic.name());
    text(bytes, &record.key);
    bytes.extend_from_slice(record.id.as_bytes());
    bytes.extend_from_slice(&record.at.as_nanosecond().to_le_bytes());
    bytes.push(u8::from(record.due.is_some()));
    bytes.extend_from_slice(&record.due.map_or(0, Timestamp::as_nanosecond).to_le_bytes());
    bytes.extend_from_slice(&record.value);
    let length = u32::try_from(bytes.len() - start - HEAD).map_err(|_| too_large())?.to_le_bytes();
    let crc = crc32(&[&length, &bytes[start + HEAD..]]).to_le_bytes();
    bytes[start + 4..start + 8].copy_from_slice(&length);
    bytes[start + 8..start + HEAD].copy_from_slice(&crc);
    Ok(())
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    // The size was checked, so the length fits.
    bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

/// What stands at the beginning of `bytes`, of which there is at least one. With `last`, nothing comes after them.
pub fn read(bytes: &[u8], last: bool) -> Piece {
    let first = look(bytes);
    if let Look::Whole(body) = first {
        let length = HEAD + body.len();
        // Whole but not to be understood: a newer version wrote it.
        return record(body).map_or(Piece::Damaged(length), |record| Piece::Whole(record, length));
    }
    if matches!(first, Look::Short) && !last {
        return Piece::Short;
    }
    let next = (1..bytes.len()).find(|&at| match look(&bytes[at..]) {
        Look::Whole(_) => true,
        Look::Short => !last,
        Look::None => false,
    });
    match next {
        Some(length) => Piece::Damaged(length),
        // Some file systems leave zeros where a write was cut off.
        None if last && (matches!(first, Look::Short) || bytes.iter().all(|byte| *byte == 0)) => Piece::Short,
        None => Piece::Damaged(bytes.len()),
    }
}

enum Look<'a> {
    Whole(&'a [u8]),
    Short,
    None,
}

fn look(bytes: &[u8]) -> Look<'_> {
    let known = bytes.len().min(MARKER.len());
    if bytes[..known] != MARKER[..known] {
        return Look::None;
    }
    let (Some(length), Some(crc)) = (number(bytes, 4), number(bytes, 8)) else { return Look::Short };
    let end = HEAD + usize::try_from(length).unwrap_or(usize::MAX - HEAD);
    if end > FRAME_BYTES_MAX {
        return Look::None;
    }
    let Some(body) = bytes.get(HEAD..end) else { return Look::Short };
    if crc32(&[&length.to_le_bytes(), body]) == crc { Look::Whole(body) } else { Look::None }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn record(mut body: &[u8]) -> Option<Record> {
    let body = &mut body;
    let [VERSION] = take(body, 1)? else { return None };
    let topic = string(body)?;
    let topic = Topic::ALL.into_iter().find(|known| known.name() == topic)?;
    let key = string(body)?;
    let id = Uuid::from_slice(take(body, 16)?).ok()?;
    let at = instant(body)?;
    let is_due = take(body, 1)? == [1];
    let due = instant(body)?;
    Some(Record { topic, key, id, at, due: is_due.then_some(due), value: body.to_vec() })
}

fn take<'a>(body: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = body.split_at_checked(count)?;
    *body = rest;
    Some(taken)
}

fn string(body: &mut &[u8]) -> Option<String> {
    let length = number(take(body, 4)?, 0)?;
    String::from_utf8(take(body, usize::try_from(length).ok()?)?.to_vec()).ok()
}

fn instant(body: &mut &[u8]) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from_le_bytes(take(body, 16)?.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(topic: Topic, value: &[u8], due: Option<i64>) -> Record {
        let at = |second| Timestamp::from_second(second).unwrap();
        Record {
            topic,
            key: "a/ключ".to_owned(),
            id: Uuid::from_u128(7),
            at: "2026-11-22T10:00:00.123456789Z".parse().unwrap(),
            due: due.map(at),
            value: value.to_vec(),
        }
    }

    fn framed(record: &Record) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(record, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        for topic in Topic::ALL {
            for record in [sample(topic, b"{}", None), sample(topic, b"", Some(-5))] {
                let mut bytes = framed(&record);
                let length = bytes.len();
                assert_eq!(read(&bytes, true), Piece::Whole(record.clone(), length));
                bytes.extend(framed(&record));
                assert_eq!(read(&bytes, false), Piece::Whole(record, length));
            }
        }
        let largest = sample(Topic::Raw, &vec![b'x'; RECORD_BYTES_MAX - "a/ключ".len()], None);
        assert!(framed(&largest).len() <= FRAME_BYTES_MAX);
        let larger = Record { key: "a/ключ!".to_owned(), ..largest };
        assert!(matches!(write(&larger, &mut Vec::new()), Err(Error::Invalid(_))));
    }

    #[test]
    fn b6_every_beginning_of_a_record_is_short() {
        let bytes = framed(&sample(Topic::Raw, b"{\"a\":1}", None));
        for cut in 1..bytes.len() {
            assert_eq!(read(&bytes[..cut], true), Piece::Short, "{cut}");
            assert_eq!(read(&bytes[..cut], false), Piece::Short, "{cut}");
        }
        assert_eq!(read(&[0; 100], true), Piece::Short);
    }

    #[test]
    fn b6_whatever_byte_rots_the_next_record_is_found() {
        let (one, two) =
            (framed(&sample(Topic::Raw, b"{\"a\":1}", None)), framed(&sample(Topic::State, b"{}", Some(9))));
        for place in 0..one.len() {
            let mut bytes = [&one[..], &two[..]].concat();
            bytes[place] ^= 0x41;
            assert_eq!(read(&bytes, true), Piece::Damaged(one.len()), "{place}");
            assert_eq!(read(&bytes[one.len()..], true), Piece::Whole(sample(Topic::State, b"{}", Some(9)), two.len()));
        }
    }

    #[test]
    fn h1_a_record_of_a_newer_version_is_passed_over_whole() {
        let mut bytes = framed(&sample(Topic::Raw, b"{}", None));
        bytes[HEAD] = VERSION + 1;
        let crc = crc32(&[&bytes[4..8], &bytes[HEAD..]]).to_le_bytes();
        bytes[8..HEAD].copy_from_slice(&crc);
        assert_eq!(read(&bytes, true), Piece::Damaged(bytes.len()));
    }
}
