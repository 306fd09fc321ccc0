//! What lies in a data directory (`log.dirs`), by names, sizes and the small files in it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::checkpoint;
use super::name::{FileKind, FileName, PartitionName};
use super::partition::Partition;
use super::properties;
use super::source::Source;

/// The largest checkpoint that is read: a line a partition.
const CHECKPOINT_BYTES_MAX: u64 = 64 << 20;

/// A data directory.
#[derive(Debug)]
pub struct DataDir {
    /// The directory.
    pub path: PathBuf,
    /// The partitions by topic and number; those that are about to go come last.
    pub partitions: Vec<Partition>,
    /// The checkpoints and properties in it.
    pub files: Vec<PathBuf>,
    /// `meta.properties`.
    pub properties: Vec<(String, String)>,
    /// The broker was stopped in an orderly way (`.kafka_cleanshutdown`).
    pub stopped_cleanly: bool,
    /// Log start offsets, of partitions where they are above the first segment's.
    pub log_starts: BTreeMap<PartitionName, i64>,
    /// High watermarks as last written.
    pub high_watermarks: BTreeMap<PartitionName, i64>,
    /// Recovery points: up to here everything was flushed.
    pub recovery_points: BTreeMap<PartitionName, i64>,
}

impl DataDir {
    /// Lists a directory.
    ///
    /// # Errors
    ///
    /// Where it cannot be listed.
    pub fn list(path: &Path) -> io::Result<Self> {
        let (mut partitions, mut files) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(path)? {
            let entry = entry?.path();
            if entry.is_dir() {
                // What vanishes meanwhile is left out.
                partitions.extend(Partition::list(&entry).ok().filter(|p| p.name.is_some() || !p.is_bare()));
            } else if FileName::of(&entry).kind.is_some() {
                files.push(entry);
            }
        }
        partitions.sort_by(|a, b| (a.fate as u8, &a.name, &a.path).cmp(&(b.fate as u8, &b.name, &b.path)));
        files.sort();
        let text = |name: &str| {
            let mut source = Source::open(&path.join(name)).ok()?;
            let content = source.read_all(CHECKPOINT_BYTES_MAX).ok()?;
            Some(String::from_utf8_lossy(&content).into_owned())
        };
        let offsets = |name: &str| -> BTreeMap<PartitionName, i64> {
            let entries = checkpoint::offsets(&text(name).unwrap_or_default()).entries;
            let named = |topic, partition| PartitionName { topic, partition };
            entries
                .into_iter()
                .map(|(_, entry)| (named(entry.topic, entry.partition), entry.offset))
                .collect()
        };
        Ok(Self {
            path: path.to_owned(),
            properties: properties::properties(&text("meta.properties").unwrap_or_default()),
            stopped_cleanly: path.join(".kafka_cleanshutdown").exists(),
            log_starts: offsets("log-start-offset-checkpoint"),
            high_watermarks: offsets("replication-offset-checkpoint"),
            recovery_points: offsets("recovery-point-offset-checkpoint"),
            partitions,
            files,
        })
    }

    /// Whether a directory holds partitions, and is none itself.
    pub fn is_one(path: &Path) -> bool {
        let partition = Partition::list(path).is_ok_and(|partition| !partition.is_bare());
        let has_partitions = || {
            std::fs::read_dir(path).is_ok_and(|mut entries| {
                entries.any(|entry| {
                    entry.is_ok_and(|entry| {
                        entry.path().is_dir() && PartitionName::of(&entry.path()).is_some()
                    })
                })
            })
        };
        path.join("meta.properties").exists() || !partition && has_partitions()
    }

    /// The partition of `__cluster_metadata`, where it is here.
    pub fn metadata(&self) -> Option<&Partition> {
        self.partitions
            .iter()
            .find(|partition| partition.name.as_ref().is_some_and(|name| name.topic == "__cluster_metadata"))
    }

    /// The value of a key of `meta.properties`.
    pub fn property(&self, key: &str) -> Option<&str> {
        self.properties.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// What the topic id is that `partition.metadata` of a partition names.
pub fn topic_id(partition: &Partition) -> Option<[u8; 16]> {
    let file = partition.other(FileKind::PartitionMetadata)?;
    let content = Source::open(&file.path).ok()?.read_all(CHECKPOINT_BYTES_MAX).ok()?;
    let metadata = properties::partition_metadata(&String::from_utf8_lossy(&content)).ok()?;
    Some(metadata.topic_id)
}
