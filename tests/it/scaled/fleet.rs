//! Ringfold scaled out: real servers of the test's own, roles as processes that come and go, and a CRM.

use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use simulators::rbs::RbsCrm;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::servers::{Servers, TOKEN};
use crate::harness::{CrmSetup, Load, Process, SECRET, api, balanced, delivered, eventually};

/// Three servers and a handful of processes are enough for a small machine: one fleet at a time.
static TURN: Semaphore = Semaphore::const_new(1);

/// A role that can be started more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Ingest,
    Process,
    Sink,
    Console,
}

impl Role {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Ingest => &["ingest"],
            Self::Process => &["process"],
            Self::Sink => &["sink", "rbs-crm"],
            Self::Console => &["console"],
        }
    }
}

/// All of it.
pub struct Fleet {
    // Dropped in this order: processes before what they stand on.
    roles: Mutex<Vec<(Role, Arc<Process>)>>,
    servers: Servers,
    pub crm: RbsCrm,
    pub http: reqwest::Client,
    dir: tempfile::TempDir,
    _turn: SemaphorePermit<'static>,
}

impl Deref for Fleet {
    type Target = Servers;

    fn deref(&self) -> &Servers {
        &self.servers
    }
}

impl Fleet {
    /// One process of each role, on servers of their own, with the account of `setup`.
    pub async fn start(setup: CrmSetup) -> Self {
        let fleet = Self::prepare(setup).await;
        fleet.add(Role::Console).await;
        fleet.apply();
        tokio::join!(fleet.add(Role::Ingest), fleet.add(Role::Process), fleet.add(Role::Sink));
        fleet
    }

    /// The servers and the CRM; no process yet.
    pub async fn prepare(setup: CrmSetup) -> Self {
        let turn = TURN.acquire().await.unwrap();
        Self::on(Servers::plain(), setup, turn).await
    }

    /// The same, and everything between processes and servers is encrypted, with certificates that only these processes trust.
    #[cfg(feature = "kafka-tls")]
    pub async fn prepare_secure(setup: CrmSetup) -> Self {
        let turn = TURN.acquire().await.unwrap();
        Self::on(Servers::secure(), setup, turn).await
    }

    async fn on(servers: Servers, setup: CrmSetup, turn: SemaphorePermit<'static>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (crm, users) = setup.crm().await;
        std::fs::write(dir.path().join("accounts.toml"), setup.accounts(&crm.base_url(), &users)).unwrap();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { roles: Mutex::default(), servers, crm, http, dir, _turn: turn }
    }

    /// Starts one more process of a role, and waits until it is ready.
    pub async fn add(&self, role: Role) -> Arc<Process> {
        let process = self.one_more(role);
        process.start().await;
        process
    }

    /// One more process of a role, not started yet.
    pub fn one_more(&self, role: Role) -> Arc<Process> {
        let mut roles = self.roles.lock().unwrap();
        let name = format!("{}-{}", role.arguments()[0], roles.len());
        let process = Arc::new(Process::of(self.dir.path(), &name, role.arguments(), self.servers.env.clone()));
        roles.push((role, Arc::clone(&process)));
        process
    }

    /// Those of a role, in the order they were added.
    pub fn of(&self, role: Role) -> Vec<Arc<Process>> {
        let roles = self.roles.lock().unwrap();
        roles.iter().filter(|(kind, _)| *kind == role).map(|(_, process)| Arc::clone(process)).collect()
    }

    /// The hook of every ingest.
    pub fn hooks(&self) -> Vec<String> {
        self.of(Role::Ingest).iter().map(|process| format!("{}/hooks/{SECRET}", process.url())).collect()
    }

    /// Asks the console, as long as it takes: what it stands on may be away.
    pub async fn api(&self, path: &str) -> Value {
        let console = self.of(Role::Console)[0].clone();
        eventually(&format!("the console to answer {path}"), async || api(&self.http, &console, path).await.ok()).await
    }

    /// Waits until every call of the load ended and was delivered, and nothing is left to do; then compares what was heard
    /// and what the CRM holds with what was said, and has the books balance.
    pub async fn settle(&self, load: &Load) {
        eventually("every call to be delivered, and nothing to be left", async || {
            // What was heard first: then what is delivered is asked of the calls as they are with all of it.
            let heard = self.heard(load).await;
            let delivered = delivered(load.scenarios.len(), async |path: &str| self.api(path).await);
            (heard && delivered.await).then_some(())
        })
        .await;
        load.compare(&self.crm.snapshot());
        self.balanced().await;
    }

    /// Waits until the books balance.
    pub async fn balanced(&self) {
        let console = self.of(Role::Console)[0].clone();
        balanced(async |path: &str| api(&self.http, &console, path).await).await;
    }

    /// Whether each call was folded from everything that was said of it.
    async fn heard(&self, load: &Load) -> bool {
        let calls = load.scenarios.iter().map(async |scenario| {
            let call = self.api(&format!("calls/acme-uis/{}", scenario.call_id)).await;
            let events = call["call"]["events"].as_array().unwrap().clone();
            events.iter().filter(|event| event["origin"] == "webhook").count() == Load::said(scenario)
        });
        for call in calls {
            if !call.await {
                return false;
            }
        }
        true
    }

    /// Tells the console of the account.
    pub fn apply(&self) {
        let console = &self.of(Role::Console)[0];
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ringfold"));
        command.args(["accounts", "apply", "--yes", "-f"]).arg(self.dir.path().join("accounts.toml"));
        command.env_clear().env("RINGFOLD_SERVER", console.url()).env("RINGFOLD_TOKEN", TOKEN);
        let applied = command.stdin(std::process::Stdio::null()).output().unwrap();
        assert!(applied.status.success(), "{applied:?}");
    }
}

/// The account of the fault suite: all records, a CRM that forgets to answer and whose search is behind.
pub async fn fleet(seed: u64) -> Fleet {
    let settings = "create_contact = true\nadd_recording_to_deal = true\nmissed_call_task = true\n\
                    request_timeout = \"2s\"\nsearch_lag = \"2s\"\nmax_in_flight = 16";
    let setup = CrmSetup { seed, ..CrmSetup::only(settings) };
    let fleet = Fleet::start(setup.source("talk_without_end = \"3s\"\nring_without_end = \"3s\"")).await;
    fleet.crm.faults().set_search_lag(Duration::from_secs(1));
    fleet.crm.faults().drop_after_sometimes(0.05);
    fleet
}
