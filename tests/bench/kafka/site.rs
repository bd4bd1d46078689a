//! Servers of the run's own, an account in the store, and roles beside them.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};
use backbone::kafka::{KafkaConfig, KafkaLog};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use servers::{Kafka, Postgres, RabbitMq};

use super::bare;
use crate::process::{Server, directory};
use crate::webhook;

/// As in the figures that ours are compared with.
pub const PARTITIONS: i32 = 6;

/// The servers.
pub struct Site {
    pub kafka: Kafka,
    env: Vec<(&'static str, String)>,
    _rabbit: RabbitMq,
    _postgres: Postgres,
}

impl Site {
    /// Starts the servers, and tells the store of the account.
    pub async fn start() -> Result<Self> {
        let (kafka, rabbit, postgres) = (Kafka::start(), RabbitMq::start(), Postgres::start());
        let env = vec![
            ("RINGFOLD_BACKBONE__LOG", format!("kafka://{}", kafka.address())),
            ("RINGFOLD_BACKBONE__QUEUE", rabbit.url()),
            ("RINGFOLD_BACKBONE__STORE", postgres.database().url),
            ("RINGFOLD_BACKBONE__PARTITIONS", PARTITIONS.to_string()),
            ("RINGFOLD_BACKBONE__REPLICATION", "1".to_owned()),
            ("RINGFOLD_SECRET_KEY", "5a".repeat(32)),
            ("RINGFOLD_API_TOKEN", "bench-api-token-0001".to_owned()),
        ];
        make_topics(&kafka.address()).await?;
        let site = Self { kafka, env, _rabbit: rabbit, _postgres: postgres };
        site.apply().await?;
        Ok(site)
    }

    /// A role as a process, ready.
    pub async fn role(&self, arguments: &[&str]) -> Result<Server> {
        Server::role(arguments, &self.env).await
    }

    /// The log as a role has it, for filling and emptying it.
    pub async fn log(&self) -> Result<KafkaLog> {
        let config = KafkaConfig {
            brokers: self.kafka.address(),
            prefix: String::new(),
            partitions: PARTITIONS,
            replication: 1,
            instance: "bench".to_owned(),
            memory: 1 << 20,
            properties: [("queue.buffering.max.messages".to_owned(), "1000000".to_owned())].into(),
        };
        Ok(KafkaLog::open(config).await?)
    }

    async fn apply(&self) -> Result<()> {
        let console = self.role(&["console"]).await?;
        let dir = directory()?;
        let file = dir.path().join("accounts.toml");
        fs::write(&file, webhook::accounts())?;
        let mut apply = Command::new(env!("CARGO_BIN_EXE_ringfold"));
        apply.args(["accounts", "apply", "--yes", "-f"]).arg(&file).env_clear();
        apply
            .env("RINGFOLD_SERVER", format!("http://{}", console.address))
            .env("RINGFOLD_TOKEN", "bench-api-token-0001");
        let applied = apply.output()?;
        ensure!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
        Ok(())
    }
}

/// Those that the bare programs write to.
async fn make_topics(brokers: &str) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new().set("bootstrap.servers", brokers).create()?;
    let topics = bare::TOPICS.map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1)));
    for made in admin.create_topics(&topics, &AdminOptions::new()).await? {
        made.map_err(|(name, why)| anyhow::anyhow!("{name}: {why}"))?;
    }
    Ok(())
}
