#![doc = include_str!("README.md")]

mod check;
mod ending;
mod event;
mod list;
mod marks;
mod names;
#[cfg(test)]
mod properties;
mod sides;
#[cfg(test)]
mod tests;

use backbone::store::SourceEntry;
use schemas::{Direction, PbxState, Said, Source};

use self::ending::Ending;
use self::event::{Event, Named};
use self::sides::Sides;
use super::api::Question;
use super::fields::{self, Fields};
use super::listing::Lists;
use super::values::{known, seconds, session, time, without_plus};
use super::{Pbx, Reading, Request, Unreadable};

/// The PBX.
pub struct Ringostat;

/// Fields that something is made of besides marks.
const USED: [&str; 12] = [
    "caller",
    "caller_number",
    "dst",
    "userfield",
    "outbound_number",
    "connected_with",
    "extension_number",
    "employee_number",
    "recording",
    "recording_wav",
    "record_link",
    "disposition",
];

/// It may be written in two ways in two notifications of one event.
const ROW_ID: &str = "cdr_id";

impl Pbx for Ringostat {
    fn question(&self, of: &SourceEntry) -> Result<Question, String> {
        check::question(of)
    }

    fn answered(&self, status: u16, body: &str) -> Result<String, String> {
        check::answered(status, body)
    }

    fn lists(&self) -> &'static [&'static dyn Lists] {
        &[&list::Export]
    }

    fn kind(&self) -> &'static str {
        "ringostat"
    }

    fn names(&self) -> &'static [&'static str] {
        names::NAMES
    }

    fn documented(&self, name: &str) -> Option<&'static str> {
        names::documented(name)
    }

    fn read(&self, source: &Source, request: &Request<'_>) -> Result<Reading, Unreadable> {
        let fields = names::resolve(names::flat(fields::read_all(request)?), &source.names);
        fields::bounded(fields.len())?;
        let named = match event::named(&fields) {
            Some(Named::NoCall) => return Err(no_call()),
            Some(Named::Call(event, direction)) => Some((event, direction)),
            None => None,
        };
        reading(fields, named, source)
    }
}

/// What the fields say, by their documented names.
fn reading(fields: Fields, named: Option<(Event, Option<Direction>)>, source: &Source) -> Result<Reading, Unreadable> {
    if !fields.contains_key("uniqueid") {
        return Err(no_session());
    }
    let session = session(&fields, "uniqueid")?;
    for key in USED {
        known(&fields, key)?;
    }
    let ending = Ending::of(&fields);
    let direction = sides::direction(&fields, named.and_then(|(_, direction)| direction));
    let event = named.map_or_else(|| Event::by_fields(&fields, &ending, direction), |(event, _)| event);
    let (state, talk_seconds) = event.state(&ending);
    let over = matches!(state, PbxState::Hangup | PbxState::Missed);
    let Sides { client, line, who } = Sides::of(&fields, direction, &source.region);
    let said = Said {
        direction,
        client,
        line,
        who,
        recording: ending::recording(&fields).map(str::to_owned),
        talk_seconds,
        // Before the end it counts up.
        wait_seconds: fields.get("waittime").filter(|_| over).and_then(|text| seconds(text)),
        started_at: fields.get("calldate").and_then(|text| time(text, &source.timezone)),
        marketing: marks::read(&fields),
        ..Said::only(state)
    };
    Ok(Reading { session, said, identity: identity(fields, named.map(|(event, _)| event)) })
}

/// What tells this event from others: every value, in one spelling.
fn identity(fields: Fields, named: Option<Event>) -> Fields {
    let mut identity: Fields = fields.into_iter().map(|(key, value)| (key, without_plus(value))).collect();
    identity.remove(ROW_ID);
    if let Some(said) = identity.get_mut("disposition") {
        *said = ending::normal(said);
    }
    if let Some(said) = identity.get_mut("call_type") {
        *said = said.to_lowercase();
    }
    if let Some(event) = named {
        identity.retain(|key, _| !event::KEYS.contains(&key.as_str()));
        identity.insert(event::KEYS[0].to_owned(), event.word().to_owned());
    }
    identity
}

fn no_session() -> Unreadable {
    Unreadable::because(
        "\"uniqueid\" is missing or empty: the webhook must send the call's uniqueid; if it stands in a field of another \
         name, put that name into [account.source.names]",
    )
}

fn no_call() -> Unreadable {
    Unreadable::no_call("webhooks of forms, dialogs and deals need not be sent here, and nothing is made of them")
}
