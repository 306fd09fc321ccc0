//! A partition's directory: its segments in their order, then what lies beside them.

use std::path::Path;

use super::context::{AtStart, Directory, Standing};
use super::decode::Decoder;
use super::order::Order;
use super::replay::Replay;
use super::report::{Report, Words, file_of, n};
use super::segment::Walk;
use super::snapshot::Metadata;
use super::{Extent, Options, texts};
use crate::codec::record_types::Family;
use crate::log::finding::{Place, Severity};
use crate::log::name::{FileFate, FileKind};
use crate::log::partition::{Partition, PartitionFile, Segment};

/// The topics that are compacted whatever their configuration says.
const COMPACTED: [&str; 2] = ["__consumer_offsets", "__transaction_state"];

/// A partition among others.
pub(super) struct Surroundings<'a> {
    pub partition: &'a Partition,
    pub directory: &'a Directory,
}

impl Surroundings<'_> {
    pub(super) fn family(&self) -> Option<Family> {
        self.partition.name.as_ref().and_then(|name| Family::of_topic(&name.topic))
    }

    fn is_metadata(&self) -> bool {
        self.family() == Some(Family::Metadata)
    }

    fn key(&self) -> Option<(String, i32)> {
        self.partition.name.as_ref().map(|name| (name.topic.clone(), name.partition))
    }

    /// The topic is compacted for sure.
    pub(super) fn is_compacted(&self) -> bool {
        let Some(key) = self.key() else { return false };
        let cleaned = self.directory.cleaner.as_ref().is_some_and(|cleaner| cleaner.contains_key(&key));
        cleaned || COMPACTED.contains(&key.0.as_str())
    }

    /// The logs, each with its standing and where the next begins.
    pub(super) fn segments(&self) -> impl Iterator<Item = (&Segment, Standing, Option<i64>)> {
        let logs = |segment: &&Segment| segment.log.is_some();
        let segments = &self.partition.segments;
        segments.iter().enumerate().map(move |(at, segment)| {
            let behind =
                segments.get(at + 1..).unwrap_or_default().iter().find(logs).map(|next| next.base_offset);
            (segment, self.standing(behind), behind)
        })
    }

    fn standing(&self, next_base: Option<i64>) -> Standing {
        let recovery = self.key().and_then(|key| self.directory.recovery.get(&key).copied()).unwrap_or(0);
        let at_start = if self.is_metadata() {
            // The metadata log is recovered whole at each start.
            AtStart::Recovers
        } else if !self.directory.formatted {
            AtStart::Unknown
        } else if self.directory.clean || next_base.is_some_and(|next| next <= recovery) {
            AtStart::Trusts
        } else {
            AtStart::Recovers
        };
        Standing { at_start, active: next_base.is_none() }
    }

    /// What goes through the segments.
    pub(super) fn walk(&self, options: &Options) -> Walk {
        let compacted = self.is_compacted();
        let start =
            self.partition.segments.iter().find(|segment| segment.log.is_some()).map(|s| s.base_offset);
        let metadata =
            self.is_metadata().then(|| Metadata::new(start, &self.partition.snapshots, options.unpack_limit));
        Walk {
            order: Order::default(),
            replay: Replay::new(start, &self.partition.producer_snapshots, compacted),
            decoder: Decoder::new(self.family()),
            metadata,
            scratch: Vec::new(),
            limit: options.unpack_limit,
            compacted,
            alone: false,
        }
    }
}

/// Checks all of a partition.
pub(super) fn check(report: &mut Report, partition: &Partition, directory: &Directory, options: &Options) {
    let around = Surroundings { partition, directory };
    let mut walk = around.walk(options);
    report.summary.partitions += 1;
    for (segment, standing, next_base) in around.segments() {
        walk.segment(report, segment, standing, next_base);
    }
    let end = walk.order.next_offset();
    let start = partition.segments.iter().find(|segment| segment.log.is_some()).map(|s| s.base_offset);
    if let Some(metadata) = &mut walk.metadata {
        metadata.finish(report, start);
    } else {
        for snapshot in &partition.snapshots {
            super::snapshot::check(report, &snapshot.path, snapshot.name.epoch, options.unpack_limit);
        }
    }
    report.summary.files += partition.producer_snapshots.len() as u64;
    walk.replay.finish(report);
    let compacted = walk.compacted || walk.order.seems_compacted();
    walk.order.finish(report, compacted, Severity::Warning);
    let topic_id = others(report, partition, &walk.order, end);
    if directory.formatted
        && partition.other(FileKind::PartitionMetadata).is_none()
        && partition.name.is_some()
    {
        texts::no_partition_metadata(report, &partition.path);
    }
    leftovers(report, partition);
    if let Some(name) = partition.name.clone() {
        report.summary.extents.push(Extent {
            name,
            fate: partition.fate,
            path: partition.path.clone(),
            topic_id,
            start,
            end,
        });
    }
}

fn others(report: &mut Report, partition: &Partition, order: &Order, end: Option<i64>) -> Option<[u8; 16]> {
    let mut topic_id = None;
    for file in &partition.others {
        match file.name.kind {
            Some(FileKind::LeaderEpochs) => {
                texts::epochs(
                    report,
                    &file.path,
                    Some(&order.starts),
                    end.filter(|_| !partition.segments.is_empty()),
                );
            }
            Some(FileKind::PartitionMetadata) => topic_id = texts::partition_metadata(report, &file.path),
            Some(FileKind::QuorumState) => {
                let epoch = order.starts.iter().map(|(epoch, ..)| *epoch).max();
                texts::quorum_state(report, &file.path, epoch);
            }
            Some(FileKind::Snapshot) => {
                super::snapshot::check(report, &file.path, file.name.epoch, super::UNPACK_MAX);
            }
            _ => {}
        }
    }
    topic_id
}

fn leftovers(report: &mut Report, partition: &Partition) {
    for file in &partition.leftovers {
        let (severity, code, found, meaning) = leftover(file);
        let remedy = match file.name.fate {
            FileFate::Swap => {
                "Compare the segment of that offset with it before the broker starts, if you did not expect a compaction."
            }
            _ => "",
        };
        report.add(
            severity,
            code,
            &file_of(&file.path),
            Place { offset: file.name.offset, ..Place::WHOLE },
            Words {
                found: format!("{found}, {} bytes", n(file.size)),
                expected: "no such file once the broker has stopped".to_owned(),
                meaning: meaning.to_owned(),
                remedy: remedy.to_owned(),
            },
        );
    }
}

fn leftover(file: &PartitionFile) -> (Severity, &'static str, &'static str, &'static str) {
    match file.name.fate {
        FileFate::Deleted => (
            Severity::Note,
            "leftover-deleted",
            "a file that is deleted already",
            "A broker that runs removes it after file.delete.delay.ms (a minute), one that starts at once.",
        ),
        FileFate::Cleaned => (
            Severity::Warning,
            "leftover-cleaned",
            "what compaction was writing",
            "While the broker runs, compaction is at work. Otherwise it was interrupted: a broker that starts removes the file, nothing is lost.",
        ),
        FileFate::Swap => (
            Severity::Warning,
            "leftover-swap",
            "what compaction had written and was about to put in place",
            "A broker that starts puts it in place, and deletes all segments whose offsets it covers.",
        ),
        FileFate::Partial => (
            Severity::Note,
            "leftover-part",
            "a snapshot that is being written or fetched",
            "A node that starts removes it.",
        ),
        FileFate::Live if file.name.kind.is_some() => (
            Severity::Warning,
            "leftover-twice",
            "a second file for the same offset",
            "A broker takes only the file with its own name for it.",
        ),
        FileFate::Live => (
            Severity::Note,
            "leftover-unknown",
            "a file that Kafka does not write",
            "A broker passes over it.",
        ),
    }
}

/// Checks one file, with those beside it that belong to it.
pub(super) fn file(report: &mut Report, path: &Path, kind: FileKind, options: &Options) {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let partition = Partition::list(parent).ok();
    let directory = parent_directory(parent);
    match kind {
        FileKind::Log => log(report, path, partition.as_ref(), &directory, options),
        FileKind::Snapshot => {
            let epoch = crate::log::name::FileName::of(path).epoch;
            super::snapshot::check(report, path, epoch, options.unpack_limit);
        }
        FileKind::OffsetIndex | FileKind::TimeIndex | FileKind::TxnIndex => {
            index(report, path, kind, partition.as_ref(), &directory, options);
        }
        FileKind::ProducerSnapshot => {
            report.summary.files += 1;
            let file = file_of(path);
            let offset = crate::log::name::FileName::of(path).offset.unwrap_or(-1);
            if let Some(entries) = super::replay::read(report, &file, path) {
                super::replay::sane(report, &file, offset, &entries);
            }
        }
        FileKind::LeaderEpochs => texts::epochs(report, path, None, None),
        FileKind::PartitionMetadata => drop(texts::partition_metadata(report, path)),
        FileKind::QuorumState => texts::quorum_state(report, path, None),
        FileKind::OffsetCheckpoint => super::directory::checkpoint(report, path, None),
        FileKind::MetaProperties => super::directory::meta_properties(report, path),
        FileKind::CleanShutdown => super::directory::clean_shutdown(report, path),
    }
}

/// The log directory around a partition's.
pub(super) fn parent_directory(partition: &Path) -> Directory {
    let absolute = std::fs::canonicalize(partition).unwrap_or_else(|_| partition.to_owned());
    absolute.parent().map(Directory::read).unwrap_or_default()
}

/// A segment and its indexes; what lies before and behind it is looked at by name only.
fn log(
    report: &mut Report,
    path: &Path,
    partition: Option<&Partition>,
    directory: &Directory,
    options: &Options,
) {
    let alone = Partition::of_file(path);
    let partition = partition.unwrap_or(&alone);
    let around = Surroundings { partition, directory };
    let mut walk = around.walk(options);
    walk.replay = Replay::new(None, &[], walk.compacted);
    walk.metadata = None;
    let found =
        around.segments().find(|(segment, ..)| segment.log.as_ref().is_some_and(|log| log.path == path));
    match found {
        Some((segment, standing, next_base)) => walk.segment(report, segment, standing, next_base),
        None => {
            let standing = Standing { at_start: AtStart::Unknown, active: true };
            walk.alone = true;
            for segment in &alone.segments {
                walk.segment(report, segment, standing, None);
            }
        }
    }
    let compacted = walk.compacted || walk.order.seems_compacted();
    walk.order.finish(report, compacted, Severity::Note);
}

/// An index with its segment, where that is there: what is wrong with the log itself is not told.
fn index(
    report: &mut Report,
    path: &Path,
    kind: FileKind,
    partition: Option<&Partition>,
    directory: &Directory,
    options: &Options,
) {
    let segment = partition.and_then(|partition| {
        let mine = |file: &Option<PartitionFile>| file.as_ref().is_some_and(|file| file.path == path);
        partition.segments.iter().find(|segment| {
            mine(&segment.offset_index) || mine(&segment.time_index) || mine(&segment.txn_index)
        })
    });
    match segment.and_then(|segment| segment.log.as_ref()) {
        Some(found) => {
            let mut whole = Report::default();
            log(&mut whole, &found.path, partition, directory, options);
            report.take(whole, path);
        }
        None => super::indexes::alone(report, path, kind),
    }
}
