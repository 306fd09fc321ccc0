//! Kafka's files on disk, written: the storage of a broker.
//!
//! ```text
//! PartitionLog::open -> open (names) -> recover (what a crash has left)
//! append -> producers (may it come?) -> one write -> index, epochs, marks
//! read   -> marks, segments -> segment::locate -> a byte range for sendfile
//! ```
//!
//! [`partition`] holds a log together; [`append`], [`read`], [`lookup`], [`upkeep`], [`retention`] and
//! [`truncate`] are what is done with it, each in terms of `segment`s, whose indexes grow in `index` by [`rule`].
//! [`files`] is all that changes files of a log that is in use, so that tests can break it; [`new_segment`] writes one
//! that is not in use yet.
//!
//! What it writes is what Kafka 4.3 writes, but that index files are never preallocated, and the newest entries of
//! an index wait in memory: a crash loses them, and they are made anew from the log as Kafka does anyway.

pub mod append;
pub mod config;
mod epochs;
pub mod error;
pub mod files;
mod head;
mod index;
pub mod lookup;
pub mod new_segment;
mod open;
pub mod partition;
mod producers;
pub mod read;
mod recover;
pub mod retention;
pub mod rule;
mod segment;
pub mod times;
pub mod truncate;
pub mod upkeep;

pub use append::{Append, Appended};
pub use config::LogConfig;
pub use error::{AppendError, LogError, ReadError};
pub use files::{Files, RealFiles};
pub use lookup::OffsetAt;
pub use partition::{Opening, PartitionLog, SegmentInfo};
pub use producers::Origin;
pub use read::{Slice, UpTo};
pub use recover::{Cut, Recovery};
pub use upkeep::Closing;

#[cfg(test)]
pub(crate) mod tests;
