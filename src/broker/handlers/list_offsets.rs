//! ListOffsets, versions 1 to 11.
//!
//! A timestamp finds the first record that is no older; negative ones are special: -1 the end, -2 the beginning, -3 the
//! record with the greatest timestamp (since 7), -4 the beginning of what is on this disk (since 8), -5 the end of what is
//! in remote storage (since 9), -6 what is to be moved there next (since 11).

use std::collections::HashSet;

use crate::broker::exchange::Exchange;
use crate::broker::partitions::Replica;
use crate::codec::error_codes::codes;
use crate::codec::messages::fetch::list_offsets_request::{ListOffsetsPartition, ListOffsetsRequest};
use crate::codec::messages::fetch::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsResponse, ListOffsetsTopicResponse,
};
use crate::log::write::{LogError, PartitionLog};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;
/// Since which version each of the special ones may be asked for.
const SINCE: [(i64, i16); 4] =
    [(MAX_TIMESTAMP, 7), (EARLIEST_LOCAL, 8), (LATEST_TIERED, 9), (EARLIEST_PENDING_UPLOAD, 11)];
const READ_COMMITTED: i8 = 1;
/// Since which version the epoch of the offset is told.
const EPOCHS_SINCE: i16 = 4;
/// There is no such offset, or it is not told.
const UNKNOWN: i64 = -1;

/// An offset with what else is known of it.
struct At {
    timestamp: i64,
    offset: i64,
    leader_epoch: Option<i32>,
}

impl At {
    const NOWHERE: Self = Self { timestamp: UNKNOWN, offset: UNKNOWN, leader_epoch: None };

    fn offset(log: &PartitionLog, offset: i64) -> Self {
        Self { timestamp: UNKNOWN, offset, leader_epoch: log.epoch_of(offset) }
    }
}

/// Offsets for timestamps.
pub fn answer<'a>(exchange: &Exchange<'a>, request: ListOffsetsRequest<'a>) -> ListOffsetsResponse<'a> {
    let committed = request.isolation_level == READ_COMMITTED;
    let twice = twice(&request);
    let topics = request.topics.into_iter().map(|topic| {
        let hosted = exchange.broker.partitions.by_name(&topic.name.0);
        let partitions = topic.partitions.iter().map(|wanted| {
            if twice.contains(&(topic.name.0.to_vec(), wanted.partition_index)) {
                return refused(wanted.partition_index, codes::INVALID_REQUEST);
            }
            let replica = hosted.as_ref().and_then(|topic| topic.replicas.get(&wanted.partition_index));
            of_partition(exchange.version, replica.map(|replica| &**replica), wanted, committed)
        });
        ListOffsetsTopicResponse { partitions: partitions.collect(), name: topic.name, ..Default::default() }
    });
    ListOffsetsResponse { topics: topics.collect(), ..Default::default() }
}

/// Partitions that are named more than once: Kafka answers none of them.
fn twice(request: &ListOffsetsRequest<'_>) -> HashSet<(Vec<u8>, i32)> {
    let mut seen = HashSet::new();
    let mut twice = HashSet::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            if !seen.insert((&*topic.name.0, partition.partition_index)) {
                twice.insert((topic.name.0.to_vec(), partition.partition_index));
            }
        }
    }
    twice
}

fn refused<'a>(partition_index: i32, error_code: i16) -> ListOffsetsPartitionResponse<'a> {
    ListOffsetsPartitionResponse { partition_index, error_code, ..Default::default() }
}

fn of_partition<'a>(
    version: i16,
    replica: Option<&Replica>,
    wanted: &ListOffsetsPartition<'a>,
    committed: bool,
) -> ListOffsetsPartitionResponse<'a> {
    let at = match find(version, replica, wanted, committed) {
        Err(code) => return refused(wanted.partition_index, code),
        Ok(at) => at,
    };
    ListOffsetsPartitionResponse {
        partition_index: wanted.partition_index,
        timestamp: at.timestamp,
        offset: at.offset,
        leader_epoch: at.leader_epoch.filter(|_| version >= EPOCHS_SINCE).unwrap_or(-1),
        ..Default::default()
    }
}

fn find(
    version: i16,
    replica: Option<&Replica>,
    wanted: &ListOffsetsPartition<'_>,
    committed: bool,
) -> Result<At, i16> {
    let replica = replica.ok_or(codes::UNKNOWN_TOPIC_OR_PARTITION)?;
    let epoch = replica.leader_epoch();
    if wanted.current_leader_epoch >= 0 && wanted.current_leader_epoch != epoch {
        let fenced = wanted.current_leader_epoch < epoch;
        return Err(if fenced { codes::FENCED_LEADER_EPOCH } else { codes::UNKNOWN_LEADER_EPOCH });
    }
    if SINCE.iter().any(|&(special, since)| special == wanted.timestamp && version < since)
        || wanted.timestamp < EARLIEST_PENDING_UPLOAD
    {
        return Err(codes::UNSUPPORTED_VERSION);
    }
    let log = replica.log.as_ref().ok_or(codes::KAFKA_STORAGE_ERROR)?;
    let failed = |error: LogError| error.code();
    Ok(match wanted.timestamp {
        LATEST if committed => At { leader_epoch: Some(epoch), ..At::offset(log, log.last_stable_offset()) },
        LATEST => At { leader_epoch: Some(epoch), ..At::offset(log, log.high_watermark()) },
        EARLIEST | EARLIEST_LOCAL => At::offset(log, log.log_start_offset()),
        // Nothing is in remote storage.
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => At::NOWHERE,
        MAX_TIMESTAMP => log.latest_by_max_timestamp().map_err(failed)?.map_or(At::NOWHERE, |found| At {
            timestamp: found.timestamp,
            offset: found.offset,
            leader_epoch: log.epoch_of(found.offset),
        }),
        timestamp => {
            let limit = if committed { log.last_stable_offset() } else { log.high_watermark() };
            let found = log.offset_for_timestamp(timestamp).map_err(failed)?;
            found.filter(|found| found.offset < limit).map_or(At::NOWHERE, |found| At {
                timestamp: found.timestamp,
                offset: found.offset,
                leader_epoch: log.epoch_of(found.offset),
            })
        }
    })
}
