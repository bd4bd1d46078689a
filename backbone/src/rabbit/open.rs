//! One connection to the broker, which ends when it is told to: the client's own thread for it ends with its socket.

use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lapin::tcp::{AsyncTcpStream, OwnedTLSConfig};
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties};

/// A connection that takes longer to make is given up.
pub const CONNECT: Duration = Duration::from_secs(5);

/// The other end of a connection's socket: shut when dropped, so that no thread waits on a broker that says nothing.
#[derive(Clone, Default)]
struct Socket(Arc<Mutex<Option<TcpStream>>>);

impl Socket {
    fn keep(&self, stream: &tokio::net::TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let same = TcpStream::from(stream.as_fd().try_clone_to_owned()?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(same);
        Ok(())
    }
}

/// Shuts the socket, whoever else holds it.
pub struct Shutter(Socket);

impl Drop for Shutter {
    fn drop(&mut self) {
        if let Some(socket) = self.0.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // An error says that it is shut already.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

/// There was no answer in time.
fn late(_: tokio::time::error::Elapsed) -> lapin::Error {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

/// Connects. The client's own recovery stays off: it does not come back after every restart of a broker.
pub async fn open(uri: &AMQPUri, name: &str) -> Result<(Connection, Shutter), lapin::Error> {
    let socket = Socket::default();
    let shutter = Shutter(socket.clone());
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let runtime = lapin::runtime::default_runtime()?;
    let made = Connection::connector(
        uri.clone(),
        runtime,
        async move |uri: AMQPUri, runtime| {
            let made = async {
                let host = uri.authority.host.as_str();
                let addresses: Vec<_> = tokio::net::lookup_host((host, uri.authority.port)).await?.collect();
                let stream = AsyncTcpStream::connect(&runtime, addresses.as_slice()).await?;
                if let AsyncTcpStream::Plain(stream) = &stream {
                    socket.keep(stream.get_ref())?;
                }
                match uri.scheme {
                    AMQPScheme::AMQP => Ok(stream),
                    AMQPScheme::AMQPS => stream.into_tls(host, OwnedTLSConfig::default().as_ref()).await,
                }
            };
            Ok(tokio::time::timeout(CONNECT, made).await.map_err(late)??)
        },
        properties,
    );
    Ok((tokio::time::timeout(CONNECT, made).await.map_err(late)??, shutter))
}
