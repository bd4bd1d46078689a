//! Stands between the store and the server, and cuts a connection where a test says: after the server has carried out what
//! it was sent, before its answer is heard.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

/// The end of every answer: the server is ready for the next query, outside a transaction.
const READY: &[u8] = b"Z\0\0\0\x05I";

type Mark = Arc<Mutex<Option<String>>>;

pub struct Cutter {
    dir: TempDir,
    mark: Mark,
}

impl Cutter {
    /// Listens in a directory of its own, as the server does in its.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = servers::postgres().socket();
        let listener = UnixListener::bind(dir.path().join(server.file_name().unwrap())).unwrap();
        let mark = Mark::default();
        let marked = Arc::clone(&mark);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&server).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&marked)));
            }
        });
        Self { dir, mark }
    }

    /// The address of a database by way of it.
    pub fn url(&self, database: &str) -> String {
        servers::postgres().url_behind(self.dir.path(), database)
    }

    /// Cuts the connection that next sends this.
    pub fn cut(&self, mark: &str) {
        *self.mark.lock().unwrap() = Some(mark.to_owned());
    }

    /// It was sent, and cut.
    pub fn was_cut(&self) {
        assert_eq!(*self.mark.lock().unwrap(), None, "nothing was cut");
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

async fn carry(mut client: UnixStream, mut server: UnixStream, mark: Mark) {
    let (mut said, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            Ok(length @ 1..) = client.read(&mut said) => {
                let said = &said[..length];
                let cut = mark.lock().unwrap().take_if(|mark| holds(said, mark.as_bytes())).is_some();
                if server.write_all(said).await.is_err() {
                    return;
                }
                if cut {
                    let unheard = async {
                        while let Ok(length @ 1..) = server.read(&mut answered).await {
                            if holds(&answered[..length], READY) {
                                return;
                            }
                        }
                    };
                    tokio::time::timeout(Duration::from_secs(20), unheard).await.unwrap();
                    return;
                }
            }
            Ok(length @ 1..) = server.read(&mut answered) => {
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
    }
}
