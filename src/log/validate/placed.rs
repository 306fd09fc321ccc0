//! The batch as it goes to the log, and the few bytes of it that are the broker's to write.

use super::header::Head;
use crate::codec::records::batch::{ATTRIBUTES_AT, Attributes, MAX_TIMESTAMP_AT, TimestampType};
use crate::codec::records::batches::{LENGTH_END, MAGIC_MAX};
use crate::codec::records::compression::Codec;
use crate::codec::records::write::seal;

/// What the broker sets in a header, under the checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patch {
    pub attributes: Attributes,
    pub max_timestamp: i64,
}

impl Patch {
    /// Whether it is not what stands there, so that the checksum must be taken anew.
    pub fn changes(&self, head: &Head) -> bool {
        self.attributes != head.attributes || self.max_timestamp != head.max_timestamp
    }

    /// Writes it, and length and checksum.
    pub fn apply(&self, batch: &mut [u8]) {
        // What means nothing does not outlive a change, in Kafka neither.
        let known = self.attributes.0 & !(self.attributes.unknown_bits(MAGIC_MAX as u8) as i16);
        put(batch, ATTRIBUTES_AT, known.to_be_bytes());
        put(batch, MAX_TIMESTAMP_AT, self.max_timestamp.to_be_bytes());
        // It fails on 2 GiB only, which no frame can carry; then the length stays as it is.
        let _ = seal(batch);
    }
}

fn put<const N: usize>(bytes: &mut [u8], at: usize, value: [u8; N]) {
    if let Some(place) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = value;
    }
}

/// A batch that may be appended.
#[derive(Debug)]
pub struct Validated<'a> {
    bytes: &'a mut [u8],
    /// How many records it holds, at least one. The last offset delta is one less.
    pub count: i32,
    /// The greatest timestamp, in milliseconds; the time of appending where the topic has that.
    pub max_timestamp: i64,
    /// The codec it is in now.
    pub codec: Codec,
    /// Whose batch it is; -1 unless idempotent.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// The sequence number of the first record; -1 unless idempotent.
    pub base_sequence: i32,
    /// The batch is part of a transaction.
    pub transactional: bool,
    /// What the response says as `log_append_time_ms` if the topic has log append time.
    pub log_append_time: Option<i64>,
    /// The batch was put into another codec and is no longer in the request's bytes.
    pub rewritten: bool,
}

impl<'a> Validated<'a> {
    pub(super) fn new(bytes: &'a mut [u8], head: &Head, codec: Codec, patch: Patch, rewritten: bool) -> Self {
        let log_append = patch.attributes.timestamp_type() == TimestampType::LogAppend;
        Self {
            bytes,
            count: head.count,
            max_timestamp: patch.max_timestamp,
            codec,
            producer_id: head.producer_id,
            producer_epoch: head.producer_epoch,
            base_sequence: head.base_sequence,
            transactional: head.attributes.is_transactional(),
            log_append_time: log_append.then_some(patch.max_timestamp),
            rewritten,
        }
    }

    /// What the last record's offset is above the first one's.
    pub fn last_offset_delta(&self) -> i32 {
        self.count - 1
    }

    /// The batch as it is to be appended, but for its place.
    pub fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// The same for a log that gives the batch its place itself, by what is not under the checksum: base offset and
    /// leader epoch.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.bytes
    }

    /// Gives the batch its place in the log and returns its bytes. Neither number is under the checksum.
    pub fn place(self, base_offset: i64, leader_epoch: i32) -> &'a [u8] {
        put(self.bytes, 0, base_offset.to_be_bytes());
        put(self.bytes, LENGTH_END, leader_epoch.to_be_bytes());
        self.bytes
    }
}
