//! The configurations of a topic (`LogConfig`), and the broker's configurations that stand behind them.

use super::definition::*;

/// All of them, sorted by name.
pub static TOPIC: &[Definition] = &[
    list("cleanup.policy").or("delete").list_of(&["compact", "delete"]).cluster_wide(),
    int("compression.gzip.level").or("-1").gzip_level().cluster_wide(),
    int("compression.lz4.level").or("9").between(1, 17).cluster_wide(),
    string("compression.type")
        .or("producer")
        .one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])
        .cluster_wide(),
    int("compression.zstd.level").or("3").between(-131_072, 22).cluster_wide(),
    long("delete.retention.ms").or("86400000").at_least(0).cluster_wide(),
    long("file.delete.delay.ms").or("60000").at_least(0).cluster_wide(),
    long("flush.messages").or("9223372036854775807").at_least(1).cluster_wide(),
    long("flush.ms").or("9223372036854775807").at_least(0).cluster_wide(),
    list("follower.replication.throttled.replicas").or("").throttled_replicas().cluster_wide(),
    int("index.interval.bytes").or("4096").at_least(0).cluster_wide(),
    int("internal.segment.bytes").internal().cluster_wide(),
    list("leader.replication.throttled.replicas").or("").throttled_replicas().cluster_wide(),
    long("local.retention.bytes").or("-2").at_least(-2).cluster_wide(),
    long("local.retention.ms").or("-2").at_least(-2).cluster_wide(),
    long("max.compaction.lag.ms").or("9223372036854775807").at_least(1).cluster_wide(),
    int("max.message.bytes").or("1048588").at_least(0).cluster_wide(),
    long("message.timestamp.after.max.ms").or("3600000").at_least(0).cluster_wide(),
    long("message.timestamp.before.max.ms").or("9223372036854775807").at_least(0).cluster_wide(),
    string("message.timestamp.type").or("CreateTime").one_of(&["CreateTime", "LogAppendTime"]).cluster_wide(),
    double("min.cleanable.dirty.ratio").or("0.5").between_doubles(0.0, 1.0).cluster_wide(),
    long("min.compaction.lag.ms").or("0").at_least(0).cluster_wide(),
    int("min.insync.replicas").or("1").at_least(1).cluster_wide(),
    boolean("preallocate").or("false").cluster_wide(),
    boolean("remote.log.copy.disable").or("false").cluster_wide(),
    boolean("remote.log.delete.on.disable").or("false").cluster_wide(),
    boolean("remote.storage.enable").or("false").cluster_wide(),
    long("retention.bytes").or("-1").cluster_wide(),
    long("retention.ms").or("604800000").at_least(-1).cluster_wide(),
    int("segment.bytes").or("1073741824").at_least(1_048_576).cluster_wide(),
    int("segment.index.bytes").or("10485760").at_least(4).cluster_wide(),
    long("segment.jitter.ms").or("0").at_least(0).cluster_wide(),
    long("segment.ms").or("604800000").at_least(1).cluster_wide(),
    boolean("unclean.leader.election.enable").or("false").cluster_wide(),
];

/// The configuration of that name.
pub fn find(name: &str) -> Option<&'static Definition> {
    search(TOPIC, name)
}

const HOURS: i64 = 3_600_000;
const MINUTES: i64 = 60_000;

/// The broker's configurations that a topic falls back on, the first that is set, times what makes its unit milliseconds
/// (`ServerTopicConfigSynonyms`). Kafka names the first one only when it tells where a value comes from.
pub fn broker_names(name: &str) -> &'static [(&'static str, i64)] {
    match name {
        "cleanup.policy" => &[("log.cleanup.policy", 1)],
        "compression.gzip.level" => &[("compression.gzip.level", 1)],
        "compression.lz4.level" => &[("compression.lz4.level", 1)],
        "compression.type" => &[("compression.type", 1)],
        "compression.zstd.level" => &[("compression.zstd.level", 1)],
        "delete.retention.ms" => &[("log.cleaner.delete.retention.ms", 1)],
        "file.delete.delay.ms" => &[("log.segment.delete.delay.ms", 1)],
        "flush.messages" => &[("log.flush.interval.messages", 1)],
        "flush.ms" => &[("log.flush.interval.ms", 1), ("log.flush.scheduler.interval.ms", 1)],
        "index.interval.bytes" => &[("log.index.interval.bytes", 1)],
        "local.retention.bytes" => &[("log.local.retention.bytes", 1)],
        "local.retention.ms" => &[("log.local.retention.ms", 1)],
        "max.compaction.lag.ms" => &[("log.cleaner.max.compaction.lag.ms", 1)],
        "max.message.bytes" => &[("message.max.bytes", 1)],
        "message.timestamp.after.max.ms" => &[("log.message.timestamp.after.max.ms", 1)],
        "message.timestamp.before.max.ms" => &[("log.message.timestamp.before.max.ms", 1)],
        "message.timestamp.type" => &[("log.message.timestamp.type", 1)],
        "min.cleanable.dirty.ratio" => &[("log.cleaner.min.cleanable.ratio", 1)],
        "min.compaction.lag.ms" => &[("log.cleaner.min.compaction.lag.ms", 1)],
        "min.insync.replicas" => &[("min.insync.replicas", 1)],
        "preallocate" => &[("log.preallocate", 1)],
        "retention.bytes" => &[("log.retention.bytes", 1)],
        "retention.ms" => {
            &[("log.retention.ms", 1), ("log.retention.minutes", MINUTES), ("log.retention.hours", HOURS)]
        }
        "segment.bytes" => &[("log.segment.bytes", 1)],
        "segment.index.bytes" => &[("log.index.size.max.bytes", 1)],
        "segment.jitter.ms" => &[("log.roll.jitter.ms", 1), ("log.roll.jitter.hours", HOURS)],
        "segment.ms" => &[("log.roll.ms", 1), ("log.roll.hours", HOURS)],
        "unclean.leader.election.enable" => &[("unclean.leader.election.enable", 1)],
        _ => &[],
    }
}
