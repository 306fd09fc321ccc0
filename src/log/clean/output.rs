//! The files of a cleaned segment, before it takes the place of others: `.cleaned` at the end of each name.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::error::CleanError;
use super::segment::path_of;
use crate::log::offset_index::OffsetEntry;
use crate::log::time_index::TimeEntry;
use crate::log::txn_index::AbortedTxn;

/// What the names of files end in until they are whole.
pub const CLEANED: &str = ".cleaned";

/// A cleaned segment that is being written. Dropped before [`Output::finish`], it removes its files.
#[derive(Debug)]
pub(super) struct Output {
    directory: PathBuf,
    base_offset: i64,
    interval: u64,
    log: BufWriter<File>,
    offset_index: BufWriter<File>,
    time_index: BufWriter<File>,
    txn_index: Option<BufWriter<File>>,
    paths: Vec<PathBuf>,
    position: u64,
    since_entry: u64,
    greatest: TimeEntry,
    last_entry: i64,
}

/// What an [`Output`] has become.
pub(super) struct Finished {
    pub paths: Vec<PathBuf>,
    pub bytes: u64,
}

impl Output {
    /// Creates the files, over what a round that was cut short has left.
    pub fn create(directory: &Path, base_offset: i64, interval: u64) -> Result<Self, CleanError> {
        let mut paths = Vec::new();
        let mut create = |extension| {
            let file = create(directory, base_offset, extension)?;
            paths.push(file.0);
            Ok(file.1)
        };
        let (log, offset_index, time_index) = (create("log")?, create("index")?, create("timeindex")?);
        // One of an earlier round would be taken for this one's.
        let _ = fs::remove_file(cleaned(directory, base_offset, "txnindex"));
        Ok(Self {
            directory: directory.to_owned(),
            base_offset,
            interval,
            log,
            offset_index,
            time_index,
            txn_index: None,
            paths,
            position: 0,
            since_entry: 0,
            greatest: TimeEntry { timestamp: -1, relative_offset: 0 },
            last_entry: -1,
        })
    }

    /// Appends a batch, with index entries by the rule of every segment.
    pub fn append(&mut self, bytes: &[u8], last_offset: i64, max_timestamp: i64) -> Result<(), CleanError> {
        let relative_offset =
            last_offset.checked_sub(self.base_offset).and_then(|delta| i32::try_from(delta).ok());
        let (Some(relative_offset), Ok(position)) = (relative_offset, i32::try_from(self.position)) else {
            let path = cleaned(&self.directory, self.base_offset, "log");
            return Err(CleanError::Overflow { path, offset: last_offset });
        };
        if max_timestamp > self.greatest.timestamp {
            self.greatest = TimeEntry { timestamp: max_timestamp, relative_offset };
        }
        let result = self.write(bytes, OffsetEntry { relative_offset, position });
        result.map_err(|error| self.failed(error))
    }

    fn write(&mut self, bytes: &[u8], entry: OffsetEntry) -> io::Result<()> {
        if self.since_entry > self.interval {
            self.offset_index.write_all(&entry.bytes())?;
            self.time_entry()?;
            self.since_entry = 0;
        }
        self.log.write_all(bytes)?;
        self.position += bytes.len() as u64;
        self.since_entry += bytes.len() as u64;
        Ok(())
    }

    fn time_entry(&mut self) -> io::Result<()> {
        if self.greatest.timestamp > self.last_entry {
            self.time_index.write_all(&self.greatest.bytes())?;
            self.last_entry = self.greatest.timestamp;
        }
        Ok(())
    }

    /// Adds an aborted transaction whose marker is kept.
    pub fn aborted(&mut self, txn: AbortedTxn) -> Result<(), CleanError> {
        let mut index = match self.txn_index.take() {
            Some(index) => index,
            None => {
                let (path, file) = create(&self.directory, self.base_offset, "txnindex")?;
                self.paths.push(path);
                file
            }
        };
        let mut entry = Vec::new();
        txn.push(&mut entry);
        let result = index.write_all(&entry);
        self.txn_index = Some(index);
        result.map_err(|error| self.failed(error))
    }

    /// Completes the files, makes the log as old as what it stands for, and brings them to the disk.
    pub fn finish(mut self, modified_ms: i64) -> Result<Finished, CleanError> {
        let modified = UNIX_EPOCH + Duration::from_millis(u64::try_from(modified_ms).unwrap_or(0));
        let result = self.time_entry().and_then(|()| {
            self.log.flush()?;
            self.log.get_ref().set_modified(modified)?;
            let files = [&mut self.log, &mut self.offset_index, &mut self.time_index];
            files.into_iter().chain(self.txn_index.as_mut()).try_for_each(|file| {
                file.flush()?;
                file.get_ref().sync_all()
            })
        });
        result.map_err(|error| self.failed(error))?;
        Ok(Finished { paths: std::mem::take(&mut self.paths), bytes: self.position })
    }

    fn failed(&self, error: io::Error) -> CleanError {
        CleanError::Io { path: cleaned(&self.directory, self.base_offset, "log"), error }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        for path in &self.paths {
            // What is left is removed by the next start, as after a crash.
            let _ = fs::remove_file(path);
        }
    }
}

fn cleaned(directory: &Path, base_offset: i64, extension: &str) -> PathBuf {
    let mut name = path_of(directory, base_offset, extension).into_os_string();
    name.push(CLEANED);
    name.into()
}

fn create(
    directory: &Path,
    base_offset: i64,
    extension: &str,
) -> Result<(PathBuf, BufWriter<File>), CleanError> {
    let path = cleaned(directory, base_offset, extension);
    match File::create(&path) {
        Ok(file) => Ok((path, BufWriter::new(file))),
        Err(error) => Err(CleanError::Io { path, error }),
    }
}
