//! One connection: what its peer may take time for, and what happens to it when the process stops.
//!
//! hyper's own time-out of a head also runs while a kept connection waits for its next request, and its graceful shutdown
//! closes such a connection although half a request may have arrived. So the phases of a connection are watched here.

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, Request, header};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::watched::Watched;

/// The head of a request arrives within this, from its first byte; the first one from the connection's beginning.
const HEAD: Duration = Duration::from_secs(10);
/// A kept connection without a request is closed after this: longer than the minute for which proxies keep theirs.
const IDLE: Duration = Duration::from_secs(75);
/// A peer that takes nothing of its answer for so long is gone.
const WRITE: Duration = Duration::from_secs(30);
/// When the process stops, a request that is on its way on a kept connection has so long to arrive.
const LINGER: Duration = Duration::from_secs(1);
/// Of the head of a request.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing has come yet.
    New,
    /// Part of a head has come.
    Head,
    /// A request is being answered.
    Busy,
    /// Everything was answered.
    Kept,
}

/// What is known of one connection; clones are the same.
#[derive(Clone)]
pub struct Watch(Arc<Mutex<State>>);

struct State {
    phase: Phase,
    since: Instant,
    /// Since when the peer has taken nothing of what is to be written.
    stalled: Option<Instant>,
}

impl Watch {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(State { phase: Phase::New, since: Instant::now(), stalled: None })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever broke off while holding it left a whole state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, phase: Phase) {
        let mut state = self.lock();
        (state.phase, state.since) = (phase, Instant::now());
    }

    /// Bytes came.
    pub fn read(&self) {
        if matches!(self.lock().phase, Phase::New | Phase::Kept) {
            self.enter(Phase::Head);
        }
    }

    /// The peer took something of what is to be written, or nothing.
    pub fn wrote(&self, something: bool) {
        let stalled = &mut self.lock().stalled;
        *stalled = if something { None } else { Some(stalled.unwrap_or_else(Instant::now)) };
    }

    /// When patience ends. A request in hand has its own deadline, where it is answered.
    fn deadline(&self, stopped: Option<Instant>) -> Option<Instant> {
        let state = self.lock();
        let waits = match (state.phase, stopped) {
            (Phase::New | Phase::Kept, Some(at)) => Some(state.since.max(at) + LINGER),
            (Phase::New | Phase::Head, _) => Some(state.since + HEAD),
            (Phase::Kept, None) => Some(state.since + IDLE),
            (Phase::Busy, _) => None,
        };
        waits.into_iter().chain(state.stalled.map(|since| since + WRITE)).min()
    }
}

/// Serves one connection to its end.
pub async fn serve(stream: TcpStream, app: Router, stop: CancellationToken) {
    if let Err(why) = stream.set_nodelay(true) {
        tracing::debug!(error = %why, "a connection may be slow");
    }
    let watch = Watch::new();
    let stopped = stop.clone();
    let (app, answering) = (TowerToHyperService::new(app), watch.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        answering.enter(Phase::Busy);
        let (answer, watch, stop) = (app.call(request), answering.clone(), stop.clone());
        async move {
            let mut response = answer.await?;
            if stop.is_cancelled() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response.map(|body| Answer { body, watch }))
        }
    });
    let io = TokioIo::new(Watched::new(stream, watch.clone()));
    let serving = http1::Builder::new().max_buf_size(HEAD_BYTES_MAX).serve_connection(io, service);
    let (mut serving, mut stopping) = (pin!(serving), pin!(stopped.cancelled()));
    let mut alarm = pin!(sleep_until(Instant::now() + HEAD));
    let mut stopped = None;
    poll_fn(|cx| {
        // Whether the peer went or broke a rule is its own affair.
        if serving.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        if stopped.is_none() && stopping.as_mut().poll(cx).is_ready() {
            stopped = Some(Instant::now());
        }
        while let Some(deadline) = watch.deadline(stopped) {
            // An alarm that is early is moved when it rings: most deadlines are never reached.
            if deadline < alarm.deadline() {
                alarm.as_mut().reset(deadline);
            }
            ready!(alarm.as_mut().poll(cx));
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(deadline);
        }
        Poll::Pending
    })
    .await;
}

/// The body of an answer; when it is dropped, the answer was handed over whole.
struct Answer {
    body: Body,
    watch: Watch,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.watch.enter(Phase::Kept);
    }
}
