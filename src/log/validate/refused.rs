//! Why a batch is refused: the error code, its text, and which records it is about.

use crate::codec::records::batch::HEADER_BYTES;
use crate::codec::records::compression::Codec;
use crate::codec::records::error::{Error, RecordsError};

/// The codes of a Produce response (`Errors`).
const CORRUPT_MESSAGE: i16 = 2;
const MESSAGE_TOO_LARGE: i16 = 10;
const INVALID_TIMESTAMP: i16 = 32;
const UNSUPPORTED_COMPRESSION_TYPE: i16 = 76;
const INVALID_RECORD: i16 = 87;

/// What is wrong with the records of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// No batch, or not the whole of it.
    #[error("a partition's records must hold one whole batch; {have} bytes are there{}", needed(*need))]
    NoBatch {
        /// Bytes that the batch takes, where that can be told.
        need: usize,
        /// Bytes that are there.
        have: usize,
    },
    /// No batch can be found in the bytes.
    #[error("at byte {} of the records: {}", .0.at, .0.kind)]
    Damaged(Error),
    /// A batch that is shorter than its own header.
    #[error("the batch is {have} bytes long, its header alone takes {HEADER_BYTES}")]
    Short {
        /// Bytes of the batch.
        have: usize,
    },
    /// An old message format.
    #[error("the batch is of magic {magic}; producers must send magic 2")]
    Magic {
        /// Its magic byte.
        magic: u8,
    },
    /// A second batch.
    #[error("a partition's records must hold exactly one batch; another one follows at byte {at}")]
    SeveralBatches {
        /// Where it begins.
        at: usize,
    },
    /// zstd by a client that is too old for it (KIP-110).
    #[error("zstd may be sent from version 7 of Produce on; this request is of version {version}")]
    ZstdVersion {
        /// The request's version.
        version: i16,
    },
    /// A codec that nobody knows.
    #[error("the attributes name compression codec {id}, where 0 (none) to 4 (zstd) are known")]
    Codec {
        /// Its number.
        id: u8,
    },
    /// A base offset, which is the broker's to give.
    #[error("the base offset of the batch should be 0, it is {found}")]
    BaseOffset {
        /// The base offset.
        found: i64,
    },
    /// Over `max.message.bytes`.
    #[error("the batch takes {bytes} bytes{}, max.message.bytes allows {max}", as_codec(*codec))]
    TooLarge {
        /// Bytes of the batch.
        bytes: usize,
        /// The limit.
        max: usize,
        /// The codec that it was put into, where that is not the producer's.
        codec: Option<Codec>,
    },
    /// A checksum that does not fit.
    #[error("the checksum of the batch is {stored:#010x}, its bytes give {computed:#010x}")]
    Crc {
        /// The checksum in the header.
        stored: u32,
        /// The checksum of the bytes.
        computed: u32,
    },
    /// No records, or another number of them than offsets.
    #[error(
        "the batch has {count} records by its header and a last offset delta of {last_offset_delta}; it should be one less, and there must be a record"
    )]
    Count {
        /// The number of records.
        count: i32,
        /// The last offset delta.
        last_offset_delta: i32,
    },
    /// Only coordinators write control batches.
    #[error("clients may not write control records")]
    Control,
    /// An idempotent batch without a sequence number.
    #[error(
        "the batch of producer id {producer_id} has the base sequence {sequence}; sequences count from 0"
    )]
    Sequence {
        /// The producer id.
        producer_id: i64,
        /// The base sequence.
        sequence: i32,
    },
    /// A transactional batch of nobody, or an id that nobody is given.
    #[error("the producer id is {producer_id}{}", if *producer_id == -1 { ", which is nobody's, but the batch is transactional" } else { "; ids count from 0" })]
    ProducerId {
        /// The producer id.
        producer_id: i64,
    },
    /// A record that cannot be read.
    #[error("{} (at byte {} of {})", .0.kind, .0.at, unpacked(.0.unpacked))]
    Records(Error),
    /// A record that unpacks to too much.
    #[error("the records unpack to more than {limit} bytes")]
    Bomb {
        /// The limit.
        limit: usize,
    },
    /// A record with another offset than its place.
    #[error("record {index} has the offset delta {found}; offsets must go up by one from 0")]
    Offset {
        /// The number of the record, from 0.
        index: i32,
        /// Its offset delta.
        found: i32,
    },
    /// Timestamps out of bounds, or of a type that is not the client's to set.
    #[error("{count} records were refused for their timestamps")]
    Timestamps {
        /// How many.
        count: usize,
    },
    /// Records without a key in a compacted topic.
    #[error("{count} records of a compacted topic have no key")]
    Keys {
        /// How many.
        count: usize,
    },
    /// The codec that the topic is configured to failed on it.
    #[error("the batch could not be packed with {codec}")]
    Packing {
        /// The codec.
        codec: Codec,
    },
}

fn needed(need: usize) -> String {
    if need == 0 { String::new() } else { format!(", it takes {need}") }
}

fn as_codec(codec: Option<Codec>) -> String {
    codec.map_or(String::new(), |codec| format!(" as {codec}"))
}

fn unpacked(unpacked: bool) -> &'static str {
    if unpacked { "the unpacked records" } else { "the batch" }
}

impl Reason {
    /// The error code of the partition's response. Kafka's, but where Kafka has only its unknown error (-1).
    pub fn code(&self) -> i16 {
        match self {
            Self::Damaged(_) | Self::Short { .. } | Self::Crc { .. } => CORRUPT_MESSAGE,
            Self::TooLarge { .. } | Self::Bomb { .. } => MESSAGE_TOO_LARGE,
            Self::Timestamps { .. } => INVALID_TIMESTAMP,
            Self::ZstdVersion { .. } | Self::Codec { .. } => UNSUPPORTED_COMPRESSION_TYPE,
            Self::NoBatch { .. }
            | Self::Magic { .. }
            | Self::SeveralBatches { .. }
            | Self::BaseOffset { .. }
            | Self::Count { .. }
            | Self::Control
            | Self::Sequence { .. }
            | Self::ProducerId { .. }
            | Self::Records(_)
            | Self::Offset { .. }
            | Self::Keys { .. }
            | Self::Packing { .. } => INVALID_RECORD,
        }
    }
}

/// A record that a batch is refused for (`BatchIndexAndErrorMessage`, Produce v8 and later).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// The number of the record in the batch, from 0.
    pub batch_index: i32,
    /// Why.
    pub message: String,
}

/// A refusal. Its [`Display`](std::fmt::Display) is the `error_message` of the response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", first(record_errors))]
pub struct Refused {
    /// What is wrong.
    pub reason: Reason,
    /// The records it is about, at most [`super::records::RECORD_ERRORS_MAX`]; empty where it is about the batch.
    pub record_errors: Vec<RecordError>,
}

fn first(errors: &[RecordError]) -> String {
    errors.first().map_or(String::new(), |error| format!("; record {}: {}", error.batch_index, error.message))
}

impl Refused {
    /// The error code of the partition's response.
    pub fn code(&self) -> i16 {
        self.reason.code()
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self { reason, record_errors: Vec::new() }
    }
}

/// Of a record that cannot be read, or that would unpack to too much.
pub(super) fn unreadable(error: Error) -> Reason {
    use crate::codec::records::compression::CompressionError;
    match error.kind {
        RecordsError::Compression { error: CompressionError::TooLarge { limit }, .. } => {
            Reason::Bomb { limit }
        }
        _ => Reason::Records(error),
    }
}
