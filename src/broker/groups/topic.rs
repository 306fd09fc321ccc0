//! `__consumer_offsets`: how it is made, and which of its partitions a group belongs to.

use crate::broker::config::{Settings, keys};
use crate::broker::exchange::Exchange;
use crate::broker::handlers::topics;
use crate::codec::error_codes::codes;
use crate::codec::messages::topics::create_topics_request::{
    CreatableTopic, CreatableTopicConfig, Root as CreateTopics,
};
use crate::codec::wire::Str;

/// The topic's name (`Topic.GROUP_METADATA_TOPIC_NAME`).
pub const NAME: &str = "__consumer_offsets";

/// The partition of `count` that a group belongs to (`Utils.abs(groupId.hashCode) % count`).
pub fn partition_of(group_id: &str, count: usize) -> i32 {
    // `String.hashCode` of Java goes over UTF-16 units.
    let hash =
        group_id.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    // The least number has no opposite; Kafka takes 0 for it.
    let hash = hash.checked_abs().unwrap_or(0);
    hash.checked_rem(i32::try_from(count).unwrap_or(i32::MAX)).unwrap_or(0)
}

/// The topic as it is to be made (`GroupCoordinatorService.groupMetadataTopicConfigs`).
pub fn creatable(settings: &Settings) -> CreatableTopic<'static> {
    let config = |name: &'static str, value: String| CreatableTopicConfig {
        name: Str::from(name),
        value: Some(Str::from(value)),
        ..Default::default()
    };
    CreatableTopic {
        name: Str::from(NAME),
        num_partitions: settings.get(keys::OFFSETS_TOPIC_NUM_PARTITIONS),
        // There is one broker, however many copies the setting wants, which is 3 by default.
        replication_factor: 1,
        configs: vec![
            config("cleanup.policy", "compact".to_owned()),
            config("compression.type", "producer".to_owned()),
            config("segment.bytes", settings.get(keys::OFFSETS_TOPIC_SEGMENT_BYTES).to_string()),
        ],
        ..Default::default()
    }
}

/// Makes the topic if it is not there.
///
/// # Errors
/// `COORDINATOR_NOT_AVAILABLE`: it cannot be made.
pub fn provide(exchange: &Exchange<'_>) -> Result<(), i16> {
    let is_there = || exchange.broker.partitions.by_name(NAME.as_bytes()).is_some();
    if is_there() {
        return Ok(());
    }
    let request = CreateTopics { topics: vec![creatable(&exchange.broker.settings)], ..Default::default() };
    // Somebody else may have been quicker, which is as good.
    topics::create_topics(exchange, request);
    if is_there() { Ok(()) } else { Err(codes::COORDINATOR_NOT_AVAILABLE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `Math.abs(group.hashCode()) % 50` of a JVM says.
    #[test]
    fn partitions_are_those_of_java() {
        for (group, partition) in
            [("", 0), ("s1", 14), ("s3", 16), ("g1", 42), ("g2", 43), ("g3", 44), ("g4", 45)]
        {
            assert_eq!(partition_of(group, 50), partition, "{group}");
        }
        // The hash of this one is the least int.
        assert_eq!(partition_of("polygenelubricants", 50), 0);
    }
}
