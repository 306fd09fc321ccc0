//! The last batches of a producer: its next sequence number follows from them, and duplicates are found by them
//! (`ProducerStateEntry`).

use crate::codec::records::batch::NO_SEQUENCE;

/// How many batches are remembered of each producer (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`).
const BATCHES_MAX: usize = 5;

/// A batch that a producer appended (`BatchMetadata`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerBatch {
    /// The sequence number of its last record, or -1.
    pub last_sequence: i32,
    /// The offset of its last record.
    pub last_offset: i64,
    /// What the last offset is above the first.
    pub offset_delta: i32,
    /// Its greatest timestamp, in milliseconds since 1970.
    pub timestamp: i64,
}

impl ProducerBatch {
    const NONE: Self = Self { last_sequence: NO_SEQUENCE, last_offset: -1, offset_delta: 0, timestamp: -1 };

    /// The sequence number of its first record, or -1.
    pub fn first_sequence(&self) -> i32 {
        // As `DefaultRecordBatch.decrementSequence`.
        let first = i64::from(self.last_sequence) - i64::from(self.offset_delta);
        let round = if first < 0 && self.last_sequence != NO_SEQUENCE { 1 << 31 } else { 0 };
        (first + round) as i32
    }

    /// The offset of its first record.
    pub fn first_offset(&self) -> i64 {
        self.last_offset - i64::from(self.offset_delta)
    }
}

/// The last batches of a producer, the newest at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastBatches {
    batches: [ProducerBatch; BATCHES_MAX],
    count: u8,
}

impl LastBatches {
    /// None.
    pub const NONE: Self = Self { batches: [ProducerBatch::NONE; BATCHES_MAX], count: 0 };

    /// All that are remembered.
    pub fn as_slice(&self) -> &[ProducerBatch] {
        self.batches.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// The newest.
    pub fn last(&self) -> Option<&ProducerBatch> {
        self.as_slice().last()
    }

    /// The sequence number of the last record, or -1.
    pub fn last_sequence(&self) -> i32 {
        self.last().map_or(NO_SEQUENCE, |batch| batch.last_sequence)
    }

    /// Adds a batch, and forgets the oldest of more than are remembered.
    pub fn push(&mut self, batch: ProducerBatch) {
        if usize::from(self.count) == BATCHES_MAX {
            self.batches.rotate_left(1);
            self.count -= 1;
        }
        if let Some(place) = self.batches.get_mut(usize::from(self.count)) {
            *place = batch;
            self.count += 1;
        }
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        *self = Self::NONE;
    }
}

/// A producer as a `.snapshot` file has it (`ProducerSnapshot`); -1 is for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotEntry {
    /// The producer.
    pub producer_id: i64,
    /// Its epoch.
    pub epoch: i16,
    /// Its last sequence number.
    pub last_sequence: i32,
    /// The offset of its last record.
    pub last_offset: i64,
    /// What that is above the first offset of the batch.
    pub offset_delta: i32,
    /// The timestamp of its last batch or marker, in milliseconds since 1970.
    pub timestamp: i64,
    /// The epoch of the coordinator that wrote its last marker.
    pub coordinator_epoch: i32,
    /// The first offset of its open transaction.
    pub current_txn_first_offset: i64,
}

impl SnapshotEntry {
    /// That of a producer without markers or a transaction, which has no other batches than these.
    pub fn new(producer_id: i64, epoch: i16, batches: &LastBatches) -> Self {
        let ProducerBatch { last_sequence, last_offset, offset_delta, timestamp } =
            batches.last().copied().unwrap_or(ProducerBatch::NONE);
        Self {
            producer_id,
            epoch,
            last_sequence,
            last_offset,
            offset_delta,
            timestamp,
            coordinator_epoch: -1,
            current_txn_first_offset: -1,
        }
    }

    /// What is known of the batches: of the last one, if there was one, all but its own timestamp, for which the
    /// producer's stands.
    pub fn batches(&self) -> LastBatches {
        let Self { last_sequence, last_offset, offset_delta, timestamp, .. } = *self;
        let mut batches = LastBatches::NONE;
        if last_offset != ProducerBatch::NONE.last_offset {
            batches.push(ProducerBatch { last_sequence, last_offset, offset_delta, timestamp });
        }
        batches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(last_sequence: i32, last_offset: i64) -> ProducerBatch {
        ProducerBatch { last_sequence, last_offset, offset_delta: 9, timestamp: 1 }
    }

    #[test]
    fn the_oldest_goes() {
        let mut batches = LastBatches::NONE;
        assert_eq!(batches.last_sequence(), NO_SEQUENCE);
        for at in 1..=7 {
            batches.push(batch(10 * at - 1, 0));
        }
        let sequences: Vec<_> = batches.as_slice().iter().map(ProducerBatch::first_sequence).collect();
        assert_eq!(sequences, [20, 30, 40, 50, 60]);
        assert_eq!(batches.last_sequence(), 69);
        batches.clear();
        assert_eq!(batches, LastBatches::NONE);
    }

    #[test]
    fn sequence_numbers_go_round() {
        assert_eq!(batch(4, 0).first_sequence(), i32::MAX - 4);
        assert_eq!(ProducerBatch { offset_delta: 0, ..batch(NO_SEQUENCE, 0) }.first_sequence(), NO_SEQUENCE);
        assert_eq!(batch(0, 109).first_offset(), 100);
    }

    #[test]
    fn a_snapshot_has_the_last_batch() {
        let mut batches = LastBatches::NONE;
        assert_eq!(SnapshotEntry::new(7, 0, &batches).batches(), batches);
        batches.push(batch(9, 9));
        assert_eq!(SnapshotEntry::new(7, 0, &batches).batches(), batches);
        batches.push(batch(19, 19));
        assert_eq!(SnapshotEntry::new(7, 0, &batches).batches().as_slice(), [batch(19, 19)]);
    }
}
