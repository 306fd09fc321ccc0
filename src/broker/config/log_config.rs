//! A topic's configurations, as its logs take them.

use super::definition::Definition;
use super::effective::{Configs, Effective};
use super::keys;
use super::topic;
use super::value::Value;
use crate::codec::records::compression::Codec;
use crate::log::write::config::LogConfig;

impl Effective<'_> {
    /// The configuration of the logs of a topic that has these set.
    pub fn log_config(&self, overrides: Option<&Configs>) -> LogConfig {
        let read = Reading { broker: self, overrides };
        let standard = LogConfig::default();
        let policies = match read.value("cleanup.policy") {
            Value::List(policies) => policies,
            _ => vec!["delete".to_owned()],
        };
        LogConfig {
            // What is internal is for tests, and counts more.
            segment_bytes: read
                .size("internal.segment.bytes")
                .or_else(|| read.size("segment.bytes"))
                .unwrap_or(standard.segment_bytes),
            segment_ms: read.long("segment.ms", standard.segment_ms),
            segment_jitter_ms: read.long("segment.jitter.ms", standard.segment_jitter_ms),
            index_interval_bytes: read.size("index.interval.bytes").unwrap_or(standard.index_interval_bytes),
            segment_index_bytes: read.size("segment.index.bytes").unwrap_or(standard.segment_index_bytes),
            retention_ms: read.long("retention.ms", standard.retention_ms),
            retention_bytes: read.long("retention.bytes", standard.retention_bytes),
            delete: policies.iter().any(|policy| policy == "delete"),
            compact: policies.iter().any(|policy| policy == "compact"),
            delete_retention_ms: read.long("delete.retention.ms", standard.delete_retention_ms),
            min_compaction_lag_ms: read.long("min.compaction.lag.ms", standard.min_compaction_lag_ms),
            max_compaction_lag_ms: read.long("max.compaction.lag.ms", standard.max_compaction_lag_ms),
            min_cleanable_dirty_ratio: match read.value("min.cleanable.dirty.ratio") {
                Value::Double(ratio) => ratio,
                _ => standard.min_cleanable_dirty_ratio,
            },
            max_message_bytes: read.size("max.message.bytes").unwrap_or(standard.max_message_bytes),
            log_append_time: read.is("message.timestamp.type", "LogAppendTime"),
            message_timestamp_before_max_ms: read
                .long("message.timestamp.before.max.ms", standard.message_timestamp_before_max_ms),
            message_timestamp_after_max_ms: read
                .long("message.timestamp.after.max.ms", standard.message_timestamp_after_max_ms),
            compression_type: read.codec(),
            compression_gzip_level: read.int("compression.gzip.level", standard.compression_gzip_level),
            compression_lz4_level: read.int("compression.lz4.level", standard.compression_lz4_level),
            compression_zstd_level: read.int("compression.zstd.level", standard.compression_zstd_level),
            preallocate: read.value("preallocate") == Value::Boolean(true),
            file_delete_delay_ms: read.long("file.delete.delay.ms", standard.file_delete_delay_ms),
            flush_messages: read.long("flush.messages", standard.flush_messages),
            flush_ms: read.long("flush.ms", standard.flush_ms),
            producer_id_expiration_ms: i64::from(self.get(keys::PRODUCER_ID_EXPIRATION_MS)),
        }
    }
}

struct Reading<'a> {
    broker: &'a Effective<'a>,
    overrides: Option<&'a Configs>,
}

impl Reading<'_> {
    fn value(&self, name: &str) -> Value {
        let of = |definition: &Definition| self.broker.of_topic(self.overrides, definition);
        topic::find(name).map_or(Value::Null, of)
    }
    fn long(&self, name: &str, otherwise: i64) -> i64 {
        self.value(name).whole().unwrap_or(otherwise)
    }
    fn int(&self, name: &str, otherwise: i32) -> i32 {
        self.value(name).whole().and_then(|value| i32::try_from(value).ok()).unwrap_or(otherwise)
    }
    fn size(&self, name: &str) -> Option<u32> {
        self.value(name).whole().and_then(|value| u32::try_from(value).ok())
    }
    fn is(&self, name: &str, text: &str) -> bool {
        matches!(self.value(name), Value::Text(value) if value == text)
    }
    /// `compression.type`; `None` leaves batches as they come.
    fn codec(&self) -> Option<Codec> {
        let Value::Text(name) = self.value("compression.type") else { return None };
        match name.as_str() {
            "uncompressed" => Some(Codec::None),
            "gzip" => Some(Codec::Gzip),
            "snappy" => Some(Codec::Snappy),
            "lz4" => Some(Codec::Lz4),
            "zstd" => Some(Codec::Zstd),
            _ => None,
        }
    }
}
