//! How old the records of a segment are, for who decides what is to be compacted.

use super::error::LogError;
use super::head::Heads;
use super::partition::PartitionLog;
use super::rule::NO_TIMESTAMP;

/// Timestamps of a segment, in milliseconds since 1970; -1 where no record has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentTimes {
    /// The greatest of the first batch (`LogSegment.getFirstBatchTimestamp`).
    pub first: i64,
    /// The greatest of all (`LogSegment.largestTimestamp`).
    pub largest: i64,
}

impl PartitionLog {
    /// The timestamps of the segment that begins at an offset; none where there is no such segment any more.
    ///
    /// # Errors
    ///
    /// Where its files cannot be read.
    pub fn segment_times(&self, base_offset: i64) -> Result<Option<SegmentTimes>, LogError> {
        let segments = self.segments.load();
        let Some(segment) = segments.iter().find(|segment| segment.base_offset == base_offset) else {
            return Ok(None);
        };
        let largest = segment.greatest()?.timestamp;
        let file = segment.file()?;
        let path = segment.path("log");
        let mut heads = Heads::new(&file, 0, segment.size());
        let first = heads.next_head().map_err(LogError::io("read", &path))?;
        Ok(Some(SegmentTimes { first: first.map_or(NO_TIMESTAMP, |(_, head)| head.max_timestamp), largest }))
    }
}
