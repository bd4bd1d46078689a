//! One employee, named in several ways.

use schemas::{Event, PbxState, Who};

use crate::given::{call, event, sealed};

fn who(names: [&str; 4]) -> Who {
    let [extension, sip, phone, pbx_id] = names.map(|name| (!name.is_empty()).then(|| name.into()));
    Who { extension, sip, phone, pbx_id }
}

fn by(state: PbxState, names: [&str; 4], second: u64) -> Event {
    let mut said = event(state, "", second).said;
    said.who = who(names);
    sealed(said, second)
}

#[test]
fn s4_an_employee_named_in_several_ways_is_one() {
    use PbxState::{Answered, Hangup, Ringing};
    let events = [
        by(Ringing, ["", "acme_ivan", "", ""], 0),
        by(Answered, ["", "", "", "501"], 5),
        by(Hangup, ["101", "acme_ivan", "", "501"], 60),
    ];
    let whole = who(["101", "acme_ivan", "", "501"]);
    for events in [[0, 1, 2], [2, 1, 0], [1, 2, 0]].map(|order| order.map(|n| events[n].clone())) {
        let call = call(&events);
        assert_eq!(call.legs.len(), 1);
        assert_eq!((&call.legs[0].who, call.talked_last()), (&whole, Some(&whole)));
        assert!(call.legs[0].rang_at.is_some() && call.legs[0].answered_at.is_some());
    }
}

#[test]
fn a10_who_differs_in_anything_is_somebody_else() {
    use PbxState::{Answered, Ringing};
    let events = [
        by(Ringing, ["101", "acme_ivan", "", ""], 0),
        by(Ringing, ["101", "acme_olena", "", ""], 1),
        by(Ringing, ["", "", "380501112233", ""], 2),
        by(Answered, ["101", "acme_olena", "", "502"], 5),
    ];
    let call = call(&events);
    let names: Vec<_> = call.legs.iter().map(|leg| leg.who.sip.as_deref().unwrap_or("-")).collect();
    assert_eq!(names, ["acme_ivan", "acme_olena", "-"]);
    assert_eq!(call.talked_last(), Some(&who(["101", "acme_olena", "", "502"])));
}
