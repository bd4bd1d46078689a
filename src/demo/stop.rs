//! When to stop: the first signal ends the calls, the second ends everything.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::exit::Exit;

/// What was asked for by Ctrl-C or SIGTERM.
pub struct Stop {
    /// No further calls; those under way go on to their end.
    pub calls: CancellationToken,
    /// Everything, at once.
    pub everything: CancellationToken,
    _listening: JoinSet<()>,
}

impl Stop {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Exit> {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let (calls, everything) = (CancellationToken::new(), CancellationToken::new());
        let mut listening = JoinSet::new();
        let tokens = [calls.clone(), everything.clone()];
        listening.spawn(async move {
            for token in tokens {
                either(&mut interrupt, &mut terminate).await;
                token.cancel();
            }
        });
        Ok(Self { calls, everything, _listening: listening })
    }
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
