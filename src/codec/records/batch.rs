//! The record batch of magic 2 (KIP-98, `DefaultRecordBatch`).
//!
//! ```text
//!   0  base offset             int64    offset of the first record; a broker patches it
//!   8  batch length            int32    of all that follows it
//!  12  partition leader epoch  int32    a broker patches it; not under the checksum
//!  16  magic                   int8     2
//!  17  crc                     uint32   CRC-32C of all that follows it
//!  21  attributes              int16
//!  23  last offset delta       int32    kept by compaction even when the last record is gone
//!  27  base timestamp          int64    of the first record, or the delete horizon
//!  35  max timestamp           int64    or the time of appending
//!  43  producer id             int64    -1 unless idempotent
//!  51  producer epoch          int16
//!  53  base sequence           int32
//!  57  number of records       int32
//!  61  records, or what they were compressed to
//! ```

use super::compression::{self, Codec};
use super::control::{self, ControlKey};
use super::error::{Error, RecordsError};
use super::record::{Record, Records};

/// Bytes before the records.
pub const HEADER_BYTES: usize = 61;
/// Offset of the checksum.
pub const CRC_AT: usize = 17;
/// Offset of the attributes, which is where the checksum begins to cover.
pub const ATTRIBUTES_AT: usize = 21;
/// Offset of the last record's delta.
pub const LAST_OFFSET_DELTA_AT: usize = 23;
/// Offset of the greatest timestamp.
pub const MAX_TIMESTAMP_AT: usize = 35;
/// Offset of the number of records.
pub const COUNT_AT: usize = 57;

/// Where a batch's timestamps come from (KIP-32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampType {
    /// Magic 0 has none.
    None,
    /// From the producer.
    Create,
    /// From the broker, when it appended the batch.
    LogAppend,
}

/// The attributes of a batch or message.
///
/// ```text
/// bit     0-2    3                4              5        6
/// magic 0 codec
/// magic 1 codec  timestamp type
/// magic 2 codec  timestamp type   transactional  control  delete horizon
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributes(pub i16);

impl Attributes {
    const CODEC: i16 = 7;
    const LOG_APPEND: i16 = 1 << 3;
    const TRANSACTIONAL: i16 = 1 << 4;
    const CONTROL: i16 = 1 << 5;
    const DELETE_HORIZON: i16 = 1 << 6;

    /// Those of a batch with this codec and nothing else.
    pub fn of(codec: Codec) -> Self {
        Self(i16::from(codec.id()))
    }

    /// The same with the records' timestamps replaced by the batch's greatest.
    pub fn log_append_time(self) -> Self {
        Self(self.0 | Self::LOG_APPEND)
    }

    /// The same with the records' own timestamps.
    pub fn create_time(self) -> Self {
        Self(self.0 & !Self::LOG_APPEND)
    }

    /// The same with another codec.
    pub fn with_codec(self, codec: Codec) -> Self {
        Self(self.0 & !Self::CODEC | i16::from(codec.id()))
    }

    /// The same as part of a transaction.
    pub fn transactional(self) -> Self {
        Self(self.0 | Self::TRANSACTIONAL)
    }

    /// The same for control records.
    pub fn control(self) -> Self {
        Self(self.0 | Self::CONTROL)
    }

    /// The same with a base timestamp that is the time until which compaction keeps tombstones.
    pub fn delete_horizon(self) -> Self {
        Self(self.0 | Self::DELETE_HORIZON)
    }

    /// The number of the codec.
    pub fn codec_id(self) -> u8 {
        (self.0 & Self::CODEC) as u8
    }

    /// The codec, where there is one of that number.
    pub fn codec(self) -> Result<Codec, RecordsError> {
        let id = self.codec_id();
        Codec::from_id(id).ok_or(RecordsError::UnknownCodec { id })
    }

    /// Whose timestamps the records have. In magic 0 there are none whatever the bit.
    pub fn timestamp_type(self) -> TimestampType {
        if self.0 & Self::LOG_APPEND != 0 { TimestampType::LogAppend } else { TimestampType::Create }
    }

    /// The batch is part of a transaction.
    pub fn is_transactional(self) -> bool {
        self.0 & Self::TRANSACTIONAL != 0
    }

    /// The batch holds control records, which no consumer hands out.
    pub fn is_control(self) -> bool {
        self.0 & Self::CONTROL != 0
    }

    /// The base timestamp is the time until which compaction keeps tombstones (KIP-534).
    pub fn has_delete_horizon(self) -> bool {
        self.0 & Self::DELETE_HORIZON != 0
    }

    /// The bits that mean nothing in a batch of this magic.
    pub fn unknown_bits(self, magic: u8) -> u16 {
        let known = match magic {
            0 => Self::CODEC,
            1 => Self::CODEC | Self::LOG_APPEND,
            _ => 0x7f,
        };
        (self.0 & !known) as u16
    }
}

/// The header of a batch of magic 2, and its bytes. Nothing was checked but its size.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    bytes: &'a [u8],
    header: &'a [u8; HEADER_BYTES],
}

impl<'a> Batch<'a> {
    /// The batch that `bytes` are, all of them.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        let header = bytes.first_chunk().ok_or(Error {
            at: super::batches::LENGTH_AT,
            unpacked: false,
            kind: RecordsError::HeaderShort { need: HEADER_BYTES, have: bytes.len() },
        })?;
        Ok(Self { bytes, header })
    }

    #[inline]
    fn array<const AT: usize, const N: usize>(&self) -> [u8; N] {
        const { assert!(AT + N <= HEADER_BYTES) };
        self.header.get(AT..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
    }

    /// All of the batch.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The offset of the first record, even where compaction has removed it.
    pub fn base_offset(&self) -> i64 {
        i64::from_be_bytes(self.array::<0, 8>())
    }

    /// The epoch of the leader that appended the batch; -1 from a producer.
    pub fn partition_leader_epoch(&self) -> i32 {
        i32::from_be_bytes(self.array::<12, 4>())
    }

    /// The checksum in the header.
    pub fn stored_crc(&self) -> u32 {
        u32::from_be_bytes(self.array::<CRC_AT, 4>())
    }

    /// The checksum of the bytes: CRC-32C of all from the attributes on.
    pub fn computed_crc(&self) -> u32 {
        crc32c::crc32c(self.bytes.get(ATTRIBUTES_AT..).unwrap_or_default())
    }

    /// Whether the two are the same.
    pub fn check_crc(&self) -> Result<(), Error> {
        let (stored, computed) = (self.stored_crc(), self.computed_crc());
        if stored == computed {
            return Ok(());
        }
        Err(Error { at: CRC_AT, unpacked: false, kind: RecordsError::Crc { stored, computed } })
    }

    /// Codec, flags.
    pub fn attributes(&self) -> Attributes {
        Attributes(i16::from_be_bytes(self.array::<ATTRIBUTES_AT, 2>()))
    }

    /// The codec.
    pub fn codec(&self) -> Result<Codec, Error> {
        // The codec is in the lower of the two bytes.
        self.attributes().codec().map_err(|kind| Error { at: ATTRIBUTES_AT + 1, unpacked: false, kind })
    }

    /// What the last record's offset is above the first one's.
    pub fn last_offset_delta(&self) -> i32 {
        i32::from_be_bytes(self.array::<LAST_OFFSET_DELTA_AT, 4>())
    }

    /// The offset of the last record.
    pub fn last_offset(&self) -> i64 {
        self.base_offset().wrapping_add(i64::from(self.last_offset_delta()))
    }

    /// The offset behind the last record's.
    pub fn next_offset(&self) -> i64 {
        self.last_offset().wrapping_add(1)
    }

    /// What the records' timestamps count from.
    pub fn base_timestamp(&self) -> i64 {
        i64::from_be_bytes(self.array::<27, 8>())
    }

    /// The greatest timestamp of the records, or that of all where the broker set it.
    pub fn max_timestamp(&self) -> i64 {
        i64::from_be_bytes(self.array::<MAX_TIMESTAMP_AT, 8>())
    }

    /// Until when compaction keeps the tombstones in this batch (KIP-534).
    pub fn delete_horizon(&self) -> Option<i64> {
        self.attributes().has_delete_horizon().then(|| self.base_timestamp())
    }

    /// The producer's id; -1 where it is not idempotent.
    pub fn producer_id(&self) -> i64 {
        i64::from_be_bytes(self.array::<43, 8>())
    }

    /// The producer's epoch.
    pub fn producer_epoch(&self) -> i16 {
        i16::from_be_bytes(self.array::<51, 2>())
    }

    /// The sequence number of the first record; -1 where the producer is not idempotent.
    pub fn base_sequence(&self) -> i32 {
        i32::from_be_bytes(self.array::<53, 4>())
    }

    /// The sequence number of the last record.
    pub fn last_sequence(&self) -> i32 {
        match self.base_sequence() {
            NO_SEQUENCE => NO_SEQUENCE,
            base => sequence_after(base, self.last_offset_delta()),
        }
    }

    /// The number of records by the header.
    pub fn count(&self) -> i32 {
        i32::from_be_bytes(self.array::<COUNT_AT, 4>())
    }

    /// The records, or what they were compressed to.
    pub fn payload(&self) -> &'a [u8] {
        self.bytes.get(HEADER_BYTES..).unwrap_or_default()
    }

    /// The records. Compressed ones are unpacked into `scratch`, at most `limit` bytes of them; where
    /// that fails, the records before the damage come first and then the failure.
    pub fn records<'s>(&self, limit: usize, scratch: &'s mut Vec<u8>) -> Result<Records<'s>, Error>
    where
        'a: 's,
    {
        let codec = self.codec()?;
        let count = self.count();
        if count < 0 {
            let kind = RecordsError::RecordCount { count };
            return Err(Error { at: COUNT_AT, unpacked: false, kind });
        }
        if codec == Codec::None || count == 0 {
            let payload = if count == 0 { &[] } else { self.bytes };
            return Ok(Records::new(self, payload, HEADER_BYTES.min(payload.len()), None));
        }
        scratch.clear();
        let failure = compression::decompress(codec, 2, self.payload(), limit, scratch).err();
        let failure = failure.map(|failure| Error {
            at: HEADER_BYTES + failure.at,
            unpacked: false,
            kind: RecordsError::Compression { codec, error: failure.error },
        });
        Ok(Records::new(self, scratch, 0, failure))
    }

    /// What a record of a control batch is; `None` in other batches, and for a record without a key.
    pub fn check_control(&self, record: &Record<'_>) -> Result<Option<ControlKey>, Error> {
        let Some(key) = record.key.filter(|_| self.attributes().is_control()) else { return Ok(None) };
        let unpacked = self.attributes().codec_id() != 0;
        control::key(key).map(Some).map_err(|kind| Error { at: record.at, unpacked, kind })
    }
}

/// Of records without a sequence number.
pub const NO_SEQUENCE: i32 = -1;

/// The sequence number `increment` behind `sequence`: after the greatest int32 comes 0
/// (`DefaultRecordBatch.incrementSequence`).
pub fn sequence_after(sequence: i32, increment: i32) -> i32 {
    if sequence > i32::MAX.wrapping_sub(increment) {
        increment.wrapping_sub(i32::MAX.wrapping_sub(sequence)).wrapping_sub(1)
    } else {
        sequence.wrapping_add(increment)
    }
}
