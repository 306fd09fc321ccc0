//! A segment: its log, which grows while it is the last one, and the indexes beside it (`LogSegment`).
//!
//! Nothing is opened until it is needed. Who reads takes the bytes up to [`Segment::size`], which moves when
//! a write is complete; who writes holds the partition's lock.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::error::LogError;
use super::files::Files;
use super::head::{Head, Heads};
use super::index::Index;
use super::rule::IndexRule;
use crate::log::name::segment_file;
use crate::log::offset_index::{self, OffsetEntry};
use crate::log::time_index::{self, TimeEntry};
use crate::log::txn_index::{self, AbortedTxn};

/// Takes a lock. Who panicked with it held has left nothing half done that matters more than going on.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a partition's files are, and what changes them.
#[derive(Debug)]
pub(super) struct Place {
    directory: RwLock<Arc<Path>>,
    pub files: Arc<dyn Files>,
}

impl Place {
    pub fn new(directory: &Path, files: Arc<dyn Files>) -> Self {
        Self { directory: RwLock::new(directory.into()), files }
    }

    pub fn directory(&self) -> Arc<Path> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn moved_to(&self, directory: &Path) {
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = directory.into();
    }

    pub fn path(&self, base_offset: i64, extension: &str) -> PathBuf {
        segment_file(&self.directory(), base_offset, extension)
    }
}

/// The offset index and the time index, and what their next entries depend on.
#[derive(Debug)]
pub(super) struct Indexes {
    pub offsets: Index<{ offset_index::ENTRY_BYTES }>,
    pub times: Index<{ time_index::ENTRY_BYTES }>,
    /// `None` until somebody has looked at what the indexes end with.
    rule: Option<IndexRule>,
    /// Offsets and the positions of the batches that hold them, where somebody will ask again.
    hints: [(i64, u64); 4],
    next_hint: u8,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Segment {
    pub base_offset: i64,
    place: Arc<Place>,
    size: AtomicU64,
    file: Mutex<Option<Arc<File>>>,
    indexes: Mutex<Indexes>,
    aborted: Mutex<Option<Arc<[AbortedTxn]>>>,
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Located {
    pub position: u64,
    pub head: Head,
}

impl Segment {
    /// One that has a log of `size` bytes, and whose indexes are in their files.
    pub fn existing(place: Arc<Place>, base_offset: i64, size: u64) -> Self {
        Self::new(place, base_offset, size, Indexes::unread())
    }

    /// One that is about to be made: without a byte.
    pub fn empty(place: Arc<Place>, base_offset: i64) -> Self {
        let indexes = Indexes {
            offsets: Index::empty(),
            times: Index::empty(),
            rule: Some(IndexRule::default()),
            ..Indexes::unread()
        };
        Self::new(place, base_offset, 0, indexes)
    }

    fn new(place: Arc<Place>, base_offset: i64, size: u64, indexes: Indexes) -> Self {
        Self {
            base_offset,
            place,
            size: AtomicU64::new(size),
            file: Mutex::new(None),
            indexes: Mutex::new(indexes),
            aborted: Mutex::new(None),
        }
    }

    /// Bytes of the log that are complete.
    pub fn size(&self) -> u64 {
        self.size.load(Ordering::Acquire)
    }

    pub fn set_size(&self, size: u64) {
        self.size.store(size, Ordering::Release);
    }

    pub fn path(&self, extension: &str) -> PathBuf {
        self.place.path(self.base_offset, extension)
    }

    pub fn indexes(&self) -> MutexGuard<'_, Indexes> {
        lock(&self.indexes)
    }

    /// The log, opened if it is not.
    pub fn file(&self) -> Result<Arc<File>, LogError> {
        let mut file = lock(&self.file);
        if let Some(file) = &*file {
            return Ok(file.clone());
        }
        let path = self.path("log");
        let opened = self.place.files.open(&path).map_err(LogError::io("open", &path))?;
        Ok(file.insert(Arc::new(opened)).clone())
    }

    /// Makes the log and its two indexes, all empty. A log of that name may be there if it is empty, too.
    pub fn create(&self) -> Result<(), LogError> {
        let path = self.path("log");
        let log = self.place.files.create(&path).map_err(LogError::io("create", &path))?;
        for extension in ["index", "timeindex"] {
            let path = self.path(extension);
            let made = self.place.files.create(&path);
            made.and_then(|file| {
                if file.metadata()?.len() > 0 { self.place.files.truncate(&file, 0) } else { Ok(()) }
            })
            .map_err(LogError::io("create", &path))?;
        }
        *lock(&self.file) = Some(Arc::new(log));
        Ok(())
    }

    /// Closes the log, unless somebody reads it, and gives back what makes searching faster.
    pub fn release(&self) {
        *lock(&self.file) = None;
        let mut indexes = self.indexes();
        indexes.offsets.release();
        indexes.times.release();
    }

    /// The first batch whose last offset is not before `offset`; none, if there is none before `end`.
    pub fn locate(&self, offset: i64, end: u64) -> Result<Option<Located>, LogError> {
        let from = {
            let mut indexes = self.indexes();
            match indexes.hinted(offset) {
                Some(position) => position,
                None => {
                    let path = self.path("index");
                    let relative =
                        |entry: &[u8; 8]| OffsetEntry::read(entry).offset(self.base_offset) <= offset;
                    let found = indexes.offsets.search(&path, relative);
                    let (entry, _) = found.map_err(LogError::io("read", &path))?;
                    entry.map_or(0, |entry| OffsetEntry::read(&entry).position.max(0) as u64)
                }
            }
        };
        if from >= end {
            return Ok(None);
        }
        let file = self.file()?;
        let mut heads = Heads::new(&file, from, end);
        let failed = |error| LogError::io("read", &self.path("log"))(error);
        while let Some((position, head)) = heads.next_head().map_err(failed)? {
            if head.last_offset >= offset {
                self.indexes().hint(offset, position);
                return Ok(Some(Located { position, head }));
            }
        }
        Ok(None)
    }

    /// The offset behind the last batch that begins before byte `position`.
    pub fn end_before(&self, position: u64) -> Result<i64, LogError> {
        let path = self.path("index");
        let earlier = |entry: &[u8; 8]| (OffsetEntry::read(entry).position.max(0) as u64) < position;
        let found = self.indexes().offsets.search(&path, earlier);
        let (entry, _) = found.map_err(LogError::io("read", &path))?;
        let from = entry.map_or(0, |entry| OffsetEntry::read(&entry).position.max(0) as u64);
        let file = self.file()?;
        let mut heads = Heads::new(&file, from, position);
        let mut end = self.base_offset;
        while let Some((_, head)) = heads.next_head().map_err(LogError::io("read", &self.path("log")))? {
            end = head.next_offset();
        }
        Ok(end)
    }

    /// The greatest timestamp so far and the last offset of its batch.
    pub fn greatest(&self) -> Result<TimeEntry, LogError> {
        self.indexes().rule(self).map(|rule| rule.greatest())
    }

    /// The offset before which no record has a timestamp of `timestamp` or later.
    pub fn before_timestamp(&self, timestamp: i64) -> Result<i64, LogError> {
        let path = self.path("timeindex");
        let mut indexes = self.indexes();
        let found = indexes.times.search(&path, |entry| TimeEntry::read(entry).timestamp < timestamp);
        let (entry, _) = found.map_err(LogError::io("read", &path))?;
        Ok(entry.map_or(self.base_offset, |entry| TimeEntry::read(&entry).offset(self.base_offset)))
    }

    /// What the indexes end with is read, as it has to be before they grow.
    pub fn read_indexes(&self) -> Result<(), LogError> {
        self.indexes().rule(self).map(|_| ())
    }

    /// How many entries the offset index and the time index have.
    pub fn index_entries(&self) -> Result<(u64, u64), LogError> {
        let mut indexes = self.indexes();
        // Asked at each append: names of files are not put together for it.
        if let (Some(offsets), Some(times)) = (indexes.offsets.known_len(), indexes.times.known_len()) {
            return Ok((offsets, times));
        }
        let (offset_path, time_path) = (self.path("index"), self.path("timeindex"));
        let offsets = indexes.offsets.len(&offset_path).map_err(LogError::io("read", &offset_path))?;
        let times = indexes.times.len(&time_path).map_err(LogError::io("read", &time_path))?;
        Ok((offsets, times))
    }

    /// Adds what a batch at `position` is to the indexes, before it is counted.
    pub fn index_batch(&self, indexes: &mut Indexes, head: &Head, position: u64, interval: u32) {
        let relative_offset = self.relative(head.last_offset);
        // It was read before the batch was written.
        let rule = indexes.rule.get_or_insert_default();
        let length = u64::from(head.length);
        if let Some(new) = rule.add(relative_offset, position, length, head.max_timestamp, interval) {
            indexes.offsets.push(new.offset.bytes());
            new.time.into_iter().for_each(|time| indexes.times.push(time.bytes()));
        }
    }

    fn relative(&self, offset: i64) -> i32 {
        i32::try_from(offset - self.base_offset).unwrap_or(i32::MAX)
    }

    /// Both indexes to their files.
    pub fn flush_indexes(&self, sync: bool) -> Result<(), LogError> {
        let files = &*self.place.files;
        let mut indexes = self.indexes();
        let path = self.path("index");
        indexes.offsets.flush(files, &path, sync).map_err(LogError::io("write", &path))?;
        let path = self.path("timeindex");
        indexes.times.flush(files, &path, sync).map_err(LogError::io("write", &path))
    }

    /// Completes the indexes: the last entry of the time index, and nothing behind either
    /// (`LogSegment.onBecomeInactiveSegment`).
    pub fn close_indexes(&self) -> Result<(), LogError> {
        let files = &*self.place.files;
        let mut indexes = self.indexes();
        if let Some(time) = indexes.rule(self)?.close() {
            indexes.times.push(time.bytes());
        }
        let path = self.path("timeindex");
        indexes.times.close(files, &path, false).map_err(LogError::io("write", &path))?;
        let path = self.path("index");
        indexes.offsets.close(files, &path, false).map_err(LogError::io("write", &path))
    }

    /// Waits for the disk: the log, and with `indexes` what is beside it.
    pub fn sync(&self, indexes: bool) -> Result<(), LogError> {
        let path = self.path("log");
        self.place.files.sync(&*self.file()?).map_err(LogError::unsynced(&path))?;
        if !indexes {
            return Ok(());
        }
        self.flush_indexes(true)?;
        let path = self.path("txnindex");
        match self.place.files.open(&path) {
            Ok(file) => self.place.files.sync(&file).map_err(LogError::unsynced(&path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LogError::io("open", &path)(error)),
        }
    }

    /// The segment's aborted transactions, in the order of their markers.
    pub fn aborted(&self) -> Result<Arc<[AbortedTxn]>, LogError> {
        let mut aborted = lock(&self.aborted);
        if let Some(aborted) = &*aborted {
            return Ok(aborted.clone());
        }
        let path = self.path("txnindex");
        let content = match std::fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(LogError::io("read", &path)(error)),
        };
        let entries = content.as_chunks::<{ txn_index::ENTRY_BYTES }>().0;
        let entries: Arc<[AbortedTxn]> = entries.iter().map(AbortedTxn::read).collect();
        Ok(aborted.insert(entries).clone())
    }

    /// Sets the aborted transactions, in memory and in the file.
    pub fn set_aborted(&self, entries: &[AbortedTxn]) -> Result<(), LogError> {
        let path = self.path("txnindex");
        let mut content = Vec::with_capacity(entries.len() * txn_index::ENTRY_BYTES);
        entries.iter().for_each(|entry| entry.push(&mut content));
        // There is a file only where there is something in it, or was.
        if !content.is_empty() || path.exists() {
            let files = &*self.place.files;
            let write = || -> io::Result<()> {
                let file = files.create(&path)?;
                files.truncate(&file, 0)?;
                files.write_at(&file, 0, &content)
            };
            write().map_err(LogError::io("write", &path))?;
        }
        *lock(&self.aborted) = Some(entries.into());
        Ok(())
    }

    /// Adds aborted transactions. Where that fails, none of them is there.
    pub fn add_aborted(&self, added: &[AbortedTxn]) -> Result<(), LogError> {
        let mut all = self.aborted()?.to_vec();
        let before = (all.len() * txn_index::ENTRY_BYTES) as u64;
        let mut content = Vec::new();
        added.iter().for_each(|entry| entry.push(&mut content));
        let path = self.path("txnindex");
        let files = &*self.place.files;
        let write = || -> io::Result<()> {
            let file = files.create(&path)?;
            let written = files.write_at(&file, before, &content);
            if written.is_err() {
                files.truncate(&file, before)?;
            }
            written
        };
        write().map_err(LogError::io("write", &path))?;
        all.extend_from_slice(added);
        *lock(&self.aborted) = Some(all.into());
        Ok(())
    }

    /// Cuts the segment at a batch: what ends at `next_offset` and `position` stays.
    pub fn truncate(&self, next_offset: i64, position: u64) -> Result<(), LogError> {
        let files = &*self.place.files;
        let file = self.file()?;
        let mut indexes = self.indexes();
        self.set_size(position);
        let path = self.path("log");
        files.truncate(&file, position).map_err(LogError::io("cut", &path))?;
        let path = self.path("index");
        let keep = |entry: &[u8; 8]| OffsetEntry::read(entry).offset(self.base_offset) < next_offset;
        indexes.offsets.cut(files, &path, keep).map_err(LogError::io("cut", &path))?;
        let last = indexes.offsets.last(&path).map_err(LogError::io("read", &path))?;
        let indexed = last.map_or(0, |last| OffsetEntry::read(&last).position.max(0) as u64);
        let path = self.path("timeindex");
        let keep = |entry: &[u8; 12]| TimeEntry::read(entry).offset(self.base_offset) < next_offset;
        indexes.times.cut(files, &path, keep).map_err(LogError::io("cut", &path))?;
        indexes.forget_hints();
        // The greatest of what is left may be behind the last entry.
        let last = indexes.times.last(&path).map_err(LogError::io("read", &path))?;
        let last = last.map(|last| TimeEntry::read(&last));
        let mut rule = IndexRule::resumed(last, position.saturating_sub(indexed));
        let path = self.path("log");
        let mut heads = Heads::new(&file, indexed, position);
        while let Some((_, head)) = heads.next_head().map_err(LogError::io("read", &path))? {
            rule.seen(head.max_timestamp, self.relative(head.last_offset));
        }
        indexes.rule = Some(rule);
        drop(indexes);
        let aborted = self.aborted()?;
        if aborted.iter().any(|entry| entry.last_offset >= next_offset) {
            let kept: Vec<_> =
                aborted.iter().filter(|entry| entry.last_offset < next_offset).copied().collect();
            self.set_aborted(&kept)?;
        }
        Ok(())
    }

    /// The files are about to be replaced: who found the segment before goes on with the old log, without an index.
    pub fn retire(&self) -> Result<(), LogError> {
        self.file()?;
        self.aborted()?;
        let mut indexes = self.indexes();
        indexes.offsets = Index::empty();
        indexes.forget_hints();
        Ok(())
    }

    /// Forgets what is known of the indexes, as their files were written anew.
    pub fn reread(&self) {
        *self.indexes() = Indexes::unread();
        *lock(&self.aborted) = None;
        *lock(&self.file) = None;
    }
}

impl Indexes {
    fn unread() -> Self {
        Self {
            offsets: Index::unread(),
            times: Index::unread(),
            rule: None,
            hints: [(-1, 0); 4],
            next_hint: 0,
        }
    }

    fn rule(&mut self, segment: &Segment) -> Result<&mut IndexRule, LogError> {
        let known = match self.rule {
            Some(rule) => rule,
            None => {
                let path = segment.path("index");
                let last = self.offsets.last(&path).map_err(LogError::io("read", &path))?;
                let indexed = last.map_or(0, |last| OffsetEntry::read(&last).position.max(0) as u64);
                let path = segment.path("timeindex");
                // A segment is not left without an entry of its greatest timestamp (see `close_indexes`).
                let last = self.times.last(&path).map_err(LogError::io("read", &path))?;
                let last = last.map(|last| TimeEntry::read(&last));
                IndexRule::resumed(last, segment.size().saturating_sub(indexed))
            }
        };
        Ok(self.rule.insert(known))
    }

    fn hinted(&self, offset: i64) -> Option<u64> {
        self.hints.iter().find(|(hinted, _)| *hinted == offset).map(|(_, position)| *position)
    }

    /// Remembers where a search for `offset` may begin.
    pub fn hint(&mut self, offset: i64, position: u64) {
        if self.hinted(offset).is_some() {
            return;
        }
        if let Some(hint) = self.hints.get_mut(usize::from(self.next_hint)) {
            *hint = (offset, position);
        }
        self.next_hint = (self.next_hint + 1) % 4;
    }

    pub fn forget_hints(&mut self) {
        self.hints = [(-1, 0); 4];
    }
}
