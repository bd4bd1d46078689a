//! How a call ended, by what Ringostat says of it.

use schemas::PbxState;

use crate::sources::fields::Fields;
use crate::sources::values::{is_web_address, seconds};

/// What a disposition amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Answered, if there was a talk.
    Answered,
    /// Nobody talked with the client.
    Lost,
    /// The call goes on.
    Live,
    /// A word that is not documented.
    Unknown,
}

/// Dispositions as Ringostat documents them, letters only.
const VERDICTS: [(Verdict, &[&str]); 3] = [
    (Verdict::Answered, &["ANSWERED", "PROPER", "REPEATED"]),
    (
        Verdict::Lost,
        &[
            "NOANSWER",
            "BUSY",
            "FAILED",
            "DECLINE",
            "VOICEMAIL",
            "NOFORWARD",
            "NOEXTENSION",
            "WRONGEXTENSION",
            "FAILEDFORBIDDENDESTINATION",
            // Of a callback: the employee was there, the client was not.
            "CLIENTNOANSWER",
        ],
    ),
    (Verdict::Live, &["INPROGRESS", "CALLING"]),
];

const RECORDINGS: [&str; 3] = ["recording", "recording_wav", "record_link"];

/// What the fields say of the end.
#[derive(Debug)]
pub struct Ending {
    /// By the disposition, where there is one.
    pub verdict: Option<Verdict>,
    /// `billsec`.
    pub talk_seconds: Option<u32>,
    /// The call lasted, or the talk did.
    pub has_length: bool,
    /// There is a recording.
    pub has_recording: bool,
}

impl Ending {
    /// Reads it.
    pub fn of(fields: &Fields) -> Self {
        let number = |key: &str| fields.get(key).and_then(|text| seconds(text));
        let lasted = |key: &str| number(key).is_some_and(|seconds| seconds > 0);
        Self {
            verdict: fields.get("disposition").map(|said| verdict(said)),
            talk_seconds: number("billsec"),
            has_length: lasted("billsec") || lasted("duration"),
            has_recording: recording(fields).is_some(),
        }
    }

    /// The state that an end makes, and the seconds of talk where it says them.
    pub fn state(&self) -> (PbxState, Option<u32>) {
        match (self.verdict, self.talk_seconds) {
            (Some(Verdict::Live), _) => (PbxState::Ringing, None),
            // Nobody talked, whoever picked up on the way and however long a message was left.
            (Some(Verdict::Lost), _) => (PbxState::Missed, Some(0)),
            // The disposition alone proves no talk: a pick-up does, which the fold knows of.
            (_, Some(0)) => (PbxState::Missed, None),
            (Some(Verdict::Answered), talk) => (PbxState::Hangup, talk),
            (_, talk) if talk.is_some() || self.has_recording => (PbxState::Hangup, talk),
            _ => (PbxState::Missed, None),
        }
    }
}

/// Capitals with single spaces: Ringostat also writes `+`, `_` or `-` between the words.
pub fn normal(disposition: &str) -> String {
    let upper = disposition.to_uppercase();
    let words = upper.split(|c: char| c.is_whitespace() || matches!(c, '+' | '_' | '-'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Where the recording is: the first of its fields that holds an address.
pub fn recording(fields: &Fields) -> Option<&str> {
    RECORDINGS.iter().filter_map(|key| fields.get(*key)).map(String::as_str).find(|url| is_web_address(url))
}

fn verdict(disposition: &str) -> Verdict {
    let letters = normal(disposition).replace(' ', "");
    let found = VERDICTS.iter().find(|(_, words)| words.contains(&letters.as_str()));
    found.map_or(Verdict::Unknown, |(verdict, _)| *verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n1_every_disposition_in_every_spelling() {
        let rows = [
            ("ANSWERED", Verdict::Answered),
            ("PROPER", Verdict::Answered),
            ("repeated", Verdict::Answered),
            ("NO ANSWER", Verdict::Lost),
            ("NO+ANSWER", Verdict::Lost),
            ("no_answer", Verdict::Lost),
            ("BUSY", Verdict::Lost),
            ("FAILED", Verdict::Lost),
            ("DECLINE", Verdict::Lost),
            ("VOICEMAIL", Verdict::Lost),
            ("NO-FORWARD", Verdict::Lost),
            ("NO EXTENSION", Verdict::Lost),
            ("WRONG_EXTENSION", Verdict::Lost),
            ("FAILED+FORBIDDEN+DESTINATION", Verdict::Lost),
            ("CLIENT NO ANSWER", Verdict::Lost),
            ("IN PROGRESS", Verdict::Live),
            ("In_Progress", Verdict::Live),
            ("CALLING", Verdict::Live),
            ("CONGESTION", Verdict::Unknown),
        ];
        for (said, expect) in rows {
            assert_eq!(verdict(said), expect, "{said}");
        }
        assert_eq!(normal(" failed_forbidden+destination "), "FAILED FORBIDDEN DESTINATION");
    }

    #[test]
    fn n1_what_an_end_amounts_to() {
        use PbxState::{Hangup, Missed, Ringing};
        let rows: [(&str, &str, &str, _); 13] = [
            ("ANSWERED", "57", "", (Hangup, Some(57))),
            ("ANSWERED", "", "", (Hangup, None)),
            ("ANSWERED", "0", "", (Missed, None)),
            ("ANSWERED", "0", "https://r.test/1.mp3", (Missed, None)),
            ("NO ANSWER", "", "", (Missed, Some(0))),
            ("VOICEMAIL", "12", "https://r.test/1.mp3", (Missed, Some(0))),
            ("IN PROGRESS", "3", "", (Ringing, None)),
            ("CONGESTION", "", "", (Missed, None)),
            ("CONGESTION", "4", "", (Hangup, Some(4))),
            ("", "4", "", (Hangup, Some(4))),
            ("", "0", "", (Missed, None)),
            ("", "", "https://r.test/1.mp3", (Hangup, None)),
            ("", "", "not an address", (Missed, None)),
        ];
        for (disposition, billsec, recording, expect) in rows {
            let said = [("disposition", disposition), ("billsec", billsec), ("recording", recording)];
            let fields = said.iter().filter(|(_, value)| !value.is_empty());
            let fields = fields.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            assert_eq!(Ending::of(&fields).state(), expect, "{disposition} {billsec} {recording}");
        }
    }
}
