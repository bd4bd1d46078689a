//! What a delivery asked of its CRM and was answered: a line for each request, secrets and numbers hidden, for people who
//! want to know. Whoever works on a delivery has its requests recorded; [`super::http`] tells of each, and connectors know
//! nothing of it. A line is `TIME METHOD PATH -> STATUS in N ms; sent …; got …`.

mod line;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use reqwest::Request;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap};
use schemas::Timestamp;
use tokio::time::Instant;

use super::http::Reply;
use super::masks::Masks;
use line::{cut, decoded, excerpt, line};

/// Bytes of all lines of a delivery: the newest are kept.
pub const BYTES_MAX: usize = 4096;
/// Characters of one line.
pub const LINE_MAX: usize = 300;
/// Of these the path and its query.
const PATH_MAX: usize = 110;
/// And what a look-up found, so that there is room for earlier tries.
const FOUND_MAX: usize = 100;

tokio::task_local! {
    static RECORDER: RefCell<Recorder>;
}

struct Recorder {
    masks: Arc<Masks>,
    lines: VecDeque<String>,
    bytes: usize,
}

impl Recorder {
    fn add(&mut self, line: String) {
        self.bytes += line.len() + 1;
        self.lines.push_back(line);
        while self.bytes > BYTES_MAX
            && let Some(oldest) = self.lines.pop_front()
        {
            self.bytes -= oldest.len() + 1;
        }
    }
}

/// Does the work; says what came of it, and the lines of the requests that it sent, the newest last.
pub async fn recorded<T>(masks: &Arc<Masks>, work: impl Future<Output = T>) -> (T, Vec<String>) {
    let recorder = Recorder { masks: Arc::clone(masks), lines: VecDeque::new(), bytes: 0 };
    let all = async {
        let done = work.await;
        let lines = RECORDER.with(|recorder| std::mem::take(&mut recorder.borrow_mut().lines));
        (done, lines.into())
    };
    RECORDER.scope(RefCell::new(recorder), all).await
}

/// Lines behind those of earlier tries, the newest of all; nothing where there are no new ones.
pub fn appended(before: &str, lines: &[String]) -> Option<String> {
    let mut bytes = 0;
    let all = before.lines().chain(lines.iter().map(String::as_str)).rev();
    let mut kept: Vec<&str> = all
        .take_while(|line| {
            bytes += line.len() + 1;
            bytes <= BYTES_MAX
        })
        .collect();
    kept.reverse();
    (!lines.is_empty()).then(|| kept.join("\n"))
}

/// A request under way. One that is given up is told of, too.
pub struct Sent {
    at: Timestamp,
    since: Instant,
    head: String,
    body: String,
    /// Of the connection, and what its headers carry.
    masks: Arc<Masks>,
    headers: Masks,
    told: bool,
}

impl Sent {
    /// Where requests are recorded: what is to be told of this one.
    pub fn begin(request: &Request) -> Option<Self> {
        let masks = RECORDER.try_with(|recorder| Arc::clone(&recorder.borrow().masks)).ok()?;
        let (url, headers) = (request.url(), carried(request.headers()));
        let mut path = headers.values(&masks.path(&decoded(url.path())));
        if let Some(query) = url.query() {
            path.extend(["?", &headers.values(&masks.form(query))]);
        }
        let head = format!("{} {}", request.method(), cut(&path, PATH_MAX));
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let is_form = |kind: &[u8]| kind.starts_with(b"application/x-www-form-urlencoded");
        let form = request.headers().get(CONTENT_TYPE).is_some_and(|kind| is_form(kind.as_bytes()));
        let body =
            excerpt(body, |text| headers.values(&if form { masks.form(text) } else { masks.text(text) }), &masks);
        Some(Self { at: Timestamp::now(), since: Instant::now(), head, body, masks, headers, told: false })
    }

    /// What came back.
    pub fn answered(mut self, reply: &Reply) {
        let (outcome, got) = match reply {
            Reply::Answer(answer) => {
                let mask = |text: &str| self.masks.text(&self.headers.values(text));
                let got = excerpt(answer.body.as_bytes(), mask, &self.masks);
                let found = self.head.starts_with("GET ") && (200..300).contains(&answer.status);
                (answer.status.to_string(), if found { cut(&got, FOUND_MAX) } else { got })
            }
            Reply::NotSent(why) => (format!("not sent: {}", self.masks.text(why)), String::new()),
            Reply::Lost(why) => (format!("no answer: {}", self.masks.text(why)), String::new()),
            Reply::TooLong => ("an answer that is too long".to_owned(), String::new()),
        };
        self.tell(&outcome, &got);
    }

    fn tell(&mut self, outcome: &str, got: &str) {
        self.told = true;
        let head = format!("{:.3} {} -> {outcome} in {} ms", self.at, self.head, self.since.elapsed().as_millis());
        let line = line(&head, &self.body, got);
        // It may end outside of what is recorded, as when all is given up.
        let _ = RECORDER.try_with(|recorder| recorder.try_borrow_mut().map(|mut recorder| recorder.add(line)));
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if !self.told {
            self.tell("given up: no answer by its deadline", "");
        }
    }
}

/// What the headers carry that is secret, whatever the connection's credentials are.
fn carried(headers: &HeaderMap) -> Masks {
    let values = [AUTHORIZATION, COOKIE].map(|name| headers.get(name).and_then(|value| value.to_str().ok()));
    let words = values.iter().flatten().flat_map(|value| value.split([' ', '=', ';']));
    // The scheme and the cookie's name are words of every day.
    Masks::new(words.filter(|word| word.len() >= 8 && !word.eq_ignore_ascii_case("zoho-oauthtoken")))
}

#[cfg(test)]
mod tests;
