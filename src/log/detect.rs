//! What a file holds, by its first bytes: names are lost, files are renamed.

use super::name::FileKind;
use super::offset_index::{self, OffsetEntry};
use super::producer_snapshot;
use super::time_index::{self, TimeEntry};
use super::txn_index::{self, AbortedTxn};
use crate::codec::records::batches::{AnyBatch, Batches};

/// Bytes that are looked at; a first batch that is larger is recognised by its header.
pub const HEAD_BYTES: usize = 128 << 10;
/// The type of the first record of a KRaft snapshot (`ControlRecordType.SNAPSHOT_HEADER`).
const SNAPSHOT_HEADER: i16 = 3;

/// How sure a guess is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Its numbers are in the order that such a file has; so could be others'.
    Likely,
    /// A checksum fits, or its text cannot be another file's.
    Sure,
}

/// What `head`, the first bytes of a file of `length` bytes, is.
pub fn detect(head: &[u8], length: u64) -> Option<(FileKind, Certainty)> {
    if let Some(kind) = text(head).or_else(|| batches(head)) {
        return Some((kind, Certainty::Sure));
    }
    if length == head.len() as u64 {
        let snapshot = producer_snapshot::read(head);
        if snapshot.errors.is_empty() {
            return Some((FileKind::ProducerSnapshot, Certainty::Sure));
        }
    }
    index(head, length).map(|kind| (kind, Certainty::Likely))
}

fn batches(head: &[u8]) -> Option<FileKind> {
    let mut batches = Batches::new(head);
    let first = batches.next()?.ok()?;
    match first.view().ok()? {
        AnyBatch::Message(message) => message.check_crc().ok().map(|()| FileKind::Log),
        AnyBatch::Batch(batch) => {
            batch.check_crc().ok()?;
            let mut scratch = Vec::new();
            let mut records = batch.records(HEAD_BYTES, &mut scratch).ok()?;
            let control =
                records.next().and_then(Result::ok).and_then(|record| batch.check_control(&record).ok()?);
            let snapshot = control.is_some_and(|key| key.id == SNAPSHOT_HEADER);
            Some(if snapshot { FileKind::Snapshot } else { FileKind::Log })
        }
    }
}

fn text(head: &[u8]) -> Option<FileKind> {
    // A text may be cut inside of a letter at the end of what was read.
    let text = std::str::from_utf8(head)
        .or_else(|error| std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()));
    let text = text.ok().filter(|text| !text.is_empty() && !text.contains('\0'))?;
    if text.starts_with("version:") && text.contains("topic_id") {
        return Some(FileKind::PartitionMetadata);
    }
    if text.trim_start().starts_with('{') {
        return if text.contains("\"leaderEpoch\"") {
            Some(FileKind::QuorumState)
        } else {
            text.contains("\"brokerEpoch\"").then_some(FileKind::CleanShutdown)
        };
    }
    if text.lines().any(|line| line.starts_with("cluster.id=") || line.starts_with("node.id=")) {
        return Some(FileKind::MetaProperties);
    }
    let mut lines = text.lines();
    let (version, count) = (lines.next()?.trim(), lines.next()?.trim());
    if version.parse::<u8>().is_err() || count.parse::<u32>().is_err() {
        return None;
    }
    match lines.next().map(|line| line.split_whitespace().count()) {
        Some(2) => Some(FileKind::LeaderEpochs),
        Some(3) | None => Some(FileKind::OffsetCheckpoint),
        Some(_) => None,
    }
}

/// Indexes have neither magic bytes nor checksums: their entries go up.
fn index(head: &[u8], length: u64) -> Option<FileKind> {
    let (aborted, _) = head.as_chunks::<{ txn_index::ENTRY_BYTES }>();
    let whole = |size: usize| length.is_multiple_of(size as u64) && length > 0;
    if whole(txn_index::ENTRY_BYTES)
        && aborted.iter().map(AbortedTxn::read).all(|txn| {
            txn.version == txn_index::VERSION
                && txn.producer_id >= 0
                && txn.first_offset >= 0
                && txn.first_offset <= txn.last_offset
        })
    {
        return Some(FileKind::TxnIndex);
    }
    let (times, _) = head.as_chunks::<{ time_index::ENTRY_BYTES }>();
    let times = times.iter().map(TimeEntry::read).take_while(|entry| entry.timestamp != 0);
    if whole(time_index::ENTRY_BYTES)
        && rises(times.map(|entry| (entry.timestamp, i64::from(entry.relative_offset))))
    {
        return Some(FileKind::TimeIndex);
    }
    let (offsets, _) = head.as_chunks::<{ offset_index::ENTRY_BYTES }>();
    let offsets = offsets.iter().map(OffsetEntry::read).take_while(|entry| entry.position != 0);
    let pairs = offsets.map(|entry| (i64::from(entry.relative_offset), i64::from(entry.position)));
    (whole(offset_index::ENTRY_BYTES) && rises(pairs)).then_some(FileKind::OffsetIndex)
}

/// Both numbers go up from 0 on, and there are some.
fn rises(mut pairs: impl Iterator<Item = (i64, i64)>) -> bool {
    let Some(mut before) = pairs.next().filter(|&(a, b)| a >= 0 && b >= 0) else { return false };
    pairs.all(|here| {
        let up = here.0 > before.0 && here.1 > before.1;
        before = here;
        up
    })
}
