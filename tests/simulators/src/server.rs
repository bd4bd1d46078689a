//! A running server that can be stopped at once, connections and all.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::listener::{Cut, CuttableListener};

/// Tries to take the address, 50 ms apart: after a stop the old socket may linger for a moment.
const TRIES: u32 = 40;

#[derive(Debug)]
pub(crate) struct Running {
    address: SocketAddr,
    token: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(router: Router, listen: SocketAddr) -> io::Result<Self> {
        let listener = bind(listen).await?;
        let address = listener.local_addr()?;
        let token = CancellationToken::new();
        let server = token.clone();
        let task = tokio::spawn(async move {
            let listener = CuttableListener::new(listener, server.clone());
            let service = router.into_make_service_with_connect_info::<Cut>();
            tokio::select! {
                () = server.cancelled() => {}
                ended = axum::serve(listener, service) => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "the simulated server ended");
                    }
                }
            }
        });
        Ok(Self { address, token, task })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn stop(mut self) {
        self.token.cancel();
        // It only ever ends by the token; a panic in it has been printed already.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

async fn bind(listen: SocketAddr) -> io::Result<TcpListener> {
    let mut tries = 1;
    loop {
        match TcpListener::bind(listen).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            bound => return bound,
        }
    }
}
