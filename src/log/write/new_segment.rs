//! A segment that is written from its first batch to its last and then left alone, with its indexes: what
//! compaction and `dump-log --extract` make. The one that a broker appends to, while others read it, is a `segment`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::rule::IndexRule;
use crate::log::name::segment_file;
use crate::log::txn_index::AbortedTxn;

/// Makes the file of that path: [`File::create`] or [`File::create_new`].
pub type Create = fn(&Path) -> io::Result<File>;

/// Where the files of a [`NewSegment`] are to be, and how they are made.
#[derive(Debug, Clone)]
pub struct NewFiles {
    /// The directory.
    pub directory: PathBuf,
    /// The offset that the files are named after.
    pub base_offset: i64,
    /// What their names end in behind the extension.
    pub suffix: &'static str,
    /// What makes them.
    pub create: Create,
}

impl NewFiles {
    /// The path of the file with that extension.
    pub fn path(&self, extension: &str) -> PathBuf {
        let mut name = segment_file(&self.directory, self.base_offset, extension).into_os_string();
        name.push(self.suffix);
        name.into()
    }

    fn part(&self, extension: &str) -> io::Result<Part> {
        let path = self.path(extension);
        Ok(Part { writer: BufWriter::new((self.create)(&path)?), path })
    }
}

/// One of the files.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    writer: BufWriter<File>,
}

/// See the module.
#[derive(Debug)]
pub struct NewSegment {
    files: NewFiles,
    interval: u32,
    rule: IndexRule,
    bytes: u64,
    log: Part,
    offset_index: Part,
    time_index: Part,
    /// There is one only where it has something in it.
    txn_index: Option<Part>,
}

impl NewSegment {
    /// Makes the files. `interval` is `index.interval.bytes`.
    ///
    /// # Errors
    ///
    /// Where one cannot be made.
    pub fn create(files: NewFiles, interval: u32) -> io::Result<Self> {
        Ok(Self {
            log: files.part("log")?,
            offset_index: files.part("index")?,
            time_index: files.part("timeindex")?,
            txn_index: None,
            files,
            interval,
            rule: IndexRule::default(),
            bytes: 0,
        })
    }

    /// Where its files are.
    pub fn files(&self) -> &NewFiles {
        &self.files
    }

    /// Bytes of the log.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether the indexes could point to a batch that ends with this offset: it is no further from the base, and
    /// the log no longer, than a number of four bytes can say.
    pub fn reaches(&self, last_offset: i64) -> bool {
        self.relative(last_offset).is_some() && i32::try_from(self.bytes).is_ok()
    }

    fn relative(&self, offset: i64) -> Option<i32> {
        offset.checked_sub(self.files.base_offset).and_then(|delta| i32::try_from(delta).ok())
    }

    /// Appends a batch, and entries where the [rule](super::rule) wants some.
    ///
    /// # Errors
    ///
    /// Where the offset is out of [reach](Self::reaches), or a file cannot be written.
    pub fn append(&mut self, batch: &[u8], last_offset: i64, max_timestamp: i64) -> io::Result<()> {
        let relative_offset = self.relative(last_offset).ok_or_else(|| {
            io::Error::other(format!("offset {last_offset} is too far from {}", self.files.base_offset))
        })?;
        let length = batch.len() as u64;
        if let Some(new) = self.rule.add(relative_offset, self.bytes, length, max_timestamp, self.interval) {
            self.offset_index.writer.write_all(&new.offset.bytes())?;
            if let Some(time) = new.time {
                self.time_index.writer.write_all(&time.bytes())?;
            }
        }
        self.log.writer.write_all(batch)?;
        self.bytes += length;
        Ok(())
    }

    /// Adds an aborted transaction, whose marker is in the segment.
    ///
    /// # Errors
    ///
    /// Where the `.txnindex` cannot be made or written.
    pub fn aborted(&mut self, transaction: AbortedTxn) -> io::Result<()> {
        let index = match &mut self.txn_index {
            Some(index) => index,
            none => none.insert(self.files.part("txnindex")?),
        };
        let mut entry = Vec::new();
        transaction.push(&mut entry);
        index.writer.write_all(&entry)
    }

    /// Completes the time index and hands everything to the system. Nothing may be appended any more.
    ///
    /// # Errors
    ///
    /// Where a file cannot be written.
    pub fn complete(&mut self) -> io::Result<()> {
        if let Some(time) = self.rule.close() {
            self.time_index.writer.write_all(&time.bytes())?;
        }
        let always = [&mut self.log, &mut self.offset_index, &mut self.time_index];
        always.into_iter().chain(&mut self.txn_index).try_for_each(|part| part.writer.flush())
    }

    /// The log first, then the indexes that there are.
    pub fn parts(&self) -> impl Iterator<Item = (&Path, &File)> {
        let always = [&self.log, &self.offset_index, &self.time_index];
        always.into_iter().chain(&self.txn_index).map(|part| (part.path.as_path(), part.writer.get_ref()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

    use super::*;

    #[test]
    fn offsets_out_of_reach() {
        let directory = tempfile::tempdir().unwrap();
        let create: Create = |path| File::create_new(path);
        let files = NewFiles { directory: directory.path().to_owned(), base_offset: -5, suffix: "", create };
        let mut below = NewSegment::create(files, 0).unwrap();
        assert_eq!(below.relative(1000), Some(1005));
        for far in [i64::MAX, i64::from(i32::MAX), i64::MIN] {
            assert!(!below.reaches(far), "{far}");
            assert!(below.append(b"batch", far, 0).is_err(), "{far}");
        }
        assert_eq!(below.bytes(), 0);
        assert!(below.reaches(i64::from(i32::MAX) - 5));
    }
}
