//! Single values, as more than one PBX writes them.

use jiff::civil::DateTime;
use schemas::Timestamp;

use super::Unreadable;
use super::fields::Fields;

/// Sessions are at most so long.
pub const SESSION_CHARS_MAX: usize = 200;
/// Texts that something is made of are at most so long.
pub const TEXT_CHARS_MAX: usize = 2000;

/// Local times without a zone, besides ISO 8601; what could be read in two ways is not among them.
const CIVIL: [&str; 5] =
    ["%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"];
/// Times with their own distance from UTC, besides RFC 3339.
const ZONED: [&str; 2] = ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z"];

/// The value of a key that something is made of.
pub fn known<'a>(fields: &'a Fields, key: &str) -> Result<Option<&'a str>, Unreadable> {
    let Some(value) = fields.get(key) else { return Ok(None) };
    if value.starts_with("{{") {
        let reason = format!("{key:?} holds a placeholder that the PBX did not fill in; check the variable's name");
        return Err(Unreadable::because(reason));
    }
    if value.chars().count() > TEXT_CHARS_MAX {
        return Err(Unreadable::because(format!("{key:?} is longer than {TEXT_CHARS_MAX} characters")));
    }
    Ok(Some(value))
}

/// The id of the session, which stands under `key`.
pub fn session(fields: &Fields, key: &str) -> Result<String, Unreadable> {
    let Some(said) = known(fields, key)? else {
        return Err(Unreadable::because(format!("{key:?} is missing or empty: it must be the id of the call session")));
    };
    // A tilde marks the later calls of a session id that was used again.
    if said.len() > SESSION_CHARS_MAX || !said.bytes().all(|b| b.is_ascii_graphic() && b != b'~') {
        let reason = format!("{key:?} must be 1 to {SESSION_CHARS_MAX} printable ASCII characters without space and ~");
        return Err(Unreadable::because(reason));
    }
    Ok(said.to_owned())
}

/// Whether a text can be the address of a recording or a page; anything else under its key is none, and the event still
/// counts.
pub fn is_web_address(text: &str) -> bool {
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| {
        let start = text.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    });
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_alphanumeric() || c == '[') && !rest.contains(char::is_whitespace)
    })
}

/// Whole seconds; a fraction is cut.
pub fn seconds(text: &str) -> Option<u32> {
    text.split_once(['.', ',']).map_or(text, |(whole, _)| whole).parse().ok()
}

/// A point in time: with its zone, or as the clocks of `zone` show it, or in seconds or milliseconds since 1970.
pub fn time(text: &str, zone: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number = text.parse().ok()?;
        return match text.len() {
            9..=11 => Timestamp::from_second(number).ok(),
            12..=13 => Timestamp::from_millisecond(number).ok(),
            _ => None,
        };
    }
    if let Some(at) = ZONED.iter().find_map(|format| Timestamp::strptime(format, text).ok()) {
        return Some(at);
    }
    let civil: Option<DateTime> = text.parse().ok();
    let civil = civil.or_else(|| CIVIL.iter().find_map(|format| DateTime::strptime(format, text).ok()))?;
    Some(civil.in_tz(zone).ok()?.timestamp())
}

/// A phone number with and without its plus is one text.
pub fn without_plus(value: String) -> String {
    match value.strip_prefix('+') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => digits.to_owned(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_spelling() {
        let rows = [
            ("2026-11-19T08:00:05Z", Some("2026-11-19T08:00:05Z")),
            ("2026-11-19T08:00:05+05:00", Some("2026-11-19T03:00:05Z")),
            ("2026-11-19T08:00:05+0500", Some("2026-11-19T03:00:05Z")),
            ("2026-11-19 08:00:05 +0200", Some("2026-11-19T06:00:05Z")),
            ("2026-11-19 08:00:05", Some("2026-11-19T06:00:05Z")),
            ("2026-11-19T08:00:05.5", Some("2026-11-19T06:00:05.5Z")),
            ("2026-07-19 08:00", Some("2026-07-19T05:00:00Z")),
            ("2026/11/19 08:00:05", Some("2026-11-19T06:00:05Z")),
            ("19.11.2026 08:00:05", Some("2026-11-19T06:00:05Z")),
            ("19.11.2026 08:00", Some("2026-11-19T06:00:00Z")),
            ("1795075205", Some("2026-11-19T08:00:05Z")),
            ("1795075205250", Some("2026-11-19T08:00:05.25Z")),
            ("11/19/2026 08:00:05", None),
            ("19.11.26", None),
            ("12345", None),
            ("20261119080005", None),
            ("99999999999999999999", None),
            ("yesterday", None),
        ];
        for (text, expect) in rows {
            assert_eq!(time(text, "Europe/Kyiv").map(|at| at.to_string()).as_deref(), expect, "{text}");
        }
        assert_eq!(time("2026-11-19 08:00:05", "Nowhere/At_All"), None);
    }
}
