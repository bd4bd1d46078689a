//! Apache Kafka.

use std::ops::Deref;

use crate::install;
use crate::port::Port;
use crate::server::{Server, directory};

/// A Kafka broker that is its own controller, without TLS. Topics are made by whoever wants them, never by use.
pub struct Kafka {
    server: Server,
    port: Port,
    _controller: Port,
}

impl Kafka {
    /// Starts one.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with more lines of `server.properties`, which come after ours and so win.
    pub fn start_with(more: &[&str]) -> Self {
        let (jars, port, controller) = (install::kafka(), Port::free(), Port::free());
        let dir = directory();
        let data = dir.path().join("data");
        let properties = format!(
            "process.roles=broker,controller\n\
             node.id=1\n\
             controller.quorum.voters=1@127.0.0.1:{controller}\n\
             controller.listener.names=CONTROLLER\n\
             listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
             log.dirs={data}\n\
             auto.create.topics.enable=false\n\
             group.initial.rebalance.delay.ms=0\n\
             offsets.topic.num.partitions=4\n\
             offsets.topic.replication.factor=1\n\
             transaction.state.log.num.partitions=4\n\
             transaction.state.log.replication.factor=1\n\
             transaction.state.log.min.isr=1\n\
             share.coordinator.state.topic.num.partitions=1\n\
             share.coordinator.state.topic.replication.factor=1\n\
             share.coordinator.state.topic.min.isr=1\n\
             log.cleaner.dedupe.buffer.size=8388608\n\
             {more}\n",
            controller = controller.number,
            port = port.number,
            data = data.display(),
            more = more.join("\n"),
        );
        std::fs::write(dir.path().join("server.properties"), properties).unwrap();
        let server = Server::start(include_str!("kafka.sh"), dir, &[("jars", jars.into_os_string())]);
        Self { server, port, _controller: controller }
    }

    /// Its address, as `bootstrap.servers` wants it.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port.number)
    }
}

impl Deref for Kafka {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
