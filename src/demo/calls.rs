//! The calls of the demo: which, in what order, how fast. The same seed makes the same calls.

use std::time::Duration;

use simulators::uis::{Answer, Expected, Generator, GeneratorOptions, Kind, Scenario, Sender};
use tokio::time::Instant;

use super::company::{Company, LINE};

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
    /// The session id.
    pub session: String,
    /// What kind of call.
    pub kind: Kind,
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

/// Begins calls, each when its time has come.
pub struct Caller {
    generators: Vec<(Kind, Generator)>,
    round: Vec<Kind>,
    rng: fastrand::Rng,
    left: u32,
    pace: f64,
    next_at: Instant,
}

impl Caller {
    /// The calls of this seed, `calls` of them or until stopped.
    pub fn new(seed: u64, calls: Option<u32>, now: Instant) -> Self {
        let generator = |(place, kind): (u64, Kind)| {
            let options = GeneratorOptions {
                extensions: ["101", "102", "103", "104"].map(str::to_owned).to_vec(),
                lines: vec![LINE.to_owned()],
                known_clients: Company::regulars(),
                known_share: 0.6,
                kinds: vec![kind],
                random_styles: true,
            };
            // Generators with seeds close together never make the same call id.
            (kind, Generator::new(seed.wrapping_add(place), options))
        };
        let (slowest, fastest) = COUNTED;
        Self {
            generators: (0..).zip(Kind::ALL).map(generator).collect(),
            // The first round is in the order of explanation; later ones are shuffled.
            round: Kind::ALL.into_iter().rev().collect(),
            rng: fastrand::Rng::with_seed(seed),
            left: calls.unwrap_or(MOST_CALLS),
            pace: calls.map_or(WATCHED, |calls| (f64::from(calls) / 30.0).clamp(slowest, fastest)),
            next_at: now,
        }
    }

    /// The calls to begin by now.
    pub fn due(&mut self, now: Instant) -> Vec<Scenario> {
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

    fn make(&mut self) -> Option<Scenario> {
        if self.round.is_empty() {
            self.round = Kind::ALL.to_vec();
            self.rng.shuffle(&mut self.round);
        }
        let kind = self.round.pop()?;
        let (_, generator) = self.generators.iter_mut().find(|(of, _)| *of == kind)?;
        self.left -= 1;
        generator.next().map(squeezed)
    }
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
            made.extend(caller.due(now + Duration::from_secs(second)));
            if caller.is_done() {
                break;
            }
        }
        made
    }

    #[test]
    fn thirteen_calls_are_of_every_kind_and_no_two_have_one_id() {
        for seed in [0, 7, u64::MAX] {
            let calls = all(seed, 13);
            assert_eq!(calls.iter().map(|call| call.kind).collect::<BTreeSet<_>>(), BTreeSet::from(Kind::ALL));
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
        let late = all(1, 13).into_iter().find(|call| call.kind == Kind::LateRecording).unwrap();
        let times: Vec<_> = late.notifications.iter().map(|said| said.after.as_secs()).collect();
        assert_eq!(times, [0, 4, 124]);
    }
}
