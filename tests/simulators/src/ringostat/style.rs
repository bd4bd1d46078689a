//! How a customer has set the webhooks up.

/// How they are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sending {
    /// POST of JSON.
    #[default]
    Json,
    /// POST of JSON in the second layout: most values in `additional_call_data`.
    Nested,
    /// POST of a form.
    Form,
    /// GET.
    Query,
}

/// How values of digits are written in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Literal {
    /// `"57"`.
    #[default]
    Text,
    /// `57`.
    Number,
}

/// What stands where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blank {
    /// `""`.
    #[default]
    Empty,
    /// `null`; in forms nothing.
    Null,
    /// `"null"`.
    Word,
    /// The field is not sent.
    Absent,
}

/// What the fields are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// As documented.
    #[default]
    Documented,
    /// As in the classic webhooks.
    Classic,
    /// As the customer likes it: [`OWN_NAMES`].
    Own,
}

/// Where it is said which event a webhook is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// In the address, as a constant: `?event=incoming_before_call`.
    #[default]
    Address,
    /// In the body: `action`.
    Body,
    /// Nowhere.
    Nowhere,
}

/// The form of `calldate`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Date {
    /// `2024-02-03 10:11:12` in the project's time zone.
    #[default]
    Default,
    /// `03.02.2024 10:11:12`.
    Dotted,
    /// `2024-02-03T10:11:12+02:00`.
    Iso,
    /// Seconds since 1970.
    Unix,
}

/// What is sent of an employee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// Extension, SIP account and staff id.
    #[default]
    All,
    /// The SIP account.
    Sip,
    /// The phone number that the call was forwarded to.
    Phone,
    /// The extension.
    Extension,
    /// The staff id.
    Staff,
}

/// Fields by names that mean nothing to anybody else, and the documented ones.
pub const OWN_NAMES: &[(&str, &str)] = &[
    ("ID", "uniqueid"),
    ("phone", "caller"),
    ("our number", "dst"),
    ("kind", "call_type"),
    ("result", "disposition"),
    ("talk", "billsec"),
    ("audio", "recording"),
    ("operator", "employee_number"),
    ("sip", "connected_with"),
];

/// The classic names.
const CLASSIC: &[(&str, &str)] =
    &[("call_id", "uniqueid"), ("status", "disposition"), ("call_duration", "duration"), ("callee", "dst")];

/// The webhooks of one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Method, and form of the body.
    pub sending: Sending,
    /// Numbers.
    pub numbers: Literal,
    /// Nothing.
    pub blank: Blank,
    /// Names of fields.
    pub names: Names,
    /// Names of events.
    pub naming: Naming,
    /// Dates.
    pub date: Date,
    /// Employees.
    pub identity: Identity,
    /// What stands between the words of a disposition.
    pub space: char,
    /// Whether the address has a token.
    pub token: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            sending: Sending::default(),
            numbers: Literal::default(),
            blank: Blank::default(),
            names: Names::default(),
            naming: Naming::default(),
            date: Date::default(),
            identity: Identity::default(),
            space: ' ',
            token: false,
        }
    }
}

impl Style {
    /// Any style, by chance, with these names.
    pub fn random(rng: &mut fastrand::Rng, names: Names) -> Self {
        let naming = [Naming::Address, Naming::Body, Naming::Nowhere][rng.usize(..3)];
        let identities = [Identity::All, Identity::Sip, Identity::Phone, Identity::Extension, Identity::Staff];
        // Where no event is named, only who is connected tells a pick-up.
        let identities = if naming == Naming::Nowhere { &identities[..3] } else { &identities };
        Self {
            sending: [Sending::Json, Sending::Nested, Sending::Form, Sending::Query][rng.usize(..4)],
            numbers: [Literal::Text, Literal::Number][rng.usize(..2)],
            blank: [Blank::Empty, Blank::Null, Blank::Word, Blank::Absent][rng.usize(..4)],
            names,
            naming,
            date: [Date::Default, Date::Dotted, Date::Iso, Date::Unix][rng.usize(..4)],
            identity: identities[rng.usize(..identities.len())],
            space: [' ', '+', '_'][rng.usize(..3)],
            token: rng.bool(),
        }
    }

    /// What a field is called.
    pub(super) fn name(self, documented: &'static str) -> &'static str {
        let names = match self.names {
            Names::Documented => &[],
            Names::Classic => CLASSIC,
            Names::Own => OWN_NAMES,
        };
        names.iter().find(|(_, name)| *name == documented).map_or(documented, |(own, _)| own)
    }
}
