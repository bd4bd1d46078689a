//! Instants in records: what [`Timestamp`] itself reads and prints, faster for how Ringfold writes them
//! (`2026-11-19T08:00:00.125Z`). All else is left to `jiff`. For `#[serde(with = "crate::rfc3339")]`.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

/// The longest that the fast way writes: with nine digits of a fraction.
const LONGEST: usize = 30;

/// Writes the instant as `jiff` does.
pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let mut buffer = [0; LONGEST];
    match print(*at, &mut buffer) {
        Some(text) => serializer.serialize_str(text),
        None => serializer.collect_str(at),
    }
}

/// Reads what `jiff` reads.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    deserializer.deserialize_str(Instant)
}

struct Instant;

impl Visitor<'_> for Instant {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant such as 2026-11-19T08:00:00Z")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        match parse(text) {
            Some(at) => Ok(at),
            None => text.parse().map_err(E::custom),
        }
    }
}

/// The same for instants that may be missing.
pub mod option {
    use jiff::Timestamp;
    use serde::de::Deserializer;
    use serde::ser::Serializer;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct One(#[serde(with = "super")] Timestamp);

    /// Writes it, or `null`.
    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(One).serialize(serializer)
    }

    /// Reads it, or `null`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<One>::deserialize(deserializer)?.map(|one| one.0))
    }
}

/// Four digits of the year, a fraction without zeros at its end; nothing for years that are written otherwise.
fn print(at: Timestamp, buffer: &mut [u8; LONGEST]) -> Option<&str> {
    let civil = Offset::UTC.to_datetime(at);
    let year = u32::try_from(civil.year()).ok()?;
    buffer[..20].copy_from_slice(b"0000-00-00T00:00:00Z");
    let two = |value: i8| u32::from(value.unsigned_abs());
    digits(&mut buffer[..4], year);
    digits(&mut buffer[5..7], two(civil.month()));
    digits(&mut buffer[8..10], two(civil.day()));
    digits(&mut buffer[11..13], two(civil.hour()));
    digits(&mut buffer[14..16], two(civil.minute()));
    digits(&mut buffer[17..19], two(civil.second()));
    let mut length = 19;
    let nanoseconds = civil.subsec_nanosecond().unsigned_abs();
    if nanoseconds > 0 {
        buffer[19] = b'.';
        digits(&mut buffer[20..29], nanoseconds);
        length = 29;
        while buffer[length - 1] == b'0' {
            length -= 1;
        }
    }
    buffer[length] = b'Z';
    std::str::from_utf8(&buffer[..=length]).ok()
}

/// The last digits of a number, as many as there is room for.
fn digits(room: &mut [u8], mut value: u32) {
    for place in room.iter_mut().rev() {
        // Below ten, so it fits.
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// Just `YYYY-MM-DDTHH:MM:SS[.f…]Z` with up to nine digits of a fraction; nothing for all else.
fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let (head, tail) = bytes.split_at_checked(19)?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(place, mark)| head[*place] != *mark) {
        return None;
    }
    let two = |place: usize| i8::try_from(number(&head[place..place + 2])?).ok();
    let year = i16::try_from(number(&head[..4])?).ok()?;
    let nanoseconds = match tail {
        b"Z" => 0,
        [b'.', fraction @ .., b'Z'] if (1..=9).contains(&fraction.len()) => {
            number(fraction)? * 10_i32.pow(9 - u32::try_from(fraction.len()).ok()?)
        }
        _ => return None,
    };
    let civil = DateTime::new(year, two(5)?, two(8)?, two(11)?, two(14)?, two(17)?, nanoseconds).ok()?;
    Offset::UTC.to_timestamp(civil).ok()
}

/// At most nine digits.
fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(at: Timestamp) -> String {
        let mut buffer = [0; LONGEST];
        print(at, &mut buffer).map_or_else(|| at.to_string(), str::to_owned)
    }

    fn read(text: &str) -> Option<Timestamp> {
        serde_json::from_value::<Option<At>>(text.into()).ok().flatten().map(|at| at.0)
    }

    #[derive(serde::Deserialize)]
    struct At(#[serde(with = "super")] Timestamp);

    proptest! {
        #[test]
        fn instants_are_printed_and_read_as_jiff_does(
            seconds in Timestamp::MIN.as_second()..Timestamp::MAX.as_second(), nanoseconds in 0..1_000_000_000_i32,
            digits in 0..10_u32,
        ) {
            let nanoseconds = nanoseconds / 10_i32.pow(digits) * 10_i32.pow(digits);
            let at = Timestamp::new(seconds, nanoseconds).unwrap();
            prop_assert_eq!(printed(at), at.to_string());
            prop_assert_eq!(read(&at.to_string()), Some(at));
        }

        #[test]
        fn what_jiff_reads_is_read_alike_and_what_it_refuses_is_refused(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?(Z|z|[+-]0[0-9]:00)?",
        ) {
            prop_assert_eq!(read(&text), text.parse::<Timestamp>().ok());
        }
    }

    #[test]
    fn the_edges_of_time() {
        for text in
            ["0000-01-01T00:00:00Z", "9999-12-30T22:00:00.999999999Z", "2016-12-31T23:59:60Z", "2024-02-29T00:00:00.5Z"]
        {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!((read(text), printed(at)), (Some(at), at.to_string()));
        }
        assert_eq!(printed(Timestamp::MIN), Timestamp::MIN.to_string());
        assert_eq!(read("2023-02-29T00:00:00Z"), None);
    }
}
