//! UIS (also `CoMagic`, `CallGear`, Novofon): notifications by the four templates of the RBS CRM manual (section 3), with or
//! without further variables of the platform. Knows nothing of HTTP, the log or the CRMs.
//!
//! UIS puts JSON literals in place of `{{variables}}`; what a template then amounts to is read with patience, because a
//! notification refused is not sent again.

mod fields;
mod lenient;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use schemas::{Direction, PbxState, Phone, Said, Source, Timestamp, Who};

use self::fields::Fields;
use super::{Pbx, Reading, Request, Unreadable};

/// The PBX.
pub struct Uis;

const SESSION_CHARS_MAX: usize = 200;
const TEXT_CHARS_MAX: usize = 2000;

const STATES: [(&str, PbxState); 4] = [
    ("RINGING", PbxState::Ringing),
    ("ANSWERED", PbxState::Answered),
    ("HANGUP", PbxState::Hangup),
    ("MISSED", PbxState::Missed),
];

impl Pbx for Uis {
    fn kind(&self) -> &'static str {
        "uis"
    }

    fn read(&self, source: &Source, request: &Request<'_>) -> Result<Reading, Unreadable> {
        let fields = fields::read(request)?;
        let (state_word, state) = state(&fields)?;
        let session = session(&fields)?;
        let phone = |key| Ok(known(&fields, key)?.map(|said| Phone::read(said, &source.region)));
        let direction = known(&fields, "direction")?.and_then(direction);
        let said = Said {
            direction,
            client: phone("from_number")?,
            line: phone("diversion")?,
            who: known(&fields, "user_extension")?.map(Who::extension).unwrap_or_default(),
            recording: known(&fields, "call_record_url")?.filter(|url| is_web_address(url)).map(str::to_owned),
            talk_seconds: fields.get("talk_time_duration").and_then(|text| seconds(text)),
            wait_seconds: fields.get("wait_time_duration").and_then(|text| seconds(text)),
            started_at: started_at(&fields, state, &source.timezone),
            ..Said::only(state)
        };
        let mut identity = fields.into_iter().map(|(key, value)| (key, without_plus(value))).collect::<Fields>();
        identity.insert("call_state".to_owned(), state_word.to_owned());
        if let Some(direction) = direction {
            let word = if direction == Direction::Incoming { "in" } else { "out" };
            identity.insert("direction".to_owned(), word.to_owned());
        }
        Ok(Reading { session, said, identity })
    }
}

/// The value of a key that something is made of.
fn known<'a>(fields: &'a Fields, key: &str) -> Result<Option<&'a str>, Unreadable> {
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

fn state(fields: &Fields) -> Result<(&'static str, PbxState), Unreadable> {
    let allowed = "it must be RINGING, ANSWERED, HANGUP or MISSED";
    let Some(said) = known(fields, "call_state")? else {
        return Err(Unreadable::because(format!("\"call_state\" is missing or empty: {allowed}")));
    };
    let found = STATES.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(said));
    found.ok_or_else(|| {
        // Only what is surely a word is shown: a template gone wrong may have put a phone number here.
        let is_word = said.len() <= 40 && said.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
        let shown = if is_word { format!(" {said:?}") } else { String::new() };
        Unreadable::because(format!("\"call_state\"{shown} is not known: {allowed}"))
    })
}

fn session(fields: &Fields) -> Result<String, Unreadable> {
    let Some(said) = known(fields, "call_id")? else {
        return Err(Unreadable::because("\"call_id\" is missing or empty: it must be the id of the call session"));
    };
    // A tilde marks the later calls of a session id that was used again.
    if said.len() > SESSION_CHARS_MAX || !said.bytes().all(|b| b.is_ascii_graphic() && b != b'~') {
        let reason =
            format!("\"call_id\" must be 1 to {SESSION_CHARS_MAX} printable ASCII characters without space and ~");
        return Err(Unreadable::because(reason));
    }
    Ok(said.to_owned())
}

fn direction(word: &str) -> Option<Direction> {
    match word.to_ascii_lowercase().as_str() {
        "in" | "incoming" => Some(Direction::Incoming),
        "out" | "outgoing" => Some(Direction::Outgoing),
        _ => None,
    }
}

/// Anything else under the recording's key is no recording; the event still counts.
fn is_web_address(text: &str) -> bool {
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| {
        let start = text.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    });
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_alphanumeric() || c == '[') && !rest.contains(char::is_whitespace)
    })
}

/// Whole seconds; a fraction is cut.
fn seconds(text: &str) -> Option<u32> {
    text.split_once(['.', ',']).map_or(text, |(whole, _)| whole).parse().ok()
}

/// When the call began by the PBX's clock. The time of a notification is that only where the call begins with it.
fn started_at(fields: &Fields, state: PbxState, zone: &str) -> Option<Timestamp> {
    let began = fields.get("start_time").and_then(|text| time(text, zone));
    began.or_else(|| {
        fields.get("notification_time").filter(|_| state == PbxState::Ringing).and_then(|text| time(text, zone))
    })
}

fn time(text: &str, zone: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(civil.in_tz(zone).ok()?.timestamp())
}

fn without_plus(value: String) -> String {
    match value.strip_prefix('+') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => digits.to_owned(),
        _ => value,
    }
}
