use super::*;

fn config(properties: &[(&str, &str)]) -> KafkaConfig {
    KafkaConfig {
        brokers: "localhost:9092".to_owned(),
        prefix: "test-".to_owned(),
        partitions: 12,
        replication: 3,
        instance: "one".to_owned(),
        memory: 1 << 20,
        properties: properties.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
    }
}

#[test]
fn what_the_guarantees_rest_on_is_refused() {
    for key in OURS {
        let why = config(&[(key, "1")]).check().unwrap_err().to_string();
        assert!(why.contains(&format!("backbone.kafka.{key} cannot be set")), "{why}");
    }
    config(&[("session.timeout.ms", "6000"), ("linger.ms", "5")]).check().unwrap();
}

#[test]
fn no_value_is_shown() {
    let with = config(&[("sasl.password", "hunter22"), ("sasl.username", "ringfold")]);
    with.check().unwrap();
    assert!(!format!("{with:?}").contains("hunter22"));
    let why = config(&[("sasl.passwort", "hunter22")]).check().unwrap_err().to_string();
    assert!(why.contains("backbone.kafka.sasl.passwort") && !why.contains("hunter22"), "{why}");
    let why = config(&[("session.timeout.ms", "hunter22")]).check().unwrap_err().to_string();
    assert!(why.contains("backbone.kafka.session.timeout.ms") && !why.contains("hunter22"), "{why}");
}

#[cfg(not(feature = "kafka-tls"))]
#[test]
fn tls_says_which_build_it_needs() {
    for pair in [("security.protocol", "SASL_SSL"), ("sasl.mechanism", "SCRAM-SHA-512"), ("ssl.ca.location", "/ca")] {
        let why = config(&[pair]).check().unwrap_err().to_string();
        assert!(why.contains("--features kafka-tls"), "{why}");
    }
}

#[test]
fn nonsense_is_refused() {
    for change in [
        |config: &mut KafkaConfig| config.brokers.clear(),
        |config: &mut KafkaConfig| config.partitions = 0,
        |config: &mut KafkaConfig| config.replication = 0,
        |config: &mut KafkaConfig| config.prefix = "a b".to_owned(),
        |config: &mut KafkaConfig| config.instance.clear(),
    ] {
        let mut wrong = config(&[]);
        change(&mut wrong);
        assert!(matches!(wrong.check(), Err(Error::Invalid(_))), "{wrong:?}");
    }
}
