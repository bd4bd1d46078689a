//! A TCP listener whose connections can be cut from inside a request, as a crashed server or a bad network cuts them.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Connections served at once; more wait to be accepted.
const CONNECTIONS: usize = 4096;

/// The listener; every connection ends when `server` is cancelled.
pub(crate) struct CuttableListener {
    inner: TcpListener,
    server: CancellationToken,
    room: Arc<Semaphore>,
}

impl CuttableListener {
    pub(crate) fn new(inner: TcpListener, server: CancellationToken) -> Self {
        Self { inner, server, room: Arc::new(Semaphore::new(CONNECTIONS)) }
    }
}

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let room = Arc::clone(&self.room).acquire_owned().await.ok();
            match self.inner.accept().await {
                Ok((stream, from)) => {
                    // Small answers should not wait for an acknowledgement; failing to ask for that harms nothing.
                    let _ = stream.set_nodelay(true);
                    return (CuttableStream::new(stream, self.server.child_token(), room), from);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.inner.local_addr()
    }
}

/// One connection and the token that cuts it.
pub(crate) struct CuttableStream {
    stream: TcpStream,
    cut: CancellationToken,
    /// Wakes the connection's task, so that an idle or half-answered connection closes at once too.
    waiting: Pin<Box<WaitForCancellationFutureOwned>>,
    _room: Option<OwnedSemaphorePermit>,
}

impl CuttableStream {
    fn new(stream: TcpStream, cut: CancellationToken, room: Option<OwnedSemaphorePermit>) -> Self {
        Self { stream, waiting: Box::pin(cut.clone().cancelled_owned()), cut, _room: room }
    }

    fn is_cut(&mut self, cx: &mut Context<'_>) -> bool {
        // A finished future may not be polled again, so the token is asked first.
        self.cut.is_cancelled() || self.waiting.as_mut().poll(cx).is_ready()
    }
}

fn cut_error() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "cut by the simulator")
}

impl AsyncRead for CuttableStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_cut(cx) {
            return Poll::Ready(Err(cut_error()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_cut(cx) {
            return Poll::Ready(Err(cut_error()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What a request handler gets to cut its own connection with.
#[derive(Clone, Debug)]
pub(crate) struct Cut(pub(crate) CancellationToken);

impl Connected<IncomingStream<'_, CuttableListener>> for Cut {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        Self(stream.io().cut.clone())
    }
}
