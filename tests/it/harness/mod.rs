//! One company in a temporary directory: a `ringfold up` of its own on a port of its own, a CRM of its own. Everything
//! that a test starts ends with it.

mod crm;
mod load;
mod process;

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

pub use crm::{CrmSetup, PASSWORD, Users};
pub use load::Load;
pub use process::Process;
use simulators::rbs::RbsCrm;

/// The last part of the webhook URL.
pub const SECRET: &str = "test-webhook-secret-0001";
/// How long a condition may take to come true: long, because machines are slow; tests go on as soon as it has.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A company under test.
pub struct Site {
    pub process: Process,
    pub crm: RbsCrm,
    pub users: Users,
    pub dir: tempfile::TempDir,
    pub http: reqwest::Client,
}

impl Site {
    /// Sets up and starts.
    pub async fn start(setup: CrmSetup) -> Self {
        let site = Self::prepare(setup).await;
        site.process.start().await;
        site
    }

    /// Sets up, and starts nothing yet but the CRM.
    pub async fn prepare(setup: CrmSetup) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (crm, users) = setup.crm().await;
        let accounts = dir.path().join("accounts.toml");
        std::fs::write(&accounts, setup.accounts(&crm.base_url(), &users)).unwrap();
        let process = Process::new(dir.path());
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { process, crm, users, dir, http }
    }

    pub fn hook(&self) -> String {
        format!("{}/hooks/{SECRET}", self.process.url())
    }

    /// Posts one body as UIS does; the status and the answer.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, String) {
        let request = self.http.post(self.hook()).header("content-type", "application/json").body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Posts one of the four templates.
    pub async fn say(&self, call: &str, state: &str, extension: Option<&str>, recording: Option<&str>) {
        let (status, answer) = self.post(template(call, "79161112233", state, extension, recording)).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// Asks the API.
    pub async fn api(&self, path: &str) -> Value {
        api(&self.http, &self.process, path).await.unwrap()
    }

    /// Runs a command of `ringfold` against this site.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringfold"));
        command.args(arguments).env_clear().env("RINGFOLD_SERVER", self.process.url());
        command.env("RINGFOLD_TOKEN", self.process.token()).stdin(Stdio::null()).output().unwrap()
    }

    /// The one delivery of a call.
    pub async fn delivery(&self, call: &str) -> Value {
        let list = self.api(&format!("deliveries?call=acme-uis/{call}")).await;
        list["deliveries"][0].clone()
    }

    /// Waits until the books balance, and so many calls are delivered as they are by then.
    pub async fn settled(&self, calls: usize) {
        self.balanced().await;
        eventually("every call to be delivered as it is", async || {
            delivered(calls, async |path: &str| self.api(path).await).await.then_some(())
        })
        .await;
    }

    /// Waits until the books balance.
    pub async fn balanced(&self) {
        balanced(async |path: &str| api(&self.http, &self.process, path).await).await;
    }

    /// Whether no delivery waits or is under way.
    pub async fn nothing_waits(&self) -> bool {
        let pending = self.api("deliveries?status=pending&limit=10").await["deliveries"].as_array().unwrap().len();
        let busy = self.api("deliveries?status=in_progress&limit=10").await["deliveries"].as_array().unwrap().len();
        pending + busy == 0
    }

    /// Whether every call of the journal has ended.
    pub async fn all_ended(&self) -> bool {
        let page = self.api("calls?limit=1000").await;
        page["calls"].as_array().unwrap().iter().all(|call| call["state"] == "ended")
    }

    /// Waits until the delivery of a call holds this revision or a later one.
    pub async fn delivered(&self, call: &str, revision: u64) -> Value {
        eventually(&format!("revision {revision} of {call} to be delivered"), async || {
            let delivery = self.delivery(call).await;
            let done = delivery["done"].as_u64().is_some_and(|done| done >= revision) && delivery["status"] == "done";
            done.then_some(delivery)
        })
        .await
    }
}

/// Whether so many calls are delivered, each as it is by now, and nothing else waits; and every call has ended.
pub async fn delivered(calls: usize, ask: impl AsyncFn(&str) -> Value) -> bool {
    let (deliveries, known) = (ask("deliveries?limit=1000").await, ask("calls?limit=1000").await);
    let (deliveries, known) = (deliveries["deliveries"].as_array().unwrap(), known["calls"].as_array().unwrap());
    let revision = |row: &Value| known.iter().find(|call| call["id"] == row["call"])?["revision"].as_u64();
    let done = |row: &Value| row["status"] == "done" && revision(row) == row["done"].as_u64();
    deliveries.len() == calls && deliveries.iter().all(done) && known.iter().all(|call| call["state"] == "ended")
}

/// Waits until the books of the last hours balance and nothing is on the way: whatever broke, each request is accounted for, and
/// each finished call. Fails with what is amiss.
pub async fn balanced(ask: impl AsyncFn(&str) -> Result<Value, String>) {
    let mut last = Err("not asked".to_owned());
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < PATIENCE {
        last = ask("audit").await;
        let settled = |books: &Value| {
            let rows = ["receipts", "deliveries"].into_iter().flat_map(|name| books[name].as_array().unwrap());
            books["balanced"] == true && rows.into_iter().all(|row| row["on_the_way"] == 0)
        };
        if last.as_ref().is_ok_and(settled) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the books do not balance: {last:#?}");
}

/// Asks the API of a process; an error is what it said, or that it said nothing.
pub async fn api(http: &reqwest::Client, process: &Process, path: &str) -> Result<Value, String> {
    let request = http.get(format!("{}/api/v1/{path}", process.url())).bearer_auth(process.token());
    let answer = request.send().await.map_err(|why| format!("{path}: {why}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|why| format!("{path}: {why}"))?;
    if status.is_success() { Ok(serde_json::from_str(&text).unwrap()) } else { Err(format!("{path}: {status} {text}")) }
}

/// One of the four templates of seed 003, as UIS renders it.
pub fn template(call: &str, client: &str, state: &str, extension: Option<&str>, recording: Option<&str>) -> String {
    let extension = extension.map_or("null".to_owned(), |extension| format!("\"{extension}\""));
    let recording = recording.map_or(String::new(), |url| format!("\"call_record_url\":\"{url}\","));
    format!(
        "{{\"from_number\":\"{client}\",\"diversion\":\"74951112233\",\"direction\":\"in\",\"call_id\":{call},\
         \"user_extension\":{extension},{recording}\"call_state\":\"{state}\"}}"
    )
}

/// Asks until there is an answer; fails, saying what was waited for, when patience ends.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = tokio::time::Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
