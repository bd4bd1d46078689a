//! The calls of the demo: which, in what order, how fast. The same seed makes the same calls.

use std::time::Duration;

use simulators::pbx::{Answer, Expected, Sender};
use simulators::{pbx, ringostat, uis};
use tokio::time::Instant;

use super::company::{EMPLOYEES, regulars};

/// A call of any PBX, by the name of its kind.
pub type Scenario = pbx::Scenario<&'static str>;

/// The company's numbers, of each PBX.
const LINES: [&str; 2] = ["74951112233", "380441112233"];
/// So many of its calls are of clients who call again and again.
const KNOWN_SHARE: f64 = 0.6;
/// How many times faster than real time a call goes by.
pub const SPEED: f64 = 20.0;
/// Of a long silence in a call only so much is kept: at [`SPEED`] still longer than `talk_without_end`.
const LONGEST_SILENCE: Duration = Duration::from_mins(2);
/// A demo that nobody ends ends after so many calls.
const MOST_CALLS: u32 = 100_000;
/// Calls a second for somebody who watches.
const WATCHED: f64 = 2.5;
/// Calls a second at least and at most where a number of calls was asked for.
const COUNTED: (f64, f64) = (5.0, 25.0);
/// Calls begun at once at most, after the machine was held up.
const AT_ONCE: usize = 10;

/// A call on its way or over.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Which it is, from 1.
    pub number: usize,
    /// Which PBX told of it.
    pub source: &'static str,
    /// The session id.
    pub session: String,
    /// What the scenario says must be known of it.
    pub expected: Expected,
}

/// A notification that the hook did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The call.
    pub number: usize,
    /// What the hook answered.
    pub answer: String,
}

/// The calls of one kind, from one PBX.
struct Voice {
    /// The place of the PBX among the sources.
    source: usize,
    calls: Box<dyn Iterator<Item = Scenario> + Send>,
}

/// Begins calls, each when its time has come.
pub struct Caller {
    voices: Vec<Voice>,
    /// Who is still to call in this round.
    round: Vec<usize>,
    rng: fastrand::Rng,
    left: u32,
    pace: f64,
    next_at: Instant,
}

impl Caller {
    /// The calls of this seed, `calls` of them or until stopped.
    pub fn new(seed: u64, calls: Option<u32>, now: Instant) -> Self {
        let (slowest, fastest) = COUNTED;
        let voices = voices(seed);
        Self {
            // The first round is in the order of explanation; later ones are shuffled.
            round: (0..voices.len()).rev().collect(),
            voices,
            rng: fastrand::Rng::with_seed(seed),
            left: calls.unwrap_or(MOST_CALLS),
            pace: calls.map_or(WATCHED, |calls| (f64::from(calls) / 30.0).clamp(slowest, fastest)),
            next_at: now,
        }
    }

    /// The calls to begin by now, each with the PBX that tells of it.
    pub fn due(&mut self, now: Instant) -> Vec<(usize, Scenario)> {
        let mut due = Vec::new();
        while self.left > 0 && self.next_at <= now && due.len() < AT_ONCE {
            let gap = (0.5 + self.rng.f64()) / self.pace;
            self.next_at += Duration::from_secs_f64(gap);
            due.extend(self.make());
        }
        due
    }

    /// No more calls.
    pub fn stop(&mut self) {
        self.left = 0;
    }

    /// Every call has begun.
    pub fn is_done(&self) -> bool {
        self.left == 0
    }

    fn make(&mut self) -> Option<(usize, Scenario)> {
        if self.round.is_empty() {
            self.round = (0..self.voices.len()).collect();
            self.rng.shuffle(&mut self.round);
        }
        let voice = self.round.pop().and_then(|at| self.voices.get_mut(at))?;
        self.left -= 1;
        voice.calls.next().map(|scenario| (voice.source, squeezed(scenario)))
    }
}

/// Every kind of call of every PBX, the PBXs in turns. Generators with seeds close together never make the same call id.
fn voices(seed: u64) -> Vec<Voice> {
    let seeds = || (0..).map(|place| seed.wrapping_add(place));
    let mut uis =
        seeds().zip(uis::Kind::ALL).map(|(seed, kind)| Voice { source: 0, calls: Box::new(of_uis(seed, kind)) });
    let ringostat = seeds().zip(ringostat::Kind::ALL);
    let mut ringostat = ringostat.map(|(seed, kind)| Voice { source: 1, calls: Box::new(of_ringostat(seed, kind)) });
    let mut voices = Vec::new();
    loop {
        let before = voices.len();
        voices.extend(uis.next());
        voices.extend(ringostat.next());
        if voices.len() == before {
            return voices;
        }
    }
}

fn of_uis(seed: u64, kind: uis::Kind) -> impl Iterator<Item = Scenario> {
    let options = uis::GeneratorOptions {
        extensions: EMPLOYEES.iter().map(|employee| employee.extension.to_owned()).collect(),
        lines: vec![LINES[0].to_owned()],
        known_clients: regulars("7"),
        known_share: KNOWN_SHARE,
        kinds: vec![kind],
        random_styles: true,
    };
    uis::Generator::new(seed, options).map(move |scenario| named(scenario, kind.name()))
}

fn of_ringostat(seed: u64, kind: ringostat::Kind) -> impl Iterator<Item = Scenario> {
    let employee = |employee: &super::company::Employee| ringostat::Employee {
        extension: employee.extension.to_owned(),
        sip: employee.sip.to_owned(),
        phone: employee.phone.to_owned(),
        staff_id: employee.staff.to_owned(),
        fio: employee.name.to_owned(),
    };
    let options = ringostat::GeneratorOptions {
        employees: EMPLOYEES.iter().map(employee).collect(),
        lines: vec![LINES[1].to_owned()],
        known_clients: regulars("380"),
        known_share: KNOWN_SHARE,
        kinds: vec![kind],
        ..ringostat::GeneratorOptions::default()
    };
    ringostat::Generator::new(seed, options).map(move |scenario| named(scenario, kind.name()))
}

fn named<K>(scenario: pbx::Scenario<K>, kind: &'static str) -> Scenario {
    let pbx::Scenario { call_id, line, notifications, expected, listed, .. } = scenario;
    Scenario { kind, call_id, line, notifications, expected, listed }
}

/// The same call with long silences shortened.
fn squeezed(mut scenario: Scenario) -> Scenario {
    let (mut before, mut now) = (Duration::ZERO, Duration::ZERO);
    for notification in &mut scenario.notifications {
        let silence = notification.after.saturating_sub(before).min(LONGEST_SILENCE);
        before = notification.after;
        now += silence;
        notification.after = now;
    }
    scenario
}

/// Sends one call to its end; the notifications that were not taken.
pub async fn send(sender: Sender, number: usize, scenario: Scenario) -> Vec<Refused> {
    let answers = sender.send(&scenario).await;
    let refused = |answer: Answer| {
        let what = match (answer.status, answer.error) {
            (Some(status), _) => format!("status {status}: {}", answer.body.chars().take(200).collect::<String>()),
            (None, error) => error.unwrap_or_else(|| "no answer".to_owned()),
        };
        Refused { number, answer: what }
    };
    answers.into_iter().filter(|answer| !answer.is_acknowledged()).map(refused).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all(seed: u64, calls: u32) -> Vec<Scenario> {
        let now = Instant::now();
        let mut caller = Caller::new(seed, Some(calls), now);
        let mut made = Vec::new();
        for second in 0..10_000 {
            made.extend(caller.due(now + Duration::from_secs(second)).into_iter().map(|(_, scenario)| scenario));
            if caller.is_done() {
                break;
            }
        }
        made
    }

    #[test]
    fn a_round_is_of_every_kind_and_no_two_calls_have_one_id() {
        let kinds = uis::Kind::ALL.len() + ringostat::Kind::ALL.len();
        let names: BTreeSet<&str> = uis::Kind::ALL
            .map(uis::Kind::name)
            .into_iter()
            .chain(ringostat::Kind::ALL.map(ringostat::Kind::name))
            .collect();
        for seed in [0, 7, u64::MAX] {
            let calls = all(seed, u32::try_from(kinds).unwrap());
            assert_eq!(calls.iter().map(|call| call.kind).collect::<BTreeSet<_>>(), names);
        }
        let calls = all(3, 400);
        assert_eq!(calls.iter().map(|call| &call.call_id).collect::<BTreeSet<_>>().len(), 400);
    }

    #[test]
    fn the_same_seed_makes_the_same_calls() {
        let said = |seed| all(seed, 40).into_iter().map(|call| (call.call_id, call.notifications)).collect::<Vec<_>>();
        assert_eq!(said(7), said(7));
        assert_ne!(said(7), said(8));
    }

    #[test]
    fn a_machine_held_up_is_not_flooded() {
        let now = Instant::now();
        let mut caller = Caller::new(1, None, now);
        assert_eq!(caller.due(now).len(), 1);
        assert_eq!(caller.due(now + Duration::from_mins(1)).len(), AT_ONCE);
        caller.stop();
        assert!(caller.is_done() && caller.due(now + Duration::from_mins(2)).is_empty());
    }

    #[test]
    fn silences_are_shortened_and_the_order_stays() {
        let late = of_uis(1, uis::Kind::LateRecording).next().map(squeezed).unwrap();
        let times: Vec<_> = late.notifications.iter().map(|said| said.after.as_secs()).collect();
        assert_eq!(times, [0, 4, 124]);
    }
}
