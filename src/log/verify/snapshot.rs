//! Snapshots of metadata: by themselves, and against the log they stand for.

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use super::batch::Checker;
use super::context::{AtStart, Standing};
use super::decode::Decoder;
use super::gap;
use super::order::{Link, Order};
use super::report::{File, Report, Words, file_of, n};
use crate::codec::record_types::Family;
use crate::codec::records::batch::Batch;
use crate::codec::records::control;
use crate::codec::records::record::Record;
use crate::log::finding::{Place, Severity};
use crate::log::partition::PartitionFile;
use crate::log::scan::{Piece, Scanner};
use crate::log::source::Source;
use crate::state::LogRecord;
use crate::state::cluster::Cluster;

/// The control records that a snapshot begins and ends with (`ControlRecordType`).
const HEADER: i16 = 3;
const FOOTER: i16 = 4;
pub(super) const REMEDY: &str = "Move the snapshot away while the node is stopped. It loads the one before and the log behind that, if the log reaches back so far, or fetches a snapshot from the leader. If this is the only controller and nothing older is left, keep everything and ask for help before you start it.";

/// Reads a snapshot through and tells what is wrong with it; returns what it stands for where it is whole.
pub(super) fn check(
    report: &mut Report,
    snapshot: &Path,
    epoch: Option<i32>,
    limit: usize,
) -> Option<Cluster> {
    let file = file_of(snapshot);
    report.summary.files += 1;
    match read(report, &file, snapshot, epoch, limit) {
        Ok(cluster) => cluster,
        Err(error) => {
            report.unreadable(&file, &error);
            None
        }
    }
}

fn read(
    report: &mut Report,
    file: &File,
    path: &Path,
    epoch: Option<i32>,
    limit: usize,
) -> io::Result<Option<Cluster>> {
    let standing = Standing { at_start: AtStart::Snapshot, active: true };
    let mut scanner = Scanner::new(Source::open(path)?);
    let (mut order, mut decoder, mut scratch) =
        (Order::default(), Decoder::new(Some(Family::Metadata)), Vec::new());
    order.begin_segment(file, 0, true);
    let mut cluster = Cluster::new();
    cluster.begin_snapshot(-1, -1);
    let mut whole = true;
    let (mut first, mut last) = (None, None);
    while let Some(piece) = scanner.next_piece()? {
        let found = match piece {
            Piece::Batch(found) => found,
            Piece::Gap(gap) => {
                gap::gap(report, file, path, &gap, standing);
                order.damage();
                whole = false;
                continue;
            }
        };
        report.summary.batches += 1;
        let Ok(batch) = Batch::new(found.bytes) else { continue };
        let sound = found.crc_fits;
        whole &= sound;
        if sound {
            let mut types = Vec::new();
            let mut checker =
                Checker { report, file, at: found.at, decoder: &mut decoder, scratch: &mut scratch, limit };
            let seen = checker.batch(&batch, |_, record| types.extend(control_type(record)));
            report.summary.records += seen.records;
            let kind = types.first().copied();
            first = first.or(Some(kind));
            last = Some(kind);
            whole &= apply(&mut cluster, &batch, limit, &mut scratch);
            wrong_epoch(report, file, found.at, &batch, epoch);
        } else {
            gap::crc(&found, standing).tell(report, file);
            (first, last) = (first.or(Some(Some(HEADER))), Some(Some(FOOTER)));
        }
        let next = if sound { batch.next_offset() } else { batch.base_offset().saturating_add(1) };
        order.push(
            report,
            Link {
                file: file.clone(),
                at: found.at,
                base: batch.base_offset(),
                next,
                epoch: batch.partition_leader_epoch(),
                crc: batch.stored_crc(),
                bytes: found.bytes.len(),
                sound,
            },
        );
    }
    order.finish(report, false, Severity::Error);
    let end = scanner.position();
    report.summary.bytes += end;
    if first.is_some_and(|kind| kind != Some(HEADER)) || first.is_none() {
        bracket(
            report,
            file,
            0,
            "its first batch is no snapshot header",
            "a control batch with SNAPSHOT_HEADER",
        );
        whole = false;
    }
    if whole && last.is_some_and(|kind| kind != Some(FOOTER)) {
        bracket(
            report,
            file,
            end,
            "its last batch is no snapshot footer",
            "a control batch with SNAPSHOT_FOOTER",
        );
        whole = false;
    }
    Ok(whole.then_some(cluster))
}

fn control_type(record: &Record<'_>) -> Option<i16> {
    record.key.and_then(|key| control::key(key).ok()).map(|key| key.id)
}

fn apply(cluster: &mut Cluster, batch: &Batch<'_>, limit: usize, scratch: &mut Vec<u8>) -> bool {
    let Ok(records) = batch.records(limit, scratch) else { return false };
    records.flatten().all(|record| cluster.apply(&LogRecord::new(batch, &record)).is_ok())
}

fn wrong_epoch(report: &mut Report, file: &File, at: u64, batch: &Batch<'_>, epoch: Option<i32>) {
    let Some(epoch) = epoch.filter(|&epoch| epoch != batch.partition_leader_epoch()) else { return };
    let words = Words {
        found: format!("leader epoch {}", batch.partition_leader_epoch()),
        expected: format!("epoch {epoch}, by the name of the snapshot"),
        meaning: "Nodes that load the snapshot believe that their metadata is of another epoch, and may take the log behind it for diverging.".to_owned(),
        remedy: REMEDY.to_owned(),
    };
    report.error("leader-epoch", file, Place::byte(at + 12).with_offset(batch.base_offset()), words);
}

fn bracket(report: &mut Report, file: &File, at: u64, found: &str, expected: &str) {
    report.error(
        "snapshot-incomplete",
        file,
        Place::byte(at),
        Words {
            found: found.to_owned(),
            expected: expected.to_owned(),
            meaning: "The snapshot is not whole: a node that loads it gets a part of the metadata, or stops."
                .to_owned(),
            remedy: REMEDY.to_owned(),
        },
    );
}

/// The metadata log, replayed, next to the snapshots of it.
#[derive(Debug)]
pub(super) struct Metadata {
    cluster: Cluster,
    /// Everything until now is in `cluster`.
    sure: bool,
    snapshots: VecDeque<PartitionFile>,
    limit: usize,
    next_offset: i64,
}

impl Metadata {
    /// For a log that begins at `start`.
    pub(super) fn new(start: Option<i64>, snapshots: &[PartitionFile], limit: usize) -> Self {
        Self {
            cluster: Cluster::new(),
            sure: start == Some(0),
            snapshots: snapshots.iter().cloned().collect(),
            limit,
            next_offset: start.unwrap_or(0),
        }
    }

    /// Bytes were passed over.
    pub(super) fn damage(&mut self) {
        self.sure = false;
    }

    /// The snapshots of what is before `offset`.
    fn reach(&mut self, report: &mut Report, offset: i64) {
        while let Some(snapshot) =
            self.snapshots.pop_front_if(|snapshot| snapshot.name.offset.is_some_and(|end| end <= offset))
        {
            let Some(loaded) = check(report, &snapshot.path, snapshot.name.epoch, self.limit) else {
                continue;
            };
            let end = snapshot.name.offset.unwrap_or(-1);
            if self.sure && end >= self.next_offset {
                compare(report, &file_of(&snapshot.path), end, self.cluster.clone(), loaded);
            } else if !self.sure && end >= self.next_offset {
                // The log goes on from here.
                (self.cluster, self.sure) = (loaded, true);
            }
        }
    }

    /// Takes a batch of the log.
    pub(super) fn batch(
        &mut self,
        report: &mut Report,
        file: &File,
        at: u64,
        batch: &Batch<'_>,
        scratch: &mut Vec<u8>,
    ) {
        if batch.base_offset() > self.next_offset {
            self.sure &= self.next_offset == 0;
        }
        self.reach(report, batch.base_offset());
        self.next_offset = batch.next_offset();
        let Ok(records) = batch.records(self.limit, scratch) else { return };
        for record in records.flatten() {
            let Err(error) = self.cluster.apply(&LogRecord::new(batch, &record)) else { continue };
            if self.sure {
                let words = Words {
                    found: error.kind.to_string(),
                    expected: "a record that fits what the log said before".to_owned(),
                    meaning: "A controller or broker that replays it stops with a fatal fault.".to_owned(),
                    remedy: REMEDY.to_owned(),
                };
                report.error("metadata-replay", file, Place::byte(at).with_offset(record.offset), words);
            }
        }
    }

    /// The log is over, and reached from `start`; snapshots behind its end are read too.
    pub(super) fn finish(&mut self, report: &mut Report, start: Option<i64>) {
        let newest = self.snapshots.back().map(|snapshot| (snapshot.path.clone(), snapshot.name.offset));
        self.reach(report, i64::MAX);
        let Some((path, end)) = newest else { return };
        let (Some(start), Some(end)) = (start, end) else { return };
        if end < start {
            report.error(
                "snapshot-gap",
                &file_of(&path),
                Place::WHOLE.with_offset(end),
                Words {
                    found: format!("the newest snapshot ends at offset {}, the log begins at {}", n(end), n(start)),
                    expected: "a log that goes on where the snapshot ends".to_owned(),
                    meaning: "The metadata between the two is lost on this node: it stops with a fatal fault.".to_owned(),
                    remedy: "Delete the metadata log and snapshots of this node while it is stopped, if the leader is another one: it fetches both.".to_owned(),
                },
            );
        }
    }
}

fn compare(report: &mut Report, file: &File, end: i64, log: Cluster, snapshot: Cluster) {
    let (log, snapshot) = (log.as_snapshot(), snapshot.as_snapshot());
    let (log, snapshot) = (log.image(), snapshot.image());
    let parts: [(&str, bool); 11] = [
        ("brokers", log.brokers == snapshot.brokers),
        ("controllers", log.controllers == snapshot.controllers),
        ("topics", log.topics == snapshot.topics),
        ("configurations", log.configs == snapshot.configs),
        ("features", log.features == snapshot.features),
        ("ACLs", log.acls == snapshot.acls),
        ("quotas", log.quotas == snapshot.quotas),
        ("SCRAM credentials", log.scram == snapshot.scram),
        ("delegation tokens", log.tokens == snapshot.tokens),
        ("producer ids", log.producer_ids == snapshot.producer_ids),
        ("ZooKeeper migration", log.zk_migration_state == snapshot.zk_migration_state),
    ];
    let differ: Vec<&str> = parts.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect();
    if differ.is_empty() {
        return;
    }
    report.error(
        "snapshot-state",
        file,
        Place::WHOLE.with_offset(end),
        Words {
            found: format!("other {} than the log comes to before offset {}", differ.join(", "), n(end)),
            expected: "what the log comes to".to_owned(),
            meaning: "Nodes that load this snapshot and nodes that replayed the log believe different things of the cluster.".to_owned(),
            remedy: format!("Compare them with `kafkit dump-log --image --at {end}`. {REMEDY}"),
        },
    );
}
