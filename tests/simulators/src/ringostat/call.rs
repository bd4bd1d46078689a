//! A call as it is sent: the values of each webhook.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::happenings::{End, Event, Happening};
use super::kind::Kind;
use super::style::{Identity, Naming, Sending, Style};
use super::values::{self, Values};

/// An employee of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employee {
    /// The short number.
    pub extension: String,
    /// The SIP account.
    pub sip: String,
    /// The phone number that calls are forwarded to, digits only.
    pub phone: String,
    /// `staffId`.
    pub staff_id: String,
    /// The name.
    pub fio: String,
}

/// The call a scenario is made of.
#[derive(Clone, Debug)]
pub struct Call {
    /// `uniqueid`, unique.
    pub call_id: String,
    /// The client's number, digits only; not said in [`Kind::Anonymous`].
    pub client: String,
    /// The company's number, digits only.
    pub line: String,
    /// Who is there, of whom the first answers or calls, or the second after a forwarding or transfer. When there are fewer
    /// than a kind needs, they repeat.
    pub employees: Vec<Employee>,
    /// When the call begins.
    pub began: Timestamp,
    /// The project's time zone.
    pub zone: TimeZone,
    /// How the webhooks are set up.
    pub style: Style,
}

/// Ringostat's name, the name in mappings of fields, the value: of every incoming call.
pub(super) const MARKS: [(&str, &str, &str); 9] = [
    ("utm_source", "utm_source", "google"),
    ("utm_medium", "utm_medium", "cpc"),
    ("utm_campaign", "utm_campaign", "Зимовий розпродаж"),
    ("utm_content", "utm_content", "banner+1"),
    ("client_id", "google_client_id", "1465823.17012"),
    ("landing", "landing", "https://acme.test/?utm_source=google&a=1"),
    ("refferrer", "referrer", "https://www.google.com/"),
    ("pool_name", "pool", "Сайт"),
    ("scheme_name", "scheme", "Робочий час"),
];

impl Call {
    /// What can only stand in the address.
    pub(super) fn constants(&self, kind: Kind, event: Event) -> Vec<(&'static str, String)> {
        let mut constants = Vec::new();
        if self.style.token {
            constants.push(("token", "t0ken".to_owned()));
        }
        if self.style.naming == Naming::Address {
            let way = if kind.is_outgoing() { "outgoing" } else { "incoming" };
            constants.push(("event", format!("{way}_{}", event.name())));
        }
        constants
    }

    pub(super) fn values(&self, kind: Kind, event: Event, who: Option<usize>, row: u32) -> Values {
        let text = |text: &str| Some(text.to_owned());
        let client = if kind == Kind::Anonymous { "anonymous" } else { &self.client };
        let employee = who.and_then(|n| self.employee(n));
        let mut values: Values = vec![
            ("uniqueid", text(&self.call_id)),
            ("calldate", Some(values::date(self.began, &self.zone, self.style.date))),
            ("call_type", text(kind.call_type())),
            ("project_id", text("12345")),
        ];
        if kind.is_outgoing() {
            values.push(("caller", Some(self.caller(employee))));
            values.push(("dst", text(client)));
            values.push(("outbound_number", text(&self.line)));
        } else {
            // The second layout has the client's number under another name.
            values.push((if self.style.sending == Sending::Nested { "userfield" } else { "caller" }, text(client)));
            values.push(("dst", text(&self.line)));
            values.extend(MARKS.map(|(name, _, value)| (name, text(value))));
        }
        values.extend(self.sides(event, employee));
        let end = if let Event::After(end) = event { Some(end) } else { None };
        values.extend(self.ending(end, row));
        values.push(("employee_mark", (event == Event::Rating).then(|| "5".to_owned())));
        if self.style.naming == Naming::Body {
            values.push(("action", text(event.action())));
        }
        values
    }

    /// Its row in the list of calls, once it is over: values under their documented names, whatever the webhooks are set up as.
    pub(super) fn listed(&self, kind: Kind, happenings: &[Happening]) -> Vec<(&'static str, String)> {
        let last = happenings.iter().rev().find(|(_, event, _)| matches!(event, Event::After(_)));
        let Some((_, event, who)) = last else { return Vec::new() };
        let plain = Self { style: Style { identity: self.style.identity, ..Style::default() }, ..self.clone() };
        let values = plain.values(kind, *event, *who, 0).into_iter();
        let listed = values.filter(|(name, _)| !["project_id", "cdr_id", "action"].contains(name));
        listed.filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// A forwarding step names whom it rings, but nobody is connected yet.
    fn sides(&self, event: Event, employee: Option<&Employee>) -> Values {
        use Identity::{All, Extension, Phone, Sip, Staff};
        let identity = self.style.identity;
        let of = |among: &[Identity], what: fn(&Employee) -> &String| {
            employee.filter(|_| among.contains(&identity)).map(|employee| what(employee).clone())
        };
        let connected = of(&[All, Sip], |of| &of.sip).or_else(|| of(&[Phone], |of| &of.phone));
        vec![
            ("connected_with", connected.filter(|_| !matches!(event, Event::Before | Event::Step))),
            ("extension_number", of(&[All, Extension], |of| &of.extension)),
            ("employee_number", of(&[All, Staff], |of| &of.staff_id)),
            ("employee_fio", of(&[All, Staff], |of| &of.fio)),
        ]
    }

    fn ending(&self, end: Option<End>, row: u32) -> Values {
        let number = |number: fn(End) -> u32| end.map(|end| number(end).to_string());
        let disposition = end.map(|end| end.disposition.replace(' ', &self.style.space.to_string()));
        let recording = end.filter(|end| end.recorded).map(|_| self.recording());
        vec![
            ("disposition", disposition),
            ("billsec", number(|end| end.talk)),
            ("waittime", number(|end| end.wait)),
            ("duration", number(|end| end.wait + end.talk)),
            ("has_recording", number(|end| u32::from(end.recorded))),
            ("recording_wav", recording.as_ref().map(|url| url.replace(".mp3", ".wav"))),
            ("recording", recording),
            ("cdr_id", end.map(|_| (800 + row).to_string())),
        ]
    }

    pub(super) fn recording(&self) -> String {
        format!("https://app.ringostat.test/recordings/{}.mp3", self.call_id)
    }

    pub(super) fn employee(&self, n: usize) -> Option<&Employee> {
        self.employees.get(n % self.employees.len().max(1))
    }

    /// Our side of an outgoing call.
    fn caller(&self, employee: Option<&Employee>) -> String {
        let said = employee.and_then(|employee| match self.style.identity {
            Identity::All | Identity::Sip => Some(&employee.sip),
            Identity::Phone => Some(&employee.phone),
            Identity::Extension | Identity::Staff => None,
        });
        said.unwrap_or(&self.line).clone()
    }
}
