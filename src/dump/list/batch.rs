//! What a batch's header says, alike for all formats of messages.

use crate::codec::records::batch::{Batch, TimestampType};
use crate::codec::records::batches::AnyBatch;
use crate::codec::records::compression::{Codec, decompress};
use crate::codec::records::control::ControlKey;
use crate::codec::records::error::Error;
use crate::log::scan::Found;

/// A batch, or a message of magic 0 or 1.
#[derive(Debug, Clone, Copy)]
pub struct BatchInfo {
    /// Position in the file.
    pub at: u64,
    /// Bytes.
    pub size: usize,
    /// Its magic byte.
    pub magic: u8,
    /// Offset of its first record; of a message of magic 0 or 1 that of its last.
    pub base_offset: i64,
    /// Offset of its last record.
    pub last_offset: i64,
    /// How many records its header says it has; magic 0 and 1 do not say.
    pub count: Option<i32>,
    /// How it is compressed; `None` for a number that no codec has.
    pub codec: Option<Codec>,
    /// The checksum in it.
    pub crc: u32,
    /// Whether that fits.
    pub crc_fits: bool,
    /// Whose timestamps its records have.
    pub timestamp_type: TimestampType,
    /// Its greatest timestamp, milliseconds since 1970; -1 in magic 0.
    pub max_timestamp: i64,
    /// The producer's id; -1 without one.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// Sequence number of its first record; -1 without one.
    pub base_sequence: i32,
    /// Sequence number of its last record.
    pub last_sequence: i32,
    /// Epoch of the leader that appended it; -1 in magic 0 and 1.
    pub leader_epoch: i32,
    /// It is part of a transaction.
    pub is_transactional: bool,
    /// It holds control records.
    pub is_control: bool,
    /// Until when compaction keeps its tombstones.
    pub delete_horizon: Option<i64>,
}

impl BatchInfo {
    /// Reads the header of what was found.
    ///
    /// # Errors
    ///
    /// Where it is too short for one.
    pub fn of(found: &Found<'_>) -> Result<Self, Error> {
        let common = |base_offset, last_offset| Self {
            at: found.at,
            size: found.bytes.len(),
            magic: found.magic,
            base_offset,
            last_offset,
            count: None,
            codec: None,
            crc: 0,
            crc_fits: found.crc_fits,
            timestamp_type: TimestampType::None,
            max_timestamp: -1,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            last_sequence: -1,
            leader_epoch: -1,
            is_transactional: false,
            is_control: false,
            delete_horizon: None,
        };
        Ok(match found.view()? {
            AnyBatch::Message(message) => Self {
                codec: message.codec().ok(),
                crc: message.stored_crc(),
                timestamp_type: message.timestamp_type(),
                max_timestamp: message.timestamp(),
                ..common(message.offset(), message.offset())
            },
            AnyBatch::Batch(batch) => {
                let attributes = batch.attributes();
                Self {
                    count: Some(batch.count()),
                    codec: batch.codec().ok(),
                    crc: batch.stored_crc(),
                    timestamp_type: attributes.timestamp_type(),
                    max_timestamp: batch.max_timestamp(),
                    producer_id: batch.producer_id(),
                    producer_epoch: batch.producer_epoch(),
                    base_sequence: batch.base_sequence(),
                    last_sequence: batch.last_sequence(),
                    leader_epoch: batch.partition_leader_epoch(),
                    is_transactional: attributes.is_transactional(),
                    is_control: attributes.is_control(),
                    delete_horizon: batch.delete_horizon(),
                    ..common(batch.base_offset(), batch.last_offset())
                }
            }
        })
    }

    /// The codec's name, `none` included.
    pub fn codec_name(&self) -> &'static str {
        self.codec.map_or("unknown", Codec::name)
    }

    /// It is packed.
    pub fn is_compressed(&self) -> bool {
        self.codec != Some(Codec::None)
    }
}

/// How many bytes the records of a compressed batch unpack to; `None` where it cannot be unpacked, or
/// has no header of magic 2.
pub fn unpacked_bytes(found: &Found<'_>, limit: usize, scratch: &mut Vec<u8>) -> Option<usize> {
    let AnyBatch::Batch(batch) = found.view().ok()? else { return None };
    scratch.clear();
    decompress(batch.codec().ok()?, found.magic, batch.payload(), limit, scratch).ok()?;
    Some(scratch.len())
}

/// What the first record of a control batch is, and its value.
pub fn control_of<'s>(
    batch: &Batch<'s>,
    limit: usize,
    scratch: &'s mut Vec<u8>,
) -> Option<(ControlKey, Option<&'s [u8]>)> {
    let record = batch.records(limit, scratch).ok()?.next()?.ok()?;
    Some((batch.check_control(&record).ok()??, record.value))
}

