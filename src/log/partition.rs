//! What lies in a partition's directory, by names and sizes alone.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::name::{DirFate, FileFate, FileKind, FileName, PartitionName};

/// A file of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionFile {
    /// Its path.
    pub path: PathBuf,
    /// Its name, taken apart.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
}

/// A segment: its log and the files beside it. Any of them may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// By its name.
    pub base_offset: i64,
    /// `.log`.
    pub log: Option<PartitionFile>,
    /// `.index`.
    pub offset_index: Option<PartitionFile>,
    /// `.timeindex`.
    pub time_index: Option<PartitionFile>,
    /// `.txnindex`.
    pub txn_index: Option<PartitionFile>,
}

/// A directory of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The directory.
    pub path: PathBuf,
    /// Topic and partition, where its name says.
    pub name: Option<PartitionName>,
    /// What is to become of it.
    pub fate: DirFate,
    /// The segments by base offset.
    pub segments: Vec<Segment>,
    /// Producer snapshots by offset.
    pub producer_snapshots: Vec<PartitionFile>,
    /// KRaft snapshots by end offset and epoch.
    pub snapshots: Vec<PartitionFile>,
    /// `leader-epoch-checkpoint`, `partition.metadata`, `quorum-state`.
    pub others: Vec<PartitionFile>,
    /// What is to be deleted, was left over, or has a name that Kafka does not give.
    pub leftovers: Vec<PartitionFile>,
}

impl Partition {
    /// Lists a directory. Files that vanish meanwhile are left out.
    ///
    /// # Errors
    ///
    /// Where it cannot be listed.
    pub fn list(path: &Path) -> io::Result<Self> {
        let (name, fate) = PartitionName::of(&absolute(path))
            .map_or((None, DirFate::Live), |(name, fate)| (Some(name), fate));
        let mut partition = Self {
            path: path.to_owned(),
            name,
            fate,
            segments: Vec::new(),
            producer_snapshots: Vec::new(),
            snapshots: Vec::new(),
            others: Vec::new(),
            leftovers: Vec::new(),
        };
        let mut segments: BTreeMap<i64, Segment> = BTreeMap::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let Ok(metadata) = std::fs::metadata(entry.path()) else { continue };
            if !metadata.is_file() {
                continue;
            }
            let name = FileName::of(&entry.path());
            let file = PartitionFile { path: entry.path(), size: metadata.len(), name };
            partition.place(file, &mut segments);
        }
        partition.segments = segments.into_values().collect();
        let by_offset = |file: &PartitionFile| (file.name.offset, file.name.epoch);
        partition.producer_snapshots.sort_by_key(by_offset);
        partition.snapshots.sort_by_key(by_offset);
        partition.others.sort_by(|a, b| a.path.cmp(&b.path));
        partition.leftovers.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(partition)
    }

    /// A segment's log alone, as if nothing were beside it.
    pub fn of_file(path: &Path) -> Self {
        let name = FileName::of(path);
        let base_offset = name.offset.unwrap_or(0);
        let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let log = Some(PartitionFile { path: path.to_owned(), name, size });
        Self {
            path: path.to_owned(),
            name: None,
            fate: DirFate::Live,
            segments: vec![Segment { base_offset, log, ..Segment::default() }],
            producer_snapshots: Vec::new(),
            snapshots: Vec::new(),
            others: Vec::new(),
            leftovers: Vec::new(),
        }
    }

    fn place(&mut self, file: PartitionFile, segments: &mut BTreeMap<i64, Segment>) {
        let FileName { kind, offset, fate, .. } = file.name;
        let (Some(kind), FileFate::Live) = (kind, fate) else { return self.leftovers.push(file) };
        let Some(base_offset) = offset else {
            let named = !matches!(kind, FileKind::Log | FileKind::OffsetIndex | FileKind::TimeIndex);
            return if named { &mut self.others } else { &mut self.leftovers }.push(file);
        };
        let mut slot = |pick: fn(&mut Segment) -> &mut Option<PartitionFile>, file: PartitionFile| {
            let segment = segments.entry(base_offset).or_default();
            segment.base_offset = base_offset;
            pick(segment).replace(file)
        };
        let replaced = match kind {
            FileKind::Log => slot(|segment| &mut segment.log, file),
            FileKind::OffsetIndex => slot(|segment| &mut segment.offset_index, file),
            FileKind::TimeIndex => slot(|segment| &mut segment.time_index, file),
            FileKind::TxnIndex => slot(|segment| &mut segment.txn_index, file),
            FileKind::ProducerSnapshot => {
                self.producer_snapshots.push(file);
                None
            }
            FileKind::Snapshot => {
                self.snapshots.push(file);
                None
            }
            _ => {
                self.others.push(file);
                None
            }
        };
        self.leftovers.extend(replaced);
    }

    /// The file of that kind among [`Partition::others`].
    pub fn other(&self, kind: FileKind) -> Option<&PartitionFile> {
        self.others.iter().find(|file| file.name.kind == Some(kind))
    }

    /// The logs of the segments, oldest first.
    pub fn logs(&self) -> impl DoubleEndedIterator<Item = &PartitionFile> {
        self.segments.iter().filter_map(|segment| segment.log.as_ref())
    }

    /// Bytes of all logs.
    pub fn log_bytes(&self) -> u64 {
        self.logs().map(|log| log.size).sum()
    }

    /// Not one file in it has a name that Kafka gives.
    pub fn is_foreign(&self) -> bool {
        self.is_bare()
            && self.producer_snapshots.is_empty()
            && self.others.is_empty()
            && self.leftovers.iter().all(|file| file.name.offset.is_none())
    }

    /// It has nothing that a partition's directory has.
    pub fn is_bare(&self) -> bool {
        self.segments.is_empty()
            && self.snapshots.is_empty()
            && self.other(FileKind::PartitionMetadata).is_none()
    }
}

/// `.` and `..` have no names; the absolute path does.
fn absolute(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
