//! `.txnindex`: the transactions of a segment that were aborted (`TransactionIndex`, `AbortedTxn`).
//!
//! ```text
//!  0  version             int16   0
//!  2  producer id         int64
//! 10  first offset        int64   of the transaction
//! 18  last offset         int64   that of its ABORT marker
//! 26  last stable offset  int64   of the partition, once the transaction had ended
//! ```

use crate::codec::wire::Reader;

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 34;
/// The only version.
pub const VERSION: i16 = 0;

/// An aborted transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortedTxn {
    /// See [`VERSION`].
    pub version: i16,
    /// Whose transaction it was.
    pub producer_id: i64,
    /// Offset of its first record.
    pub first_offset: i64,
    /// Offset of its ABORT marker.
    pub last_offset: i64,
    /// The last stable offset once it had ended.
    pub last_stable_offset: i64,
}

impl AbortedTxn {
    /// Reads one.
    pub fn read(entry: &[u8; ENTRY_BYTES]) -> Self {
        let mut reader = Reader::new(entry);
        let version = i16::from_be_bytes(reader.array());
        let mut long = || i64::from_be_bytes(reader.array());
        Self {
            version,
            producer_id: long(),
            first_offset: long(),
            last_offset: long(),
            last_stable_offset: long(),
        }
    }

    /// As bytes.
    pub fn push(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.version.to_be_bytes());
        for long in [self.producer_id, self.first_offset, self.last_offset, self.last_stable_offset] {
            out.extend_from_slice(&long.to_be_bytes());
        }
    }
}
