//! What is odd in a log, by its producers.

/// What a broker would not have appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProducerAnomaly {
    /// The epoch is lower than it was.
    #[error("producer {producer_id} goes back from epoch {last} to {epoch}")]
    EpochBack {
        /// The producer.
        producer_id: i64,
        /// Its epoch until now.
        last: i16,
        /// The epoch of the batch.
        epoch: i16,
    },
    /// A new epoch does not begin with sequence number 0.
    #[error("epoch {epoch} of producer {producer_id} begins with sequence number {sequence}, not 0")]
    EpochStart {
        /// The producer.
        producer_id: i64,
        /// The new epoch.
        epoch: i16,
        /// The first sequence number.
        sequence: i32,
    },
    /// Sequence numbers are missing, with no hole in the offsets to explain it.
    #[error("producer {producer_id} goes on with sequence number {sequence}, not {expected}")]
    SequenceGap {
        /// The producer.
        producer_id: i64,
        /// The number that was to come.
        expected: i32,
        /// The number that came.
        sequence: i32,
    },
    /// A sequence number came again, or goes back.
    #[error("producer {producer_id} goes back to sequence number {sequence}; {expected} was to come")]
    SequenceBack {
        /// The producer.
        producer_id: i64,
        /// The number that was to come.
        expected: i32,
        /// The number that came.
        sequence: i32,
    },
    /// A batch outside of a transaction while the producer has one open.
    #[error(
        "producer {producer_id} writes outside of its transaction, which is open since offset {first_offset}"
    )]
    OutsideTransaction {
        /// The producer.
        producer_id: i64,
        /// Where its transaction began.
        first_offset: i64,
    },
    /// A marker of a coordinator that was replaced already.
    #[error(
        "a coordinator of epoch {epoch} ends a transaction of producer {producer_id} after one of {last}"
    )]
    CoordinatorBack {
        /// The producer.
        producer_id: i64,
        /// The epoch of the coordinator until now.
        last: i32,
        /// The epoch in the marker.
        epoch: i32,
    },
}
