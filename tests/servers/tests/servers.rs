//! Each server starts, loses nothing to SIGKILL, can be held still, and leaves nothing behind.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lapin::options::ExchangeDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties, ExchangeKind};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use servers::{Kafka, Postgres, RabbitMq, Server};

const MINUTE: Duration = Duration::from_mins(1);

fn there(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn held_still(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + MINUTE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Takes it through everything; `keep` puts something in, `kept` says whether it is there.
fn lives<S: std::ops::Deref<Target = Server>>(server: S, address: &str, keep: impl Fn(&S), kept: impl Fn() -> bool) {
    assert!(!kept());
    keep(&server);
    assert!(kept());
    let first = server.processes();
    assert!(!first.is_empty());
    server.kill();
    assert!(!first.iter().any(|pid| there(*pid)), "{first:?}");
    // The last thread of a process that was killed closes what it listened on.
    until("nobody listens any more", || TcpStream::connect(address).is_err());
    server.start_again();
    assert!(kept(), "after SIGKILL");

    server.pause();
    let paused = server.processes();
    until("all of it is held still", || paused.iter().all(|pid| held_still(*pid)));
    server.resume();
    until("all of it goes on", || !paused.iter().any(|pid| held_still(*pid)));
    assert!(kept(), "after a pause");

    server.restart();
    assert!(kept(), "after a restart");
    let (last, dir) = (server.processes(), server.dir().to_owned());
    drop(server);
    assert!(!last.iter().any(|pid| there(*pid)), "{last:?}");
    assert!(!dir.exists());
}

#[test]
fn postgres_keeps_what_it_was_given() {
    let server = Postgres::start();
    let address = format!("127.0.0.1:{}", server.port());
    let database = server.database();
    let (url, socket) = (database.url, database.socket_url);
    let asked = |url: &str, query: &str| {
        let said = Command::new("psql").args([url, "-tAc", query]).stdin(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&said.stdout).trim().to_owned()
    };
    let keep = |_: &Postgres| assert_eq!(asked(&url, "CREATE TABLE kept ()"), "CREATE TABLE");
    let kept = || asked(&socket, "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'kept'") == "1";
    lives(server, &address, keep, kept);
}

#[test]
fn kafka_keeps_what_it_was_given() {
    let server = Kafka::start();
    let address = server.address();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = || -> AdminClient<DefaultClientContext> {
        ClientConfig::new().set("bootstrap.servers", &address).create().unwrap()
    };
    let keep = |_: &Kafka| {
        let topic = NewTopic::new("kept", 3, TopicReplication::Fixed(1));
        let made = client();
        let made = made.create_topics([&topic], &AdminOptions::new());
        assert!(runtime.block_on(made).unwrap()[0].is_ok());
    };
    let kept = || {
        let found = client().inner().fetch_metadata(None, MINUTE).unwrap();
        found.topics().iter().any(|topic| topic.name() == "kept" && topic.partitions().len() == 3)
    };
    lives(server, &address, keep, kept);
}

#[test]
fn rabbit_keeps_what_it_was_given() {
    let server = RabbitMq::start();
    let (url, address) = (server.url(), server.address());
    assert!(server.ctl(&["list_users"]).contains("guest"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let declare = |passive| {
        runtime.block_on(async {
            let connection = Connection::connect(&url, ConnectionProperties::default()).await.unwrap();
            let channel = connection.create_channel().await.unwrap();
            let options = ExchangeDeclareOptions { passive, durable: true, ..ExchangeDeclareOptions::default() };
            let declared =
                channel.exchange_declare("kept".into(), ExchangeKind::Direct, options, FieldTable::default());
            let declared = declared.await.is_ok();
            connection.close(200, "done".into()).await.unwrap();
            declared
        })
    };
    // What is declared is answered before it is written down, and until then lost to SIGKILL.
    let keep = |server: &RabbitMq| {
        assert!(declare(false));
        server.ctl(&["eval", "mnesia:sync_log()."]);
    };
    lives(server, &address, keep, || declare(true));
}

/// Not a test: the program that is killed in the one below.
#[test]
#[ignore = "runs inside another test"]
fn holder() {
    let server = Postgres::start();
    let pids: Vec<String> = server.processes().iter().map(u32::to_string).collect();
    // To the error output, which the test harness may not keep.
    writeln!(std::io::stderr(), "holding {} {}", server.dir().display(), pids.join(" ")).unwrap();
    std::io::stdin().lines().for_each(drop);
}

#[test]
fn nothing_is_left_of_a_program_that_was_killed() {
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "holder", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines().map_while(Result::ok);
    let said = lines.find_map(|line| line.strip_prefix("holding ").map(str::to_owned)).expect("it starts a server");
    let mut words = said.split_whitespace();
    let dir = PathBuf::from(words.next().unwrap());
    let pids: Vec<u32> = words.map(|pid| pid.parse().unwrap()).collect();
    assert!(!pids.is_empty() && pids.iter().all(|pid| there(*pid)) && Path::new(&dir).exists());
    program.kill().unwrap();
    program.wait().unwrap();
    until("processes and directory go", || !pids.iter().any(|pid| there(*pid)) && !dir.exists());
}
