//! Workers that come, go, are killed and held still, beside each other in a time that is made up.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::*;
use crate::engine::pace::tests::assert_within;
use crate::engine::pace::{Held, Turns};

const STEP: Duration = Duration::from_millis(10);
const STEPS: u32 = 60_000;

/// Where a look is.
enum Looking {
    /// Begins then.
    Not(Instant),
    /// Its word stands in the store then.
    Writes { began: Instant, at: Instant },
    /// Hears of it then.
    Hears { began: Instant, done: bool, at: Instant },
    /// The store is read then.
    Reads { began: Instant, stood: Instant, at: Instant },
    /// Has what was read then.
    Has { began: Instant, stood: Instant, others: Vec<Word>, at: Instant },
}

struct Worker {
    name: String,
    said: i64,
    roll: Roll,
    part: Part,
    turns: Turns,
    looking: Looking,
    /// Turns taken for live calls.
    taken: Vec<(Instant, Held)>,
    /// Held still until then.
    still: Instant,
}

type Store = BTreeMap<String, i64>;

impl Worker {
    fn new(name: String, limit: u32, now: Instant) -> Self {
        let (part, turns) = (Part::default(), Turns::new(limit, now));
        Self {
            name,
            said: 0,
            roll: Roll::default(),
            part,
            turns,
            looking: Looking::Not(now),
            taken: vec![],
            still: now,
        }
    }

    fn look(&mut self, store: &mut Store, now: Instant, rng: &mut Rng) {
        // Seldom longer than what a look shows holds.
        let mut later =
            || now + Duration::from_millis(if rng.u16(..1000) == 0 { rng.u64(..3500) } else { rng.u64(..300) });
        self.looking = match std::mem::replace(&mut self.looking, Looking::Not(now)) {
            Looking::Not(at) if at <= now => Looking::Writes { began: now, at: later() },
            Looking::Writes { began, at } if at <= now => {
                let is = store.get(&self.name).copied().unwrap_or(0);
                if is == self.said {
                    store.insert(self.name.clone(), is + 1);
                }
                Looking::Hears { began, done: is == self.said, at: later() }
            }
            Looking::Hears { began, done: true, at } if at <= now => Looking::Reads { began, stood: now, at: later() },
            Looking::Hears { at, .. } if at <= now => {
                self.said = store.get(&self.name).copied().unwrap_or(0);
                Looking::Not(now + BEAT)
            }
            Looking::Reads { began, stood, at } if at <= now => {
                let others = store.iter().filter(|(name, _)| **name != self.name);
                let others = others.map(|(name, version)| (name.clone(), *version)).collect();
                self.said = store.get(&self.name).copied().unwrap_or(0);
                Looking::Has { began, stood, others, at: later() }
            }
            Looking::Has { began, stood, others, at } if at <= now => {
                if self.said > 0 {
                    let (share, gone) = self.roll.look(began, stood, now, others);
                    self.part.set(share, now);
                    for (name, word) in gone {
                        if store.get(&name) == Some(&word) {
                            store.remove(&name);
                        }
                    }
                }
                Looking::Not(now.max(began + BEAT))
            }
            waits => waits,
        };
    }

    /// Sends what it may: there is always a live call, and now and then many come at once.
    fn send(&mut self, given: &mut Vec<Instant>, limit: u32, now: Instant, rng: &mut Rng) {
        let Ok(held) = self.part.at(now) else { return };
        self.turns.share(held);
        let many = if rng.u16(..1000) == 0 { limit / 10 } else { u32::from(self.taken.is_empty()) };
        self.taken.extend((0..many).map(|_| (self.turns.reserve(now, None).unwrap(), held)));
        let (come, taken): (Vec<_>, Vec<_>) = self.taken.drain(..).partition(|(at, _)| *at <= now);
        self.taken = taken;
        for (at, of) in come {
            if of == held {
                given.push(at);
            } else {
                self.taken.push((self.turns.reserve(now, None).unwrap(), held));
            }
        }
        if self.turns.left_over(now).is_ok() {
            given.push(now);
        }
    }
}

#[test]
fn however_workers_come_and_go_no_minute_has_more_than_the_limit() {
    for seed in 0..16 {
        let (mut rng, begun) = (Rng::with_seed(seed), Instant::now());
        let limit = [2_400, 600, 60, 5][rng.usize(..4)];
        let (mut store, mut workers, mut given, mut names) = (Store::new(), Vec::<Worker>::new(), Vec::new(), 0);
        let (mut most, calm) = (0, rng.u32(6_000..60_000));
        for step in 0..STEPS {
            let now = begun + STEP * step;
            if workers.is_empty() || (workers.len() < 4 && rng.u32(..calm / 2) == 0) {
                names += 1;
                workers.push(Worker::new(format!("worker/kind/{names}"), limit, now));
            }
            let any = rng.usize(..workers.len());
            match rng.u32(..calm) {
                0 => drop(workers.swap_remove(any)),
                1 => drop(store.remove(&workers.swap_remove(any).name)),
                2 | 3 => workers[any].still = now + Duration::from_millis(rng.u64(..20_000)),
                _ => {}
            }
            for worker in workers.iter_mut().filter(|worker| worker.still <= now) {
                // Now and then nobody calls for a while, so that what is kept is full.
                if step / 1_000 % 8 > 0 {
                    worker.send(&mut given, limit, now, &mut rng);
                }
                worker.look(&mut store, now, &mut rng);
            }
            most = most.max(workers.len());
        }
        assert!(most > 1, "more than one at once, drawn by {seed}");
        let all = limit * (STEPS / 6_000);
        // With few a minute they come and go faster than turns do.
        assert!(limit < 60 || given.len() > all as usize / 5, "{} of {all}, drawn by {seed}", given.len());
        assert_within(&mut given, limit, STEP, &format!("drawn by {seed}"));
    }
}
