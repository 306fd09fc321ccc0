//! The files of a cleaned segment, before it takes the place of others: `.cleaned` at the end of each name.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::error::CleanError;
use crate::log::txn_index::AbortedTxn;
use crate::log::write::new_segment::{NewFiles, NewSegment};

/// What the names of files end in until they are whole.
pub const CLEANED: &str = ".cleaned";

/// A cleaned segment that is being written. Dropped before [`Output::finish`], it removes its files.
#[derive(Debug)]
pub(super) struct Output {
    segment: NewSegment,
    finished: bool,
}

/// What an [`Output`] has become.
pub(super) struct Finished {
    pub paths: Vec<PathBuf>,
    pub bytes: u64,
}

impl Output {
    /// Creates the files, over what a round that was cut short has left.
    pub fn create(directory: &Path, base_offset: i64, interval: u32) -> Result<Self, CleanError> {
        let directory = directory.to_owned();
        let create = |path: &Path| File::create(path);
        let files = NewFiles { directory, base_offset, suffix: CLEANED, create };
        let log = files.path("log");
        // One of an earlier round would be taken for this one's.
        let _ = fs::remove_file(files.path("txnindex"));
        let segment =
            NewSegment::create(files, interval).map_err(|error| CleanError::Io { path: log, error })?;
        Ok(Self { segment, finished: false })
    }

    /// Appends a batch, with index entries by the rule of every segment.
    pub fn append(&mut self, bytes: &[u8], last_offset: i64, max_timestamp: i64) -> Result<(), CleanError> {
        if !self.segment.reaches(last_offset) {
            let path = self.segment.files().path("log");
            return Err(CleanError::Overflow { path, offset: last_offset });
        }
        self.segment.append(bytes, last_offset, max_timestamp).map_err(|error| self.failed(error))
    }

    /// Adds an aborted transaction whose marker is kept.
    pub fn aborted(&mut self, transaction: AbortedTxn) -> Result<(), CleanError> {
        self.segment.aborted(transaction).map_err(|error| self.failed(error))
    }

    /// Completes the files, makes the log as old as what it stands for, and brings them to the disk.
    pub fn finish(mut self, modified_ms: i64) -> Result<Finished, CleanError> {
        let modified = UNIX_EPOCH + Duration::from_millis(u64::try_from(modified_ms).unwrap_or(0));
        self.segment.complete().map_err(|error| self.failed(error))?;
        let sync = || {
            for (at, (_, file)) in self.segment.parts().enumerate() {
                // The log is the first.
                if at == 0 {
                    file.set_modified(modified)?;
                }
                file.sync_all()?;
            }
            Ok(())
        };
        sync().map_err(|error| self.failed(error))?;
        self.finished = true;
        let paths = self.segment.parts().map(|(path, _)| path.to_owned()).collect();
        Ok(Finished { paths, bytes: self.segment.bytes() })
    }

    fn failed(&self, error: io::Error) -> CleanError {
        CleanError::Io { path: self.segment.files().path("log"), error }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        for (path, _) in self.segment.parts().filter(|_| !self.finished) {
            // What is left is removed by the next start, as after a crash.
            let _ = fs::remove_file(path);
        }
    }
}
