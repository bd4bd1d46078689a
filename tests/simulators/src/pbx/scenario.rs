//! Whole calls: what a PBX says of them, when, and what must be known in the end.

use std::time::Duration;

/// How a notification is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// With a body.
    #[default]
    Post,
    /// All of it in the address.
    Get,
}

/// One request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notification {
    /// How long after the beginning of the scenario.
    pub after: Duration,
    /// Which of the PBX's notifications it is, by its own name.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// What is added to the address, encoded; empty for nothing.
    pub query: String,
    /// The type of the body; empty where there is none.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// Which way a call goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The client calls.
    #[default]
    Incoming,
    /// An employee calls.
    Outgoing,
}

/// How the call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered, and the end was said.
    Answered,
    /// Answered, and no end was said.
    AnsweredNoEnd,
    /// Nobody answered.
    Missed,
}

/// What must be known of the call when all notifications have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Which way.
    pub direction: Direction,
    /// The client's number as the PBX writes it: digits only.
    pub client: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The employee who talked last, by the extension, or by what else the PBX says.
    pub answered_by: Option<String>,
    /// The employees who talked, in their order.
    pub talked: Vec<String>,
    /// The recordings, in their order.
    pub recordings: Vec<String>,
    /// The employees who rang, or who called, in their order.
    pub extensions_rung: Vec<String>,
    /// Seconds of talk, where they are said.
    pub talk_seconds: Option<u32>,
    /// Seconds of waiting, where they are said.
    pub wait_seconds: Option<u32>,
    /// Marks of marketing: the names in mappings of fields, and the values.
    pub marks: Vec<(&'static str, String)>,
}

/// A call of a PBX whose kinds of calls are `K`, ready to be sent.
#[derive(Clone, Debug)]
pub struct Scenario<K> {
    /// The kind.
    pub kind: K,
    /// The session id.
    pub call_id: String,
    /// The company's number.
    pub line: String,
    /// What the PBX says, in the order of sending.
    pub notifications: Vec<Notification>,
    /// What must come of it.
    pub expected: Expected,
    /// Its row in the PBX's own list of calls, where that is known by now.
    pub listed: Vec<(&'static str, String)>,
}

/// The notifications in the opposite order, at the same times.
pub(crate) fn turn_around(notifications: &mut [Notification]) {
    let times: Vec<_> = notifications.iter().map(|n| n.after).collect();
    notifications.reverse();
    for (notification, after) in notifications.iter_mut().zip(times) {
        notification.after = after;
    }
}

/// Each notification twice.
pub(crate) fn repeat(notifications: Vec<Notification>) -> Vec<Notification> {
    notifications.into_iter().flat_map(|n| [n.clone(), n]).collect()
}
