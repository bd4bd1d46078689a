//! An HTTP/1.1 client of one kept connection that costs next to nothing: a full one would take more of two cores than
//! what is measured. Reads only answers with a length.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An answer takes no longer, or the benchmark ends.
const DEADLINE: Duration = Duration::from_secs(30);
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A connection.
pub struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    /// Connects to an address of this machine.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        ensure!(address.ip().is_loopback(), "{address} is not this machine");
        let stream = timeout(DEADLINE, TcpStream::connect(address)).await??;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(4096) })
    }

    /// Sends a whole request; the status and the body of the answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<(u16, &[u8])> {
        let (status, body) = timeout(DEADLINE, self.exchange(request)).await.context("no answer in time")??;
        Ok((status, &self.answer[body..]))
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Result<(u16, &[u8])> {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").as_bytes()).await
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<(u16, usize)> {
        self.stream.write_all(request).await?;
        self.answer.clear();
        let mut whole = None;
        loop {
            ensure!(self.answer.len() < ANSWER_BYTES_MAX, "an answer without an end");
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the connection was closed instead of an answer");
            }
            if whole.is_none() {
                whole = head(&self.answer)?;
            }
            if let Some(Head { status, body, length }) = whole
                && self.answer.len() >= body + length
            {
                return Ok((status, body));
            }
        }
    }
}

/// What the head says: the status, where the body begins, how long it is.
struct Head {
    status: u16,
    body: usize,
    length: usize,
}

fn head(answer: &[u8]) -> Result<Option<Head>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end])?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("an answer without a status")?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    let length = length.context("an answer without a length")?.parse()?;
    Ok(Some(Head { status: status.parse()?, body: end + 4, length }))
}
