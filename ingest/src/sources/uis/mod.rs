//! UIS (also `CoMagic`, `CallGear`, Novofon): notifications by the four templates of the RBS CRM manual (section 3), by ours
//! that add outgoing calls and the end of every call, with or without further variables of the platform. Knows nothing of
//! HTTP, the log or the CRMs.
//!
//! UIS puts JSON literals in place of `{{variables}}`; what a template then amounts to is read with patience, because a
//! notification refused is not sent again.

mod check;
mod list;
mod pages;
#[cfg(test)]
mod properties;
mod sent;
#[cfg(test)]
mod tests;

use backbone::store::SourceEntry;
use schemas::{Direction, PbxState, Phone, Said, Source, Text, Timestamp, Who};

use super::api::Question;
use super::fields::{self, Fields};
use super::listing::Lists;
use super::values::{is_web_address, known, seconds, session, time, without_plus};
use super::{Pbx, Reading, Request, Unreadable};

/// The PBX.
pub struct Uis;

const STATES: [(&str, PbxState); 5] = [
    ("RINGING", PbxState::Ringing),
    ("ANSWERED", PbxState::Answered),
    ("HANGUP", PbxState::Hangup),
    ("MISSED", PbxState::Missed),
    (ENDED, PbxState::Hangup),
];

/// The end of any call, unlike HANGUP, which the manual has sent for recorded talks only.
const ENDED: &str = "ENDED";

impl Pbx for Uis {
    fn kind(&self) -> &'static str {
        "uis"
    }

    fn question(&self, of: &SourceEntry) -> Result<Question, String> {
        check::question(of)
    }

    fn answered(&self, status: u16, body: &str) -> Result<String, String> {
        check::answered(status, body)
    }

    fn lists(&self) -> &'static [&'static dyn Lists] {
        &[&list::Report, &sent::Notifications]
    }

    fn read(&self, source: &Source, request: &Request<'_>) -> Result<Reading, Unreadable> {
        let fields = fields::read(request)?;
        let (state_word, state, talk_seconds) = state(&fields)?;
        let session = session(&fields, "call_id")?;
        let phone = |key| Ok(known(&fields, key)?.map(|said| Phone::read(said, &source.region)));
        let direction = known(&fields, "direction")?.and_then(direction);
        let over = matches!(state, PbxState::Hangup | PbxState::Missed);
        let said = Said {
            direction,
            client: phone("from_number")?,
            line: phone("diversion")?,
            who: who(&fields)?,
            recording: known(&fields, "call_record_url")?.filter(|url| is_web_address(url)).map(str::to_owned),
            talk_seconds,
            wait_seconds: fields.get("wait_time_duration").filter(|_| over).and_then(|text| seconds(text)),
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

/// The word of the state, the state, and the seconds of talk, which are said at the end only.
fn state(fields: &Fields) -> Result<(&'static str, PbxState, Option<u32>), Unreadable> {
    let (word, state) = state_word(fields)?;
    let talk = fields.get("talk_time_duration").and_then(|text| seconds(text));
    Ok(match (state, talk) {
        // Of a call that was lost nobody may say how long the talk was. If somebody answered, the fold knows.
        (PbxState::Hangup, None) if word == ENDED => (word, PbxState::Missed, None),
        (PbxState::Hangup, talk) => (word, state, talk),
        _ => (word, state, None),
    })
}

fn state_word(fields: &Fields) -> Result<(&'static str, PbxState), Unreadable> {
    let allowed = "it must be RINGING, ANSWERED, HANGUP, MISSED or ENDED";
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

/// The employee: by the extension, and by what our own templates add.
fn who(fields: &Fields) -> Result<Who, Unreadable> {
    let said = |key| Ok(known(fields, key)?.map(Text::from));
    Ok(Who {
        extension: said("user_extension")?,
        sip: None,
        phone: said("employee_phone_number")?,
        pbx_id: said("employee_id")?,
    })
}

fn direction(word: &str) -> Option<Direction> {
    match word.to_ascii_lowercase().as_str() {
        "in" | "incoming" => Some(Direction::Incoming),
        "out" | "outgoing" => Some(Direction::Outgoing),
        _ => None,
    }
}

/// When the call began by the PBX's clock. The time of a notification is that only where the call begins with it.
fn started_at(fields: &Fields, state: PbxState, zone: &str) -> Option<Timestamp> {
    let began = fields.get("start_time").and_then(|text| time(text, zone));
    began.or_else(|| {
        fields.get("notification_time").filter(|_| state == PbxState::Ringing).and_then(|text| time(text, zone))
    })
}
