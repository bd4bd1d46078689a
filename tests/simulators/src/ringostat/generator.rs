//! Any number of random calls, the same ones for the same seed.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::call::{Call, Employee};
use super::kind::Kind;
use super::scenario::Scenario;
use super::style::{Names, Style};
use crate::pbx::Clients;

/// Prefixes of mobile numbers in use; seven digits follow.
const PREFIXES: &[&str] = &["38067", "38050", "38063", "38093", "38098"];
/// Between two calls, and before the first.
pub const SECONDS_APART: i64 = 90;

/// What calls are made of.
#[derive(Clone, Debug)]
pub struct GeneratorOptions {
    /// Who is there.
    pub employees: Vec<Employee>,
    /// The company's numbers, digits only.
    pub lines: Vec<String>,
    /// Numbers that the CRM knows, digits only.
    pub known_clients: Vec<String>,
    /// The share of calls from known clients, 0 to 1; counts only if there are any.
    pub known_share: f64,
    /// Which kinds of calls, all alike often.
    pub kinds: Vec<Kind>,
    /// What the fields are called, in every call: the source must be told.
    pub names: Names,
    /// Whether each call has a style of its own; otherwise all have the default one.
    pub random_styles: bool,
    /// When the first call begins.
    pub began: Timestamp,
}

impl Default for GeneratorOptions {
    fn default() -> Self {
        Self {
            employees: Employee::some(),
            lines: vec!["380441112233".into()],
            known_clients: Vec::new(),
            known_share: 0.5,
            kinds: Kind::ALL.to_vec(),
            names: Names::default(),
            random_styles: true,
            began: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_795_000_000),
        }
    }
}

impl Employee {
    /// Three of them.
    pub fn some() -> Vec<Self> {
        let of = |n: usize, sip: &str, fio: &str| Self {
            extension: format!("{}", 100 + n),
            sip: sip.to_owned(),
            phone: format!("38050700000{n}"),
            staff_id: format!("{}", 70_500 + n),
            fio: fio.to_owned(),
        };
        vec![of(1, "acme_ivan", "Іван К."), of(2, "acme_olena", "Олена М."), of(3, "acme_taras", "Тарас Б.")]
    }
}

/// An endless iterator of calls. Call ids are unique, also between generators of other seeds.
#[derive(Clone, Debug)]
pub struct Generator {
    options: GeneratorOptions,
    rng: fastrand::Rng,
    seed: u64,
    made: u32,
    clients: Clients,
}

impl Generator {
    /// The calls of this seed.
    pub fn new(seed: u64, options: GeneratorOptions) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let clients = Clients::new(&mut rng, PREFIXES, options.known_clients.clone(), options.known_share);
        Self { options, rng, seed, made: 0, clients }
    }
}

impl Iterator for Generator {
    type Item = Scenario;

    fn next(&mut self) -> Option<Scenario> {
        let GeneratorOptions { kinds, lines, names, random_styles, .. } = &self.options;
        let kind = if kinds.is_empty() { Kind::Answered } else { kinds[self.rng.usize(..kinds.len())] };
        let plain = Style { names: *names, ..Style::default() };
        let style = if *random_styles { Style::random(&mut self.rng, *names) } else { plain };
        let line = if lines.is_empty() { String::new() } else { lines[self.rng.usize(..lines.len())].clone() };
        let mut employees = self.options.employees.clone();
        self.rng.shuffle(&mut employees);
        self.made += 1;
        let began = self.options.began + SignedDuration::from_secs(i64::from(self.made) * SECONDS_APART);
        let call = Call {
            call_id: format!("ua{}-{}.{}", self.seed, began.as_second(), self.made),
            client: self.clients.next(&mut self.rng),
            line,
            employees,
            began,
            zone: TimeZone::get("Europe/Kyiv").unwrap_or(TimeZone::UTC),
            style,
        };
        Some(Scenario::build(kind, &call))
    }
}
