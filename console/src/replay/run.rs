//! The one who opens: of all processes with a console, whoever has the turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use backbone::ledger::{Rank, Skip, Wanted};
use backbone::store::CallFilter;
use backbone::{Backbone, Error};
use schemas::{Call, Clock, Connection, ConnectionId};
use tokio_util::sync::CancellationToken;

use super::turn::Turn;
use super::{Book, Books, Replay, State, cancelled};

/// Calls opened at once.
const PAGE: u32 = 200;
/// Between looks whether there is anything to do.
const LOOK: Duration = Duration::from_secs(1);
/// The turn is somebody else's so long after the last word of its holder.
const TURN: Duration = Duration::from_secs(30);
/// Deliveries skipped at once.
const SKIPPED: u32 = 2000;
/// Pages of one replay before the next has its turn.
const PAGES: u32 = 20;

/// Opens what replays ask for until `stop`.
pub async fn run(backbone: Backbone, clock: Arc<Clock>, stop: CancellationToken) -> Result<(), Error> {
    let opener = Opener::new(backbone, clock);
    let mut failed = false;
    while !stop.is_cancelled() {
        match stop.run_until_cancelled(opener.look()).await {
            Some(Err(why)) if !failed => {
                tracing::warn!(error = %why, "replays are held up, they go on by themselves");
                failed = true;
            }
            Some(Ok(true)) => {
                failed = false;
                continue;
            }
            done => failed &= !matches!(done, Some(Ok(_))),
        }
        stop.run_until_cancelled(tokio::time::sleep(LOOK)).await;
    }
    let _ = tokio::time::timeout(LOOK, opener.turn.end()).await;
    Ok(())
}

/// One process that may open.
pub struct Opener {
    backbone: Backbone,
    clock: Arc<Clock>,
    turn: Turn,
}

impl Opener {
    /// One whose turn it is not yet.
    pub fn new(backbone: Backbone, clock: Arc<Clock>) -> Self {
        let turn = Turn::new(Arc::clone(&backbone.memos), TURN);
        Self { backbone, clock, turn }
    }

    /// Goes on with every replay a little, if it is this process's turn; says whether there is more to do at once.
    pub async fn look(&self) -> Result<bool, Error> {
        if !self.turn.take().await? {
            return Ok(false);
        }
        // To hold or skip very many takes longer than a turn lasts.
        self.turn.keep_while(self.go_on_with_all()).await
    }

    /// Goes on with every replay, as long as the turn is ours.
    pub async fn go_on_with_all(&self) -> Result<bool, Error> {
        let books = Books(&*self.backbone.memos).all().await?;
        let current: Vec<&Replay> = books.iter().filter_map(Book::current).collect();
        if current.is_empty() {
            return Ok(false);
        }
        let connections = self.backbone.directory.load().await?.connections;
        let connections: HashMap<ConnectionId, Connection> =
            connections.into_iter().map(|entry| (entry.connection.id.clone(), entry.connection)).collect();
        let mut more = false;
        for replay in current {
            if !self.turn.is_ours() {
                return Ok(false);
            }
            more |= match connections.get(&replay.which.connection) {
                Some(connection) => self.go_on(replay.clone(), connection).await?,
                None => self.give_up(replay).await?,
            };
        }
        Ok(more)
    }

    async fn go_on(&self, replay: Replay, connection: &Connection) -> Result<bool, Error> {
        match replay.state {
            State::Running if replay.held => self.hold(&replay, false).await,
            State::Running if !replay.opened => self.open(replay, connection).await,
            State::Running => self.end_if_over(&replay, State::Done).await,
            State::Paused if replay.held => Ok(false),
            State::Paused => self.hold(&replay, true).await,
            State::Cancelled | State::Done => self.skip(&replay).await,
        }
    }

    /// Holds what was opened, or lets it go. That is noted whoever has the turn by now: it is so in the ledger.
    async fn hold(&self, replay: &Replay, held: bool) -> Result<bool, Error> {
        self.backbone.ledger.hold(&replay.id, held).await?;
        let note = |replay: &mut Replay| replay.held = held;
        Books(&*self.backbone.memos).change(&replay.which.connection, |book| book.change(&replay.id, note)).await?;
        Ok(true)
    }

    /// Some pages of calls.
    async fn open(&self, mut replay: Replay, connection: &Connection) -> Result<bool, Error> {
        for _ in 0..PAGES {
            let page = self.page(&replay).await?;
            let wanted: Vec<_> = page
                .iter()
                .filter_map(|call| self.wanted(connection, call, &replay).transpose())
                .collect::<Result<_, _>>()?;
            let now = self.clock.now();
            self.backbone.ledger.reopen(&wanted, &replay.id, replay.which.waiting, now).await?;
            let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
            // Without the word, workers find the work when they look.
            let _ = self.backbone.queue.announce(&connection.kind, count).await;
            let through = page.last().map(|call| (call.started_at, call.id.clone()));
            let opened = page.len() < PAGE as usize;
            let (same, book) = Books(&*self.backbone.memos)
                .change(&replay.which.connection, |book| {
                    book.change(&replay.id, |now_is| {
                        now_is.calls += wanted.len() as u64;
                        now_is.through = through.clone().or(now_is.through.take());
                        now_is.opened |= opened;
                    })
                })
                .await?;
            let Some(now_is) = book.current().filter(|now_is| same && now_is.state == State::Running) else {
                return Ok(true);
            };
            if opened {
                tracing::info!(replay = replay.id, calls = now_is.calls, "a replay has opened all its deliveries");
                return Ok(true);
            }
            replay = now_is.clone();
            if !self.turn.take().await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn page(&self, replay: &Replay) -> Result<Vec<Call>, Error> {
        let which = &replay.which;
        if let Some(call) = &which.call {
            return Ok(self.backbone.journal.call(call).await?.into_iter().collect());
        }
        let filter = CallFilter {
            sources: which.sources.clone(),
            since: Some(which.since),
            until: Some(which.until),
            after: replay.through.clone(),
            oldest_first: true,
            limit: PAGE,
            ..CallFilter::default()
        };
        self.backbone.journal.list(&filter).await
    }

    /// What the connection is to get of a call, due since it began: so calls go in their order.
    fn wanted(
        &self,
        connection: &Connection,
        call: &Call,
        replay: &Replay,
    ) -> Result<Option<(Wanted, schemas::Timestamp)>, Error> {
        if !call.ended() || !connection.wants(call) || !replay.which.sources.contains(&call.source) {
            return Ok(None);
        }
        let body = serde_json::to_vec(call).map_err(|why| Error::Invalid(why.to_string()))?;
        Ok(Some((Wanted::of(connection, call, &body, Rank::Later), call.started_at.min(self.clock.now()))))
    }

    /// What a replay that was cancelled had opened, and nobody began.
    async fn skip(&self, replay: &Replay) -> Result<bool, Error> {
        if self.skip_some(replay, &cancelled(replay)).await? {
            return Ok(true);
        }
        self.end_if_over(replay, State::Cancelled).await
    }

    /// Nobody will ever try what was opened for a connection that is gone: all of it is skipped, and the replay is cancelled, also where
    /// something of it was begun.
    async fn give_up(&self, replay: &Replay) -> Result<bool, Error> {
        let note = format!("the connection {} is not there any more", replay.which.connection);
        if self.skip_some(replay, &note).await? {
            return Ok(true);
        }
        if self.end(replay, State::Cancelled).await? {
            tracing::warn!(replay = replay.id, why = note, "a replay is cancelled");
        }
        Ok(false)
    }

    async fn skip_some(&self, replay: &Replay, note: &str) -> Result<bool, Error> {
        let which = Skip::Replay(replay.id.clone());
        Ok(self.backbone.ledger.skip(&which, note, self.clock.now(), SKIPPED).await? > 0)
    }

    async fn end_if_over(&self, replay: &Replay, as_what: State) -> Result<bool, Error> {
        if !self.backbone.ledger.waits(&replay.id).await? && self.end(replay, as_what).await? {
            tracing::info!(replay = replay.id, connection = %replay.which.connection, ?as_what, "a replay has come to its end");
        }
        Ok(false)
    }

    /// Ends one; says whether it went on until then.
    pub async fn end(&self, replay: &Replay, as_what: State) -> Result<bool, Error> {
        let now = self.clock.now();
        let end = |replay: &mut Replay| {
            replay.state = as_what;
            replay.ended_at = Some(now);
        };
        let books = Books(&*self.backbone.memos);
        let (ended, _) = books.change(&replay.which.connection, |book| book.change(&replay.id, end)).await?;
        Ok(ended)
    }
}
