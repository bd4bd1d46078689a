//! R3: who is told of an incoming call while it rings.

use std::ops::ControlFlow;

use schemas::{Call, CallState, Direction};

use super::{Rules, counterparty, records, responsible};
use crate::connector::{Known, Notice};

impl Rules {
    /// The notices that a call calls for at this moment. One user gets one notice a call, whatever rings later.
    pub fn notice(&self, call: &Call, known: &Known) -> Notice {
        if call.state != CallState::Ringing || call.direction != Direction::Incoming {
            return Notice::Send(Vec::new());
        }
        let (users, name) = if self.settings.notify_only_responsible {
            match counterparty::find(self, call, known, None) {
                ControlFlow::Break(look) => return Notice::Look(look),
                ControlFlow::Continue(counterparty::Matched::Found { manager: Some(manager), name, .. }) => {
                    (vec![manager], Some(name))
                }
                ControlFlow::Continue(counterparty::Matched::Found { name, .. }) => (self.rung(call), Some(name)),
                ControlFlow::Continue(_) => (self.rung(call), None),
            }
        } else {
            (self.everybody(), None)
        };
        Notice::Send(users.iter().map(|user| records::notification(self, call, user, name.as_deref())).collect())
    }

    /// The employees of the extensions that ring; an extension that is not in the mapping, or none, means everybody.
    fn rung(&self, call: &Call) -> Vec<String> {
        let mapped: Option<Vec<String>> = call
            .legs
            .iter()
            .map(|leg| responsible::mapped(self, &leg.who, call).map(|employee| employee.crm_user.clone()))
            .collect();
        match mapped {
            Some(users) if !users.is_empty() => once_each(users),
            _ => self.everybody(),
        }
    }

    fn everybody(&self) -> Vec<String> {
        once_each(self.employees.iter().map(|employee| employee.crm_user.clone()).collect())
    }
}

fn once_each(users: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(users.len());
    for user in users {
        if !once.contains(&user) {
            once.push(user);
        }
    }
    once
}
