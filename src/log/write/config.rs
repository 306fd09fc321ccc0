//! What a topic's configuration says about its logs (`LogConfig`, `TopicConfig`).

use super::rule::INDEX_INTERVAL_BYTES;
use crate::codec::records::compression::Codec;

/// Bytes of `segment.index.bytes` unless somebody changes it.
const SEGMENT_INDEX_BYTES: u32 = 10 << 20;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The configuration of a log, with Kafka's defaults. Times are in milliseconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// `segment.bytes`: a segment does not get longer, unless one append does.
    pub segment_bytes: u32,
    /// `segment.ms`: a segment does not span more time of its records.
    pub segment_ms: i64,
    /// `segment.jitter.ms`: at most so much is taken off `segment_ms`, so that not all logs roll at once.
    pub segment_jitter_ms: i64,
    /// `index.interval.bytes`: so much lies between two index entries at least.
    pub index_interval_bytes: u32,
    /// `segment.index.bytes`: a segment whose index would get longer is rolled.
    pub segment_index_bytes: u32,
    /// `retention.ms`; negative is for ever.
    pub retention_ms: i64,
    /// `retention.bytes`; negative is no limit.
    pub retention_bytes: i64,
    /// `cleanup.policy` has `delete`.
    pub delete: bool,
    /// `cleanup.policy` has `compact`.
    pub compact: bool,
    /// `delete.retention.ms`: how long compaction keeps tombstones.
    pub delete_retention_ms: i64,
    /// `min.compaction.lag.ms`: younger records are not compacted.
    pub min_compaction_lag_ms: i64,
    /// `max.compaction.lag.ms`: older records are compacted whatever the ratio.
    pub max_compaction_lag_ms: i64,
    /// `min.cleanable.dirty.ratio`: a log with less that was not compacted is left alone.
    pub min_cleanable_dirty_ratio: f64,
    /// `max.message.bytes`: a batch is not longer.
    pub max_message_bytes: u32,
    /// `message.timestamp.type`: the broker sets the timestamps.
    pub log_append_time: bool,
    /// `message.timestamp.before.max.ms`: how far behind the broker's clock a timestamp may be.
    pub message_timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`: how far ahead of the broker's clock a timestamp may be.
    pub message_timestamp_after_max_ms: i64,
    /// `compression.type`; `None` is `producer`: as it comes.
    pub compression_type: Option<Codec>,
    /// `compression.gzip.level`; -1 is the library's default.
    pub compression_gzip_level: i32,
    /// `compression.lz4.level`.
    pub compression_lz4_level: i32,
    /// `compression.zstd.level`.
    pub compression_zstd_level: i32,
    /// `preallocate`: has no effect here, since closed segments look the same either way.
    pub preallocate: bool,
    /// `file.delete.delay.ms`: how long a file that was let go of stays as `.deleted`.
    pub file_delete_delay_ms: i64,
    /// `flush.messages`: so many records may be written until they are forced to the disk.
    pub flush_messages: i64,
    /// `flush.ms`: so long records may be written until they are forced to the disk.
    pub flush_ms: i64,
    /// `producer.id.expiration.ms`: a producer that is silent for longer is forgotten.
    pub producer_id_expiration_ms: i64,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            segment_bytes: 1 << 30,
            segment_ms: 7 * DAY_MS,
            segment_jitter_ms: 0,
            index_interval_bytes: INDEX_INTERVAL_BYTES,
            segment_index_bytes: SEGMENT_INDEX_BYTES,
            retention_ms: 7 * DAY_MS,
            retention_bytes: -1,
            delete: true,
            compact: false,
            delete_retention_ms: DAY_MS,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            min_cleanable_dirty_ratio: 0.5,
            max_message_bytes: (1 << 20) + 12,
            log_append_time: false,
            message_timestamp_before_max_ms: i64::MAX,
            message_timestamp_after_max_ms: HOUR_MS,
            compression_type: None,
            compression_gzip_level: -1,
            compression_lz4_level: 9,
            compression_zstd_level: 3,
            preallocate: false,
            file_delete_delay_ms: 60_000,
            flush_messages: i64::MAX,
            flush_ms: i64::MAX,
            producer_id_expiration_ms: DAY_MS,
        }
    }
}
