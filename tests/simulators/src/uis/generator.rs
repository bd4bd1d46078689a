//! Any number of random calls, the same ones for the same seed.

use super::kind::Kind;
use super::scenario::{Call, Scenario};
use super::template::Style;
use crate::pbx::Clients;

/// Prefixes of mobile numbers in use; seven digits follow.
const PREFIXES: &[&str] = &["7916", "7903", "7926", "7985", "7999"];

/// What calls are made of.
#[derive(Clone, Debug)]
pub struct GeneratorOptions {
    /// Extensions of the employees.
    pub extensions: Vec<String>,
    /// Virtual numbers, digits only.
    pub lines: Vec<String>,
    /// Numbers that the CRM knows, digits only.
    pub known_clients: Vec<String>,
    /// The share of calls from known clients, 0 to 1; counts only if there are any.
    pub known_share: f64,
    /// Which kinds of calls, all alike often.
    pub kinds: Vec<Kind>,
    /// Whether each call has a style of its own; otherwise all have the default one.
    pub random_styles: bool,
}

impl Default for GeneratorOptions {
    fn default() -> Self {
        Self {
            extensions: ["101", "102", "103"].map(String::from).to_vec(),
            lines: vec!["74951112233".into()],
            known_clients: Vec::new(),
            known_share: 0.5,
            kinds: Kind::ALL.to_vec(),
            random_styles: true,
        }
    }
}

/// An endless iterator of calls. Call ids are unique, also between generators whose seeds differ by less than 900 000;
/// new clients' numbers are unique for 50 million calls of one generator.
#[derive(Clone, Debug)]
pub struct Generator {
    options: GeneratorOptions,
    rng: fastrand::Rng,
    base: u64,
    made: u64,
    clients: Clients,
}

impl Generator {
    /// The calls of this seed.
    pub fn new(seed: u64, options: GeneratorOptions) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let clients = Clients::new(&mut rng, PREFIXES, options.known_clients.clone(), options.known_share);
        Self { options, rng, base: (seed % 900_000 + 100_000) * 10_000_000_000, made: 0, clients }
    }

    fn any(&mut self, of: impl Fn(&GeneratorOptions) -> &Vec<String>) -> String {
        let among = of(&self.options);
        if among.is_empty() { String::new() } else { among[self.rng.usize(..among.len())].clone() }
    }
}

impl Iterator for Generator {
    type Item = Scenario;

    fn next(&mut self) -> Option<Scenario> {
        let kinds = &self.options.kinds;
        let kind = if kinds.is_empty() { Kind::Answered } else { kinds[self.rng.usize(..kinds.len())] };
        let style = if self.options.random_styles { Style::random(&mut self.rng) } else { Style::default() };
        let mut extensions = self.options.extensions.clone();
        self.rng.shuffle(&mut extensions);
        self.made += 1;
        let call_id = (self.base + self.made).to_string();
        let call =
            Call { call_id, client: self.clients.next(&mut self.rng), line: self.any(|o| &o.lines), extensions, style };
        Some(Scenario::build(kind, &call))
    }
}
