//! R3: who is told of an incoming call while it rings.

use std::ops::ControlFlow;

use schemas::{Call, CallState, Direction};

use super::{Rules, counterparty, records};
use crate::connector::{Known, Look, Notice};
use crate::kit::people::{self, Active};
use counterparty::Matched;

impl Rules {
    /// The notices that a call calls for at this moment. One user gets one notice a call, whatever rings later.
    pub fn notice(&self, call: &Call, known: &Known) -> Notice {
        if call.state != CallState::Ringing || call.direction != Direction::Incoming {
            return Notice::Send(Vec::new());
        }
        let (users, name) = match self.told(call, known) {
            ControlFlow::Break(look) => return Notice::Look(look),
            ControlFlow::Continue(told) => told,
        };
        let notices = once_each(users).into_iter();
        Notice::Send(notices.map(|user| records::notification(self, call, &user, name.as_deref())).collect())
    }

    /// The users to tell, and the name of the counterparty that was looked for.
    fn told(&self, call: &Call, known: &Known) -> ControlFlow<Look, (Vec<String>, Option<String>)> {
        if !self.settings.notify_only_responsible {
            return ControlFlow::Continue((self.everybody(&Active::default()), None));
        }
        let matched = counterparty::find(self, call, known, None)?;
        let active = people::active(known)?;
        let manager = matched.manager().filter(|manager| active.has(manager)).map(str::to_owned);
        let users = manager.map_or_else(|| self.rung(call, &active), |manager| vec![manager]);
        let name = if let Matched::Found { name, .. } = matched { Some(name) } else { None };
        ControlFlow::Continue((users, name))
    }

    /// The employees of the extensions that ring; an extension that is not in the mapping, or none, means everybody.
    fn rung(&self, call: &Call, active: &Active) -> Vec<String> {
        let user = |leg: &schemas::Leg| {
            let employee = people::mapped(&self.employees, &leg.who, &call.source)?;
            Some(employee.crm_user.clone()).filter(|user| active.has(user))
        };
        match call.legs.iter().map(user).collect::<Option<Vec<String>>>() {
            Some(users) if !users.is_empty() => users,
            _ => self.everybody(active),
        }
    }

    fn everybody(&self, active: &Active) -> Vec<String> {
        let users = self.employees.iter().map(|employee| employee.crm_user.clone());
        users.filter(|user| active.has(user)).collect()
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
