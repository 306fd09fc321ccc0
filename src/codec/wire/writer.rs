//! Writing: the primitives at the end of one buffer.

use super::{Context, STRING_BYTES_MAX};

/// Why a message could not be written in the version that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A field that the version lacks has a value other than its default and is not ignorable.
    #[error("version {version} has no field {field}, which is set to something other than its default")]
    FieldOfOtherVersion {
        /// The field's name.
        field: &'static str,
        /// The version.
        version: i16,
    },
    /// A null where the version does not allow it.
    #[error("null is not allowed here")]
    Null,
    /// A string over [`STRING_BYTES_MAX`], or bytes or an array too long for an int32.
    #[error("{length} is too long")]
    TooLong {
        /// The length, in bytes or elements.
        length: usize,
    },
    /// The message has no such version.
    #[error("there is no version {0}")]
    Version(i16),
}

/// Writes Kafka's primitives at the end of one buffer. The first failure sticks, as in [`Reader`](super::Reader).
#[derive(Debug, Default)]
pub struct Writer {
    /// What was written.
    pub buffer: Vec<u8>,
    /// Where bytes are to be put in when the buffer is sent, and how many: see
    /// [`Records::elsewhere`](super::Records::elsewhere).
    pub elsewhere: Vec<(usize, usize)>,
    error: Option<WriteError>,
}

impl Writer {
    /// Writes behind what `buffer` holds.
    pub fn new(buffer: Vec<u8>) -> Self {
        Self { buffer, elsewhere: Vec::new(), error: None }
    }

    /// The buffer, or the first failure.
    pub fn finish(self) -> Result<Vec<u8>, WriteError> {
        self.error.map_or(Ok(self.buffer), Err)
    }

    /// Notes a failure; only the first one counts.
    #[cold]
    pub fn fail(&mut self, error: WriteError) {
        self.error.get_or_insert(error);
    }

    /// An unsigned varint.
    #[inline]
    pub fn uvarint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.buffer.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.buffer.push(value as u8);
    }

    /// A zigzag varint.
    pub fn varint(&mut self, value: i32) {
        self.uvarint(((value << 1) ^ (value >> 31)) as u32);
    }

    /// A zigzag varint of 64 bits.
    pub fn varlong(&mut self, value: i64) {
        let mut rest = ((value << 1) ^ (value >> 63)) as u64;
        while rest >= 0x80 {
            self.buffer.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.buffer.push(rest as u8);
    }

    /// A length; `None` is null. See [`Reader::length`](super::Reader::length).
    #[inline]
    pub fn length(&mut self, length: Option<usize>, context: Context, short: bool) {
        if length.is_none() && !context.nullable {
            self.fail(WriteError::Null);
        }
        let max = if short { STRING_BYTES_MAX } else { i32::MAX as usize - 1 };
        if let Some(length) = length
            && length > max
        {
            self.fail(WriteError::TooLong { length });
        }
        match (context.flexible, short) {
            (true, _) => self.uvarint(length.map_or(0, |n| (n as u32).wrapping_add(1))),
            (false, true) => self.buffer.extend_from_slice(&length.map_or(-1, |n| n as i16).to_be_bytes()),
            (false, false) => self.buffer.extend_from_slice(&length.map_or(-1, |n| n as i32).to_be_bytes()),
        }
    }

    /// The marker before a nullable struct. See [`Reader::present`](super::Reader::present).
    pub fn present(&mut self, present: bool, context: Context) {
        self.buffer.push(match (present, context.tagged) {
            (true, _) => 1,
            (false, true) => 0,
            (false, false) => 0xff,
        });
    }

    /// Puts an unsigned varint before what was written since `at`: the varint's length is not known
    /// before its value is, and nearly always is one byte, which [`Writer::hole`] has left free.
    #[inline]
    pub fn fill_hole(&mut self, at: usize, value: u32) {
        if value < 0x80 {
            if let Some(byte) = self.buffer.get_mut(at) {
                *byte = value as u8;
            }
            return;
        }
        let mut varint = Writer::default();
        varint.uvarint(value);
        self.buffer.splice(at..=at, varint.buffer);
    }

    /// Leaves a byte free for [`Writer::fill_hole`] and tells where.
    #[inline(always)]
    pub fn hole(&mut self) -> usize {
        self.buffer.push(0);
        self.buffer.len() - 1
    }
}
