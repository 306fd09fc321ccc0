//! The configurations of groups (`GroupConfig`) and of client metrics (`ClientMetricsConfigs`).

use super::definition::*;

/// Those of groups, sorted by name.
pub static GROUP: &[Definition] = &[
    int("consumer.assignment.interval.ms").or("1000").at_least(0).cluster_wide(),
    int("consumer.heartbeat.interval.ms").or("5000").at_least(1).cluster_wide(),
    int("consumer.session.timeout.ms").or("45000").at_least(1).cluster_wide(),
    int("share.assignment.interval.ms").or("1000").at_least(0).cluster_wide(),
    string("share.auto.offset.reset").or("latest").offset_reset().cluster_wide(),
    int("share.delivery.count.limit").or("5").at_least(2).cluster_wide(),
    int("share.heartbeat.interval.ms").or("5000").at_least(1).cluster_wide(),
    string("share.isolation.level")
        .or("read_uncommitted")
        .one_of(&["read_committed", "read_uncommitted"])
        .cluster_wide(),
    int("share.partition.max.record.locks").or("2000").at_least(100).cluster_wide(),
    int("share.record.lock.duration.ms").or("30000").at_least(1000).cluster_wide(),
    boolean("share.renew.acknowledge.enable").or("true").cluster_wide(),
    int("share.session.timeout.ms").or("45000").at_least(1).cluster_wide(),
    int("streams.assignment.interval.ms").or("1000").at_least(0).cluster_wide(),
    int("streams.heartbeat.interval.ms").or("5000").at_least(1).cluster_wide(),
    int("streams.initial.rebalance.delay.ms").or("3000").at_least(0).cluster_wide(),
    int("streams.num.standby.replicas").or("0").at_least(0).cluster_wide(),
    int("streams.session.timeout.ms").or("45000").at_least(1).cluster_wide(),
];

/// Those of client metrics, sorted by name.
pub static CLIENT_METRICS: &[Definition] = &[
    int("interval.ms").or("300000").cluster_wide(),
    list("match").or("").distinct().cluster_wide(),
    list("metrics").or("").distinct().cluster_wide(),
];

/// The broker's configuration that a group's falls back on (`GroupConfig.ALL_GROUP_CONFIG_SYNONYMS`).
pub fn broker_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "consumer.assignment.interval.ms" => "group.consumer.assignment.interval.ms",
        "consumer.heartbeat.interval.ms" => "group.consumer.heartbeat.interval.ms",
        "consumer.session.timeout.ms" => "group.consumer.session.timeout.ms",
        "share.assignment.interval.ms" => "group.share.assignment.interval.ms",
        "share.delivery.count.limit" => "group.share.delivery.count.limit",
        "share.heartbeat.interval.ms" => "group.share.heartbeat.interval.ms",
        "share.partition.max.record.locks" => "group.share.partition.max.record.locks",
        "share.record.lock.duration.ms" => "group.share.record.lock.duration.ms",
        "share.session.timeout.ms" => "group.share.session.timeout.ms",
        "streams.assignment.interval.ms" => "group.streams.assignment.interval.ms",
        "streams.heartbeat.interval.ms" => "group.streams.heartbeat.interval.ms",
        "streams.initial.rebalance.delay.ms" => "group.streams.initial.rebalance.delay.ms",
        "streams.num.standby.replicas" => "group.streams.num.standby.replicas",
        "streams.session.timeout.ms" => "group.streams.session.timeout.ms",
        _ => return None,
    })
}
