//! What Kafka's errors mean to a user of the log.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::Error;

/// It may work later.
pub fn unavailable(why: impl Into<String>) -> Error {
    Error::Unavailable { part: "log", why: why.into() }
}

/// The code inside an error, whatever was being done.
pub fn code(why: &KafkaError) -> Option<Code> {
    match why {
        KafkaError::Transaction(why) => Some(why.code()),
        other => other.rdkafka_error_code(),
    }
}

/// The reader's partitions are somebody else's, or its producer was replaced by a newer one.
pub fn is_lost(code: Code) -> bool {
    matches!(
        code,
        Code::IllegalGeneration
            | Code::UnknownMemberId
            | Code::RebalanceInProgress
            | Code::FencedInstanceId
            | Code::AssignmentLost
            | Code::ProducerFenced
            | Code::InvalidProducerEpoch
            | Code::Fenced
            | Code::StaleMemberEpoch
            | Code::FencedMemberEpoch
    )
}

/// The connection to the cluster, which comes back by itself.
pub fn is_connection(code: Code) -> bool {
    matches!(
        code,
        Code::AllBrokersDown
            | Code::BrokerTransportFailure
            | Code::Resolve
            | Code::OperationTimedOut
            | Code::MessageTimedOut
            | Code::RequestTimedOut
            | Code::TimedOutQueue
    )
}

/// What an error means while `doing`.
pub fn fault(doing: &str, why: &KafkaError) -> Error {
    match code(why) {
        Some(Code::MessageSizeTooLarge | Code::InvalidMessageSize | Code::InvalidRecord) => {
            Error::Invalid(format!("{doing}: Kafka does not take the record: {why}"))
        }
        Some(Code::OffsetOutOfRange | Code::AutoOffsetReset) => Error::Unreadable(format!("{doing}: {why}")),
        Some(
            code @ (Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::TransactionalIdAuthorizationFailed
            | Code::PolicyViolation
            | Code::InvalidConfig),
        ) => Error::Invalid(format!("{doing}: the cluster refuses it: {code}")),
        Some(lost) if is_lost(lost) => Error::LeaseLost(format!("{doing} ({lost})")),
        _ => unavailable(format!("{doing}: {why}")),
    }
}
