//! What a topic must be, and what is said where it is not.

use rdkafka::admin::ConfigResource;
use rdkafka::metadata::MetadataTopic;

use super::Preparing;
use crate::Error;
use crate::log::Topic;

impl Preparing<'_> {
    /// Refuses a topic under which something acknowledged could be lost, or a key could move.
    pub fn verify(&self, topic: Topic, found: &MetadataTopic, settings: &ConfigResource) -> Result<(), Error> {
        let name = self.names.of(topic);
        let (has, wants) = (found.partitions().len(), self.config.partitions);
        if i32::try_from(has) != Ok(wants) {
            return Err(Error::Invalid(format!(
                "the topic {name} has {has} partitions, and backbone.partitions is {wants}: with another number the calls \
                 under way would move between partitions and lose their order. Set backbone.partitions = {has}; to change the \
                 number, drain the processors and begin with new topics under another backbone.prefix"
            )));
        }
        let copies = found.partitions().iter().map(|partition| partition.replicas().len()).min().unwrap_or(0);
        if copies < usize::from(self.config.replication.unsigned_abs()) {
            let wants = self.config.replication;
            return Err(Error::Invalid(format!(
                "the topic {name} has partitions with {copies} copies, and backbone.replication is {wants}: raise it with \
                 kafka-reassign-partitions.sh, or set backbone.replication = {copies} and know what the loss of a broker costs"
            )));
        }
        self.settings(topic, name, settings)
    }

    fn settings(&self, topic: Topic, name: &str, settings: &ConfigResource) -> Result<(), Error> {
        let value = |key: &str| settings.get(key).and_then(|entry| entry.value.as_deref()).unwrap_or("");
        let number = |key: &str| value(key).parse::<i64>().unwrap_or(0);
        let must = |holds: bool, key: &str, needs: &str, because: &str| {
            if holds {
                return Ok(());
            }
            Err(Error::Invalid(format!(
                "the topic {name} has {key}={}, and must have {needs}: {because}. Mend it with\n  kafka-configs.sh \
                 --bootstrap-server {} --alter --entity-type topics --entity-name {name} --add-config {key}={needs}",
                value(key),
                self.config.brokers
            )))
        };
        let least = self.in_sync();
        must(
            number("min.insync.replicas") >= least,
            "min.insync.replicas",
            &least.to_string(),
            "what is acknowledged would be lost with one broker",
        )?;
        must(
            value("message.timestamp.type") == "CreateTime",
            "message.timestamp.type",
            "CreateTime",
            "reading from a time would go by the broker's clock",
        )?;
        let Some(kept) = topic.retention() else {
            let policy = "only the newest revision of each call is to be kept, and that forever";
            return must(value("cleanup.policy") == "compact", "cleanup.policy", "compact", policy);
        };
        must(value("cleanup.policy") == "delete", "cleanup.policy", "delete", "compaction would drop events")?;
        let (kept, has) = (i64::try_from(kept.as_millis()).unwrap_or(i64::MAX), number("retention.ms"));
        let window = "a replay or a rebuild would silently come out short";
        must(has == -1 || has >= kept, "retention.ms", &kept.to_string(), window)?;
        must(number("retention.bytes") == -1, "retention.bytes", "-1", window)
    }
}
