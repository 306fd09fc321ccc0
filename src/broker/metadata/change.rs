//! Records of one change, and the batches that they go into.

use crate::codec::records::batch::Attributes;
use crate::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use crate::codec::wire::{Body, WriteError, Writer};

use super::MetadataError;

/// The only version of the frame around a metadata record.
const FRAME_VERSION: u32 = 1;
/// Kafka reads no larger batch of metadata than 8 MiB (`KafkaRaftClient.MAX_BATCH_SIZE_BYTES`).
const BATCH_BYTES_MAX: usize = 4 << 20;

/// Records of one change, in order.
#[derive(Debug, Default)]
pub struct Change {
    records: Vec<Vec<u8>>,
    error: Option<WriteError>,
}

impl Change {
    /// Adds a record, in `version` of its schema.
    pub fn push<'a, R: Body<'a>>(&mut self, record: &R, version: i16) {
        let mut writer = Writer::default();
        // Frame version, API key and version, all unsigned varints (`AbstractApiMessageSerde`).
        writer.uvarint(FRAME_VERSION);
        writer.uvarint(u32::from(R::MESSAGE.key.unsigned_abs()));
        writer.uvarint(u32::from(version.unsigned_abs()));
        record.encode(&mut writer, version);
        match writer.finish() {
            Ok(bytes) => self.records.push(bytes),
            Err(error) => self.error = Some(error),
        }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The records, encoded.
    ///
    /// # Errors
    /// One of them cannot be.
    pub(super) fn finish(self) -> Result<Vec<Vec<u8>>, WriteError> {
        self.error.map_or(Ok(self.records), Err)
    }
}

/// Records in parts that fit a batch each.
pub(super) fn parts(records: &[Vec<u8>]) -> Vec<&[Vec<u8>]> {
    let mut bytes = 0;
    let begins_anew = |record: &Vec<u8>| {
        bytes += record.len();
        let full = bytes > BATCH_BYTES_MAX;
        if full {
            bytes = record.len();
        }
        full
    };
    let begins: Vec<bool> = records.iter().map(begins_anew).collect();
    let mut parts = Vec::new();
    let mut rest = records;
    let mut begin = 0;
    for (at, _) in begins.iter().enumerate().filter(|(_, anew)| **anew) {
        let (part, after) = rest.split_at(at - begin);
        parts.push(part);
        (rest, begin) = (after, at);
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// A record's key and value, of control records; other metadata has no keys.
pub(super) type KeyValue = (Option<Vec<u8>>, Vec<u8>);

/// One batch of values without keys, or of control records.
pub(super) fn batch<R: AsRecord>(
    records: &[R],
    control: bool,
    now_ms: i64,
    epoch: i32,
) -> Result<Vec<u8>, MetadataError> {
    let attributes = if control { Attributes::default().control() } else { Attributes::default() };
    let mut writer = BatchWriter::new(BatchHeader {
        partition_leader_epoch: epoch,
        attributes,
        base_timestamp: now_ms,
        ..BatchHeader::default()
    });
    for (delta, record) in records.iter().enumerate() {
        let (key, value) = record.as_record();
        writer.push(&NewRecord {
            offset_delta: i32::try_from(delta).unwrap_or(i32::MAX),
            key,
            value: Some(value),
            ..NewRecord::default()
        });
    }
    let mut batch = Vec::new();
    writer
        .finish(&mut batch)
        .map_err(|error| MetadataError::Unusable(format!("a batch of metadata: {error}")))?;
    Ok(batch)
}

/// What can stand in a batch.
pub(super) trait AsRecord {
    /// Key and value.
    fn as_record(&self) -> (Option<&[u8]>, &[u8]);
}

impl AsRecord for Vec<u8> {
    fn as_record(&self) -> (Option<&[u8]>, &[u8]) {
        (None, self)
    }
}

impl AsRecord for KeyValue {
    fn as_record(&self) -> (Option<&[u8]>, &[u8]) {
        (self.0.as_deref(), &self.1)
    }
}
