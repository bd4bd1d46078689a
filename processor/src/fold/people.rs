//! Which employees a call is about. A PBX may name one by the SIP account when it rings, by the extension when it answers, and
//! by its own id in the end: names that share something and differ in nothing are one employee.

use schemas::{Heard, Text, Who};

use super::rank::ranked;

/// The employees of a call, each with all that any event says of them.
pub struct People(Vec<Who>);

impl People {
    /// Reads the events, which are in order; what was said when asked, last.
    pub fn of(events: &[Heard]) -> Self {
        let mut people: Vec<Who> = Vec::new();
        for who in ranked(events).map(|event| &event.said.who).filter(|who| !who.is_empty()) {
            if people.contains(who) {
                continue;
            }
            // What was told apart until now may turn out to be one.
            let mut whole = who.clone();
            let mut place = people.len();
            while let Some(at) = people.iter().position(|known| are_one(known, &whole)) {
                whole = filled(people.remove(at), whole);
                place = place.min(at);
            }
            people.insert(place.min(people.len()), whole);
        }
        Self(people)
    }

    /// All that is known of somebody.
    pub fn whole<'a>(&'a self, who: &'a Who) -> &'a Who {
        self.0.iter().find(|known| are_one(known, who)).unwrap_or(who)
    }
}

fn fields(who: &Who) -> [&Option<Text>; 4] {
    [&who.extension, &who.sip, &who.phone, &who.pbx_id]
}

fn are_one(a: &Who, b: &Who) -> bool {
    let mut share = false;
    for pair in fields(a).into_iter().zip(fields(b)) {
        match pair {
            (Some(a), Some(b)) if a == b => share = true,
            (Some(_), Some(_)) => return false,
            _ => {}
        }
    }
    share
}

fn filled(first: Who, then: Who) -> Who {
    Who {
        extension: first.extension.or(then.extension),
        sip: first.sip.or(then.sip),
        phone: first.phone.or(then.phone),
        pbx_id: first.pbx_id.or(then.pbx_id),
    }
}
