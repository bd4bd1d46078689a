//! Calls of a source, as the processor finishes them.

use schemas::{Call, CallState, Timestamp};
use serde_json::{Value, json};

/// How a call went.
#[derive(Debug, Clone, Copy)]
pub enum Went {
    AnsweredIn,
    MissedIn,
    AnsweredOut,
    MissedOut,
}

/// One call in the making.
#[derive(Debug, Clone)]
pub struct Told {
    session: String,
    number: Option<String>,
    went: Went,
    who: Vec<&'static str>,
    recordings: Vec<String>,
    revision: u32,
}

/// A call of a number, by the first employee.
pub fn call(session: &str, number: &str, went: Went) -> Told {
    let (session, number) = (session.to_owned(), Some(number.to_owned()));
    Told { session, number, went, who: vec!["101"], recordings: Vec::new(), revision: 1 }
}

impl Told {
    /// Of somebody who hides.
    pub fn hidden(self) -> Self {
        Self { number: None, ..self }
    }

    /// Talked with these, one after another.
    pub fn by(self, who: &[&'static str]) -> Self {
        Self { who: who.to_vec(), ..self }
    }

    /// The next revision, which says this too.
    pub fn recorded(mut self, url: &str) -> Self {
        self.recordings.push(url.to_owned());
        self.again()
    }

    /// The next revision.
    pub fn again(self) -> Self {
        Self { revision: self.revision + 1, ..self }
    }

    /// The next revision: it went otherwise.
    pub fn corrected(self, went: Went) -> Self {
        Self { went, ..self }.again()
    }

    /// As the processor writes it while it goes on.
    pub fn going_on(&self) -> Call {
        let now = Timestamp::now();
        Call {
            state: CallState::Ringing,
            outcome: None,
            ended_at: None,
            talks: vec![],
            talk_seconds: None,
            last_heard_at: now,
            ..self.call()
        }
    }

    /// As the processor writes it.
    pub fn call(&self) -> Call {
        let answered = matches!(self.went, Went::AnsweredIn | Went::AnsweredOut);
        let outgoing = matches!(self.went, Went::AnsweredOut | Went::MissedOut);
        let (began, ended) = ("2026-11-19T09:00:00Z", "2026-11-19T09:01:00Z");
        let who: Vec<Value> = self.who.iter().map(|extension| who(extension)).collect();
        let legs: Vec<Value> = who.iter().map(|who| json!({"who": who, "rang_at": began})).collect();
        let talks: Vec<Value> =
            who.iter().filter(|_| answered).map(|who| json!({"who": who, "began_at": began})).collect();
        let recordings: Vec<Value> = self.recordings.iter().map(|url| json!({"url": url, "heard_at": ended})).collect();
        let client = match &self.number {
            Some(number) => json!({"said": number, "e164": format!("+{number}")}),
            None => json!({"said": "anonymous", "anonymous": true}),
        };
        serde_json::from_value(json!({
            "id": format!("acme-pbx/{}", self.session), "account": "acme", "source": "acme-pbx",
            "session": self.session, "use_number": 1, "revision": self.revision,
            "direction": if outgoing { "outgoing" } else { "incoming" }, "state": "ended",
            "outcome": if answered { "answered" } else { "missed" }, "client": client,
            "line": {"said": "380441112233", "e164": "+380441112233"}, "legs": legs, "talks": talks,
            "recordings": recordings, "started_at": began, "ended_at": ended, "last_heard_at": ended,
            "talk_seconds": if answered { json!(57) } else { Value::Null }, "events": []
        }))
        .unwrap()
    }
}

fn who(extension: &str) -> Value {
    let sip = match extension {
        "101" => "acme_ivan",
        "102" => "acme_olena",
        _ => "acme_nobody",
    };
    json!({"extension": extension, "sip": sip})
}
