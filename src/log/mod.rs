//! Kafka's files on disk, read: segments, indexes, snapshots, checkpoints.
//!
//! Reading is tolerant and never writes, creates or locks anything. A live broker may append to a file,
//! cut it or delete it while it is read here, so that files are read and not mapped, and a file that
//! became shorter is a finding and no crash.
//!
//! [`name`] says what names say, [`detect`] what bytes say, [`source`] opens, [`scan`] finds the batches of a segment and goes on
//! behind damage, [`entries`] reads the three indexes [`offset_index`], [`time_index`], [`txn_index`];
//! [`producer_snapshot`], [`checkpoint`] and [`properties`] are the small files beside them;
//! [`partition`] and [`data_dir`] list directories, [`end`] finds where a log ends. What is wrong is a
//! [`finding`], and [`verify`] looks for all of it.

pub mod checkpoint;
pub mod clean;
pub mod data_dir;
pub mod detect;
pub mod end;
pub mod entries;
pub mod finding;
pub mod name;
pub mod offset_index;
pub mod partition;
pub mod producer_snapshot;
pub mod properties;
pub mod scan;
pub mod source;
pub mod time_index;
pub mod txn_index;
pub mod validate;
pub mod verify;
pub mod write;
