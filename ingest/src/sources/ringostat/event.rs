//! Which event of a call a body is about, although no field has to say so, and what state that makes.

use schemas::{Direction, PbxState};

use super::ending::{Ending, Verdict};
use crate::sources::fields::Fields;

/// The events of a call that Ringostat has webhooks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A client reached the company's number, or an employee dials.
    Began,
    /// The next block of the forwarding scheme.
    Step,
    /// An employee answered.
    PickedUp,
    /// The call is over.
    Over,
    /// The client graded the call, after it.
    Rated,
}

/// What an event's name says, in a body or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// An event of a call, of which direction where it says so.
    Call(Event, Option<Direction>),
    /// A form, a dialog, a deal.
    NoCall,
}

/// Fields that may name the event, in the order they are looked at.
pub const KEYS: [&str; 2] = ["event", "action"];

/// Words of names that tell no event from another.
const FILLERS: [&str; 9] = ["call", "event", "webhook", "hook", "menu", "client", "employee", "ringostat", "status"];

const EVENTS: [(Event, &[&str]); 5] = [
    (Event::Began, &["before", "start", "started", "begin", "began", "new", "ring", "ringing", "init"]),
    (Event::Step, &["forwardingstep", "forwarding", "forwardstep", "forward", "step", "redirect"]),
    (
        Event::PickedUp,
        &["pickup", "pickedup", "answer", "answered", "accept", "accepted", "talk", "talking", "connected"],
    ),
    (
        Event::Over,
        &["after", "end", "ended", "finish", "finished", "hangup", "complete", "completed", "over", "cdr", "missed"],
    ),
    (Event::Rated, &["afterrating", "rating", "rate", "rated", "grade", "graded", "mark", "score"]),
];

const NO_CALL: [&str; 5] = ["form", "siteform", "dialog", "chat", "deal"];

impl Event {
    /// How it is written in an event's identity.
    pub fn word(self) -> &'static str {
        match self {
            Self::Began => "before_call",
            Self::Step => "forwarding_step",
            Self::PickedUp => "pick_up",
            Self::Over => "after_call",
            Self::Rated => "rating",
        }
    }

    /// The event that the fields tell where none is named: an end has its disposition, a length or a recording; a grade
    /// comes alone; somebody is connected at the pick-up. That an employee is named proves no answer: forwarding names
    /// whom it rings.
    pub fn by_fields(fields: &Fields, ending: &Ending, direction: Option<Direction>) -> Self {
        let has = |key: &str| fields.contains_key(key);
        match ending.verdict {
            Some(Verdict::Live) => Self::Began,
            Some(_) => Self::Over,
            None if ending.has_length || ending.has_recording => Self::Over,
            None if has("employee_mark") || has("category_mark") => Self::Rated,
            // Outgoing calls have no pick-up, and an employee from the beginning.
            None if has("connected_with") && direction != Some(Direction::Outgoing) => Self::PickedUp,
            None => Self::Began,
        }
    }

    /// What it means for the call, and the seconds of talk where it says them.
    pub fn state(self, ending: &Ending) -> (PbxState, Option<u32>) {
        match self {
            Self::Began | Self::Step => (PbxState::Ringing, None),
            Self::PickedUp => (PbxState::Answered, None),
            Self::Over => ending.state(),
            // Only who talked is asked for a grade.
            Self::Rated => (PbxState::Hangup, ending.talk_seconds.filter(|seconds| *seconds > 0)),
        }
    }
}

/// What the event's name says, where one is given that is known.
pub fn named(fields: &Fields) -> Option<Named> {
    KEYS.iter().filter_map(|key| fields.get(*key)).find_map(|name| by_name(name))
}

/// Reads a name such as `BEFORE_CALL`, `incoming-after-call`, `pickUp`.
pub fn by_name(name: &str) -> Option<Named> {
    let mut direction = None;
    let mut rest = String::new();
    for word in name.to_lowercase().split(|c: char| !c.is_alphabetic()) {
        match word {
            "in" => direction = Some(Direction::Incoming),
            "out" => direction = Some(Direction::Outgoing),
            word => rest.push_str(word),
        }
    }
    for (word, way) in [
        ("incoming", Direction::Incoming),
        ("inbound", Direction::Incoming),
        ("outgoing", Direction::Outgoing),
        ("outbound", Direction::Outgoing),
    ] {
        if rest.contains(word) {
            direction = Some(way);
            rest = rest.replace(word, "");
        }
    }
    if NO_CALL.iter().any(|begin| rest.starts_with(begin)) {
        return Some(Named::NoCall);
    }
    let rest = FILLERS.iter().fold(rest, |rest, filler| rest.replace(filler, ""));
    let event = EVENTS.iter().find(|(_, words)| words.contains(&rest.as_str())).map(|(event, _)| *event)?;
    Some(Named::Call(event, direction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n1_names_of_events_are_read_with_patience() {
        let (into, out) = (Some(Direction::Incoming), Some(Direction::Outgoing));
        let rows = [
            ("BEFORE_CALL", Some((Event::Began, None))),
            ("before call", Some((Event::Began, None))),
            ("incoming_before_call", Some((Event::Began, into))),
            ("OutgoingBeforeCall", Some((Event::Began, out))),
            ("call_started", Some((Event::Began, None))),
            ("in-forwarding-step", Some((Event::Step, into))),
            ("PICKUP", Some((Event::PickedUp, None))),
            ("Pick-Up", Some((Event::PickedUp, None))),
            ("call.answered", Some((Event::PickedUp, None))),
            ("AFTER_CALL", Some((Event::Over, None))),
            ("out_after_call", Some((Event::Over, out))),
            ("hang up", Some((Event::Over, None))),
            ("AFTER_RATING_MENU", Some((Event::Rated, None))),
            ("incoming call", None),
            ("NO ANSWER", None),
            ("callback", None),
            ("7", None),
            ("", None),
        ];
        for (name, expect) in rows {
            let expect = expect.map(|(event, direction)| Named::Call(event, direction));
            assert_eq!(by_name(name), expect, "{name}");
        }
        for name in ["site_form", "FORM", "dialog_opened", "Dialog closed", "deal_status_changed", "chat"] {
            assert_eq!(by_name(name), Some(Named::NoCall), "{name}");
        }
        for (event, _) in EVENTS {
            assert_eq!(by_name(event.word()), Some(Named::Call(event, None)));
        }
    }
}
