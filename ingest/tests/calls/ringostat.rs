//! Ringostat: however the webhooks are set up, and whatever of them comes.

use processor::fold::fold_all;
use schemas::{Call, Source};
use simulators::ringostat::{Generator, GeneratorOptions, Kind, Names, OWN_NAMES, Scenario};

use crate::told::{compare, events, source};

/// Of each kind.
const CALLS: usize = 60;

fn ringostat(names: Names) -> Source {
    source("ringostat", ("UA", "Europe/Kyiv"), if names == Names::Own { OWN_NAMES } else { &[] })
}

fn calls(kind: Kind, names: Names) -> impl Iterator<Item = (Call, Scenario)> {
    let options = GeneratorOptions { kinds: vec![kind], names, ..GeneratorOptions::default() };
    let source = ringostat(names);
    Generator::new(11, options)
        .take(CALLS)
        .map(move |scenario| (fold_all(events(&source, &scenario)).unwrap(), scenario))
}

#[test]
fn n1_every_kind_of_call_in_every_style_is_known_as_it_happened() {
    for names in [Names::Documented, Names::Classic, Names::Own] {
        for kind in Kind::ALL {
            for (call, scenario) in calls(kind, names) {
                compare(&call, &scenario);
            }
        }
    }
}

#[test]
fn n1_a1_a2_the_order_and_repetitions_do_not_matter() {
    let source = ringostat(Names::Documented);
    for scenario in Generator::new(3, GeneratorOptions::default()).take(300) {
        let told = events(&source, &scenario);
        let call = fold_all(told.clone()).unwrap();
        let backwards = told.iter().rev().chain(&told).cloned();
        assert_eq!(fold_all(backwards).unwrap(), call);
    }
}

/// The after-call is the only webhook that must come: with it alone outcome, numbers, seconds and marks are the same.
#[test]
fn n1_the_last_after_call_alone_tells_what_happened() {
    let source = ringostat(Names::Documented);
    for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::OutOfOrder | Kind::Repeated)) {
        let options = GeneratorOptions { kinds: vec![kind], ..GeneratorOptions::default() };
        for mut scenario in Generator::new(5, options).take(CALLS) {
            let last = scenario.notifications.pop().unwrap();
            scenario.notifications = vec![last];
            let call = fold_all(events(&source, &scenario)).unwrap();
            // Who rang, or talked before the last, was said by what did not come.
            scenario.expected.talked = scenario.expected.answered_by.clone().into_iter().collect();
            scenario.expected.extensions_rung = call.legs.iter().map(|leg| leg.who.name().to_owned()).collect();
            compare(&call, &scenario);
        }
    }
}

#[test]
fn a13_the_beginning_is_said_in_the_projects_time_zone() {
    let source = ringostat(Names::Documented);
    let options = GeneratorOptions::default();
    let mut began = options.began;
    for scenario in Generator::new(9, options).take(200) {
        began += jiff::SignedDuration::from_secs(90);
        for event in events(&source, &scenario) {
            assert_eq!(event.said.started_at, Some(began), "{scenario:?}");
        }
    }
}

#[test]
fn n1_nothing_contradicts_itself() {
    for kind in Kind::ALL {
        for (call, scenario) in calls(kind, Names::Documented) {
            let unnamed = "answered, and not said by whom";
            assert!(
                call.anomalies.iter().all(|anomaly| anomaly == unnamed),
                "{:?} {:?}",
                scenario.kind,
                call.anomalies
            );
        }
    }
}
