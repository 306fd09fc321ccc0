//! Committed offsets, those of open transactions apart (`OffsetMetadataManager`, KIP-447).

use std::collections::BTreeMap;

use crate::codec::messages::group_records::{legacy_offset_commit_value, offset_commit_value};
use crate::codec::wire::Uuid;
use crate::state::decode;

/// What the groups have committed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offsets {
    committed: BTreeMap<String, GroupOffsets>,
    pending: BTreeMap<i64, BTreeMap<String, GroupOffsets>>,
}

/// Offsets of a group, by topic and partition.
pub type GroupOffsets = BTreeMap<(String, i32), CommittedOffset>;

/// An offset that a group has committed (`OffsetAndMetadata`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The offset to go on from.
    pub offset: i64,
    /// The leader epoch of the last record consumed, or -1.
    pub leader_epoch: i32,
    /// What the consumer noted with it.
    pub metadata: String,
    /// When it was committed, in milliseconds since 1970.
    pub commit_timestamp: i64,
    /// When it expires, in milliseconds since 1970, or -1; only clients before Kafka 2.1 say.
    pub expire_timestamp: i64,
    /// The topic's id; zero where it was not recorded (KIP-848).
    pub topic_id: Uuid,
    /// Offset of the record that says so.
    pub record_offset: i64,
}

impl Offsets {
    /// What a group has committed, by topic and partition.
    pub fn of_group(&self, group: &str) -> Option<&GroupOffsets> {
        self.committed.get(group)
    }

    /// What producers have committed for groups in transactions that are still open, by producer id and
    /// group. It counts if the transaction is committed.
    pub fn pending(&self) -> &BTreeMap<i64, BTreeMap<String, GroupOffsets>> {
        &self.pending
    }

    pub(super) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.committed.retain(|group, _| is_kept(group));
        self.pending.retain(|_, groups| {
            groups.retain(|group, _| is_kept(group));
            !groups.is_empty()
        });
    }

    pub(super) fn commit(&mut self, group: String, place: (String, i32), offset: CommittedOffset) {
        self.committed.entry(group).or_default().insert(place, offset);
    }

    pub(super) fn commit_pending(
        &mut self,
        producer_id: i64,
        group: String,
        place: (String, i32),
        offset: CommittedOffset,
    ) {
        let groups = self.pending.entry(producer_id).or_default();
        groups.entry(group).or_default().insert(place, offset);
    }

    /// A tombstone, which holds for pending offsets, too.
    pub(super) fn remove(&mut self, group: &str, place: &(String, i32)) {
        take(&mut self.committed, group, place);
        self.pending.retain(|_, groups| {
            take(groups, group, place);
            !groups.is_empty()
        });
    }

    /// The transaction of a producer has ended. What was committed behind it outside of a transaction
    /// stays: the later record counts.
    pub(super) fn end(&mut self, producer_id: i64, commit: bool) {
        let pending = self.pending.remove(&producer_id).unwrap_or_default();
        if !commit {
            return;
        }
        for (group, offsets) in pending {
            let committed = self.committed.entry(group).or_default();
            for (place, offset) in offsets {
                if committed.get(&place).is_none_or(|old| old.record_offset < offset.record_offset) {
                    committed.insert(place, offset);
                }
            }
        }
    }
}

fn take(groups: &mut BTreeMap<String, GroupOffsets>, group: &str, place: &(String, i32)) {
    if let Some(offsets) = groups.get_mut(group) {
        offsets.remove(place);
        if offsets.is_empty() {
            groups.remove(group);
        }
    }
}

impl CommittedOffset {
    pub(super) fn from_record(value: &offset_commit_value::Root<'_>, record_offset: i64) -> Self {
        Self {
            offset: value.offset,
            leader_epoch: value.leader_epoch,
            metadata: decode::owned(&value.metadata),
            commit_timestamp: value.commit_timestamp,
            expire_timestamp: value.expire_timestamp,
            topic_id: value.topic_id,
            record_offset,
        }
    }

    pub(super) fn from_legacy(value: &legacy_offset_commit_value::Root<'_>, record_offset: i64) -> Self {
        Self {
            offset: value.offset,
            leader_epoch: -1,
            metadata: decode::owned(&value.metadata),
            commit_timestamp: value.commit_timestamp,
            expire_timestamp: -1,
            topic_id: Uuid::default(),
            record_offset,
        }
    }
}
