//! What lies in tiered storage, from `__remote_log_metadata` (KIP-405, `RemoteLogMetadataCache`).

use std::collections::BTreeMap;

use super::decode::{self, Framed};
use super::{LogRecord, StateError, StateErrorKind};
use crate::codec::messages::coordinator_records::{
    remote_log_segment_metadata_record, remote_log_segment_metadata_update_record,
    remote_partition_delete_metadata_record,
};
use crate::codec::record_types::Family;
use crate::codec::wire::Uuid;

/// `RemoteLogSegmentState.DELETE_SEGMENT_FINISHED`.
const DELETE_SEGMENT_FINISHED: i8 = 3;
/// `RemotePartitionDeleteState.DELETE_PARTITION_FINISHED`.
const DELETE_PARTITION_FINISHED: i8 = 2;

/// The partitions that have something in tiered storage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RemoteLog {
    partitions: BTreeMap<RemotePartitionKey, RemotePartition>,
}

/// A partition (`TopicIdPartition`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemotePartitionKey {
    /// The topic's name.
    pub topic: String,
    /// The topic's id, which tells topics of one name apart.
    pub topic_id: Uuid,
    /// The partition.
    pub partition: i32,
}

/// What a partition has in tiered storage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemotePartition {
    /// How far its deletion is (`RemotePartitionDeleteState`), where it is being deleted.
    pub delete_state: Option<i8>,
    /// Its segments by id.
    pub segments: BTreeMap<Uuid, RemoteSegment>,
}

/// A segment in tiered storage (`RemoteLogSegmentMetadata`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSegment {
    /// Its first offset.
    pub start_offset: i64,
    /// Its last offset.
    pub end_offset: i64,
    /// The broker that changed it last.
    pub broker_id: i32,
    /// The greatest timestamp in it, in milliseconds since 1970.
    pub max_timestamp: i64,
    /// When it changed last, in milliseconds since 1970.
    pub event_timestamp: i64,
    /// The leader epochs in it, and the first offset of each.
    pub leader_epochs: BTreeMap<i32, i64>,
    /// Its size in bytes.
    pub size: i32,
    /// What the storage plug-in keeps for itself.
    pub custom_metadata: Option<Vec<u8>>,
    /// How far its copy or deletion is (`RemoteLogSegmentState`).
    pub state: i8,
    /// It has no aborted transactions, so that no index of them was copied.
    pub txn_index_empty: bool,
}

impl RemoteLog {
    /// The partitions by name, id and number.
    pub fn partitions(&self) -> &BTreeMap<RemotePartitionKey, RemotePartition> {
        &self.partitions
    }

    /// Takes the next record of a partition of `__remote_log_metadata`.
    pub fn apply(&mut self, record: &LogRecord<'_>) -> Result<(), StateError> {
        self.replay(record).map_err(|kind| kind.at(record.offset))
    }

    fn replay(&mut self, record: &LogRecord<'_>) -> Result<(), StateErrorKind> {
        if record.control {
            return Ok(());
        }
        let framed = Framed::new(record.value.ok_or(StateErrorKind::NoValue)?)?;
        match framed.id {
            0 => self.add(&framed.message()?),
            1 => return self.update(&framed.message()?),
            2 => self.delete_partition(&framed.message()?),
            id => {
                return Err(match Family::RemoteLog.record_type(id) {
                    Some(known) => StateErrorKind::Misplaced { name: known.name },
                    None => StateErrorKind::UnknownType { id: i64::from(id) },
                });
            }
        }
        Ok(())
    }

    fn add(&mut self, record: &remote_log_segment_metadata_record::Root<'_>) {
        let place = &record.remote_log_segment_id.topic_id_partition;
        let key = RemotePartitionKey {
            topic: decode::owned(&place.name),
            topic_id: place.id,
            partition: place.partition,
        };
        let epochs = record.segment_leader_epochs.iter();
        let segment = RemoteSegment {
            start_offset: record.start_offset,
            end_offset: record.end_offset,
            broker_id: record.broker_id,
            max_timestamp: record.max_timestamp_ms,
            event_timestamp: record.event_timestamp_ms,
            leader_epochs: epochs.map(|entry| (entry.leader_epoch, entry.offset)).collect(),
            size: record.segment_size_in_bytes,
            custom_metadata: record.custom_metadata.as_ref().map(|bytes| bytes.0.to_vec()),
            state: record.remote_log_segment_state,
            txn_index_empty: record.txn_index_empty,
        };
        let partition = self.partitions.entry(key).or_default();
        partition.segments.insert(record.remote_log_segment_id.id, segment);
    }

    fn update(
        &mut self,
        record: &remote_log_segment_metadata_update_record::Root<'_>,
    ) -> Result<(), StateErrorKind> {
        let id = record.remote_log_segment_id.id;
        let place = &record.remote_log_segment_id.topic_id_partition;
        let key = RemotePartitionKey {
            topic: decode::owned(&place.name),
            topic_id: place.id,
            partition: place.partition,
        };
        let partition = self.partitions.get_mut(&key).ok_or(StateErrorKind::UnknownSegment { id })?;
        let segment = partition.segments.get_mut(&id).ok_or(StateErrorKind::UnknownSegment { id })?;
        segment.broker_id = record.broker_id;
        segment.event_timestamp = record.event_timestamp_ms;
        segment.state = record.remote_log_segment_state;
        if let Some(bytes) = &record.custom_metadata {
            segment.custom_metadata = Some(bytes.0.to_vec());
        }
        if segment.state == DELETE_SEGMENT_FINISHED {
            partition.segments.remove(&id);
        }
        Ok(())
    }

    fn delete_partition(&mut self, record: &remote_partition_delete_metadata_record::Root<'_>) {
        let key = RemotePartitionKey {
            topic: decode::owned(&record.topic_id_partition.name),
            topic_id: record.topic_id_partition.id,
            partition: record.topic_id_partition.partition,
        };
        if record.remote_partition_delete_state == DELETE_PARTITION_FINISHED {
            self.partitions.remove(&key);
        } else {
            let partition = self.partitions.entry(key).or_default();
            partition.delete_state = Some(record.remote_partition_delete_state);
        }
    }
}
