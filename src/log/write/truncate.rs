//! Cutting a log at its end (`UnifiedLog.truncateTo`, `truncateFullyAndStartAt`).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::LogError;
use super::open::{load_snapshot, replay};
use super::partition::PartitionLog;
use super::producers::Producers;
use super::recover::Recovery;
use super::segment::{Segment, lock};

impl PartitionLog {
    /// Removes all records from `offset` on. A batch that holds it goes as a whole. Where the log ends then: behind the
    /// last record that is left, as it will after a restart. Kafka has it end at `offset` until then.
    ///
    /// # Errors
    ///
    /// Where files cannot be written or read.
    pub fn truncate_to(&self, offset: i64, now_ms: i64) -> Result<i64, LogError> {
        let segments = self.segments.load_full();
        if offset >= self.marks().log_end_offset {
            return Ok(self.marks().log_end_offset);
        }
        if segments.first().is_none_or(|first| offset <= first.base_offset) {
            self.truncate_fully_and_start_at(offset.max(0), now_ms)?;
            return Ok(offset.max(0));
        }
        let mut writer = self.writer();
        // Nobody flushes meanwhile what is no more, and then says that what comes in its place is on the disk.
        let mut flushed = lock(&self.flushing);
        let segments = self.segments.load_full();
        let kept = segments.partition_point(|segment| segment.base_offset < offset);
        let Some(last) = kept.checked_sub(1).and_then(|last| segments.get(last)) else {
            return Ok(self.marks().log_end_offset);
        };
        let size = last.size();
        let position = last.locate(offset, size)?.map_or(size, |located| located.position);
        let end = last.end_before(position)?;
        let start = self.marks().log_start_offset;
        if end < start && start <= offset {
            drop((flushed, writer));
            self.truncate_fully_and_start_at(start, now_ms)?;
            return Ok(start);
        }
        *flushed = (*flushed).min(last.base_offset);
        writer.torn = false;
        {
            // Before the bytes go, nobody is to be sent there.
            let mut marks = lock(&self.marks);
            marks.log_end_offset = end;
            marks.log_start_offset = marks.log_start_offset.min(end);
            marks.high_watermark = marks.high_watermark.min(end);
            marks.recovery_point = marks.recovery_point.min(end);
            (marks.end_segment, marks.end_position) = (last.base_offset, position);
        }
        self.remove_segments(segments.get(kept..).unwrap_or_default().iter().rev(), now_ms)?;
        last.truncate(end, position)?;
        let mut epochs = lock(&self.epochs);
        if epochs.cut_end(end) {
            self.write_epochs(&epochs)?;
        }
        drop(epochs);
        self.reload_producers(&mut writer.producers, segments.get(..kept).unwrap_or_default(), end, now_ms)?;
        (writer.first_timestamp, writer.dirty) = (None, true);
        let mut marks = lock(&self.marks);
        marks.first_unstable = writer.producers.first_unstable_offset();
        Ok(end)
    }

    fn reload_producers(
        &self,
        producers: &mut Producers,
        segments: &[Arc<Segment>],
        end: i64,
        now_ms: i64,
    ) -> Result<(), LogError> {
        *producers = Producers::default();
        let snapshots = self.keep_snapshots(end)?;
        let times = (now_ms, self.config.load().producer_id_expiration_ms);
        let mut recovery = Recovery::default();
        let loaded = load_snapshot(&self.place, &snapshots, end, producers, times, &mut recovery)?;
        let from = loaded.unwrap_or(0);
        for (at, segment) in segments.iter().enumerate() {
            let next = segments.get(at + 1).map_or(end, |next| next.base_offset);
            if next > from && segment.base_offset < end {
                replay(segment, from.max(segment.base_offset), end, producers)?;
            }
        }
        Ok(())
    }

    /// Removes the producer snapshots behind `end`; those that stay.
    fn keep_snapshots(&self, end: i64) -> Result<BTreeSet<i64>, LogError> {
        let mut snapshots = BTreeSet::new();
        let directory = self.place.directory();
        for entry in std::fs::read_dir(&directory).map_err(LogError::io("list", &directory))? {
            let path = entry.map_err(LogError::io("list", &directory))?.path();
            let offset = path.file_stem().and_then(|stem| stem.to_str()?.parse::<i64>().ok());
            if let Some(offset) = offset.filter(|_| path.extension().is_some_and(|e| e == "snapshot")) {
                if offset > end {
                    self.place.files.remove(&path).map_err(LogError::io("remove", &path))?;
                } else {
                    snapshots.insert(offset);
                }
            }
        }
        Ok(snapshots)
    }

    /// Removes all records; the log then starts and ends at `offset`.
    ///
    /// # Errors
    ///
    /// Where files cannot be written.
    pub fn truncate_fully_and_start_at(&self, offset: i64, now_ms: i64) -> Result<(), LogError> {
        let mut writer = self.writer();
        let mut flushed = lock(&self.flushing);
        *flushed = (*flushed).min(offset);
        writer.torn = false;
        let removed = self.segments.load_full();
        {
            let mut marks = lock(&self.marks);
            marks.log_start_offset = offset;
            marks.log_end_offset = offset;
            marks.high_watermark = offset;
            marks.recovery_point = marks.recovery_point.min(offset);
            marks.first_unstable = None;
            (marks.end_segment, marks.end_position) = (offset, 0);
        }
        self.remove_segments(removed.iter().rev(), now_ms)?;
        // Also that of the log's end, which belongs to no segment.
        self.keep_snapshots(-1)?;
        writer.producers = Producers::default();
        let segment = Arc::new(Segment::empty(self.place.clone(), offset));
        segment.create()?;
        self.push(&mut writer, segment, now_ms);
        let mut epochs = lock(&self.epochs);
        if !epochs.entries().is_empty() {
            *epochs = super::epochs::Epochs::default();
            self.write_epochs(&epochs)?;
        }
        Ok(())
    }
}
