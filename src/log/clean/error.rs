//! Why a log could not be cleaned. Its files are as they were then.

use std::io;
use std::path::PathBuf;

use crate::codec::records::error::Error;

/// What stops a round of cleaning. The `.cleaned` files it had begun are removed.
#[derive(Debug, thiserror::Error)]
pub enum CleanError {
    /// A file that cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A batch that cannot be read. Kafka takes such a partition out of cleaning too, until somebody looks at it.
    #[error("{}: byte {at}: {}", path.display(), error.kind)]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where the batch begins.
        at: u64,
        /// What is wrong with it.
        error: Error,
    },
    /// A segment that ends in the middle of a batch.
    #[error("{}: byte {at}: the batch takes {need} bytes, {have} are there", path.display())]
    Torn {
        /// The segment.
        path: PathBuf,
        /// Where the batch begins.
        at: u64,
        /// Bytes of the batch.
        need: u64,
        /// Bytes up to the end of the file.
        have: u64,
    },
    /// Offsets that do not fit into one segment: more than 2^31 from the first.
    #[error("{}: offset {offset} is more than 2147483647 above the segment's base", path.display())]
    Overflow {
        /// The cleaned segment.
        path: PathBuf,
        /// The offset.
        offset: i64,
    },
    /// Somebody called it off.
    #[error("cleaning was called off")]
    CalledOff,
}
