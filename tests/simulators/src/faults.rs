//! What goes wrong, set from outside while the CRM runs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::lock;

/// An HTTP error in place of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status, such as 500, 502, 503, 429.
    pub status: u16,
    /// The `Retry-After` header as it is sent: seconds or an HTTP date.
    pub retry_after: Option<String>,
}

impl Failure {
    /// An error with this status and no `Retry-After`.
    pub fn new(status: u16) -> Self {
        Self { status, retry_after: None }
    }

    /// The same with `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, value: &str) -> Self {
        self.retry_after = Some(value.to_owned());
        self
    }
}

/// How often each fault struck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Struck {
    /// HTTP errors answered.
    pub failed: u64,
    /// Log-in pages answered.
    pub login_pages: u64,
    /// Requests never answered.
    pub hung: u64,
    /// Connections cut before anything was done.
    pub dropped_before: u64,
    /// Connections cut after all was done.
    pub dropped_after: u64,
}

/// The handle; clones set the same faults. Every `*_next(n)` replaces what is left of an earlier one.
#[derive(Clone, Debug)]
pub struct Faults {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    set: Set,
    struck: Struck,
    rng: fastrand::Rng,
}

#[derive(Debug, Default)]
struct Set {
    delay: Duration,
    answer_delay: Duration,
    login_delay: Duration,
    search_lag: Duration,
    fail: Option<(u32, Failure)>,
    fail_sometimes: Option<(f64, Failure)>,
    login_pages: u32,
    hang: u32,
    drop_before: u32,
    drop_before_sometimes: f64,
    drop_after: u32,
    drop_after_sometimes: f64,
}

/// What shall happen to one request.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) answer_delay: Duration,
    pub(crate) instead: Option<Instead>,
    pub(crate) drop_after: bool,
}

/// What happens in place of doing it.
#[derive(Debug)]
pub(crate) enum Instead {
    Hang,
    Drop,
    Fail(Failure),
    LoginPage,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        let inner = Inner { set: Set::default(), struck: Struck::default(), rng: fastrand::Rng::with_seed(seed) };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    fn set(&self, change: impl FnOnce(&mut Set)) {
        change(&mut lock(&self.inner).set);
    }

    /// Every request waits so long before it is done; it is done even if the client has left meanwhile.
    pub fn set_delay(&self, delay: Duration) {
        self.set(|set| set.delay = delay);
    }

    /// Every request is done at once and answered so much later.
    pub fn set_answer_delay(&self, delay: Duration) {
        self.set(|set| set.answer_delay = delay);
    }

    /// Requests with a log-in wait so long on top.
    pub fn set_login_delay(&self, delay: Duration) {
        self.set(|set| set.login_delay = delay);
    }

    /// Rows added are so long found by their id only; changes always find them, and show at once.
    pub fn set_search_lag(&self, lag: Duration) {
        self.set(|set| set.search_lag = lag);
    }

    /// The next `n` requests fail, undone.
    pub fn fail_next(&self, n: u32, failure: Failure) {
        self.set(|set| set.fail = Some((n, failure)));
    }

    /// Any request fails, undone, with probability `p` from 0 to 1.
    pub fn fail_sometimes(&self, p: f64, failure: Failure) {
        self.set(|set| set.fail_sometimes = Some((p, failure)));
    }

    /// The next `n` requests are answered with an HTML log-in page and status 200, undone.
    pub fn login_page_next(&self, n: u32) {
        self.set(|set| set.login_pages = n);
    }

    /// The next `n` requests are never answered, and not done.
    pub fn hang_next(&self, n: u32) {
        self.set(|set| set.hang = n);
    }

    /// The next `n` requests with a write are cut off, undone.
    pub fn drop_before_next(&self, n: u32) {
        self.set(|set| set.drop_before = n);
    }

    /// A request with a write is cut off, undone, with probability `p`.
    pub fn drop_before_sometimes(&self, p: f64) {
        self.set(|set| set.drop_before_sometimes = p);
    }

    /// The next `n` requests with a write are done, then cut off without an answer.
    pub fn drop_after_next(&self, n: u32) {
        self.set(|set| set.drop_after = n);
    }

    /// A request with a write is done, then cut off without an answer, with probability `p`.
    pub fn drop_after_sometimes(&self, p: f64) {
        self.set(|set| set.drop_after_sometimes = p);
    }

    /// Everything works again; the counts stay.
    pub fn clear(&self) {
        self.set(|set| *set = Set::default());
    }

    /// How often each fault struck so far.
    pub fn struck(&self) -> Struck {
        lock(&self.inner).struck
    }

    pub(crate) fn search_lag(&self) -> Duration {
        lock(&self.inner).set.search_lag
    }

    /// Decides about one request. Counted faults strike before probable ones.
    pub(crate) fn draw(&self, write: bool, login: bool) -> Plan {
        let Inner { set, struck, rng } = &mut *lock(&self.inner);
        let instead = if take(&mut set.hang) {
            struck.hung += 1;
            Some(Instead::Hang)
        } else if let Some(failure) = set.failure(rng) {
            struck.failed += 1;
            Some(Instead::Fail(failure))
        } else if take(&mut set.login_pages) {
            struck.login_pages += 1;
            Some(Instead::LoginPage)
        } else if write && (take(&mut set.drop_before) || rng.f64() < set.drop_before_sometimes) {
            struck.dropped_before += 1;
            Some(Instead::Drop)
        } else {
            None
        };
        let drop_after =
            write && instead.is_none() && (take(&mut set.drop_after) || rng.f64() < set.drop_after_sometimes);
        struck.dropped_after += u64::from(drop_after);
        let login_delay = if login { set.login_delay } else { Duration::ZERO };
        Plan { delay: set.delay + login_delay, answer_delay: set.answer_delay, instead, drop_after }
    }
}

impl Set {
    fn failure(&mut self, rng: &mut fastrand::Rng) -> Option<Failure> {
        if let Some((left, failure)) = &mut self.fail
            && take(left)
        {
            return Some(failure.clone());
        }
        self.fail_sometimes.as_ref().filter(|(p, _)| rng.f64() < *p).map(|(_, failure)| failure.clone())
    }
}

fn take(left: &mut u32) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}
