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

mod anomaly;
mod batches;
mod producer;

use std::collections::{BTreeMap, HashMap};

pub use anomaly::ProducerAnomaly;
pub use batches::{LastBatches, ProducerBatch, SnapshotEntry};
pub use producer::{OpenTransaction, Producer};

use super::{LogRecord, StateError, StateErrorKind, decode};
use crate::codec::records::batch::Batch;

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
        producer.batches = entry.batches();
        // Without a batch nothing is known of its sequence: a broker that recovers a log whose beginning was
        // deleted finds no more than the producer's marker, and goes on with that.
        producer.sequence_known = producer.batches.last().is_some();
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
