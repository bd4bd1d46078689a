use futures_util::FutureExt as _;

use super::turns::KEPT;
use super::*;

const MINUTE: Duration = Duration::from_mins(1);

fn alone(max_per_minute: u32) -> Pace {
    Pace::new(max_per_minute, Arc::new(Part::whole()))
}

#[test]
fn what_is_left_over_is_taken_and_never_reserved() {
    let begun = Instant::now();
    let mut turns = Turns::new(10, begun);
    turns.share(Held { workers: 1, since: begun });
    let first = turns.left_over(begun).unwrap_err();
    assert_eq!(first, begun + Duration::from_secs(12), "what went before the start may have been another turn");
    assert!(turns.left_over(first).is_ok());
    let again = turns.left_over(first).unwrap_err();
    assert_eq!(turns.reserve(first, None), Ok(again), "a live one has the next turn, whoever asked before");
    let next = turns.left_over(first).unwrap_err();
    assert!(next > again);
    for _ in 0..9 {
        assert_eq!(turns.reserve(first, Some(again)), Err(next), "what comes too late takes no turn");
    }
    assert_eq!(turns.reserve(first, Some(next)), Ok(next));
}

#[tokio::test]
async fn nobody_asks_again_and_again_while_the_crm_wants_nothing() {
    let pace = Pace::new(0, Arc::default());
    let before = Instant::now();
    pace.hold(90 * MINUTE);
    for asked in [pace.reserve(), pace.left_over(), pace.reserve_by(before + MINUTE)] {
        assert!(pace.when(asked) >= before + MINUTE);
        assert!(pace.come(asked).now_or_never().is_none());
    }
}

#[test]
fn live_calls_go_at_once_and_no_minute_has_more_turns_than_its_limit() {
    for (limit, seed) in
        [12_000, 600, 60, 20, 19, 1].into_iter().flat_map(|limit| (0..4).map(move |seed| (limit, seed)))
    {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut now = Instant::now();
        let mut turns = Turns::new(limit, now);
        turns.share(Held { workers: 1, since: now });
        let (mut given, mut at_once) = (Vec::new(), 0);
        // By chance: what waits takes its turns for a while, live calls come many at once, the CRM asks for a pause, nothing comes.
        while given.len() < 4 * limit as usize {
            match rng.u8(..8) {
                0 => now += MINUTE.mul_f64(rng.f64()),
                1 => turns.hold(now + MINUTE.mul_f64(rng.f64() / 4.0)),
                2 => {
                    let all: Vec<Instant> = (0..=limit / 8).map(|_| turns.reserve(now, None).unwrap()).collect();
                    at_once += all.iter().filter(|at| **at == now).count();
                    given.extend(all);
                }
                _ => (0..=limit / 4).for_each(|_| match turns.left_over(now) {
                    Ok(()) => given.push(now),
                    Err(turn) => now = turn,
                }),
            }
        }
        assert_within(&mut given, limit, Duration::from_millis(1), &format!("drawn by {seed}"));
        assert!(limit < KEPT || at_once > limit as usize / KEPT as usize, "{at_once} of {limit}");
    }
}

/// No minute has more than its limit; `by`: so exactly are the times known.
pub fn assert_within(given: &mut [Instant], limit: u32, by: Duration, what: &str) {
    given.sort_unstable();
    for (first, next) in given.iter().zip(given.iter().skip(limit as usize)) {
        assert!(*next + by >= *first + MINUTE, "{limit} a minute, {what}");
    }
}

#[test]
fn requests_are_spread_and_a_hold_holds_without_a_limit_too() {
    let pace = alone(10);
    let first = pace.reserve().unwrap();
    assert!(pace.stands(first));
    assert!(pace.reserve().unwrap().at >= first.at + Duration::from_secs(6));
    let unlimited = Pace::new(0, Arc::default());
    let before = Instant::now();
    assert!(unlimited.reserve().unwrap().at < before + MINUTE, "however many there are");
    assert_eq!(unlimited.held_for(), Duration::ZERO);
    unlimited.hold(MINUTE);
    let held = unlimited.reserve().unwrap();
    assert!(held.at >= before + MINUTE && !unlimited.stands(held));
    assert!(unlimited.held_long().is_none() && unlimited.held_for() > Duration::ZERO);
    unlimited.hold(120 * MINUTE);
    assert!(unlimited.held_long().is_some(), "the day's quota is spent");
    assert!(unlimited.reserve().unwrap().at < Instant::now() + 2 * MINUTE, "who is in hand is given back");
    let ahead = alone(12_000);
    ahead.hold(MINUTE);
    assert!(ahead.reserve().unwrap().at >= before + MINUTE, "nobody is ahead of what the CRM asked for");
}

#[test]
fn nothing_is_sent_before_others_know_and_a_turn_is_void_when_they_change() {
    let part = Arc::new(Part::default());
    let pace = Pace::new(600, Arc::clone(&part));
    let now = Instant::now();
    assert!(pace.reserve().unwrap_err() > now, "who else is there is not known yet");
    let share = |workers, from, until| Share { workers, from, until: Some(until) };
    part.set(share(2, now + MINUTE, now + 2 * MINUTE), now);
    assert_eq!(pace.left_over(), Err(now + MINUTE), "the others may not know of us");
    part.set(share(1, now, now + MINUTE), Instant::now());
    let turn = pace.reserve().unwrap();
    assert!(pace.stands(turn));
    part.set(share(2, now, now + MINUTE), Instant::now());
    assert!(!pace.stands(turn), "half of it is somebody else's now");
    part.set(share(1, now, now + MINUTE), Instant::now());
    assert!(!pace.stands(turn), "and meanwhile was");
    part.set(share(2, now, now + MINUTE), Instant::now());
    let (first, second) = (pace.reserve().unwrap().at, pace.reserve().unwrap().at);
    // 570 spread over the minute by two.
    assert_eq!((second - first).as_millis(), 210);
    part.set(share(2, now, now), Instant::now());
    assert!(pace.reserve().is_err(), "the others may take us for gone");
}
