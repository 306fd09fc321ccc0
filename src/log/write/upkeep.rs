//! What keeps a log in order beside appends: new segments, the disk, closing.

use std::path::PathBuf;
use std::sync::Arc;

use super::error::LogError;
use super::partition::{PartitionLog, Writer};
use super::producers::Producers;
use super::segment::{Place, Segment, lock};
use crate::log::producer_snapshot;

/// How a log is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// Waits until everything is on the disk. Otherwise the recovery point stays where it is, and a broker that says it
    /// stopped in order says too much, should the power fail.
    pub sync: bool,
}

impl PartitionLog {
    /// Begins a new segment, unless the last one is empty; its base offset.
    ///
    /// # Errors
    ///
    /// Where files cannot be written; the log is as it was then.
    pub fn roll(&self, now_ms: i64) -> Result<i64, LogError> {
        let mut writer = self.writer();
        let end = self.marks().log_end_offset;
        self.roll_locked(&mut writer, end, now_ms).map(|segment| segment.base_offset)
    }

    pub(super) fn roll_locked(
        &self,
        writer: &mut Writer,
        at: i64,
        now_ms: i64,
    ) -> Result<Arc<Segment>, LogError> {
        let active = self.active();
        if active.base_offset == at {
            return Ok(active);
        }
        if writer.torn {
            let (file, path) = (active.file()?, active.path("log"));
            self.place.files.truncate(&file, active.size()).map_err(LogError::io("cut", &path))?;
            writer.torn = false;
        }
        active.close_indexes()?;
        write_snapshot(&self.place, at, &writer.producers)?;
        if self.marks().recovery_point >= at {
            // The segment is not looked at any more after a crash, so what was just written must not be lost.
            self.flushed(active.sync(true).and_then(|()| self.sync_snapshot(at)))?;
        }
        let segment = Arc::new(Segment::empty(self.place.clone(), at));
        if let Err(error) = segment.create() {
            // What was made of it already must not be found at the next start.
            for extension in ["log", "index", "timeindex", "snapshot"] {
                let _ = self.place.files.remove(&segment.path(extension));
            }
            return Err(error);
        }
        self.push(writer, segment.clone(), now_ms);
        Ok(segment)
    }

    /// Puts a new and empty segment behind the others.
    pub(super) fn push(&self, writer: &mut Writer, segment: Arc<Segment>, now_ms: i64) {
        let mut segments = self.segments.load().to_vec();
        segments.push(segment.clone());
        let mut marks = lock(&self.marks);
        (marks.end_segment, marks.end_position) = (segment.base_offset, 0);
        self.segments.store(Arc::new(segments));
        drop(marks);
        (writer.first_timestamp, writer.created_ms) = (None, now_ms);
        writer.jitter_ms = super::partition::jitter(&self.config.load());
        writer.dirty = true;
    }

    /// Waits until everything that is in the log now is on the disk, and moves the recovery point there. Appends
    /// go on meanwhile.
    ///
    /// # Errors
    ///
    /// Where the system cannot do it. What was written may be lost then, so nothing is appended any more, and later
    /// flushes fail, too.
    pub fn flush(&self) -> Result<i64, LogError> {
        self.flush_segments(true)
    }

    /// The same for the segments that nobody appends to any more, which a crash is not to make suspicious
    /// (`UnifiedLog.roll` has Kafka's scheduler do it).
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn flush_closed(&self) -> Result<i64, LogError> {
        let point = self.marks().recovery_point;
        let last = self.segments.load().last().map_or(0, |last| last.base_offset);
        if last <= point { Ok(point) } else { self.flush_segments(false) }
    }

    fn flush_segments(&self, active: bool) -> Result<i64, LogError> {
        let mut flushed = lock(&self.flushing);
        self.check_synced()?;
        let marks = self.marks();
        let segments = self.segments.load_full();
        let last = segments.last().map_or(0, |last| last.base_offset);
        let end = if active { marks.log_end_offset } else { last };
        if marks.recovery_point >= end && last <= *flushed {
            return Ok(marks.recovery_point);
        }
        for (at, segment) in segments.iter().enumerate() {
            let next = segments.get(at + 1).map(|next| next.base_offset);
            if next.is_some_and(|next| next <= *flushed) {
                continue;
            }
            // The indexes of the last segment are made anew after a crash.
            let new = segment.base_offset > *flushed;
            let snapshot = || if new { self.sync_snapshot(segment.base_offset) } else { Ok(()) };
            let log = || if next.is_some() || active { segment.sync(next.is_some()) } else { Ok(()) };
            let synced = log().and_then(|()| snapshot());
            // Retention may have removed it meanwhile.
            let there =
                |segments: &Vec<Arc<Segment>>| segments.iter().any(|other| Arc::ptr_eq(other, segment));
            if synced.is_err() && there(&self.segments.load()) {
                self.flushed(synced)?;
            }
        }
        if last > *flushed || marks.recovery_point == marks.log_start_offset {
            let directory = self.place.directory();
            let synced = self.place.files.sync_directory(&directory);
            self.flushed(synced.map_err(LogError::unsynced(&directory)))?;
        }
        *flushed = last;
        let mut now = lock(&self.marks);
        // The log may have been cut meanwhile.
        now.recovery_point = end.min(now.log_end_offset).max(now.recovery_point);
        Ok(now.recovery_point)
    }

    fn sync_snapshot(&self, offset: i64) -> Result<(), LogError> {
        let path = self.place.path(offset, "snapshot");
        match self.place.files.open(&path) {
            Ok(file) => self.place.files.sync(&file).map_err(LogError::unsynced(&path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LogError::io("open", &path)(error)),
        }
    }

    /// Closes the log in order: completes the indexes and writes the producers' snapshot, such that the next start
    /// need not read anything. The log can still be used.
    ///
    /// # Errors
    ///
    /// Where files cannot be written: the broker must not claim a clean shutdown then.
    pub fn close(&self, closing: Closing) -> Result<(), LogError> {
        if closing.sync {
            // From front to back: what a power failure leaves meanwhile has no hole.
            self.flush_closed()?;
        }
        let mut writer = self.writer();
        if writer.dirty {
            let active = self.active();
            if writer.torn {
                let (file, path) = (active.file()?, active.path("log"));
                self.place.files.truncate(&file, active.size()).map_err(LogError::io("cut", &path))?;
                writer.torn = false;
            }
            active.close_indexes()?;
            let end = self.marks().log_end_offset;
            write_snapshot(&self.place, end, &writer.producers)?;
            if closing.sync {
                self.check_synced()?;
                self.flushed(active.sync(true).and_then(|()| self.sync_snapshot(end)))?;
            }
            writer.dirty = false;
        }
        drop(writer);
        if closing.sync {
            self.flush()?;
        }
        self.release();
        Ok(())
    }

    /// Removes the files whose time has come; how many.
    pub fn delete_expired_files(&self, now_ms: i64) -> usize {
        let due: Vec<(i64, PathBuf)> = {
            let mut doomed = lock(&self.doomed);
            if doomed.is_empty() {
                return 0;
            }
            let (due, left) = doomed.drain(..).partition(|(due_ms, _)| *due_ms <= now_ms);
            *doomed = left;
            due
        };
        // What cannot be removed now is removed at the next start.
        due.iter().filter(|(_, path)| self.place.files.remove(path).is_ok()).count()
    }

    /// Lets go of a file: it is renamed, and removed after `file.delete.delay.ms`.
    pub(super) fn doom(&self, path: PathBuf, now_ms: i64) -> Result<(), LogError> {
        let mut name = path.clone().into_os_string();
        name.push(".deleted");
        let renamed = PathBuf::from(name);
        match self.place.files.rename(&path, &renamed) {
            Ok(()) => {
                let due_ms = now_ms.saturating_add(self.config.load().file_delete_delay_ms);
                lock(&self.doomed).push((due_ms, renamed));
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LogError::io("rename", &path)(error)),
        }
    }
}

/// Writes what is known of the producers where the log is at `offset`.
pub(super) fn write_snapshot(place: &Place, offset: i64, producers: &Producers) -> Result<(), LogError> {
    let path = place.path(offset, "snapshot");
    let content = producer_snapshot::write(&producers.entries());
    let files = &*place.files;
    let write = || -> std::io::Result<()> {
        let file = files.create(&path)?;
        files.write_at(&file, 0, &content)?;
        files.truncate(&file, content.len() as u64)
    };
    write().map_err(LogError::io("write", &path))
}
