//! Offsets by timestamp (ListOffsets, `UnifiedLog.fetchOffsetByTimestamp`).

use super::error::LogError;
use super::head::{Heads, read_up_to};
use super::partition::PartitionLog;
use super::rule::NO_TIMESTAMP;
use super::segment::Segment;
use crate::codec::records::batches::{AnyBatch, RawBatch};

/// No batch unpacks to more than this while a timestamp is looked for.
const UNPACK_MAX: usize = 256 << 20;

/// A record by its timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetAt {
    /// Its offset.
    pub offset: i64,
    /// Its timestamp, in milliseconds since 1970.
    pub timestamp: i64,
    /// The epoch of the leader that appended it.
    pub leader_epoch: Option<i32>,
}

impl PartitionLog {
    /// The first record whose timestamp is `timestamp` or later. It may be above the high watermark.
    ///
    /// # Errors
    ///
    /// Where files cannot be read.
    pub fn offset_for_timestamp(&self, timestamp: i64) -> Result<Option<OffsetAt>, LogError> {
        let start = self.log_start_offset();
        for segment in self.segments.load().iter() {
            if segment.size() == 0 || segment.greatest()?.timestamp < timestamp {
                continue;
            }
            let from = segment.before_timestamp(timestamp)?.max(start);
            if let Some(found) = self.search(segment, from, start, |_, found| found >= timestamp)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The first record with the greatest timestamp (ListOffsets with timestamp -3, KIP-734).
    ///
    /// # Errors
    ///
    /// Where files cannot be read.
    pub fn latest_by_max_timestamp(&self) -> Result<Option<OffsetAt>, LogError> {
        let segments = self.segments.load();
        let mut latest: Option<(&Segment, i64, i64)> = None;
        for segment in segments.iter().filter(|segment| segment.size() > 0) {
            let greatest = segment.greatest()?;
            if latest.is_none_or(|(_, timestamp, _)| greatest.timestamp > timestamp) {
                latest = Some((segment, greatest.timestamp, greatest.offset(segment.base_offset)));
            }
        }
        let Some((segment, timestamp, offset)) =
            latest.filter(|(_, timestamp, _)| *timestamp != NO_TIMESTAMP)
        else {
            return Ok(None);
        };
        self.search(segment, offset, self.log_start_offset(), |_, found| found >= timestamp)
    }

    /// The first offset on the local disk (ListOffsets with timestamp -4, KIP-405): where the log starts.
    pub fn earliest_local(&self) -> i64 {
        self.log_start_offset()
    }

    /// The first record from the batch that holds `from` on that is not before `start` and for which `wanted` holds.
    fn search(
        &self,
        segment: &Segment,
        from: i64,
        start: i64,
        wanted: impl Fn(i64, i64) -> bool,
    ) -> Result<Option<OffsetAt>, LogError> {
        let size = segment.size();
        let Some(located) = segment.locate(from, size)? else { return Ok(None) };
        let (file, path) = (segment.file()?, segment.path("log"));
        let mut heads = Heads::new(&file, located.position, size);
        let (mut bytes, mut scratch) = (Vec::new(), Vec::new());
        while let Some((position, head)) = heads.next_head().map_err(LogError::io("read", &path))? {
            if head.last_offset < start || !wanted(head.last_offset, head.max_timestamp) {
                continue;
            }
            bytes.resize(head.length as usize, 0);
            let read = read_up_to(&file, &mut bytes, position).map_err(LogError::io("read", &path))?;
            bytes.truncate(read);
            let raw = RawBatch { at: 0, magic: head.magic, bytes: &bytes };
            let found = first_record(&raw, &mut scratch, |offset, timestamp| {
                offset >= start && wanted(offset, timestamp)
            });
            if let Some((offset, timestamp)) = found {
                let leader_epoch = Some(head.leader_epoch).filter(|epoch| *epoch >= 0);
                return Ok(Some(OffsetAt { offset, timestamp, leader_epoch }));
            }
        }
        Ok(None)
    }
}

/// Offset and timestamp of the first record that is wanted. Records that cannot be read are passed over.
fn first_record(
    raw: &RawBatch<'_>,
    scratch: &mut Vec<u8>,
    wanted: impl Fn(i64, i64) -> bool,
) -> Option<(i64, i64)> {
    match raw.view().ok()? {
        AnyBatch::Batch(batch) => {
            let records = batch.records(UNPACK_MAX, scratch).ok()?.map_while(Result::ok);
            records
                .map(|record| (record.offset, record.timestamp))
                .find(|&(offset, time)| wanted(offset, time))
        }
        AnyBatch::Message(message) => {
            let messages = message.messages(UNPACK_MAX, scratch).ok()?.map_while(Result::ok);
            messages
                .map(|record| (record.offset, record.timestamp))
                .find(|&(offset, time)| wanted(offset, time))
        }
    }
}
