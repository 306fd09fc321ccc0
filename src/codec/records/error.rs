//! What is wrong with records, or odd about them, in words that every command uses.

use super::compression::{Codec, CompressionError};

/// Where and why records are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// Offset of the value that is wrong; of a length that does not fit, the offset of the length.
    pub at: usize,
    /// The offset counts in what the batch unpacks to, not in its own bytes.
    pub unpacked: bool,
    /// What is wrong there.
    pub kind: RecordsError,
}

/// The parts of records whose lengths are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A record's key.
    Key,
    /// A record's value.
    Value,
    /// The key of a record's header.
    HeaderKey,
    /// The value of a record's header.
    HeaderValue,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::HeaderKey => "header key",
            Self::HeaderValue => "header value",
        })
    }
}

/// Why Apache Kafka refuses records, and, under [`RecordsError::Odd`], what it lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    /// A size below the least that a batch can have (`ByteBufferLogInputStream`).
    #[error(
        "the size is {size}, but no batch is smaller than {minimum} bytes; {}",
        if *size == 0 { "zeros here are a file that was made larger before it was written" } else { "no batch begins here" }
    )]
    SizeTooSmall {
        /// The size as it stands there.
        size: i32,
        /// The least size.
        minimum: i32,
    },
    /// A size that is over 2 GiB together with the twelve bytes before it.
    #[error(
        "the size is {size}, which is over 2 GiB together with the 12 bytes before it; no batch begins here"
    )]
    SizeOverflow {
        /// The size.
        size: i32,
    },
    /// A magic byte that no version of Kafka has written.
    #[error(
        "the magic byte is {magic}, where 0, 1 or 2 is expected; no batch begins here, or its first bytes were changed"
    )]
    Magic {
        /// The byte.
        magic: i8,
    },
    /// A batch that is too short for its own header.
    #[error("the batch is {have} bytes long, its header alone takes {need}; its length is wrong")]
    HeaderShort {
        /// Bytes of the header.
        need: usize,
        /// Bytes of the batch.
        have: usize,
    },
    /// The checksum does not match the bytes it covers.
    #[error("the checksum is {stored:#010x}, the bytes give {computed:#010x}: some of them were changed")]
    Crc {
        /// The checksum in the batch.
        stored: u32,
        /// The checksum of the batch.
        computed: u32,
    },
    /// A codec number that no codec has.
    #[error("the attributes name compression codec {id}, where 0 (none) to 4 (zstd) are known")]
    UnknownCodec {
        /// The number.
        id: u8,
    },
    /// A codec that the message format does not have (KIP-110: zstd needs magic 2).
    #[error("{codec} is not allowed in magic {magic}")]
    CodecOfMagic {
        /// The codec.
        codec: Codec,
        /// The magic byte.
        magic: u8,
    },
    /// A negative number of records.
    #[error("the number of records is {count}")]
    RecordCount {
        /// The number.
        count: i32,
    },
    /// The records end before as many were read as the batch has.
    #[error("the batch has {count} records by its header, its bytes end after {read}")]
    RecordsShort {
        /// The number in the header.
        count: i32,
        /// How many there are.
        read: i32,
    },
    /// Bytes behind the last record.
    #[error(
        "{bytes} bytes follow the last of {count} records: there are more records than the header says, or a length is wrong"
    )]
    RecordsLeft {
        /// The number in the header.
        count: i32,
        /// Bytes that follow.
        bytes: usize,
    },
    /// A varint whose last possible byte still says that more follow.
    #[error("a varint of more than {bytes} bytes; no number of its type is longer")]
    VarintTooLong {
        /// The most bytes it may take.
        bytes: usize,
    },
    /// A record whose length runs past the end of the batch.
    #[error("the record's length is {length}, {have} bytes are left in the batch")]
    RecordPastEnd {
        /// The length.
        length: i32,
        /// Bytes left.
        have: usize,
    },
    /// A record with a negative length.
    #[error("the record's length is {length}")]
    RecordNegative {
        /// The length.
        length: i32,
    },
    /// A record whose fields take fewer bytes than its length.
    #[error("the record's length is {length}, its fields take {used}")]
    RecordLength {
        /// The length.
        length: i32,
        /// What the fields take.
        used: usize,
    },
    /// A record that ends inside of a field.
    #[error("the record ends in the middle of a field")]
    RecordShort,
    /// A length inside of a record or message that runs past its end.
    #[error("the {part}'s length is {length}, {have} bytes are left in the record")]
    PartPastEnd {
        /// Whose length.
        part: Part,
        /// The length.
        length: i32,
        /// Bytes left.
        have: usize,
    },
    /// A negative number of headers, or more than there are bytes left.
    #[error("the number of headers is {count}, {have} bytes are left in the record")]
    HeaderCount {
        /// The number.
        count: i32,
        /// Bytes left.
        have: usize,
    },
    /// A header without a key.
    #[error("a header's key has the length {length}; only values may be null")]
    HeaderKeyNull {
        /// The length.
        length: i32,
    },
    /// The key of a control record is too short for its version and type (`ControlRecordType`).
    #[error("the key of a control record is {have} bytes long, its version and type take 4")]
    ControlKeyShort {
        /// Bytes of the key.
        have: usize,
    },
    /// The key of a control record has a negative version.
    #[error("the version of the control record's key is {version}")]
    ControlKeyVersion {
        /// The version.
        version: i16,
    },
    /// A message of magic 0 or 1 that is too short for its fields.
    #[error("the message ends {have} bytes before the {part}'s length is read, which takes 4")]
    MessageShort {
        /// Whose length could not be read.
        part: Part,
        /// Bytes left.
        have: usize,
    },
    /// A compressed message without a value, which is where its messages would be.
    #[error("the message is compressed, but its value is null (length {length})")]
    WrapperNull {
        /// The length.
        length: i32,
    },
    /// A compressed message that holds no message.
    #[error("the message is compressed and holds no whole message")]
    WrapperEmpty,
    /// A compressed message inside of a compressed message.
    #[error("a compressed message inside of a compressed message ({codec})")]
    NestedWrapper {
        /// The inner codec.
        codec: Codec,
    },
    /// In magic 1 the wrapper has the offset of its last message, whose own one counts from 0.
    #[error(
        "the offset of the compressed message is {wrapper}, but it holds a message at relative offset {last}; it must be 0 or at least that"
    )]
    WrapperOffset {
        /// The wrapper's offset.
        wrapper: i64,
        /// The offset of its last inner message.
        last: i64,
    },
    /// The compressed bytes could not be unpacked.
    #[error("{codec}: {error}")]
    Compression {
        /// The codec.
        codec: Codec,
        /// Why.
        error: CompressionError,
    },
    /// Accepted, but odd.
    #[error(transparent)]
    Odd(RecordsNote),
}

impl RecordsError {
    /// Apache Kafka lets it pass, or it is a limit of ours that says nothing about Kafka.
    pub fn is_note(&self) -> bool {
        matches!(self, Self::Odd(_) | Self::Compression { error: CompressionError::TooLarge { .. }, .. })
    }
}

/// What Apache Kafka lets pass, but a careful reader would want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordsNote {
    /// The last batch is cut off; iteration ends before it without an error. Usual at the end of a
    /// fetch response, and of a file whose writer was stopped.
    #[error(
        "the last batch is cut off: it takes {need} bytes, {have} are there. A consumer skips it; a broker cuts its log here when it starts"
    )]
    CutOff {
        /// Bytes that it takes, as far as that can be told.
        need: usize,
        /// Bytes that are there.
        have: usize,
    },
    /// Bits of the attributes that mean nothing in this format.
    #[error("attribute bits {bits:#06x} are set, which mean nothing in magic {magic}")]
    AttributeBits {
        /// The bits.
        bits: u16,
        /// The magic byte.
        magic: u8,
    },
    /// A record's own attributes, which no version of Kafka has used.
    #[error("the record's attributes are {attributes:#04x}, where nothing but 0 was ever defined")]
    RecordAttributes {
        /// The attributes.
        attributes: u8,
    },
    /// No records by the header, but bytes behind it.
    #[error("the header says that there are no records, but {bytes} bytes follow it")]
    RecordsIgnored {
        /// How many.
        bytes: usize,
    },
    /// A null written as another negative number than -1.
    #[error("the {part}'s length is {length}; Kafka writes null as -1")]
    NegativeLength {
        /// Whose length.
        part: Part,
        /// The length.
        length: i32,
    },
    /// A varint longer than its value needs, or with bits that its type has no room for.
    #[error("a varint of {bytes} bytes, where {needed} would do")]
    OverlongVarint {
        /// Bytes that it takes.
        bytes: usize,
        /// Bytes that its value needs.
        needed: usize,
    },
    /// A header's key that is not UTF-8.
    #[error("the header's key is not UTF-8; Kafka reads what is wrong in it as U+FFFD")]
    HeaderKeyUtf8,
    /// A base offset below zero.
    #[error("the base offset is {offset}; offsets count from 0")]
    NegativeOffset {
        /// The offset.
        offset: i64,
    },
    /// The greatest timestamp of the records is another than the header says.
    #[error(
        "the greatest timestamp of the records is {found}, the header says {stated}; a search by time may miss them"
    )]
    MaxTimestamp {
        /// In the header.
        stated: i64,
        /// Of the records.
        found: i64,
    },
    /// The last record has another offset than the header says. Compaction leaves greater ones.
    #[error(
        "the last record is at offset delta {found}, the header says {stated}{}",
        if stated > found { ": the records behind it were compacted away, or the header is wrong" } else { "" }
    )]
    LastOffsetDelta {
        /// In the header.
        stated: i32,
        /// Of the last record.
        found: i32,
    },
    /// An offset that is not above the one before it.
    #[error("offset delta {delta} follows {before}; offsets go up")]
    OffsetOrder {
        /// The delta.
        delta: i32,
        /// The delta of the record before.
        before: i32,
    },
    /// A control record key of another version than 0.
    #[error("the version of the control record's key is {version}; it is read as version 0")]
    ControlKeyVersion {
        /// The version.
        version: i16,
    },
    /// A control record of a type that is not known, or without a key.
    #[error("no control record has type {id}; consumers pass over it")]
    ControlType {
        /// The type.
        id: i16,
    },
    /// A control record without a key.
    #[error("a control record without a key, which would say what it is")]
    ControlKeyNull,
    /// Bytes behind the value of a message of magic 0 or 1.
    #[error("{bytes} bytes follow the value of the message")]
    MessageTrailing {
        /// How many.
        bytes: usize,
    },
    /// Messages in a wrapper are of another magic than the wrapper.
    #[error("a message of magic {inner} inside of a compressed message of magic {wrapper}")]
    InnerMagic {
        /// The inner magic byte.
        inner: u8,
        /// The wrapper's.
        wrapper: u8,
    },
    /// The checksum of a message inside of a wrapper, which Kafka does not check.
    #[error(
        "the checksum of the inner message is {stored:#010x}, its bytes give {computed:#010x}; Kafka checks only that of the message around it"
    )]
    InnerCrc {
        /// The checksum in the message.
        stored: u32,
        /// The checksum of the message.
        computed: u32,
    },
    /// Bytes behind the end of a compressed stream.
    #[error("{bytes} bytes follow the end of the compressed stream and are not read")]
    BytesAfterStream {
        /// How many.
        bytes: usize,
    },
    /// A second compressed stream that is cut off, which is not noticed.
    #[error("a second compressed stream of {bytes} bytes is cut off; what it held is lost in silence")]
    StreamCutOff {
        /// Bytes of it.
        bytes: usize,
    },
    /// Snappy without xerial's framing.
    #[error("one raw snappy block, without the framing that Kafka's own clients write")]
    SnappyRaw,
    /// The header checksum of an lz4 frame is wrong, which is not checked in magic 0.
    #[error(
        "the lz4 header checksum is {stored:#04x}, its bytes give {computed:#04x}; clients before 0.10 computed it over the wrong bytes, and in magic 0 it is not checked"
    )]
    Lz4HeaderChecksum {
        /// The checksum in the frame.
        stored: u32,
        /// The checksum of the header.
        computed: u32,
    },
    /// The content checksum of an lz4 frame is wrong, which is not checked.
    #[error(
        "the lz4 content checksum is {stored:#010x}, the content gives {computed:#010x}; Kafka does not check it"
    )]
    Lz4ContentChecksum {
        /// The checksum in the frame.
        stored: u32,
        /// The checksum of the content.
        computed: u32,
    },
    /// The batch was unpacked and judged, but there are too many compressed batches to show them all.
    #[error("its {bytes} unpacked bytes are not shown: the message holds too many compressed batches")]
    NotShown {
        /// How many bytes.
        bytes: usize,
    },
}
