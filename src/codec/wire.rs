//! The primitives of Kafka's wire format: [`Reader`], [`Writer`] and the Rust types that stand for
//! Kafka's types.
//!
//! What is refused here is what Apache Kafka 4.4's generated readers refuse
//! (`ByteBufferAccessor`, `ByteUtils`, `MessageDataGenerator`); what they let pass is let pass.
//! The dissector reads through the same [`Reader`], so both stop at the same byte.

mod tags;
mod types;
mod writer;

use super::schema::Field;

pub use tags::{TagWriter, UnknownTag, UnknownTags, read_tags};
pub use types::{Array, Body, Bytes, Fixed, Records, Str, Uuid, Wire, WireStruct, round_trip};
pub use writer::{WriteError, Writer};

/// The longest string Kafka takes, in bytes: its generated readers compare with `0x7fff` even where
/// the length is a varint.
pub const STRING_BYTES_MAX: usize = 0x7fff;
/// The most elements Kafka 4.4 takes in one array.
pub const ARRAY_ELEMENTS_MAX: usize = 1_000_000;
/// The most tagged fields Kafka 4.4 takes in one struct.
pub const TAGGED_FIELDS_MAX: usize = 10_000;
/// Room taken for an array before its first element was read: a count is only a claim.
const ARRAY_RESERVE_MAX: usize = 64;

/// Where and why decoding stopped. The field path is not kept: the cold path reads the same bytes
/// again with [`crate::codec::dissect`], which names every field it passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// Offset of the first byte of the primitive that could not be read; of a string, array or
    /// tagged field that does not fit, the offset of its length.
    pub at: usize,
    /// What was wrong there.
    pub kind: ErrorKind,
}

/// Why Apache Kafka refuses the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The input ends inside a fixed-size value or varint.
    Short {
        /// Bytes that the value needs.
        need: usize,
        /// Bytes that are there.
        have: usize,
    },
    /// A length runs past the end of the input.
    LengthPastEnd {
        /// Bytes that the length claims.
        need: usize,
        /// Bytes that follow it.
        have: usize,
    },
    /// A length below zero, which means null, where null is not allowed.
    Null {
        /// The length as it stands on the wire (compact lengths less one).
        length: i32,
    },
    /// A string over [`STRING_BYTES_MAX`].
    StringTooLong {
        /// The claimed length in bytes.
        length: usize,
    },
    /// More elements than bytes are left: Kafka refuses before it allocates.
    CountPastEnd {
        /// The claimed number of elements.
        count: usize,
        /// Bytes that follow.
        have: usize,
    },
    /// More elements than [`ARRAY_ELEMENTS_MAX`].
    CountTooLarge {
        /// The claimed number of elements.
        count: usize,
    },
    /// More tagged fields than [`TAGGED_FIELDS_MAX`] or than bytes are left, or a negative number.
    TagCount {
        /// The number as Kafka reads it: a Java int.
        count: i32,
        /// Bytes that follow.
        have: usize,
    },
    /// A tagged field with a negative size.
    TagSize {
        /// The size as Kafka reads it: a Java int.
        size: i32,
    },
    /// A tag that this message knows, but not in this version.
    TagVersion {
        /// The tag.
        tag: u32,
        /// The version of the message.
        version: i16,
    },
    /// A varint whose fifth (32 bits) or tenth (64 bits) byte still says that more follow.
    VarintTooLong,
    /// The message has no such version.
    Version {
        /// The version that was asked for.
        version: i16,
    },
}

/// How a value is read or written: the message's version, and what the field's declaration says of
/// this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The message's version.
    pub version: i16,
    /// Lengths are compact and structs end in tagged fields (KIP-482).
    pub flexible: bool,
    /// Null is allowed here.
    pub nullable: bool,
    /// The value stands in a tagged field, where a nullable struct has another marker.
    pub tagged: bool,
}

impl Context {
    /// The context of a message's outermost struct.
    pub fn new(version: i16, flexible: bool) -> Self {
        Self { version, flexible, nullable: false, tagged: false }
    }

    /// The context of one field.
    #[inline(always)]
    pub fn field(self, field: &Field, tagged: bool) -> Self {
        Self {
            version: self.version,
            flexible: self.flexible && !field.inflexible,
            nullable: field.nullable.contain(self.version),
            tagged,
        }
    }

    /// The context of the elements of an array.
    #[inline]
    pub fn element(self) -> Self {
        Self { nullable: false, tagged: false, ..self }
    }
}

/// Reads Kafka's primitives. The first failure sticks: it empties the reader, later reads yield
/// zeros, and [`Reader::finish`] reports it, so that the code of hot paths has no branch per field.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    end: usize,
    error: Option<Error>,
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from their beginning; offsets in errors count from there.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, end: bytes.len(), error: None }
    }

    /// Reads `bytes`, whose first one stands at `offset` of what errors count from.
    pub fn at_offset(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes, end: offset + bytes.len(), error: None }
    }

    /// Offset of the next byte.
    #[inline(always)]
    pub fn at(&self) -> usize {
        self.end - self.rest.len()
    }

    /// Bytes not read yet.
    #[inline(always)]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// No read has failed yet.
    #[inline(always)]
    pub fn ok(&self) -> bool {
        self.error.is_none()
    }

    /// The first failure.
    pub fn error(&self) -> Option<Error> {
        self.error
    }

    /// The first failure, or else how many bytes were left over.
    pub fn finish(self) -> Result<usize, Error> {
        self.error.map_or(Ok(self.rest.len()), Err)
    }

    /// Notes a failure at `at`; only the first one counts.
    #[cold]
    pub fn fail(&mut self, at: usize, kind: ErrorKind) {
        if self.error.is_none() {
            self.error = Some(Error { at, kind });
            self.rest = &[];
        }
    }

    #[cold]
    fn short(&mut self, need: usize) {
        let (at, have) = (self.at(), self.left());
        self.fail(at, ErrorKind::Short { need, have });
    }

    /// The next `N` bytes, or zeros.
    #[inline(always)]
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        match self.rest.split_first_chunk::<N>() {
            Some((head, rest)) => {
                self.rest = rest;
                *head
            }
            None => {
                self.short(N);
                [0; N]
            }
        }
    }

    /// The next `n` bytes, whose length was read at offset `length_at`.
    #[inline(always)]
    pub fn content(&mut self, n: usize, length_at: usize) -> &'a [u8] {
        match self.rest.split_at_checked(n) {
            Some((head, rest)) => {
                self.rest = rest;
                head
            }
            None => {
                let have = self.left();
                self.fail(length_at, ErrorKind::LengthPastEnd { need: n, have });
                &[]
            }
        }
    }

    /// An unsigned varint of up to five bytes. As `ByteUtils.readUnsignedVarint` does, overlong
    /// forms pass and bits over 32 are lost.
    #[inline(always)]
    pub fn uvarint(&mut self) -> u32 {
        if let Some((&first, rest)) = self.rest.split_first()
            && first < 0x80
        {
            self.rest = rest;
            return u32::from(first);
        }
        self.uvarint_long()
    }

    fn uvarint_long(&mut self) -> u32 {
        let start = self.at();
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.array();
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return if self.ok() { value } else { 0 };
            }
        }
        self.fail(start, ErrorKind::VarintTooLong);
        0
    }

    /// A zigzag varint of up to five bytes.
    #[inline]
    pub fn varint(&mut self) -> i32 {
        let raw = self.uvarint();
        (raw >> 1) as i32 ^ -((raw & 1) as i32)
    }

    /// A zigzag varint of up to ten bytes; bits over 64 are lost.
    #[inline]
    pub fn varlong(&mut self) -> i64 {
        let start = self.at();
        let mut value = 0u64;
        for i in 0..10 {
            let [byte] = self.array();
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                return if self.ok() { (value >> 1) as i64 ^ -((value & 1) as i64) } else { 0 };
            }
        }
        self.fail(start, ErrorKind::VarintTooLong);
        0
    }

    /// The length before a string (`short`: int16 where not compact), bytes or an array. `None` is
    /// null: any negative length.
    #[inline]
    pub fn length(&mut self, context: Context, short: bool) -> Option<usize> {
        let at = self.at();
        let length = if context.flexible {
            // A Java int: 0xffffffff is -1 before the subtraction, 0x80000000 wraps to the largest.
            (self.uvarint() as i32).wrapping_sub(1)
        } else if short {
            i32::from(i16::from_be_bytes(self.array()))
        } else {
            i32::from_be_bytes(self.array())
        };
        if let Ok(length) = usize::try_from(length) {
            return Some(length);
        }
        if !context.nullable && self.ok() {
            self.fail(at, ErrorKind::Null { length });
        }
        None
    }

    /// The length of a string; `None` is null.
    #[inline]
    pub fn string_length(&mut self, context: Context) -> Option<usize> {
        let at = self.at();
        let length = self.length(context, true)?;
        if length > STRING_BYTES_MAX {
            self.fail(at, ErrorKind::StringTooLong { length });
            return None;
        }
        Some(length)
    }

    /// The bytes of a string, after its length; `None` is null.
    #[inline]
    pub fn string(&mut self, context: Context) -> Option<&'a [u8]> {
        let at = self.at();
        let length = self.string_length(context)?;
        Some(self.content(length, at))
    }

    /// Bytes after their length; `None` is null.
    #[inline]
    pub fn bytes(&mut self, context: Context) -> Option<&'a [u8]> {
        let at = self.at();
        let length = self.length(context, false)?;
        Some(self.content(length, at))
    }

    /// The number of elements of an array; `None` is null.
    #[inline]
    pub fn count(&mut self, context: Context) -> Option<usize> {
        let at = self.at();
        let count = self.length(context, false)?;
        if count > self.left() {
            if self.ok() {
                let have = self.left();
                self.fail(at, ErrorKind::CountPastEnd { count, have });
            }
            return None;
        }
        if count > ARRAY_ELEMENTS_MAX {
            self.fail(at, ErrorKind::CountTooLarge { count });
            return None;
        }
        Some(count)
    }

    /// Whether a nullable struct is there: an int8 that is not negative, or in a tagged field an
    /// unsigned varint over zero.
    #[inline]
    pub fn present(&mut self, context: Context) -> bool {
        let marker =
            if context.tagged { (self.uvarint() as i32) > 0 } else { i8::from_be_bytes(self.array()) >= 0 };
        marker && self.ok()
    }

    /// The number of tagged fields of a struct, which nearly always is none.
    #[inline(always)]
    pub fn tag_count(&mut self) -> usize {
        if let Some((0, rest)) = self.rest.split_first() {
            self.rest = rest;
            return 0;
        }
        self.tag_count_of_some()
    }

    fn tag_count_of_some(&mut self) -> usize {
        let at = self.at();
        let count = self.uvarint() as i32;
        let have = self.left();
        match usize::try_from(count) {
            Ok(n) if n <= have && n <= TAGGED_FIELDS_MAX => n,
            _ => {
                self.fail(at, ErrorKind::TagCount { count, have });
                0
            }
        }
    }

    /// A tag and the size that its field claims. The size of a known tag is not checked, neither by
    /// Kafka nor here: read its value and go on where that ends.
    #[inline]
    pub fn tag(&mut self) -> (u32, u32) {
        (self.uvarint(), self.uvarint())
    }

    /// Whether this version has the tagged field whose content comes next; Kafka refuses a tag
    /// that it knows from other versions only.
    #[inline]
    pub fn check_tag_version(&mut self, field: &Field, context: Context) -> bool {
        let here = field.versions.contain(context.version);
        if !here {
            let kind = ErrorKind::TagVersion { tag: field.tag.unwrap_or(0), version: context.version };
            self.fail(self.at(), kind);
        }
        here
    }

    /// The content of a tag that this message does not know, whose size was read at `size_at`.
    pub fn unknown_tag(&mut self, size: u32, size_at: usize) -> &'a [u8] {
        match usize::try_from(size as i32) {
            Ok(n) => self.content(n, size_at),
            Err(_) => {
                self.fail(size_at, ErrorKind::TagSize { size: size as i32 });
                &[]
            }
        }
    }
}
