//! How far share groups are with the records of their partitions, from `__share_group_state` (KIP-932,
//! `ShareCoordinatorShard`).

use std::collections::BTreeMap;

use super::decode;
use super::{LogRecord, StateError, StateErrorKind};
use crate::codec::messages::coordinator_records::{
    share_snapshot_key, share_snapshot_value, share_update_key, share_update_value,
};
use crate::codec::wire::Uuid;

/// The share-group state topic's number for an offset, epoch or count that an update leaves as it was.
const UNCHANGED: i64 = -1;

/// The state of all share partitions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SharePartitions {
    partitions: BTreeMap<SharePartitionKey, SharePartition>,
}

/// A group's share of a partition (`SharePartitionKey`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharePartitionKey {
    /// The share group.
    pub group: String,
    /// The topic.
    pub topic_id: Uuid,
    /// The partition.
    pub partition: i32,
}

/// How far a share group is with a partition (`ShareGroupOffset`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharePartition {
    /// Counts the snapshots.
    pub snapshot_epoch: i32,
    /// Rises when the state is set anew.
    pub state_epoch: i32,
    /// The epoch of the share partition's leader that wrote last.
    pub leader_epoch: i32,
    /// The first offset that is not done with, or -1 where it is not set.
    pub start_offset: i64,
    /// The number of records from there on that are done with, or -1 where it is not known (KIP-1226).
    pub delivery_complete_count: i32,
    /// When the state was created, in milliseconds since 1970; 0 where it is not known.
    pub create_timestamp: i64,
    /// When the last snapshot was written, in milliseconds since 1970; 0 where it is not known.
    pub write_timestamp: i64,
    /// What was done with records from the start offset on: rising, no two of them over the same offset.
    pub batches: Vec<StateBatch>,
    /// Offset of the record that changed it last.
    pub offset: i64,
}

/// Records to which the same was done (`PersisterStateBatch`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateBatch {
    /// The first of their offsets.
    pub first_offset: i64,
    /// The last of their offsets.
    pub last_offset: i64,
    /// Their state (`RecordState`).
    pub delivery_state: i8,
    /// How often they were handed out.
    pub delivery_count: i16,
}

impl SharePartitions {
    /// The share partitions, by group, topic and partition.
    pub fn by_key(&self) -> &BTreeMap<SharePartitionKey, SharePartition> {
        &self.partitions
    }

    /// Takes the next record of a partition of `__share_group_state`.
    pub fn apply(&mut self, record: &LogRecord<'_>) -> Result<(), StateError> {
        self.replay(record).map_err(|kind| kind.at(record.offset))
    }

    fn replay(&mut self, record: &LogRecord<'_>) -> Result<(), StateErrorKind> {
        if record.control {
            return Ok(());
        }
        match decode::key_type(record.key)? {
            0 => {
                let key: share_snapshot_key::Root<'_> = decode::key(record.key)?;
                let key = SharePartitionKey {
                    group: decode::owned(&key.group_id),
                    topic_id: key.topic_id,
                    partition: key.partition,
                };
                match decode::value(record.value)? {
                    Some(value) => {
                        self.partitions.insert(key, from_snapshot(&value, record.offset));
                    }
                    None => {
                        self.partitions.remove(&key);
                    }
                }
                Ok(())
            }
            1 => {
                let key: share_update_key::Root<'_> = decode::key(record.key)?;
                let key = SharePartitionKey {
                    group: decode::owned(&key.group_id),
                    topic_id: key.topic_id,
                    partition: key.partition,
                };
                // Only snapshots are deleted by a tombstone; the coordinator writes none for an update.
                if let Some(value) = decode::value(record.value)? {
                    self.update(key, &value, record.offset);
                }
                Ok(())
            }
            id => Err(StateErrorKind::UnknownType { id: i64::from(id) }),
        }
    }

    fn update(&mut self, key: SharePartitionKey, value: &share_update_value::Root<'_>, offset: i64) {
        let news = value.state_batches.iter().map(|batch| StateBatch {
            first_offset: batch.first_offset,
            last_offset: batch.last_offset,
            delivery_state: batch.delivery_state,
            delivery_count: batch.delivery_count,
        });
        let Some(state) = self.partitions.get_mut(&key) else {
            // The snapshot before it was compacted away or never seen.
            let state = SharePartition {
                snapshot_epoch: value.snapshot_epoch,
                state_epoch: 0,
                leader_epoch: value.leader_epoch,
                start_offset: value.start_offset,
                delivery_complete_count: value.delivery_complete_count,
                create_timestamp: 0,
                write_timestamp: 0,
                batches: news.collect(),
                offset,
            };
            self.partitions.insert(key, state);
            return;
        };
        if value.start_offset != UNCHANGED {
            state.start_offset = value.start_offset;
        }
        if i64::from(value.leader_epoch) != UNCHANGED {
            state.leader_epoch = value.leader_epoch;
        }
        if i64::from(value.delivery_complete_count) != UNCHANGED {
            state.delivery_complete_count = value.delivery_complete_count;
        }
        state.offset = offset;
        state.batches.extend(news);
        state.batches = combine(&state.batches, state.start_offset);
    }
}

fn from_snapshot(value: &share_snapshot_value::Root<'_>, offset: i64) -> SharePartition {
    let batches = value.state_batches.iter().map(|batch| StateBatch {
        first_offset: batch.first_offset,
        last_offset: batch.last_offset,
        delivery_state: batch.delivery_state,
        delivery_count: batch.delivery_count,
    });
    SharePartition {
        snapshot_epoch: value.snapshot_epoch,
        state_epoch: value.state_epoch,
        leader_epoch: value.leader_epoch,
        start_offset: value.start_offset,
        delivery_complete_count: value.delivery_complete_count,
        create_timestamp: value.create_timestamp,
        write_timestamp: value.write_timestamp,
        batches: batches.collect(),
        offset,
    }
}

/// What batches come to that may overlap: of each offset from `start` on, the greatest number of
/// deliveries counts, and of those the greatest state; neighbours that are alike become one
/// (`PersisterStateBatchCombiner`).
fn combine(batches: &[StateBatch], start: i64) -> Vec<StateBatch> {
    let mut cuts: Vec<i64> = Vec::with_capacity(batches.len() * 2);
    for batch in batches.iter().filter(|batch| batch.last_offset >= batch.first_offset) {
        cuts.push(batch.first_offset.max(start));
        cuts.push(batch.last_offset.saturating_add(1));
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut order: Vec<&StateBatch> = batches.iter().collect();
    order.sort_by_key(|batch| batch.first_offset);
    // Those that cover the cut at hand; batches overlap only by the few of one update.
    let mut covering: Vec<&StateBatch> = Vec::new();
    let mut coming = order.into_iter().peekable();
    let mut combined: Vec<StateBatch> = Vec::new();
    for (&from, &to) in cuts.iter().zip(cuts.iter().skip(1)) {
        while let Some(batch) = coming.next_if(|batch| batch.first_offset <= from) {
            covering.push(batch);
        }
        covering.retain(|batch| batch.last_offset >= from);
        let Some(first) =
            covering.iter().max_by_key(|batch| (batch.delivery_count, batch.delivery_state)).copied()
        else {
            continue;
        };
        if from < start {
            continue;
        }
        match combined.last_mut() {
            Some(last)
                if last.last_offset == from - 1
                    && last.delivery_count == first.delivery_count
                    && last.delivery_state == first.delivery_state =>
            {
                last.last_offset = to - 1;
            }
            _ => combined.push(StateBatch { first_offset: from, last_offset: to - 1, ..*first }),
        }
    }
    combined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch([first_offset, last_offset, state, count]: [i64; 4]) -> StateBatch {
        StateBatch {
            first_offset,
            last_offset,
            delivery_state: i8::try_from(state).unwrap(),
            delivery_count: i16::try_from(count).unwrap(),
        }
    }

    /// Pairs as in Kafka's `PersisterStateBatchCombinerTest`: before, then, start offset, what remains.
    #[test]
    fn combining() {
        for (before, new, start, expected) in [
            (vec![[100, 110, 0, 1]], vec![[100, 110, 2, 1]], -1, vec![[100, 110, 2, 1]]),
            (
                vec![[100, 110, 0, 1]],
                vec![[105, 107, 0, 2]],
                -1,
                vec![[100, 104, 0, 1], [105, 107, 0, 2], [108, 110, 0, 1]],
            ),
            (vec![[100, 110, 0, 3]], vec![[105, 115, 0, 1]], -1, vec![[100, 110, 0, 3], [111, 115, 0, 1]]),
            (vec![[100, 110, 0, 1]], vec![[111, 119, 0, 1]], -1, vec![[100, 119, 0, 1]]),
            (vec![[100, 110, 0, 1]], vec![[112, 119, 0, 1]], -1, vec![[100, 110, 0, 1], [112, 119, 0, 1]]),
            (vec![[100, 110, 0, 1], [111, 120, 2, 1]], vec![], 115, vec![[115, 120, 2, 1]]),
            (vec![[100, 110, 0, 1]], vec![[90, 99, 2, 1]], 100, vec![[100, 110, 0, 1]]),
        ] {
            let all: Vec<_> = before.into_iter().chain(new).map(batch).collect();
            assert_eq!(combine(&all, start), expected.into_iter().map(batch).collect::<Vec<_>>());
        }
    }
}
