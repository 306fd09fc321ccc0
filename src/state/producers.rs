//! The producers of a partition and their transactions, from the headers of its batches (KIP-98,
//! `ProducerStateManager`, `ProducerAppendInfo`).
//!
//! # What is odd and what is not
//!
//! A broker takes a batch of a producer only if its sequence number follows the last one, so that a gap
//! in a log is damage. But compaction removes batches, retention and DeleteRecords remove the beginning of
//! a log, a producer that was silent for long is forgotten and may go on anywhere, and a new epoch begins
//! at 0. So a gap counts only where the log has no hole in its offsets, since the producer's last batch,
//! that is wide enough for the records missed.

use std::collections::{BTreeMap, HashMap};

use super::{LogRecord, StateError, StateErrorKind, decode};
use crate::codec::records::batch::{Batch, NO_SEQUENCE, sequence_after};

/// How many batches are remembered of each producer (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`).
pub const BATCHES_MAX: usize = 5;
/// After how many milliseconds of silence a broker forgets a producer (`producer.id.expiration.ms`).
const EXPIRATION_MS: i64 = 86_400_000;
/// Where there is no producer, epoch, offset or time.
const NONE: i64 = -1;

/// The producers of a partition.
#[derive(Debug, Clone, Default)]
pub struct Producers {
    producers: HashMap<i64, Producer>,
    /// Producers of open transactions by the first offset of each.
    open: BTreeMap<i64, i64>,
    aborted: Vec<CompletedTransaction>,
    keep_committed: bool,
    committed: Vec<CompletedTransaction>,
    /// The offset behind the last batch.
    next_offset: Option<i64>,
    /// How many offsets were missing between batches until now.
    missing: u64,
}

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
    batches: [ProducerBatch; BATCHES_MAX],
    batch_count: u8,
    /// It is known what its next sequence number has to be. Of a log that begins with a marker it is not.
    sequence_known: bool,
    /// How many offsets were missing in the log before its last batch.
    missing: u64,
}

/// A batch that a producer appended (`BatchMetadata`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

/// A transaction that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTransaction {
    /// Its first offset in this partition.
    pub first_offset: i64,
    /// The greatest timestamp of its first batch, in milliseconds since 1970. Snapshots do not have it.
    pub first_timestamp: Option<i64>,
}

/// A transaction that has ended in this partition (`CompletedTxn`, `AbortedTxn`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompletedTransaction {
    /// Its producer.
    pub producer_id: i64,
    /// Its first offset.
    pub first_offset: i64,
    /// The offset of its marker.
    pub last_offset: i64,
    /// The last stable offset when it ended, as a `.txnindex` has it.
    pub last_stable_offset: i64,
}

/// How a transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its records count.
    Commit,
    /// Its records are skipped.
    Abort,
}

/// The control record that ends a transaction (`EndTransactionMarker`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// Commit or abort.
    pub outcome: Outcome,
    /// The epoch of the coordinator that wrote it.
    pub coordinator_epoch: i32,
    /// The timestamp of the record, in milliseconds since 1970.
    pub timestamp: i64,
}

impl Marker {
    /// The marker that a control record is; none, if it is another control record.
    pub fn from_record(record: &LogRecord<'_>) -> Result<Option<Self>, StateError> {
        let read = || -> Result<Option<Self>, StateErrorKind> {
            let outcome = match decode::control_type(record.key)? {
                0 => Outcome::Abort,
                1 => Outcome::Commit,
                _ => return Ok(None),
            };
            let coordinator_epoch = decode::marker_epoch(record.value)?;
            Ok(Some(Self { outcome, coordinator_epoch, timestamp: record.timestamp }))
        };
        read().map_err(|kind| kind.at(record.offset))
    }
}

/// What a broker would not have appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProducerAnomaly {
    /// The epoch is lower than it was.
    #[error("producer {producer_id} goes back from epoch {last} to {epoch}")]
    EpochBack {
        /// The producer.
        producer_id: i64,
        /// Its epoch until now.
        last: i16,
        /// The epoch of the batch.
        epoch: i16,
    },
    /// A new epoch does not begin with sequence number 0.
    #[error("epoch {epoch} of producer {producer_id} begins with sequence number {sequence}, not 0")]
    EpochStart {
        /// The producer.
        producer_id: i64,
        /// The new epoch.
        epoch: i16,
        /// The first sequence number.
        sequence: i32,
    },
    /// Sequence numbers are missing, with no hole in the offsets to explain it.
    #[error("producer {producer_id} goes on with sequence number {sequence}, not {expected}")]
    SequenceGap {
        /// The producer.
        producer_id: i64,
        /// The number that was to come.
        expected: i32,
        /// The number that came.
        sequence: i32,
    },
    /// A sequence number came again, or goes back.
    #[error("producer {producer_id} goes back to sequence number {sequence}; {expected} was to come")]
    SequenceBack {
        /// The producer.
        producer_id: i64,
        /// The number that was to come.
        expected: i32,
        /// The number that came.
        sequence: i32,
    },
    /// A batch outside of a transaction while the producer has one open.
    #[error(
        "producer {producer_id} writes outside of its transaction, which is open since offset {first_offset}"
    )]
    OutsideTransaction {
        /// The producer.
        producer_id: i64,
        /// Where its transaction began.
        first_offset: i64,
    },
    /// A marker of a coordinator that was replaced already.
    #[error(
        "a coordinator of epoch {epoch} ends a transaction of producer {producer_id} after one of {last}"
    )]
    CoordinatorBack {
        /// The producer.
        producer_id: i64,
        /// The epoch of the coordinator until now.
        last: i32,
        /// The epoch in the marker.
        epoch: i32,
    },
}

impl Producers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers committed transactions too, which are many; aborted ones always are.
    pub fn keep_committed(mut self) -> Self {
        self.keep_committed = true;
        self
    }

    /// Adds a producer as a snapshot has it; -1 is for nothing, as there.
    pub fn load(&mut self, entry: &SnapshotEntry) {
        let mut producer = Producer::empty();
        producer.epoch = entry.epoch;
        producer.coordinator_epoch = entry.coordinator_epoch;
        producer.last_timestamp = entry.timestamp;
        producer.missing = self.missing;
        // Without a batch nothing is known of its sequence: a broker that recovers a log whose beginning was
        // deleted finds no more than the producer's marker, and goes on with that.
        if entry.last_offset != NONE {
            producer.push(ProducerBatch {
                last_sequence: entry.last_sequence,
                last_offset: entry.last_offset,
                offset_delta: entry.offset_delta,
                timestamp: entry.timestamp,
            });
        }
        if entry.current_txn_first_offset != NONE {
            let first_offset = entry.current_txn_first_offset;
            producer.transaction = Some(OpenTransaction { first_offset, first_timestamp: None });
            self.open.insert(first_offset, entry.producer_id);
        }
        self.producers.insert(entry.producer_id, producer);
    }

    /// Takes the header of the next batch of the log, control batches too: of those the marker has to
    /// follow by [`end`](Self::end). Batches must come in the order of the log and without exception,
    /// as what is missing between them is how compaction is told from damage.
    #[inline]
    pub fn append_batch(&mut self, batch: &Batch<'_>) -> Option<ProducerAnomaly> {
        if let Some(next) = self.next_offset {
            self.missing += batch.base_offset().saturating_sub(next).max(0) as u64;
        }
        self.next_offset = Some(batch.next_offset());
        if batch.producer_id() == NONE || batch.attributes().is_control() {
            return None;
        }
        self.append_data(batch)
    }

    fn append_data(&mut self, batch: &Batch<'_>) -> Option<ProducerAnomaly> {
        let (id, first_offset) = (batch.producer_id(), batch.base_offset());
        let missing = self.missing;
        let producer = self.producers.entry(id).or_insert_with(Producer::empty);
        let mut anomaly = producer.check(batch, missing);
        producer.set_epoch(batch.producer_epoch());
        producer.push(ProducerBatch {
            last_sequence: batch.last_sequence(),
            last_offset: batch.last_offset(),
            offset_delta: batch.last_offset_delta(),
            timestamp: batch.max_timestamp(),
        });
        producer.last_timestamp = batch.max_timestamp();
        producer.missing = missing;
        match (producer.transaction, batch.attributes().is_transactional()) {
            (Some(open), false) => {
                let first_offset = open.first_offset;
                anomaly =
                    anomaly.or(Some(ProducerAnomaly::OutsideTransaction { producer_id: id, first_offset }));
            }
            (None, true) => {
                let first_timestamp = Some(batch.max_timestamp());
                producer.transaction = Some(OpenTransaction { first_offset, first_timestamp });
                self.open.insert(first_offset, id);
            }
            _ => {}
        }
        anomaly
    }

    /// Takes the marker in a control batch that [`append_batch`](Self::append_batch) was given before.
    /// A control batch without records has none: compaction has removed the whole transaction.
    pub fn end(&mut self, batch: &Batch<'_>, marker: Marker) -> Option<ProducerAnomaly> {
        let (id, epoch) = (batch.producer_id(), batch.producer_epoch());
        let producer = self.producers.entry(id).or_insert_with(Producer::empty);
        let forgotten = marker.timestamp.saturating_sub(producer.last_timestamp) >= EXPIRATION_MS;
        let anomaly = if forgotten {
            None
        } else if epoch < producer.epoch {
            Some(ProducerAnomaly::EpochBack { producer_id: id, last: producer.epoch, epoch })
        } else if marker.coordinator_epoch < producer.coordinator_epoch {
            let last = producer.coordinator_epoch;
            Some(ProducerAnomaly::CoordinatorBack { producer_id: id, last, epoch: marker.coordinator_epoch })
        } else {
            None
        };
        producer.set_epoch(epoch);
        producer.coordinator_epoch = marker.coordinator_epoch;
        producer.last_timestamp = marker.timestamp;
        if let Some(open) = producer.transaction.take() {
            self.complete(id, open.first_offset, batch.base_offset(), marker.outcome);
        }
        anomaly
    }

    fn complete(&mut self, producer_id: i64, first_offset: i64, last_offset: i64, outcome: Outcome) {
        self.open.remove(&first_offset);
        if outcome == Outcome::Commit && !self.keep_committed {
            return;
        }
        let last_stable_offset = self.first_unstable_offset().unwrap_or(last_offset.saturating_add(1));
        let completed = CompletedTransaction { producer_id, first_offset, last_offset, last_stable_offset };
        match outcome {
            Outcome::Commit => self.committed.push(completed),
            Outcome::Abort => self.aborted.push(completed),
        }
    }

    /// The producers with their ids, in the order of these.
    pub fn producers(&self) -> Vec<(i64, &Producer)> {
        let mut producers: Vec<_> = self.producers.iter().map(|(id, producer)| (*id, producer)).collect();
        producers.sort_unstable_by_key(|(id, _)| *id);
        producers
    }

    /// The producer of that id.
    pub fn producer(&self, id: i64) -> Option<&Producer> {
        self.producers.get(&id)
    }

    /// First offset and producer of each open transaction, the one that began first in front.
    pub fn open_transactions(&self) -> impl Iterator<Item = (i64, i64)> {
        self.open.iter().map(|(first_offset, producer_id)| (*first_offset, *producer_id))
    }

    /// Where the transaction that is open longest begins: the last stable offset, if there is one and
    /// everything is replicated. Otherwise that is the high watermark.
    pub fn first_unstable_offset(&self) -> Option<i64> {
        self.open.keys().next().copied()
    }

    /// The offset behind the last batch.
    pub fn next_offset(&self) -> Option<i64> {
        self.next_offset
    }

    /// The last stable offset, if everything is replicated: what `read_committed` sees ends there.
    pub fn last_stable_offset(&self) -> Option<i64> {
        self.first_unstable_offset().or(self.next_offset)
    }

    /// The aborted transactions in the order of their markers: what the `.txnindex` files hold.
    pub fn aborted(&self) -> &[CompletedTransaction] {
        &self.aborted
    }

    /// The committed transactions in the order of their markers, if they were to be kept.
    pub fn committed(&self) -> &[CompletedTransaction] {
        &self.committed
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

impl Producer {
    fn empty() -> Self {
        Self {
            epoch: -1,
            coordinator_epoch: -1,
            last_timestamp: NONE,
            transaction: None,
            batches: [ProducerBatch::default(); BATCHES_MAX],
            batch_count: 0,
            sequence_known: false,
            missing: 0,
        }
    }

    /// Its last batches, the newest at the end. A new epoch forgets those before.
    pub fn batches(&self) -> &[ProducerBatch] {
        self.batches.get(..usize::from(self.batch_count)).unwrap_or_default()
    }

    /// The sequence number of its last record, or -1.
    pub fn last_sequence(&self) -> i32 {
        self.batches().last().map_or(NO_SEQUENCE, |batch| batch.last_sequence)
    }

    /// As a `.snapshot` file would have it.
    pub fn to_entry(&self, producer_id: i64) -> SnapshotEntry {
        let last = self.batches().last();
        SnapshotEntry {
            producer_id,
            epoch: self.epoch,
            last_sequence: self.last_sequence(),
            last_offset: last.map_or(NONE, |batch| batch.last_offset),
            offset_delta: last.map_or(0, |batch| batch.offset_delta),
            timestamp: self.last_timestamp,
            coordinator_epoch: self.coordinator_epoch,
            current_txn_first_offset: self.transaction.map_or(NONE, |open| open.first_offset),
        }
    }

    fn push(&mut self, batch: ProducerBatch) {
        if usize::from(self.batch_count) == BATCHES_MAX {
            self.batches.rotate_left(1);
            self.batch_count -= 1;
        }
        if let Some(place) = self.batches.get_mut(usize::from(self.batch_count)) {
            *place = batch;
            self.batch_count += 1;
            self.sequence_known = true;
        }
    }

    fn set_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.batch_count = 0;
            // The first epoch that is seen may have begun before the log does.
            self.sequence_known = self.epoch != -1;
            self.epoch = epoch;
        }
    }

    /// What a broker would have objected to, if nothing was removed from the log since.
    fn check(&self, batch: &Batch<'_>, missing: u64) -> Option<ProducerAnomaly> {
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
