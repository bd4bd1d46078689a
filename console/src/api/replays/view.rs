//! How far a replay is.

use backbone::ledger::Status;
use schemas::ConnectionStatus;

use crate::api::connections::entry;
use crate::api::fault::Fault;
use crate::replay::{Replay, State};
use crate::state::Console;
use crate::wire::{ReplayState, ReplayView};

/// A replay with its counts.
pub async fn view(console: &Console, replay: &Replay) -> Result<ReplayView, Fault> {
    let progress = console.backbone().ledger.progress(&replay.id).await?;
    let count = |status| progress.iter().find(|(is, _)| *is == status).map_or(0, |(_, count)| *count);
    let (waiting, done) = (count(Status::Pending), count(Status::Done));
    let state = match replay.state {
        State::Running => {
            let status = entry(console, replay.which.connection.as_str()).await?.connection.status;
            if status == ConnectionStatus::Active { ReplayState::Running } else { ReplayState::Parked }
        }
        State::Paused => ReplayState::Paused,
        State::Cancelled => ReplayState::Cancelled,
        State::Done => ReplayState::Done,
    };
    let elapsed = console.parts.clock.now().duration_since(replay.begun_at).as_secs().unsigned_abs();
    let running = state == ReplayState::Running && replay.opened && done > 0;
    let which = replay.which.clone();
    Ok(ReplayView {
        id: replay.id.clone(),
        connection: which.connection,
        sources: which.sources,
        call: which.call,
        since: which.since,
        until: which.until,
        state,
        begun_at: replay.begun_at,
        ended_at: replay.ended_at,
        opened: replay.opened,
        calls: replay.calls,
        waiting,
        done,
        skipped: count(Status::Skipped),
        dead: count(Status::Dead),
        seconds_left: running.then(|| elapsed.saturating_mul(waiting) / done.max(1)),
    })
}
