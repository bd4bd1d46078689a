//! Whole calls: what Ringostat says of them, when, and what must be known in the end.

use std::time::Duration;

use super::call::{Call, MARKS};
use super::happenings::{Event, Happening, happenings};
use super::kind::Kind;
use super::style::{Identity, Sending};
use super::values;
use crate::pbx::{self, Direction, Expected, Method, Notification, Outcome};

/// A call of Ringostat, ready to be sent.
pub type Scenario = pbx::Scenario<Kind>;

impl Scenario {
    /// The call as one of this kind.
    pub fn build(kind: Kind, call: &Call) -> Self {
        let happenings = happenings(kind);
        let mut row = 0;
        let notifications = happenings.iter().map(|(second, event, who)| {
            row += 1;
            let written =
                values::write(&call.values(kind, *event, *who, row), &call.constants(kind, *event), call.style);
            Notification {
                after: Duration::from_secs(*second),
                name: event.name(),
                method: if call.style.sending == Sending::Query { Method::Get } else { Method::Post },
                query: written.query,
                content_type: written.content_type,
                body: written.body,
            }
        });
        let mut notifications: Vec<_> = notifications.collect();
        match kind {
            Kind::OutOfOrder => pbx::turn_around(&mut notifications),
            Kind::Repeated => notifications = pbx::repeat(notifications),
            _ => {}
        }
        let expected = call.expect(kind, &happenings);
        let listed = call.listed(kind, &happenings);
        Self { kind, call_id: call.call_id.clone(), line: call.line.clone(), notifications, expected, listed }
    }
}

impl Call {
    /// What an employee is known by.
    fn name(&self, n: usize) -> Option<String> {
        let employee = self.employee(n)?;
        let name = match self.style.identity {
            Identity::All | Identity::Extension => &employee.extension,
            Identity::Sip => &employee.sip,
            Identity::Phone => &employee.phone,
            Identity::Staff => &employee.staff_id,
        };
        Some(name.clone())
    }

    fn expect(&self, kind: Kind, happenings: &[Happening]) -> Expected {
        let end = |(_, event, _): &Happening| if let Event::After(end) = event { Some(*end) } else { None };
        // Rows of the live call are no ends; every call has one row that is.
        let last = happenings.iter().rev().find_map(end);
        let answered =
            last.is_some_and(|end| end.talk > 0 && ["ANSWERED", "PROPER", "REPEATED"].contains(&end.disposition));
        let recorded = happenings.iter().filter_map(end).any(|end| end.recorded);
        let names = |wanted: &dyn Fn(Event) -> bool| {
            let mut names: Vec<String> = Vec::new();
            for (_, _, who) in happenings.iter().filter(|(_, event, _)| wanted(*event)) {
                names.extend(who.and_then(|n| self.name(n)).filter(|name| !names.contains(name)));
            }
            names
        };
        let mut talked = names(&|event| event == Event::PickUp);
        if talked.is_empty() {
            talked = names(&|event| matches!(event, Event::After(_)));
        }
        talked.retain(|_| answered);
        // An account or a phone number is told only of who is connected.
        let told_early = !matches!(self.style.identity, Identity::Sip | Identity::Phone) || kind.is_outgoing();
        Expected {
            direction: if kind.is_outgoing() { Direction::Outgoing } else { Direction::Incoming },
            client: Some(self.client.clone()).filter(|_| kind != Kind::Anonymous),
            outcome: if answered { Outcome::Answered } else { Outcome::Missed },
            answered_by: talked.last().cloned(),
            talked,
            recordings: if recorded { vec![self.recording()] } else { Vec::new() },
            extensions_rung: names(&|event| told_early || !matches!(event, Event::Before | Event::Step)),
            talk_seconds: last.filter(|_| answered).map(|end| end.talk),
            wait_seconds: last.map(|end| end.wait),
            marks: if kind.is_outgoing() {
                Vec::new()
            } else {
                MARKS.map(|(_, name, value)| (name, value.to_owned())).to_vec()
            },
        }
    }
}
