//! Records of `__remote_log_metadata`, as the `toString` of Kafka's classes prints them.

use std::collections::BTreeMap;
use std::io::Write;

use super::java::push_utf8;
use super::out::labelled;
use crate::codec::messages::coordinator_records::{
    remote_log_segment_metadata_record as segment, remote_log_segment_metadata_snapshot_record as snapshot,
    remote_log_segment_metadata_update_record as update, remote_partition_delete_metadata_record as delete,
};
use crate::codec::record_types::RecordType;
use crate::codec::wire::{Body, Bytes, Reader, Str, Uuid};

const SEGMENT_STATES: [&str; 4] =
    ["COPY_SEGMENT_STARTED", "COPY_SEGMENT_FINISHED", "DELETE_SEGMENT_STARTED", "DELETE_SEGMENT_FINISHED"];
const DELETE_STATES: [&str; 3] =
    ["DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED"];
const NO_STATE: &str = "state can not be null";

/// Appends a value that was read once already: its message stands at the end of it. Where Kafka's
/// classes refuse what it says, the words of the exception.
pub(super) fn push(
    out: &mut Vec<u8>,
    record_type: &'static RecordType,
    value: &[u8],
    version: i16,
) -> Result<(), String> {
    let mut reader = Reader::new(value);
    // Frame version, type, version.
    for _ in 0..3 {
        reader.uvarint();
    }
    let message = record_type.value;
    let version = version.clamp(message.versions.min, message.versions.max);
    if std::ptr::eq(message, &segment::MESSAGE) {
        push_segment(out, &decode(&mut reader, version)?)
    } else if std::ptr::eq(message, &update::MESSAGE) {
        push_update(out, &decode(&mut reader, version)?)
    } else if std::ptr::eq(message, &delete::MESSAGE) {
        push_delete(out, &decode(&mut reader, version)?)
    } else {
        push_snapshot(out, &decode(&mut reader, version)?)
    }
}

fn decode<'a, T: Body<'a>>(reader: &mut Reader<'a>, version: i16) -> Result<T, String> {
    T::decode(reader, version).map_err(|_| "null".to_owned())
}

fn push_segment(
    out: &mut Vec<u8>,
    record: &segment::RemoteLogSegmentMetadataRecord<'_>,
) -> Result<(), String> {
    let (start, end) = (record.start_offset, record.end_offset);
    if start < 0 {
        return Err(format!(
            "Unexpected start offset = {start}. StartOffset for a remote segment cannot be negative"
        ));
    }
    if end < start {
        return Err(format!(
            "Unexpected end offset = {end}. EndOffset for a remote segment cannot be less than startOffset = {start}"
        ));
    }
    let epochs = epochs(record.segment_leader_epochs.iter().map(|e| (e.leader_epoch, e.offset)))?;
    let state = state(&SEGMENT_STATES, record.remote_log_segment_state)?;
    let id = &record.remote_log_segment_id;
    let partition = &id.topic_id_partition;
    out.extend_from_slice(b"RemoteLogSegmentMetadata{remoteLogSegmentId=");
    segment_id(out, &partition.id, &partition.name, partition.partition, &id.id);
    labelled(out, ", startOffset=", start);
    labelled(out, ", endOffset=", end);
    labelled(out, ", brokerId=", record.broker_id);
    labelled(out, ", maxTimestampMs=", record.max_timestamp_ms);
    labelled(out, ", eventTimestampMs=", record.event_timestamp_ms);
    out.extend_from_slice(b", segmentLeaderEpochs=");
    push_map(out, &epochs);
    labelled(out, ", segmentSizeInBytes=", record.segment_size_in_bytes);
    custom_metadata(out, record.custom_metadata.as_ref());
    // Vec never refuses a write.
    drop(write!(out, ", state={state}, txnIdxEmpty={}}}", record.txn_index_empty));
    Ok(())
}

fn push_update(
    out: &mut Vec<u8>,
    record: &update::RemoteLogSegmentMetadataUpdateRecord<'_>,
) -> Result<(), String> {
    let state = state(&SEGMENT_STATES, record.remote_log_segment_state)?;
    let id = &record.remote_log_segment_id;
    let partition = &id.topic_id_partition;
    out.extend_from_slice(b"RemoteLogSegmentMetadataUpdate{remoteLogSegmentId=");
    segment_id(out, &partition.id, &partition.name, partition.partition, &id.id);
    custom_metadata(out, record.custom_metadata.as_ref());
    drop(write!(out, ", state={state}"));
    labelled(out, ", eventTimestampMs=", record.event_timestamp_ms);
    labelled(out, ", brokerId=", record.broker_id);
    out.push(b'}');
    Ok(())
}

fn push_delete(
    out: &mut Vec<u8>,
    record: &delete::RemotePartitionDeleteMetadataRecord<'_>,
) -> Result<(), String> {
    // A state that is not known is null, and Objects.requireNonNull has no words for it.
    let state = state(&DELETE_STATES, record.remote_partition_delete_state).map_err(|_| "null".to_owned())?;
    let partition = &record.topic_id_partition;
    out.extend_from_slice(b"RemotePartitionDeleteMetadata{topicPartition=");
    topic_id_partition(out, &partition.id, &partition.name, partition.partition);
    drop(write!(out, ", state={state}"));
    labelled(out, ", eventTimestampMs=", record.event_timestamp_ms);
    labelled(out, ", brokerId=", record.broker_id);
    out.push(b'}');
    Ok(())
}

fn push_snapshot(
    out: &mut Vec<u8>,
    record: &snapshot::RemoteLogSegmentMetadataSnapshotRecord<'_>,
) -> Result<(), String> {
    let state = state(&SEGMENT_STATES, record.remote_log_segment_state)?;
    let epochs = epochs(record.segment_leader_epochs.iter().map(|e| (e.leader_epoch, e.offset)))?;
    out.extend_from_slice(b"RemoteLogSegmentMetadataSnapshot{segmentId=");
    uuid(out, &record.segment_id);
    labelled(out, ", startOffset=", record.start_offset);
    labelled(out, ", endOffset=", record.end_offset);
    labelled(out, ", maxTimestampMs=", record.max_timestamp_ms);
    out.extend_from_slice(b", segmentLeaderEpochs=");
    push_map(out, &epochs);
    labelled(out, ", segmentSizeInBytes=", record.segment_size_in_bytes);
    custom_metadata(out, record.custom_metadata.as_ref());
    drop(write!(out, ", state={state}, txnIdxEmpty={}}}", record.txn_index_empty));
    Ok(())
}

fn state(states: &'static [&'static str], id: i8) -> Result<&'static str, String> {
    let state = usize::try_from(id).ok().and_then(|id| states.get(id).copied());
    state.ok_or_else(|| NO_STATE.to_owned())
}

/// The epochs in their order; of one that is there twice the last counts.
fn epochs(entries: impl Iterator<Item = (i32, i64)>) -> Result<BTreeMap<i32, i64>, String> {
    let epochs: BTreeMap<_, _> = entries.collect();
    if epochs.is_empty() {
        Err("segmentLeaderEpochs can not be null or empty".to_owned())
    } else {
        Ok(epochs)
    }
}

fn push_map(out: &mut Vec<u8>, map: &BTreeMap<i32, i64>) {
    let mut before = "{";
    for (key, value) in map {
        labelled(out, before, *key);
        labelled(out, "=", *value);
        before = ", ";
    }
    out.push(b'}');
}

fn custom_metadata(out: &mut Vec<u8>, metadata: Option<&Bytes<'_>>) {
    match metadata {
        Some(metadata) => {
            labelled(out, ", customMetadata=Optional[CustomMetadata{", metadata.0.len());
            out.extend_from_slice(b" bytes}]");
        }
        None => out.extend_from_slice(b", customMetadata=Optional.empty"),
    }
}

fn segment_id(out: &mut Vec<u8>, topic_id: &Uuid, topic: &Str<'_>, partition: i32, id: &Uuid) {
    out.extend_from_slice(b"RemoteLogSegmentId{topicIdPartition=");
    topic_id_partition(out, topic_id, topic, partition);
    out.extend_from_slice(b", id=");
    uuid(out, id);
    out.push(b'}');
}

fn topic_id_partition(out: &mut Vec<u8>, id: &Uuid, topic: &Str<'_>, partition: i32) {
    uuid(out, id);
    out.push(b':');
    push_utf8(out, &topic.0);
    labelled(out, "-", partition);
}

fn uuid(out: &mut Vec<u8>, id: &Uuid) {
    crate::codec::json::uuid(&id.0, out);
}
