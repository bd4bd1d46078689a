//! Scaled out: every role a process of its own, on real Kafka, RabbitMQ and PostgreSQL that are killed, held still and slow.
//! Whatever happens: nothing lost, nothing doubled, each call folded from all that was said.

mod fleet;
mod kills;
mod one_each;
mod scaling;
#[cfg(feature = "kafka-tls")]
mod secure;
mod servers;
mod servers_away;
mod spool;
