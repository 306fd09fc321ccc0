//! How far share groups are.

use serde_json::{Value, json};

use super::page::{Page, number, text};
use super::{Context, words};
use crate::codec::meaning::Meaning;
use crate::state::share_partitions::{SharePartition, SharePartitionKey, SharePartitions, StateBatch};

/// Appends the share partitions as text: a table for each group, then what was done with records.
pub fn render(shares: &SharePartitions, context: &Context<'_>, out: &mut Vec<u8>) {
    let mut page = Page::new(out, context.style);
    page.title(&words::counted(shares.by_key().len(), "share partition"));
    let mut rest: Vec<_> = shares.by_key().iter().collect();
    while let Some(group) = rest.first().map(|(key, _)| key.group.clone()) {
        let others = rest.split_off(rest.partition_point(|(key, _)| key.group == group));
        one_group(&mut page, &group, &rest, context);
        rest = others;
    }
}

fn one_group(
    page: &mut Page<'_>,
    group: &str,
    shares: &[(&SharePartitionKey, &SharePartition)],
    context: &Context<'_>,
) {
    page.section(&format!("Share group {}", words::clean(group)));
    let rows: Vec<_> = shares.iter().map(|(key, share)| row(key, share, context)).collect();
    let head = [
        text("partition"),
        number("start"),
        number("done with"),
        number("lag"),
        text("leader"),
        text("state"),
        text("snapshot"),
    ];
    page.table(&head, &rows);
    for (key, share) in shares.iter().filter(|(_, share)| !share.batches.is_empty()) {
        page.part(&format!("{}-{}", context.topic(key.topic_id), key.partition));
        let rows: Vec<_> = share.batches.iter().map(batch).collect();
        let head = [number("first"), number("last"), text("state"), number("deliveries")];
        page.table(&head, &rows);
    }
}

fn row(key: &SharePartitionKey, share: &SharePartition, context: &Context<'_>) -> Vec<String> {
    let done = share.delivery_complete_count;
    let topic = context.topic(key.topic_id);
    vec![
        format!("{topic}-{}", key.partition),
        words::word(Meaning::ShareStartOffset, share.start_offset),
        words::word(Meaning::UnknownOrNumber, done.into()),
        lag(key, share, context).map(|lag| lag.to_string()).unwrap_or_default(),
        format!("epoch {}", share.leader_epoch),
        format!("epoch {}", share.state_epoch),
        format!("epoch {}", share.snapshot_epoch),
    ]
}

/// What was done with some records.
fn batch(batch: &StateBatch) -> Vec<String> {
    vec![
        batch.first_offset.to_string(),
        batch.last_offset.to_string(),
        words::word(Meaning::DeliveryState, batch.delivery_state.into()),
        batch.delivery_count.to_string(),
    ]
}

/// How many records wait: those from the start on that are not done with (KIP-1226).
fn lag(key: &SharePartitionKey, share: &SharePartition, context: &Context<'_>) -> Option<i64> {
    let topic = context.image?.topics.by_id(key.topic_id)?;
    if share.start_offset < 0 || share.delivery_complete_count < 0 {
        return None;
    }
    let end = (context.end_offset)(&topic.name, key.partition)?;
    Some(end.saturating_sub(share.start_offset).saturating_sub(share.delivery_complete_count.into()).max(0))
}

/// The share partitions as JSON, with the names of `ShareSnapshotValue`.
pub fn json(shares: &SharePartitions, context: &Context<'_>) -> Value {
    let one = |(key, share): (&SharePartitionKey, &SharePartition)| {
        let batches: Vec<Value> = share
            .batches
            .iter()
            .map(|batch| {
                json!({
                    "firstOffset": batch.first_offset, "lastOffset": batch.last_offset,
                    "deliveryState": words::word(Meaning::DeliveryState, batch.delivery_state.into()),
                    "deliveryCount": batch.delivery_count,
                })
            })
            .collect();
        let topic = context.image.and_then(|image| image.topics.by_id(key.topic_id));
        json!({
            "groupId": key.group, "topicId": words::uuid(key.topic_id),
            "topicName": topic.map(|topic| &topic.name), "partition": key.partition,
            "snapshotEpoch": share.snapshot_epoch, "stateEpoch": share.state_epoch,
            "leaderEpoch": share.leader_epoch, "startOffset": share.start_offset,
            "deliveryCompleteCount": share.delivery_complete_count,
            "createTimestamp": share.create_timestamp, "writeTimestamp": share.write_timestamp,
            "lag": lag(key, share, context), "stateBatches": batches,
        })
    };
    json!({"sharePartitions": shares.by_key().iter().map(one).collect::<Vec<_>>()})
}
