//! Reading partitions of `__consumer_offsets` (`CoordinatorLoaderImpl`).

use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use super::shard::Shard;
use super::{Groups, topic};
use crate::broker::partitions::Replica;
use crate::codec::records::batches::{AnyBatch, Batches};
use crate::log::write::{PartitionLog, ReadError, UpTo};
use crate::state::LogRecord;
use crate::state::groups::Groups as Logged;

/// So much is read at a time (`offsets.load.buffer.size`); a batch that is larger is read whole.
const READ_BYTES: usize = 4 << 20;
/// No batch unpacks to more.
const UNPACKED_BYTES_MAX: usize = 256 << 20;

/// Why a partition cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    /// Its files are damaged.
    #[error("its log is offline")]
    Offline,
    /// Its log does not give it out.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// The file does not.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A batch is damaged: what it says of groups would be lost.
    #[error("the batch at offset {0} cannot be read; kafkit dump-log --verify says more")]
    Batch(i64),
}

/// What the records of a partition, one of `count`, come to. Groups that belonged to it when there were fewer partitions are left
/// out: they would be there twice, and what is done to one would not be done to the other.
///
/// # Errors
/// Some of it cannot be read: half of the truth is worse than none.
pub(super) fn groups(replica: &Replica, count: usize) -> Result<Logged, LoadError> {
    let log = replica.log.as_ref().ok_or(LoadError::Offline)?;
    let mut groups = Logged::new();
    let mut reader = Reader { log, next: log.log_start_offset(), bytes: Vec::new() };
    let mut scratch = Vec::new();
    while reader.read()? {
        let mut next = reader.next;
        let mut batches = Batches::new(&reader.bytes);
        for raw in &mut batches {
            let raw = raw.map_err(|_| LoadError::Batch(next))?;
            // Coordinators of Kafka before 0.11 wrote others, which were compacted away long since.
            let AnyBatch::Batch(batch) = raw.view().map_err(|_| LoadError::Batch(next))? else { continue };
            for record in
                batch.records(UNPACKED_BYTES_MAX, &mut scratch).map_err(|_| LoadError::Batch(next))?
            {
                let record = record.map_err(|_| LoadError::Batch(next))?;
                if let Err(error) = groups.apply(&LogRecord::new(&batch, &record)) {
                    // As Kafka does with types that it does not know: a newer one may have written them.
                    tracing::warn!("{}-{}: {error}", replica.topic, replica.partition);
                }
            }
            next = batch.next_offset();
        }
        if next == reader.next {
            return Err(LoadError::Batch(next));
        }
        reader.next = next;
    }
    groups.retain(|id| topic::partition_of(id, count) == replica.partition);
    Ok(groups)
}

/// Goes through a log from front to back.
struct Reader<'l> {
    log: &'l PartitionLog,
    next: i64,
    bytes: Vec<u8>,
}

impl Reader<'_> {
    /// Reads what comes next; false at the end.
    fn read(&mut self) -> Result<bool, LoadError> {
        let slice = self.log.read(self.next, READ_BYTES, UpTo::LogEnd, true)?;
        let Some(file) = slice.file.filter(|_| slice.len > 0) else { return Ok(false) };
        self.bytes.resize(slice.len, 0);
        file.read_exact_at(&mut self.bytes, slice.position)?;
        Ok(true)
    }
}

/// Loads the shards that have begun, of a topic of `count` partitions, in the background, the processors each with one at a time.
pub(super) fn all(groups: &Arc<Groups>, begun: Vec<Arc<Shard>>, count: usize) {
    let begun: VecDeque<Arc<Shard>> = begun.into_iter().filter(|shard| shard.is_loading()).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(begun.len());
    let begun = Arc::new(Mutex::new(begun));
    for _ in 0..threads {
        let (begun, groups) = (begun.clone(), groups.clone());
        tokio::task::spawn_blocking(move || {
            loop {
                let next = begun.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(shard) = next else { return };
                shard.load(&groups, count);
            }
        });
    }
}
