//! Where one batch ends and the next begins.
//!
//! ```text
//!  0            8        12                16      17
//!  base offset  length   (differs)         magic   ...
//!               `- counts what follows it
//! ```
//!
//! The first 17 bytes are laid out alike in every format, so that batches can be told apart before
//! their magic byte is looked at (`ByteBufferLogInputStream`).

use super::batch::Batch;
use super::error::{Error, RecordsError, RecordsNote};
use super::legacy::Message;

/// Base offset and length, which the length does not count.
pub const LENGTH_END: usize = 12;
/// Offset of the length.
pub const LENGTH_AT: usize = 8;
/// Offset of the magic byte.
pub const MAGIC_AT: usize = 16;
/// The least length that Kafka takes: that of an empty message of magic 0.
pub const LENGTH_MIN: i32 = 14;
/// The newest message format.
pub const MAGIC_MAX: i8 = 2;

/// The batches of a log segment or of a records field, as byte ranges. Ends in silence before a
/// batch that is cut off ([`Batches::cut_off`]), and behind the first error.
#[derive(Debug, Clone)]
pub struct Batches<'a> {
    content: &'a [u8],
    at: usize,
    failed: bool,
}

impl<'a> Batches<'a> {
    /// The batches of `content`; offsets in errors count from its beginning.
    pub fn new(content: &'a [u8]) -> Self {
        Self { content, at: 0, failed: false }
    }

    /// Offset behind the last batch.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Bytes behind the last batch.
    pub fn left(&self) -> usize {
        self.content.len() - self.at
    }

    /// What the bytes behind the last batch are, when iteration has ended without an error.
    pub fn cut_off(&self) -> Option<RecordsNote> {
        let rest = self.content.get(self.at..).unwrap_or_default();
        match next_length(rest) {
            Ok(need) if need > rest.len() && !rest.is_empty() => {
                Some(RecordsNote::CutOff { need, have: rest.len() })
            }
            _ => None,
        }
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<RawBatch<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.content.get(self.at..).filter(|_| !self.failed)?;
        match next_length(rest) {
            Ok(length) => {
                let bytes = rest.get(..length)?;
                let magic = *bytes.get(MAGIC_AT)?;
                let batch = RawBatch { at: self.at, magic, bytes };
                self.at += length;
                Some(Ok(batch))
            }
            Err(mut error) => {
                self.failed = true;
                error.at += self.at;
                Some(Err(error))
            }
        }
    }
}

/// The length of the batch that `rest` begins with, which may be more than is there; also where so
/// little is there that the length is not known.
pub fn next_length(rest: &[u8]) -> Result<usize, Error> {
    let Some(&size) = rest.get(LENGTH_AT..).and_then(<[u8]>::first_chunk) else { return Ok(LENGTH_END) };
    let size = i32::from_be_bytes(size);
    let refuse = |at, kind| Err(Error { at, unpacked: false, kind });
    if size < LENGTH_MIN {
        return refuse(LENGTH_AT, RecordsError::SizeTooSmall { size, minimum: LENGTH_MIN });
    }
    let Some(&magic) = rest.get(MAGIC_AT) else { return Ok(size as usize + LENGTH_END) };
    let magic = magic as i8;
    if !(0..=MAGIC_MAX).contains(&magic) {
        return refuse(MAGIC_AT, RecordsError::Magic { magic });
    }
    // Kafka adds as Java ints do, and then trips over a negative buffer limit.
    if size.checked_add(LENGTH_END as i32).is_none() {
        return refuse(LENGTH_AT, RecordsError::SizeOverflow { size });
    }
    Ok(size as usize + LENGTH_END)
}

/// One batch as a range of bytes; only length and magic byte were looked at.
#[derive(Debug, Clone, Copy)]
pub struct RawBatch<'a> {
    /// Offset of its first byte in what it was found in.
    pub at: usize,
    /// Its magic byte: 0, 1 or 2.
    pub magic: u8,
    /// All of it.
    pub bytes: &'a [u8],
}

/// A batch in one of the two layouts.
#[derive(Debug, Clone, Copy)]
pub enum AnyBatch<'a> {
    /// Magic 2.
    Batch(Batch<'a>),
    /// Magic 0 or 1: a single message, or a compressed one that holds others.
    Message(Message<'a>),
}

impl<'a> RawBatch<'a> {
    /// Its header's view. Offsets in errors count from the batch's first byte, here and below.
    pub fn view(&self) -> Result<AnyBatch<'a>, Error> {
        if self.magic == MAGIC_MAX as u8 {
            Batch::new(self.bytes).map(AnyBatch::Batch)
        } else {
            Message::new(self.bytes).map(AnyBatch::Message)
        }
    }

    /// Whether Apache Kafka reads the batch and every record of it without an error, checksum
    /// included. `scratch` is room for unpacking that is used again from batch to batch; no batch may
    /// unpack to more than `limit` bytes.
    pub fn check(&self, limit: usize, scratch: &mut Vec<u8>) -> Result<(), Error> {
        match self.view()? {
            AnyBatch::Batch(batch) => {
                batch.codec()?;
                batch.check_crc()?;
                let mut records = batch.records(limit, scratch)?;
                records.try_for_each(|record| batch.check_control(&record?).map(|_| ()))
            }
            AnyBatch::Message(message) => {
                let mut inner = message.messages(limit, scratch)?;
                message.check_crc()?;
                inner.try_for_each(|message| message.map(|_| ()))
            }
        }
    }
}
