//! The limit: the same HTTP client in a loop, nothing written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Measured;
use super::connector::{self, Times};
use crate::process::{cpu_seconds, resident_mib};

/// The word that makes this program the bare client.
pub const ROLE: &str = "sink-bare";

/// Address, calls.
pub fn serve(words: &[String]) -> Result<()> {
    let (address, calls) = (words.first().context("an address")?, words.get(1).context("calls")?.parse::<usize>()?);
    let url = format!("http://{address}/calls");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (http, next, times) = (reqwest::Client::new(), Arc::new(AtomicUsize::new(0)), Arc::new(Times::default()));
        let (begun, cpu) = (Instant::now(), cpu_seconds("self")?);
        let mut clients = JoinSet::new();
        for _ in 0..super::IN_FLIGHT {
            let (http, url, next, times) = (http.clone(), url.clone(), Arc::clone(&next), Arc::clone(&times));
            clients.spawn(async move {
                loop {
                    let call = next.fetch_add(1, Ordering::Relaxed);
                    if call >= calls {
                        return Ok(());
                    }
                    connector::post(&http, &url, &json!({"call": call}), &times).await?;
                }
            });
        }
        while let Some(ended) = clients.join_next().await {
            let ended: Result<()> = ended?;
            ended?;
        }
        times.print(&Measured {
            seconds: begun.elapsed().as_secs_f64(),
            first_half_seconds: None,
            cpu_seconds: cpu_seconds("self")? - cpu,
            resident_mib: resident_mib("self")?,
            p50_ms: 0.0,
            p99_ms: 0.0,
        })
    })
}
