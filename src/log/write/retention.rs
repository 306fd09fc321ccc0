//! What goes: old segments, records before an offset, segments that were cleaned (`UnifiedLog.deleteOldSegments`,
//! `LocalLog.replaceSegments`).

use std::sync::Arc;

use super::error::LogError;
use super::partition::{PartitionLog, Writer};
use super::rule::NO_TIMESTAMP;
use super::segment::{Segment, lock};

/// The files of a segment, but for its producer snapshot.
pub(super) const EXTENSIONS: [&str; 4] = ["log", "index", "timeindex", "txnindex"];

impl PartitionLog {
    /// Deletes segments that are too old, too many, or wholly before the log's start; how many. Their files
    /// go later, see [`delete_expired_files`](Self::delete_expired_files).
    ///
    /// # Errors
    ///
    /// Where files cannot be renamed or read.
    pub fn apply_retention(&self, now_ms: i64) -> Result<usize, LogError> {
        let mut writer = self.writer();
        let config = self.config();
        let marks = self.marks();
        let segments = self.segments.load_full();
        let mut bytes: u64 = segments.iter().map(|segment| segment.size()).sum();
        let mut passed = 0;
        for (at, segment) in segments.iter().enumerate() {
            let next = segments.get(at + 1).map(|next| next.base_offset);
            let end = next.unwrap_or(marks.log_end_offset);
            let size = segment.size();
            // What is not replicated, and an empty last segment, stays.
            if end > marks.high_watermark || (next.is_none() && size == 0) {
                break;
            }
            let before_start = next.is_some_and(|next| next <= marks.log_start_offset);
            let limit = u64::try_from(config.retention_bytes).ok().filter(|_| config.delete);
            let too_many = limit.is_some_and(|limit| bytes.saturating_sub(size) >= limit);
            let too_old = config.delete && config.retention_ms >= 0 && {
                now_ms.saturating_sub(self.age_of(segment)?) > config.retention_ms
            };
            if !before_start && !too_many && !too_old {
                break;
            }
            bytes -= size;
            passed = at + 1;
        }
        if passed == 0 {
            return Ok(0);
        }
        if passed == segments.len() {
            self.roll_locked(&mut writer, marks.log_end_offset, now_ms)?;
        }
        let kept = self.segments.load().get(passed).map_or(marks.log_end_offset, |first| first.base_offset);
        self.start_at(&mut writer, kept.max(marks.log_start_offset))?;
        self.remove_segments(segments.get(..passed).unwrap_or_default().iter(), now_ms)?;
        Ok(passed)
    }

    /// The greatest timestamp of a segment's records; when its file was written, where they have none.
    fn age_of(&self, segment: &Segment) -> Result<i64, LogError> {
        let greatest = segment.greatest()?.timestamp;
        if greatest != NO_TIMESTAMP {
            return Ok(greatest);
        }
        let path = segment.path("log");
        let modified = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
        let modified = modified.map_err(LogError::io("look at", &path))?;
        let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// The log starts at an offset from now on, if it started before it.
    pub(super) fn start_at(&self, writer: &mut Writer, offset: i64) -> Result<(), LogError> {
        let mut epochs = lock(&self.epochs);
        if epochs.cut_start(offset) {
            self.write_epochs(&epochs)?;
        }
        drop(epochs);
        let mut marks = lock(&self.marks);
        marks.log_start_offset = marks.log_start_offset.max(offset);
        marks.high_watermark = marks.high_watermark.max(marks.log_start_offset);
        writer.producers.started_at(marks.log_start_offset);
        marks.first_unstable = writer.producers.first_unstable_offset();
        Ok(())
    }

    /// Takes segments off the list, then renames their files. Who stops half way must not leave a hole: from the log's
    /// start they go oldest first, from its end newest first.
    pub(super) fn remove_segments<'s>(
        &self,
        removed: impl Iterator<Item = &'s Arc<Segment>> + Clone,
        now_ms: i64,
    ) -> Result<(), LogError> {
        let gone =
            |segment: &Segment| removed.clone().any(|removed| removed.base_offset == segment.base_offset);
        let kept = self.segments.load().iter().filter(|segment| !gone(segment)).cloned().collect();
        self.segments.store(Arc::new(kept));
        for segment in removed {
            for extension in EXTENSIONS.into_iter().chain(["snapshot"]) {
                self.doom(segment.path(extension), now_ms)?;
            }
        }
        Ok(())
    }

    /// Lets the log start at `offset`, or with -1 at the high watermark (DeleteRecords); where it starts then. Whole
    /// segments go with the next [`apply_retention`](Self::apply_retention).
    ///
    /// # Errors
    ///
    /// Where the offset is above the high watermark.
    pub fn delete_records_before(&self, offset: i64) -> Result<i64, LogError> {
        let mut writer = self.writer();
        let marks = self.marks();
        let offset = if offset == -1 { marks.high_watermark } else { offset };
        if offset < 0 || offset > marks.high_watermark {
            let (from, to) = (marks.log_start_offset, marks.high_watermark);
            return Err(LogError::OffsetOutOfRange { offset, from, to });
        }
        if offset > marks.log_start_offset {
            self.start_at(&mut writer, offset)?;
        }
        Ok(self.marks().log_start_offset)
    }

    /// Puts cleaned segments in the place of others. Of each of the `new` ones, by base offset, `.log.cleaned`,
    /// `.index.cleaned`, `.timeindex.cleaned` and if it has one `.txnindex.cleaned` are there and on the disk; all of
    /// the `old` ones are closed segments of this log.
    ///
    /// # Errors
    ///
    /// Where files cannot be renamed, or a segment is not there. A start completes or undoes what was begun.
    pub fn replace_segments(&self, old: &[i64], new: &[i64], now_ms: i64) -> Result<(), LogError> {
        let writer = self.writer();
        let segments = self.segments.load_full();
        let last = segments.last().map_or(i64::MIN, |last| last.base_offset);
        for &base_offset in old {
            let known = segments.binary_search_by_key(&base_offset, |segment| segment.base_offset).is_ok();
            if !known || base_offset == last {
                let directory = self.place.directory().to_path_buf();
                return Err(LogError::NoSegment { directory, base_offset });
            }
        }
        // The last one first: a start that finds one that is `.cleaned` removes what lies behind it, too.
        self.rename_all(new, ".cleaned", ".swap")?;
        let (replaced, kept): (Vec<_>, Vec<_>) =
            segments.iter().cloned().partition(|segment| old.contains(&segment.base_offset));
        for segment in &replaced {
            segment.retire()?;
            let snapshot = Some("snapshot").filter(|_| !new.contains(&segment.base_offset));
            for extension in EXTENSIONS.into_iter().chain(snapshot) {
                self.doom(segment.path(extension), now_ms)?;
            }
        }
        self.rename_all(new, ".swap", "")?;
        let mut all = kept;
        for &base_offset in new {
            let path = self.place.path(base_offset, "log");
            let metadata = std::fs::metadata(&path).map_err(LogError::io("look at", &path))?;
            all.push(Arc::new(Segment::existing(self.place.clone(), base_offset, metadata.len())));
        }
        all.sort_by_key(|segment| segment.base_offset);
        self.segments.store(Arc::new(all));
        // Appends do not wait for the disk.
        drop(writer);
        let directory = self.place.directory();
        self.place.files.sync_directory(&directory).map_err(LogError::io("flush", &directory))
    }

    fn rename_all(&self, bases: &[i64], from: &str, to: &str) -> Result<(), LogError> {
        for &base_offset in bases.iter().rev() {
            // The log comes last: as long as it has its old name, a start does all of this again.
            for extension in EXTENSIONS.into_iter().rev() {
                let path = self.place.path(base_offset, &format!("{extension}{from}"));
                let target = self.place.path(base_offset, &format!("{extension}{to}"));
                match self.place.files.rename(&path, &target) {
                    Err(error) if extension == "txnindex" && error.kind() == std::io::ErrorKind::NotFound => {
                    }
                    renamed => renamed.map_err(LogError::io("rename", &path))?,
                }
            }
        }
        Ok(())
    }
}
