//! Which transactions were aborted in what is written, for its `.txnindex` (`ProducerStateManager`).

use std::collections::BTreeMap;

use crate::codec::records::batch::Batch;
use crate::codec::records::control;
use crate::dump::records::BatchInfo;
use crate::log::txn_index::{AbortedTxn, VERSION};

/// The type of an ABORT marker, and of a COMMIT marker.
const ABORT: i16 = 0;
const COMMIT: i16 = 1;
/// A marker is never this long.
const MARKER_BYTES_MAX: usize = 64 << 10;

/// The transactions that are open: producer id to first offset.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    open: BTreeMap<i64, i64>,
    scratch: Vec<u8>,
}

impl Transactions {
    /// Takes note of a batch that was written. Returns the transaction that it aborts, if it does.
    pub(super) fn add(&mut self, bytes: &[u8], batch: &BatchInfo) -> Option<AbortedTxn> {
        if !batch.transactional {
            return None;
        }
        if !batch.control {
            self.open.entry(batch.producer_id).or_insert(batch.base_offset?);
            return None;
        }
        let view = Batch::new(bytes).ok()?;
        let marker = view.records(MARKER_BYTES_MAX, &mut self.scratch).ok()?.next()?.ok()?;
        let kind = control::key(marker.key?).ok()?.id;
        if kind != ABORT && kind != COMMIT {
            return None;
        }
        let first_offset = self.open.remove(&batch.producer_id)?;
        let last_offset = batch.last_offset;
        let last_stable_offset = self.open.values().min().copied().unwrap_or(last_offset.wrapping_add(1));
        (kind == ABORT).then_some(AbortedTxn {
            version: VERSION,
            producer_id: batch.producer_id,
            first_offset,
            last_offset,
            last_stable_offset,
        })
    }

    /// How many are open.
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }
}
