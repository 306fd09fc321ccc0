//! One producer of a partition: what is known of it, and what a broker would not have taken from it.

use super::anomaly::ProducerAnomaly;
use super::batches::{LastBatches, ProducerBatch, SnapshotEntry};
use super::{EXPIRATION_MS, NONE};
use crate::codec::records::batch::{Batch, NO_SEQUENCE, sequence_after};

/// What is known of a producer (`ProducerStateEntry`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Producer {
    /// Its epoch, or -1.
    pub epoch: i16,
    /// The epoch of the coordinator that wrote the last marker, or -1.
    pub coordinator_epoch: i32,
    /// The greatest timestamp of its last batch, or of its marker, in milliseconds since 1970.
    pub last_timestamp: i64,
    /// Its open transaction.
    pub transaction: Option<OpenTransaction>,
    pub(super) batches: LastBatches,
    /// It is known what its next sequence number has to be. Of a log that begins with a marker it is not.
    pub(super) sequence_known: bool,
    /// How many offsets were missing in the log before its last batch.
    pub(super) missing: u64,
}

/// A transaction that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTransaction {
    /// Its first offset in this partition.
    pub first_offset: i64,
    /// The greatest timestamp of its first batch, in milliseconds since 1970. Snapshots do not have it.
    pub first_timestamp: Option<i64>,
}

impl Producer {
    pub(super) fn empty() -> Self {
        Self {
            epoch: -1,
            coordinator_epoch: -1,
            last_timestamp: NONE,
            transaction: None,
            batches: LastBatches::NONE,
            sequence_known: false,
            missing: 0,
        }
    }

    /// Its last batches, the newest at the end. A new epoch forgets those before.
    pub fn batches(&self) -> &[ProducerBatch] {
        self.batches.as_slice()
    }

    /// The sequence number of its last record, or -1.
    pub fn last_sequence(&self) -> i32 {
        self.batches.last_sequence()
    }

    /// As a `.snapshot` file would have it.
    pub fn to_entry(&self, producer_id: i64) -> SnapshotEntry {
        SnapshotEntry {
            timestamp: self.last_timestamp,
            coordinator_epoch: self.coordinator_epoch,
            current_txn_first_offset: self.transaction.map_or(NONE, |open| open.first_offset),
            ..SnapshotEntry::new(producer_id, self.epoch, &self.batches)
        }
    }

    pub(super) fn push(&mut self, batch: ProducerBatch) {
        self.batches.push(batch);
        self.sequence_known = true;
    }

    pub(super) fn set_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.batches.clear();
            // The first epoch that is seen may have begun before the log does.
            self.sequence_known = self.epoch != -1;
            self.epoch = epoch;
        }
    }

    /// What a broker would have objected to, if nothing was removed from the log since.
    pub(super) fn check(&self, batch: &Batch<'_>, missing: u64) -> Option<ProducerAnomaly> {
        let (producer_id, epoch) = (batch.producer_id(), batch.producer_epoch());
        let sequence = batch.base_sequence();
        // Nothing is known of it: the log begins anywhere, or the broker has forgotten it.
        if self.epoch == -1 || batch.max_timestamp().saturating_sub(self.last_timestamp) >= EXPIRATION_MS {
            return None;
        }
        if epoch < self.epoch {
            return Some(ProducerAnomaly::EpochBack { producer_id, last: self.epoch, epoch });
        }
        // Offsets that a coordinator commits for a transaction have no sequence numbers.
        if sequence == NO_SEQUENCE {
            return None;
        }
        let holes = missing.wrapping_sub(self.missing);
        if epoch != self.epoch {
            let short = i64::from(sequence) > holes.min(i64::MAX as u64) as i64;
            return short.then_some(ProducerAnomaly::EpochStart { producer_id, epoch, sequence });
        }
        if !self.sequence_known {
            return None;
        }
        let last = self.last_sequence();
        let expected = if last == NO_SEQUENCE { 0 } else { sequence_after(last, 1) };
        if sequence == expected {
            return None;
        }
        // Sequence numbers go round, so that what is less than half a round ahead is a gap.
        let ahead = i64::from(sequence) - i64::from(expected);
        let ahead = if ahead < -(1 << 30) { ahead + (1 << 31) } else { ahead };
        if ahead < 0 {
            return Some(ProducerAnomaly::SequenceBack { producer_id, expected, sequence });
        }
        let unexplained = holes < ahead as u64;
        unexplained.then_some(ProducerAnomaly::SequenceGap { producer_id, expected, sequence })
    }
}
