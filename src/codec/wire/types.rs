//! The Rust types that stand for Kafka's, and how each is read and written.

use std::borrow::Cow;

use super::{ARRAY_RESERVE_MAX, Context, Error, ErrorKind, Reader, WriteError, Writer};
use crate::codec::schema::{Default as FieldDefault, Field, Message, RoundTripError, Struct, Type};

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
///
/// What is in a file need not be copied into a message to be sent behind it: see [`Records::elsewhere`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Records<'a> {
    /// The records, or the first of them.
    pub bytes: Cow<'a, [u8]>,
    /// How many bytes more belong to them that whoever sends the message puts in: the length counts them, and
    /// [`Writer::elsewhere`] tells where. Zero for what was read.
    pub elsewhere: usize,
}

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
        nullable!($type => $kind, $read, $short, |bytes| $type(Cow::Borrowed(bytes)));
    )* };
}

macro_rules! nullable {
    ($type:ident => $kind:ident, $read:ident, $short:literal, $of:expr) => {
        impl<'a> Wire<'a> for Option<$type<'a>> {
            const TYPE: Type = Type::$kind;
            #[inline]
            fn read(reader: &mut Reader<'a>, context: Context) -> Self {
                reader.$read(context).map($of)
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
                    Some(value) => default != FieldDefault::Null && value.is_default(FieldDefault::Zero),
                    None => default == FieldDefault::Null,
                }
            }
        }
    };
}
variable! {
    Str => String, string, true;
    Bytes => Bytes, bytes, false;
}

impl<'a> Records<'a> {
    /// Records that are here.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes: Cow::Borrowed(bytes), elsewhere: 0 }
    }
}

impl<'a> Wire<'a> for Records<'a> {
    const TYPE: Type = Type::Records;
    #[inline]
    fn read(reader: &mut Reader<'a>, context: Context) -> Self {
        Self::of(reader.bytes(context).unwrap_or_default())
    }
    #[inline]
    fn write(&self, writer: &mut Writer, context: Context) {
        writer.length(Some(self.bytes.len() + self.elsewhere), context, false);
        writer.buffer.extend_from_slice(&self.bytes);
        if self.elsewhere > 0 {
            writer.elsewhere.push((writer.buffer.len(), self.elsewhere));
        }
    }
    #[inline]
    fn from_default(_: FieldDefault) -> Self {
        Self::default()
    }
    #[inline]
    fn is_default(&self, _: FieldDefault) -> bool {
        self.bytes.is_empty() && self.elsewhere == 0
    }
}
nullable!(Records => Records, bytes, false, Records::of);

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
