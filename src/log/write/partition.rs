//! A partition's log: what is shared between who appends, who reads and who looks after it (`UnifiedLog`).
//!
//! One lock, `Writer`'s, is held by who changes the log. Where the log starts and ends is in `Marks`, whose
//! lock nobody holds across a write; the segments are a list that is replaced as a whole. So who reads
//! waits for nobody.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use arc_swap::ArcSwap;

use super::config::LogConfig;
use super::epochs::Epochs;
use super::error::LogError;
use super::files::Files;
use super::producers::{Change, Producers};
use super::segment::{Place, Segment, lock};
use crate::log::checkpoint::EpochEntry;
use crate::state::producers::SnapshotEntry;

/// What is told after the high watermark has moved, and where it is now.
pub type Listener = Box<dyn Fn(i64) + Send + Sync>;

/// How a log is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The topic's id: it is compared with `partition.metadata`, which is written if it is not there.
    pub topic_id: Option<[u8; 16]>,
    /// From `log-start-offset-checkpoint`; 0 where there is none.
    pub log_start_offset: i64,
    /// From `recovery-point-offset-checkpoint`; 0 where there is none.
    pub recovery_point: i64,
    /// From `replication-offset-checkpoint`; `None` is the log's end.
    pub high_watermark: Option<i64>,
    /// The broker that wrote the log last had time to close it (`.kafka_cleanshutdown`).
    pub clean_shutdown: bool,
    /// The epoch of the leader that is going to append; `None` if that is not known yet.
    pub leader_epoch: Option<i32>,
    /// Milliseconds since 1970.
    pub now_ms: i64,
    /// What changes files.
    pub files: Arc<dyn Files>,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            topic_id: None,
            log_start_offset: 0,
            recovery_point: 0,
            high_watermark: None,
            clean_shutdown: false,
            leader_epoch: None,
            now_ms: 0,
            files: Arc::new(super::files::RealFiles::default()),
        }
    }
}

/// Where a log starts and ends, and what may be read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    pub log_start_offset: i64,
    pub log_end_offset: i64,
    /// Base offset and bytes of the last segment when the log ended there.
    pub end_segment: i64,
    pub end_position: u64,
    pub high_watermark: i64,
    /// First offset of a transaction that is open or not replicated.
    pub first_unstable: Option<i64>,
    /// Everything before it is on the disk.
    pub recovery_point: i64,
}

impl Marks {
    pub fn last_stable_offset(&self) -> i64 {
        self.first_unstable.map_or(self.high_watermark, |first| first.min(self.high_watermark))
    }
}

/// What only who changes the log needs.
#[derive(Debug)]
pub(super) struct Writer {
    pub producers: Producers,
    pub change: Change,
    /// The timestamp of the last segment's first batch, once somebody has looked.
    pub first_timestamp: Option<i64>,
    /// When the last segment was made, or opened.
    pub created_ms: i64,
    /// What is taken off `segment.ms`.
    pub jitter_ms: i64,
    /// Something has changed since the log was opened or closed.
    pub dirty: bool,
    /// Bytes of a write that failed may lie behind the log's end.
    pub torn: bool,
}

/// A partition's log. Share it by [`Arc`]; all of it takes `&self`.
pub struct PartitionLog {
    pub(super) place: Arc<Place>,
    pub(super) config: ArcSwap<LogConfig>,
    pub(super) segments: ArcSwap<Vec<Arc<Segment>>>,
    pub(super) marks: Mutex<Marks>,
    pub(super) epochs: Mutex<Epochs>,
    pub(super) writer: Mutex<Writer>,
    /// Held by who flushes, one at a time: what lies beside the segments that end here or before is on the disk.
    pub(super) flushing: Mutex<i64>,
    /// A flush has failed: nothing is appended any more, and no later flush vouches for what may be lost.
    pub(super) unsynced: AtomicBool,
    /// Files that go, and when, in milliseconds since 1970.
    pub(super) doomed: Mutex<Vec<(i64, PathBuf)>>,
    listener: OnceLock<Listener>,
}

impl std::fmt::Debug for PartitionLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let directory = self.place.directory();
        f.debug_struct("PartitionLog").field("directory", &directory).field("marks", &self.marks()).finish()
    }
}

/// A segment, for who cleans or measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentInfo {
    /// Its base offset.
    pub base_offset: i64,
    /// The base offset of the segment behind it, or the log's end.
    pub end_offset: i64,
    /// Bytes of its log.
    pub bytes: u64,
    /// It is the last one, which is appended to.
    pub active: bool,
}

impl PartitionLog {
    pub(super) fn assemble(
        place: Arc<Place>,
        config: Arc<LogConfig>,
        segments: Vec<Arc<Segment>>,
        marks: Marks,
        epochs: Epochs,
        producers: Producers,
        now_ms: i64,
    ) -> Self {
        let jitter_ms = jitter(&config);
        // The segment that the recovery point is in may have been made anew.
        let at = segments.partition_point(|segment| segment.base_offset <= marks.recovery_point);
        let flushed =
            at.checked_sub(1).and_then(|at| segments.get(at)).map_or(0, |segment| segment.base_offset);
        let writer = Writer {
            producers,
            change: Change::default(),
            first_timestamp: None,
            created_ms: now_ms,
            jitter_ms,
            dirty: false,
            torn: false,
        };
        Self {
            place,
            config: ArcSwap::new(config),
            segments: ArcSwap::from_pointee(segments),
            marks: Mutex::new(marks),
            epochs: Mutex::new(epochs),
            writer: Mutex::new(writer),
            flushing: Mutex::new(flushed),
            unsynced: AtomicBool::new(false),
            doomed: Mutex::new(Vec::new()),
            listener: OnceLock::new(),
        }
    }

    pub(super) fn marks(&self) -> Marks {
        *lock(&self.marks)
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        lock(&self.writer)
    }

    /// Notes a flush that has failed.
    pub(super) fn flushed<T>(&self, done: Result<T, LogError>) -> Result<T, LogError> {
        if matches!(done, Err(LogError::Unsynced { .. })) {
            self.unsynced.store(true, Ordering::Release);
        }
        done
    }

    /// Whether a flush has failed: nothing is appended any more.
    pub fn is_unsynced(&self) -> bool {
        self.unsynced.load(Ordering::Acquire)
    }

    /// # Errors
    ///
    /// Where a flush has failed before.
    pub(super) fn check_synced(&self) -> Result<(), LogError> {
        if self.is_unsynced() {
            let error = std::io::Error::other("an earlier flush failed");
            return Err(LogError::Unsynced { path: self.place.directory().to_path_buf(), error });
        }
        Ok(())
    }

    /// The partition's directory.
    pub fn directory(&self) -> Arc<Path> {
        self.place.directory()
    }

    /// The configuration.
    pub fn config(&self) -> Arc<LogConfig> {
        self.config.load_full()
    }

    /// Changes the configuration. What is there is not rolled by it, but by what comes next.
    pub fn set_config(&self, config: Arc<LogConfig>) {
        let mut writer = self.writer();
        writer.jitter_ms = jitter(&config);
        self.config.store(config);
    }

    /// The first offset that can be read.
    pub fn log_start_offset(&self) -> i64 {
        self.marks().log_start_offset
    }

    /// The offset that comes next.
    pub fn log_end_offset(&self) -> i64 {
        self.marks().log_end_offset
    }

    /// The offset up to which every replica has the log: consumers read no further.
    pub fn high_watermark(&self) -> i64 {
        self.marks().high_watermark
    }

    /// The offset up to which every transaction has ended, at most the high watermark.
    pub fn last_stable_offset(&self) -> i64 {
        self.marks().last_stable_offset()
    }

    /// The offset before which everything is on the disk: what `recovery-point-offset-checkpoint` is to hold.
    pub fn recovery_point(&self) -> i64 {
        self.marks().recovery_point
    }

    /// Moves the high watermark forward, at most to the log's end; where it is then.
    pub fn set_high_watermark(&self, offset: i64) -> i64 {
        let now = {
            let mut writer = self.writer();
            let mut marks = lock(&self.marks);
            let before = marks.high_watermark;
            marks.high_watermark = offset.min(marks.log_end_offset).max(before);
            if marks.high_watermark == before {
                return before;
            }
            writer.producers.replicated(marks.high_watermark);
            marks.first_unstable = writer.producers.first_unstable_offset();
            marks.high_watermark
        };
        self.notify(now);
        now
    }

    /// Sets who is told after the high watermark has moved; the first one stays.
    pub fn set_listener(&self, listener: Listener) {
        // A log has one server.
        let _ = self.listener.set(listener);
    }

    pub(super) fn notify(&self, high_watermark: i64) {
        if let Some(listener) = self.listener.get() {
            listener(high_watermark);
        }
    }

    /// A leader of this epoch appends from now on (`UnifiedLog.maybeAssignEpochStartOffset`).
    ///
    /// # Errors
    ///
    /// Where `leader-epoch-checkpoint` cannot be written.
    pub fn set_leader_epoch(&self, epoch: i32) -> Result<(), LogError> {
        let writer = self.writer();
        let end = self.marks().log_end_offset;
        let mut epochs = lock(&self.epochs);
        if !epochs.is_new(epoch) || !epochs.assign(epoch, end) {
            return Ok(());
        }
        self.write_epochs(&epochs)?;
        drop(writer);
        Ok(())
    }

    pub(super) fn write_epochs(&self, epochs: &Epochs) -> Result<(), LogError> {
        write_epochs(&self.place, epochs)
    }

    /// The leader epochs and where each began.
    pub fn epochs(&self) -> Vec<EpochEntry> {
        lock(&self.epochs).entries().to_vec()
    }

    /// The newest leader epoch.
    pub fn latest_epoch(&self) -> Option<i32> {
        lock(&self.epochs).latest()
    }

    /// The leader epoch of the record at an offset.
    pub fn epoch_of(&self, offset: i64) -> Option<i32> {
        lock(&self.epochs).of_offset(offset)
    }

    /// The greatest epoch that is not above `epoch`, and the offset where it ends; -1 and -1 where that is not
    /// known (OffsetForLeaderEpoch, KIP-101).
    pub fn end_offset_for_epoch(&self, epoch: i32) -> (i32, i64) {
        let end = self.marks().log_end_offset;
        lock(&self.epochs).end_of(epoch, end)
    }

    /// The segments, oldest first.
    pub fn segments(&self) -> Vec<SegmentInfo> {
        let end = self.marks().log_end_offset;
        let segments = self.segments.load();
        let bases = segments.iter().skip(1).map(|next| next.base_offset).chain([end]);
        let infos = segments.iter().zip(bases).map(|(segment, end_offset)| SegmentInfo {
            base_offset: segment.base_offset,
            end_offset,
            bytes: segment.size(),
            active: false,
        });
        let mut infos: Vec<_> = infos.collect();
        if let Some(last) = infos.last_mut() {
            last.active = true;
        }
        infos
    }

    /// Bytes of all segments' logs.
    pub fn size(&self) -> u64 {
        self.segments.load().iter().map(|segment| segment.size()).sum()
    }

    /// The producers, in the order of their ids.
    pub fn producers(&self) -> Vec<SnapshotEntry> {
        self.writer().producers.entries()
    }

    /// Forgets producers that were silent for `producer.id.expiration.ms`; how many.
    pub fn expire_producers(&self, now_ms: i64) -> usize {
        let expiration = self.config.load().producer_id_expiration_ms;
        let mut writer = self.writer();
        let expired = writer.producers.expire(now_ms, expiration);
        writer.dirty |= expired > 0;
        expired
    }

    /// Closes files and gives back memory that only serve who reads soon again.
    pub fn release(&self) {
        for segment in self.segments.load().iter() {
            segment.release();
        }
    }

    /// The directory was given another name (as it is before it is deleted).
    pub fn moved_to(&self, directory: &Path) {
        self.place.moved_to(directory);
    }
}

pub(super) fn write_epochs(place: &Place, epochs: &Epochs) -> Result<(), LogError> {
    let path = place.directory().join("leader-epoch-checkpoint");
    place.files.replace(&path, epochs.text().as_bytes()).map_err(LogError::io("write", &path))
}

/// A random share of `segment.jitter.ms` (`LogConfig.randomSegmentJitter`).
pub(super) fn jitter(config: &LogConfig) -> i64 {
    use std::hash::{BuildHasher, RandomState};
    match config.segment_jitter_ms.min(config.segment_ms) {
        most @ 1.. => (RandomState::new().hash_one(most) % most.unsigned_abs()) as i64,
        _ => 0,
    }
}
