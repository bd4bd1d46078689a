//! U1: the lead that is made for a call.

use schemas::Call;
use serde_json::{Value, json};

use super::kind;
use crate::connector::{Made, Put};
use crate::crms::uspacy::plan::place::REMEMBERED;
use crate::crms::uspacy::plan::responsible::Responsible;
use crate::crms::uspacy::plan::{Rules, name};
use crate::crms::uspacy::texts;
use crate::kit::ids::sent;
use crate::kit::marks;
use crate::kit::records::{Fields, put};

/// Marks of marketing that a lead has fields for, by the same names.
const MARKS: [&str; 5] = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"];
/// A mark of marketing is written no longer than a text field may be.
const MARK_MAX: usize = 255;

/// Which fields leads have in this space; nothing: the CRM did not say.
#[derive(Debug, Clone, Default)]
pub struct LeadHas(pub Option<Vec<String>>);

impl LeadHas {
    /// A field that every lead has as far as we know.
    fn usually(&self, code: &str) -> bool {
        !code.is_empty() && self.0.as_ref().is_none_or(|codes| codes.iter().any(|known| known == code))
    }

    /// A field that only some spaces give their leads.
    fn surely(&self, code: &str) -> bool {
        self.0.is_some() && self.usually(code)
    }
}

/// U1: a new lead, named by the number; found again by our mark, or where leads have no field for it by the number.
pub fn new(
    rules: &Rules,
    call: &Call,
    (contact, company): (Option<&str>, Option<&str>),
    responsible: &Responsible,
    has: &LeadHas,
) -> Put {
    let client = call.client.as_ref();
    let number = client.and_then(|client| client.full_digits()).unwrap_or_default();
    let names = &rules.settings.lead_fields;
    let mut fields = Fields::default();
    fields.set("title", number);
    fields.set("owner", sent(&responsible.user));
    fields.set("phone", json!([{"type": "mobile", "value": number, "main": true}]));
    fields.known("source", rules.settings.lead_source.as_deref().filter(|_| has.usually("source")));
    for (mark, value) in marketing(call).filter(|(mark, _)| has.usually(mark)) {
        fields.set(mark, value);
    }
    for (field, id) in [(&names.contacts, contact), (&names.companies, company)] {
        fields.known(field, id.filter(|_| has.surely(field)).map(|id| json!([sent(id)])));
    }
    let marker = if has.usually(&names.mark) {
        let (text, mark) = marks::marked(texts::lead(call), marks::mark(call, name::LEAD));
        fields.set(&names.mark, text);
        mark
    } else {
        client.and_then(|client| client.e164.as_deref()).unwrap_or_default().to_owned()
    };
    let why = format!("U1: no lead of this number is open; responsible: {}", responsible.rule);
    Put { remember: Some(REMEMBERED), ..put(name::LEAD, kind::LEAD, fields, marker, why) }
}

/// The lead that we made for this call, after a later word: its responsible moves only together with the call's, and marks of
/// marketing that came late are added.
pub fn again(call: &Call, made: &Made, held: Option<&Made>, responsible: &Responsible, has: &LeadHas) -> Put {
    let mut fields = Fields(made.content.clone());
    let owner = sent(&responsible.user);
    if held.and_then(|call| call.content.get("employees")) != Some(&json!([owner])) {
        fields.set("owner", owner);
    }
    for (mark, value) in marketing(call).filter(|(mark, _)| has.usually(mark)) {
        fields.set(mark, value);
    }
    let why = format!("U1: the lead follows the call; responsible: {}", responsible.rule);
    put(name::LEAD, kind::LEAD, fields, marks::mark(call, name::LEAD), why)
}

/// Whether marks of marketing came that the lead was not given.
pub fn marks_differ(call: &Call, lead: &Made) -> bool {
    marketing(call).any(|(mark, value)| lead.content.get(mark).and_then(Value::as_str) != Some(&value))
}

fn marketing(call: &Call) -> impl Iterator<Item = (&'static str, String)> {
    let value = |mark: &str| call.marketing.marks.get(mark).filter(|value| !value.trim().is_empty());
    MARKS.into_iter().filter_map(move |mark| Some((mark, value(mark)?.chars().take(MARK_MAX).collect())))
}
