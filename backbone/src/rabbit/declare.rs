//! The queues: their names, what they are, and that they are there.

use lapin::options::QueueDeclareOptions;
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Connection, ErrorKind};

/// More words than this say no more than these do: the oldest go.
const LENGTH_MAX: i64 = 10_000;
/// Times that a word is handed out again after its taker vanished.
const DELIVERIES_MAX: i64 = 20;

/// The queue of a kind.
pub fn name(prefix: &str, kind: &str) -> String {
    format!("{prefix}ringfold.work.{kind}")
}

fn arguments() -> FieldTable {
    let mut table = FieldTable::default();
    table.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    table.insert("x-max-length".into(), AMQPValue::LongLongInt(LENGTH_MAX));
    table.insert("x-overflow".into(), AMQPValue::LongString("drop-head".into()));
    table.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(DELIVERIES_MAX));
    table
}

/// Makes the queue if it is not there. On a channel of its own, which a refusal closes. One that was declared otherwise
/// serves as well as it can.
pub async fn declare(connection: &Connection, queue: &str) -> Result<(), lapin::Error> {
    let channel = connection.create_channel().await?;
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    match channel.queue_declare(queue.into(), options, arguments()).await {
        Ok(_) => channel.close(200, "declared".into()).await,
        Err(why) if otherwise(&why) => {
            tracing::error!(queue, error = %why, "the queue was declared otherwise; delete it, it is then made anew");
            Ok(())
        }
        Err(why) => Err(why),
    }
}

fn otherwise(why: &lapin::Error) -> bool {
    let precondition = AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED);
    matches!(why.kind(), ErrorKind::ProtocolError(why) if *why.kind() == precondition)
}
