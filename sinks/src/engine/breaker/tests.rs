//! The breaker, step by step and at random.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn misses(breaker: &mut Breaker, count: u32, now: Timestamp) -> Option<Change> {
    (0..count).filter_map(|_| breaker.note(Heard::Nothing, false, now, 0.5)).last()
}

fn open() -> Breaker {
    let mut breaker = Breaker::default();
    assert_eq!(misses(&mut breaker, MISSES, at(0)), Some(Change::Opened));
    breaker
}

/// Seconds until it probes.
fn wait(breaker: &Breaker, from: i64) -> i64 {
    (from..from + 1000).find(|second| breaker.gate(at(*second)) == Gate::Probe).unwrap() - from
}

#[test]
fn f4_it_opens_after_misses_in_a_row_and_an_answer_between_begins_anew() {
    let mut breaker = Breaker::default();
    assert_eq!(misses(&mut breaker, MISSES - 1, at(0)), None);
    breaker.note(Heard::Unclear, false, at(0), 0.5);
    assert_eq!(breaker.note(Heard::Answer, false, at(0), 0.5), None);
    assert_eq!(misses(&mut breaker, MISSES - 1, at(1)), None);
    assert_eq!((breaker.gate(at(1)), breaker.since()), (Gate::Free, None));
    assert_eq!(misses(&mut breaker, 1, at(2)), Some(Change::Opened));
    assert_eq!((breaker.gate(at(2)), breaker.since()), (Gate::Shut, Some(at(2))));
    assert_eq!(misses(&mut breaker, 10, at(3)), None, "said once");
}

#[test]
fn f4_one_delivery_probes_at_a_time_and_an_answer_closes_it() {
    let mut breaker = open();
    assert!(!breaker.begin(at(4)));
    assert!(breaker.begin(at(5)) && !breaker.begin(at(5)));
    assert_eq!(breaker.gate(at(500)), Gate::Shut, "one is under way");
    assert_eq!(breaker.note(Heard::Answer, false, at(6), 0.5), None, "not the probe");
    assert_eq!(breaker.note(Heard::Answer, true, at(6), 0.5), Some(Change::Closed));
    assert_eq!((breaker.gate(at(6)), breaker.since(), breaker.again(at(6))), (Gate::Free, None, None));
}

#[test]
fn f4_waits_grow_and_a_probe_begins_within_a_minute_of_the_last() {
    for (jitter, most) in [(0.0, 60), (0.5, 60), (1.0, 59)] {
        let (mut breaker, mut now, mut waits) = (open(), 0, Vec::new());
        for _ in 0..8 {
            let wait = wait(&breaker, now);
            waits.push(wait);
            now += wait;
            assert!(breaker.begin(at(now)));
            assert_eq!(breaker.note(Heard::Nothing, true, at(now), jitter), None);
        }
        assert!(waits.windows(2).all(|two| two[0] <= two[1]), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= most), "{waits:?}");
        assert_eq!(breaker.since(), Some(at(0)), "one opening, however many probes");
    }
}

#[test]
fn f8_a_probe_that_hangs_puts_the_next_off_by_no_more_than_the_wait() {
    let (mut breaker, mut now) = (open(), 0);
    for _ in 0..6 {
        now += wait(&breaker, now);
        breaker.begin(at(now));
        let began = now;
        now += 30;
        breaker.note(Heard::Nothing, true, at(now), 1.0);
        assert!(now + wait(&breaker, now) - began <= 60);
    }
}

#[test]
fn f17_a_crm_that_comes_and_goes_is_asked_less_and_less_until_it_stays() {
    let (mut breaker, mut now, mut waits) = (open(), 0, Vec::new());
    for _ in 0..5 {
        let wait = wait(&breaker, now);
        waits.push(wait);
        now += wait;
        breaker.begin(at(now));
        assert_eq!(breaker.note(Heard::Answer, true, at(now), 0.5), Some(Change::Closed));
        misses(&mut breaker, MISSES, at(now + 1));
        now += 1;
    }
    assert_eq!(waits, [5, 10, 20, 40, 48]);
    now += wait(&breaker, now);
    breaker.begin(at(now));
    breaker.note(Heard::Answer, true, at(now), 0.5);
    now += 301;
    misses(&mut breaker, MISSES, at(now));
    assert_eq!(wait(&breaker, now), 5, "it had stayed");
}

#[test]
fn a_probe_that_says_nothing_of_the_crm_is_followed_by_another_soon() {
    let mut breaker = open();
    breaker.begin(at(5));
    assert_eq!(breaker.note(Heard::Unclear, true, at(6), 0.5), None);
    assert_eq!(wait(&breaker, 6), 2);
    breaker.begin(at(8));
    breaker.broke_off();
    assert_eq!(wait(&breaker, 8), 2);
    assert_eq!(breaker.since(), Some(at(0)));
}

#[test]
fn an_answer_of_one_that_began_before_is_worth_a_probe_at_once() {
    let mut breaker = open();
    assert_eq!(breaker.note(Heard::Answer, false, at(1), 0.5), None);
    assert_eq!((breaker.gate(at(1)), breaker.since()), (Gate::Probe, Some(at(0))));
}

#[test]
fn one_that_was_found_open_probes_at_once_and_keeps_its_time() {
    let mut breaker = Breaker::opened(at(0));
    assert_eq!((breaker.gate(at(0)), breaker.since()), (Gate::Probe, Some(at(0))));
    assert!(breaker.begin(at(100)));
    assert_eq!(breaker.note(Heard::Answer, true, at(100), 0.5), Some(Change::Closed));
}

#[test]
fn f17_whatever_happens_opening_and_closing_take_turns_and_it_is_never_stuck() {
    let mut random = fastrand::Rng::with_seed(17);
    for _ in 0..200 {
        let (mut breaker, mut now, mut probing, mut last) = (Breaker::default(), 0, false, Change::Closed);
        for _ in 0..300 {
            now += random.i64(0..20);
            probing |= breaker.begin(at(now));
            let heard = [Heard::Answer, Heard::Nothing, Heard::Nothing, Heard::Unclear][random.usize(0..4)];
            let probe = probing && random.bool();
            let change = breaker.note(heard, probe, at(now), random.f64());
            probing &= !probe;
            if let Some(change) = change {
                assert_ne!(change, last);
                last = change;
            }
            assert_eq!(breaker.since().is_some(), last == Change::Opened);
            assert!(probing || breaker.gate(at(now + 60)) != Gate::Shut, "{breaker:?}");
        }
    }
}
