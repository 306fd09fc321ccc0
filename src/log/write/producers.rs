//! The producers of a partition, as the broker that appends to it has to know them: which batch may come
//! next, which one came already, and which transactions are open (KIP-98, KIP-360, `ProducerStateManager`,
//! `ProducerAppendInfo`).
//!
//! [`crate::state::producers`] looks at a log that is there, and says what is odd in it; this one refuses.

use std::collections::{BTreeMap, HashMap};

use super::error::AppendError;
use super::head::Head;
use crate::codec::records::batch::{NO_SEQUENCE, sequence_after};
use crate::log::txn_index::{self, AbortedTxn};
use crate::state::producers::{LastBatches, Marker, Outcome, ProducerBatch, SnapshotEntry};

const NONE: i64 = -1;
const NO_EPOCH: i16 = -1;

/// Who appends (`AppendOrigin`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// A client by a Produce request: sequence numbers are checked and duplicates found.
    #[default]
    Client,
    /// A coordinator, which has no sequence numbers: offsets in a transaction, markers.
    Coordinator,
    /// A log that is copied or read anew: it is taken as it is.
    Replication,
}

/// What is known of a producer (`ProducerStateEntry`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Producer {
    epoch: i16,
    coordinator_epoch: i32,
    last_timestamp: i64,
    /// First offset of its open transaction, or -1.
    transaction: i64,
    batches: LastBatches,
}

impl Producer {
    const UNKNOWN: Self = Self {
        epoch: NO_EPOCH,
        coordinator_epoch: -1,
        last_timestamp: NONE,
        transaction: NONE,
        batches: LastBatches::NONE,
    };

    fn set_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.batches.clear();
        }
    }

    fn duplicate(&self, head: &Head) -> Option<ProducerBatch> {
        let same = |batch: &&ProducerBatch| {
            batch.first_sequence() == head.base_sequence && batch.last_sequence == head.last_sequence
        };
        self.batches.as_slice().iter().find(same).filter(|_| self.epoch == head.producer_epoch).copied()
    }

    fn check(&self, head: &Head, origin: Origin) -> Result<(), AppendError> {
        let (producer_id, epoch, found) = (head.producer_id, head.producer_epoch, head.base_sequence);
        if origin == Origin::Replication {
            return Ok(());
        }
        if epoch < self.epoch {
            let current = self.epoch;
            return Err(AppendError::InvalidProducerEpoch { producer_id, current, found: epoch });
        }
        // Of a producer that is not known any more, retention removed the batches: it may go on anywhere.
        if origin != Origin::Client || self.epoch == NO_EPOCH {
            return Ok(());
        }
        let expected = match self.batches.last_sequence() {
            _ if epoch != self.epoch => 0,
            NO_SEQUENCE => 0,
            last => sequence_after(last, 1),
        };
        if found == expected {
            return Ok(());
        }
        Err(AppendError::OutOfOrderSequence { producer_id, epoch, expected, found })
    }

    fn append(&mut self, head: &Head, origin: Origin) -> Result<(), AppendError> {
        self.check(head, origin)?;
        self.set_epoch(head.producer_epoch);
        let offset_delta = i32::try_from(head.last_offset.saturating_sub(head.base_offset)).unwrap_or(0);
        self.batches.push(ProducerBatch {
            last_sequence: head.last_sequence,
            last_offset: head.last_offset,
            offset_delta,
            timestamp: head.max_timestamp,
        });
        self.last_timestamp = head.max_timestamp;
        match (self.transaction, head.attributes.is_transactional()) {
            (NONE, true) => self.transaction = head.base_offset,
            (first_offset, false) if first_offset != NONE && origin != Origin::Replication => {
                let producer_id = head.producer_id;
                return Err(AppendError::InvalidTxnState { producer_id, first_offset });
            }
            _ => {}
        }
        Ok(())
    }

    /// The first offset of the transaction that the marker ends.
    fn end(&mut self, head: &Head, marker: Marker, origin: Origin) -> Result<Option<i64>, AppendError> {
        let producer_id = head.producer_id;
        if origin != Origin::Replication && head.producer_epoch < self.epoch {
            let (current, found) = (self.epoch, head.producer_epoch);
            return Err(AppendError::InvalidProducerEpoch { producer_id, current, found });
        }
        if origin != Origin::Replication && marker.coordinator_epoch < self.coordinator_epoch {
            let (current, found) = (self.coordinator_epoch, marker.coordinator_epoch);
            return Err(AppendError::CoordinatorFenced { producer_id, current, found });
        }
        self.set_epoch(head.producer_epoch);
        self.coordinator_epoch = marker.coordinator_epoch;
        self.last_timestamp = marker.timestamp;
        let first_offset = std::mem::replace(&mut self.transaction, NONE);
        Ok((first_offset != NONE).then_some(first_offset))
    }

    fn entry(&self, producer_id: i64) -> SnapshotEntry {
        SnapshotEntry {
            timestamp: self.last_timestamp,
            coordinator_epoch: self.coordinator_epoch,
            current_txn_first_offset: self.transaction,
            ..SnapshotEntry::new(producer_id, self.epoch, &self.batches)
        }
    }

    fn of_entry(entry: &SnapshotEntry) -> Self {
        Self {
            epoch: entry.epoch,
            coordinator_epoch: entry.coordinator_epoch,
            last_timestamp: entry.timestamp,
            transaction: entry.current_txn_first_offset,
            batches: entry.batches(),
        }
    }
}

/// A transaction that ended within what is being appended.
#[derive(Debug, Clone, Copy)]
struct Ended {
    producer_id: i64,
    first_offset: i64,
    last_offset: i64,
    aborted: bool,
}

/// What an append does to its producers: nothing until it is [`Producers::commit`]ted.
#[derive(Debug, Default)]
pub(super) struct Change {
    producers: Vec<(i64, Producer)>,
    ended: Vec<Ended>,
}

impl Change {
    /// There is nothing to be committed.
    pub fn is_empty(&self) -> bool {
        self.producers.is_empty()
    }

    /// Forgets everything, for the next append.
    pub fn clear(&mut self) {
        self.producers.clear();
        self.ended.clear();
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Producers {
    // Most partitions have none, and many partitions are idle.
    table: HashMap<i64, Box<Producer>>,
    /// Producers of open transactions by first offset.
    open: BTreeMap<i64, i64>,
    /// First and last offsets of transactions that ended above the high watermark.
    unreplicated: BTreeMap<i64, i64>,
}

impl Producers {
    /// The offset of the batch's first and last record, if it is a duplicate of one of the last five.
    pub fn duplicate(&self, head: &Head) -> Option<(i64, i64, i64)> {
        let batch = self.table.get(&head.producer_id)?.duplicate(head)?;
        Some((batch.first_offset(), batch.last_offset, batch.timestamp))
    }

    /// Checks a batch, and remembers in `change` what it would do.
    pub fn prepare(
        &self,
        change: &mut Change,
        head: &Head,
        marker: Option<Marker>,
        origin: Origin,
    ) -> Result<(), AppendError> {
        let known = change.producers.iter().position(|(id, _)| *id == head.producer_id);
        let at = known.unwrap_or_else(|| {
            let producer =
                self.table.get(&head.producer_id).map_or(Producer::UNKNOWN, |known| (**known).clone());
            change.producers.push((head.producer_id, producer));
            change.producers.len() - 1
        });
        let Some((_, producer)) = change.producers.get_mut(at) else { return Ok(()) };
        if !head.attributes.is_control() {
            return producer.append(head, origin);
        }
        // Without a marker in it, compaction has removed the whole transaction.
        let Some(marker) = marker else { return Ok(()) };
        if let Some(first_offset) = producer.end(head, marker, origin)? {
            let aborted = marker.outcome == Outcome::Abort;
            let (producer_id, last_offset) = (head.producer_id, head.base_offset);
            change.ended.push(Ended { producer_id, first_offset, last_offset, aborted });
        }
        Ok(())
    }

    /// The aborted transactions of a change, as they stand in a `.txnindex`.
    pub fn aborted(&self, change: &Change) -> Vec<AbortedTxn> {
        let aborted = change.ended.iter().filter(|ended| ended.aborted);
        aborted
            .map(|ended| AbortedTxn {
                version: txn_index::VERSION,
                producer_id: ended.producer_id,
                first_offset: ended.first_offset,
                last_offset: ended.last_offset,
                last_stable_offset: self.last_stable_behind(change, ended),
            })
            .collect()
    }

    fn last_stable_behind(&self, change: &Change, ended: &Ended) -> i64 {
        let open = |first: i64, producer_id: i64| {
            let changed = change.producers.iter().find(|(id, _)| *id == producer_id);
            producer_id != ended.producer_id
                && changed.is_none_or(|(_, changed)| changed.transaction == first)
        };
        let known = self.open.iter().map(|(first, id)| (*first, *id)).find(|&(first, id)| open(first, id));
        known.map_or(ended.last_offset.saturating_add(1), |(first, _)| first)
    }

    /// Does what was prepared.
    pub fn commit(&mut self, change: &mut Change, high_watermark: i64) {
        for ended in change.ended.drain(..) {
            self.open.remove(&ended.first_offset);
            if ended.last_offset >= high_watermark {
                self.unreplicated.insert(ended.first_offset, ended.last_offset);
            }
        }
        for (id, producer) in change.producers.drain(..) {
            if producer.transaction != NONE {
                self.open.insert(producer.transaction, id);
            }
            match self.table.get_mut(&id) {
                Some(place) => **place = producer,
                // A marker without data of an unknown producer is known from then on, too.
                None if producer != Producer::UNKNOWN => {
                    self.table.insert(id, Box::new(producer));
                }
                None => {}
            }
        }
    }

    /// The first offset of a transaction that is open, or whose end is not below the high watermark.
    pub fn first_unstable_offset(&self) -> Option<i64> {
        let open = self.open.keys().next().copied();
        let unreplicated = self.unreplicated.keys().next().copied();
        open.into_iter().chain(unreplicated).min()
    }

    /// The high watermark has moved: transactions that ended below it are stable.
    pub fn replicated(&mut self, high_watermark: i64) {
        self.unreplicated.retain(|_, last_offset| *last_offset >= high_watermark);
    }

    /// The log starts at an offset now: what ended before it holds nothing any more.
    pub fn started_at(&mut self, log_start_offset: i64) {
        self.unreplicated.retain(|_, last_offset| *last_offset >= log_start_offset);
    }

    /// Takes the entries of a snapshot but for those that have expired.
    pub fn load(&mut self, entries: &[SnapshotEntry], now_ms: i64, expiration_ms: i64) {
        for entry in entries {
            let producer = Producer::of_entry(entry);
            if producer.transaction != NONE {
                self.open.insert(producer.transaction, entry.producer_id);
            } else if now_ms.saturating_sub(producer.last_timestamp) > expiration_ms {
                continue;
            }
            self.table.insert(entry.producer_id, Box::new(producer));
        }
    }

    /// Forgets producers that were silent for `expiration_ms`, unless they have a transaction open.
    pub fn expire(&mut self, now_ms: i64, expiration_ms: i64) -> usize {
        let before = self.table.len();
        self.table.retain(|_, producer| {
            producer.transaction != NONE || now_ms.saturating_sub(producer.last_timestamp) <= expiration_ms
        });
        if self.table.is_empty() {
            self.table.shrink_to_fit();
        }
        before - self.table.len()
    }

    /// The producers, in the order of their ids.
    pub fn entries(&self) -> Vec<SnapshotEntry> {
        let mut entries: Vec<_> = self.table.iter().map(|(id, producer)| producer.entry(*id)).collect();
        entries.sort_unstable_by_key(|entry| entry.producer_id);
        entries
    }
}
