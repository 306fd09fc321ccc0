//! A log directory: what its own files say, against the partitions that are in it.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::report::{Report, Words, file_of, n};
use super::texts::{malformed, text};
use super::{Extent, order};
use crate::codec::meaning::uuid::{parse_uuid, push_uuid};
use crate::log::checkpoint;
use crate::log::finding::{Place, Severity};
use crate::log::name::DirFate;
use crate::log::partition::Partition;
use crate::log::properties;

type ByName<'a> = HashMap<(&'a str, i32), &'a Extent>;

/// Checks the files of a log directory; `extents` are its partitions.
pub(super) fn check(report: &mut Report, path: &Path, extents: &[Extent]) {
    let by_name: ByName<'_> = extents
        .iter()
        .filter(|extent| extent.fate == DirFate::Live)
        .map(|extent| ((extent.name.topic.as_str(), extent.name.partition), extent))
        .collect();
    for name in NAMES {
        let file = path.join(name.0);
        if file.exists() {
            checkpoint(report, &file, Some(&by_name));
        }
    }
    let meta = path.join("meta.properties");
    if meta.exists() {
        meta_properties(report, &meta);
    } else {
        let words = Words {
            found: "no such file".to_owned(),
            expected: "the cluster's and the node's id".to_owned(),
            meaning: "A broker does not start with a directory that was not formatted. The directory may not be a log directory at all.".to_owned(),
            remedy: "Copy it from another log directory of the node and give it a directory.id of its own; kafka-storage.sh format writes it for an empty one.".to_owned(),
        };
        report.warning("meta-missing", &file_of(&meta), Place::WHOLE, words);
    }
    let marker = path.join(".kafka_cleanshutdown");
    if marker.exists() {
        clean_shutdown(report, &marker);
    } else {
        let words = Words {
            found: "no such file".to_owned(),
            expected: "the mark that the broker stopped in order".to_owned(),
            meaning: "The broker runs, or it crashed or was killed: then it recovers every log behind its recovery point when it starts.".to_owned(),
            remedy: String::new(),
        };
        report.note("unclean-shutdown", &file_of(&marker), Place::WHOLE, words);
    }
    topic_ids(report, extents);
    fates(report, extents);
}

/// The checkpoints of a log directory: what an offset is, and what losing the file means.
const NAMES: [(&str, &str, &str); 4] = [
    (
        "recovery-point-offset-checkpoint",
        "recovery point",
        "A broker that starts takes every recovery point for 0, so that after a crash it reads all logs through, and then takes the log directory offline.",
    ),
    (
        "replication-offset-checkpoint",
        "high watermark",
        "A broker that starts takes the log directory offline; with a single one it stops.",
    ),
    (
        "log-start-offset-checkpoint",
        "log start offset",
        "A broker that starts lets logs begin at their first segment, so that records that were deleted come back, and then takes the log directory offline.",
    ),
    (
        "cleaner-offset-checkpoint",
        "offset from which on the log is not compacted",
        "A broker takes the log directory offline when its cleaner reads the file.",
    ),
];

/// Checks a checkpoint of offsets, against the partitions where these are known.
pub(super) fn checkpoint(report: &mut Report, path: &Path, partitions: Option<&ByName<'_>>) {
    let file = file_of(path);
    let Some(content) = text(report, &file) else { return };
    let base = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let known = NAMES.iter().find(|(name, ..)| base.starts_with(name));
    let (name, what, lost) = known.copied().unwrap_or(("", "offset", super::texts::OFFLINE));
    let checkpoint = checkpoint::offsets(&content);
    malformed(
        report,
        &file,
        "offset-checkpoint",
        &checkpoint,
        lost,
        "Delete the file while the broker is stopped, or mend the line by hand.",
    );
    let mut seen = HashSet::new();
    for (line, entry) in &checkpoint.entries {
        let place = Place::line(*line).with_offset(entry.offset);
        let partition = format!("{}-{}", entry.topic, entry.partition);
        if !seen.insert((entry.topic.as_str(), entry.partition)) || entry.offset < 0 {
            let words = Words {
                found: format!("{partition} with offset {}", n(entry.offset)),
                expected: "each partition once, with an offset of 0 or more".to_owned(),
                meaning: lost.to_owned(),
                remedy: "Delete the line while the broker is stopped.".to_owned(),
            };
            report.error("offset-checkpoint", &file, place, words);
            continue;
        }
        let Some(partitions) = partitions else { continue };
        let Some(extent) = partitions.get(&(entry.topic.as_str(), entry.partition)) else {
            let words = Words {
                found: partition,
                expected: "a partition in this directory".to_owned(),
                meaning: "The partition was deleted or moved since the file was written; a broker passes over the line.".to_owned(),
                remedy: String::new(),
            };
            report.note("checkpoint-stale", &file, place, words);
            continue;
        };
        let Some(end) = extent.end.filter(|&end| entry.offset > end) else { continue };
        // A broker that runs has written on since the partition was checked.
        if end_now(extent).is_some_and(|now| entry.offset <= now) {
            continue;
        }
        let meaning = match name {
            "recovery-point-offset-checkpoint" | "cleaner-offset-checkpoint" => {
                "The log was longer when this was written: its end is gone. A broker goes on from where the log ends."
            }
            "log-start-offset-checkpoint" => {
                "A broker that starts deletes all segments of the partition, because the log ends before it begins."
            }
            _ => {
                "Records that consumers may have read are gone from this replica. A broker goes on from where the log ends."
            }
        };
        let words = Words {
            found: format!("{what} {} of {partition}", n(entry.offset)),
            expected: format!("no offset above {}, where its log ends", n(end)),
            meaning: meaning.to_owned(),
            remedy: format!("Find out what was lost at the end of the log. {}", order::REFETCH),
        };
        report.warning("checkpoint-beyond", &file, place, words);
    }
}

/// Checks `meta.properties`.
pub(super) fn meta_properties(report: &mut Report, path: &Path) {
    let file = file_of(path);
    let Some(content) = text(report, &file) else { return };
    let properties: HashMap<String, String> = properties::properties(&content).into_iter().collect();
    let line = |key: &str| {
        content.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |at| at + 1)
    };
    let mut wrong = |line: usize, found: String, expected: &str| {
        let words = Words {
            found,
            expected: expected.to_owned(),
            meaning: "The node does not start.".to_owned(),
            remedy: "Copy what is missing from another log directory of the node, or from its configuration."
                .to_owned(),
        };
        report.error("meta-properties", &file, Place::line(line), words);
    };
    let version = properties.get("version").map(String::as_str);
    if !matches!(version, Some("0" | "1")) {
        let found = version.map_or("no version".to_owned(), |version| format!("version {version}"));
        return wrong(line("version"), found, "version 1, or 0 before KRaft");
    }
    let node = if version == Some("1") { "node.id" } else { "broker.id" };
    let id = properties.get(node).map(String::as_str);
    if id.and_then(|id| id.parse::<i32>().ok()).is_none_or(|id| id < 0)
        && (version == Some("1") || id.is_some())
    {
        wrong(line(node), format!("{node} {}", id.unwrap_or("missing")), "a number of 0 or more");
    }
    if version == Some("1") && properties.get("cluster.id").is_none_or(String::is_empty) {
        wrong(line("cluster.id"), "no cluster.id".to_owned(), "the id of the cluster");
    }
    if let Some(id) = properties.get("directory.id").filter(|id| parse_uuid(id).is_none()) {
        wrong(line("directory.id"), format!("directory.id {id}"), "an id of 22 letters of URL-safe base64");
    }
}

/// Checks `.kafka_cleanshutdown`.
pub(super) fn clean_shutdown(report: &mut Report, path: &Path) {
    let file = file_of(path);
    let Some(content) = text(report, &file) else { return };
    let json: Option<serde_json::Value> = serde_json::from_str(&content).ok();
    let number =
        |name: &str| json.as_ref().and_then(|json| json.get(name)).and_then(serde_json::Value::as_i64);
    // Before Kafka 3.8 the file was empty.
    if content.trim().is_empty() || (number("version") == Some(0) && number("brokerEpoch").is_some()) {
        return;
    }
    let words = Words {
        found: format!("`{}`", content.trim()),
        expected: "version 0 and a brokerEpoch, as JSON".to_owned(),
        meaning: "That the file is there is enough: a broker does not recover its logs when it starts. It passes over an epoch that it cannot read.".to_owned(),
        remedy: "Delete the file if the broker did not stop in order: then it recovers.".to_owned(),
    };
    report.warning("clean-shutdown", &file, Place::line(1), words);
}

/// A topic has one id.
fn topic_ids(report: &mut Report, extents: &[Extent]) {
    let mut ids: HashMap<&str, &Extent> = HashMap::new();
    let mut topics: HashMap<[u8; 16], &Extent> = HashMap::new();
    for extent in extents.iter().filter(|extent| extent.fate == DirFate::Live) {
        let Some(id) = extent.topic_id else { continue };
        let first = *ids.entry(extent.name.topic.as_str()).or_insert(extent);
        let owner = *topics.entry(id).or_insert(extent);
        let other = if first.topic_id != Some(id) { first } else { owner };
        if other.topic_id == Some(id) && other.name.topic == extent.name.topic {
            continue;
        }
        let shown = |id: [u8; 16]| {
            let mut out = Vec::new();
            push_uuid(&id, &mut out);
            String::from_utf8_lossy(&out).into_owned()
        };
        let words = Words {
            found: format!("topic id {}", shown(id)),
            expected: format!("one id for each topic; {} has {}", other.name, shown(other.topic_id.unwrap_or_default())),
            meaning: "A broker takes the partition for one of another topic, or of a topic of that name that was deleted: it marks it as stray or does not serve it.".to_owned(),
            remedy: "Compare with `kafka-topics.sh --describe`, and move away the directory that does not belong there.".to_owned(),
        };
        report.error("topic-id", &file_of(&extent.path.join("partition.metadata")), Place::line(2), words);
    }
}

fn fates(report: &mut Report, extents: &[Extent]) {
    for extent in extents {
        let (severity, code, found, meaning) = match extent.fate {
            DirFate::Live => continue,
            DirFate::Delete => (
                Severity::Note,
                "dir-delete",
                "a partition that was deleted",
                "A broker removes it soon, and when it starts. It was not checked.",
            ),
            DirFate::Future => (
                Severity::Note,
                "dir-future",
                "a replica that is being moved to this log directory",
                "A broker goes on copying it when it starts.",
            ),
            DirFate::Stray => (
                Severity::Warning,
                "dir-stray",
                "a partition that the cluster's metadata does not assign to this broker",
                "A broker does not serve it, and keeps it until somebody deletes it.",
            ),
        };
        let words = Words {
            found: found.to_owned(),
            expected: String::new(),
            meaning: meaning.to_owned(),
            remedy: if extent.fate == DirFate::Stray {
                "Delete the directory once you are sure that its records are elsewhere.".to_owned()
            } else {
                String::new()
            },
        };
        report.add(severity, code, &file_of(&extent.path), Place::WHOLE, words);
    }
}

/// The offset behind the last batch, looked at anew.
fn end_now(extent: &Extent) -> Option<i64> {
    let partition = Partition::list(&extent.path).ok()?;
    let last = partition.segments.iter().rev().find(|segment| segment.log.is_some())?;
    let index = last.offset_index.as_ref().map(|file| file.path.as_path());
    let end = crate::log::end::of_segment(&last.log.as_ref()?.path, index, last.base_offset).ok()?;
    Some(end.next_offset)
}
