//! UIS.

use processor::fold::fold_all;
use simulators::uis::{Generator, GeneratorOptions, Kind};

use crate::told::{compare, events, source};

#[test]
fn r1_every_kind_of_call_in_every_style_is_known_as_it_happened() {
    let source = source("uis", ("RU", "Europe/Moscow"), &[]);
    for kind in Kind::ALL {
        let options = GeneratorOptions { kinds: vec![kind], ..GeneratorOptions::default() };
        for scenario in Generator::new(7, options).take(50) {
            compare(&fold_all(events(&source, &scenario)).unwrap(), &scenario);
        }
    }
}
