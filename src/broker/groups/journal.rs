//! What a coordinator writes, on its way into the log: each write is one batch without a producer.

use crate::broker::clock;
use crate::broker::partitions::Replica;
use crate::codec::error_codes::codes;
use crate::codec::records::batch::Attributes;
use crate::codec::records::compression::Codec;
use crate::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use crate::log::write::{Append, AppendError, Origin};
use crate::state::coordinator::{Journal, Record};

/// Appends to a partition of `__consumer_offsets`.
pub(super) struct ReplicaJournal<'r> {
    replica: &'r Replica,
    codec: Codec,
}

impl<'r> ReplicaJournal<'r> {
    /// `codec` is `offsets.topic.compression.codec`.
    pub fn new(replica: &'r Replica, codec: Codec) -> Self {
        Self { replica, codec }
    }
}

impl Journal for ReplicaJournal<'_> {
    fn append(&mut self, records: &[Record]) -> Result<i64, i16> {
        let log = self.replica.log.as_ref().ok_or(codes::KAFKA_STORAGE_ERROR)?;
        let now_ms = clock::now_ms();
        let mut writer = BatchWriter::new(BatchHeader {
            attributes: Attributes::of(self.codec),
            base_timestamp: now_ms,
            // Kafka's coordinators number from 0, though there is no producer that it would be a number of.
            base_sequence: 0,
            ..BatchHeader::default()
        });
        for (delta, record) in (0..).zip(records) {
            writer.push(&NewRecord {
                offset_delta: delta,
                key: Some(&record.key),
                value: record.value.as_deref(),
                ..NewRecord::default()
            });
        }
        let mut batch = Vec::new();
        writer.finish(&mut batch).map_err(|_| codes::UNKNOWN_SERVER_ERROR)?;
        if batch.len() > self.replica.rules.load().max_message_bytes {
            return Err(codes::MESSAGE_TOO_LARGE);
        }
        let append = Append {
            leader_epoch: self.replica.leader_epoch(),
            origin: Origin::Coordinator,
            now_ms,
            replicated: true,
        };
        let appended = log.append(&mut batch, append).map_err(|error| {
            // What is too large for a segment may be taken in smaller parts, as above.
            if !matches!(error, AppendError::TooLarge { .. }) {
                tracing::error!("{}-{}: {error}", self.replica.topic, self.replica.partition);
            }
            error.code()
        })?;
        self.replica.appended(batch.len());
        Ok(appended.first_offset)
    }
}
