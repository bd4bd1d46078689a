//! From layers to what is in effect: the strongest layer that says something wins, and what does not fit together is refused.

use std::collections::{BTreeMap, BTreeSet};

use backbone::sealed::Secret;

use super::alerts::{Alerts, shown as shown_webhook};
use super::kafka::is_secret;
use super::layer::{Layer, variable};
use super::parts::{Backbone, EMBEDDED, Servers, shown};
use super::values::Size;
use super::{Config, DATA_DIR, LISTEN, Origin, Row, url_of};

/// Layers, weakest first, and what was read of them for `config print`.
struct Layers<'a> {
    layers: &'a [(Origin, Layer)],
    rows: Vec<Row>,
}

impl Layers<'_> {
    /// What is said of a key, which is noted as `show` shows it.
    fn key<T>(
        &mut self,
        key: &str,
        get: impl Fn(&Layer) -> Option<T>,
        show: impl FnOnce(Option<&T>) -> String,
    ) -> Option<T> {
        let said = self.layers.iter().rev().find_map(|(origin, layer)| Some((get(layer)?, origin.name(key))));
        let (value, from) = said.map_or_else(|| (None, "default".to_owned()), |(value, from)| (Some(value), from));
        self.rows.push(Row { key: key.to_owned(), value: show(value.as_ref()), from });
        value
    }

    /// The same of a number with a default.
    fn number(&mut self, key: &str, default: u16, get: impl Fn(&Layer) -> Option<u16>) -> u16 {
        self.key(key, get, |said| said.unwrap_or(&default).to_string()).unwrap_or(default)
    }

    fn size(&mut self, key: &str, default: Size, get: impl Fn(&Layer) -> Option<Size>) -> u64 {
        self.key(key, get, |said| said.unwrap_or(&default).to_string()).unwrap_or(default).0
    }

    /// Every property that some layer says, each from its strongest.
    fn properties(&mut self) -> BTreeMap<String, String> {
        let names: BTreeSet<String> =
            self.layers.iter().flat_map(|(_, layer)| layer.backbone.kafka.0.keys().cloned()).collect();
        let mut properties = BTreeMap::new();
        for name in names {
            let show = |said: Option<&String>| match said {
                Some(value) if !is_secret(&name) => value.clone(),
                _ => "***".to_owned(),
            };
            let get = |layer: &Layer| layer.backbone.kafka.0.get(&name).cloned();
            if let Some(value) = self.key(&format!("backbone.kafka.{name}"), get, show) {
                properties.insert(name, value);
            }
        }
        properties
    }

    fn alerts(&mut self) -> Result<Alerts, String> {
        let none = || "none".to_owned();
        let webhook = self.key(
            "alerts.webhook",
            |layer| layer.alerts.webhook.clone().map(|url| url.0),
            |said| said.map_or_else(none, shown_webhook),
        );
        let token = |layer: &Layer| layer.alerts.token.clone().map(|token| token.0);
        let token = self.key("alerts.token", token, |said| said.map_or_else(none, |_| "***".to_owned()));
        if token.is_some() && webhook.is_none() {
            return Err(
                "alerts.token: is for alerts.webhook, which is missing: write the address that takes it".to_owned()
            );
        }
        Ok(Alerts { webhook, token })
    }

    fn backbone(&mut self) -> Result<Backbone, String> {
        let url =
            |said: Option<&Option<Secret>>| said.and_then(Option::as_ref).map_or_else(|| EMBEDDED.to_owned(), shown);
        let log = self.key(
            "backbone.log",
            |layer| layer.backbone.log.clone().map(|log| log.0),
            |said| said.cloned().flatten().map_or_else(|| EMBEDDED.to_owned(), |brokers| format!("kafka://{brokers}")),
        );
        let queue = self.key("backbone.queue", |layer| layer.backbone.queue.clone().map(|queue| queue.0), url);
        let store = self.key("backbone.store", |layer| layer.backbone.store.clone().map(|store| store.0), url);
        let properties = self.properties();
        let prefix = |layer: &Layer| layer.backbone.prefix.clone().map(|prefix| prefix.0);
        let prefix = self.key("backbone.prefix", prefix, |said| said.cloned().unwrap_or_default());
        let partitions = self.number("backbone.partitions", 12, |layer| Some(layer.backbone.partitions?.0));
        let replication = self.number("backbone.replication", 3, |layer| Some(layer.backbone.replication?.0));
        let memory = self.size("backbone.processor_memory", Size(32 << 20), |layer| layer.backbone.processor_memory);
        let spool_max = self.size("backbone.spool_max", Size(4 << 30), |layer| layer.backbone.spool_max);
        let connections =
            self.number("backbone.store_connections", 10, |layer| Some(layer.backbone.store_connections?.0));
        let Some((brokers, queue, store)) = together(log.flatten(), queue.flatten(), store.flatten())? else {
            return match properties.keys().next() {
                Some(name) => {
                    Err(format!("backbone.kafka.{name}: is for a log on Kafka, and backbone.log is embedded"))
                }
                None => Ok(Backbone::Embedded),
            };
        };
        let servers = Servers {
            brokers,
            properties,
            partitions: i32::from(partitions),
            replication: i16::try_from(replication).unwrap_or(i16::MAX),
            processor_memory: usize::try_from(memory).unwrap_or(usize::MAX),
            queue,
            store,
            store_connections: u32::from(connections),
            prefix: prefix.unwrap_or_default(),
            spool_max,
        };
        // What Kafka's client would refuse when it is made is refused here, whatever the command.
        servers.kafka("none").check().map_err(|why| why.to_string())?;
        Ok(Backbone::Servers(Box::new(servers)))
    }
}

/// All three parts on servers, or none.
fn together(
    log: Option<String>,
    queue: Option<Secret>,
    store: Option<Secret>,
) -> Result<Option<(String, Secret, Secret)>, String> {
    let missing = |key: &str, example: &str| {
        let variable = variable(key);
        Err(format!(
            "{key}: is missing: log, queue and store are all embedded, or all servers; write {key} = \"{example}\" \
             ({variable}), or leave out the others"
        ))
    };
    match (log, queue, store) {
        (None, None, None) => Ok(None),
        (Some(log), Some(queue), Some(store)) => Ok(Some((log, queue, store))),
        (None, ..) => missing("backbone.log", "kafka://host:9092"),
        (_, None, _) => missing("backbone.queue", "amqp://user:password@host:5672"),
        (.., None) => missing("backbone.store", "postgres://user:password@host:5432/ringfold"),
    }
}

/// What is in effect; an error names the key, and says what is allowed.
pub fn resolve(layers: &[(Origin, Layer)]) -> Result<Config, String> {
    let mut layers = Layers { layers, rows: Vec::new() };
    let backbone = layers.backbone()?;
    let servers = matches!(backbone, Backbone::Servers(_));
    let masked = |set: bool| if set { "***" } else { "made on first start" }.to_owned();
    let dir =
        |said: Option<&std::path::PathBuf>| said.map_or_else(|| DATA_DIR.to_owned(), |dir| dir.display().to_string());
    let data_dir = layers.key("data_dir", |layer| layer.data_dir.clone(), dir).unwrap_or_else(|| DATA_DIR.into());
    let listen =
        layers.key("listen", |layer| Some(layer.listen?.0), |said| said.copied().unwrap_or(LISTEN).to_string());
    let listen = listen.unwrap_or(LISTEN);
    let public_url = layers.key(
        "public_url",
        |layer| layer.public_url.clone().map(|url| url.0),
        |said| said.cloned().unwrap_or_else(|| url_of(listen)),
    );
    let secret_key = layers.key(
        "secret_key",
        |layer| layer.secret_key.clone().map(|key| key.0),
        |said| if servers { "***".to_owned() } else { masked(said.is_some()) },
    );
    if servers && secret_key.is_none() {
        return Err(format!(
            "secret_key: is missing: where the store is PostgreSQL, every process must be given the same key; make one \
             with `openssl rand -hex 32` and set it in {}, or as secret_key in a file that only Ringfold can read",
            variable("secret_key")
        ));
    }
    let token = |layer: &Layer| layer.api_token.clone().map(|token| token.0);
    let api_token = layers.key("api_token", token, |said| masked(said.is_some()));
    let alerts = layers.alerts()?;
    Ok(Config { backbone, data_dir, listen, secret_key, api_token, alerts, public_url, rows: layers.rows })
}
