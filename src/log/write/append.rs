//! Appending: offsets given out, producers checked, one write (`UnifiedLog.append`).

use std::sync::Arc;

use super::config::LogConfig;
use super::error::{AppendError, LogError};
use super::head::{Head, Heads};
use super::partition::{PartitionLog, Writer};
use super::producers::Origin;
use super::rule::NO_TIMESTAMP;
use super::segment::{Segment, lock};
use crate::codec::records::batch::{Batch, TimestampType};
use crate::codec::records::batches::{AnyBatch, Batches};
use crate::codec::records::error::Error;
use crate::log::offset_index;
use crate::log::time_index;
use crate::state::LogRecord;
use crate::state::producers::Marker;

/// Offset of the leader epoch in a batch; base offset and epoch are not under its checksum.
const LEADER_EPOCH_AT: usize = 12;
/// A marker takes less.
const MARKER_BYTES_MAX: usize = 4 << 10;

/// How records are appended.
#[derive(Debug, Clone, Copy)]
pub struct Append {
    /// The epoch of the leader, which goes into the batches.
    pub leader_epoch: i32,
    /// Who appends.
    pub origin: Origin,
    /// Milliseconds since 1970.
    pub now_ms: i64,
    /// There is no other replica to wait for: the high watermark moves with the log's end.
    pub replicated: bool,
}

/// Where records were appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The offset of the first.
    pub first_offset: i64,
    /// The offset of the last.
    pub last_offset: i64,
    /// The timestamp that the broker gave them, or that duplicates have; -1 where they have their own.
    pub log_append_time: i64,
    /// Where the log starts.
    pub log_start_offset: i64,
    /// They had been appended before, at these offsets; nothing was done.
    pub duplicate: bool,
}

/// What is appended, taken together.
struct Summary {
    first_offset: i64,
    last_offset: i64,
    max_timestamp: i64,
    log_append_time: i64,
    /// The only batch, which is the rule.
    only: Option<Head>,
    /// An epoch that the log has not seen yet.
    new_epochs: bool,
}

/// Prepared, or known already.
enum Prepared {
    New(Summary),
    Duplicate(Appended),
}

impl PartitionLog {
    /// Appends batches of magic 2, which the caller has validated: gives them offsets and the leader's epoch,
    /// checks their producers, and writes them at once. Where it fails, nothing was appended, and the log
    /// remains of use.
    ///
    /// # Errors
    ///
    /// Where a producer's batch must not come now, or the disk does not take it.
    pub fn append(&self, records: &mut [u8], append: Append) -> Result<Appended, AppendError> {
        let mut writer = self.writer();
        let mut next = self.marks().log_end_offset;
        let mut at = 0;
        while let Some(length) =
            next_batch(records.get(at..).unwrap_or_default()).map_err(|e| corrupt(at, &e))?
        {
            let Some(batch) = records.get_mut(at..at + length) else {
                let found = format!("{} of {length} bytes", records.len() - at);
                return Err(AppendError::Corrupt { at, expected: "a whole batch", found });
            };
            let (base, epoch) = (next.to_be_bytes(), append.leader_epoch.to_be_bytes());
            for (place, bytes) in [(0, base.as_slice()), (LEADER_EPOCH_AT, epoch.as_slice())] {
                if let Some(place) = batch.get_mut(place..place + bytes.len()) {
                    place.copy_from_slice(bytes);
                }
            }
            next = Batch::new(batch).map_err(|error| corrupt(at, &error))?.next_offset();
            at += length;
        }
        self.append_locked(&mut writer, records, append)
    }

    /// Appends batches that have their offsets and leader epochs already, which must go up from the log's end
    /// on. There may be holes between them.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append), and where the offsets do not go up.
    pub fn append_given(&self, records: &[u8], append: Append) -> Result<Appended, AppendError> {
        self.append_locked(&mut self.writer(), records, append)
    }

    fn append_locked(
        &self,
        writer: &mut Writer,
        records: &[u8],
        append: Append,
    ) -> Result<Appended, AppendError> {
        // Before duplicates are looked for: one that was lost must not be acknowledged either.
        self.check_synced()?;
        let config = self.config.load();
        writer.change.clear();
        let summary = match self.prepare(writer, records, append.origin)? {
            Prepared::Duplicate(appended) => return Ok(appended),
            Prepared::New(summary) => summary,
        };
        if records.len() as u64 > u64::from(config.segment_bytes) {
            let segment_bytes = config.segment_bytes;
            return Err(AppendError::TooLarge { bytes: records.len(), segment_bytes });
        }
        let mut segment = self.active();
        if self.should_roll(writer, &segment, &config, &summary, records.len(), append.now_ms)? {
            segment = self.roll_locked(writer, summary.first_offset, append.now_ms)?;
        }
        self.write(writer, &segment, records)?;
        let size = segment.size();
        // An epoch that begins at the log's end is true in any case, so it comes first.
        if summary.new_epochs
            && let Err(error) = self.assign_epochs(records)
        {
            self.take_back(writer, &segment, size);
            return Err(error.into());
        }
        let aborted = writer.producers.aborted(&writer.change);
        if !aborted.is_empty()
            && let Err(error) = segment.add_aborted(&aborted)
        {
            self.take_back(writer, &segment, size);
            return Err(error.into());
        }
        self.index(&segment, records, &summary, size, &config);
        Ok(self.publish(writer, &segment, &summary, size + records.len() as u64, append.replicated))
    }

    /// Looks at every batch, and changes nothing but what is set aside for the commit.
    fn prepare(&self, writer: &mut Writer, records: &[u8], origin: Origin) -> Result<Prepared, AppendError> {
        let marks = self.marks();
        let mut next = marks.log_end_offset;
        let mut batches = Batches::new(records);
        let mut summary = Summary {
            first_offset: next,
            last_offset: next - 1,
            max_timestamp: NO_TIMESTAMP,
            log_append_time: NO_TIMESTAMP,
            only: None,
            new_epochs: false,
        };
        let mut count = 0;
        let mut change = std::mem::take(&mut writer.change);
        let newest_epoch = lock(&self.epochs).latest().unwrap_or(-1);
        for raw in &mut batches {
            let raw = raw.map_err(|error| corrupt(0, &error))?;
            let AnyBatch::Batch(batch) = raw.view().map_err(|error| corrupt(raw.at, &error))? else {
                let found = format!("magic {}", raw.magic);
                return Err(AppendError::Corrupt { at: raw.at, expected: "magic 2", found });
            };
            let head = Head::of_batch(&batch);
            if head.base_offset < next || head.last_offset < head.base_offset {
                let found = if head.base_offset < next { head.base_offset } else { head.last_offset };
                return Err(AppendError::OffsetOrder { at: raw.at, log_end_offset: next, found });
            }
            if head.producer_id != -1 {
                let duplicate =
                    (origin == Origin::Client).then(|| writer.producers.duplicate(&head)).flatten();
                if let Some((first_offset, last_offset, timestamp)) = duplicate {
                    writer.change = change;
                    let log_start_offset = marks.log_start_offset;
                    return Ok(Prepared::Duplicate(Appended {
                        first_offset,
                        last_offset,
                        // Whatever the topic's timestamps are, as Kafka does.
                        log_append_time: timestamp,
                        log_start_offset,
                        duplicate: true,
                    }));
                }
                let marker = if head.attributes.is_control() { read_marker(&batch)? } else { None };
                writer.producers.prepare(&mut change, &head, marker, origin)?;
            }
            if count == 0 {
                summary.first_offset = head.base_offset;
            }
            count += 1;
            summary.only = Some(head);
            summary.last_offset = head.last_offset;
            summary.max_timestamp = summary.max_timestamp.max(head.max_timestamp);
            summary.new_epochs |= head.leader_epoch > newest_epoch;
            if append_time(&head) {
                summary.log_append_time = head.max_timestamp;
            }
            next = head.next_offset();
        }
        if batches.left() > 0 || count == 0 {
            let found = format!("{} of {} bytes", batches.left(), records.len());
            return Err(AppendError::Corrupt { at: batches.at(), expected: "a whole batch", found });
        }
        if count > 1 {
            summary.only = None;
        }
        writer.change = change;
        Ok(Prepared::New(summary))
    }

    pub(super) fn active(&self) -> Arc<Segment> {
        // There is always one: who removes the last puts another in its place at once.
        let segments = self.segments.load();
        segments.last().cloned().unwrap_or_else(|| Arc::new(Segment::empty(self.place.clone(), 0)))
    }

    /// As `LogSegment.shouldRoll`.
    fn should_roll(
        &self,
        writer: &mut Writer,
        segment: &Segment,
        config: &LogConfig,
        summary: &Summary,
        bytes: usize,
        now_ms: i64,
    ) -> Result<bool, LogError> {
        let size = segment.size();
        segment.read_indexes()?;
        if size + bytes as u64 > u64::from(config.segment_bytes)
            || i32::try_from(summary.last_offset - segment.base_offset).is_err()
        {
            return Ok(size > 0 || summary.last_offset - segment.base_offset > i64::from(i32::MAX));
        }
        if size == 0 {
            return Ok(false);
        }
        let waited = match self.first_timestamp(writer, segment)? {
            first @ 0.. => summary.max_timestamp.saturating_sub(first),
            _ => now_ms.saturating_sub(writer.created_ms),
        };
        if waited > config.segment_ms.saturating_sub(writer.jitter_ms) {
            return Ok(true);
        }
        let (offsets, times) = segment.index_entries()?;
        let room = u64::from(config.segment_index_bytes);
        Ok(offsets >= room / offset_index::ENTRY_BYTES as u64
            || times + 1 >= room / time_index::ENTRY_BYTES as u64)
    }

    fn first_timestamp(&self, writer: &mut Writer, segment: &Segment) -> Result<i64, LogError> {
        if let Some(first) = writer.first_timestamp {
            return Ok(first);
        }
        let (file, path) = (segment.file()?, segment.path("log"));
        let head = Heads::new(&file, 0, segment.size()).next_head().map_err(LogError::io("read", &path))?;
        let first = head.map_or(NO_TIMESTAMP, |(_, head)| head.max_timestamp);
        Ok(*writer.first_timestamp.insert(first))
    }

    /// One write behind the log's end.
    fn write(&self, writer: &mut Writer, segment: &Segment, records: &[u8]) -> Result<(), LogError> {
        let (file, size) = (segment.file()?, segment.size());
        if writer.torn {
            let path = segment.path("log");
            self.place.files.truncate(&file, size).map_err(LogError::io("cut", &path))?;
            writer.torn = false;
        }
        writer.dirty = true;
        self.place.files.write_at(&file, size, records).map_err(|error| {
            self.take_back(writer, segment, size);
            LogError::io("append to", &segment.path("log"))(error)
        })
    }

    /// Removes what was written behind the log's end.
    fn take_back(&self, writer: &mut Writer, segment: &Segment, size: u64) {
        let cut = segment.file().is_ok_and(|file| self.place.files.truncate(&file, size).is_ok());
        // Where even that fails, the next append begins with it.
        writer.torn = !cut;
    }

    fn assign_epochs(&self, records: &[u8]) -> Result<(), LogError> {
        let mut epochs = lock(&self.epochs);
        let mut changed = epochs.clone();
        for head in heads(records) {
            if changed.is_new(head.leader_epoch) {
                changed.assign(head.leader_epoch, head.base_offset);
            }
        }
        self.write_epochs(&changed)?;
        *epochs = changed;
        Ok(())
    }

    /// Adds index entries. Those that cannot be moved to their file wait in memory.
    fn index(&self, segment: &Segment, records: &[u8], summary: &Summary, size: u64, config: &LogConfig) {
        let mut indexes = segment.indexes();
        let interval = config.index_interval_bytes;
        if let Some(head) = &summary.only {
            segment.index_batch(&mut indexes, head, size, interval);
        } else {
            let mut position = size;
            for head in heads(records) {
                segment.index_batch(&mut indexes, &head, position, interval);
                position += u64::from(head.length);
            }
        }
        let due = indexes.offsets.is_due();
        drop(indexes);
        if due {
            let _ = segment.flush_indexes(false);
        }
    }

    fn publish(
        &self,
        writer: &mut Writer,
        segment: &Segment,
        summary: &Summary,
        size: u64,
        replicated: bool,
    ) -> Appended {
        let mut change = std::mem::take(&mut writer.change);
        if segment.size() == 0 && writer.first_timestamp.is_none() {
            writer.first_timestamp = summary.only.map(|head| head.max_timestamp);
        }
        let mut marks = lock(&self.marks);
        let high_watermark = marks.high_watermark;
        marks.log_end_offset = summary.last_offset + 1;
        (marks.end_segment, marks.end_position) = (segment.base_offset, size);
        if replicated {
            marks.high_watermark = marks.log_end_offset;
        }
        if !change.is_empty() {
            writer.producers.commit(&mut change, marks.high_watermark);
            marks.first_unstable = writer.producers.first_unstable_offset();
        }
        segment.set_size(size);
        let now = *marks;
        drop(marks);
        writer.change = change;
        if now.high_watermark != high_watermark {
            self.notify(now.high_watermark);
        }
        Appended {
            first_offset: summary.first_offset,
            last_offset: summary.last_offset,
            log_append_time: summary.log_append_time,
            log_start_offset: now.log_start_offset,
            duplicate: false,
        }
    }
}

/// The length of the batch that `rest` begins with; none where there is nothing.
fn next_batch(rest: &[u8]) -> Result<Option<usize>, Error> {
    if rest.is_empty() { Ok(None) } else { crate::codec::records::batches::next_length(rest).map(Some) }
}

fn corrupt(at: usize, error: &Error) -> AppendError {
    AppendError::Corrupt { at: at + error.at, expected: "a batch of magic 2", found: error.kind.to_string() }
}

fn append_time(head: &Head) -> bool {
    head.attributes.timestamp_type() == TimestampType::LogAppend
}

/// The headers of batches of magic 2 that were looked at before.
fn heads(records: &[u8]) -> impl Iterator<Item = Head> {
    Batches::new(records).filter_map(|raw| {
        let raw = raw.ok()?;
        Head::of(raw.bytes, raw.bytes.len())
    })
}

/// The marker in a control batch of a producer; none where compaction has removed it.
pub(super) fn read_marker(batch: &Batch<'_>) -> Result<Option<Marker>, AppendError> {
    let producer_id = batch.producer_id();
    let invalid = |reason: String| AppendError::InvalidMarker { producer_id, reason };
    let mut scratch = Vec::new();
    let records = batch.records(MARKER_BYTES_MAX, &mut scratch);
    let Some(record) = records.map_err(|error| invalid(error.kind.to_string()))?.next() else {
        return Ok(None);
    };
    let record = record.map_err(|error| invalid(error.kind.to_string()))?;
    let marker = Marker::from_record(&LogRecord::new(batch, &record));
    let marker = marker.map_err(|error| invalid(error.to_string()))?;
    marker.map(Some).ok_or_else(|| invalid("neither COMMIT nor ABORT".to_owned()))
}
