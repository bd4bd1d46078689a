//! Keeps a connection and its channel up: connects again within seconds of the broker's return, for as long as it takes.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lapin::options::ConfirmSelectOptions;
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ErrorKind};
use tokio::sync::{OnceCell, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::open::{CONNECT, open};
use super::{away, declare};
use crate::Error;

/// The first pause between two attempts; it doubles.
const PAUSE_MIN: Duration = Duration::from_millis(200);
/// The longest: with [`CONNECT`] this bounds how long after its return a broker stays unnoticed.
const PAUSE_MAX: Duration = Duration::from_secs(3);
/// What stood so long was no failure to connect.
const STOOD: Duration = Duration::from_secs(10);
/// How often the connection's state is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How long goodbyes take at most.
const GOODBYE: Duration = Duration::from_secs(1);

/// How things are with the broker.
#[derive(Clone)]
enum State {
    /// Not known yet.
    Connecting,
    Up(Arc<Live>),
    /// Not there, and why.
    Away(Arc<str>),
    /// It is there, and does not let us in.
    Refused(Arc<str>),
}

/// A connection that stands.
pub struct Live {
    pub connection: Connection,
    /// With confirmations; made when it is first needed.
    publishing: OnceCell<Channel>,
    /// Whoever finds that it does not answer ends it.
    over: CancellationToken,
    declared: Mutex<HashSet<String>>,
}

impl Live {
    fn new(connection: Connection) -> Self {
        Self { connection, publishing: OnceCell::new(), over: CancellationToken::new(), declared: Mutex::default() }
    }

    /// The broker takes no messages now: it is short of memory or disk.
    pub fn blocked(&self) -> bool {
        self.connection.status().blocked()
    }

    /// To be made anew.
    pub fn give_up(&self) {
        self.over.cancel();
    }

    /// Ends when it does.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }

    /// Declares the queue, once a connection, or again.
    pub async fn declare(&self, queue: &str, again: bool) -> Result<(), lapin::Error> {
        let declared = || self.declared.lock().unwrap_or_else(PoisonError::into_inner);
        if again || !declared().contains(queue) {
            declare::declare(&self.connection, queue).await?;
            declared().insert(queue.to_owned());
        }
        Ok(())
    }

    /// The channel that words are published on.
    pub async fn publishing(&self) -> Result<&Channel, lapin::Error> {
        let make = async || {
            let channel = self.connection.create_channel().await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            Ok(channel)
        };
        self.publishing.get_or_try_init(make).await
    }

    fn stands(&self) -> bool {
        self.connection.status().connected()
    }
}

/// One kept connection.
#[derive(Clone)]
pub struct Link(watch::Receiver<State>);

impl Link {
    /// Begins to keep one, until `stop`.
    pub fn start(uri: AMQPUri, purpose: &'static str, stop: CancellationToken) -> Self {
        let (say, state) = watch::channel(State::Connecting);
        tokio::spawn(async move { stop.run_until_cancelled(keep(&uri, purpose, &say)).await });
        Self(state)
    }

    /// Waits for the end of the first attempt. An error only if waiting longer would not help.
    pub async fn first(&self) -> Result<(), Error> {
        let mut states = self.0.clone();
        let known = timeout(CONNECT * 2, states.wait_for(|state| !matches!(state, State::Connecting))).await;
        match known.ok().and_then(Result::ok).as_deref() {
            Some(State::Refused(why)) => {
                Err(Error::Invalid(format!("the queue refuses the user or virtual host: {why}")))
            }
            _ => Ok(()),
        }
    }

    /// What stands now.
    pub fn up(&self) -> Result<Arc<Live>, Error> {
        match &*self.0.borrow() {
            State::Up(live) => Ok(Arc::clone(live)),
            State::Away(why) | State::Refused(why) => Err(away(why)),
            State::Connecting => Err(away(&"not connected yet")),
        }
    }

    /// Waits until one stands; none when nobody keeps it any more.
    pub async fn stands(&self) -> Option<Arc<Live>> {
        let mut states = self.0.clone();
        let state = states.wait_for(|state| matches!(state, State::Up(_))).await.ok()?;
        if let State::Up(live) = &*state { Some(Arc::clone(live)) } else { None }
    }
}

async fn keep(uri: &AMQPUri, purpose: &'static str, say: &watch::Sender<State>) {
    let mut failures = 0;
    loop {
        match open(uri, &format!("ringfold, {purpose}")).await {
            Ok((connection, shutter)) => {
                let (live, since) = (Arc::new(Live::new(connection)), Instant::now());
                tracing::info!(purpose, "connected to RabbitMQ");
                say.send_replace(State::Up(Arc::clone(&live)));
                until_over(&live).await;
                say.send_replace(State::Away("the connection was lost".into()));
                live.give_up();
                tracing::warn!(purpose, "the connection to RabbitMQ was lost, connecting again");
                let _ = timeout(GOODBYE, live.connection.close(200, "over".into())).await;
                drop(shutter);
                failures = if since.elapsed() > STOOD { 0 } else { failures + 1 };
            }
            Err(why) => {
                if failures == 0 {
                    tracing::warn!(purpose, error = %why, "RabbitMQ cannot be used, trying on");
                }
                let text: Arc<str> = why.to_string().into();
                say.send_replace(if refused(&why) { State::Refused(text) } else { State::Away(text) });
                failures += 1;
            }
        }
        tokio::time::sleep(pause(failures, fastrand::f64())).await;
    }
}

async fn until_over(live: &Live) {
    while live.stands() {
        if timeout(LOOK, live.over()).await.is_ok() {
            return;
        }
    }
}

/// Wrong user, password or virtual host.
fn refused(why: &lapin::Error) -> bool {
    let ErrorKind::ProtocolError(why) = why.kind() else { return false };
    let kinds = [AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED), AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED)];
    kinds.contains(why.kind())
}

/// How long to wait after so many failures: longer each time, and never just as long as the others that were cut off.
fn pause(failures: u32, chance: f64) -> Duration {
    let longest = PAUSE_MIN.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(PAUSE_MAX);
    longest.mul_f64(0.5 + chance / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e1_pauses_grow_and_are_bounded() {
        assert_eq!(pause(0, 1.0), PAUSE_MIN);
        assert_eq!(pause(1, 0.0), PAUSE_MIN / 2);
        assert!(pause(2, 0.5) > pause(1, 0.5));
        for failures in [10, 32, 1_000, u32::MAX] {
            assert_eq!(pause(failures, 1.0), PAUSE_MAX);
        }
        assert!(CONNECT + PAUSE_MAX <= Duration::from_secs(10), "a broker that is back is noticed in time");
    }
}
