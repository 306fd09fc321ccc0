//! Every invariant of Kafka's files, and between them, as findings.
//!
//! One pass over each log: the scanner finds the batches and computes their checksums, `order` looks at
//! their offsets and epochs, `batch` at their records, `index` and `times` read the indexes along,
//! `replay` the producers, for snapshots and `txns`. `gap` says what the bytes are that no batch
//! explains. `texts` and `directory` are the small files; `snapshot` is of metadata.
//!
//! [`scanned`] has the same words for who lists a log without checking it.
//!
//! What a broker does about a finding depends on how it stopped: `context` reads that from the log
//! directory around. Memory does not grow with a log, but with its producers and what is found.

mod batch;
mod context;
mod decode;
mod directory;
mod flip;
mod gap;
mod index;
mod indexes;
mod order;
mod partition;
mod replay;
mod report;
pub mod scanned;
mod segment;
mod snapshot;
mod texts;
mod times;
mod txns;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use context::Directory;

use super::finding::Finding;
use super::name::{DirFate, FileKind, FileName, PartitionName};
use super::partition::Partition;
use report::Report;

/// No batch unpacks to more, unless it is said.
pub const UNPACK_MAX: usize = 128 << 20;

/// How to check.
#[derive(Debug, Clone)]
pub struct Options {
    /// No batch is unpacked to more bytes.
    pub unpack_limit: usize,
    /// What a file without a usual name is.
    pub kind: Option<FileKind>,
    /// The log directory around the partitions, where it was read before.
    pub directory: Option<Arc<Directory>>,
}

impl Default for Options {
    fn default() -> Self {
        Self { unpack_limit: UNPACK_MAX, kind: None, directory: None }
    }
}

/// A partition that was checked.
#[derive(Debug, Clone)]
pub struct Extent {
    /// Topic and partition.
    pub name: PartitionName,
    /// What is to become of its directory.
    pub fate: DirFate,
    /// Its directory.
    pub path: PathBuf,
    /// The topic's id.
    pub topic_id: Option<[u8; 16]>,
    /// The offset in the name of the first segment.
    pub start: Option<i64>,
    /// The offset behind the last batch.
    pub end: Option<i64>,
}

impl Extent {
    /// Of a partition that is being deleted, which is not checked; `None` of any other.
    pub fn if_deleted(path: &Path) -> Option<Self> {
        let (name, fate) = PartitionName::of(path).filter(|(_, fate)| *fate == DirFate::Delete)?;
        Some(Self { name, fate, path: path.to_owned(), topic_id: None, start: None, end: None })
    }
}

/// What was checked, and how much was found.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Directories of partitions.
    pub partitions: u64,
    /// Segments.
    pub segments: u64,
    /// Files, those of segments too.
    pub files: u64,
    /// Bytes of logs and metadata snapshots.
    pub bytes: u64,
    /// Batches.
    pub batches: u64,
    /// Records in batches whose checksum fits.
    pub records: u64,
    /// Findings that say that something is lost or will be read wrongly.
    pub errors: u64,
    /// Findings of what a broker mends, or what does no harm.
    pub warnings: u64,
    /// Findings of what is as it should be after what happened.
    pub notes: u64,
    /// The partitions.
    pub extents: Vec<Extent>,
}

impl Summary {
    /// Adds what another call has checked.
    pub fn merge(&mut self, other: Self) {
        self.partitions += other.partitions;
        self.segments += other.segments;
        self.files += other.files;
        self.bytes += other.bytes;
        self.batches += other.batches;
        self.records += other.records;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.extents.extend(other.extents);
    }

    /// Nothing was found that is worse than a note.
    pub fn is_clean(&self) -> bool {
        self.errors == 0 && self.warnings == 0
    }
}

/// Checks a file by itself, and against the files of the same offset beside it.
///
/// # Errors
///
/// Where it cannot be opened, or nothing says what it is.
pub fn file(path: &Path, options: &Options, sink: &mut dyn FnMut(Finding)) -> io::Result<Summary> {
    super::source::Source::open(path)?;
    let name = FileName::of(path);
    let kind =
        options.kind.or(name.kind).ok_or_else(|| io::Error::other("nothing says what kind of file it is"))?;
    let mut report = Report::default();
    partition::file(&mut report, path, kind, options);
    report.flush(sink);
    Ok(report.summary)
}

/// Checks the directory of a partition.
///
/// # Errors
///
/// Where it cannot be listed.
pub fn partition(path: &Path, options: &Options, sink: &mut dyn FnMut(Finding)) -> io::Result<Summary> {
    let listed = Partition::list(path)?;
    let mut report = Report::default();
    let read;
    let directory = match &options.directory {
        Some(directory) => directory.as_ref(),
        None => {
            read = partition::parent_directory(path);
            &read
        }
    };
    partition::check(&mut report, &listed, directory, options);
    report.flush(sink);
    Ok(report.summary)
}

/// The partitions of a log directory, in the order of their names.
///
/// # Errors
///
/// Where it cannot be listed.
pub fn partitions(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() && PartitionName::of(&path).is_some() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Checks the files of a log directory itself against its partitions, which were checked before.
pub fn directory(path: &Path, extents: &[Extent], sink: &mut dyn FnMut(Finding)) -> Summary {
    let mut report = Report::default();
    directory::check(&mut report, path, extents);
    report.flush(sink);
    report.summary
}

/// Checks a log directory: each partition in it, then its own files. Callers with several threads call
/// [`partition`] for each of [`partitions`] and [`directory`] at the end.
///
/// # Errors
///
/// Where it cannot be listed.
pub fn data_dir(path: &Path, options: &Options, sink: &mut dyn FnMut(Finding)) -> io::Result<Summary> {
    let read = options.directory.clone().unwrap_or_else(|| Arc::new(Directory::read(path)));
    let options = Options { directory: Some(read), ..options.clone() };
    let mut summary = Summary::default();
    for path in partitions(path)? {
        if let Some(extent) = Extent::if_deleted(&path) {
            summary.extents.push(extent);
            continue;
        }
        match partition(&path, &options, sink) {
            Ok(checked) => summary.merge(checked),
            // It was deleted since the directory was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let own = directory(path, &summary.extents, sink);
    summary.merge(own);
    Ok(summary)
}
