//! The files of a segment that is to be cleaned, and its batches one after the other.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::error::CleanError;
use crate::codec::records::batches::{LENGTH_END, MAGIC_AT, RawBatch, next_length};
use crate::log::name::segment_file;

/// A segment's files, by their sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFiles {
    /// The partition's directory.
    pub directory: PathBuf,
    /// The first offset it may hold.
    pub base_offset: i64,
    /// Bytes of the `.log`.
    pub bytes: u64,
    /// Bytes of the `.index`; 0 where there is none.
    pub index_bytes: u64,
    /// Bytes of the `.timeindex`; 0 where there is none.
    pub time_index_bytes: u64,
    /// When the `.log` was last changed, in milliseconds since 1970. Old formats' tombstones go by it.
    pub modified_ms: i64,
}

impl SegmentFiles {
    /// Looks at the files of a segment.
    ///
    /// # Errors
    ///
    /// Where the `.log` cannot be looked at.
    pub fn read(directory: &Path, base_offset: i64) -> io::Result<Self> {
        let log = fs::metadata(segment_file(directory, base_offset, "log"))?;
        let length = |extension| {
            fs::metadata(segment_file(directory, base_offset, extension)).map_or(0, |file| file.len())
        };
        let modified = log.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            directory: directory.to_owned(),
            base_offset,
            bytes: log.len(),
            index_bytes: length("index"),
            time_index_bytes: length("timeindex"),
            modified_ms: modified.and_then(|time| i64::try_from(time.as_millis()).ok()).unwrap_or(0),
        })
    }

    /// The path of one of its files, by extension: `log`, `index`, `timeindex` or `txnindex`.
    pub fn path(&self, extension: &str) -> PathBuf {
        segment_file(&self.directory, self.base_offset, extension)
    }
}

/// The batches of one segment, with their checksums checked: a rewritten batch gets a new one, which must not vouch
/// for damage. Reads up to `end`, whatever is appended meanwhile.
#[derive(Debug)]
pub(super) struct BatchReader<'b> {
    path: PathBuf,
    file: File,
    buffer: &'b mut Vec<u8>,
    /// What of the buffer was read from the file and not handed out yet.
    ready: std::ops::Range<usize>,
    /// Position of the next batch in the file.
    at: u64,
    end: u64,
    step: usize,
}

impl<'b> BatchReader<'b> {
    /// `step` is how much is read at once, where no batch needs more.
    pub fn open(segment: &SegmentFiles, step: usize, buffer: &'b mut Vec<u8>) -> Result<Self, CleanError> {
        let path = segment.path("log");
        let opened = File::open(&path).and_then(|mut file| file.seek(SeekFrom::Start(0)).map(|_| file));
        let file = opened.map_err(|error| CleanError::Io { path: path.clone(), error })?;
        Ok(Self { path, file, buffer, ready: 0..0, at: 0, end: segment.bytes, step: step.max(LENGTH_END) })
    }

    /// The next batch and where it begins.
    pub fn next(&mut self) -> Result<Option<(u64, RawBatch<'_>)>, CleanError> {
        if self.at >= self.end {
            return Ok(None);
        }
        // The magic byte is looked at with the length.
        self.fill(MAGIC_AT + 1)?;
        let need = next_length(self.rest()).map_err(|error| self.damaged(error))?;
        self.fill(need)?;
        let at = self.at;
        let start = self.ready.start;
        self.ready.start += need;
        self.at += need as u64;
        let bytes = self.buffer.get(start..start + need).unwrap_or_default();
        let magic = bytes.get(MAGIC_AT).copied().unwrap_or_default();
        let batch = RawBatch { at: 0, magic, bytes };
        let damaged = |error| CleanError::Damaged { path: self.path.clone(), at, error };
        match batch.view().map_err(damaged)? {
            crate::codec::records::batches::AnyBatch::Batch(view) => view.check_crc().map_err(damaged)?,
            crate::codec::records::batches::AnyBatch::Message(view) => view.check_crc().map_err(damaged)?,
        }
        Ok(Some((at, batch)))
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.ready.clone()).unwrap_or_default()
    }

    fn damaged(&self, error: crate::codec::records::error::Error) -> CleanError {
        CleanError::Damaged { path: self.path.clone(), at: self.at, error }
    }

    /// Reads until `need` bytes are ready.
    fn fill(&mut self, need: usize) -> Result<(), CleanError> {
        if self.ready.len() >= need {
            return Ok(());
        }
        let have = self.end - self.at;
        if need as u64 > have {
            return Err(CleanError::Torn { path: self.path.clone(), at: self.at, need: need as u64, have });
        }
        self.buffer.copy_within(self.ready.clone(), 0);
        self.ready = 0..self.ready.len();
        let room = usize::try_from(have).unwrap_or(usize::MAX).min(need.max(self.step));
        self.buffer.resize(room.max(self.buffer.len()), 0);
        let place = self.buffer.get_mut(self.ready.end..room).unwrap_or_default();
        let io = |error| CleanError::Io { path: self.path.clone(), error };
        self.file.read_exact(place).map_err(io)?;
        self.ready.end = room;
        Ok(())
    }
}
