//! Tokens that a CRM gives for the credentials: one for all workers and processes of a connection (G3).
//!
//! The newest is kept, sealed, in the memo `token/<connection>`. Whoever finds it over takes the turn of that name and asks
//! the CRM; the others wait, and read what it wrote. What was given is written down before it is used. That it is asked for
//! is written down before that: of an answer that never came, or came just before a crash, a one-time refresh token may be
//! spent, so that its refusal has its reason (G4). New credentials make void what is kept. Knows no CRM: see [`Issuer`].

mod issuer;
mod kept;
mod renewal;
#[cfg(test)]
mod tests;
mod tries;

use std::sync::Arc;
use std::time::Duration;

use backbone::Memos;
use backbone::sealed::{Secret, digest};
use backbone::store::ConnectionEntry;
use schemas::Timestamp;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use crate::failure::Failure;
use kept::{Kept, Seen};

pub use issuer::{Asked, Granted, Issuer};
pub use tries::Tries;

/// So often is looked whether who asks the CRM has written what it said.
const LOOK: Duration = Duration::from_millis(50);
/// So long is what was read believed before it is read again: another process may know better.
const BELIEVED: Duration = Duration::from_secs(1);

/// What tells the credentials of a connection from others: by them and by where they are shown.
pub fn credentials_digest(entry: &ConnectionEntry) -> String {
    let own = entry.credentials.iter().flat_map(|(name, it)| [name.as_str(), it.value.expose()]);
    digest(std::iter::once(entry.connection.base_url.as_str()).chain(own))
}

/// The tokens of one connection.
pub struct Tokens {
    shared: Arc<Shared>,
    held: Mutex<Held>,
}

struct Shared {
    memos: Arc<dyn Memos>,
    /// Of the memo, and of the turn.
    name: String,
    /// Of which credentials.
    of: String,
    /// Of the connection: a person's change of it gives a refused token another try.
    version: i64,
    issuer: Box<dyn Issuer>,
    timeout: Duration,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    read: Option<Instant>,
}

/// A token and its end.
#[derive(Clone)]
struct Token {
    access: Secret,
    until: Option<Timestamp>,
}

impl Token {
    fn is_good(&self, over: Option<&Secret>) -> bool {
        Some(&self.access) != over && self.until.is_none_or(|until| Timestamp::now() < until)
    }
}

impl Tokens {
    /// None is asked for yet; asking takes at most `timeout`.
    pub fn new(entry: &ConnectionEntry, memos: &Arc<dyn Memos>, issuer: impl Issuer, timeout: Duration) -> Self {
        let shared = Shared {
            memos: Arc::clone(memos),
            name: format!("token/{}", entry.connection.id),
            of: credentials_digest(entry),
            version: entry.connection.version,
            issuer: Box::new(issuer),
            timeout,
        };
        Self { shared: Arc::new(shared), held: Mutex::default() }
    }

    /// The token, or a new one where there is none but `over`, which the CRM no longer takes. One caller of all processes
    /// asks for it, the others wait until `deadline`. Where the CRM gave none to another, it is not asked again.
    pub async fn access(&self, over: Option<&Secret>, deadline: Instant) -> Result<Secret, Failure> {
        self.next(over, deadline).await.map(|(token, _)| token)
    }

    /// Tokens for one request, until the CRM takes one.
    pub fn tries(&self, deadline: Instant) -> Tries<'_> {
        Tries { tokens: self, deadline, last: None, count: 0, given: false }
    }

    /// The token, and whether the CRM gave it just now; one that is only known may be over.
    async fn next(&self, over: Option<&Secret>, deadline: Instant) -> Result<(Secret, bool), Failure> {
        let mut held = timeout_at(deadline, self.held.lock()).await.map_err(|_| late())?;
        let fresh = held.read.is_some_and(|read| read.elapsed() < BELIEVED);
        let known = held.token.clone().filter(|token| token.is_good(over));
        if let Some(token) = known.as_ref().filter(|_| fresh) {
            return Ok((token.access.clone(), false));
        }
        let found = match timeout_at(deadline, self.find(over)).await.map_err(|_| late())? {
            // The store is not needed to go on as before.
            Err(Failure::Unavailable(_)) if known.is_some() => Ok(known.clone()),
            found => found,
        };
        held.token = None;
        let (token, given) = match found? {
            Some(token) => (token, false),
            None => (self.renewed(over, deadline).await?, true),
        };
        *held = Held { token: Some(token.clone()), read: Some(Instant::now()) };
        Ok((token.access, given))
    }

    /// A token that was given and at once refused: nobody needs to ask for another.
    async fn refused(&self, token: &Secret, why: &str) {
        let mark = async {
            let Seen { mut kept, version } = self.shared.read().await?;
            if kept.access.as_deref() == Some(token.expose()) {
                kept.refuse(self.shared.version, why);
                self.shared.write(&kept, version).await?;
            }
            Ok::<(), Failure>(())
        };
        if let Err(why) = mark.await {
            tracing::debug!(memo = self.shared.name, error = %why, "that a token is refused was not noted");
        }
    }

    /// A person wants it tried again: what was refused before is asked once more.
    pub async fn try_again(&self, deadline: Instant) -> Result<(), Failure> {
        self.begin(false, deadline).await
    }

    /// The next request asks for a new token, whatever was refused before.
    pub async fn sign_out(&self, deadline: Instant) -> Result<(), Failure> {
        self.begin(true, deadline).await
    }

    async fn begin(&self, anew: bool, deadline: Instant) -> Result<(), Failure> {
        let begin = async {
            *self.held.lock().await = Held::default();
            loop {
                let Seen { mut kept, version } = self.shared.read().await?;
                if version == 0 || !(anew && kept.access.is_some() || kept.dead.is_some()) {
                    return Ok(());
                }
                kept.dead = None;
                if anew {
                    kept.access = None;
                }
                if self.shared.write(&kept, version).await? {
                    return Ok(());
                }
            }
        };
        timeout_at(deadline, begin).await.map_err(|_| late())?
    }

    /// What is kept and may be used.
    async fn find(&self, over: Option<&Secret>) -> Result<Option<Token>, Failure> {
        self.shared.read().await?.kept.usable(over, self.shared.version)
    }

    /// Asks, or waits for who does. In a task of its own: who asked may give up, and the answer is needed all the same.
    async fn renewed(&self, over: Option<&Secret>, deadline: Instant) -> Result<Token, Failure> {
        let wait = async {
            loop {
                let holder = Uuid::now_v7();
                if self.shared.take_turn(holder).await? {
                    let (shared, over) = (Arc::clone(&self.shared), over.cloned());
                    let renewal = tokio::spawn(async move { shared.renew(holder, over).await });
                    return renewal.await.unwrap_or_else(|why| Err(Failure::Unavailable(why.to_string())));
                }
                sleep(LOOK).await;
                if let Some(token) = self.find(over).await? {
                    return Ok(token);
                }
            }
        };
        timeout_at(deadline, wait).await.map_err(|_| late())?
    }
}

impl Shared {
    /// What is kept of these credentials; of others it is void.
    async fn read(&self) -> Result<Seen, Failure> {
        let memo = self.memos.read(&self.name).await.map_err(|why| store(&why))?;
        let version = memo.as_ref().map_or(0, |memo| memo.version);
        let kept = memo.and_then(|memo| Kept::read(memo.value.expose())).filter(|kept| kept.of == self.of);
        let kept = kept.unwrap_or_else(|| Kept::begin(&self.of, self.issuer.given()));
        Ok(Seen { kept, version })
    }

    /// Says whether nobody wrote in between.
    async fn write(&self, kept: &Kept, version: i64) -> Result<bool, Failure> {
        self.memos.write(&self.name, &kept.written(), version).await.map_err(|why| store(&why))
    }

    async fn take_turn(&self, holder: Uuid) -> Result<bool, Failure> {
        self.memos.take_turn(&self.name, holder, self.timeout + renewal::MARGIN).await.map_err(|why| store(&why))
    }
}

fn store(why: &backbone::Error) -> Failure {
    Failure::Unavailable(format!("the store, where the CRM's token is kept: {why}"))
}

fn late() -> Failure {
    Failure::Unavailable("the request for a token took all the time: nothing was sent".to_owned())
}
