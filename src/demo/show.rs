//! The demo under way: begins calls, tells what happens, and knows when everything has settled.

use std::io::Write as _;
use std::time::Duration;

use backbone::ledger::{DeliveryFilter, Status};
use backbone::{Backbone, Error};
use simulators::pbx::Sender;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use super::calls::{self, Caller, Refused, Scenario, Sent};
use super::company::SOURCES;
use super::compare::Report;
use super::crms::Crm;
use super::stop::Stop;
use super::story::Story;
use super::{facts, summary};
use crate::exit::Exit;
use crate::output::{clean, tell};

/// How often there may be something to tell.
const TURN: Duration = Duration::from_millis(100);
/// After the last notification everything must have settled within this.
const PATIENCE: Duration = Duration::from_mins(2);
/// Deliveries named when patience ends.
const NAMED: u32 = 10;

/// The demo.
pub struct Show<'a> {
    backbone: Backbone,
    crms: &'a [Box<dyn Crm>],
    caller: Caller,
    /// To each PBX's hook.
    to: Vec<Sender>,
    senders: JoinSet<Vec<Refused>>,
    sent: Vec<Sent>,
    refused: Vec<Refused>,
    story: Story,
    /// When the last call was sent to its end.
    quiet_since: Option<Instant>,
}

impl<'a> Show<'a> {
    /// Ready to begin.
    pub fn new(backbone: Backbone, crms: &'a [Box<dyn Crm>], caller: Caller, to: Vec<Sender>) -> Result<Self, Exit> {
        let story = Story::new(backbone.clone(), crms)?;
        Ok(Self {
            backbone,
            crms,
            caller,
            to,
            senders: JoinSet::new(),
            sent: Vec::new(),
            refused: Vec::new(),
            story,
            quiet_since: None,
        })
    }

    /// Runs to the end of the last call, and prints the summary; says how many calls there were and whether every CRM
    /// holds just what it should.
    pub async fn run(&mut self, stop: &Stop) -> Result<(usize, bool), Exit> {
        let mut turns = tokio::time::interval(TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stopping = false;
        loop {
            turns.tick().await;
            if stop.calls.is_cancelled() && !stopping {
                stopping = true;
                self.caller.stop();
                tell("no further calls; those under way go on to their end, a few seconds. Ctrl-C again stops at once");
            }
            self.call()?;
            print(&self.tell().await.map_err(|why| broken(&why))?)?;
            if self.is_quiet() && self.is_settled().await? {
                print(&self.tell().await.map_err(|why| broken(&why))?)?;
                break;
            }
            if self.quiet_since.is_some_and(|since| since.elapsed() > PATIENCE) {
                self.tell_unsettled().await?;
                break;
            }
        }
        let facts = facts::of(&self.sent);
        let mut report = Report::default();
        for crm in self.crms {
            report.add(crm.kind(), crm.records(), &crm.due(&facts), &crm.held());
        }
        print(&summary::text(self.sent.len(), &report, &self.refused))?;
        Ok((self.sent.len(), report.is_right() && self.refused.is_empty()))
    }

    /// Begins the calls that are due.
    fn call(&mut self) -> Result<(), Exit> {
        for (pbx, scenario) in self.caller.due(Instant::now()) {
            let Scenario { call_id, expected, .. } = scenario.clone();
            let number = self.sent.len() + 1;
            let source = SOURCES[pbx];
            self.story.expect(source, &call_id, number);
            self.sent.push(Sent { number, source, session: call_id, expected });
            self.senders.spawn(calls::send(self.to[pbx].clone(), number, scenario));
        }
        while let Some(ended) = self.senders.try_join_next() {
            let refused = ended.map_err(|why| Exit::failed(format!("the simulated PBX broke off: {why}")))?;
            self.refused.extend(refused);
        }
        Ok(())
    }

    async fn tell(&mut self) -> Result<String, Error> {
        let mut lines = self.story.calls().await?;
        lines.extend(Story::notices(self.crms));
        lines.extend(self.story.deliveries().await?);
        Ok(lines.concat())
    }

    /// Every call was sent to its end.
    fn is_quiet(&mut self) -> bool {
        let quiet = self.caller.is_done() && self.senders.is_empty();
        if quiet {
            self.quiet_since.get_or_insert_with(Instant::now);
        }
        quiet
    }

    /// Nothing is left to be read, ended or delivered. Readers are asked before and after the calls: between the two
    /// nothing can have come in unseen.
    async fn is_settled(&mut self) -> Result<bool, Exit> {
        if !self.all_read().await? {
            return Ok(false);
        }
        let news = self.story.calls().await.map_err(|why| broken(&why))?;
        if !news.is_empty() {
            // It happened just now: told, and looked at again in the next turn.
            print(&news.concat())?;
            return Ok(false);
        }
        Ok(self.story.open() == 0 && self.all_read().await? && self.pending().await? == 0)
    }

    async fn all_read(&self) -> Result<bool, Exit> {
        let lags = self.backbone.log.lag().await.map_err(|why| broken(&why))?;
        Ok(lags.iter().all(|lag| lag.records == 0))
    }

    async fn pending(&self) -> Result<u64, Exit> {
        let tally = self.backbone.ledger.tally().await.map_err(|why| broken(&why))?;
        Ok(tally.iter().filter(|tally| tally.status == Status::Pending).map(|tally| tally.count).sum())
    }

    async fn tell_unsettled(&self) -> Result<(), Exit> {
        let (open, pending) = (self.story.open(), self.pending().await?);
        tell(&format!(
            "{} s after the last call not everything has settled: {open} calls have not ended, {pending} deliveries are \
             pending",
            PATIENCE.as_secs()
        ));
        for lag in self.backbone.log.lag().await.map_err(|why| broken(&why))?.iter().filter(|lag| lag.records > 0) {
            tell(&format!("  {} has {} records of {} to read", lag.group, lag.records, lag.topic.name()));
        }
        let filter = DeliveryFilter { status: Some(Status::Pending), limit: NAMED, ..DeliveryFilter::default() };
        for delivery in self.backbone.ledger.list(&filter).await.map_err(|why| broken(&why))? {
            let (to, tried) = (&delivery.connection, delivery.attempts);
            tell(&format!("  {} to {to}, tried {tried} times: {}", delivery.call, clean(&delivery.note)));
        }
        Ok(())
    }
}

/// Prints a part of the story.
fn print(text: &str) -> Result<(), Exit> {
    if text.is_empty() {
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn broken(why: &Error) -> Exit {
    Exit::failed(why.to_string())
}
