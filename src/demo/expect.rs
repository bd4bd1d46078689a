//! What the CRM must hold: from the scenarios and from what it held before, by the rules as they are written down. Asks
//! neither the CRM nor the ledger.

use std::collections::BTreeMap;

use schemas::EventId;
use simulators::uis::{Kind, Outcome};

use super::calls::Sent;
use super::company::{Company, SOURCE};

/// The counterparty that a call belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The CRM had it.
    Known(u64),
    /// One made for this number, digits only.
    New(String),
    /// None: the caller hides the number.
    Nobody,
}

/// The user that a record belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// This one.
    pub user: u64,
    /// Or the responsible of the new counterparty, where an earlier call of the number has made it: which call was the
    /// first is not known beforehand.
    pub or_manager: bool,
}

/// What one call must have made.
#[derive(Debug, Clone)]
pub struct Due {
    /// Which call, from 1.
    pub number: usize,
    /// The call's id.
    pub id: String,
    /// Whose call it was.
    pub client: Whom,
    /// Nobody talked with the client (R6).
    pub missed: bool,
    /// To whom its contact, and the task if it was missed, belongs.
    pub responsible: Whose,
    /// The recordings, in their order.
    pub recordings: Vec<String>,
    /// The deal that gets them (R5).
    pub deal: Option<u64>,
    /// Who is told while it rings (R3); nothing where that depends on which call of the number was the first.
    pub noticed: Option<Vec<u64>>,
}

impl Due {
    /// What ends the description of the call's task.
    pub fn task_mark(&self) -> String {
        let hash = EventId::of(&[self.id.as_bytes(), b"task"]).to_string();
        format!("[rf:{}]", &hash[..16])
    }
}

/// What each call must have made.
pub fn due(company: &Company, sent: &[Sent]) -> Vec<Due> {
    let mut calls_of: BTreeMap<&str, usize> = BTreeMap::new();
    for number in sent.iter().filter_map(|call| call.expected.client.as_deref()) {
        *calls_of.entry(number).or_default() += 1;
    }
    let again = |call: &Sent| {
        let number = call.expected.client.as_deref();
        number.is_some_and(|number| calls_of.get(number).is_some_and(|calls| *calls > 1))
    };
    sent.iter().map(|call| of(company, call, again(call))).collect()
}

/// `again`: the number called more than once.
fn of(company: &Company, call: &Sent, again: bool) -> Due {
    let expected = &call.expected;
    let known = expected.client.as_deref().and_then(|number| company.client(number));
    let client = match (&expected.client, known) {
        (_, Some(known)) => Whom::Known(known.company),
        (Some(number), None) => Whom::New(number.clone()),
        (None, None) => Whom::Nobody,
    };
    let order_counts = again && matches!(client, Whom::New(_));
    let manager = known.and_then(|known| known.manager);
    let first = company.employees.first().map_or(0, |first| first.user);
    let talked = expected.answered_by.as_deref().and_then(|extension| company.user(extension));
    let responsible = match talked {
        Some(user) => Whose { user, or_manager: false },
        None => Whose { user: manager.unwrap_or(first), or_manager: order_counts },
    };
    Due {
        number: call.number,
        id: format!("{SOURCE}/{}", call.session),
        client,
        missed: expected.outcome == Outcome::Missed,
        responsible,
        recordings: expected.recordings.clone(),
        deal: known.and_then(|known| known.deal),
        noticed: (!order_counts).then(|| noticed(company, call, manager)),
    }
}

fn noticed(company: &Company, call: &Sent, manager: Option<u64>) -> Vec<u64> {
    // Heard of after the end, it no longer rings; and a talk that is passed on rings nobody anew.
    let rung = match call.kind {
        Kind::OutOfOrder => return Vec::new(),
        Kind::Transfer => &call.expected.extensions_rung[..1.min(call.expected.extensions_rung.len())],
        _ => &call.expected.extensions_rung,
    };
    match manager {
        Some(manager) => vec![manager],
        None if rung.is_empty() => company.employees.iter().map(|employee| employee.user).collect(),
        None => rung.iter().filter_map(|extension| company.user(extension)).collect(),
    }
}

#[cfg(test)]
pub mod tests {
    use simulators::uis::{Call, Scenario, Style};

    use super::super::company::tests::seeded;
    use super::*;

    fn one(kind: Kind, client: &str) -> (Company, Due) {
        let (company, _) = seeded();
        let sent = [sent(1, kind, client)];
        let due = due(&company, &sent).remove(0);
        (company, due)
    }

    /// A call of the second employee, passed on to the third.
    pub fn sent(number: usize, kind: Kind, client: &str) -> Sent {
        let call = Call {
            call_id: format!("90{number}"),
            client: client.to_owned(),
            line: "74951112233".to_owned(),
            extensions: ["102", "103", "104"].map(str::to_owned).to_vec(),
            style: Style::default(),
        };
        let scenario = Scenario::build(kind, &call);
        Sent { number, session: scenario.call_id, kind, expected: scenario.expected }
    }

    #[test]
    fn the_responsible_is_who_talked_last_else_by_the_rule_of_missed_calls() {
        let stranger = "79160000001";
        let rows = [
            (Kind::Answered, "79161112233", "102"),
            (Kind::Transfer, "79161112233", "103"),
            (Kind::RingGroup, stranger, "103"),
            (Kind::Missed, "79161112233", "101"),
            (Kind::Missed, "74951204567", "102"),
            (Kind::Missed, "79267001020", "101"),
            (Kind::Missed, stranger, "101"),
            (Kind::NoExtension, "79853334455", "104"),
        ];
        for (kind, client, extension) in rows {
            let (company, due) = one(kind, client);
            let user = company.user(extension).unwrap();
            assert_eq!(due.responsible, Whose { user, or_manager: false }, "{kind:?} of {client}");
        }
    }

    #[test]
    fn counterparties_deals_and_notices_are_those_of_the_number() {
        let (company, due) = one(Kind::SecondRecording, "79161112233");
        let client = company.client("79161112233").unwrap();
        assert_eq!((due.client, due.deal, due.recordings.len()), (Whom::Known(client.company), client.deal, 2));
        assert_eq!(due.noticed, Some(vec![client.manager.unwrap()]));
        let (_, due) = one(Kind::Anonymous, "79161112233");
        assert_eq!((due.client, due.deal), (Whom::Nobody, None));
        let (company, due) = one(Kind::NoExtension, "79160000001");
        assert_eq!(due.client, Whom::New("79160000001".to_owned()));
        assert_eq!(due.noticed.map(|users| users.len()), Some(company.employees.len()));
    }

    #[test]
    fn of_a_new_number_that_calls_twice_nobody_can_say_which_call_comes_first() {
        let (company, _) = seeded();
        let sent = [sent(1, Kind::Answered, "79160000001"), sent(2, Kind::Missed, "79160000001")];
        let due = due(&company, &sent);
        assert!(!due[0].responsible.or_manager && due[1].responsible.or_manager);
        assert!(due.iter().all(|due| due.noticed.is_none()));
    }
}
