//! The first thing a newcomer runs.

use std::process::{Command, Stdio};

#[test]
fn the_demo_ends_by_itself_and_finds_every_record_in_its_place() {
    let output = Command::new(env!("CARGO_BIN_EXE_ringfold"))
        .args(["demo", "--calls", "34", "--seed", "7", "--listen", "127.0.0.1:0"])
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let story = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{story}\n{said}");
    assert!(story.contains("every record is there exactly once"), "{story}");
    assert!(!said.contains("panicked"), "{said}");
}
