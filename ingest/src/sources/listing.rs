//! What a PBX lists of its own: calls, and the notifications it sent. What its webhooks did not say is asked for there. Pure: whoever
//! asks does the I/O, and compares.

use std::collections::BTreeMap;
use std::time::Duration;

use backbone::store::SourceEntry;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use schemas::{Source, Timestamp};
use serde_json::value::RawValue;

use super::Reading;
use super::api::{Question, strange};
use super::fields::{self, Fields};

/// The list of calls.
pub const CALLS: &str = "calls";
/// The list of notifications that were sent.
pub const NOTIFICATIONS: &str = "notifications";
/// No wait that a PBX asks for is longer.
const WAIT_MAX: Duration = Duration::from_hours(24);
/// A row that is longer is none of a call.
const ROW_BYTES_MAX: usize = 64 << 10;
/// Stands in the identity of what is said when asked. No field has a space in its name, so no webhook has the same.
const ASKED: (&str, &str) = ("when asked", "calls");

/// Calls that began in it are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From then on.
    pub from: Timestamp,
    /// Until then.
    pub to: Timestamp,
}

/// A call as the list has it: it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it says; the same row asked for twice is the same event.
    pub reading: Reading,
    /// When the call ended by the PBX's clock, where said.
    pub ended_at: Option<Timestamp>,
    /// The row, word for word.
    pub text: String,
}

/// One answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its calls that are over.
    pub rows: Vec<Row>,
    /// Why a row of it could not be read, once for all of them; and how many could not.
    pub unreadable: Option<(String, usize)>,
    /// What is left to ask for.
    pub rest: Rest,
    /// Nothing more may be asked for so long.
    pub wait: Option<Duration>,
}

/// What an answer left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rest {
    /// Nothing.
    #[default]
    Nothing,
    /// Rows from this one on, counted from 0.
    From(u64),
    /// Nobody knows: ask for shorter windows.
    Unknown,
}

/// Why there is no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The PBX's limit is reached; it says for how long.
    Limit(Duration),
    /// Anything else: what is wrong, and what to do.
    Because(String),
}

/// Extensions of employees by the PBX's id of them.
pub type Staff = BTreeMap<String, String>;

/// Part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Of which time.
    pub window: Window,
    /// From this row on, counted from 0.
    pub from: u64,
    /// The PBX's number of the list, where it had to be found.
    pub list: Option<u64>,
}

/// A list that a PBX can be asked for.
pub trait Lists: Sync {
    /// What tells it from the PBX's other lists.
    fn name(&self) -> &'static str {
        CALLS
    }

    /// Whether this source is asked for it.
    fn is_wanted(&self, source: &Source) -> bool {
        let _ = source;
        true
    }

    /// What asks for the PBX's number of the list, where it has one.
    fn number(&self, of: &SourceEntry) -> Option<Result<Question, String>> {
        let _ = of;
        None
    }

    /// What the answer to that says.
    fn numbered(&self, of: &SourceEntry, status: u16, body: &str) -> Result<u64, Refused> {
        let _ = of;
        Err(Refused::Because(strange(status, body)))
    }

    /// What asks for a page; or which credential is missing.
    fn page(&self, of: &SourceEntry, page: Page) -> Result<Question, String>;

    /// What the answer to that says; `from` as it was asked for.
    fn listed(&self, of: &SourceEntry, status: u16, body: &str, from: u64) -> Result<Listed, Refused>;

    /// What asks for the employees' extensions, where the list names employees by the PBX's ids alone.
    fn staff(&self, of: &SourceEntry) -> Option<Question> {
        let _ = of;
        None
    }

    /// What the answer to that says.
    fn staffed(&self, status: u16, body: &str) -> Result<Staff, Refused> {
        let _ = (status, body);
        Ok(Staff::new())
    }
}

impl Window {
    /// Its two halves at a whole second; nothing where it is too short to be halved.
    pub fn halves(self) -> Option<[Self; 2]> {
        let middle = self.from.as_second().midpoint(self.to.as_second());
        let middle = Timestamp::from_second(middle).ok().filter(|middle| self.from < *middle && *middle < self.to)?;
        Some([Self { to: middle, ..self }, Self { from: middle, ..self }])
    }

    /// Both ends as the clocks of `zone` show them, to the second: `2026-11-19 08:00:05`. Where these clocks were put back in
    /// between, more than the window, so that all of it is in it.
    pub fn civil(self, zone: &str) -> Result<[String; 2], String> {
        let zone = TimeZone::get(zone).map_err(|_| format!("its timezone {zone:?} is not known: correct it"))?;
        let from = self.from.to_zoned_datetime(zone.clone());
        let to = later_second(self.to).to_zoned_datetime(zone);
        let back = i64::from((from.offset().seconds() - to.offset().seconds()).max(0));
        let back = SignedDuration::from_secs(back);
        let text = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%d %H:%M:%S").to_string();
        Ok([text(from.datetime().saturating_sub(back)), text(to.datetime().saturating_add(back))])
    }
}

fn later_second(at: Timestamp) -> Timestamp {
    let second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    Timestamp::from_second(second).unwrap_or(at)
}

impl Refused {
    /// The limit is reached for so long, within bounds.
    pub fn limit(wait: Duration) -> Self {
        Self::Limit(wait.clamp(Duration::from_secs(1), WAIT_MAX))
    }
}

/// Reads each row by its fields of these names; `None` is a call that goes on.
pub fn rows(
    rows: &[&RawValue],
    names: &[&str],
    read: impl Fn(Fields) -> Result<Option<(Reading, Option<Timestamp>)>, String>,
) -> Listed {
    each(rows, |text| {
        let mut fields = fields::inside(text).ok_or("a row is no JSON object")?;
        fields.retain(|name, _| names.contains(&name.as_str()));
        let Some((mut reading, ended_at)) = read(fields)? else { return Ok(None) };
        reading.identity.insert(ASKED.0.to_owned(), ASKED.1.to_owned());
        Ok(Some(Row { reading, ended_at, text: text.to_owned() }))
    })
}

/// Reads each row; `None` is one that says nothing.
pub fn each(rows: &[&RawValue], read: impl Fn(&str) -> Result<Option<Row>, String>) -> Listed {
    let mut listed = Listed::default();
    for row in rows {
        let row = row.get();
        let said = if row.len() > ROW_BYTES_MAX {
            Err(format!("a row is longer than {ROW_BYTES_MAX} bytes"))
        } else {
            read(row)
        };
        match said {
            Ok(row) => listed.rows.extend(row),
            Err(why) => listed.unreadable.get_or_insert((why, 0)).1 += 1,
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_written_in_the_pbxs_zone_and_holds_all_of_itself() {
        let rows = [
            ("2026-11-19T08:00:00Z", "2026-11-19T09:00:00.2Z", ["2026-11-19 10:00:00", "2026-11-19 11:00:01"]),
            // In the night to 25 October clocks go back from 04:00 to 03:00, at 01:00 UTC.
            ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", ["2026-10-25 02:30:00", "2026-10-25 04:30:00"]),
            ("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", ["2026-03-29 02:30:00", "2026-03-29 04:30:00"]),
        ];
        for (from, to, expect) in rows {
            assert_eq!(Window { from: at(from), to: at(to) }.civil("Europe/Kyiv").unwrap(), expect);
        }
        assert!(Window { from: at(rows[0].0), to: at(rows[0].1) }.civil("Nowhere").unwrap_err().contains("timezone"));
    }

    #[test]
    fn halves_meet_and_end() {
        let mut window = Window { from: at("2026-11-19T08:00:00.5Z"), to: at("2026-11-20T08:00:00Z") };
        let mut count = 0;
        while let Some([first, second]) = window.halves() {
            assert_eq!((first.from, first.to, second.to), (window.from, second.from, window.to));
            window = second;
            count += 1;
        }
        assert!(count < 20, "{count}");
    }
}
