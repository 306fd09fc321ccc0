//! Reading: a byte range of one segment, which a server hands to `sendfile` (`LocalLog.read`).

use std::fs::File;
use std::sync::Arc;

use super::error::{LogError, ReadError};
use super::partition::{Marks, PartitionLog};
use super::segment::Segment;
use crate::log::txn_index::AbortedTxn;

/// How far may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpTo {
    /// What consumers see (`FetchIsolation.HIGH_WATERMARK`).
    HighWatermark,
    /// What consumers see that read committed records only (`TXN_COMMITTED`).
    LastStable,
    /// What followers see (`LOG_END`).
    LogEnd,
}

/// Bytes of a segment's log, beginning with the batch that holds the offset asked for.
#[derive(Debug, Clone)]
pub struct Slice {
    /// The log; `None` where there is nothing to read. It can be read after the segment was deleted, too.
    pub file: Option<Arc<File>>,
    /// Position of the first byte.
    pub position: u64,
    /// How many bytes: the last batch may be cut off.
    pub len: usize,
    /// The log goes on in a later segment: to wait for appends would not make this longer.
    pub sealed: bool,
    /// The high watermark.
    pub high_watermark: i64,
    /// The last stable offset.
    pub last_stable_offset: i64,
    /// Where the log starts.
    pub log_start_offset: i64,
    /// Where the log ends.
    pub log_end_offset: i64,
    /// Transactions with records in it that were aborted; only with [`UpTo::LastStable`].
    pub aborted: Vec<AbortedTxn>,
}

impl PartitionLog {
    /// Finds what is to be read from `offset` on: at most `max_bytes` of one segment, but where `whole_first` is
    /// set all of the first batch; nothing, where the log does not go on below the limit.
    ///
    /// # Errors
    ///
    /// Where the offset is outside of the log, or a file cannot be opened.
    pub fn read(
        &self,
        offset: i64,
        max_bytes: usize,
        up_to: UpTo,
        whole_first: bool,
    ) -> Result<Slice, ReadError> {
        match self.find(offset, max_bytes, up_to, whole_first) {
            Err(ReadError::Storage(error)) => {
                let marks = self.marks();
                let (log_start_offset, log_end_offset) = (marks.log_start_offset, marks.log_end_offset);
                if offset >= log_start_offset {
                    return Err(error.into());
                }
                // The segment was deleted meanwhile.
                Err(ReadError::OffsetOutOfRange { offset, log_start_offset, log_end_offset })
            }
            slice => slice,
        }
    }

    fn find(
        &self,
        offset: i64,
        max_bytes: usize,
        up_to: UpTo,
        whole_first: bool,
    ) -> Result<Slice, ReadError> {
        let marks = self.marks();
        let segments = self.segments.load();
        let out_of_range = ReadError::OffsetOutOfRange {
            offset,
            log_start_offset: marks.log_start_offset,
            log_end_offset: marks.log_end_offset,
        };
        if offset < marks.log_start_offset || offset > marks.log_end_offset {
            return Err(out_of_range);
        }
        let mut slice = Slice {
            file: None,
            position: 0,
            len: 0,
            sealed: false,
            high_watermark: marks.high_watermark,
            last_stable_offset: marks.last_stable_offset(),
            log_start_offset: marks.log_start_offset,
            log_end_offset: marks.log_end_offset,
            aborted: Vec::new(),
        };
        let limit = match up_to {
            UpTo::HighWatermark => marks.high_watermark,
            UpTo::LastStable => marks.last_stable_offset(),
            UpTo::LogEnd => marks.log_end_offset,
        };
        if offset >= limit {
            return Ok(slice);
        }
        let behind = segments.partition_point(|segment| segment.base_offset <= offset);
        let Some(first) = behind.checked_sub(1) else { return Err(out_of_range) };
        for (at, segment) in segments.iter().enumerate().skip(first) {
            let next_base = segments.get(at + 1).map(|next| next.base_offset);
            let end = self.end_of(segment, next_base, limit, &marks)?;
            let Some(located) = segment.locate(offset, end)? else {
                // Compaction has left nothing behind the offset in this segment.
                if next_base.is_some_and(|next| next < limit) {
                    continue;
                }
                return Ok(slice);
            };
            let least = if whole_first { located.head.length as usize } else { 0 };
            let left = usize::try_from(end - located.position).unwrap_or(usize::MAX);
            slice.len = left.min(max_bytes.max(least));
            slice.position = located.position;
            slice.sealed = next_base.is_some_and(|next| next <= limit);
            slice.file = Some(segment.file()?);
            if slice.len == left && limit == marks.log_end_offset {
                // Who has read to the end asks for what comes next.
                segment.indexes().hint(limit, end);
            }
            if up_to == UpTo::LastStable {
                let upper = next_base.map_or(limit, |next| next.min(limit));
                slice.aborted = aborted(segments.get(at..).unwrap_or_default(), offset, upper)?;
            }
            return Ok(slice);
        }
        Ok(slice)
    }

    /// Position behind the last batch of a segment that ends before `limit`.
    fn end_of(
        &self,
        segment: &Segment,
        next_base: Option<i64>,
        limit: i64,
        marks: &Marks,
    ) -> Result<u64, LogError> {
        if next_base.is_some_and(|next| limit >= next) {
            return Ok(segment.size());
        }
        if limit >= marks.log_end_offset {
            let end =
                if segment.base_offset == marks.end_segment { marks.end_position } else { segment.size() };
            return Ok(end);
        }
        let size = segment.size();
        Ok(segment.locate(limit, size)?.map_or(size, |located| located.position))
    }
}

/// The aborted transactions that reach into offsets from `from` to before `upper`
/// (`UnifiedLog.collectAbortedTransactions`).
fn aborted(segments: &[Arc<Segment>], from: i64, upper: i64) -> Result<Vec<AbortedTxn>, LogError> {
    let mut found = Vec::new();
    for segment in segments {
        for entry in segment.aborted()?.iter() {
            if entry.last_offset >= from && entry.first_offset < upper {
                found.push(*entry);
            }
            if entry.last_stable_offset >= upper {
                return Ok(found);
            }
        }
    }
    Ok(found)
}
