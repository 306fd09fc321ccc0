//! The metadata log, and the image of the cluster that follows from it.
//!
//! A change is a batch of records: appended to `__cluster_metadata-0`, applied to
//! [`state::cluster`](crate::state::cluster), then seen by everybody who reads the image. There is no other way to change the
//! image, so it does not matter who wrote the log.

mod change;
mod control;
mod load;
pub mod registration;
mod snapshot;
#[cfg(test)]
mod tests;
mod trim;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;

pub use self::change::Change;
use super::aside::aside;
use super::clock;
use super::node::Node;
use crate::codec::error_codes::codes;
use crate::codec::records::batches::{AnyBatch, Batches};
use crate::codec::wire::WriteError;
use crate::log::write::{Append, AppendError, Closing, LogConfig, LogError, Opening, Origin, PartitionLog};
use crate::state::cluster::{Cluster, Image};
use crate::state::{LogRecord, StateError};

/// The name of the directory.
pub const DIRECTORY: &str = "__cluster_metadata-0";
/// The id of the topic, the same in every cluster (`Uuid.METADATA_TOPIC_ID`).
pub const TOPIC_ID: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
/// No batch of metadata decompresses to more.
const UNPACKED_BYTES_MAX: usize = 256 << 20;

/// The image, and the way to change it.
pub struct Metadata {
    image: ArcSwap<Image>,
    last_offset: AtomicI64,
    store: Mutex<Store>,
    follower: OnceLock<Follower>,
}

/// What makes the node the image says: it gets the image before a change and the one after it.
pub type Follower = Box<dyn Fn(&Image, &Image) + Send + Sync>;

/// Where the metadata log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The epoch of the leader, which is this node.
    pub leader_epoch: i32,
    /// The offset behind the last record.
    pub end_offset: i64,
}

/// What is held while a change is written.
struct Store {
    directory: PathBuf,
    cluster: Cluster,
    log: PartitionLog,
    /// The epoch of this leader.
    epoch: i32,
    /// Bytes of records since the last snapshot, and how many make the next one due.
    since_snapshot: u64,
    upkeep: Upkeep,
    /// A change failed, and the log could not be cut where it begins.
    cut_to: Option<i64>,
}

/// What keeps the log from growing without end.
#[derive(Debug, Clone, Copy)]
pub struct Upkeep {
    /// `metadata.log.max.record.bytes.between.snapshots`.
    pub snapshot_bytes: u64,
    /// `metadata.max.retention.bytes`: log and snapshots take no more, as far as the last snapshot allows it.
    pub retention_bytes: i64,
    /// `metadata.max.retention.ms`: older snapshots go, and what they have seen of the log.
    pub retention_ms: i64,
    /// `metadata.log.segment.bytes`.
    pub segment_bytes: u32,
    /// `metadata.log.segment.ms`.
    pub segment_ms: i64,
}

/// Why metadata could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// A record cannot be written.
    #[error("a metadata record cannot be encoded: {0}")]
    Encode(#[from] WriteError),
    /// The log does not take it.
    #[error("the metadata log: {0}")]
    Append(#[from] AppendError),
    /// The log cannot be opened or flushed.
    #[error("the metadata log: {0}")]
    Log(#[from] LogError),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A record does not fit what was before it.
    #[error("the metadata log: {0}")]
    State(#[from] StateError),
    /// The log cannot be used.
    #[error("{0}")]
    Unusable(String),
}

impl MetadataError {
    fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), error }
    }

    /// The error code for a client whose request ran into it.
    pub fn code(&self) -> i16 {
        match self {
            Self::Append(error) => error.code(),
            Self::Log(error) => error.code(),
            Self::Io { .. } => codes::KAFKA_STORAGE_ERROR,
            Self::Encode(_) | Self::State(_) | Self::Unusable(_) => codes::UNKNOWN_SERVER_ERROR,
        }
    }
}

impl Metadata {
    /// Reads what is in a data directory and takes the lead: the next epoch begins.
    ///
    /// # Errors
    /// The log cannot be read, or does not take the record of the new leader.
    pub fn open(data: &Path, node: &Node, opening: Opening, upkeep: Upkeep) -> Result<Self, MetadataError> {
        let directory = data.join(DIRECTORY);
        let (mut cluster, mut last_epoch) = load::cluster(&directory)?;
        last_epoch = last_epoch.max(load::quorum_epoch(&directory));
        let opening = Opening { topic_id: Some(TOPIC_ID), leader_epoch: None, ..opening };
        let config = LogConfig {
            retention_ms: -1,
            retention_bytes: -1,
            segment_bytes: upkeep.segment_bytes,
            segment_ms: upkeep.segment_ms,
            ..LogConfig::default()
        };
        let snapshot_end = cluster.provenance().last_contained_offset + 1;
        let (log, recovery) = PartitionLog::open(&directory, Arc::new(config), opening)?;
        recovery.cuts.iter().for_each(|cut| tracing::warn!("{DIRECTORY}: {cut}"));
        if log.log_end_offset() < snapshot_end {
            // A snapshot reaches beyond the log, as after a node got it from a leader.
            log.truncate_fully_and_start_at(snapshot_end, clock::now_ms())?;
        }
        // Also where quorum-state was lost, epochs never go back.
        let epoch = last_epoch.max(log.latest_epoch().unwrap_or(0)).max(0).saturating_add(1);
        log.set_leader_epoch(epoch)?;
        let fresh = log.log_end_offset() == 0;
        load::log(&directory, &mut cluster)?;
        control::write_quorum_state(&directory, node.id, epoch)?;
        let metadata = Self {
            image: ArcSwap::from_pointee(cluster.image().clone()),
            last_offset: AtomicI64::new(log.log_end_offset() - 1),
            store: Mutex::new(Store {
                since_snapshot: log.size(),
                directory,
                cluster,
                log,
                epoch,
                upkeep,
                cut_to: None,
            }),
            follower: OnceLock::new(),
        };
        let mut store = metadata.lock();
        let records = control::leadership(node, fresh)?;
        let mut batch = change::batch(&records, true, clock::now_ms(), epoch)?;
        store.write(&mut batch)?;
        drop(store);
        Ok(metadata)
    }

    /// The cluster as it is now.
    pub fn image(&self) -> Arc<Image> {
        self.image.load_full()
    }

    /// The offset of the last record.
    pub fn last_offset(&self) -> i64 {
        self.last_offset.load(Ordering::Acquire)
    }

    /// Where the log is.
    pub fn position(&self) -> Position {
        let store = self.lock();
        Position { leader_epoch: store.epoch, end_offset: store.log.log_end_offset() }
    }

    /// Decides a change on the image as it is, writes and applies it. What `decide` returns comes back once
    /// everybody sees the change: partitions that it makes can be written to.
    ///
    /// # Errors
    /// The change could not be written; nothing has changed then.
    pub fn change<T>(&self, decide: impl FnOnce(&Image, &mut Change) -> T) -> Result<T, MetadataError> {
        aside(|| {
            let mut store = self.lock();
            let before = self.image();
            let mut change = Change::default();
            let outcome = decide(&before, &mut change);
            let records = change.finish()?;
            if records.is_empty() {
                return Ok(outcome);
            }
            self.append(&mut store, &records, true)?;
            if let Some(follower) = self.follower.get() {
                follower(&before, &self.image());
            }
            self.snapshot_if_due(&mut store);
            Ok(outcome)
        })
    }

    /// Shows the image, which does not change meanwhile.
    pub fn hold<T>(&self, look: impl FnOnce(&Image) -> T) -> T {
        let _store = self.lock();
        look(&self.image())
    }

    /// Who follows every later change, before it is answered. The first one stays.
    pub fn set_follower(&self, follower: Follower) {
        let _ = self.follower.set(follower);
    }

    /// The same before there is a broker: nobody has to follow, and nothing waits for the disk before [`Self::flush`].
    ///
    /// # Errors
    /// As [`Metadata::change`]. `decide` gets the offset of the first record, too.
    pub fn prepare<T>(&self, decide: impl FnOnce(&Image, i64, &mut Change) -> T) -> Result<T, MetadataError> {
        let mut store = self.lock();
        let mut change = Change::default();
        let outcome = decide(&self.image(), store.log.log_end_offset(), &mut change);
        let records = change.finish()?;
        if !records.is_empty() {
            self.append(&mut store, &records, false)?;
        }
        Ok(outcome)
    }

    /// Waits until all changes are on the disk.
    ///
    /// # Errors
    /// They may not be.
    pub fn flush(&self) -> Result<(), MetadataError> {
        self.lock().log.flush()?;
        Ok(())
    }

    /// Writes and applies records: all of them, or none.
    fn append(&self, store: &mut Store, records: &[Vec<u8>], sync: bool) -> Result<(), MetadataError> {
        if let Some(begin) = store.cut_to {
            store.log.truncate_to(begin, clock::now_ms())?;
            store.cut_to = None;
        }
        let (begin, provenance) = (store.log.log_end_offset(), store.cluster.provenance());
        if let Err(error) = store.write_all(records, sync) {
            store.cluster.go_back((*self.image()).clone(), provenance);
            if let Err(error) = store.log.truncate_to(begin, clock::now_ms()) {
                tracing::error!("{DIRECTORY}: a change that failed cannot be taken out of the log: {error}");
                store.cut_to = Some(begin);
            }
            return Err(error);
        }
        self.image.store(Arc::new(store.cluster.image().clone()));
        self.last_offset.store(store.log.log_end_offset() - 1, Ordering::Release);
        Ok(())
    }

    fn snapshot_if_due(&self, store: &mut Store) {
        if store.since_snapshot < store.upkeep.snapshot_bytes {
            return;
        }
        store.since_snapshot = 0;
        if let Err(error) = store.snapshot() {
            tracing::warn!("no snapshot of the metadata: {error}");
        }
        store.trim(clock::now_ms());
    }

    /// Removes what the latest snapshots make superfluous, as far as it is too much or too old.
    pub fn trim(&self, now_ms: i64) {
        self.lock().trim(now_ms);
    }

    /// Closes the log.
    ///
    /// # Errors
    /// What is in memory could not be written.
    pub fn close(&self) -> Result<(), MetadataError> {
        Ok(self.lock().log.close(Closing { sync: true })?)
    }

    /// Where the log is to be recovered from after a crash.
    pub fn recovery_point(&self) -> i64 {
        self.lock().log.recovery_point()
    }

    /// Where the log starts.
    pub fn log_start_offset(&self) -> i64 {
        self.lock().log.log_start_offset()
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    fn write_all(&mut self, records: &[Vec<u8>], sync: bool) -> Result<(), MetadataError> {
        let now_ms = clock::now_ms();
        for part in change::parts(records) {
            let mut batch = change::batch(part, false, now_ms, self.epoch)?;
            self.write(&mut batch)?;
        }
        if sync {
            self.log.flush()?;
        }
        Ok(())
    }

    /// Appends a batch and applies it to the cluster.
    fn write(&mut self, batch: &mut [u8]) -> Result<(), MetadataError> {
        let append = Append {
            leader_epoch: self.epoch,
            origin: Origin::Coordinator,
            now_ms: clock::now_ms(),
            replicated: true,
        };
        self.log.append(batch, append)?;
        self.since_snapshot += batch.len() as u64;
        let mut scratch = Vec::new();
        for raw in Batches::new(batch).flatten() {
            let Ok(AnyBatch::Batch(batch)) = raw.view() else { continue };
            let Ok(records) = batch.records(UNPACKED_BYTES_MAX, &mut scratch) else { continue };
            for record in records.flatten() {
                self.cluster.apply(&LogRecord::new(&batch, &record))?;
            }
        }
        Ok(())
    }

    fn snapshot(&self) -> Result<(), MetadataError> {
        let end = self.log.log_end_offset();
        let epoch = self.log.epoch_of(end - 1).unwrap_or(self.epoch);
        snapshot::write(&self.directory, &self.cluster, end, epoch)
    }
}
