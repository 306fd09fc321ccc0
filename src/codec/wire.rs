//! The primitives of Kafka's wire format: [`Reader`], [`Writer`] and the Rust types that stand for
//! Kafka's types.
//!
//! What is refused here is what Apache Kafka 4.4's generated readers refuse
//! (`ByteBufferAccessor`, `ByteUtils`, `MessageDataGenerator`); what they let pass is let pass.
//! The dissector reads through the same [`Reader`], so both stop at the same byte.

use std::borrow::Cow;

use super::schema::{Default as FieldDefault, Field, Message, RoundTripError, Struct, Type};

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

/// Writes Kafka's primitives at the end of one buffer. The first failure sticks, as in [`Reader`].
#[derive(Debug, Default)]
pub struct Writer {
    /// What was written.
    pub buffer: Vec<u8>,
    error: Option<WriteError>,
}

impl Writer {
    /// Writes behind what `buffer` holds.
    pub fn new(buffer: Vec<u8>) -> Self {
        Self { buffer, error: None }
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

    /// A length; `None` is null. See [`Reader::length`].
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

    /// The marker before a nullable struct. See [`Reader::present`].
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

/// A type of Kafka's protocol: how it is read, written and described. Implemented for the
/// primitives here and, by [`schema!`](crate::schema), for every struct of every message.
///
/// The methods about fields take the field's declaration, so that the macro has one call to expand
/// for each; with the declaration a constant, they come down to a comparison or to nothing.
pub trait Wire<'a>: Sized {
    /// What the dissector and the JSON codec know of the type.
    const TYPE: Type;
    /// Reads a value; after a failure the result is meaningless.
    fn read(reader: &mut Reader<'a>, context: Context) -> Self;
    /// Writes a value.
    fn write(&self, writer: &mut Writer, context: Context);
    /// The value of a field that is not there. Without a default in the schema even a nullable
    /// field is empty then, not null.
    fn from_default(default: FieldDefault) -> Self;
    /// Whether a field has the value that it has when it is not there.
    fn is_default(&self, default: FieldDefault) -> bool;

    /// Reads a field where it stands, if this version has it there.
    #[inline(always)]
    fn read_field(reader: &mut Reader<'a>, context: Context, field: &Field) -> Self {
        if field.tag.is_none() && field.versions.contain(context.version) {
            Self::read(reader, context.field(field, false))
        } else {
            Self::from_default(field.default)
        }
    }

    /// Reads the content of a tagged field.
    #[inline(always)]
    fn read_tagged(reader: &mut Reader<'a>, context: Context, field: &Field) -> Self {
        reader.check_tag_version(field, context);
        Self::read(reader, context.field(field, true))
    }

    /// Whether a tagged field is written: in a version that has it, and other than its default.
    #[inline(always)]
    fn is_worth_a_tag(&self, context: Context, field: &Field) -> bool {
        field.versions.contain(context.version) && !self.is_default(field.default)
    }

    /// Writes a field where it stands, if this version has it there.
    #[inline(always)]
    fn write_field(&self, writer: &mut Writer, context: Context, field: &Field) {
        if field.versions.contain(context.version) {
            if field.tag.is_none() {
                self.write(writer, context.field(field, false));
            }
        } else if !field.ignorable && !self.is_default(field.default) {
            writer.fail(WriteError::FieldOfOtherVersion { field: field.name, version: context.version });
        }
    }
}

/// A struct of a message.
pub trait WireStruct<'a>: Wire<'a> {
    /// Its table.
    const SHAPE: &'static Struct;
}

/// A whole message: the outermost struct of its schema.
pub trait Body<'a>: Wire<'a> {
    /// Its table.
    const MESSAGE: &'static Message;

    /// Reads the message in `version` from the reader's place on; what follows it is left.
    fn decode(reader: &mut Reader<'a>, version: i16) -> Result<Self, Error> {
        if !Self::MESSAGE.versions.contain(version) {
            return Err(Error { at: reader.at(), kind: ErrorKind::Version { version } });
        }
        let message = Self::read(reader, Context::new(version, Self::MESSAGE.flexible.contain(version)));
        reader.error().map_or(Ok(message), Err)
    }

    /// Writes the message in `version` behind what the writer holds.
    fn encode(&self, writer: &mut Writer, version: i16) {
        if Self::MESSAGE.versions.contain(version) {
            self.write(writer, Context::new(version, Self::MESSAGE.flexible.contain(version)));
        } else {
            writer.fail(WriteError::Version(version));
        }
    }
}

/// Decodes a message and encodes it again; for tests and benchmarks over all messages.
pub fn round_trip<'a, T: Body<'a>>(bytes: &'a [u8], version: i16) -> Result<Vec<u8>, RoundTripError> {
    let message = T::decode(&mut Reader::new(bytes), version).map_err(RoundTripError::Read)?;
    let mut writer = Writer::default();
    message.encode(&mut writer, version);
    writer.finish().map_err(RoundTripError::Write)
}

macro_rules! fixed {
    ($($type:ty => $kind:ident),*) => { $(
        impl<'a> Wire<'a> for $type {
            const TYPE: Type = Type::$kind;
            #[inline]
            fn read(reader: &mut Reader<'a>, _: Context) -> Self {
                <$type>::from_be_bytes(reader.array())
            }
            #[inline]
            fn write(&self, writer: &mut Writer, _: Context) {
                writer.buffer.extend_from_slice(&self.to_be_bytes());
            }
            #[inline]
            fn from_default(default: FieldDefault) -> Self {
                match default {
                    FieldDefault::Int(value) => value as Self,
                    FieldDefault::Zero | FieldDefault::Null => Self::default(),
                }
            }
            #[inline]
            fn is_default(&self, default: FieldDefault) -> bool {
                *self == Self::from_default(default)
            }
        }
    )* };
}
fixed!(i8 => Int8, i16 => Int16, u16 => Uint16, i32 => Int32, u32 => Uint32, i64 => Int64, f64 => Float64);

impl<'a> Wire<'a> for bool {
    const TYPE: Type = Type::Bool;
    #[inline]
    fn read(reader: &mut Reader<'a>, _: Context) -> Self {
        reader.array::<1>() != [0]
    }
    #[inline]
    fn write(&self, writer: &mut Writer, _: Context) {
        writer.buffer.push(u8::from(*self));
    }
    #[inline]
    fn from_default(default: FieldDefault) -> Self {
        default == FieldDefault::Int(1)
    }
    #[inline]
    fn is_default(&self, default: FieldDefault) -> bool {
        *self == Self::from_default(default)
    }
}

/// A 16-byte id, in Kafka's order of bytes. Kafka writes it as URL-safe base64 without padding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid(pub [u8; 16]);

impl<'a> Wire<'a> for Uuid {
    const TYPE: Type = Type::Uuid;
    #[inline]
    fn read(reader: &mut Reader<'a>, _: Context) -> Self {
        Self(reader.array())
    }
    #[inline]
    fn write(&self, writer: &mut Writer, _: Context) {
        writer.buffer.extend_from_slice(&self.0);
    }
    #[inline]
    fn from_default(_: FieldDefault) -> Self {
        Self::default()
    }
    #[inline]
    fn is_default(&self, _: FieldDefault) -> bool {
        self.0 == [0; 16]
    }
}

/// A string as it stands on the wire. Kafka reads invalid UTF-8 as U+FFFD and accepts it, so the
/// bytes are kept and judged as text only when they are shown.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Str<'a>(pub Cow<'a, [u8]>);

impl<'a> Str<'a> {
    /// The text, with U+FFFD for what is not UTF-8.
    pub fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}
impl std::fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.to_text())
    }
}
impl<'a> From<&'a str> for Str<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text.as_bytes()))
    }
}
impl From<String> for Str<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text.into_bytes()))
    }
}

/// Bytes after a length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Bytes<'a>(pub Cow<'a, [u8]>);

/// Record batches or message sets after a length in bytes; see [`crate::codec::records`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Records<'a>(pub Cow<'a, [u8]>);

macro_rules! variable {
    ($($type:ident => $kind:ident, $read:ident, $short:literal;)*) => { $(
        impl<'a> Wire<'a> for $type<'a> {
            const TYPE: Type = Type::$kind;
            #[inline]
            fn read(reader: &mut Reader<'a>, context: Context) -> Self {
                Self(Cow::Borrowed(reader.$read(context).unwrap_or_default()))
            }
            #[inline]
            fn write(&self, writer: &mut Writer, context: Context) {
                writer.length(Some(self.0.len()), context, $short);
                writer.buffer.extend_from_slice(&self.0);
            }
            #[inline]
            fn from_default(_: FieldDefault) -> Self { Self::default() }
            #[inline]
            fn is_default(&self, _: FieldDefault) -> bool { self.0.is_empty() }
        }
        impl<'a> Wire<'a> for Option<$type<'a>> {
            const TYPE: Type = Type::$kind;
            #[inline]
            fn read(reader: &mut Reader<'a>, context: Context) -> Self {
                reader.$read(context).map(|bytes| $type(Cow::Borrowed(bytes)))
            }
            #[inline]
            fn write(&self, writer: &mut Writer, context: Context) {
                match self {
                    Some(value) => value.write(writer, context),
                    None => writer.length(None, context, $short),
                }
            }
            #[inline]
            fn from_default(default: FieldDefault) -> Self {
                (default != FieldDefault::Null).then($type::default)
            }
            #[inline]
            fn is_default(&self, default: FieldDefault) -> bool {
                match self {
                    Some(value) => default != FieldDefault::Null && value.0.is_empty(),
                    None => default == FieldDefault::Null,
                }
            }
        }
    )* };
}
variable! {
    Str => String, string, true;
    Bytes => Bytes, bytes, false;
    Records => Records, bytes, false;
}

#[inline]
fn read_elements<'a, T: Wire<'a>>(count: usize, reader: &mut Reader<'a>, context: Context) -> Vec<T> {
    let mut elements = Vec::with_capacity(count.min(ARRAY_RESERVE_MAX));
    for _ in 0..count {
        let element = T::read(reader, context.element());
        if !reader.ok() {
            break;
        }
        elements.push(element);
    }
    elements
}

impl<'a, T: Wire<'a>> Wire<'a> for Vec<T> {
    const TYPE: Type = Type::Array(&T::TYPE);
    #[inline]
    fn read(reader: &mut Reader<'a>, context: Context) -> Self {
        reader.count(context).map_or(Vec::new(), |n| read_elements(n, reader, context))
    }
    #[inline]
    fn write(&self, writer: &mut Writer, context: Context) {
        writer.length(Some(self.len()), context, false);
        for element in self {
            element.write(writer, context.element());
        }
    }
    #[inline]
    fn from_default(_: FieldDefault) -> Self {
        Vec::new()
    }
    #[inline]
    fn is_default(&self, _: FieldDefault) -> bool {
        self.is_empty()
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Option<Vec<T>> {
    const TYPE: Type = Type::Array(&T::TYPE);
    #[inline]
    fn read(reader: &mut Reader<'a>, context: Context) -> Self {
        reader.count(context).map(|n| read_elements(n, reader, context))
    }
    #[inline]
    fn write(&self, writer: &mut Writer, context: Context) {
        match self {
            Some(elements) => elements.write(writer, context),
            None => writer.length(None, context, false),
        }
    }
    #[inline]
    fn from_default(default: FieldDefault) -> Self {
        (default != FieldDefault::Null).then(Vec::new)
    }
    #[inline]
    fn is_default(&self, default: FieldDefault) -> bool {
        match self {
            Some(elements) => default != FieldDefault::Null && elements.is_empty(),
            None => default == FieldDefault::Null,
        }
    }
}

impl<'a, T: WireStruct<'a>> Wire<'a> for Option<T> {
    const TYPE: Type = Type::Struct(T::SHAPE);
    fn read(reader: &mut Reader<'a>, context: Context) -> Self {
        (!context.nullable || reader.present(context)).then(|| T::read(reader, context))
    }
    fn write(&self, writer: &mut Writer, context: Context) {
        if context.nullable {
            writer.present(self.is_some(), context);
        } else if self.is_none() {
            writer.fail(WriteError::Null);
        }
        if let Some(value) = self {
            value.write(writer, context);
        }
    }
    fn from_default(default: FieldDefault) -> Self {
        (default != FieldDefault::Null).then(|| T::from_default(default))
    }
    fn is_default(&self, default: FieldDefault) -> bool {
        match self {
            Some(value) => default != FieldDefault::Null && value.is_default(FieldDefault::Zero),
            None => default == FieldDefault::Null,
        }
    }
}

/// A value of a fixed number of bytes, of which [`Array`] borrows many.
pub trait Fixed: Copy {
    /// Its bytes, big-endian.
    type Bytes: Copy + AsRef<[u8]> + 'static;
    /// From its bytes.
    fn from_bytes(bytes: Self::Bytes) -> Self;
    /// To its bytes.
    fn to_bytes(self) -> Self::Bytes;
    /// Cuts bytes into values; what is left over is too short for one.
    fn cut(bytes: &[u8]) -> (&[Self::Bytes], &[u8]);
}

macro_rules! fixed_bytes {
    ($($type:ty: $bytes:literal, $from:expr, $to:expr;)*) => { $(
        impl Fixed for $type {
            type Bytes = [u8; $bytes];
            #[inline]
            fn from_bytes(bytes: [u8; $bytes]) -> Self { $from(bytes) }
            #[inline]
            fn to_bytes(self) -> [u8; $bytes] { $to(self) }
            #[inline]
            fn cut(bytes: &[u8]) -> (&[[u8; $bytes]], &[u8]) { bytes.as_chunks() }
        }
    )* };
}
fixed_bytes! {
    i8: 1, i8::from_be_bytes, i8::to_be_bytes;
    i16: 2, i16::from_be_bytes, i16::to_be_bytes;
    i32: 4, i32::from_be_bytes, i32::to_be_bytes;
    i64: 8, i64::from_be_bytes, i64::to_be_bytes;
    Uuid: 16, Uuid, |id: Uuid| id.0;
}

/// An array of numbers or ids. Decoded, it borrows the bytes: replica lists and partition numbers are
/// most of what metadata and assignments hold, and are often passed on as they came.
#[derive(Clone)]
pub enum Array<'a, T: Fixed> {
    /// As it stands on the wire.
    Wire(&'a [T::Bytes]),
    /// As made here.
    Owned(Vec<T>),
}

impl<'a, T: Fixed> Array<'a, T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Array::Wire(values) => values.len(),
            Array::Owned(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `index`.
    pub fn get(&self, index: usize) -> Option<T> {
        match self {
            Array::Wire(values) => values.get(index).map(|&bytes| T::from_bytes(bytes)),
            Array::Owned(values) => values.get(index).copied(),
        }
    }

    /// The values in their order.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    fn read_values(count: usize, reader: &mut Reader<'a>) -> Self {
        let (values, _) = T::cut(reader.rest);
        let width = size_of::<T::Bytes>();
        match (values.get(..count), reader.rest.get(count.saturating_mul(width)..)) {
            (Some(values), Some(rest)) => {
                reader.rest = rest;
                Array::Wire(values)
            }
            _ => {
                // The element that is not whole, as if they had been read one by one.
                let have = reader.left() % width;
                reader.fail(reader.end - have, ErrorKind::Short { need: width, have });
                Array::default()
            }
        }
    }
}
impl<T: Fixed> Default for Array<'_, T> {
    fn default() -> Self {
        Array::Wire(&[])
    }
}
impl<T: Fixed> From<Vec<T>> for Array<'_, T> {
    fn from(values: Vec<T>) -> Self {
        Array::Owned(values)
    }
}
impl<T: Fixed> FromIterator<T> for Array<'_, T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Array::Owned(values.into_iter().collect())
    }
}
impl<T: Fixed + std::fmt::Debug> std::fmt::Debug for Array<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
impl<T: Fixed + PartialEq> PartialEq for Array<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Fixed + Wire<'a>> Wire<'a> for Array<'a, T> {
    const TYPE: Type = Type::Array(&T::TYPE);
    #[inline]
    fn read(reader: &mut Reader<'a>, context: Context) -> Self {
        reader.count(context).map_or_else(Self::default, |n| Self::read_values(n, reader))
    }
    #[inline]
    fn write(&self, writer: &mut Writer, context: Context) {
        writer.length(Some(self.len()), context, false);
        match self {
            Array::Wire(values) => {
                values.iter().for_each(|value| writer.buffer.extend_from_slice(value.as_ref()))
            }
            Array::Owned(values) => {
                values.iter().for_each(|value| writer.buffer.extend_from_slice(value.to_bytes().as_ref()));
            }
        }
    }
    #[inline]
    fn from_default(_: FieldDefault) -> Self {
        Self::default()
    }
    #[inline]
    fn is_default(&self, _: FieldDefault) -> bool {
        self.is_empty()
    }
}

impl<'a, T: Fixed + Wire<'a>> Wire<'a> for Option<Array<'a, T>> {
    const TYPE: Type = Type::Array(&T::TYPE);
    #[inline]
    fn read(reader: &mut Reader<'a>, context: Context) -> Self {
        reader.count(context).map(|n| Array::read_values(n, reader))
    }
    #[inline]
    fn write(&self, writer: &mut Writer, context: Context) {
        match self {
            Some(values) => values.write(writer, context),
            None => writer.length(None, context, false),
        }
    }
    #[inline]
    fn from_default(default: FieldDefault) -> Self {
        (default != FieldDefault::Null).then(Array::default)
    }
    #[inline]
    fn is_default(&self, default: FieldDefault) -> bool {
        match self {
            Some(values) => default != FieldDefault::Null && values.is_empty(),
            None => default == FieldDefault::Null,
        }
    }
}

/// Tagged fields that this version of the message does not know, in the order read.
pub type UnknownTags<'a> = Vec<UnknownTag<'a>>;

/// A tagged field that this version of the message does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTag<'a> {
    /// The tag.
    pub tag: u32,
    /// Its content.
    pub content: Cow<'a, [u8]>,
}

/// Reads the tagged fields of one struct: `known` reads the content of a tag that it knows.
#[inline(always)]
pub fn read_tags<'a>(
    reader: &mut Reader<'a>,
    unknown: &mut UnknownTags<'a>,
    mut known: impl FnMut(u32, &mut Reader<'a>) -> bool,
) {
    for _ in 0..reader.tag_count() {
        let tag = reader.uvarint();
        let size_at = reader.at();
        let size = reader.uvarint();
        if !known(tag, reader) {
            read_unknown(reader, unknown, tag, size, size_at);
        }
        if !reader.ok() {
            break;
        }
    }
}

#[cold]
fn read_unknown<'a>(
    reader: &mut Reader<'a>,
    unknown: &mut UnknownTags<'a>,
    tag: u32,
    size: u32,
    size_at: usize,
) {
    unknown.push(UnknownTag { tag, content: reader.unknown_tag(size, size_at).into() });
}

/// Writes the tagged fields of one struct: the count is patched in when all are written, and
/// unknown tags are put in their order among the known ones.
pub struct TagWriter<'w, 'u, 'a> {
    count_at: usize,
    count: u32,
    unknown: std::iter::Peekable<std::slice::Iter<'u, UnknownTag<'a>>>,
    writer: &'w mut Writer,
}

impl<'w, 'u, 'a> TagWriter<'w, 'u, 'a> {
    /// Begins a section of tagged fields.
    #[inline]
    pub fn new(writer: &'w mut Writer, unknown: &'u [UnknownTag<'a>]) -> Self {
        Self { count_at: writer.hole(), count: 0, unknown: unknown.iter().peekable(), writer }
    }

    /// Writes a known tagged field, unless it has its default; tags must come in rising order.
    #[inline(always)]
    pub fn field<'b, T: Wire<'b>>(&mut self, value: &T, context: Context, field: &Field) {
        let Some(tag) = field.tag else { return };
        if !value.is_worth_a_tag(context, field) {
            return;
        }
        self.unknown_below(u64::from(tag));
        self.writer.uvarint(tag);
        let size_at = self.writer.hole();
        value.write(self.writer, context.field(field, true));
        let size = self.writer.buffer.len() - size_at - 1;
        self.writer.fill_hole(size_at, size as u32);
        self.count += 1;
    }

    fn unknown_below(&mut self, tag: u64) {
        while let Some(unknown) = self.unknown.next_if(|unknown| u64::from(unknown.tag) < tag) {
            self.writer.uvarint(unknown.tag);
            self.writer.uvarint(unknown.content.len() as u32);
            self.writer.buffer.extend_from_slice(&unknown.content);
            self.count += 1;
        }
    }

    /// Ends the section.
    #[inline]
    pub fn finish(mut self) {
        if self.unknown.peek().is_some() {
            self.unknown_below(u64::MAX);
        }
        self.writer.fill_hole(self.count_at, self.count);
    }
}
