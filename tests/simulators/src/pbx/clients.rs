//! The numbers that call: some known to the CRM, the others new and never the same.

const SUBSCRIBERS: u64 = 10_000_000;
/// Has no factor in common with [`SUBSCRIBERS`], so that stepping by it meets every number once before any repeats.
const STEP: u64 = 3_141_593;

/// An endless supply of numbers; the new ones are unique for ten million calls of each prefix.
#[derive(Clone, Debug)]
pub struct Clients {
    prefixes: &'static [&'static str],
    known: Vec<String>,
    known_share: f64,
    offset: u64,
    made: u64,
}

impl Clients {
    /// Numbers of seven digits after one of the prefixes, or of those that are known: a share of 0 to 1.
    pub fn new(
        rng: &mut fastrand::Rng,
        prefixes: &'static [&'static str],
        known: Vec<String>,
        known_share: f64,
    ) -> Self {
        Self { prefixes, known, known_share, offset: rng.u64(..SUBSCRIBERS), made: 0 }
    }

    /// The next number.
    pub fn next(&mut self, rng: &mut fastrand::Rng) -> String {
        if !self.known.is_empty() && rng.f64() < self.known_share {
            return self.known[rng.usize(..self.known.len())].clone();
        }
        let prefixes = self.prefixes.len().max(1) as u64;
        loop {
            let n = self.made;
            self.made += 1;
            let prefix = usize::try_from(n % prefixes).ok().and_then(|n| self.prefixes.get(n)).unwrap_or(&"");
            let subscriber = (self.offset + n / prefixes % SUBSCRIBERS * STEP) % SUBSCRIBERS;
            let number = format!("{prefix}{subscriber:07}");
            if !self.known.contains(&number) {
                return number;
            }
        }
    }
}
