//! Ringostat: a webhook for each event of a call (N1). Its name stands in the address, because a body has no place for
//! constants; the fields have the documented names, or the source's own. The after-calls carry everything, so they are
//! enough; the others make a call known while it goes on.

use schemas::Source;

use super::{Told, object, quoted};
use crate::wire::TemplateSet;

/// Where to set them up.
pub const HOW: &str = "\
    in the Ringostat account open «Integration», «Webhooks 2.0» and create a webhook for each template: \
    choose its event, the method POST and the body JSON, leave the date format as it is, paste the URL, and \
    add a field for each line of the body: the name on the left, the value of that name on the right";

struct Ringostat {
    name: &'static str,
    event_type: &'static str,
    set: TemplateSet,
    query: &'static str,
    values: &'static [&'static [&'static str]],
    why: &'static str,
}

const CALL: &[&str] = &["uniqueid", "calldate", "call_type", "caller", "dst"];
const EMPLOYEE: &[&str] = &["connected_with", "extension_number", "employee_number", "employee_fio"];
const END: &[&str] = &["disposition", "duration", "billsec", "waittime", "has_recording", "recording", "call_card"];
const MARKS: &[&str] = &[
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "client_id",
    "landing",
    "refferrer",
    "pool_name",
    "scheme_name",
];

/// Names of events are as in the vendor's help.
const RINGOSTAT: [Ringostat; 7] = [
    Ringostat {
        name: "Ringfold: incoming, after call",
        event_type: "Incoming call: after call",
        set: TemplateSet::Basic,
        query: "event=incoming_after_call",
        values: &[CALL, EMPLOYEE, END, MARKS],
        why: "an incoming call or a callback, with everything that is known of it",
    },
    Ringostat {
        name: "Ringfold: outgoing, after call",
        event_type: "Outgoing call: after call",
        set: TemplateSet::Basic,
        query: "event=outgoing_after_call",
        values: &[CALL, EMPLOYEE, END],
        why: "an outgoing call, with everything that is known of it",
    },
    Ringostat {
        name: "Ringfold: incoming, before call",
        event_type: "Incoming call: before call",
        set: TemplateSet::Extended,
        query: "event=incoming_before_call",
        values: &[CALL, MARKS],
        why: "a call is known while it rings; without the pick-up a long talk seems missed until its end",
    },
    Ringostat {
        name: "Ringfold: incoming, forwarding step",
        event_type: "Incoming call: forwarding step",
        set: TemplateSet::Extended,
        query: "event=incoming_forwarding_step",
        values: &[CALL, EMPLOYEE],
        why: "the employees whom a call rings are known",
    },
    Ringostat {
        name: "Ringfold: incoming, pick-up",
        event_type: "Incoming call: pick-up",
        set: TemplateSet::Extended,
        query: "event=incoming_pick_up",
        values: &[CALL, EMPLOYEE],
        why: "a call is known to be answered while it goes on, and each who talked is known after a transfer",
    },
    Ringostat {
        name: "Ringfold: outgoing, before call",
        event_type: "Outgoing call: before call",
        set: TemplateSet::Extended,
        query: "event=outgoing_before_call",
        values: &[CALL, EMPLOYEE],
        why: "an outgoing call is known from its beginning",
    },
    Ringostat {
        name: "Ringfold: incoming, rating",
        event_type: "Incoming call: after rating menu",
        set: TemplateSet::Extended,
        query: "event=incoming_rating",
        values: &[CALL, EMPLOYEE, &["employee_mark"]],
        why: "a client's grade is kept with the call's events",
    },
];

/// All of them, with what this source calls the fields.
pub fn templates(source: &Source) -> Vec<Told> {
    let own = |name: &str| source.names.iter().find(|(_, of)| *of == name).map(|(field, _)| field.as_str());
    let told = |it: &Ringostat| Told {
        name: it.name,
        event_type: it.event_type,
        set: it.set,
        why: it.why,
        optional: it.set == TemplateSet::Extended,
        query: it.query,
        body: object(it.values.concat().into_iter().map(|name| (own(name).unwrap_or(name), quoted(name)))),
    };
    RINGOSTAT.iter().map(told).collect()
}
