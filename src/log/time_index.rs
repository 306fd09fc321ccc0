//! `.timeindex`: up to which offset no record is later than a timestamp (`TimeIndex`).
//!
//! ```text
//! 0  timestamp        int64   the greatest of the segment so far
//! 8  relative offset  int32   of the record that has it, or of its batch's last
//! ```
//!
//! Timestamps and offsets both go up.

use std::io;

use super::entries::Entries;

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 12;

/// An entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeEntry {
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// Offset to the segment's base offset.
    pub relative_offset: i32,
}

impl TimeEntry {
    /// Reads one.
    pub fn read(&[a, b, c, d, e, f, g, h, i, j, k, l]: &[u8; ENTRY_BYTES]) -> Self {
        Self {
            timestamp: i64::from_be_bytes([a, b, c, d, e, f, g, h]),
            relative_offset: i32::from_be_bytes([i, j, k, l]),
        }
    }

    /// As bytes.
    pub fn bytes(self) -> [u8; ENTRY_BYTES] {
        let [a, b, c, d, e, f, g, h] = self.timestamp.to_be_bytes();
        let [i, j, k, l] = self.relative_offset.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }

    /// The offset, in a segment of this base offset.
    pub fn offset(self, base_offset: i64) -> i64 {
        base_offset.wrapping_add(i64::from(self.relative_offset))
    }
}

/// How many entries are in use: those before the zeros of preallocation.
///
/// # Errors
///
/// Where the index cannot be read.
pub fn used(entries: &mut Entries<ENTRY_BYTES>) -> io::Result<u64> {
    let used = entries.last_where(u64::MAX, |entry| entry != &[0; ENTRY_BYTES])?;
    Ok(used.map_or(0, |last| last + 1))
}

/// The offset before which no record of the segment has a timestamp of `timestamp` or later.
///
/// # Errors
///
/// Where the index cannot be read.
pub fn lookup(entries: &mut Entries<ENTRY_BYTES>, base_offset: i64, timestamp: i64) -> io::Result<i64> {
    let used = used(entries)?;
    let last = entries.last_where(used, |entry| TimeEntry::read(entry).timestamp < timestamp)?;
    let entry = last.map_or(Ok(None), |last| entries.get(last))?;
    Ok(entry.map_or(base_offset, |entry| TimeEntry::read(&entry).offset(base_offset)))
}
