//! Webhooks from many kept connections at once, each sending the next when the last is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::http::Client;
use crate::{stats, webhook};

const CONNECTIONS: usize = 64;
/// Bounds the load however fast the answers come.
const CALLS_PER_CONNECTION_MAX: usize = 100_000;

/// What came of it.
pub struct Load {
    /// Acknowledged requests.
    pub acknowledged: usize,
    /// Answered otherwise than 200.
    pub refused: usize,
    /// Acknowledged requests a second.
    pub rate: f64,
    /// Microseconds to each acknowledgement, sorted.
    pub micros: Vec<u32>,
}

/// Sends for so long; `calls` counts on, so that no session is used twice.
pub async fn run(address: SocketAddr, calls: &Arc<AtomicU32>, duration: Duration) -> Result<Load> {
    let mut clients = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        clients.push(Client::connect(address).await?);
    }
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for client in clients {
        senders.spawn(send(client, Arc::clone(calls), begun + duration));
    }
    let mut micros = Vec::new();
    let mut refused = 0;
    while let Some(sent) = senders.join_next().await {
        let (more, wrong) = sent??;
        micros.extend(more);
        refused += wrong;
    }
    let rate = stats::float(micros.len()) / begun.elapsed().as_secs_f64();
    micros.sort_unstable();
    Ok(Load { acknowledged: micros.len(), refused, rate, micros })
}

async fn send(mut client: Client, calls: Arc<AtomicU32>, until: Instant) -> Result<(Vec<u32>, usize)> {
    let mut micros = Vec::new();
    let mut refused = 0;
    let mut request = Vec::with_capacity(1024);
    for _ in 0..CALLS_PER_CONNECTION_MAX {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        for state in ["RINGING", "ANSWERED", "HANGUP"] {
            if Instant::now() >= until {
                return Ok((micros, refused));
            }
            webhook::post(&mut request, call, state);
            let sent = Instant::now();
            match client.send(&request).await? {
                (200, _) => micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX)),
                _ => refused += 1,
            }
        }
    }
    Ok((micros, refused))
}
