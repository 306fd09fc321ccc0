//! DescribeLogDirs, versions 1 to 5, and AlterReplicaLogDirs, versions 1 and 2. There is one directory.
//!
//! | DescribeLogDirs since | what |
//! |---|---|
//! | 3 | a code for the whole |
//! | 4 | how large the disk is, and how much of it is free (KIP-827) |
//! | 5 | whether the directory takes no new partitions (KIP-1066) |

use std::collections::BTreeMap;

use crate::broker::exchange::Exchange;
use crate::codec::error_codes::codes;
use crate::codec::messages::topics as messages;
use crate::codec::wire::Str;

use messages::alter_replica_log_dirs_response::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult,
};
use messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};

/// Answers DescribeLogDirs. Partitions that are not here are left out, even if they were asked for.
pub fn describe_log_dirs<'a>(
    exchange: &Exchange<'a>,
    request: messages::describe_log_dirs_request::Root<'a>,
) -> messages::describe_log_dirs_response::Root<'a> {
    let node = &exchange.broker.node;
    let is_asked = |topic: &str, partition: i32| {
        request.topics.as_ref().is_none_or(|topics| {
            let mut of_topic = topics.iter().filter(|asked| asked.topic.0 == topic.as_bytes());
            of_topic.any(|asked| asked.partitions.iter().any(|asked| asked == partition))
        })
    };
    let mut sizes: BTreeMap<String, BTreeMap<i32, u64>> = BTreeMap::new();
    for replica in exchange.broker.partitions.replicas() {
        if let Some(log) = replica.log.as_ref().filter(|_| is_asked(&replica.topic, replica.partition)) {
            sizes.entry(replica.topic.to_string()).or_default().insert(replica.partition, log.size());
        }
    }
    let topics = sizes.into_iter().map(|(name, partitions)| DescribeLogDirsTopic {
        name: Str::from(name),
        partitions: partitions
            .into_iter()
            .map(|(partition_index, size)| DescribeLogDirsPartition {
                partition_index,
                partition_size: i64::try_from(size).unwrap_or(i64::MAX),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    let image = exchange.broker.metadata.image();
    let cordoned = image.brokers.get(&node.id).and_then(|broker| broker.cordoned_log_dirs.as_ref());
    let (total_bytes, usable_bytes) = space(&node.directory);
    let directory = DescribeLogDirsResult {
        log_dir: Str::from(node.directory.as_str()),
        topics: topics.collect(),
        total_bytes,
        usable_bytes,
        is_cordoned: cordoned.is_some_and(|dirs| dirs.contains(&node.directory_id)),
        ..Default::default()
    };
    messages::describe_log_dirs_response::Root { results: vec![directory], ..Default::default() }
}

/// Bytes of the disk, and those that are free; -1 where it does not say.
fn space(directory: &str) -> (i64, i64) {
    let bytes = |blocks: u64, size: u64| i64::try_from(blocks.saturating_mul(size)).unwrap_or(i64::MAX);
    match rustix::fs::statvfs(directory) {
        Ok(disk) => (bytes(disk.f_blocks, disk.f_frsize), bytes(disk.f_bavail, disk.f_frsize)),
        Err(_) => (-1, -1),
    }
}

/// Answers AlterReplicaLogDirs: what is to be moved to where it is, is there.
pub fn alter_replica_log_dirs<'a>(
    exchange: &Exchange<'a>,
    request: messages::alter_replica_log_dirs_request::Root<'a>,
) -> messages::alter_replica_log_dirs_response::Root<'a> {
    let image = exchange.broker.metadata.image();
    let mut topics: BTreeMap<Str<'a>, BTreeMap<i32, i16>> = BTreeMap::new();
    for dir in request.dirs {
        let is_here = dir.path.0 == exchange.broker.node.directory.as_bytes();
        for asked in dir.topics {
            let topic = image.topics.by_name(&asked.name.to_text());
            let partitions: BTreeMap<i32, i16> = asked
                .partitions
                .iter()
                .map(|index| {
                    let exists = topic.is_some_and(|topic| topic.partitions.contains_key(&index));
                    let code = match (is_here, exists) {
                        (false, _) => codes::LOG_DIR_NOT_FOUND,
                        (true, false) => codes::UNKNOWN_TOPIC_OR_PARTITION,
                        (true, true) => codes::NONE,
                    };
                    (index, code)
                })
                .collect();
            topics.entry(asked.name).or_default().extend(partitions);
        }
    }
    let results = topics.into_iter().map(|(topic_name, partitions)| AlterReplicaLogDirTopicResult {
        topic_name,
        partitions: partitions
            .into_iter()
            .map(|(partition_index, error_code)| AlterReplicaLogDirPartitionResult {
                partition_index,
                error_code,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    messages::alter_replica_log_dirs_response::Root { results: results.collect(), ..Default::default() }
}
