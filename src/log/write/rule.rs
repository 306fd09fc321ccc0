//! Which batches get entries in the offset index and the time index (`LogSegment.append`, `LogSegment.recover`).

use crate::log::offset_index::OffsetEntry;
use crate::log::time_index::TimeEntry;

/// No timestamp, as in a log without records.
pub const NO_TIMESTAMP: i64 = -1;

/// `index.interval.bytes` unless somebody changes it.
pub const INDEX_INTERVAL_BYTES: u32 = 4096;

/// The entries that a batch gets: it stands behind at least `index.interval.bytes` without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEntries {
    /// Where the batch begins.
    pub offset: OffsetEntry,
    /// The greatest timestamp so far, if it has grown since the last entry.
    pub time: Option<TimeEntry>,
}

/// Goes along with a segment as it grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexRule {
    /// The greatest timestamp so far, and the last offset of its batch.
    greatest: TimeEntry,
    /// The timestamp of the last entry of the time index.
    last_time: i64,
    /// Bytes since the last entry of the offset index.
    since_entry: u64,
}

impl Default for IndexRule {
    fn default() -> Self {
        let greatest = TimeEntry { timestamp: NO_TIMESTAMP, relative_offset: 0 };
        Self { greatest, last_time: NO_TIMESTAMP, since_entry: 0 }
    }
}

impl IndexRule {
    /// That of a segment whose time index ends with `last_time`, and which has so many bytes since the last
    /// entry of its offset index.
    pub fn resumed(last_time: Option<TimeEntry>, since_entry: u64) -> Self {
        let new = Self::default();
        let greatest = last_time.unwrap_or(new.greatest);
        Self { greatest, last_time: greatest.timestamp, since_entry }
    }

    /// The greatest timestamp so far, and the last offset of its batch.
    pub fn greatest(&self) -> TimeEntry {
        self.greatest
    }

    /// A batch that was counted before has this timestamp.
    pub fn seen(&mut self, timestamp: i64, relative_offset: i32) {
        if timestamp > self.greatest.timestamp {
            self.greatest = TimeEntry { timestamp, relative_offset };
        }
    }

    /// The next batch: the offset of its last record to the segment's base, its position, length and greatest
    /// timestamp.
    pub fn add(
        &mut self,
        relative_offset: i32,
        position: u64,
        length: u64,
        timestamp: i64,
        interval: u32,
    ) -> Option<NewEntries> {
        self.seen(timestamp, relative_offset);
        let mut entries = None;
        if self.since_entry > u64::from(interval) {
            let position = i32::try_from(position).unwrap_or(i32::MAX);
            let offset = OffsetEntry { relative_offset, position };
            entries = Some(NewEntries { offset, time: self.close() });
            self.since_entry = 0;
        }
        self.since_entry += length;
        entries
    }

    /// The last entry that the time index needs before the segment is closed.
    pub fn close(&mut self) -> Option<TimeEntry> {
        let grown = self.greatest.timestamp > self.last_time;
        self.last_time = self.greatest.timestamp;
        grown.then_some(self.greatest)
    }
}
