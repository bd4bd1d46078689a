//! Apache Kafka.

use std::ops::Deref;

use crate::install;
use crate::port::Port;
use crate::server::{Server, directory};
use crate::tls::Certificates;

/// A Kafka broker that is its own controller. Topics are made by whoever wants them, never by use.
pub struct Kafka {
    server: Server,
    port: Port,
    secure: Port,
    _controller: Port,
}

impl Kafka {
    /// Starts one.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with more lines of `server.properties`, which come after ours and so win.
    pub fn start_with(more: &[&str]) -> Self {
        Self::launch(None, more)
    }

    /// Starts one that takes TLS and SCRAM too: the user is `ringfold`, the password `kafka-password`.
    pub fn start_secure(certificates: &Certificates) -> Self {
        Self::launch(Some(certificates), &[])
    }

    fn launch(certificates: Option<&Certificates>, more: &[&str]) -> Self {
        let (jars, port, secure, controller) = (install::kafka(), Port::free(), Port::free(), Port::free());
        let (listener, lines) = certificates.map(|with| secured(with, secure.number)).unwrap_or_default();
        let dir = directory();
        let data = dir.path().join("data");
        let properties = format!(
            "process.roles=broker,controller\n\
             node.id=1\n\
             controller.quorum.voters=1@127.0.0.1:{controller}\n\
             controller.listener.names=CONTROLLER\n\
             listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{listener}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:{port}{listener}\n\
             listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL\n\
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
             {lines}{more}\n",
            controller = controller.number,
            port = port.number,
            data = data.display(),
            more = more.join("\n"),
        );
        std::fs::write(dir.path().join("server.properties"), properties).unwrap();
        let users = certificates.map_or("", |_| "--add-scram SCRAM-SHA-512=[name=ringfold,password=kafka-password]");
        let settings = [("jars", jars.into_os_string()), ("users", users.into())];
        Self { server: Server::start(include_str!("kafka.sh"), dir, &settings), port, secure, _controller: controller }
    }

    /// Its address, as `bootstrap.servers` wants it.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port.number)
    }

    /// Its address for TLS, of one started so.
    pub fn secure_address(&self) -> String {
        format!("127.0.0.1:{}", self.secure.number)
    }
}

/// A listener for TLS, and the lines that it needs.
fn secured(certificates: &Certificates, port: u16) -> (String, String) {
    let lines = format!(
        "inter.broker.listener.name=PLAINTEXT\n\
         ssl.keystore.type=PEM\n\
         ssl.keystore.location={}\n\
         sasl.enabled.mechanisms=SCRAM-SHA-512\n\
         listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
         org.apache.kafka.common.security.scram.ScramLoginModule required;\n",
        certificates.both().display()
    );
    (format!(",SASL_SSL://127.0.0.1:{port}"), lines)
}

impl Deref for Kafka {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
