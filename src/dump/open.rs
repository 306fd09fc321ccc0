//! A file of the command line: what it holds, which topic it belongs to.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::codec::record_types::Family;
use crate::log::detect::{self, Certainty};
use crate::log::name::{FileKind, FileName, PartitionName};
use crate::log::source::Source;

/// A file, and what is known of it before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The path; `-` is standard input.
    pub path: PathBuf,
    /// What it holds.
    pub kind: FileKind,
    /// Its name, taken apart.
    pub name: FileName,
    /// Why it was taken for that, where its name does not say.
    pub reason: Option<&'static str>,
    /// Topic and partition, by the directory.
    pub partition: Option<PartitionName>,
    /// Who writes the records in it, where Kafka itself does.
    pub family: Option<Family>,
}

/// Why a file cannot be dumped.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system does not open or read it.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A directory that is neither a partition's nor one of partitions.
    #[error(
        "{path}: nothing in this directory is Kafka's. Expected is a partition's directory, with files like \
         00000000000000000000.log, or a data directory (log.dirs), with a directory for each partition; \
         a segment of another name is read when the file itself is named",
        path = path.display()
    )]
    Foreign {
        /// The directory.
        path: PathBuf,
    },
    /// Neither its name nor its content is known.
    #[error(
        "{path}: no file of a Kafka data directory is recognised by its name or content. \
         Name what it is with --as, or try kafkit decode on a hex dump",
        path = path.display()
    )]
    Unknown {
        /// The file.
        path: PathBuf,
    },
}

/// Whether the path stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether what the path names can be read only once: standard input, a pipe, a device.
pub fn is_stream(path: &Path) -> bool {
    is_stdin(path) || std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Opens the bytes of a path.
///
/// # Errors
///
/// Where the system does not let it.
pub fn source(path: &Path) -> io::Result<Source> {
    if is_stdin(path) { Source::unpacking(io::stdin()) } else { Source::open(path) }
}

/// Works out what a file is: by its content where that is sure, by its name else, by a likely
/// content where there is no name. `given` overrules.
///
/// # Errors
///
/// Where it cannot be read, or is nothing that is known.
pub fn target(path: &Path, given: Option<FileKind>, family: Option<Family>) -> Result<Target, OpenError> {
    let absolute = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let partition = absolute.parent().and_then(PartitionName::of).map(|(name, _)| name);
    let name = FileName::of(path);
    let (kind, reason) = match given {
        Some(kind) => (kind, None),
        // What is read to look at it would be gone.
        None if is_stream(path) => (name.kind.unwrap_or(FileKind::Log), None),
        None => recognise(path, &name)?,
    };
    let family = family
        .or_else(|| partition.as_ref().and_then(|partition| Family::of_topic(&partition.topic)))
        .or((kind == FileKind::Snapshot).then_some(Family::Metadata));
    Ok(Target { path: path.to_owned(), kind, name, reason, partition, family })
}

fn recognise(path: &Path, name: &FileName) -> Result<(FileKind, Option<&'static str>), OpenError> {
    let failed = |error| OpenError::Io { path: path.to_owned(), error };
    let mut source = Source::open(path).map_err(failed)?;
    let length = source.len();
    let mut head = Vec::new();
    (&mut source).take(detect::HEAD_BYTES as u64).read_to_end(&mut head).map_err(failed)?;
    let length = length.unwrap_or(head.len() as u64);
    match (detect::detect(&head, length), name.kind) {
        // A KRaft snapshot begins with a batch as a segment does; the name tells them apart.
        (Some((found, Certainty::Sure)), Some(named)) if found.has_batches() && named.has_batches() => {
            Ok((named, None))
        }
        (Some((found, Certainty::Sure)), Some(named)) if found != named => {
            Ok((found, Some("its content says so, whatever its name")))
        }
        (_, Some(named)) => Ok((named, None)),
        (Some((found, Certainty::Sure)), None) => Ok((found, Some("by its content"))),
        (Some((found, Certainty::Likely)), None) => Ok((found, Some("its content looks like one"))),
        (None, None) => Err(OpenError::Unknown { path: path.to_owned() }),
    }
}
