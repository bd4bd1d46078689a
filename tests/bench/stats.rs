//! Medians, percentiles and how figures are printed.

use std::fmt;

/// The least, the middle and the most of a few runs.
#[derive(Clone, Copy)]
pub struct Spread {
    pub least: f64,
    pub median: f64,
    pub most: f64,
}

impl Spread {
    /// Of at least one run.
    pub fn of(mut runs: Vec<f64>) -> Self {
        runs.sort_by(f64::total_cmp);
        let at = |index: usize| runs.get(index).copied().unwrap_or(f64::NAN);
        Self { least: at(0), median: at(runs.len() / 2), most: at(runs.len().saturating_sub(1)) }
    }

    /// Ours as a part of the limit, each run by the limit of its own round.
    pub fn ratio(ours: &[f64], limits: &[f64]) -> Self {
        Self::of(ours.iter().zip(limits).map(|(ours, limit)| ours / limit).collect())
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} .. {})", number(self.median), number(self.least), number(self.most))
    }
}

/// The value that so many percent of the sorted ones do not exceed.
pub fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().map_or(f64::NAN, f64::from)
}

/// A count as a fraction; exact for all that is counted here.
pub fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// Three digits that count, thousands apart.
pub fn number(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.*}", if value < 10.0 { 2 } else { 1 });
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One line of the report.
pub fn line(what: &str, figure: impl fmt::Display) {
    println!("  {what:<58} {figure}");
}
