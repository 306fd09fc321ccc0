//! What is in the metadata directory at start: the newest whole snapshot, and the log behind it.

use std::path::Path;

use super::{MetadataError, UNPACKED_BYTES_MAX};
use crate::codec::records::batch::Batch;
use crate::codec::records::batches::AnyBatch;
use crate::codec::records::compression::Codec;
use crate::codec::wire::Reader;
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
        let mut records = records(&batch, &mut scratch).map_err(|why| {
            MetadataError::Unusable(format!("{}: offset {}: {why}", path.display(), batch.base_offset()))
        })?;
        for record in &mut records {
            if let Err(error) = cluster.apply(record) {
                // Like Kafka's, a broker that is older than a record it does not know may go on without it.
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

/// The records of a batch. Of one that is not compressed no more is read than key and value: directories that are
/// written by hand for learners have a header count of -1 behind them, which Kafka's own reader refuses.
fn records<'s>(batch: &Batch<'s>, scratch: &'s mut Vec<u8>) -> Result<Vec<LogRecord<'s>>, String> {
    if batch.codec().is_ok_and(|codec| codec != Codec::None) {
        let records = batch.records(UNPACKED_BYTES_MAX, scratch).map_err(|error| format!("{error:?}"))?;
        let records = records.map(|record| record.map(|record| LogRecord::new(batch, &record)));
        return records.collect::<Result<_, _>>().map_err(|error| format!("{error:?}"));
    }
    let mut reader = Reader::new(batch.payload());
    let mut records = Vec::new();
    for _ in 0..batch.count().max(0) {
        let length = usize::try_from(reader.varint()).unwrap_or(usize::MAX);
        let at = reader.at();
        let mut record = Reader::new(reader.content(length, at));
        let _attributes = record.array::<1>();
        let timestamp_delta = record.varlong();
        let offset_delta = record.varint();
        let mut content = || {
            let length = usize::try_from(record.varint()).ok()?;
            let at = record.at();
            Some(record.content(length, at))
        };
        let (key, value) = (content(), content());
        if let Some(error) = reader.error().or(record.error()) {
            return Err(format!("record {}: {error:?}", records.len()));
        }
        let attributes = batch.attributes();
        records.push(LogRecord {
            offset: batch.base_offset().saturating_add(i64::from(offset_delta)),
            timestamp: batch.base_timestamp().saturating_add(timestamp_delta),
            key,
            value,
            leader_epoch: batch.partition_leader_epoch(),
            producer_id: batch.producer_id(),
            transactional: attributes.is_transactional(),
            control: attributes.is_control(),
        });
    }
    Ok(records)
}
