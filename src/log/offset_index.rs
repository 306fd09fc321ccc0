//! `.index`: where in the segment the batch with an offset begins (`OffsetIndex`).
//!
//! ```text
//! 0  relative offset  int32   to the segment's base offset; of the last record of a batch
//! 4  position         int32   of that batch's first byte in the .log
//! ```
//!
//! An entry is added before a batch once `index.interval.bytes` were written. While a segment is written to,
//! its index is preallocated with zeros (`segment.index.bytes`); closing cuts them off, a crash leaves
//! them.

use std::io;

use super::entries::Entries;

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 8;

/// An entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetEntry {
    /// Offset to the segment's base offset.
    pub relative_offset: i32,
    /// Position in the segment, in bytes.
    pub position: i32,
}

impl OffsetEntry {
    /// Reads one.
    pub fn read(&[a, b, c, d, e, f, g, h]: &[u8; ENTRY_BYTES]) -> Self {
        Self { relative_offset: i32::from_be_bytes([a, b, c, d]), position: i32::from_be_bytes([e, f, g, h]) }
    }

    /// As bytes.
    pub fn bytes(self) -> [u8; ENTRY_BYTES] {
        let ([a, b, c, d], [e, f, g, h]) = (self.relative_offset.to_be_bytes(), self.position.to_be_bytes());
        [a, b, c, d, e, f, g, h]
    }

    /// The offset, in a segment of this base offset.
    pub fn offset(self, base_offset: i64) -> i64 {
        base_offset.wrapping_add(i64::from(self.relative_offset))
    }
}

/// How many entries are in use: those before the first of nothing but zeros that is not the first.
///
/// # Errors
///
/// Where the index cannot be read.
pub fn used(entries: &mut Entries<ENTRY_BYTES>) -> io::Result<u64> {
    // A crash leaves megabytes of zeros: the end of what is used is searched, not walked to.
    let used = entries.last_where(u64::MAX, |entry| entry != &[0; ENTRY_BYTES])?.map_or(0, |last| last + 1);
    if used == 0 && entries.get(0)?.is_some_and(|first| first == [0; ENTRY_BYTES]) {
        // The first entry may be zeros where the first batch has one record and entries stand that close.
        let second = entries.get(1)?;
        return Ok(u64::from(second.is_some_and(|entry| entry != [0; ENTRY_BYTES])));
    }
    Ok(used)
}

/// The position at which a search for `offset` begins, by Kafka's rule: that of the last entry
/// that is not behind it, or 0.
///
/// # Errors
///
/// Where the index cannot be read.
pub fn lookup(entries: &mut Entries<ENTRY_BYTES>, base_offset: i64, offset: i64) -> io::Result<u64> {
    let used = used(entries)?;
    let last = entries.last_where(used, |entry| OffsetEntry::read(entry).offset(base_offset) <= offset)?;
    let Some(entry) = last.map_or(Ok(None), |last| entries.get(last))? else { return Ok(0) };
    Ok(u64::try_from(OffsetEntry::read(&entry).position).unwrap_or(0))
}
