//! Records to state: what Kafka's internal topics and partitions stand for, as of any offset.
//!
//! Each machine takes the records of one log in their order and holds what they come to. None of them
//! reads, waits or looks at a clock: the record at an offset and the time in it are given, and the same
//! records always come to the same state. So the machine that shows a dead broker's log as of an offset
//! is the one that a living broker can hold.
//!
//! - [`cluster`]: `__cluster_metadata`, the image of a cluster; [`groups`]: `__consumer_offsets`;
//!   [`transactions`]: `__transaction_state`; [`share_partitions`]: `__share_group_state`;
//!   [`remote_log`]: `__remote_log_metadata`.
//! - [`producers`]: the producers of any partition, from its batches' headers alone.
//!
//! A record that a machine cannot use is a [`StateError`]: it changes nothing, and the next one may come.

pub mod cluster;
pub mod coordinator;
mod decode;
mod error;
pub mod groups;
pub mod producers;
pub mod remote_log;
pub mod share_partitions;
pub mod transactions;

pub use error::{StateError, StateErrorKind};

use crate::codec::records::batch::Batch;
use crate::codec::records::record::Record;

/// A record with what its batch says of it.
#[derive(Debug, Clone, Copy)]
pub struct LogRecord<'a> {
    /// Its offset in the partition.
    pub offset: i64,
    /// Milliseconds since 1970, or -1.
    pub timestamp: i64,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; without one it is a tombstone, in metadata an error.
    pub value: Option<&'a [u8]>,
    /// The epoch of the leader that appended the batch.
    pub leader_epoch: i32,
    /// The batch's producer; -1 where there is none.
    pub producer_id: i64,
    /// The batch is part of a transaction (KIP-98).
    pub transactional: bool,
    /// The batch holds control records, which are no data.
    pub control: bool,
}

impl<'a> LogRecord<'a> {
    /// A record and its batch.
    pub fn new(batch: &Batch<'_>, record: &Record<'a>) -> Self {
        let attributes = batch.attributes();
        Self {
            offset: record.offset,
            timestamp: record.timestamp,
            key: record.key,
            value: record.value,
            leader_epoch: batch.partition_leader_epoch(),
            producer_id: batch.producer_id(),
            transactional: attributes.is_transactional(),
            control: attributes.is_control(),
        }
    }
}
