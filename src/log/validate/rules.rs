//! What a topic's configuration asks of records.

use super::level::Level;
use crate::codec::records::batch::TimestampType;
use crate::codec::records::compression::{Codec, DECOMPRESSED_BYTES_MAX};

/// The codec of batches in the log (`compression.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// That of the producer, whatever it is.
    Producer,
    /// This one, at this level (`compression.gzip.level`, `compression.zstd.level`), or the codec's own default.
    /// snappy has no levels, and lz4 is always packed at the fast one.
    To(Codec, Option<i32>),
}

impl Target {
    /// What a batch of this codec is to become.
    pub(super) fn codec(self, source: Codec) -> Codec {
        match self {
            Self::Producer => source,
            Self::To(codec, _) => codec,
        }
    }

    pub(super) fn level(self) -> Level {
        match self {
            Self::Producer => Level(None),
            Self::To(_, level) => Level(level),
        }
    }
}

/// A topic's rules for what producers send, in Kafka's units. The default is that of a topic nobody configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The most bytes of a batch, its header included (`max.message.bytes`).
    pub max_message_bytes: usize,
    /// Whose timestamps count (`message.timestamp.type`).
    pub timestamp_type: TimestampType,
    /// How far a timestamp may be in the past, in milliseconds; `i64::MAX` for any
    /// (`message.timestamp.before.max.ms`). Anything else makes that records must be read.
    pub timestamp_before_max_ms: i64,
    /// How far it may be in the future (`message.timestamp.after.max.ms`).
    pub timestamp_after_max_ms: i64,
    /// The codec in the log.
    pub target: Target,
    /// Records need keys, and must be read for that (`cleanup.policy` has `compact`).
    pub compacted: bool,
    /// Read the records of every batch, as Kafka does. Of what is not packed that costs 0.01 to 0.03 CPU seconds for a
    /// GB of 1 KB records and 0.08 to 0.15 for one of 100 bytes; what is packed must be unpacked.
    pub check_records: bool,
    /// The version of the Produce request: below 7 no zstd.
    pub produce_version: i16,
    /// The most bytes that a batch may unpack to where it must be unpacked.
    pub decompressed_bytes_max: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            max_message_bytes: 1_048_588,
            timestamp_type: TimestampType::Create,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            target: Target::Producer,
            compacted: false,
            check_records: false,
            produce_version: i16::MAX,
            decompressed_bytes_max: DECOMPRESSED_BYTES_MAX,
        }
    }
}
