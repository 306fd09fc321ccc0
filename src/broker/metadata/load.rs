//! What is in the metadata directory at start: the newest whole snapshot, and the log behind it.

use std::path::Path;

use super::{MetadataError, UNPACKED_BYTES_MAX};
use crate::codec::records::batch::Batch;
use crate::codec::records::batches::AnyBatch;
use crate::codec::records::record::Record;
use crate::log::partition::{Partition, PartitionFile};
use crate::log::scan::{Piece, Scanner};
use crate::log::source::Source;
use crate::state::LogRecord;
use crate::state::cluster::Cluster;

/// The cluster as of the newest whole snapshot, and the epoch of its last record.
pub(super) fn cluster(directory: &Path) -> Result<(Cluster, i32), MetadataError> {
    if !directory.is_dir() {
        return Ok((Cluster::new(), 0));
    }
    let partition = Partition::list(directory).map_err(|error| MetadataError::io(directory, error))?;
    for snapshot in partition.snapshots.iter().rev() {
        match read(snapshot) {
            Ok(Some(cluster)) => return Ok((cluster, snapshot.name.epoch.unwrap_or(0))),
            Ok(None) => tracing::warn!("{}: no whole snapshot, passed over", snapshot.path.display()),
            Err(error) => tracing::warn!("{error}"),
        }
    }
    Ok((Cluster::new(), 0))
}

/// A snapshot, if it is whole.
fn read(snapshot: &PartitionFile) -> Result<Option<Cluster>, MetadataError> {
    let mut cluster = Cluster::new();
    cluster.begin_snapshot(snapshot.name.offset.unwrap_or(0) - 1, snapshot.name.epoch.unwrap_or(0));
    let mut whole = false;
    apply(&snapshot.path, &mut cluster, -1, &mut |batch| whole = batch.attributes().is_control())?;
    Ok(whole.then_some(cluster))
}

/// Applies the records of the log behind the snapshot.
pub(super) fn log(directory: &Path, cluster: &mut Cluster) -> Result<(), MetadataError> {
    let partition = Partition::list(directory).map_err(|error| MetadataError::io(directory, error))?;
    let contained = cluster.provenance().last_contained_offset;
    for log in partition.logs() {
        apply(&log.path, cluster, contained, &mut |_| {})?;
    }
    Ok(())
}

fn apply(
    path: &Path,
    cluster: &mut Cluster,
    contained: i64,
    seen: &mut dyn FnMut(&Batch<'_>),
) -> Result<(), MetadataError> {
    let failed = |error| MetadataError::io(path, error);
    let mut scanner = Scanner::new(Source::open(path).map_err(failed)?);
    let mut scratch = Vec::new();
    while let Some(piece) = scanner.next_piece().map_err(failed)? {
        let Piece::Batch(found) = piece else { continue };
        let Ok(AnyBatch::Batch(batch)) = found.view() else { continue };
        if !found.crc_fits {
            return Err(MetadataError::Unusable(format!(
                "{}: the batch at offset {} does not fit its checksum; kafkit dump-log --verify says more",
                path.display(),
                batch.base_offset()
            )));
        }
        seen(&batch);
        if batch.last_offset() <= contained {
            continue;
        }
        let records = batch.records(UNPACKED_BYTES_MAX, &mut scratch).map_err(|error| {
            MetadataError::Unusable(format!("{}: offset {}: {error:?}", path.display(), batch.base_offset()))
        })?;
        // The courses' testers write logs whose records have -1 headers.
        for record in records.with_null_headers() {
            let record: Record<'_> = record.map_err(|error| {
                MetadataError::Unusable(format!(
                    "{}: offset {}: {error:?}",
                    path.display(),
                    batch.base_offset()
                ))
            })?;
            if let Err(error) = cluster.apply(&LogRecord::new(&batch, &record)) {
                // Like Kafka's, a broker that is newer than a record it does not know may go on without it.
                tracing::warn!("{}: {error}", path.display());
            }
        }
    }
    Ok(())
}

/// The epoch that `quorum-state` tells; 0 where it does not.
pub(super) fn quorum_epoch(directory: &Path) -> i32 {
    let Ok(text) = std::fs::read_to_string(directory.join("quorum-state")) else { return 0 };
    let state: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let epoch = state.and_then(|state| state.get("leaderEpoch")?.as_i64()).unwrap_or(0);
    i32::try_from(epoch).unwrap_or(0)
}
