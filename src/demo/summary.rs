//! The end of the demo in words: a table of what the CRM holds, and what is not as it must be.

use std::fmt::Write as _;

use clap::builder::styling::{AnsiColor, Style};

use crate::output::{self, Column, Show, clean, paint};

use super::calls::Refused;
use super::compare::{Difference, Report};

const COLUMNS: &[Column] = &[
    Column::new("CRM", "/crm", Show::Text),
    Column::new("RECORD", "/record", Show::Text),
    Column::new("SHOULD BE", "/due", Show::Number),
    Column::new("IS", "/is", Show::Number),
    Column::new("MISSING", "/missing", Show::Number),
    Column::new("DOUBLED", "/doubled", Show::Number),
    Column::new("WRONG", "/wrong", Show::Number),
];

/// Differences shown; the rest is counted.
const SHOWN_MAX: usize = 40;

/// The whole summary.
pub fn text(calls: usize, report: &Report, refused: &[Refused]) -> String {
    if calls == 0 {
        return "\nno call was made, so there is nothing to compare\n".to_owned();
    }
    let called = if calls == 1 { "1 call" } else { &format!("{calls} calls") };
    let mut text = format!("\nWhat the CRMs hold after {called}:\n\n{}\n", output::table(COLUMNS, &report.counts));
    // Writing to a String cannot fail.
    for Refused { number, answer } in refused {
        let _ = writeln!(text, "call #{number}: a notification was not taken: {}", clean(answer));
    }
    if report.is_right() && refused.is_empty() {
        let style = Style::new().fg_color(Some(AnsiColor::Green.into()));
        let _ = writeln!(text, "{style}every record is there exactly once{style:#}");
        return text;
    }
    if report.is_right() {
        let _ = writeln!(text, "{}: the records are as they should be, but not everything was taken", paint("failed"));
        return text;
    }
    let _ = writeln!(text, "{}: not as it should be:", paint("failed"));
    for Difference { crm, call, what } in report.differences.iter().take(SHOWN_MAX) {
        let call = if *call == 0 { String::new() } else { format!("call #{call}, ") };
        let _ = writeln!(text, "  {crm}, {call}{}", clean(what));
    }
    if report.differences.len() > SHOWN_MAX {
        let _ = writeln!(text, "  and {} more", report.differences.len() - SHOWN_MAX);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::compare::Count;
    use super::*;

    fn plain(report: &Report, refused: &[Refused]) -> String {
        anstream::adapter::strip_str(&text(30, report, refused)).to_string()
    }

    #[test]
    fn it_says_that_all_is_well_only_where_it_is() {
        let counts = vec![Count { crm: "rbs-crm", record: "contact documents", due: 30, is: 30, ..Count::default() }];
        let mut report = Report { counts, ..Report::default() };
        let said = plain(&report, &[]);
        assert!(said.contains("CRM      RECORD             SHOULD BE  IS  MISSING  DOUBLED  WRONG\n"), "{said}");
        assert!(said.ends_with("every record is there exactly once\n"), "{said}");
        let refused = [Refused { number: 4, answer: "status 503".to_owned() }];
        assert!(!plain(&report, &refused).contains("exactly once"));
        let what = "contact documents: missing".to_owned();
        report.differences = vec![Difference { crm: "rbs-crm", call: 4, what }; 50];
        let said = plain(&report, &[]);
        assert!(said.contains("  rbs-crm, call #4, contact documents: missing\n"), "{said}");
        assert!(said.contains("and 10 more\n") && !said.contains("exactly once"), "{said}");
    }
}
