//! Messages of magic 0 and 1: the formats before Kafka 0.11 (KIP-31 and KIP-32, `LegacyRecord`,
//! `AbstractLegacyRecordBatch`).
//!
//! ```text
//!   0  offset        int64
//!   8  message size  int32    of all that follows it
//!  12  crc           uint32   CRC-32 of all that follows it
//!  16  magic         int8     0 or 1
//!  17  attributes    int8
//!  18  timestamp     int64    magic 1 only
//!      key length    int32    -1 is null
//!      key
//!      value length  int32    -1 is null
//!      value
//! ```
//!
//! A compressed message holds other messages in its value. In magic 0 these have their own offsets.
//! In magic 1 theirs count up from 0, and the wrapper has the offset of the last one; and where the
//! wrapper's timestamp is the time of appending, it is that of every message inside.

use super::batch::{Attributes, TimestampType};
use super::batches::{LENGTH_AT, LENGTH_END, LENGTH_MIN};
use super::compression::{self, Codec};
use super::error::{Error, Part, RecordsError};

/// Offset of the checksum.
pub const CRC_AT: usize = 12;
/// Offset of the attributes.
pub const ATTRIBUTES_AT: usize = 17;
/// Offset of the timestamp of magic 1, and of the key's length in magic 0.
pub const TIMESTAMP_AT: usize = 18;
/// Of a message of magic 0.
pub const NO_TIMESTAMP: i64 = -1;
const HEADER_BYTES: usize = LENGTH_END + LENGTH_MIN as usize;

/// One message. Nothing was checked but its size.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    bytes: &'a [u8],
    header: &'a [u8; HEADER_BYTES],
}

/// A length inside of a message and what it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Located<'a> {
    /// Offset of the length in the message.
    pub at: usize,
    pub length: i32,
    /// `None` is null.
    pub content: Option<&'a [u8]>,
}

impl<'a> Message<'a> {
    /// The message that `bytes` are, all of them, from its offset on.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        let header = bytes.first_chunk().ok_or(Error {
            at: LENGTH_AT,
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

    /// All of the message.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The offset as it is written: that of the last message inside of a compressed one.
    pub fn offset(&self) -> i64 {
        i64::from_be_bytes(self.array::<0, 8>())
    }

    /// The checksum in the message.
    pub fn stored_crc(&self) -> u32 {
        u32::from_be_bytes(self.array::<CRC_AT, 4>())
    }

    /// The checksum of the bytes: CRC-32 of all from the magic byte on.
    pub fn computed_crc(&self) -> u32 {
        crc32fast::hash(self.bytes.get(CRC_AT + 4..).unwrap_or_default())
    }

    /// Whether the two are the same.
    pub fn check_crc(&self) -> Result<(), Error> {
        let (stored, computed) = (self.stored_crc(), self.computed_crc());
        if stored == computed {
            return Ok(());
        }
        Err(Error { at: CRC_AT, unpacked: false, kind: RecordsError::Crc { stored, computed } })
    }

    /// The magic byte. Inside of a compressed message it can be any.
    pub fn magic(&self) -> u8 {
        let [magic] = self.array::<16, 1>();
        magic
    }

    /// Codec and timestamp type.
    pub fn attributes(&self) -> Attributes {
        let [attributes] = self.array::<ATTRIBUTES_AT, 1>();
        Attributes(i16::from(attributes))
    }

    /// The codec.
    pub fn codec(&self) -> Result<Codec, Error> {
        self.attributes().codec().map_err(|kind| Error { at: ATTRIBUTES_AT, unpacked: false, kind })
    }

    /// Where the timestamp comes from.
    pub fn timestamp_type(&self) -> TimestampType {
        if self.magic() == 0 { TimestampType::None } else { self.attributes().timestamp_type() }
    }

    /// The timestamp; -1 in magic 0.
    pub fn timestamp(&self) -> i64 {
        if self.magic() == 0 { NO_TIMESTAMP } else { i64::from_be_bytes(self.array::<TIMESTAMP_AT, 8>()) }
    }

    /// Offset of the key's length.
    pub(super) fn key_at(&self) -> usize {
        if self.magic() == 0 { TIMESTAMP_AT } else { TIMESTAMP_AT + 8 }
    }

    pub(super) fn length_at(&self, at: usize, part: Part) -> Result<i32, Error> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let kind = RecordsError::MessageShort { part, have: rest.len() };
        rest.first_chunk().map(|bytes| i32::from_be_bytes(*bytes)).ok_or(Error { at, unpacked: false, kind })
    }

    fn located(&self, at: usize, part: Part) -> Result<Located<'a>, Error> {
        let length = self.length_at(at, part)?;
        let Ok(size) = usize::try_from(length) else { return Ok(Located { at, length, content: None }) };
        let rest = self.bytes.get(at + 4..).unwrap_or_default();
        let kind = RecordsError::PartPastEnd { part, length, have: rest.len() };
        let content = rest.get(..size).ok_or(Error { at, unpacked: false, kind })?;
        Ok(Located { at, length, content: Some(content) })
    }

    pub(super) fn located_key(&self) -> Result<Located<'a>, Error> {
        self.located(self.key_at(), Part::Key)
    }

    /// The value stands behind the key, which need not fit for this: Kafka reads the value of a
    /// compressed message without looking at its key.
    pub(super) fn located_value(&self) -> Result<Located<'a>, Error> {
        let key_at = self.key_at();
        let key_length = self.length_at(key_at, Part::Key)?;
        self.located(key_at + 4 + usize::try_from(key_length).unwrap_or(0), Part::Value)
    }

    /// The length of the key as it is written: any negative number is null.
    pub fn key_length(&self) -> Result<i32, Error> {
        self.length_at(self.key_at(), Part::Key)
    }

    /// The length of the value as it is written, whether or not key and value fit.
    pub fn value_length(&self) -> Result<i32, Error> {
        let key = usize::try_from(self.key_length()?).unwrap_or(0);
        self.length_at(self.key_at() + 4 + key, Part::Value)
    }

    /// The key.
    pub fn key(&self) -> Result<Option<&'a [u8]>, Error> {
        self.located_key().map(|key| key.content)
    }

    /// The value; of a compressed message, the messages inside.
    pub fn value(&self) -> Result<Option<&'a [u8]>, Error> {
        self.located_value().map(|value| value.content)
    }

    /// The messages that this one stands for: itself, or those inside, unpacked into `scratch`, at
    /// most `limit` bytes of them.
    pub fn messages<'s>(&self, limit: usize, scratch: &'s mut Vec<u8>) -> Result<Messages<'s>, Error>
    where
        'a: 's,
    {
        let codec = self.codec()?;
        if codec == Codec::None {
            return Ok(Messages { wrapper: None, rest: self.bytes, at: 0, base: 0, failed: false });
        }
        scratch.clear();
        self.unpack(codec, limit, scratch)?;
        let base = self.inner_base(scratch)?;
        let messages =
            Messages { wrapper: Some(Wrapper::of(self)), rest: scratch, at: 0, base, failed: false };
        // Kafka asks the first one for the base offset before it looks at anything else.
        messages.clone().frame()?;
        Ok(messages)
    }

    /// Unpacks the value of a compressed message.
    pub(super) fn unpack(
        &self,
        codec: Codec,
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<compression::Oddity, Error> {
        let magic = self.magic();
        if codec == Codec::Zstd {
            let kind = RecordsError::CodecOfMagic { codec, magic };
            return Err(Error { at: ATTRIBUTES_AT, unpacked: false, kind });
        }
        let value = self.located_value()?;
        let Some(content) = value.content else {
            let kind = RecordsError::WrapperNull { length: value.length };
            return Err(Error { at: value.at, unpacked: false, kind });
        };
        compression::decompress(codec, magic, content, limit, out).map_err(|failure| Error {
            at: value.at + 4 + failure.at,
            unpacked: false,
            kind: RecordsError::Compression { codec, error: failure.error },
        })
    }

    /// What the offsets of the messages inside count from. These are all framed here, as Kafka does.
    pub(super) fn inner_base(&self, unpacked: &[u8]) -> Result<i64, Error> {
        let mut at = 0;
        let mut last = None;
        while let Some(message) = next_inner(unpacked, at)? {
            at += message.bytes.len();
            last = Some(message.offset());
        }
        let Some(last) = last else {
            return Err(Error { at: 0, unpacked: true, kind: RecordsError::WrapperEmpty });
        };
        let wrapper = self.offset();
        if self.magic() == 0 || wrapper == 0 {
            // librdkafka once left the wrapper's offset at 0, and in magic 0 they are absolute.
            return Ok(0);
        }
        if wrapper < last {
            let kind = RecordsError::WrapperOffset { wrapper, last };
            return Err(Error { at: 0, unpacked: false, kind });
        }
        Ok(wrapper.wrapping_sub(last))
    }
}

/// The next message inside of a compressed one; a cut-off one ends them in silence
/// (`DataLogInputStream`).
pub(super) fn next_inner(unpacked: &[u8], at: usize) -> Result<Option<Message<'_>>, Error> {
    let rest = unpacked.get(at..).unwrap_or_default();
    let Some(&size) = rest.get(LENGTH_AT..).and_then(<[u8]>::first_chunk) else { return Ok(None) };
    let size = i32::from_be_bytes(size);
    if size < LENGTH_MIN {
        let kind = RecordsError::SizeTooSmall { size, minimum: LENGTH_MIN };
        return Err(Error { at: at + LENGTH_AT, unpacked: true, kind });
    }
    Ok(rest.get(..LENGTH_END + size as usize).and_then(|bytes| Message::new(bytes).ok()))
}

/// What the messages inside take from the one around them.
#[derive(Debug, Clone, Copy)]
struct Wrapper {
    log_append: Option<i64>,
}

impl Wrapper {
    fn of(message: &Message<'_>) -> Self {
        let log_append = message.timestamp_type() == TimestampType::LogAppend;
        Self { log_append: log_append.then(|| message.timestamp()) }
    }
}

/// See [`Message::messages`]. Behind an error there is nothing more.
#[derive(Debug, Clone)]
pub struct Messages<'a> {
    wrapper: Option<Wrapper>,
    rest: &'a [u8],
    at: usize,
    base: i64,
    failed: bool,
}

/// A message that is not compressed, with its offset and timestamp worked out.
#[derive(Debug, Clone, Copy)]
pub struct PlainMessage<'a> {
    /// Offset of its first byte, in the batch or in what it unpacked to.
    pub at: usize,
    /// Offset in the partition.
    pub offset: i64,
    /// Milliseconds since 1970; -1 in magic 0.
    pub timestamp: i64,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value.
    pub value: Option<&'a [u8]>,
}

/// A message with its offset and timestamp worked out, whose key and value were not looked at.
#[derive(Debug, Clone, Copy)]
pub struct FramedMessage<'a> {
    /// Offset of its first byte, in the batch or in what it unpacked to.
    pub at: usize,
    /// Offset in the partition.
    pub offset: i64,
    /// Milliseconds since 1970; -1 in magic 0.
    pub timestamp: i64,
    /// The message as it is written.
    pub message: Message<'a>,
}

impl<'a> Messages<'a> {
    /// The offset of the next message.
    pub fn base_offset(&self) -> Option<i64> {
        let (_, message) = self.clone().frame().ok()??;
        Some(message.offset().wrapping_add(self.base))
    }

    /// The next message, which is not compressed, and its offset.
    fn frame(&mut self) -> Result<Option<(usize, Message<'a>)>, Error> {
        let at = self.at;
        let rest = self.rest.get(at..).unwrap_or_default();
        let message =
            if self.wrapper.is_some() { next_inner(self.rest, at)? } else { Message::new(rest).ok() };
        let Some(message) = message else { return Ok(None) };
        self.at += message.bytes.len();
        if self.wrapper.is_some() {
            let codec = message.codec().map_err(|error| self.inside(at, error))?;
            if codec != Codec::None {
                let kind = RecordsError::NestedWrapper { codec };
                return Err(self.inside(at, Error { at: ATTRIBUTES_AT, unpacked: true, kind }));
            }
        }
        Ok(Some((at, message)))
    }

    fn inside(&self, at: usize, error: Error) -> Error {
        Error { at: error.at + at, unpacked: self.wrapper.is_some(), ..error }
    }

    /// The next message; key and value need not fit into it.
    pub fn next_framed(&mut self) -> Result<Option<FramedMessage<'a>>, Error> {
        let Some((at, message)) = self.frame()? else { return Ok(None) };
        let log_append = self.wrapper.and_then(|wrapper| wrapper.log_append);
        let timestamp = log_append.filter(|_| message.magic() == 1).unwrap_or_else(|| message.timestamp());
        let offset = message.offset().wrapping_add(self.base);
        Ok(Some(FramedMessage { at, offset, timestamp, message }))
    }

    fn read(&mut self) -> Result<Option<PlainMessage<'a>>, Error> {
        let Some(FramedMessage { at, offset, timestamp, message }) = self.next_framed()? else {
            return Ok(None);
        };
        let key = message.key().map_err(|error| self.inside(at, error))?;
        let value = message.value().map_err(|error| self.inside(at, error))?;
        Ok(Some(PlainMessage { at, offset, timestamp, key, value }))
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<PlainMessage<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let result = self.read();
        self.failed = result.is_err();
        result.transpose()
    }
}
