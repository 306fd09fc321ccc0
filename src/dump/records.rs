//! One way to walk over the records of a batch, whatever its format.
//!
//! [`BatchInfo`] is what the header says, the same for magic 2 and for the messages of magic 0 and 1;
//! [`Unpacker`] owns the room that compressed batches are unpacked into, which is used again from
//! batch to batch; [`Records`] hands out a [`RecordView`] for each record, which borrows everything.
//! A damaged record is an error value, and behind it the batch is over: what was before it has been
//! handed out already.

use crate::codec::internal::{type_of_framed, type_of_key};
use crate::codec::record_types::{Family, RecordType};
use crate::codec::records::batch::{Batch, NO_SEQUENCE, TimestampType, sequence_after};
use crate::codec::records::batches::{AnyBatch, MAGIC_AT, MAGIC_MAX, RawBatch, next_length};
use crate::codec::records::compression::Codec;
use crate::codec::records::control::{self, ControlKey};
use crate::codec::records::error::Error;
use crate::codec::records::legacy::{Message, Messages};
use crate::codec::records::record::{self, Headers};
use crate::log::scan::Found;

/// What the header of a batch says, of whatever magic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchInfo {
    /// Position of its first byte in the file.
    pub at: u64,
    /// Bytes it takes in the file.
    pub size: usize,
    /// 0, 1 or 2.
    pub magic: u8,
    /// How the records are compressed; `None` for a number that no codec has.
    pub codec: Option<Codec>,
    /// Whose timestamps the records have.
    pub timestamp_type: TimestampType,
    /// Offset of the first record, even where compaction has removed it. `None` for a compressed
    /// message of magic 0 or 1: it has to be unpacked to tell.
    pub base_offset: Option<i64>,
    /// Offset of the last record.
    pub last_offset: i64,
    /// Milliseconds since 1970 of the first record, or the delete horizon (see `delete_horizon`); of a
    /// message, its own.
    pub base_timestamp: i64,
    /// The greatest timestamp; -1 where there is none.
    pub max_timestamp: i64,
    /// Until when compaction keeps the tombstones in it.
    pub delete_horizon: Option<i64>,
    /// Epoch of the leader that appended it; -1 where it has none.
    pub leader_epoch: i32,
    /// -1 where the producer was not idempotent.
    pub producer_id: i64,
    /// -1 where the producer was not idempotent.
    pub producer_epoch: i16,
    /// Sequence number of the first record; -1 where the producer was not idempotent.
    pub base_sequence: i32,
    /// It is part of a transaction.
    pub transactional: bool,
    /// It holds control records.
    pub control: bool,
    /// How many records it has by its header; `None` for a compressed message of magic 0 or 1.
    pub count: Option<u32>,
    /// The checksum in it.
    pub crc: u32,
    /// The checksum fits, or was not computed.
    pub crc_fits: bool,
}

impl BatchInfo {
    /// Reads the header of a batch that was found.
    ///
    /// # Errors
    ///
    /// Where it is too short for its header.
    pub fn of(found: &Found<'_>) -> Result<Self, Error> {
        Ok(match found.view()? {
            AnyBatch::Batch(batch) => Self { crc_fits: found.crc_fits, ..Self::of_batch(&batch, found.at) },
            AnyBatch::Message(message) => {
                Self { crc_fits: found.crc_fits, ..Self::of_message(&message, found.at) }
            }
        })
    }

    /// Reads a header of which nothing behind need be there.
    ///
    /// # Errors
    ///
    /// Where no batch begins, or its header is not all there.
    pub fn of_header(bytes: &[u8], at: u64) -> Result<Self, Error> {
        let size = next_length(bytes)?;
        let magic = bytes.get(MAGIC_AT).copied().unwrap_or_default();
        let info = match (RawBatch { at: 0, magic, bytes }).view()? {
            AnyBatch::Batch(batch) => Self::of_batch(&batch, at),
            AnyBatch::Message(message) => Self::of_message(&message, at),
        };
        Ok(Self { size, ..info })
    }

    /// Reads the header of a batch of magic 2, of which only that need be there; the size is that of
    /// the bytes given.
    pub fn of_batch(batch: &Batch<'_>, at: u64) -> Self {
        let attributes = batch.attributes();
        Self {
            at,
            size: batch.bytes().len(),
            magic: MAGIC_MAX as u8,
            codec: Codec::from_id(attributes.codec_id()),
            timestamp_type: attributes.timestamp_type(),
            base_offset: Some(batch.base_offset()),
            last_offset: batch.last_offset(),
            base_timestamp: batch.base_timestamp(),
            max_timestamp: batch.max_timestamp(),
            delete_horizon: batch.delete_horizon(),
            leader_epoch: batch.partition_leader_epoch(),
            producer_id: batch.producer_id(),
            producer_epoch: batch.producer_epoch(),
            base_sequence: batch.base_sequence(),
            transactional: attributes.is_transactional(),
            control: attributes.is_control(),
            count: Some(u32::try_from(batch.count()).unwrap_or(0)),
            crc: batch.stored_crc(),
            crc_fits: true,
        }
    }

    fn of_message(message: &Message<'_>, at: u64) -> Self {
        let compressed = message.attributes().codec_id() != 0;
        Self {
            at,
            size: message.bytes().len(),
            magic: message.magic(),
            codec: Codec::from_id(message.attributes().codec_id()),
            timestamp_type: message.timestamp_type(),
            base_offset: (!compressed).then(|| message.offset()),
            last_offset: message.offset(),
            base_timestamp: message.timestamp(),
            max_timestamp: message.timestamp(),
            delete_horizon: None,
            leader_epoch: -1,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: NO_SEQUENCE,
            transactional: false,
            control: false,
            count: (!compressed).then_some(1),
            crc: message.stored_crc(),
            crc_fits: true,
        }
    }

    /// Position behind it in the file.
    pub fn end(&self) -> u64 {
        self.at + self.size as u64
    }

    /// The sequence number of the last record; -1 where the producer was not idempotent.
    pub fn last_sequence(&self) -> i32 {
        let delta = self.base_offset.map_or(0, |base| self.last_offset.wrapping_sub(base));
        self.sequence(delta as i32)
    }

    /// The sequence number of the record with this offset delta; -1 without one.
    #[inline]
    fn sequence(&self, offset_delta: i32) -> i32 {
        if self.base_sequence < 0 { NO_SEQUENCE } else { sequence_after(self.base_sequence, offset_delta) }
    }
}

/// A record and the batch around it. Everything is borrowed.
#[derive(Debug, Clone, Copy)]
pub struct RecordView<'a> {
    /// The batch it is in.
    pub batch: &'a BatchInfo,
    /// Its place in the batch, from 0.
    pub index: u32,
    /// Offset of its first byte in the batch, or in what that unpacked to.
    pub at: usize,
    /// Bytes it takes there.
    pub size: usize,
    /// Offset in the partition.
    pub offset: i64,
    /// Milliseconds since 1970; -1 where there is none.
    pub timestamp: i64,
    /// Sequence number of its producer; -1 where that was not idempotent.
    pub sequence: i32,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; without one it is a tombstone.
    pub value: Option<&'a [u8]>,
    /// Its headers; none in magic 0 and 1.
    pub headers: Headers<'a>,
}

impl RecordView<'_> {
    /// What a record of a control batch is; `None` in other batches, and where its key does not say.
    pub fn control(&self) -> Option<ControlKey> {
        self.key.filter(|_| self.batch.control).and_then(|key| control::key(key).ok())
    }

    /// Its type, where Kafka itself wrote it: of control records, and of those in a log of `family`.
    pub fn record_type(&self, family: Option<Family>) -> Option<&'static RecordType> {
        if self.batch.control {
            return self.control()?.record_type();
        }
        match family? {
            family @ (Family::Metadata | Family::RemoteLog) => {
                self.value.and_then(|value| type_of_framed(value, family)).map(|(kind, _)| kind)
            }
            family => self.key.and_then(|key| type_of_key(key, family)),
        }
    }
}

/// The room that batches are unpacked into.
#[derive(Debug)]
pub struct Unpacker {
    scratch: Vec<u8>,
    limit: usize,
}

impl Unpacker {
    /// `limit` bytes are the most that one batch may unpack to; see
    /// [`DECOMPRESSED_BYTES_MAX`](crate::codec::records::compression::DECOMPRESSED_BYTES_MAX).
    pub fn new(limit: usize) -> Self {
        Self { scratch: Vec::new(), limit }
    }

    /// The records of a batch.
    ///
    /// # Errors
    ///
    /// Where not one record can be told: an unknown codec, a negative count, a message of magic 0 or 1
    /// that does not unpack. All else comes as an error behind the records that are there.
    pub fn records<'s>(&'s mut self, found: &Found<'s>, batch: &'s BatchInfo) -> Result<Records<'s>, Error> {
        let inner = match found.view()? {
            AnyBatch::Batch(view) => Inner::Batch(view.records(self.limit, &mut self.scratch)?),
            AnyBatch::Message(message) => Inner::Messages(message.messages(self.limit, &mut self.scratch)?),
        };
        Ok(Records { batch, inner, index: 0 })
    }
}

/// See [`Unpacker::records`]. Behind an error there is nothing more.
#[derive(Debug)]
pub struct Records<'a> {
    batch: &'a BatchInfo,
    inner: Inner<'a>,
    index: u32,
}

#[derive(Debug)]
enum Inner<'a> {
    Batch(record::Records<'a>),
    Messages(Messages<'a>),
}

/// Bytes of a message of magic 0 beside its key and value; magic 1 has eight more.
const MESSAGE_OVERHEAD: usize = 26;

impl<'a> Iterator for Records<'a> {
    type Item = Result<RecordView<'a>, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (batch, index) = (self.batch, self.index);
        let view = match &mut self.inner {
            Inner::Batch(records) => records.next()?.map(|record| RecordView {
                batch,
                index,
                at: record.at,
                size: record.end - record.at,
                offset: record.offset,
                timestamp: record.timestamp,
                sequence: batch.sequence(record.offset_delta),
                key: record.key,
                value: record.value,
                headers: record.headers,
            }),
            Inner::Messages(messages) => messages.next()?.map(|message| {
                let length = |part: Option<&[u8]>| part.map_or(0, <[u8]>::len);
                let stamp = if batch.magic == 0 { 0 } else { size_of::<i64>() };
                RecordView {
                    batch,
                    index,
                    at: message.at,
                    size: MESSAGE_OVERHEAD + stamp + length(message.key) + length(message.value),
                    offset: message.offset,
                    timestamp: message.timestamp,
                    sequence: NO_SEQUENCE,
                    key: message.key,
                    value: message.value,
                    headers: Headers::default(),
                }
            }),
        };
        self.index += 1;
        Some(view)
    }
}
