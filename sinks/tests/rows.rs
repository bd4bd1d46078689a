//! Every row of the features that ends in a CRM is named by a test of its plan and by one over the wire.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Rows, where their plans are tested, and where they are over the wire; below the workspace.
const ROWS: &[(&[&str], &str, &str)] = &[
    (&["n1"], "ingest/src/sources/ringostat", "ingest/src/tests"),
    (&["n2"], "ingest/src/sources", "console/src/api/tests"),
    (&["r1"], "ingest/src/sources/uis", "tests/it"),
    (&["r3", "r4", "r5", "r6", "r7", "r8"], "sinks/src/crms/rbs_crm", "sinks/tests/rbs_crm"),
    (&["u3"], "ingest/src/sources", "console/src/api/tests"),
    (&["u5"], "console/src/api/tests", "tests/it"),
    (&["u1", "u2", "u4"], "sinks/src/crms/uspacy", "sinks/tests/uspacy"),
    (&["s1", "s2", "s5"], "sinks/src/crms/sitniks", "sinks/tests/sitniks"),
    (&["a1", "a2", "a3", "a4", "a5", "a6"], "sinks/src/crms/asteril", "sinks/tests/asteril"),
    (&["z3", "z4", "z5", "z6"], "sinks/src/crms/zoho_desk", "sinks/tests/zoho_desk"),
];

/// Rows of the fault list that every connector is put through, by the suite in `contract`.
const FAULTS: &[&str] = &["a8", "a10", "f9", "f10", "f11", "f12", "f13", "f15", "f5", "f6", "g3"];

#[test]
fn every_row_is_named_by_a_test_of_its_plan_and_by_one_over_the_wire() {
    let mut places: Vec<(&str, &[&str])> =
        ROWS.iter().flat_map(|(rows, plan, wire)| [(*plan, *rows), (*wire, *rows)]).collect();
    places.push(("sinks/tests/contract", FAULTS));
    let missing: Vec<String> = places
        .into_iter()
        .flat_map(|(place, rows)| {
            let named = named(place);
            let missing = rows.iter().filter(move |row| !named.contains(**row));
            missing.map(move |row| format!("{row} in {place}"))
        })
        .collect();
    assert!(missing.is_empty(), "no test is named by {missing:?}");
}

/// The rows that functions of a folder, or of the file of that name, are named by: `fn f3_f15_killed` is named by two.
fn named(place: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(place);
    let mut rows = BTreeSet::new();
    for file in files(&root) {
        for function in std::fs::read_to_string(file).unwrap().split("fn ").skip(1) {
            let name = function.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            rows.extend(name.split('_').take_while(|part| is_row(part)).map(str::to_owned));
        }
    }
    rows
}

fn is_row(part: &str) -> bool {
    let digits = part.strip_prefix(|c: char| c.is_ascii_lowercase()).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn files(root: &Path) -> Vec<PathBuf> {
    if !root.is_dir() {
        return vec![root.with_extension("rs")];
    }
    let entries = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let below = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    below.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}
