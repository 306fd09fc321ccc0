//! `--extract DIR` and `--out FILE`: selected records, written elsewhere.
//!
//! [`segment`] makes a new segment with its indexes, [`records`] files of raw values or NDJSON. [`place`]
//! says where that may be: nothing that exists is written over, and nothing is written into a
//! directory that is read from, or that a broker would take for a partition of its own.

pub mod place;
pub mod records;
pub mod segment;
mod transactions;

use std::io;
use std::path::PathBuf;

/// Why nothing is extracted.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The directory has something in it.
    #[error("{path}: not empty. Name a directory that is new or empty", path = path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// A file stands where a directory is wanted.
    #[error("{path}: a file. Name a directory", path = path.display())]
    NotADirectory {
        /// The file.
        path: PathBuf,
    },
    /// The file exists.
    #[error("{path}: exists already, and nothing is written over", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It is, or lies in, what is read from.
    #[error(
        "{path}: lies in {source_dir}, which is read from. Name a place outside of it",
        path = path.display(), source_dir = source_dir.display()
    )]
    InSource {
        /// What was named.
        path: PathBuf,
        /// Where it lies.
        source_dir: PathBuf,
    },
    /// It lies in a log directory of a broker.
    #[error(
        "{path}: lies in {log_dir}, the log directory of a broker, which could take it for its own. \
         Name a place outside of it",
        path = path.display(), log_dir = log_dir.display()
    )]
    InLogDirectory {
        /// What was named.
        path: PathBuf,
        /// Where it lies.
        log_dir: PathBuf,
    },
    /// The system does not let it.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}
