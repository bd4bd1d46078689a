//! Whole calls: what UIS says of them, when, and what must be known in the end.

use std::time::Duration;

use super::kind::Kind;
use super::template::{Body, State, Style};
use crate::pbx::{self, Direction, Expected, Notification, Outcome};

/// The call a scenario is made of.
#[derive(Clone, Debug)]
pub struct Call {
    /// The session id, digits only, unique.
    pub call_id: String,
    /// The client's number, digits only; not said in [`Kind::Anonymous`].
    pub client: String,
    /// The virtual number called, digits only.
    pub line: String,
    /// The extensions, of which the first answers, or the second in ring groups, and a transfer goes to the second.
    /// When there are fewer than a kind needs, they repeat.
    pub extensions: Vec<String>,
    /// How values are written.
    pub style: Style,
}

/// A call of UIS, ready to be sent.
pub type Scenario = pbx::Scenario<Kind>;

const JSON: &str = "application/json; charset=utf-8";

/// Something that happened, at a second of the call, to an extension.
type Happening = (u64, State, Option<usize>);

impl Scenario {
    /// The call as one of this kind.
    pub fn build(kind: Kind, call: &Call) -> Self {
        let happenings = happenings(kind);
        let recorded = happenings.iter().filter(|(_, state, _)| *state == State::Hangup).count();
        let recordings: Vec<_> =
            (1..=recorded).map(|n| format!("https://media.uiscom.ru/{}/rec{n}", call.call_id)).collect();
        let expected = expect(kind, call, &happenings, recordings.clone());
        let mut unused = recordings.into_iter();
        let mut notifications: Vec<_> = happenings
            .into_iter()
            .map(|(second, state, who)| {
                let body = Body {
                    from_number: expected.client.clone(),
                    diversion: Some(call.line.clone()),
                    direction: "in".into(),
                    call_id: call.call_id.clone(),
                    user_extension: who.and_then(|n| call.extension(n)),
                    state,
                    record_url: if state == State::Hangup { unused.next() } else { None },
                };
                Notification {
                    after: Duration::from_secs(second),
                    name: state.name(),
                    content_type: JSON,
                    body: body.render(call.style),
                    ..Notification::default()
                }
            })
            .collect();
        match kind {
            Kind::OutOfOrder => pbx::turn_around(&mut notifications),
            Kind::Repeated => notifications = pbx::repeat(notifications),
            _ => {}
        }
        Self {
            kind,
            call_id: call.call_id.clone(),
            line: call.line.clone(),
            notifications,
            expected,
            listed: Vec::new(),
        }
    }
}

impl Call {
    fn extension(&self, n: usize) -> Option<String> {
        let room = self.extensions.len().max(1);
        self.extensions.get(n % room).cloned()
    }
}

fn happenings(kind: Kind) -> Vec<Happening> {
    use State::{Answered, Hangup, Missed, Ringing};
    let group = [(0, Ringing, Some(0)), (0, Ringing, Some(1)), (0, Ringing, Some(2))];
    let rest: &[Happening] = match kind {
        Kind::Answered | Kind::OutOfOrder | Kind::Repeated | Kind::Anonymous => {
            &[(0, Ringing, Some(0)), (4, Answered, Some(0)), (35, Hangup, Some(0))]
        }
        Kind::NoExtension => &[(0, Ringing, None), (4, Answered, None), (35, Hangup, None)],
        Kind::Missed => &[(0, Ringing, Some(0)), (25, Missed, None)],
        Kind::Unrecorded => &[(0, Ringing, Some(0)), (4, Answered, Some(0))],
        Kind::LateRecording => &[(0, Ringing, Some(0)), (4, Answered, Some(0)), (335, Hangup, Some(0))],
        Kind::SecondRecording => {
            &[(0, Ringing, Some(0)), (4, Answered, Some(0)), (35, Hangup, Some(0)), (180, Hangup, Some(0))]
        }
        Kind::Transfer => &[
            (0, Ringing, Some(0)),
            (4, Answered, Some(0)),
            (30, Ringing, Some(1)),
            (34, Answered, Some(1)),
            (70, Hangup, Some(1)),
        ],
        Kind::RingGroup => &[(6, Answered, Some(1)), (40, Hangup, Some(1))],
        Kind::RingGroupMissed => &[(30, Missed, None)],
        Kind::RingGroupBoth => &[(6, Answered, Some(1)), (30, Missed, None), (40, Hangup, Some(1))],
    };
    match kind {
        Kind::RingGroup | Kind::RingGroupMissed | Kind::RingGroupBoth => [&group, rest].concat(),
        _ => rest.to_vec(),
    }
}

fn expect(kind: Kind, call: &Call, happenings: &[Happening], recordings: Vec<String>) -> Expected {
    let who = |wanted: State| {
        let mut all: Vec<String> = Vec::new();
        for (_, state, who) in happenings {
            let extension = who.and_then(|n| call.extension(n));
            all.extend(extension.filter(|extension| *state == wanted && !all.contains(extension)));
        }
        all
    };
    let said = |wanted: State| happenings.iter().any(|(_, state, _)| *state == wanted);
    let outcome = match (said(State::Answered), said(State::Hangup)) {
        (true, true) => Outcome::Answered,
        (true, false) => Outcome::AnsweredNoEnd,
        _ => Outcome::Missed,
    };
    let talked = who(State::Answered);
    Expected {
        direction: Direction::Incoming,
        client: Some(call.client.clone()).filter(|_| kind != Kind::Anonymous),
        outcome,
        answered_by: talked.last().cloned(),
        talked,
        recordings,
        extensions_rung: who(State::Ringing),
        talk_seconds: None,
        wait_seconds: None,
        marks: Vec::new(),
    }
}
