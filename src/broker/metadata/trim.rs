//! The log and its snapshots are trimmed: what a later snapshot stands for goes when it is too much or too old
//! (`KafkaMetadataLog.maybeClean`). The latest snapshot stays, and the log behind it.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use super::{MetadataError, Store};
use crate::log::partition::Partition;

/// A snapshot.
#[derive(Clone)]
struct Snapshot {
    path: PathBuf,
    /// The offset behind what it stands for.
    end: i64,
    bytes: u64,
    modified_ms: i64,
}

impl Store {
    pub(super) fn trim(&mut self, now_ms: i64) {
        if let Err(error) = self.try_trim(now_ms) {
            tracing::warn!("the metadata log is not trimmed: {error}");
        }
    }

    fn try_trim(&mut self, now_ms: i64) -> Result<(), MetadataError> {
        self.log.delete_expired_files(now_ms);
        let mut snapshots = self.snapshots()?.into_iter().peekable();
        let mut bytes = self.log.size();
        bytes += snapshots.clone().map(|snapshot| snapshot.bytes).sum::<u64>();
        while let Some(oldest) = snapshots.next() {
            let Some(next) = snapshots.peek() else { break };
            let too_much = u64::try_from(self.upkeep.retention_bytes).is_ok_and(|most| bytes > most);
            let too_old = self.upkeep.retention_ms >= 0
                && now_ms.saturating_sub(oldest.modified_ms) > self.upkeep.retention_ms;
            if !too_much && !too_old {
                break;
            }
            let before = self.log.size();
            if next.end <= self.log.high_watermark() {
                self.log.delete_records_before(next.end)?;
                self.log.apply_retention(now_ms)?;
            }
            std::fs::remove_file(&oldest.path).map_err(|error| MetadataError::io(&oldest.path, error))?;
            bytes = bytes.saturating_sub(oldest.bytes + before.saturating_sub(self.log.size()));
        }
        Ok(())
    }

    /// Those that are there, oldest first.
    fn snapshots(&self) -> Result<Vec<Snapshot>, MetadataError> {
        let failed = |error| MetadataError::io(&self.directory, error);
        let partition = Partition::list(&self.directory).map_err(failed)?;
        let mut snapshots = Vec::new();
        for file in partition.snapshots {
            let Some(end) = file.name.offset else { continue };
            let metadata = std::fs::metadata(&file.path).map_err(failed)?;
            let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let modified_ms = modified.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0);
            snapshots.push(Snapshot { path: file.path, end, bytes: metadata.len(), modified_ms });
        }
        snapshots.sort_by_key(|snapshot| snapshot.end);
        Ok(snapshots)
    }
}
