//! What lies in tiered storage.

use serde_json::{Value, json};

use super::page::{Page, number, text};
use super::words;
use crate::codec::meaning::Meaning;
use crate::codec::wire::Uuid;
use crate::render::Style;
use crate::state::remote_log::{RemoteLog, RemotePartition, RemotePartitionKey, RemoteSegment};

/// Appends the partitions in tiered storage as text, with their segments.
pub fn render(remote: &RemoteLog, style: Style, out: &mut Vec<u8>) {
    let mut page = Page::new(out, style);
    page.title(&format!("Tiered storage of {}", words::counted(remote.partitions().len(), "partition")));
    for (key, partition) in remote.partitions() {
        let name = words::clean(&key.topic);
        page.section(&format!("{name}-{}  {}", key.partition, words::uuid(key.topic_id)));
        if let Some(state) = partition.delete_state {
            page.line(&words::word(Meaning::RemotePartitionDeleteState, state.into()));
        }
        let rows: Vec<_> = in_order(partition)
            .into_iter()
            .map(|(id, segment)| {
                vec![
                    segment.start_offset.to_string(),
                    segment.end_offset.to_string(),
                    words::size(segment.size.into()),
                    words::word(Meaning::RemoteLogSegmentState, segment.state.into()),
                    words::uuid(id),
                ]
            })
            .collect();
        let head =
            [number("first offset"), number("last offset"), number("size"), text("state"), text("segment")];
        page.table(&head, &rows);
    }
}

fn in_order(partition: &RemotePartition) -> Vec<(Uuid, &RemoteSegment)> {
    let mut segments: Vec<_> = partition.segments.iter().map(|(id, segment)| (*id, segment)).collect();
    segments.sort_by_key(|(id, segment)| (segment.start_offset, *id));
    segments
}

/// The same as JSON, with the names of `RemoteLogSegmentMetadataRecord`.
pub fn json(remote: &RemoteLog) -> Value {
    let segment = |(id, segment): (Uuid, &RemoteSegment)| {
        let epochs: Vec<Value> = segment
            .leader_epochs
            .iter()
            .map(|(epoch, offset)| json!({"leaderEpoch": epoch, "offset": offset}))
            .collect();
        json!({
            "id": words::uuid(id), "startOffset": segment.start_offset, "endOffset": segment.end_offset,
            "brokerId": segment.broker_id, "maxTimestampMs": segment.max_timestamp,
            "eventTimestampMs": segment.event_timestamp, "segmentLeaderEpochs": epochs,
            "segmentSizeInBytes": segment.size, "txnIndexEmpty": segment.txn_index_empty,
            "remoteLogSegmentState": words::word(Meaning::RemoteLogSegmentState, segment.state.into()),
        })
    };
    let one = |(key, partition): (&RemotePartitionKey, &RemotePartition)| {
        let delete = partition.delete_state;
        json!({
            "topicIdPartition": {
                "name": key.topic, "id": words::uuid(key.topic_id), "partition": key.partition,
            },
            "remotePartitionDeleteState":
                delete.map(|state| words::word(Meaning::RemotePartitionDeleteState, state.into())),
            "segments": in_order(partition).into_iter().map(segment).collect::<Vec<_>>(),
        })
    };
    json!({"partitions": remote.partitions().iter().map(one).collect::<Vec<_>>()})
}
