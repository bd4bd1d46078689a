//! What happens in a call of each kind, second by second.

use super::kind::Kind;

/// The events that there are webhooks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Before,
    Step,
    PickUp,
    After(End),
    Rating,
}

/// What a row of the finished, or not yet finished, call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub disposition: &'static str,
    pub talk: u32,
    pub wait: u32,
    pub recorded: bool,
}

/// At a second of the call, to an employee.
pub type Happening = (u64, Event, Option<usize>);

impl Event {
    /// As it is named in an address, without the direction.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before_call",
            Self::Step => "forwarding_step",
            Self::PickUp => "pick_up",
            Self::After(_) => "after_call",
            Self::Rating => "rating",
        }
    }

    /// As it is named in a body.
    pub fn action(self) -> &'static str {
        match self {
            Self::Before => "BEFORE_CALL",
            Self::Step => "FORWARDING_STEP",
            Self::PickUp => "PICKUP",
            Self::After(_) => "AFTER_CALL",
            Self::Rating => "AFTER_RATING_MENU",
        }
    }
}

fn end(disposition: &'static str, wait: u32, talk: u32) -> Event {
    Event::After(End { disposition, talk, wait, recorded: talk > 0 })
}

fn unrecorded(disposition: &'static str, wait: u32, talk: u32) -> Event {
    Event::After(End { disposition, talk, wait, recorded: false })
}

pub fn happenings(kind: Kind) -> Vec<Happening> {
    use Event::{Before, PickUp, Rating, Step};
    let begun = [(0, Before, None), (1, Step, Some(0))];
    let picked_up = [(0, Before, None), (1, Step, Some(0)), (5, PickUp, Some(0))];
    let and = |before: &[Happening], rest: &[Happening]| [before, rest].concat();
    match kind {
        Kind::Answered | Kind::OutOfOrder | Kind::Repeated | Kind::Anonymous => {
            and(&picked_up, &[(40, end("ANSWERED", 5, 35), Some(0))])
        }
        Kind::Missed => and(&begun, &[(26, end("NO ANSWER", 26, 0), None)]),
        Kind::Busy => and(&begun, &[(8, end("BUSY", 8, 0), None)]),
        Kind::Forwarded => {
            and(&begun, &[(21, Step, Some(1)), (26, PickUp, Some(1)), (90, end("PROPER", 26, 64), Some(1))])
        }
        Kind::Transfer => {
            and(&picked_up, &[(30, Step, Some(1)), (34, PickUp, Some(1)), (70, end("ANSWERED", 5, 65), Some(1))])
        }
        Kind::Outgoing => vec![(0, Before, Some(0)), (50, end("ANSWERED", 12, 38), Some(0))],
        Kind::OutgoingNoAnswer => vec![(0, Before, Some(0)), (30, end("NO ANSWER", 30, 0), Some(0))],
        Kind::Callback => vec![(0, Before, None), (4, PickUp, Some(0)), (60, end("REPEATED", 20, 40), Some(0))],
        Kind::CallbackNoAnswer => {
            vec![(0, Before, None), (4, PickUp, Some(0)), (34, end("CLIENT NO ANSWER", 34, 0), Some(0))]
        }
        Kind::AfterOnly => vec![(40, end("ANSWERED", 5, 35), Some(0))],
        Kind::AfterOnlyMissed => vec![(26, end("NO-FORWARD", 26, 0), None)],
        Kind::AfterOnlyOutgoing => vec![(30, end("NO ANSWER", 30, 0), Some(0))],
        Kind::Voicemail => and(&begun, &[(45, end("VOICEMAIL", 26, 19), None)]),
        Kind::NoTalk => vec![(0, Before, None), (9, unrecorded("ANSWERED", 9, 0), None)],
        Kind::Transit => vec![(0, Before, None), (40, end("ANSWERED", 5, 35), None)],
        Kind::LiveRows => and(
            &[(0, Before, None), (3, unrecorded("CALLING", 0, 0), None), (8, unrecorded("IN PROGRESS", 5, 3), Some(0))],
            &[(40, end("ANSWERED", 5, 35), Some(0))],
        ),
        Kind::Rating => and(&picked_up, &[(38, Rating, Some(0)), (40, end("ANSWERED", 5, 33), Some(0))]),
        Kind::LateRecording => {
            let (empty, filled) = (unrecorded("ANSWERED", 5, 35), end("ANSWERED", 5, 35));
            and(&picked_up, &[(40, empty, Some(0)), (340, filled, Some(0))])
        }
    }
}
