//! Who is at either end of a call. Ringostat's `caller` is the client of an incoming call and our side of an outgoing one;
//! what stands for an employee may be a SIP account, an extension or a phone number, and only its shape tells which.

use schemas::{Direction, Phone, Text, Who};

use crate::sources::fields::Fields;

/// Extensions have at most so many digits.
const EXTENSION_DIGITS_MAX: usize = 5;

/// The client of an incoming call, by the first of these.
const CLIENTS: [&str; 3] = ["caller", "caller_number", "userfield"];

/// Both ends, as far as they are said.
#[derive(Debug)]
pub struct Sides {
    /// The person outside.
    pub client: Option<Phone>,
    /// The company's number.
    pub line: Option<Phone>,
    /// The employee.
    pub who: Who,
}

#[derive(Clone, Copy)]
enum Shape<'a> {
    Login(&'a str),
    Extension(&'a str),
    Number(&'a str),
}

/// Which way a call goes: by its type, by the name of its event, or because only an employee has a SIP account to call from.
pub fn direction(fields: &Fields, by_event: Option<Direction>) -> Option<Direction> {
    let word = fields.get("call_type").map(|word| word.to_lowercase());
    match word.as_deref() {
        Some("in" | "incoming" | "inbound" | "callback" | "transitin") => Some(Direction::Incoming),
        Some("out" | "outgoing" | "outbound" | "transitout") => Some(Direction::Outgoing),
        _ => by_event.or_else(|| {
            let dials = matches!(shape(fields.get("caller")?), Some(Shape::Login(_)));
            dials.then_some(Direction::Outgoing)
        }),
    }
}

impl Sides {
    /// Reads them.
    pub fn of(fields: &Fields, direction: Option<Direction>, region: &str) -> Self {
        let first = |keys: &[&str]| keys.iter().find_map(|key| fields.get(*key));
        let phone = |said: Option<&String>| said.map(|said| Phone::read(said, region));
        if direction == Some(Direction::Outgoing) {
            let ours = ["outbound_number", "caller", "caller_number"].iter().filter_map(|key| fields.get(*key));
            let line = ours.into_iter().find(|said| matches!(shape(said), Some(Shape::Number(_))));
            return Self { client: phone(first(&["dst", "userfield"])), line: phone(line), who: caller(fields) };
        }
        let client = first(&CLIENTS);
        Self { client: phone(client), line: phone(fields.get("dst")), who: callee(fields) }
    }
}

/// What is said of an employee in either direction.
fn employee(fields: &Fields) -> Who {
    let text = |key: &str| fields.get(key).map(Text::from);
    Who { extension: text("extension_number"), pbx_id: text("employee_number"), ..Who::default() }
}

/// Who is connected, unless that is the client: who is called back is connected last.
fn callee(fields: &Fields) -> Who {
    let mut who = employee(fields);
    let clients = CLIENTS.map(|key| fields.get(key));
    let connected = fields.get("connected_with").filter(|said| !clients.contains(&Some(*said)));
    add(&mut who, connected.and_then(|said| shape(said)));
    who
}

/// Who dials: of the fields that name our side, what is not the line. Who is connected is the client, unless it is a login.
fn caller(fields: &Fields) -> Who {
    let mut who = employee(fields);
    let line = fields.get("outbound_number");
    let ours = ["caller", "caller_number"].iter().filter_map(|key| fields.get(*key)).filter(|said| Some(*said) != line);
    for said in ours {
        add(&mut who, shape(said));
    }
    let connected = fields.get("connected_with").and_then(|said| shape(said));
    add(&mut who, connected.filter(|shape| matches!(shape, Shape::Login(_))));
    who
}

/// What was said first stays.
fn add(who: &mut Who, shape: Option<Shape<'_>>) {
    let (place, said) = match shape {
        Some(Shape::Login(login)) => (&mut who.sip, login),
        Some(Shape::Extension(digits)) => (&mut who.extension, digits),
        Some(Shape::Number(number)) => (&mut who.phone, number),
        None => return,
    };
    place.get_or_insert_with(|| said.into());
}

/// What a text stands for; nothing where it stands for nobody.
fn shape(text: &str) -> Option<Shape<'_>> {
    let prefix = ["sip:", "SIP/", "PJSIP/"].iter().find_map(|prefix| text.strip_prefix(prefix));
    let name = prefix.unwrap_or(text);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    if !name.chars().any(char::is_alphanumeric) || Phone::read(name, "UA").anonymous {
        return None;
    }
    if !name.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')')) {
        return Some(Shape::Login(name));
    }
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    Some(if digits > EXTENSION_DIGITS_MAX { Shape::Number(name) } else { Shape::Extension(name) })
}
