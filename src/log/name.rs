//! What the names of files and directories say (`LogFileUtils`, `UnifiedLog`, `Snapshots`).
//!
//! ```text
//! orders-0/                                     topic and partition
//! orders-0.<uuid>-delete/  -stray/  -future/    about to go, not this broker's, being moved here
//!   00000000000000000042.log                    base offset of the segment
//!   00000000000000000042.index .timeindex .txnindex .snapshot
//!   00000000000000000042.log.deleted .cleaned .swap
//!   00000000000000000042-<uuid>.log             what tiered storage keeps in a local directory
//!   00000000000000000042-0000000003.checkpoint  KRaft snapshot: end offset and epoch
//! ```

use std::path::{Path, PathBuf};

/// The path of a segment's file: `log`, or an index or snapshot of it.
pub fn segment_file(directory: &Path, base_offset: i64, extension: &str) -> PathBuf {
    directory.join(format!("{base_offset:020}.{extension}"))
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// Record batches or message sets: `.log`.
    Log,
    /// Offset to position: `.index`.
    OffsetIndex,
    /// Timestamp to offset: `.timeindex`.
    TimeIndex,
    /// Aborted transactions: `.txnindex`.
    TxnIndex,
    /// The state of a partition's producers: `.snapshot`.
    ProducerSnapshot,
    /// A KRaft snapshot, or `bootstrap.checkpoint`: record batches.
    Snapshot,
    /// `leader-epoch-checkpoint`.
    LeaderEpochs,
    /// A checkpoint of offsets by partition: `recovery-point-offset-checkpoint` and its siblings.
    OffsetCheckpoint,
    /// `partition.metadata`.
    PartitionMetadata,
    /// `meta.properties`.
    MetaProperties,
    /// `quorum-state`.
    QuorumState,
    /// `.kafka_cleanshutdown`.
    CleanShutdown,
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Log,
        Self::OffsetIndex,
        Self::TimeIndex,
        Self::TxnIndex,
        Self::ProducerSnapshot,
        Self::Snapshot,
        Self::LeaderEpochs,
        Self::OffsetCheckpoint,
        Self::PartitionMetadata,
        Self::MetaProperties,
        Self::QuorumState,
        Self::CleanShutdown,
    ];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "segment",
            Self::OffsetIndex => "offset index",
            Self::TimeIndex => "time index",
            Self::TxnIndex => "transaction index",
            Self::ProducerSnapshot => "producer snapshot",
            Self::Snapshot => "metadata snapshot",
            Self::LeaderEpochs => "leader epoch checkpoint",
            Self::OffsetCheckpoint => "offset checkpoint",
            Self::PartitionMetadata => "partition metadata",
            Self::MetaProperties => "meta.properties",
            Self::QuorumState => "quorum state",
            Self::CleanShutdown => "clean shutdown marker",
        }
    }

    /// It is made of record batches.
    pub fn has_batches(self) -> bool {
        matches!(self, Self::Log | Self::Snapshot)
    }

    fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "log" => Self::Log,
            "index" => Self::OffsetIndex,
            "timeindex" => Self::TimeIndex,
            "txnindex" => Self::TxnIndex,
            "snapshot" => Self::ProducerSnapshot,
            "checkpoint" => Self::Snapshot,
            // What tiered storage keeps of it beside each segment.
            "leader_epoch_checkpoint" => Self::LeaderEpochs,
            _ => return None,
        })
    }

    /// The kind of the files that have one name each.
    fn of_whole_name(name: &str) -> Option<Self> {
        Some(match name {
            "leader-epoch-checkpoint" => Self::LeaderEpochs,
            "recovery-point-offset-checkpoint"
            | "replication-offset-checkpoint"
            | "log-start-offset-checkpoint"
            | "cleaner-offset-checkpoint" => Self::OffsetCheckpoint,
            "partition.metadata" => Self::PartitionMetadata,
            "meta.properties" => Self::MetaProperties,
            "quorum-state" => Self::QuorumState,
            "bootstrap.checkpoint" => Self::Snapshot,
            ".kafka_cleanshutdown" => Self::CleanShutdown,
            _ => return None,
        })
    }
}

/// What is to become of a file, by its last suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFate {
    /// It is in use.
    Live,
    /// `.deleted`: it goes after `file.delete.delay.ms`.
    Deleted,
    /// `.cleaned`: compaction was writing it; a start removes it.
    Cleaned,
    /// `.swap`: compaction had finished it; a start completes the swap.
    Swap,
    /// `.part`: a snapshot that is being written or fetched.
    Partial,
}

impl FileFate {
    const SUFFIXES: [(&'static str, Self); 4] = [
        (".deleted", Self::Deleted),
        (".cleaned", Self::Cleaned),
        (".swap", Self::Swap),
        (".part", Self::Partial),
    ];
}

/// A file's name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// What it holds, as far as its name says.
    pub kind: Option<FileKind>,
    /// Base offset of a segment and its indexes; end offset of a snapshot.
    pub offset: Option<i64>,
    /// Epoch of a KRaft snapshot.
    pub epoch: Option<i32>,
    /// What is to become of it.
    pub fate: FileFate,
}

impl FileName {
    /// Takes the last part of `path` apart. `.gz` and `.zst` at its end are passed over.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let mut name: &str = &name;
        for packed in [".gz", ".zst", ".zstd"] {
            name = name.strip_suffix(packed).unwrap_or(name);
        }
        let mut fate = FileFate::Live;
        for (suffix, meaning) in FileFate::SUFFIXES {
            if let Some(stem) = name.strip_suffix(suffix) {
                (name, fate) = (stem, meaning);
            }
        }
        if let Some(kind) = FileKind::of_whole_name(name) {
            return Self { kind: Some(kind), offset: None, epoch: None, fate };
        }
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let kind = FileKind::of_extension(extension);
        let (digits, rest) = stem.split_once('-').unwrap_or((stem, ""));
        let offset = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let epoch = rest.parse().ok().filter(|_| kind == Some(FileKind::Snapshot));
        Self { kind, offset, epoch, fate }
    }
}

/// What is to become of a partition's directory, by its suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DirFate {
    /// It is in use.
    Live,
    /// `-delete`: the topic was deleted.
    Delete,
    /// `-future`: a replica that is being moved to this log directory.
    Future,
    /// `-stray`: the metadata assigns the partition to others.
    Stray,
}

/// The name of a partition's directory, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartitionName {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
}

impl PartitionName {
    /// Takes the last part of `path` apart; `None` where no topic and partition stand there.
    pub fn of(path: &Path) -> Option<(Self, DirFate)> {
        let name = path.file_name()?.to_str()?;
        let fates = [("-delete", DirFate::Delete), ("-future", DirFate::Future), ("-stray", DirFate::Stray)];
        for (suffix, fate) in fates {
            // `topic-partition.uniqueId-delete`; the id has neither dot nor hyphen.
            if let Some((partition, _)) = name.strip_suffix(suffix).and_then(|stem| stem.rsplit_once('.'))
                && let Some(found) = Self::parse(partition)
            {
                return Some((found, fate));
            }
        }
        Some((Self::parse(name)?, DirFate::Live))
    }

    fn parse(name: &str) -> Option<Self> {
        let (topic, partition) = name.rsplit_once('-')?;
        let digits = !partition.is_empty() && partition.bytes().all(|byte| byte.is_ascii_digit());
        let partition = partition.parse().ok().filter(|_| digits && !topic.is_empty())?;
        Some(Self { topic: topic.to_owned(), partition })
    }
}

impl std::fmt::Display for PartitionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        for (name, kind, offset, epoch, fate) in [
            ("00000000000000000042.log", Some(FileKind::Log), Some(42), None, FileFate::Live),
            ("00000000000000000042.log.deleted", Some(FileKind::Log), Some(42), None, FileFate::Deleted),
            (
                "00000000000000000042.timeindex.swap",
                Some(FileKind::TimeIndex),
                Some(42),
                None,
                FileFate::Swap,
            ),
            ("00000000000000000042.index.gz", Some(FileKind::OffsetIndex), Some(42), None, FileFate::Live),
            (
                "00000000000000000042-BTzKI7cyTRaKNSNw_5lTkg.log",
                Some(FileKind::Log),
                Some(42),
                None,
                FileFate::Live,
            ),
            (
                "00000000000000000042-0000000003.checkpoint.part",
                Some(FileKind::Snapshot),
                Some(42),
                Some(3),
                FileFate::Partial,
            ),
            ("bootstrap.checkpoint", Some(FileKind::Snapshot), None, None, FileFate::Live),
            ("leader-epoch-checkpoint", Some(FileKind::LeaderEpochs), None, None, FileFate::Live),
            ("broken", None, None, None, FileFate::Live),
            ("my.log", Some(FileKind::Log), None, None, FileFate::Live),
        ] {
            let expected = FileName { kind, offset, epoch, fate };
            assert_eq!(FileName::of(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn names_of_directories() {
        for (name, found) in [
            ("orders-0", Some(("orders", 0, DirFate::Live))),
            ("a-b-12", Some(("a-b", 12, DirFate::Live))),
            ("orders.v1-3.0123456789abcdef-delete", Some(("orders.v1", 3, DirFate::Delete))),
            ("orders-3.x-future", Some(("orders", 3, DirFate::Future))),
            ("orders", None),
            ("-0", None),
            ("orders-", None),
        ] {
            let found = found
                .map(|(topic, partition, fate)| (PartitionName { topic: topic.to_owned(), partition }, fate));
            assert_eq!(PartitionName::of(Path::new(name)), found, "{name}");
        }
    }
}
