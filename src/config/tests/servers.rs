//! Kafka, RabbitMQ and PostgreSQL: all or none, checked, and no password ever shown.

use super::*;

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const ALL: &str = "secret_key = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n\
    api_token = \"hunter2-hunter2-hunter2\"\n[backbone]\n\
    log = \"kafka://a:9092,b:9093\"\nqueue = \"amqps://me:hunter2@rabbit/ringfold\"\n\
    store = \"postgres://me:hunter2@db:5432/calls?sslmode=require\"\n";

fn taken(text: &str, pairs: &[(&str, &str)]) -> (Config, Servers) {
    let config = load(text, pairs, Flags::default()).unwrap_or_else(|exit| panic!("{exit:?}"));
    let Backbone::Servers(servers) = config.backbone.clone() else { panic!("embedded") };
    (config, *servers)
}

#[test]
fn the_three_servers_with_their_defaults() {
    let (config, servers) = taken(ALL, &[]);
    assert_eq!(servers.brokers, "a:9092,b:9093");
    assert_eq!(servers.queue.expose(), "amqps://me:hunter2@rabbit/ringfold");
    assert_eq!(servers.store.expose(), "postgres://me:hunter2@db:5432/calls?sslmode=require");
    assert_eq!((servers.partitions, servers.replication, servers.store_connections), (12, 3, 10));
    assert_eq!((servers.processor_memory, servers.spool_max), (32 << 20, 4 << 30));
    assert_eq!((servers.prefix.as_str(), servers.properties.len()), ("", 0));
    let value = |key| config.rows().iter().find(|row| row.key == key).map(|row| row.value.clone()).unwrap();
    assert_eq!(value("backbone.log"), "kafka://a:9092,b:9093");
    assert_eq!(value("backbone.queue"), "amqps://me:***@rabbit/ringfold");
    assert_eq!(value("backbone.store"), "postgres://me:***@db:5432/calls?***");
    assert_eq!((value("backbone.processor_memory").as_str(), value("backbone.spool_max").as_str()), ("32MiB", "4GiB"));
    assert_eq!((value("secret_key").as_str(), value("api_token").as_str()), ("***", "***"));
    assert!(config.rows().iter().all(|row| !row.value.contains("hunter2") && !row.value.contains(KEY)));
}

#[test]
fn numbers_and_sizes_are_read_from_the_file_and_from_the_environment() {
    let pairs = [
        ("RINGFOLD_BACKBONE__PARTITIONS", "24"),
        ("RINGFOLD_BACKBONE__PREFIX", "test."),
        ("RINGFOLD_BACKBONE__SPOOL_MAX", "1048576"),
    ];
    let (_, servers) = taken(&format!("{ALL}replication = 1\npartitions = 6\nprocessor_memory = \"64 MiB\"\n"), &pairs);
    assert_eq!((servers.partitions, servers.replication, servers.prefix.as_str()), (24, 1, "test."));
    assert_eq!((servers.processor_memory, servers.spool_max), (64 << 20, 1 << 20));
    for (line, words) in [
        ("partitions = 0", ["backbone.partitions", "from 1 to 1000"]),
        ("replication = \"three\"", ["backbone.replication", "from 1 to 9"]),
        ("store_connections = 1.5", ["backbone.store_connections", "whole number"]),
        ("processor_memory = \"128 megs\"", ["backbone.processor_memory", "128MiB"]),
        ("spool_max = 5", ["backbone.spool_max", "at least 1MiB"]),
        ("prefix = \"a b\"", ["backbone.prefix", "letters"]),
    ] {
        says(&refused(&format!("{ALL}{line}\n"), &[]), &words);
    }
}

#[test]
fn properties_of_kafka_go_through_and_an_underscore_of_a_variable_is_a_dot() {
    let text =
        format!("{ALL}[backbone.kafka]\n\"sasl.username\" = \"me\"\nsasl.password = \"hunter2\"\nlinger.ms = 5\n");
    let (config, servers) = taken(&text, &[("RINGFOLD_BACKBONE__KAFKA__SASL_USERNAME", "you")]);
    let properties: Vec<(&str, &str)> = servers.properties.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(properties, [("linger.ms", "5"), ("sasl.password", "hunter2"), ("sasl.username", "you")]);
    let row = |key: &str| config.rows().iter().find(|row| row.key == key).unwrap();
    assert_eq!(row("backbone.kafka.sasl.password").value, "***");
    assert_eq!(row("backbone.kafka.sasl.username").from, "RINGFOLD_BACKBONE__KAFKA__SASL_USERNAME");
    for name in ["sasl.password", "ssl.key.password", "ssl.key.pem", "sasl.oauthbearer.client.secret"] {
        assert!(super::super::kafka::is_secret(name), "{name}");
    }
}

#[test]
fn properties_that_promises_rest_on_are_refused() {
    for (name, value) in [("ACKS", "1"), ("ENABLE_IDEMPOTENCE", "false"), ("TRANSACTIONAL_ID", "x")] {
        let variable = format!("RINGFOLD_BACKBONE__KAFKA__{name}");
        let name = name.to_lowercase().replace('_', ".");
        says(&refused(ALL, &[(&variable, value)]), &[&format!("backbone.kafka.{name}"), "cannot be set"]);
    }
    says(&refused(ALL, &[("RINGFOLD_BACKBONE__KAFKA__LINGER_MSS", "5")]), &["backbone.kafka.linger.mss"]);
    says(&refused("[backbone.kafka]\nlinger.ms = 5\n", &[]), &["backbone.kafka.linger.ms", "backbone.log is embedded"]);
}

#[cfg(not(feature = "kafka-tls"))]
#[test]
fn tls_to_kafka_is_refused_where_the_build_has_none() {
    let pairs = [("RINGFOLD_BACKBONE__KAFKA__SECURITY_PROTOCOL", "SASL_SSL")];
    says(&refused(ALL, &pairs), &["security.protocol", "--features kafka-tls"]);
}

#[test]
fn all_three_are_servers_or_none() {
    for (left_out, key) in [("log", "backbone.log"), ("queue", "backbone.queue"), ("store", "backbone.store")] {
        let text: Vec<&str> = ALL.lines().filter(|line| !line.starts_with(&format!("{left_out} ="))).collect();
        let message = refused(&text.join("\n"), &[]);
        let variable = format!("RINGFOLD_{}", key.replace('.', "__").to_uppercase());
        says(&message, &[key, &variable, "is missing", "all servers"]);
        assert!(!message.contains("hunter2"));
    }
    let message = refused(&ALL.replace("secret_key", "# secret_key"), &[]);
    says(&message, &["secret_key: is missing", "openssl rand -hex 32", "RINGFOLD_SECRET_KEY"]);
}

#[test]
fn wrong_addresses_are_refused_and_their_passwords_not_repeated() {
    for (key, value, allowed) in [
        ("LOG", "kafka://me:hunter2@host:9092", "kafka://host:port"),
        ("LOG", "kafka://host", "kafka://host:port"),
        ("LOG", "amqp://hunter2", "kafka://host:port"),
        ("QUEUE", "http://me:hunter2@host", "amqp://"),
        ("QUEUE", "amqp://me:hunter2@", "amqp://"),
        ("STORE", "mysql://me:hunter2@host/db", "postgres://"),
        ("STORE", "postgres://me:hunter2@host", "postgres://"),
    ] {
        let name = format!("RINGFOLD_BACKBONE__{key}");
        let message = refused(ALL, &[(&name, value)]);
        says(&message, &[&name, allowed, "embedded"]);
        assert!(!message.contains("hunter2"), "{message}");
    }
    for token in ["short", "with a space in it, long"] {
        let message = refused("", &[("RINGFOLD_API_TOKEN", token)]);
        says(&message, &["RINGFOLD_API_TOKEN", "16 to 200"]);
        assert!(!message.contains(token));
    }
}
