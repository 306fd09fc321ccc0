//! Whether configurations may be set: names, values, and what holds between them.

use super::definition::{Definition, Invalid, Mode};
use super::effective::{Configs, Effective};
use super::group::{CLIENT_METRICS, GROUP};
use super::value::Value;
use super::{broker as broker_table, check as between, definition, group, topic};

/// Why configurations may not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A name that is not known.
    #[error("Unknown {what} config name: {name}")]
    Unknown {
        /// What it was to be set for.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A value that does not fit.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// `interval.ms` of client metrics, which has a code of its own.
    #[error("interval.ms of client metrics must be from 100 to 3600000")]
    Interval,
    /// Values that contradict each other.
    #[error("{0}")]
    Contradiction(String),
}

/// Pools of threads, which change by no more than a factor of two at a time (`DynamicThreadPool`, `LogCleaner`).
const THREADS: [&str; 6] = [
    "background.threads",
    "log.cleaner.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
];

/// Whether a broker, or all of them, may have these set while they run (`DynamicBrokerConfig.validate`): `now` is what holds, `then`
/// what would hold.
///
/// # Errors
/// The first that it may not have.
pub fn broker(
    set: &Configs,
    one_broker: bool,
    now: &Effective<'_>,
    then: &Effective<'_>,
) -> Result<(), Refusal> {
    let refuse = |text: String| Err(Refusal::Contradiction(text));
    let mode = |name: &str| {
        broker_table::find(broker_table::of_listener(name).unwrap_or(name)).map(|found| found.mode)
    };
    let listed = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let fixed: Vec<_> = set.keys().filter(|name| mode(name) == Some(Mode::ReadOnly)).collect();
    if !fixed.is_empty() {
        return refuse(format!("Cannot update these configs dynamically: {}", listed(fixed)));
    }
    let bare: Vec<_> = set.keys().filter(|name| broker_table::needs_listener_prefix(name)).collect();
    if !bare.is_empty() {
        return refuse(format!(
            "These security configs can be updated only behind a listener's prefix: {}",
            listed(bare)
        ));
    }
    for (name, value) in set {
        if let Some(definition) = broker_table::find(broker_table::of_listener(name).unwrap_or(name)) {
            definition.parse(value)?;
        }
    }
    let single: Vec<_> = set.keys().filter(|name| mode(name) == Some(Mode::PerBroker)).collect();
    if !one_broker && !single.is_empty() {
        return refuse(format!(
            "Cannot update these configs for all brokers, a broker id must be given: {}",
            listed(single)
        ));
    }
    let value = |of: &Effective<'_>, name: &str| {
        broker_table::find(name).map_or(Value::Null, |found| of.value(found))
    };
    for name in THREADS {
        if let (Some(old), Some(new)) = (value(now, name).whole(), value(then, name).whole())
            && (new > old.saturating_mul(2) || new < old / 2)
        {
            return refuse(format!(
                "{name} cannot change from {old} to {new}: half or double at a time is the most"
            ));
        }
    }
    match between::contradiction(&|name| value(then, name)) {
        Some((_, problem)) => refuse(problem),
        None => Ok(()),
    }
}

/// Whether a topic may have these (`LogConfig.validate`).
///
/// # Errors
/// The first that it may not have.
pub fn topic(set: &Configs, broker: &Effective<'_>) -> Result<(), Refusal> {
    check(set, "topic", topic::TOPIC)?;
    let whole =
        |name| topic::find(name).and_then(|definition| broker.of_topic(Some(set), definition).whole());
    let is_true = |name| {
        topic::find(name)
            .is_some_and(|definition| broker.of_topic(Some(set), definition) == Value::Boolean(true))
    };
    if let (Some(min), Some(max)) = (whole("min.compaction.lag.ms"), whole("max.compaction.lag.ms"))
        && min > max
    {
        let text = format!(
            "conflict in topic config: min.compaction.lag.ms ({min}) is above max.compaction.lag.ms ({max})"
        );
        return Err(Refusal::Contradiction(text));
    }
    if is_true("remote.storage.enable") {
        let text =
            "Tiered storage is disabled in this broker: a topic cannot have remote.storage.enable=true";
        return Err(Refusal::Contradiction(text.to_owned()));
    }
    Ok(())
}

/// Whether a group may have these (`GroupConfig.validate`).
///
/// # Errors
/// The first that it may not have.
pub fn group(set: &Configs, broker: &Effective<'_>) -> Result<(), Refusal> {
    check(set, "group", GROUP)?;
    let value = |name: &'static str| {
        let definition = definition::search(GROUP, name)?;
        let own = set.get(name).and_then(|text| definition.parse(text).ok());
        let of_broker = || Some(broker.value(broker_table::find(group::broker_name(name)?)?));
        own.or_else(of_broker).and_then(|value| value.whole())
    };
    let limit = |name: &str| broker_table::find(name).and_then(|definition| broker.value(definition).whole());
    for (name, min, max) in LIMITS {
        let Some(value) = value(name).filter(|_| set.contains_key(*name)) else { continue };
        for (bound, is_over, word) in [
            (min, limit(min).is_some_and(|min| value < min), "at least"),
            (max, limit(max).is_some_and(|max| value > max), "at most"),
        ] {
            if is_over {
                return Err(Refusal::Contradiction(format!("{name} must be {word} {bound}")));
            }
        }
    }
    for kind in ["consumer", "share", "streams"] {
        let names = LIMITS.iter().map(|(name, ..)| *name).filter(|name| name.starts_with(kind));
        let find = |end: &str| names.clone().find(|name| name.ends_with(end)).and_then(value);
        if let (Some(heartbeat), Some(session)) =
            (find(".heartbeat.interval.ms"), find(".session.timeout.ms"))
            && heartbeat >= session
        {
            let text = format!("{kind}.heartbeat.interval.ms must be less than {kind}.session.timeout.ms");
            return Err(Refusal::Contradiction(text));
        }
    }
    Ok(())
}

/// What the broker allows groups: configuration, the least and the most by the broker's names; empty is no limit.
const LIMITS: &[(&str, &str, &str)] = &[
    (
        "consumer.heartbeat.interval.ms",
        "group.consumer.min.heartbeat.interval.ms",
        "group.consumer.max.heartbeat.interval.ms",
    ),
    (
        "consumer.session.timeout.ms",
        "group.consumer.min.session.timeout.ms",
        "group.consumer.max.session.timeout.ms",
    ),
    (
        "consumer.assignment.interval.ms",
        "group.consumer.min.assignment.interval.ms",
        "group.consumer.max.assignment.interval.ms",
    ),
    (
        "share.heartbeat.interval.ms",
        "group.share.min.heartbeat.interval.ms",
        "group.share.max.heartbeat.interval.ms",
    ),
    ("share.session.timeout.ms", "group.share.min.session.timeout.ms", "group.share.max.session.timeout.ms"),
    (
        "share.record.lock.duration.ms",
        "group.share.min.record.lock.duration.ms",
        "group.share.max.record.lock.duration.ms",
    ),
    (
        "share.delivery.count.limit",
        "group.share.min.delivery.count.limit",
        "group.share.max.delivery.count.limit",
    ),
    (
        "share.partition.max.record.locks",
        "group.share.min.partition.max.record.locks",
        "group.share.max.partition.max.record.locks",
    ),
    (
        "share.assignment.interval.ms",
        "group.share.min.assignment.interval.ms",
        "group.share.max.assignment.interval.ms",
    ),
    (
        "streams.heartbeat.interval.ms",
        "group.streams.min.heartbeat.interval.ms",
        "group.streams.max.heartbeat.interval.ms",
    ),
    (
        "streams.session.timeout.ms",
        "group.streams.min.session.timeout.ms",
        "group.streams.max.session.timeout.ms",
    ),
    ("streams.num.standby.replicas", "", "group.streams.max.standby.replicas"),
    (
        "streams.assignment.interval.ms",
        "group.streams.min.assignment.interval.ms",
        "group.streams.max.assignment.interval.ms",
    ),
];

/// The least and the most of `interval.ms` of client metrics (`ClientMetricsConfigs`).
const METRICS_INTERVAL_MS: std::ops::RangeInclusive<i64> = 100..=3_600_000;
/// What clients can be matched by (`ClientMetricsConfigs`).
const METRICS_MATCH: [&str; 6] = [
    "client_instance_id",
    "client_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
];

/// Whether a subscription of client metrics may have these (`ClientMetricsConfigs.validate`).
///
/// # Errors
/// The first that it may not have.
pub fn client_metrics(set: &Configs) -> Result<(), Refusal> {
    check(set, "client metrics", CLIENT_METRICS)?;
    let interval = set.get("interval.ms").and_then(|text| text.trim().parse().ok());
    if interval.is_some_and(|interval| !METRICS_INTERVAL_MS.contains(&interval)) {
        return Err(Refusal::Interval);
    }
    let matches = set.get("match").map(String::as_str).unwrap_or_default();
    for part in matches.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let pattern = part.split_once('=').map(|(name, pattern)| (name.trim(), pattern.trim()));
        let is_valid = pattern.is_some_and(|(name, pattern)| {
            METRICS_MATCH.contains(&name) && regex::Regex::new(pattern).is_ok()
        });
        if !is_valid {
            return Err(Refusal::Contradiction(format!("Illegal client matching pattern: {part}")));
        }
    }
    Ok(())
}

/// Names that are in the table, values that fit.
fn check(set: &Configs, what: &'static str, table: &'static [Definition]) -> Result<(), Refusal> {
    for name in set.keys() {
        if definition::search(table, name).is_none() {
            return Err(Refusal::Unknown { what, name: name.clone() });
        }
    }
    for (name, value) in set {
        if let Some(definition) = definition::search(table, name) {
            definition.parse(value)?;
        }
    }
    Ok(())
}
