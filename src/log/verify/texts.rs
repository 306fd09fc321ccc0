//! The small texts of a partition: `leader-epoch-checkpoint`, `partition.metadata`, `quorum-state`.

use std::path::Path;

use super::context::TEXT_BYTES_MAX;
use super::report::{File, Report, Words, file_of, n};
use crate::log::checkpoint::{self, Checkpoint, EpochEntry};
use crate::log::finding::Place;
use crate::log::properties;
use crate::log::source::Source;

/// Reads a text; what cannot be read is told.
pub(super) fn text(report: &mut Report, file: &File) -> Option<String> {
    report.summary.files += 1;
    match Source::open(file).and_then(|mut source| source.read_all(TEXT_BYTES_MAX)) {
        Ok(content) => Some(String::from_utf8_lossy(&content).into_owned()),
        Err(error) => {
            report.unreadable(file, &error);
            None
        }
    }
}

pub(super) const OFFLINE: &str =
    "A broker that starts takes the whole log directory offline; with a single one it stops.";

/// Tells what is wrong with a checkpoint as a text.
pub(super) fn malformed<E>(
    report: &mut Report,
    file: &File,
    code: &'static str,
    checkpoint: &Checkpoint<E>,
    meaning: &str,
    remedy: &str,
) {
    for error in &checkpoint.errors {
        report.error(
            code,
            file,
            Place::line(error.line),
            Words {
                found: error.found.clone(),
                expected: error.expected.clone(),
                meaning: meaning.to_owned(),
                remedy: remedy.to_owned(),
            },
        );
    }
}

/// The epochs that batches of the log begin: epoch, offset, segment, byte.
pub(super) type Starts = [(i32, i64, File, u64)];

/// Checks `leader-epoch-checkpoint`; `end` is the offset behind the log, where it is known.
pub(super) fn epochs(report: &mut Report, path: &Path, starts: Option<&Starts>, end: Option<i64>) {
    let file = file_of(path);
    let Some(content) = text(report, &file) else { return };
    let checkpoint = checkpoint::epochs(&content);
    let remedy = format!("{BY_HAND} {}", super::order::REFETCH);
    malformed(report, &file, "epoch-checkpoint", &checkpoint, OFFLINE, &remedy);
    let in_order = epoch_order(report, &file, &checkpoint);
    if !checkpoint.errors.is_empty() || !in_order {
        return;
    }
    if let Some(end) = end {
        for (line, entry) in checkpoint.entries.iter().filter(|(_, entry)| entry.start_offset > end) {
            report.warning(
                "epoch-beyond",
                &file,
                Place::line(*line).with_offset(entry.start_offset),
                Words {
                    found: format!("epoch {} begins at offset {}", entry.epoch, n(entry.start_offset)),
                    expected: format!("no offset above {}, where the log ends", n(end)),
                    meaning: "The log was longer when the broker wrote this: its end is gone. A broker removes the line when it starts.".to_owned(),
                    remedy: format!("Find out what was lost at the end of the log. {}", super::order::REFETCH),
                },
            );
        }
    }
    against_log(report, &file, &checkpoint, starts.unwrap_or_default());
}

fn epoch_order(report: &mut Report, file: &File, checkpoint: &Checkpoint<EpochEntry>) -> bool {
    let mut last: Option<EpochEntry> = None;
    let mut in_order = true;
    for (line, entry) in &checkpoint.entries {
        let rises =
            last.is_none_or(|last| entry.epoch > last.epoch && entry.start_offset > last.start_offset);
        if rises && entry.epoch >= 0 && entry.start_offset >= 0 {
            last = Some(*entry);
            continue;
        }
        in_order = false;
        let shown =
            |entry: EpochEntry| format!("epoch {} from offset {} on", entry.epoch, n(entry.start_offset));
        let behind = last.map_or(String::new(), |last| format!(" behind {}", shown(last)));
        report.error(
            "epoch-order",
            file,
            Place::line(*line).with_offset(entry.start_offset),
            Words {
                found: format!("{}{behind}", shown(*entry)),
                expected: "epochs and offsets that both go up".to_owned(),
                meaning: "A broker that reads it drops the lines before this one that do not fit. Where replicas' logs part, it then answers wrongly, and they cut too much or too little.".to_owned(),
                remedy: BY_HAND.to_owned(),
            },
        );
    }
    in_order
}

/// An epoch that a batch begins has to be in the checkpoint, from that batch on or before.
fn against_log(report: &mut Report, file: &File, checkpoint: &Checkpoint<EpochEntry>, starts: &Starts) {
    let Some((_, oldest)) = checkpoint.entries.first() else {
        if let Some((epoch, offset, ..)) = starts.first() {
            let words = Words {
                found: "no epochs".to_owned(),
                expected: format!("epoch {epoch} from offset {} on, as in the log", n(*offset)),
                meaning: CUT.to_owned(),
                remedy: super::order::REFETCH.to_owned(),
            };
            report.warning("epoch-missing", file, Place::line(2), words);
        }
        return;
    };
    for (epoch, offset, log, at) in starts {
        // Records below the log's start offset have no epochs any more.
        if *offset < oldest.start_offset {
            continue;
        }
        let entry = checkpoint.entries.iter().rev().find(|(_, entry)| entry.start_offset <= *offset);
        let Some((line, entry)) = entry.filter(|(_, entry)| entry.epoch != *epoch) else { continue };
        report.error(
            "leader-epoch",
            log,
            Place::byte(at + 12).with_offset(*offset),
            Words {
                found: format!("leader epoch {epoch}"),
                expected: format!("epoch {}, by line {line} of leader-epoch-checkpoint", entry.epoch),
                meaning: CUT.to_owned(),
                remedy: super::order::REFETCH.to_owned(),
            },
        );
    }
}

const BY_HAND: &str = "Write it by hand while the broker is stopped: a line with 0, one with the number of lines that follow, then epoch and first offset of each epoch, as `kafkit dump-log` shows them.";

const CUT: &str = "After a change of leader, replicas find by epochs where their logs part. With wrong ones they cut too much or too little.";

/// What helps where a topic's id is lost.
const TOPIC_ID: &str = "Write the topic's id by hand while the broker is stopped, from another partition of the topic or `kafka-topics.sh --describe`: `version: 0` and `topic_id: ID`. Do not delete the file: without it the broker takes the partition for stray and does not serve it.";

/// There is no `partition.metadata`.
pub(super) fn no_partition_metadata(report: &mut Report, partition: &Path) {
    report.warning(
        "partition-metadata-missing",
        &file_of(&partition.join("partition.metadata")),
        Place::WHOLE,
        Words {
            found: "no such file".to_owned(),
            expected: "the id of the topic".to_owned(),
            meaning: "A broker that starts takes the partition for stray: it renames the directory and does not serve it.".to_owned(),
            remedy: TOPIC_ID.to_owned(),
        },
    );
}

/// Checks `partition.metadata`; returns the topic's id.
pub(super) fn partition_metadata(report: &mut Report, path: &Path) -> Option<[u8; 16]> {
    let file = file_of(path);
    let content = text(report, &file)?;
    match properties::partition_metadata(&content) {
        Ok(metadata) => Some(metadata.topic_id),
        Err((line, expected, found)) => {
            // What is no id at all fails elsewhere than what is no line.
            let meaning = if expected.starts_with("an id of") {
                "A broker does not start: loading the log fails with an IllegalArgumentException.".to_owned()
            } else {
                OFFLINE.to_owned()
            };
            report.error(
                "partition-metadata",
                &file,
                Place::line(line),
                Words {
                    found: if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") },
                    expected: expected.to_owned(),
                    meaning,
                    remedy: TOPIC_ID.to_owned(),
                },
            );
            None
        }
    }
}

/// Checks `quorum-state`; `epoch` is that of the log's last batch.
pub(super) fn quorum_state(report: &mut Report, path: &Path, epoch: Option<i32>) {
    let file = file_of(path);
    let Some(content) = text(report, &file) else { return };
    let mut wrong = |found: String, expected: &str| {
        report.error(
            "quorum-state",
            &file,
            Place::line(1),
            Words {
                found,
                expected: expected.to_owned(),
                meaning: "A controller or broker reads it when it starts, and stops where it cannot. It says whom this node voted for; without it a node may vote twice.".to_owned(),
                remedy: "If the other voters are whole, delete the file and the metadata log of this node while it is stopped: it joins again and fetches both.".to_owned(),
            },
        );
    };
    let json: serde_json::Value = match serde_json::from_str(&content) {
        Ok(json) => json,
        Err(error) => {
            return wrong(format!("no JSON: {error}"), "an object with leaderId, leaderEpoch, votedId");
        }
    };
    let number = |name: &str| json.get(name).and_then(serde_json::Value::as_i64);
    for name in ["leaderId", "leaderEpoch"] {
        if number(name).is_none() {
            wrong(format!("no number {name}"), "leaderId, leaderEpoch, data_version");
        }
    }
    if let Some(version) = json.get("data_version").filter(|version| !matches!(version.as_i64(), Some(0 | 1)))
    {
        wrong(format!("data_version {version}"), "0 or 1");
    }
    if let (Some(leader_epoch), Some(epoch)) = (number("leaderEpoch"), epoch.map(i64::from))
        && leader_epoch < epoch
    {
        wrong(
            format!("leader epoch {leader_epoch}"),
            &format!("at least {epoch}, that of the last batch of the log"),
        );
    }
}
