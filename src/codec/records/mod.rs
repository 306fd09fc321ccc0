//! Record batches (magic 2) and message sets (magic 0 and 1): what a log segment is made of, and what
//! Produce and Fetch carry.
//!
//! [`batches`] finds where batches begin and end, [`batch`] and [`legacy`] read one, [`record`] a
//! record of magic 2, [`skim`] passes over healthy ones, [`compression`] unpacks; all of them borrow, and need no room but one buffer to
//! unpack into. [`mod@write`] is the way back, [`plain`] goes half of it. [`dissect`] puts the same onto a tape, byte for byte, and
//! goes on behind damage. What is wrong or odd is said by [`error`], in the same words everywhere.
//!
//! The measure is Apache Kafka 4.4: what it refuses is an error, what it lets pass is at most a note.

pub mod batch;
pub mod batches;
pub mod compression;
pub mod control;
pub mod dissect;
pub mod error;
pub mod legacy;
pub mod plain;
pub mod record;
pub mod skim;
pub mod write;

pub use error::RecordsError;
