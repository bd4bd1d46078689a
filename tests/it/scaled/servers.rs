//! The three servers of a fleet, and what its processes are told of them.

use servers::{Certificates, Kafka, Postgres, RabbitMq};

/// What names of topics, groups and queues begin with.
pub const PREFIX: &str = "it.";
/// The API's.
pub const TOKEN: &str = "test-token-of-every-console";

/// Of the test's own.
pub struct Servers {
    pub kafka: Kafka,
    pub rabbit: RabbitMq,
    pub postgres: Postgres,
    /// Variables of every process.
    pub env: Vec<(String, String)>,
    /// Kept while processes read them.
    _certificates: Option<Certificates>,
}

impl Servers {
    /// As anybody on this machine may use them.
    pub fn plain() -> Self {
        let (kafka, rabbit, postgres) = started(Kafka::start, RabbitMq::start, Postgres::start);
        let env = env(&kafka.address(), rabbit.url(), database(&postgres));
        Self { kafka, rabbit, postgres, env, _certificates: None }
    }

    /// Reached over TLS, with certificates that only these processes trust.
    #[cfg(feature = "kafka-tls")]
    pub fn secure() -> Self {
        let certificates = Certificates::make();
        let (kafka, rabbit, postgres) = started(
            || Kafka::start_secure(&certificates),
            || RabbitMq::start_secure(&certificates),
            || Postgres::start_secure(&certificates),
        );
        let authority = certificates.authority().display().to_string();
        let store = format!("{}?sslmode=verify-full&sslrootcert={authority}", database(&postgres));
        let mut env = env(&kafka.secure_address(), rabbit.secure_url(), store);
        let more = [
            ("RINGFOLD_BACKBONE__KAFKA__SECURITY_PROTOCOL", "SASL_SSL"),
            ("RINGFOLD_BACKBONE__KAFKA__SASL_MECHANISM", "SCRAM-SHA-512"),
            ("RINGFOLD_BACKBONE__KAFKA__SASL_USERNAME", "ringfold"),
            ("RINGFOLD_BACKBONE__KAFKA__SASL_PASSWORD", "kafka-password"),
            ("RINGFOLD_BACKBONE__KAFKA__SSL_CA_LOCATION", &authority),
            // What the system trusts, for whoever asks the system.
            ("SSL_CERT_FILE", &authority),
        ];
        env.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self { kafka, rabbit, postgres, env, _certificates: Some(certificates) }
    }
}

/// Starts the servers side by side.
fn started(
    kafka: impl FnOnce() -> Kafka + Send,
    rabbit: impl FnOnce() -> RabbitMq + Send,
    postgres: impl FnOnce() -> Postgres,
) -> (Kafka, RabbitMq, Postgres) {
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let (kafka, rabbit) = (scope.spawn(kafka), scope.spawn(rabbit));
            let postgres = postgres();
            (kafka.join().unwrap(), rabbit.join().unwrap(), postgres)
        })
    })
}

fn database(postgres: &Postgres) -> String {
    tokio::task::block_in_place(|| postgres.database()).url
}

/// What every process is told.
fn env(kafka: &str, queue: String, store: String) -> Vec<(String, String)> {
    let env = [
        ("RINGFOLD_BACKBONE__LOG", format!("kafka://{kafka}")),
        ("RINGFOLD_BACKBONE__QUEUE", queue),
        ("RINGFOLD_BACKBONE__STORE", store),
        ("RINGFOLD_BACKBONE__PREFIX", PREFIX.to_owned()),
        ("RINGFOLD_BACKBONE__PARTITIONS", "6".to_owned()),
        ("RINGFOLD_BACKBONE__REPLICATION", "1".to_owned()),
        ("RINGFOLD_SECRET_KEY", "5a".repeat(32)),
        ("RINGFOLD_API_TOKEN", TOKEN.to_owned()),
    ];
    env.map(|(name, value)| (name.to_owned(), value)).to_vec()
}
