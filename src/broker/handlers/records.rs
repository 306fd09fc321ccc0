//! What is asked of the logs themselves, besides reading and writing: DeleteRecords, OffsetForLeaderEpoch, DescribeProducers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::broker::exchange::Exchange;
use crate::broker::failure::{Failure, outcome};
use crate::broker::topic_name;
use crate::codec::error_codes::codes;
use crate::codec::messages::fetch::{offset_for_leader_epoch_request, offset_for_leader_epoch_response};
use crate::codec::messages::topics::{delete_records_request, delete_records_response};
use crate::codec::messages::transactions::{describe_producers_request, describe_producers_response};
use crate::codec::wire::Str;
use crate::log::write::PartitionLog;
use crate::state::cluster::Image;

use delete_records_response::{DeleteRecordsPartitionResult, DeleteRecordsTopicResult};
use describe_producers_response::{PartitionResponse, ProducerState, TopicResponse};
use offset_for_leader_epoch_response::{EpochEndOffset, OffsetForLeaderTopicResult};

/// A client that does not say which epoch it knows.
const NO_EPOCH: i32 = -1;

/// A partition whose log is here, and its leader's epoch.
fn replica(
    exchange: &Exchange<'_>,
    image: &Image,
    topic: &Str<'_>,
    partition: i32,
) -> Result<(Arc<PartitionLog>, i32), Failure> {
    let unknown =
        || Failure::new(codes::UNKNOWN_TOPIC_OR_PARTITION, "This node does not have that partition.");
    let topic = image.topics.by_name(&topic.to_text()).ok_or_else(unknown)?;
    let epoch = topic.partitions.get(&partition).ok_or_else(unknown)?.leader_epoch;
    let offline = || Failure::new(codes::KAFKA_STORAGE_ERROR, "The log of that partition is damaged.");
    let replica = exchange.broker.partitions.get(topic.id, partition).ok_or_else(offline)?;
    let log = replica.log.clone().ok_or_else(offline)?;
    Ok((log, epoch))
}

/// Answers DeleteRecords, versions 0 to 2, which differ in the encoding only. The new beginning is in the log's memory at once, and in
/// its checkpoint with the next one. Of a partition that is named twice the last offset counts, as for Kafka.
pub fn delete_records<'a>(
    exchange: &Exchange<'a>,
    request: delete_records_request::Root<'a>,
) -> delete_records_response::Root<'a> {
    let image = exchange.broker.metadata.image();
    let topics = request.topics.into_iter().map(|topic| {
        let asked: BTreeMap<i32, i64> =
            topic.partitions.iter().map(|partition| (partition.partition_index, partition.offset)).collect();
        let partitions = asked.into_iter().map(|(partition_index, offset)| {
            let deleted = replica(exchange, &image, &topic.name, partition_index)
                .map_err(|failure| failure.code)
                .and_then(|(log, _)| may_delete(&topic.name, &log).map(|()| log))
                .and_then(|log| log.delete_records_before(offset).map_err(|error| error.code()));
            DeleteRecordsPartitionResult {
                partition_index,
                low_watermark: deleted.unwrap_or(-1),
                error_code: deleted.err().unwrap_or(codes::NONE),
                ..Default::default()
            }
        });
        DeleteRecordsTopicResult {
            partitions: partitions.collect(),
            name: topic.name.clone(),
            ..Default::default()
        }
    });
    delete_records_response::Root { topics: topics.collect(), ..Default::default() }
}

/// Records that the broker keeps for itself stay, and so do those of a topic whose configuration deletes none.
fn may_delete(topic: &Str<'_>, log: &PartitionLog) -> Result<(), i16> {
    if topic_name::is_internal(&topic.to_text()) {
        return Err(codes::INVALID_TOPIC_EXCEPTION);
    }
    if log.config().delete { Ok(()) } else { Err(codes::POLICY_VIOLATION) }
}

/// Answers OffsetForLeaderEpoch, versions 2 to 4 (KIP-101, KIP-320).
///
/// | since | what |
/// |---|---|
/// | 2 | the epoch that the client knows, to be told where it is out of date |
/// | 3 | who asks; consumers and debuggers are all the same here |
pub fn offset_for_leader_epoch<'a>(
    exchange: &Exchange<'a>,
    request: offset_for_leader_epoch_request::Root<'a>,
) -> offset_for_leader_epoch_response::Root<'a> {
    let image = exchange.broker.metadata.image();
    let topics = request.topics.into_iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|asked| {
            let found =
                replica(exchange, &image, &topic.topic, asked.partition).map_err(|failure| failure.code);
            let found = found.and_then(|(log, epoch)| match asked.current_leader_epoch {
                NO_EPOCH => Ok(log),
                known if known < epoch => Err(codes::FENCED_LEADER_EPOCH),
                known if known > epoch => Err(codes::UNKNOWN_LEADER_EPOCH),
                _ => Ok(log),
            });
            let (error_code, (leader_epoch, end_offset)) = match found {
                Ok(log) => (codes::NONE, log.end_offset_for_epoch(asked.leader_epoch)),
                Err(code) => (code, (-1, -1)),
            };
            EpochEndOffset {
                error_code,
                partition: asked.partition,
                leader_epoch,
                end_offset,
                ..Default::default()
            }
        });
        OffsetForLeaderTopicResult {
            partitions: partitions.collect(),
            topic: topic.topic.clone(),
            ..Default::default()
        }
    });
    offset_for_leader_epoch_response::Root { topics: topics.collect(), ..Default::default() }
}

/// Answers DescribeProducers, version 0 (KIP-664): the producers that a partition remembers.
pub fn describe_producers<'a>(
    exchange: &Exchange<'a>,
    request: describe_producers_request::Root<'a>,
) -> describe_producers_response::Root<'a> {
    let image = exchange.broker.metadata.image();
    let topics = request.topics.into_iter().map(|topic| {
        let text = topic.name.to_text();
        let name = topic_name::check(&text);
        let exists = image.topics.by_name(&text).is_some();
        let partitions = topic.partition_indexes.iter().map(|partition_index| {
            let found = name.clone().and_then(|()| replica(exchange, &image, &topic.name, partition_index));
            let (error_code, error_message) = outcome(&found);
            // Kafka explains only what it finds out before it looks for the partition.
            let error_message = error_message.filter(|_| !exists);
            let active_producers = found.map(|(log, _)| producers(&log)).unwrap_or_default();
            PartitionResponse {
                partition_index,
                error_code,
                error_message,
                active_producers,
                ..Default::default()
            }
        });
        TopicResponse { partitions: partitions.collect(), name: topic.name.clone(), ..Default::default() }
    });
    describe_producers_response::Root { topics: topics.collect(), ..Default::default() }
}

fn producers<'a>(log: &PartitionLog) -> Vec<ProducerState<'a>> {
    let state = |producer: crate::state::producers::SnapshotEntry| ProducerState {
        producer_id: producer.producer_id,
        producer_epoch: i32::from(producer.epoch),
        last_sequence: producer.last_sequence,
        last_timestamp: producer.timestamp,
        coordinator_epoch: producer.coordinator_epoch,
        current_txn_start_offset: producer.current_txn_first_offset,
        ..Default::default()
    };
    log.producers().into_iter().map(state).collect()
}
