//! Stands before a broker, and where it is told so takes the brokers out of what the broker says of its cluster.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The request's number in Kafka's protocol.
const METADATA: i16 = 3;
/// From this version on its answers have lengths of varying size.
const FLEXIBLE: i16 = 9;

/// Which of a connection's requests ask for metadata.
type Asked = Arc<Mutex<HashMap<[u8; 4], i16>>>;

/// Listens on `port`; says how many answers it took the brokers out of.
pub async fn stand_before(broker: String, port: u16, nameless: Arc<AtomicBool>) -> Arc<AtomicU32> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let hidden = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&hidden);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(&broker).await else { continue };
            let (from_client, mut to_client) = client.into_split();
            let (from_server, mut to_server) = server.into_split();
            let asked = Asked::default();
            let asking = Arc::clone(&asked);
            tokio::spawn(async move {
                let mut from = from_client;
                while let Some(request) = frame(&mut from).await {
                    let number = |at: usize| i16::from_be_bytes([request[at], request[at + 1]]);
                    if number(0) == METADATA {
                        let id = request[4..8].try_into().unwrap();
                        asking.lock().unwrap().insert(id, number(2));
                    }
                    if send(&mut to_server, &request).await.is_none() {
                        return;
                    }
                }
            });
            let (nameless, count) = (Arc::clone(&nameless), Arc::clone(&count));
            tokio::spawn(async move {
                let mut from = from_server;
                while let Some(mut answer) = frame(&mut from).await {
                    let version = asked.lock().unwrap().remove(&answer[..4]);
                    if let Some(version) = version.filter(|_| nameless.load(Ordering::Relaxed)) {
                        assert!(version >= FLEXIBLE, "an old client");
                        answer = without_brokers(&answer);
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    if send(&mut to_client, &answer).await.is_none() {
                        return;
                    }
                }
            });
        }
    });
    hidden
}

async fn frame(from: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut frame = vec![0; from.read_u32().await.ok()? as usize];
    from.read_exact(&mut frame).await.ok()?;
    Some(frame)
}

async fn send(to: &mut (impl tokio::io::AsyncWrite + Unpin), frame: &[u8]) -> Option<()> {
    let mut all = u32::try_from(frame.len()).unwrap().to_be_bytes().to_vec();
    all.extend(frame);
    to.write_all(&all).await.ok()
}

/// What comes before the brokers: correlation id, no tags, throttle time.
const HEAD: usize = 4 + 1 + 4;

fn without_brokers(answer: &[u8]) -> Vec<u8> {
    let mut at = HEAD;
    let brokers = varint(answer, &mut at) - 1;
    for _ in 0..brokers {
        at += 4;
        at += varint(answer, &mut at) - 1;
        at += 4;
        at += varint(answer, &mut at).saturating_sub(1);
        assert_eq!(varint(answer, &mut at), 0, "no tags");
    }
    [&answer[..HEAD], &[1], &answer[at..]].concat()
}

fn varint(bytes: &[u8], at: &mut usize) -> usize {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let byte = bytes[*at];
        *at += 1;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}
