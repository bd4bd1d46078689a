//! The rule of silence, on sources that call as they do every week (A14).

use schemas::Timestamp;

use super::at;
use crate::alerts::silence::{BEFORE, EXPECTED, PAUSE_MIN, Pause, WEEKS, Week, is_silent};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const WEEK: i64 = 7 * 24 * HOUR;

/// Calls of a week, by the second of it, the same every week: one every `every` seconds from `from` to `to` o'clock, on the
/// first five days.
fn office(every: usize, from: i64, to: i64) -> Vec<i64> {
    let day = |day: i64| (day * 24 * HOUR + from * HOUR..day * 24 * HOUR + to * HOUR).step_by(every);
    (0..5).flat_map(day).collect()
}

/// What is known when the last call was at `last` and it is `now`, seconds of the fifth week.
fn pause(calls: &[i64], weeks: usize, last: i64, now: i64) -> Pause {
    let between = |from: i64, to: i64| {
        let all = (-1..1).flat_map(|week| calls.iter().map(move |call| call + week * WEEK));
        u32::try_from(all.filter(|call| (from..to).contains(call)).count()).unwrap()
    };
    let before = i64::try_from(BEFORE.as_secs()).unwrap();
    let week = Week { before: between(last - before, last), pause: between(last, now) };
    Pause { last: at(last), now: at(now), before: between(last - before, last + 1), weeks: vec![week; weeks] }
}

/// When the alarm comes, seconds after the last call; nothing within three days.
fn alarm(calls: &[i64], weeks: usize, last: i64) -> Option<i64> {
    (0..3 * 24 * 60).map(|minute| minute * MINUTE).find(|after| is_silent(&pause(calls, weeks, last, last + after)))
}

#[test]
fn a14_the_alarm_comes_when_the_rate_lets_expect_calls_and_never_before_five_minutes() {
    // Wednesday at noon.
    let noon = 2 * 24 * HOUR + 12 * HOUR;
    for (every, expected) in [(10, PAUSE_MIN.as_secs()), (60, 8 * 60), (300, 8 * 300)] {
        let (alarm, expected) = (alarm(&office(every, 8, 20), WEEKS, noon).unwrap(), i64::try_from(expected).unwrap());
        assert!((expected - MINUTE * 5..=expected + MINUTE * 5).contains(&alarm), "{every}: {alarm}");
    }
}

#[test]
fn a14_no_alarm_at_night_or_on_days_on_which_it_is_always_silent() {
    let calls = office(60, 8, 20);
    for day in 0..5 {
        let last = *calls.iter().rfind(|call| **call < (day + 1) * 24 * HOUR).unwrap();
        let next = calls.iter().find(|call| **call > last).copied().unwrap_or(WEEK);
        for now in (last..next).step_by(300) {
            assert!(!is_silent(&pause(&calls, WEEKS, last, now)), "day {day}, {now}");
        }
    }
    // The webhooks were switched off at night: the alarm comes in the morning, when calls should.
    let last = *calls.iter().rfind(|call| **call < 24 * HOUR).unwrap();
    let alarm = last + alarm(&calls, WEEKS, last).unwrap();
    assert!((32 * HOUR..32 * HOUR + 15 * MINUTE).contains(&alarm), "{alarm}");
}

#[test]
fn a14_no_alarm_with_too_little_history_or_where_one_week_was_silent_too() {
    let (calls, noon) = (office(60, 8, 20), 2 * 24 * HOUR + 12 * HOUR);
    assert_eq!((alarm(&calls, 0, noon), alarm(&calls, 1, noon)), (None, None));
    assert!(alarm(&calls, 2, noon).is_some());
    let mut holiday = pause(&calls, WEEKS, noon, noon + HOUR);
    assert!(is_silent(&holiday));
    holiday.weeks[2].pause = 0;
    assert!(!is_silent(&holiday));
}

#[test]
fn a14_on_a_quiet_day_less_is_expected() {
    let noon = 2 * 24 * HOUR + 12 * HOUR;
    let usual = pause(&office(60, 8, 20), WEEKS, noon, noon + 20 * MINUTE);
    assert!(is_silent(&usual));
    assert!(!is_silent(&Pause { before: usual.before / 10, ..usual.clone() }));
    assert!(is_silent(&Pause { before: usual.before * 10, ..usual }), "a busy day makes no alarm late");
}

#[test]
fn a14_properties_of_the_rule() {
    let mut random = fastrand(14);
    for _ in 0..20_000 {
        let weeks: Vec<Week> = (0..random(6)).map(|_| Week { before: random(40), pause: random(40) }).collect();
        let now = at(i64::from(random(7200)));
        let pause = Pause { last: at(0), now, before: random(40), weeks };
        let silent = is_silent(&pause);
        if silent {
            assert!(now >= at(300) && pause.weeks.len() >= 2, "{pause:?}");
            assert!(pause.weeks.iter().all(|week| f64::from(week.pause) >= EXPECTED), "{pause:?}");
            let longer = Pause { now: Timestamp::MAX, ..pause.clone() };
            assert!(is_silent(&longer), "it does not end by lasting");
            let mut quiet = pause.clone();
            quiet.weeks.push(Week { before: 10, pause: 0 });
            assert!(!is_silent(&quiet), "one silent week explains it");
        } else if let Some(last) = pause.weeks.last().copied() {
            let mut known = pause.clone();
            known.weeks.push(last);
            known.weeks.push(Week { pause: 0, ..last });
            assert!(!is_silent(&known));
        }
    }
}

/// Numbers below what is asked, the same at every run.
fn fastrand(seed: u64) -> impl FnMut(u32) -> u32 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(state >> 33).unwrap_or_default() % below
    }
}
