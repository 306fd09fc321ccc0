//! Which transactions the cleaner is in the middle of (`CleanedTransactionMetadata`): records of aborted ones go, and a
//! marker may go once nothing of its transaction is left.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::codec::records::batch::Batch;
use crate::codec::records::control;
use crate::codec::records::error::Error;
use crate::log::txn_index::AbortedTxn;

/// The types of the two markers.
const ABORT: i16 = 0;
const COMMIT: i16 = 1;
/// No marker is nearly as long, compressed or not.
const MARKER_BYTES_MAX: usize = 1 << 20;

#[derive(Debug, Default)]
pub(super) struct Transactions {
    /// Aborted ones that begin later, by first and last offset and producer.
    ahead: BTreeMap<(i64, i64, i64), AbortedTxn>,
    /// Producer id to its aborted transaction, and whether a batch of it was seen.
    aborted: HashMap<i64, (AbortedTxn, bool)>,
    /// Producers with a batch of a transaction that was not aborted.
    committed: HashSet<i64>,
    scratch: Vec<u8>,
}

/// What a marker means for the cleaner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// Nothing of its transaction is left: it may go.
    Alone,
    /// It must stay. An ABORT comes with the transaction, for the index of the cleaned segment.
    Needed(Option<AbortedTxn>),
}

impl Transactions {
    /// Learns of aborted transactions, of those it knows too.
    pub fn expect(&mut self, aborted: impl Iterator<Item = AbortedTxn>) {
        self.ahead.extend(aborted.map(|txn| ((txn.first_offset, txn.last_offset, txn.producer_id), txn)));
    }

    /// A control batch is next.
    pub fn control(&mut self, batch: &Batch<'_>) -> Result<Marker, Error> {
        self.begin(batch.last_offset());
        let Some(record) = batch.records(MARKER_BYTES_MAX, &mut self.scratch)?.next().transpose()? else {
            // It was cleaned before.
            return Ok(Marker::Alone);
        };
        let producer = batch.producer_id();
        let unpacked = batch.attributes().codec_id() != 0;
        let key = control::key(record.key.unwrap_or_default());
        Ok(match key.map_err(|kind| Error { at: record.at, unpacked, kind })?.id {
            ABORT => match self.aborted.remove(&producer) {
                Some((txn, true)) => Marker::Needed(Some(txn)),
                _ => Marker::Alone,
            },
            COMMIT if self.committed.remove(&producer) => Marker::Needed(None),
            COMMIT => Marker::Alone,
            _ => Marker::Needed(None),
        })
    }

    /// A batch of records is next. Returns whether its transaction was aborted.
    pub fn data(&mut self, batch: &Batch<'_>) -> bool {
        self.begin(batch.last_offset());
        if !batch.attributes().is_transactional() {
            return false;
        }
        let producer = batch.producer_id();
        match self.aborted.get_mut(&producer) {
            Some((_, seen)) => {
                *seen = true;
                true
            }
            None => {
                self.committed.insert(producer);
                false
            }
        }
    }

    /// Begins the aborted transactions up to an offset.
    fn begin(&mut self, offset: i64) {
        while let Some(first) = self.ahead.first_entry().filter(|first| first.key().0 <= offset) {
            let txn = first.remove();
            self.aborted.entry(txn.producer_id).or_insert((txn, false));
        }
    }
}
