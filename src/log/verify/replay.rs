//! The producers of a partition, replayed from its batches, against producer snapshots and transaction
//! indexes.

use std::path::Path;

use super::context::TEXT_BYTES_MAX;
use super::order::REFETCH;
use super::report::{File, Report, Words, count, file_of, n};
use crate::codec::records::batch::Batch;
use crate::codec::records::control;
use crate::codec::records::record::Record;
use crate::log::finding::Place;
use crate::log::partition::PartitionFile;
use crate::log::producer_snapshot::{self, ENTRY_BYTES};
use crate::log::source::Source;
use crate::state::producers::{
    CompletedTransaction, Marker, Outcome, ProducerAnomaly, Producers, SnapshotEntry,
};

/// Entries begin behind version, checksum and number.
const HEADER_BYTES: usize = 10;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Replay {
    producers: Producers,
    /// Every batch since the state was empty or loaded was seen whole.
    pub sure: bool,
    /// Records may be missing between batches: compaction.
    compacted: bool,
    /// How many of the aborted transactions were compared with an index.
    compared: usize,
    snapshots: std::collections::VecDeque<PartitionFile>,
    next_offset: i64,
}

impl Replay {
    /// For a partition whose log begins at `start`, with its snapshots in their order.
    pub(super) fn new(start: Option<i64>, snapshots: &[PartitionFile], compacted: bool) -> Self {
        Self {
            sure: start == Some(0),
            compacted,
            snapshots: snapshots.iter().cloned().collect(),
            next_offset: start.unwrap_or(0),
            ..Self::default()
        }
    }

    /// Bytes were passed over, or a batch is damaged: what its producers did is not known.
    pub(super) fn damage(&mut self) {
        self.producers = Producers::new();
        (self.sure, self.compared) = (false, 0);
    }

    /// The log is compacted after all.
    pub(super) fn compacted(&mut self) {
        self.compacted = true;
    }

    /// The snapshots of offsets up to `offset`, before the batch that begins there.
    pub(super) fn reach(&mut self, report: &mut Report, offset: i64) {
        while let Some(snapshot) =
            self.snapshots.pop_front_if(|snapshot| snapshot.name.offset.is_some_and(|at| at <= offset))
        {
            self.snapshot(report, &snapshot, Some(offset));
        }
    }

    /// The log is over; snapshots behind its end are told.
    pub(super) fn finish(&mut self, report: &mut Report) {
        let next = self.next_offset;
        self.reach(report, next);
        for snapshot in std::mem::take(&mut self.snapshots) {
            self.snapshot(report, &snapshot, None);
            let offset = snapshot.name.offset.unwrap_or(-1);
            report.warning(
                "snapshot-beyond",
                &file_of(&snapshot.path),
                Place::WHOLE.with_offset(offset),
                Words {
                    found: format!("producers as of offset {}", n(offset)),
                    expected: format!("no offset above {}, where the log ends", n(next)),
                    meaning: "The log was longer when the broker wrote this. A broker deletes the snapshot when it starts.".to_owned(),
                    remedy: format!("Find out what was lost at the end of the log. {REFETCH}"),
                },
            );
        }
    }

    /// A segment begins. The log goes at least that far, whether there is anything in the segment or not.
    pub(super) fn begin_segment(&mut self, base_offset: i64) {
        if base_offset > self.next_offset {
            self.next_offset = base_offset;
            // What was there is gone: by compaction, or by a crash that left the segments before without content.
            self.sure &= self.compacted;
        }
    }

    /// Takes the next message of the formats before producers had ids.
    pub(super) fn message(&mut self, report: &mut Report, first: i64, last: i64) {
        self.reach(report, first);
        self.next_offset = last.saturating_add(1);
    }

    /// Takes the next batch, whose checksum fits.
    pub(super) fn batch(&mut self, report: &mut Report, file: &File, at: u64, batch: &Batch<'_>) {
        self.reach(report, batch.base_offset());
        self.next_offset = batch.next_offset();
        let anomaly = self.producers.append_batch(batch);
        if let Some(anomaly) = anomaly.filter(|anomaly| !self.explained(anomaly)) {
            tell(report, file, at, batch, anomaly);
        }
    }

    /// Takes the marker in a control batch of a producer.
    pub(super) fn marker(
        &mut self,
        report: &mut Report,
        file: &File,
        at: u64,
        batch: &Batch<'_>,
        record: &Record<'_>,
    ) {
        let Some(id) = record.key.and_then(|key| control::key(key).ok()).map(|key| key.id) else { return };
        let outcome = match id {
            0 => Outcome::Abort,
            1 => Outcome::Commit,
            _ => return,
        };
        let coordinator_epoch = record.value.and_then(|value| value.get(2..)?.first_chunk());
        let coordinator_epoch = coordinator_epoch.map_or(-1, |&epoch| i32::from_be_bytes(epoch));
        let marker = Marker { outcome, coordinator_epoch, timestamp: record.timestamp };
        if let Some(anomaly) = self.producers.end(batch, marker) {
            tell(report, file, at, batch, anomaly);
        }
    }

    fn explained(&self, anomaly: &ProducerAnomaly) -> bool {
        self.compacted
            && matches!(anomaly, ProducerAnomaly::SequenceGap { .. } | ProducerAnomaly::EpochStart { .. })
    }

    /// Reads a snapshot, and compares it with the state before `offset` of the log where that is known.
    fn snapshot(&mut self, report: &mut Report, snapshot: &PartitionFile, offset: Option<i64>) {
        let file = file_of(&snapshot.path);
        let Some(entries) = read(report, &file, &snapshot.path) else { return };
        let at = snapshot.name.offset.unwrap_or(-1);
        sane(report, &file, at, &entries);
        if offset.is_none() {
            return;
        }
        if self.sure && at >= self.next_offset {
            self.compare(report, &file, &entries);
        } else if !self.sure && at == offset.unwrap_or(-1) {
            // From here on everything is known again.
            self.producers = Producers::new();
            for entry in &entries {
                self.producers.load(entry);
            }
            (self.sure, self.compared) = (true, 0);
        }
    }

    fn compare(&self, report: &mut Report, file: &File, entries: &[SnapshotEntry]) {
        for (number, entry) in entries.iter().enumerate() {
            let replayed = self.producers.producer(entry.producer_id).map(|p| p.to_entry(entry.producer_id));
            let stored = entry;
            let differs = match replayed {
                // In a compacted log the last batch of a producer may be gone, and markers are.
                Some(replayed) if self.compacted => {
                    replayed.last_offset > stored.last_offset && stored.last_offset >= 0
                }
                Some(replayed) => replayed != *stored,
                None => !self.compacted,
            };
            if !differs {
                continue;
            }
            let found = told(stored);
            let expected = replayed.map_or("no such producer, by the log".to_owned(), |replayed| {
                format!("by the log: {}", told(&replayed))
            });
            let place = Place {
                entry: Some(number as u64),
                byte: Some((HEADER_BYTES + number * ENTRY_BYTES) as u64),
                ..Place::WHOLE
            };
            report.error(
                "snapshot-state",
                file,
                place,
                Words { found, expected, meaning: STATE.to_owned(), remedy: RELOAD.to_owned() },
            );
        }
        let missing = self
            .producers
            .open_transactions()
            .find(|(_, producer)| !entries.iter().any(|entry| entry.producer_id == *producer));
        if let Some((first, producer)) = missing {
            let words = Words {
                found: format!("nothing of producer {producer}"),
                expected: format!("its transaction, which is open since offset {}", n(first)),
                meaning: STATE.to_owned(),
                remedy: RELOAD.to_owned(),
            };
            report.error("snapshot-state", file, Place::WHOLE.with_offset(first), words);
        }
    }

    /// The transactions that were aborted since this was last asked, and whether all of them are known.
    pub(super) fn aborted(&mut self) -> (Vec<CompletedTransaction>, bool) {
        let all = self.producers.aborted();
        let new = all.get(self.compared..).unwrap_or_default().to_vec();
        self.compared = all.len();
        (new, self.sure && !self.compacted)
    }
}

const STATE: &str = "A broker that starts with this snapshot takes duplicates for new records, refuses a producer's next batch as out of order, or holds the last stable offset at the wrong place.";
const RELOAD: &str = "Delete the snapshot while the broker is stopped: it goes back to an older one and replays the log from there.";

fn told(entry: &SnapshotEntry) -> String {
    let open = match entry.current_txn_first_offset {
        -1 => String::new(),
        first => format!(", transaction open since offset {}", n(first)),
    };
    format!(
        "producer {} epoch {}, last sequence {} at offset {} (delta {}), time {}, coordinator epoch {}{open}",
        entry.producer_id,
        entry.epoch,
        entry.last_sequence,
        n(entry.last_offset),
        entry.offset_delta,
        entry.timestamp,
        entry.coordinator_epoch
    )
}

/// Reads a snapshot; what is wrong with its bytes is told. `None` where a broker would refuse it.
pub(super) fn read(report: &mut Report, file: &File, path: &Path) -> Option<Vec<SnapshotEntry>> {
    let content = match Source::open(path).and_then(|mut source| source.read_all(TEXT_BYTES_MAX)) {
        Ok(content) => content,
        Err(error) => {
            report.unreadable(file, &error);
            return None;
        }
    };
    let snapshot = producer_snapshot::read(&content);
    for error in &snapshot.errors {
        let mut found = error.to_string();
        let mut at = error.at();
        if let producer_snapshot::SnapshotError::Crc { stored, computed } = *error {
            let covered = content.get(6..).unwrap_or_default();
            match super::flip::locate(stored, computed, covered.len(), 2) {
                Some(super::flip::Flip::Byte { at: changed, bits }) => {
                    let byte = covered.get(changed).copied().unwrap_or_default();
                    at = changed as u64 + 6;
                    found = format!(
                        "{found}; with {:#04x} instead of {byte:#04x} in byte {} it fits",
                        byte ^ bits,
                        n(at)
                    );
                }
                Some(super::flip::Flip::Checksum(_)) => found.push_str("; the checksum itself was changed"),
                None => {}
            }
        }
        report.warning(
            "snapshot-damaged",
            file,
            Place::byte(at),
            Words {
                found,
                expected: "version 1, a checksum that fits, and as many entries as it says".to_owned(),
                meaning: "A broker that starts deletes this snapshot, takes an older one and replays the log from there. Nothing is lost unless the log no longer reaches back: then producers of deleted records are forgotten.".to_owned(),
                remedy: "None is needed; find out what changed the file.".to_owned(),
            },
        );
    }
    snapshot.errors.is_empty().then_some(snapshot.entries)
}

/// What entries must be by themselves.
pub(super) fn sane(report: &mut Report, file: &File, offset: i64, entries: &[SnapshotEntry]) {
    let mut ids = std::collections::HashSet::new();
    for (number, entry) in entries.iter().enumerate() {
        let wrong = if entry.producer_id < 0 {
            Some(("a negative producer id".to_owned(), "0 or more"))
        } else if !ids.insert(entry.producer_id) {
            Some((format!("producer {} a second time", entry.producer_id), "each producer once"))
        } else if offset >= 0 && entry.last_offset >= offset {
            Some((format!("last offset {}", n(entry.last_offset)), "an offset below that of the snapshot"))
        } else if offset >= 0 && entry.current_txn_first_offset >= offset {
            let first = n(entry.current_txn_first_offset);
            Some((
                format!("a transaction that is open since offset {first}"),
                "an offset below that of the snapshot",
            ))
        } else {
            None
        };
        let Some((found, expected)) = wrong else { continue };
        let place = Place {
            entry: Some(number as u64),
            byte: Some((HEADER_BYTES + number * ENTRY_BYTES) as u64),
            ..Place::WHOLE
        };
        let words = Words {
            found,
            expected: expected.to_owned(),
            meaning: STATE.to_owned(),
            remedy: RELOAD.to_owned(),
        };
        report.error("snapshot-entry", file, place, words);
    }
}

fn tell(report: &mut Report, file: &File, at: u64, batch: &Batch<'_>, anomaly: ProducerAnomaly) {
    let (code, expected, meaning) = match anomaly {
        ProducerAnomaly::EpochBack { .. } => (
            "producer-epoch",
            "epochs of a producer that go up",
            "An old instance of the producer wrote after it was fenced, or batches are out of order.",
        ),
        ProducerAnomaly::EpochStart { .. } | ProducerAnomaly::SequenceGap { .. } => (
            "sequence-gap",
            "sequence numbers without a hole",
            "Records of this producer are missing before this batch, though no offsets are: the log is not what the producer wrote.",
        ),
        ProducerAnomaly::SequenceBack { .. } => (
            "sequence-back",
            "sequence numbers that go up",
            "The batch stands here a second time or out of order: consumers get records twice.",
        ),
        ProducerAnomaly::OutsideTransaction { .. } => (
            "outside-transaction",
            "transactional batches until the transaction ends",
            "A broker that replays this batch for its producers fails with an InvalidTxnStateException and does not start with this log.",
        ),
        ProducerAnomaly::CoordinatorBack { .. } => (
            "coordinator-epoch",
            "epochs of the coordinator that go up",
            "An old transaction coordinator wrote after it was replaced.",
        ),
    };
    report.warning(
        code,
        file,
        Place::byte(at).with_offset(batch.base_offset()),
        Words {
            found: anomaly.to_string(),
            expected: expected.to_owned(),
            meaning: format!("{meaning} A broker does not check this in a log that is there."),
            remedy: format!(
                "Compare {} with another replica.",
                count(u64::try_from(batch.count()).unwrap_or(0), "record")
            ),
        },
    );
}
