//! What holds between the broker's configurations (`KafkaConfig.validateValues`).

use super::value::Value;

/// The least memory for compaction per thread.
const DEDUPE_BYTES_MIN: i64 = 1 << 20;

/// The first contradiction: the configuration to blame, and a sentence.
pub fn contradiction(value: &dyn Fn(&str) -> Value) -> Option<(&'static str, String)> {
    let whole = |name: &str| value(name).whole();
    for (name, min) in [("log.roll.ms", 1), ("log.roll.jitter.ms", 0)] {
        if whole(name).is_some_and(|value| value < min) {
            return Some((name, format!("{name} must be at least {min}")));
        }
    }
    for name in ["log.retention.ms", "log.retention.minutes", "log.retention.hours"] {
        if whole(name) == Some(0) {
            return Some((name, format!("{name} must be -1 for no limit, or at least 1")));
        }
    }
    let (lag_min, lag_max) = ("log.cleaner.min.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms");
    if whole(lag_min) > whole(lag_max) {
        return Some((lag_min, format!("{lag_min} is above {lag_max}")));
    }
    let (queued, request) = ("queued.max.request.bytes", "socket.request.max.bytes");
    if whole(queued).is_some_and(|queued| queued > 0) && whole(queued) < whole(request) {
        return Some((queued, format!("{queued} is below {request}: no request of that size could be read")));
    }
    if let Some(node) = whole("node.id")
        && whole("broker.id") != Some(node)
    {
        return Some(("broker.id", format!("broker.id must be the same as node.id, which is {node}")));
    }
    let per_ip = "max.connections.per.ip";
    if whole(per_ip) == Some(0)
        && value("max.connections.per.ip.overrides").to_text().is_none_or(|text| text.is_empty())
    {
        return Some((
            per_ip,
            format!("{per_ip} is 0, so that nobody could connect, and {per_ip}.overrides is not set"),
        ));
    }
    let (dedupe, threads) =
        ("log.cleaner.dedupe.buffer.size", whole("log.cleaner.threads").unwrap_or(1).max(1));
    if whole(dedupe).is_some_and(|bytes| bytes / threads < DEDUPE_BYTES_MIN) {
        return Some((dedupe, format!("{dedupe} must be at least 1 MiB for each of log.cleaner.threads")));
    }
    cordoned(value)
}

/// What Kafka starts with although nobody can want it: a sentence.
pub fn doubt(value: &dyn Fn(&str) -> Value) -> Option<String> {
    let (min, max) = ("group.min.session.timeout.ms", "group.max.session.timeout.ms");
    let (least, most) = (value(min).whole()?, value(max).whole()?);
    (least > most).then(|| format!("{min} ({least}) is above {max} ({most}): nobody can join a group"))
}

/// Directories that take no new partitions have to be directories of logs.
fn cordoned(value: &dyn Fn(&str) -> Value) -> Option<(&'static str, String)> {
    let name = "cordoned.log.dirs";
    let list = |name: &str| match value(name) {
        Value::List(items) => Some(items),
        _ => None,
    };
    let cordoned = list(name).unwrap_or_default();
    if cordoned.iter().any(|dir| dir == "*") {
        return (cordoned.len() > 1).then(|| (name, format!("{name} has * and others, and * is all")));
    }
    let dirs = list("log.dirs").or_else(|| list("log.dir")).unwrap_or_default();
    let missing = cordoned.into_iter().find(|dir| !dirs.contains(dir))?;
    Some((name, format!("{name} has {missing}, which is not in log.dirs or log.dir")))
}
