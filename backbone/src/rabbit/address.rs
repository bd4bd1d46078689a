//! The broker's address, as people write it.

use lapin::uri::{AMQPScheme, AMQPUri};

use crate::Error;
use crate::sealed::Secret;

/// Seconds between heartbeats: a broker that is silent for twice as long is given up.
const HEARTBEAT: u16 = 10;
/// Queues' names have at most 255 bytes.
const PREFIX_MAX: usize = 100;

/// Reads it. No error repeats it: it holds a password.
pub fn read(url: &Secret) -> Result<AMQPUri, Error> {
    let wrong = || Error::Invalid("the queue is not given as amqp://user:password@host:port/vhost".to_owned());
    let text = url.expose();
    // The client would take the local host for these without a word.
    if text.contains("@[") || text.contains("//[") {
        return Err(Error::Invalid("the queue's host is to be given by name, not as [IPv6 address]".to_owned()));
    }
    let mut uri: AMQPUri = text.parse().map_err(|_| wrong())?;
    if uri.authority.host.is_empty() {
        return Err(wrong());
    }
    if uri.vhost.is_empty() {
        "/".clone_into(&mut uri.vhost);
    }
    uri.query.heartbeat.get_or_insert(HEARTBEAT);
    let host = uri.authority.host.as_str();
    if uri.scheme == AMQPScheme::AMQP && !matches!(host, "localhost" | "127.0.0.1") {
        tracing::warn!(host, "the connection to RabbitMQ is not encrypted, keep it inside a trusted network");
    }
    Ok(uri)
}

/// Checks the prefix of queues' names.
pub fn prefix(prefix: String) -> Result<String, Error> {
    if prefix.len() > PREFIX_MAX || prefix.starts_with("amq.") || prefix.chars().any(char::is_control) {
        let why =
            format!("the prefix of queues has more than {PREFIX_MAX} bytes, control characters, or begins with amq.");
        return Err(Error::Invalid(why));
    }
    Ok(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Result<AMQPUri, Error> {
        read(&Secret::new(url))
    }

    #[test]
    fn addresses_are_read() {
        let uri = of("amqps://ring:p%40ss@broker.example/calls?heartbeat=30").unwrap();
        assert_eq!((uri.authority.host.as_str(), uri.authority.port), ("broker.example", 5671));
        assert_eq!(uri.authority.userinfo.password, "p@ss");
        assert_eq!((uri.vhost.as_str(), uri.query.heartbeat), ("calls", Some(30)));
        for url in ["amqp://localhost", "amqp://localhost/", "amqp://localhost/%2f"] {
            let uri = of(url).unwrap();
            assert_eq!((uri.vhost.as_str(), uri.query.heartbeat), ("/", Some(HEARTBEAT)), "{url}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for url in
            ["", "hidden", "http://a:hidden@b/", "amqp://a:hidden@b:port/", "amqp://a:hidden@[::1]/", "amqp:hidden"]
        {
            let why = of(url).unwrap_err();
            assert!(matches!(why, Error::Invalid(_)), "{url}");
            assert!(!why.to_string().contains("hidden"), "{why}");
        }
        assert!(prefix("staging.".into()).is_ok());
        for wrong in ["x".repeat(101), "a\n".into(), "amq.".into()] {
            assert!(prefix(wrong).is_err());
        }
    }
}
