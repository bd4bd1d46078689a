//! The roles as processes of their own, and the HTTP server that all of them have.

use std::io::ErrorKind;
use std::process::{Output, Stdio};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{CrmSetup, SECRET, Site, eventually, template};

/// One connection of a peer that writes as slowly as it likes.
struct Peer(TcpStream);

impl Peer {
    async fn connect(site: &Site) -> Self {
        Self(TcpStream::connect(address(site)).await.unwrap())
    }

    async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// What comes until a whole answer with a body has come, or the end.
    async fn hear(&mut self) -> String {
        let mut heard = Vec::new();
        let mut part = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&heard);
            if let Some((_, body)) = text.split_once("\r\n\r\n")
                && body.ends_with('}')
            {
                return text.into_owned();
            }
            match self.0.read(&mut part).await {
                Ok(0) => return text.into_owned(),
                Ok(count) => heard.extend_from_slice(&part[..count]),
                Err(why) => panic!("{why}, after {text}"),
            }
        }
    }

    /// Waits until the other side closes.
    async fn closed(&mut self) {
        let mut part = [0; 4096];
        loop {
            match self.0.read(&mut part).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(why) if why.kind() == ErrorKind::ConnectionReset => return,
                Err(why) => panic!("{why}"),
            }
        }
    }
}

fn address(site: &Site) -> String {
    site.process.url().replace("http://", "")
}

fn request(call: &str) -> String {
    let body = template(call, "79161112233", "MISSED", None, None);
    let head = format!("POST /hooks/{SECRET} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n");
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

async fn refused(site: &Site) {
    eventually("new connections to be refused", async || {
        let refused = TcpStream::connect(address(site)).await;
        refused.is_err_and(|why| why.kind() == ErrorKind::ConnectionRefused).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b8_slow_headers_cost_others_nothing() {
    let site = Site::start(CrmSetup::default()).await;
    let mut slow = Vec::new();
    for n in 0..200 {
        let mut peer = Peer::connect(&site).await;
        peer.say(&request(&n.to_string())[..40]).await;
        slow.push(peer);
    }
    for call in 1000..1020 {
        site.say(&call.to_string(), "MISSED", None, None).await;
    }
    // They are not waited for without end.
    for peer in &mut slow {
        peer.closed().await;
    }
    site.say("2000", "MISSED", None, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b8_a_flood_takes_no_file_from_the_log_and_passes() {
    let site = Site::prepare(CrmSetup::default()).await;
    let program = site.process.command();
    let mut limited = std::process::Command::new("bash");
    limited.args(["-c", "ulimit -n 160; exec \"$0\" \"$@\""]).arg(program.get_program());
    limited.args(program.get_args()).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    site.process.spawn(limited).await;
    // More than it has places for, none with anything to say.
    let mut flood = Vec::new();
    for _ in 0..300 {
        flood.push(Peer::connect(&site).await);
    }
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b9_what_was_begun_before_a_stop_is_answered_and_kept() {
    let site = Site::start(CrmSetup::default()).await;
    let (mut kept, mut begun, mut fresh) =
        (Peer::connect(&site).await, Peer::connect(&site).await, Peer::connect(&site).await);
    kept.say(&request("1")).await;
    assert!(kept.hear().await.starts_with("HTTP/1.1 200"));
    // Of the second request on the kept connection half the head has arrived; of the other a part of the body.
    let (second, third) = (request("2"), request("3"));
    kept.say(&second[..40]).await;
    begun.say(&third[..third.len() - 10]).await;
    fresh.say("P").await;
    site.process.signal("TERM");
    refused(&site).await;
    kept.say(&second[40..]).await;
    begun.say(&third[third.len() - 10..]).await;
    fresh.say(&request("4")[1..]).await;
    for peer in [&mut kept, &mut begun, &mut fresh] {
        let answer = peer.hear().await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        peer.closed().await;
    }
    assert!(site.process.ended().await.success());
    site.process.start().await;
    for call in ["1", "2", "3", "4"] {
        site.delivered(call, 1).await;
    }
}

fn ended(site: &Site, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let data = site.dir.path().join("other");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ringfold"));
    command.args(arguments).args(["--listen", "127.0.0.1:0", "--data"]).arg(data).env_clear();
    let Output { status, stderr, .. } = command.envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_needs_servers_and_says_so() {
    let site = Site::prepare(CrmSetup::default()).await;
    for role in [&["ingest"][..], &["process"], &["sink", "rbs-crm"], &["console"]] {
        let (status, said) = ended(&site, role, &[]);
        assert_eq!(status, Some(78), "{role:?}: {said}");
        assert!(said.contains("ringfold up") && said.contains("backbone.log"), "{said}");
    }
    let (status, said) = ended(&site, &["sink", "sap"], &[]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("rbs-crm"), "{said}");
    let kafka = [("RINGFOLD_BACKBONE__LOG", "kafka://127.0.0.1:1")];
    let (status, said) = ended(&site, &["ingest"], &kafka);
    assert_eq!(status, Some(78), "{said}");
    assert!(said.contains("backbone.queue") && said.contains("is missing"), "{said}");
}
