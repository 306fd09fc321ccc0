//! The data directory: formatted on first use, locked while the broker runs, its checkpoints.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use super::metadata::registration::random_id;
use crate::codec::meaning::uuid::{parse_uuid, uuid};
use crate::codec::wire::Uuid;
use crate::log::checkpoint;
use crate::log::properties::properties;

/// Offsets of partitions, by topic and number.
pub type Offsets = BTreeMap<(String, i32), i64>;

const LOCK: &str = ".lock";
const META_PROPERTIES: &str = "meta.properties";
const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";
const RECOVERY_POINTS: &str = "recovery-point-offset-checkpoint";
const HIGH_WATERMARKS: &str = "replication-offset-checkpoint";
const LOG_STARTS: &str = "log-start-offset-checkpoint";
const CLEANED: &str = "cleaner-offset-checkpoint";

/// Why a directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// A file or the directory itself cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another process has it.
    #[error("{}: another process has locked it: is a broker running on this directory?", .0.display())]
    Locked(PathBuf),
    /// It is of another node.
    #[error("{}: node.id is {found} there, and {expected} here; each node has a directory of its own", path.display())]
    OtherNode {
        /// `meta.properties`.
        path: PathBuf,
        /// What it says.
        found: String,
        /// What is configured.
        expected: i32,
    },
    /// It is of another cluster.
    #[error("{}: cluster.id is {found} there, and {expected} is wanted", path.display())]
    OtherCluster {
        /// `meta.properties`.
        path: PathBuf,
        /// What it says.
        found: String,
        /// What is wanted.
        expected: String,
    },
    /// Something is there that no broker wrote.
    #[error("{}: {what}", path.display())]
    Unusable {
        /// Which file or directory.
        path: PathBuf,
        /// What is wrong, and what to do.
        what: String,
    },
}

/// One of the files that hold an offset for each partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checkpoint {
    /// `recovery-point-offset-checkpoint`.
    RecoveryPoints,
    /// `log-start-offset-checkpoint`.
    LogStarts,
    /// `replication-offset-checkpoint`.
    HighWatermarks,
    /// `cleaner-offset-checkpoint`.
    Cleaned,
}

/// What the checkpoints say.
#[derive(Debug, Clone, Default)]
pub struct Checkpoints {
    /// From where logs are to be recovered.
    pub recovery_points: Offsets,
    /// Where logs start, if that is not where their first segments do.
    pub log_starts: Offsets,
    /// Their high watermarks.
    pub high_watermarks: Offsets,
    /// Up to where compacted logs are clean.
    pub cleaned: Offsets,
}

/// A directory that this process has.
#[derive(Debug)]
pub struct DataDir {
    /// Where it is.
    pub path: PathBuf,
    /// `cluster.id`.
    pub cluster_id: String,
    /// `directory.id`.
    pub directory_id: Uuid,
    /// It was empty, and was formatted just now.
    pub is_new: bool,
    /// The broker that wrote it last had time to close it.
    pub stopped_cleanly: bool,
    /// What the checkpoints said when it was opened.
    pub checkpoints: Checkpoints,
    /// Held as long as the broker runs.
    _lock: File,
}

impl DataDir {
    /// Opens a directory, and formats it where there is none.
    ///
    /// # Errors
    /// It is of another node or cluster, locked, or cannot be written. Nothing was changed in it then.
    pub fn open(path: &Path, node_id: i32, cluster_id: Option<&str>) -> Result<Self, DataDirError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| DataDirError::Io { path: path.clone(), error }
        };
        let meta = path.join(META_PROPERTIES);
        let text = match fs::read_to_string(&meta) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&meta)(error)),
        };
        if let Some(text) = &text {
            check(&meta, text, node_id, cluster_id)?;
            identity(&meta, text)?;
        } else if let Some(other) = fs::read_dir(path).ok().and_then(|mut entries| {
            entries.find_map(|entry| entry.ok().filter(|entry| !is_usual(&entry.file_name())))
        }) {
            let what = format!(
                "no {META_PROPERTIES} is here, but {} is: not a data directory of Kafka; name an empty one",
                other.file_name().to_string_lossy()
            );
            return Err(DataDirError::Unusable { path: path.to_owned(), what });
        }
        fs::create_dir_all(path).map_err(failed(path))?;
        let lock = lock(path)?;
        let is_new = text.is_none();
        let (cluster_id, directory_id) = match text {
            Some(text) => identity(&meta, &text)?,
            None => format(path, node_id, cluster_id).map_err(failed(path))?,
        };
        let clean = path.join(CLEAN_SHUTDOWN);
        let stopped_cleanly = clean.exists();
        Ok(Self {
            checkpoints: Checkpoints {
                recovery_points: read_offsets(&path.join(RECOVERY_POINTS))?,
                log_starts: read_offsets(&path.join(LOG_STARTS))?,
                high_watermarks: read_offsets(&path.join(HIGH_WATERMARKS))?,
                cleaned: read_offsets(&path.join(CLEANED))?,
            },
            path: path.to_owned(),
            cluster_id,
            directory_id,
            is_new,
            stopped_cleanly,
            _lock: lock,
        })
    }

    /// From now on the logs change: a stop without farewell has to be noticed.
    ///
    /// # Errors
    /// The mark cannot be removed.
    pub fn begin_changes(&self) -> Result<(), DataDirError> {
        let path = self.path.join(CLEAN_SHUTDOWN);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DataDirError::Io { path, error }),
            _ => Ok(()),
        }
    }

    /// Says that all logs were closed, and in which registration of the broker.
    ///
    /// # Errors
    /// The mark cannot be written.
    pub fn mark_clean(&self, broker_epoch: i64) -> Result<(), DataDirError> {
        let path = self.path.join(CLEAN_SHUTDOWN);
        let mark = serde_json::json!({ "version": 0, "brokerEpoch": broker_epoch }).to_string();
        fs::write(&path, mark).map_err(|error| DataDirError::Io { path, error })
    }

    /// Writes one checkpoint.
    ///
    /// # Errors
    /// It cannot be written; it is as it was then.
    pub fn write_checkpoint(&self, name: Checkpoint, offsets: &Offsets) -> Result<(), DataDirError> {
        let path = self.path.join(match name {
            Checkpoint::RecoveryPoints => RECOVERY_POINTS,
            Checkpoint::LogStarts => LOG_STARTS,
            Checkpoint::HighWatermarks => HIGH_WATERMARKS,
            Checkpoint::Cleaned => CLEANED,
        });
        write_offsets(&path, offsets).map_err(|error| DataDirError::Io { path, error })
    }
}

/// Locks as Kafka does, whose lock is one of POSIX: a broker of either kind sees the other's.
fn lock(path: &Path) -> Result<File, DataDirError> {
    let path = path.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(|error| DataDirError::Io { path: path.clone(), error })?;
    match rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => Err(DataDirError::Locked(path)),
        Err(error) => Err(DataDirError::Io { path, error: error.into() }),
    }
}

/// What may lie in a directory that nobody has used: what a broker has left that did not get further, be it this one or
/// Kafka's, and what a file system has at its root.
fn is_usual(name: &std::ffi::OsStr) -> bool {
    [LOCK, "meta.tmp", "meta.properties.tmp", "lost+found"].iter().any(|usual| name == *usual)
}

fn property(text: &str, key: &str) -> Option<String> {
    properties(text).into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn check(meta: &Path, text: &str, node_id: i32, cluster_id: Option<&str>) -> Result<(), DataDirError> {
    let unusable = |what: &str| DataDirError::Unusable { path: meta.to_owned(), what: what.to_owned() };
    if property(text, "version").is_some_and(|version| version != "1") {
        return Err(unusable(
            "version 1 is expected: a directory of a broker with ZooKeeper has to be moved by Kafka 3.9 first",
        ));
    }
    let node = property(text, "node.id").or_else(|| property(text, "broker.id"));
    if let Some(found) = node.filter(|found| found.trim() != node_id.to_string()) {
        return Err(DataDirError::OtherNode { path: meta.to_owned(), found, expected: node_id });
    }
    let found = property(text, "cluster.id").ok_or_else(|| unusable("cluster.id is missing"))?;
    match cluster_id {
        Some(expected) if expected != found => {
            Err(DataDirError::OtherCluster { path: meta.to_owned(), found, expected: expected.to_owned() })
        }
        _ => Ok(()),
    }
}

fn identity(meta: &Path, text: &str) -> Result<(String, Uuid), DataDirError> {
    let cluster_id = property(text, "cluster.id").unwrap_or_default();
    let directory_id = match property(text, "directory.id") {
        // Files written by hand for learners have none.
        None => Uuid(parse_uuid(&cluster_id).unwrap_or_default()),
        Some(id) => Uuid(parse_uuid(&id).ok_or_else(|| DataDirError::Unusable {
            path: meta.to_owned(),
            what: format!("directory.id: expected 22 letters of URL-safe base64, found {id:?}"),
        })?),
    };
    Ok((cluster_id, directory_id))
}

/// Writes what `kafka-storage format --standalone` writes, but for the snapshot of the metadata, which
/// its log says, too.
fn format(path: &Path, node_id: i32, cluster_id: Option<&str>) -> io::Result<(String, Uuid)> {
    let cluster_id = cluster_id.map_or_else(|| uuid(&random_id().0).to_string(), str::to_owned);
    let directory_id = random_id();
    let meta = format!(
        "version=1\ncluster.id={cluster_id}\nnode.id={node_id}\ndirectory.id={}\n",
        uuid(&directory_id.0)
    );
    replace(&path.join(META_PROPERTIES), meta.as_bytes())?;
    Ok((cluster_id, directory_id))
}

fn read_offsets(path: &Path) -> Result<Offsets, DataDirError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Offsets::new()),
        Err(error) => return Err(DataDirError::Io { path: path.to_owned(), error }),
    };
    let read = checkpoint::offsets(&text);
    for error in &read.errors {
        tracing::warn!(
            "{}: line {}: expected {}, found {}; the line is passed over",
            path.display(),
            error.line,
            error.expected,
            error.found
        );
    }
    let entries = read.entries.into_iter().map(|(_, entry)| ((entry.topic, entry.partition), entry.offset));
    Ok(entries.collect())
}

fn write_offsets(path: &Path, offsets: &Offsets) -> io::Result<()> {
    let mut text = format!("0\n{}\n", offsets.len());
    for ((topic, partition), offset) in offsets {
        text.push_str(&format!("{topic} {partition} {offset}\n"));
    }
    replace(path, text.as_bytes())
}

/// Writes a file so that there is never half of it.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("tmp");
    let mut file = File::create(&new)?;
    file.write_all(content)?;
    file.sync_data()?;
    fs::rename(new, path)
}
