//! What goes wrong with a log, as values.

use std::io;
use std::path::{Path, PathBuf};

/// The numbers of [`crate::codec::error_codes::ERROR_CODES`] that a log answers with.
mod codes {
    pub const OFFSET_OUT_OF_RANGE: i16 = 1;
    pub const CORRUPT_MESSAGE: i16 = 2;
    pub const RECORD_LIST_TOO_LARGE: i16 = 18;
    pub const OUT_OF_ORDER_SEQUENCE_NUMBER: i16 = 45;
    pub const INVALID_PRODUCER_EPOCH: i16 = 47;
    pub const INVALID_TXN_STATE: i16 = 48;
    pub const TRANSACTION_COORDINATOR_FENCED: i16 = 52;
    pub const KAFKA_STORAGE_ERROR: i16 = 56;
    pub const INVALID_RECORD: i16 = 87;
    pub const INCONSISTENT_TOPIC_ID: i16 = 103;
}

/// Why a log cannot be opened, flushed, cut or cleaned.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system refused.
    #[error("cannot {doing} {}: {error}", path.display())]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The disk did not take what was written before. It is not asked again: the system forgets what it could not write,
    /// and would say that all is well.
    #[error("cannot flush {}: {error}; what was appended last may be lost, and nothing more is appended until \
             the broker is started anew", path.display())]
    Unsynced {
        /// The file or the partition's directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Something is wrong with bytes that were safely on the disk: nothing was changed.
    #[error(
        "{} is damaged at byte {at}, before its recovery point {recovery_point}: {expected} was expected, {found} found; \
         nothing was changed",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Position in it, in bytes.
        at: u64,
        /// The offset before which everything had been flushed.
        recovery_point: i64,
        /// What ought to be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The directory belongs to another topic of the same name.
    #[error("{} belongs to a topic with another id: {expected} was expected, {found} found", path.display())]
    OtherTopic {
        /// `partition.metadata`.
        path: PathBuf,
        /// The topic id that was asked for.
        expected: String,
        /// The one in the file.
        found: String,
    },
    /// An offset outside of what the operation takes.
    #[error("offset {offset} is not within {from} to {to}")]
    OffsetOutOfRange {
        /// The offset.
        offset: i64,
        /// The first that can be.
        from: i64,
        /// The last that can be.
        to: i64,
    },
    /// No segment of that base offset.
    #[error("there is no segment {base_offset:020} in {}", directory.display())]
    NoSegment {
        /// The partition's directory.
        directory: PathBuf,
        /// The base offset.
        base_offset: i64,
    },
}

impl LogError {
    pub(super) fn io<'p>(doing: &'static str, path: &'p Path) -> impl FnOnce(io::Error) -> Self + use<'p> {
        move |error| Self::Io { doing, path: path.to_owned(), error }
    }

    pub(super) fn unsynced<'p>(path: &'p Path) -> impl FnOnce(io::Error) -> Self + use<'p> {
        move |error| Self::Unsynced { path: path.to_owned(), error }
    }

    /// The system may do it when it is asked again: a full disk, too many open files.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Io { .. })
    }

    /// Kafka's error code.
    pub fn code(&self) -> i16 {
        match self {
            Self::OffsetOutOfRange { .. } => codes::OFFSET_OUT_OF_RANGE,
            Self::OtherTopic { .. } => codes::INCONSISTENT_TOPIC_ID,
            Self::Io { .. } | Self::Unsynced { .. } | Self::Damaged { .. } | Self::NoSegment { .. } => {
                codes::KAFKA_STORAGE_ERROR
            }
        }
    }
}

/// Why records were not appended: nothing of them was.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The bytes are no batches.
    #[error("the records are no batches at byte {at}: {expected} was expected, {found} found")]
    Corrupt {
        /// Position in what was to be appended.
        at: usize,
        /// What ought to be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// More bytes than a segment may have.
    #[error("{bytes} bytes of records do not fit into a segment of {segment_bytes} bytes")]
    TooLarge {
        /// Bytes of the records.
        bytes: usize,
        /// `segment.bytes`.
        segment_bytes: u32,
    },
    /// Given offsets do not follow the log's.
    #[error("the batch at byte {at} has offset {found}, where the log ends at {log_end_offset}")]
    OffsetOrder {
        /// Position in what was to be appended.
        at: usize,
        /// The log's end, or that of the batch before.
        log_end_offset: i64,
        /// The offset of the batch.
        found: i64,
    },
    /// A batch that does not follow the producer's last one.
    #[error(
        "producer {producer_id} of epoch {epoch} sent sequence number {found}, where {expected} was expected"
    )]
    OutOfOrderSequence {
        /// The producer.
        producer_id: i64,
        /// The epoch of its batch.
        epoch: i16,
        /// The sequence number that was to come.
        expected: i32,
        /// The one that came.
        found: i32,
    },
    /// The producer has been replaced.
    #[error("producer {producer_id} sent epoch {found}, where the log has seen {current}")]
    InvalidProducerEpoch {
        /// The producer.
        producer_id: i64,
        /// The greatest epoch of it.
        current: i16,
        /// The epoch of the batch.
        found: i16,
    },
    /// A batch outside of a transaction while the producer has one open.
    #[error(
        "producer {producer_id} writes outside of its transaction, which is open since offset {first_offset}"
    )]
    InvalidTxnState {
        /// The producer.
        producer_id: i64,
        /// Where its transaction began.
        first_offset: i64,
    },
    /// A marker of a coordinator that was replaced.
    #[error(
        "a coordinator of epoch {found} ends a transaction of producer {producer_id} after one of {current}"
    )]
    CoordinatorFenced {
        /// The producer.
        producer_id: i64,
        /// The greatest epoch of a coordinator.
        current: i32,
        /// The one in the marker.
        found: i32,
    },
    /// A control batch whose record is no marker.
    #[error("the control batch of producer {producer_id} holds no marker: {reason}")]
    InvalidMarker {
        /// The producer.
        producer_id: i64,
        /// What it is instead.
        reason: String,
    },
    /// The disk did not take it.
    #[error(transparent)]
    Storage(#[from] LogError),
}

impl AppendError {
    /// Kafka's error code.
    pub fn code(&self) -> i16 {
        match self {
            Self::Corrupt { .. } => codes::CORRUPT_MESSAGE,
            Self::TooLarge { .. } => codes::RECORD_LIST_TOO_LARGE,
            Self::OffsetOrder { .. } | Self::InvalidMarker { .. } => codes::INVALID_RECORD,
            Self::OutOfOrderSequence { .. } => codes::OUT_OF_ORDER_SEQUENCE_NUMBER,
            Self::InvalidProducerEpoch { .. } => codes::INVALID_PRODUCER_EPOCH,
            Self::InvalidTxnState { .. } => codes::INVALID_TXN_STATE,
            Self::CoordinatorFenced { .. } => codes::TRANSACTION_COORDINATOR_FENCED,
            Self::Storage(error) => error.code(),
        }
    }
}

/// Why nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The log does not have that offset.
    #[error("offset {offset} is not within the log, which goes from {log_start_offset} to {log_end_offset}")]
    OffsetOutOfRange {
        /// The offset.
        offset: i64,
        /// Where the log starts.
        log_start_offset: i64,
        /// Where it ends.
        log_end_offset: i64,
    },
    /// The system did not let us.
    #[error(transparent)]
    Storage(#[from] LogError),
}

impl ReadError {
    /// Kafka's error code.
    pub fn code(&self) -> i16 {
        match self {
            Self::OffsetOutOfRange { .. } => codes::OFFSET_OUT_OF_RANGE,
            Self::Storage(error) => error.code(),
        }
    }
}
