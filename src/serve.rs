//! The HTTP server of every role: HTTP/1 with bounds on everything that a peer could stretch. Behind a proxy every peer has
//! the proxy's address, so the bounds are on connections, not on peers. Knows no route.

mod connection;
mod limits;
mod watched;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// After a failure to accept that is not the peer's, such as no file left to open.
const PAUSE: Duration = Duration::from_millis(200);
/// The most connections that are taken in when the process is told to stop: as many as a listener's backlog holds.
const BACKLOG: usize = 4096;

/// Serves until `stop`; then takes in nobody new, and ends when those who were let in have their answers.
pub async fn serve(listener: TcpListener, app: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits::places()));
    let tasks = TaskTracker::new();
    let serve = |stream: TcpStream, place: Option<OwnedSemaphorePermit>| {
        let connection = connection::serve(stream, app.clone(), stop.clone());
        tasks.spawn(connection.map(move |()| drop(place)));
    };
    let mut failing = false;
    // Who finds no place waits in the system's backlog until another connection ends.
    while let Some(Ok(place)) = unless(&stop, Arc::clone(&places).acquire_owned()).await {
        match unless(&stop, listener.accept()).await {
            Some(Ok((stream, _))) => {
                failing = false;
                serve(stream, Some(place));
            }
            Some(Err(why)) if is_of_peer(&why) => {}
            Some(Err(why)) => {
                if !std::mem::replace(&mut failing, true) {
                    tracing::error!(error = %why, "no connection can be accepted, trying again");
                }
                tokio::time::sleep(PAUSE).await;
            }
            None => break,
        }
    }
    // The system let these in already: their senders would see a broken connection, not a refused one.
    for _ in 0..BACKLOG {
        let Some(Ok((stream, _))) = listener.accept().now_or_never() else { break };
        serve(stream, None);
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

async fn unless<T>(stop: &CancellationToken, what: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        done = what => Some(done),
    }
}

/// The peer was gone before it was let in.
fn is_of_peer(why: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(why.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
