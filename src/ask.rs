//! The question before something that is bulk or cannot be undone.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::exit::Exit;

/// Goes on only if the person says yes, here or by `--yes`. Without a terminal there is nobody to ask.
pub fn confirm(question: &str, yes: bool) -> Result<(), Exit> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Exit::usage(format!("{question} Nobody is at a terminal to answer; add --yes to go on.")));
    }
    write!(io::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if is_yes(&answer) { Ok(()) } else { Err(Exit::failed("nothing was changed")) }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Status;

    #[test]
    fn only_a_yes_is_a_yes() {
        for (answer, expected) in [("y\n", true), ("Yes\r\n", true), ("\n", false), ("no\n", false), ("yep\n", false)] {
            assert_eq!(is_yes(answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn without_a_terminal_the_flag_is_named() {
        assert!(confirm("Turn 2 connections off?", true).is_ok());
        // Under a test runner at a terminal there is somebody to ask.
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let exit = confirm("Turn 2 connections off?", false).unwrap_err();
            assert_eq!(exit.status, Status::Usage);
            assert!(exit.message.contains("--yes"), "{}", exit.message);
        }
    }
}
