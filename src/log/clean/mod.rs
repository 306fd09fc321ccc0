//! Log compaction: of every key the last record stays (Kafka's `Cleaner`).
//!
//! [`plan()`] says what of a log can be cleaned and whether it is worth it. [`clean`] reads the dirty part into an
//! [`OffsetMap`], groups the segments below it ([`mod@group`]) and writes each group anew, as files that end in
//! `.cleaned`. It deletes and renames nothing: the log that owns the segments swaps them, and writes [`Cleaned::end_offset`]
//! to the `cleaner-offset-checkpoint`. No lock is needed meanwhile, as only segments are read that nobody appends to.
//!
//! Kept is what Kafka keeps, batch by batch: the last record of each key, tombstones until a delete horizon that begins
//! when cleaning meets them first (KIP-534), no records of aborted transactions, markers until their transaction is
//! gone and the horizon has passed, a producer's last batch if need be empty, and the last batch that may be cleaned.
//!
//! # Where this differs from Kafka
//!
//! - Checksums are checked: a rewritten batch would vouch for damage. What is damaged stops the round.
//! - A packed message set of an old format (magic 0 and 1) stays whole where anything of it stays.
//! - Keys are hashed with XXH3-128, not MD5.

pub mod group;
pub mod plan;

mod error;
mod filter;
mod offset_map;
mod output;
mod segment;
mod transactions;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

pub use error::CleanError;
pub use offset_map::OffsetMap;
pub use output::CLEANED;
pub use plan::{LogState, Plan, PlanRules, Planned, plan};
pub use segment::SegmentFiles;

use crate::codec::records::batch::Batch;
use crate::codec::records::batches::{AnyBatch, RawBatch};
use crate::codec::records::compression::DECOMPRESSED_BYTES_MAX;
use crate::codec::records::error::Error;
use crate::log::txn_index::{AbortedTxn, ENTRY_BYTES};
use crate::log::write::rule::INDEX_INTERVAL_BYTES;
use filter::{Filter, Kept, Role, Work};
use group::Limits;
use output::Output;
use segment::BatchReader;
use transactions::{Marker, Transactions};

/// A topic's and the cleaner's configuration, in Kafka's units. The default is Kafka's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CleanRules {
    /// How long tombstones and markers stay once cleaning has met them (`delete.retention.ms`).
    pub delete_retention_ms: i64,
    /// The most a cleaned segment takes.
    pub limits: Limits,
    /// Bytes of log between two index entries (`index.interval.bytes`).
    pub index_interval_bytes: u32,
    /// The most bytes of the map of keys (`log.cleaner.dedupe.buffer.size`). Where that is too little for the dirty
    /// part, the round ends before it, and the next one goes on.
    pub map_bytes_max: usize,
    /// How full the map may get (`log.cleaner.io.buffer.load.factor`).
    pub load_factor: f64,
    /// How much is read at once (`log.cleaner.io.buffer.size`); a larger batch is read whole nevertheless.
    pub buffer_bytes: usize,
    /// The most bytes that a batch may unpack to.
    pub decompressed_bytes_max: usize,
}

impl Default for CleanRules {
    fn default() -> Self {
        Self {
            delete_retention_ms: 86_400_000,
            limits: Limits { segment_bytes: 1 << 30, index_bytes: 10 << 20 },
            index_interval_bytes: INDEX_INTERVAL_BYTES,
            map_bytes_max: 128 << 20,
            load_factor: 0.9,
            buffer_bytes: 512 << 10,
            decompressed_bytes_max: DECOMPRESSED_BYTES_MAX,
        }
    }
}

/// The last that an active producer wrote, by the producer state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRecord {
    /// The last offset of its last batch of records; `None` where a marker came last and no batch is remembered.
    pub last_data_offset: Option<i64>,
    /// Its epoch.
    pub epoch: i16,
}

/// What is to be cleaned.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// All segments of the log in order, those that stay as they are too: their indexes of aborted transactions
    /// are read.
    pub segments: &'a [SegmentFiles],
    /// From [`Plan::first_dirty`].
    pub first_dirty: i64,
    /// From [`Plan::first_uncleanable`].
    pub first_uncleanable: i64,
    /// By producer id.
    pub last_records: &'a HashMap<i64, LastRecord>,
    /// The rules.
    pub rules: CleanRules,
    /// The clock, in milliseconds since 1970.
    pub now_ms: i64,
}

/// A cleaned segment and those whose place it is to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanedSegment {
    /// Its base offset, which is that of the first of the others.
    pub base_offset: i64,
    /// The base offsets of those it replaces.
    pub replaces: Vec<i64>,
    /// Its files, `.log.cleaned` first; of `.txnindex.cleaned` there is one only where it has something in it.
    pub paths: Vec<PathBuf>,
    /// Bytes of the `.log`; may be 0.
    pub bytes: u64,
    /// When the last of the others was changed. It has that as its own time: tombstones of old formats go by it.
    pub modified_ms: i64,
}

/// What a round has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CleanStats {
    /// Keys in the map at last.
    pub keys: usize,
    /// The map had no more room: the next round has to go on.
    pub map_full: bool,
    /// Bytes of the segments that were read for writing them anew.
    pub bytes_read: u64,
    /// Bytes that were written.
    pub bytes_written: u64,
    /// Records that were read, other than those of batches that went unread.
    pub records_read: u64,
    /// Records that stay.
    pub records_kept: u64,
    /// Records without a key, which go.
    pub keyless: u64,
}

/// A round of cleaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The log is clean below it, once the segments are swapped: the new checkpoint.
    pub end_offset: i64,
    /// The new segments.
    pub segments: Vec<CleanedSegment>,
    /// Counts.
    pub stats: CleanStats,
}

/// Cleans a log. `go_on` is asked now and then.
///
/// # Errors
///
/// Where a file cannot be read or written, holds damage, or `go_on` says no; the `.cleaned` files are removed then.
pub fn clean(job: &Job<'_>, go_on: &dyn Fn() -> bool) -> Result<Cleaned, CleanError> {
    let mut segments: Vec<CleanedSegment> = Vec::new();
    let cleaned = clean_each(job, go_on, &mut |segment| {
        segments.push(segment);
        Ok(())
    });
    match cleaned {
        Ok((end_offset, stats)) => Ok(Cleaned { end_offset, segments, stats }),
        Err(error) => {
            segments.iter().for_each(CleanedSegment::remove);
            Err(error)
        }
    }
}

/// Cleans a log, and hands over each cleaned segment before the next one is written: who swaps it at once needs room
/// for one segment only, not for a copy of the log. Returns up to where the log is clean once all of them are swapped.
///
/// # Errors
///
/// As [`clean`], but that segments which were handed over are `swap`'s; and what `swap` says.
pub fn clean_each<E: From<CleanError>>(
    job: &Job<'_>,
    go_on: &dyn Fn() -> bool,
    swap: &mut dyn FnMut(CleanedSegment) -> Result<(), E>,
) -> Result<(i64, CleanStats), E> {
    let aborted = aborted_transactions(job.segments)?;
    let mut buffer = Vec::new();
    let keys = u64::try_from(job.first_uncleanable.saturating_sub(job.first_dirty)).unwrap_or(0);
    let mut map = OffsetMap::new(job.rules.map_bytes_max, job.rules.load_factor, keys);
    let map_full = build_map(job, &aborted, &mut map, &mut buffer, go_on)?;
    let end_offset = map.latest() + 1;
    let below = job.segments.partition_point(|segment| segment.base_offset < end_offset);
    let below = job.segments.get(..below).unwrap_or_default();
    let clean_before = job.segments.partition_point(|segment| segment.base_offset < job.first_dirty);
    let last_clean = clean_before.checked_sub(1).and_then(|last| job.segments.get(last));
    let legacy_horizon =
        last_clean.map_or(0, |last| last.modified_ms.saturating_sub(job.rules.delete_retention_ms));

    let mut round =
        Round { job, aborted: &aborted, map: &map, legacy_horizon, buffer, go_on, work: Work::default() };
    let mut transactions = Transactions::default();
    let mut bytes_written = 0;
    for group in group::group(below, job.rules.limits, job.first_uncleanable) {
        if let Some(segment) = round.group(group, &mut transactions)? {
            bytes_written += segment.bytes;
            swap(segment)?;
        }
    }
    let stats = CleanStats {
        keys: map.len(),
        map_full,
        bytes_read: below.iter().map(|segment| segment.bytes).sum(),
        bytes_written,
        records_read: round.work.records_read,
        records_kept: round.work.records_kept,
        keyless: round.work.keyless,
    };
    Ok((end_offset, stats))
}

impl CleanedSegment {
    /// Removes its files, which nobody is going to swap.
    pub fn remove(&self) {
        for path in &self.paths {
            // What is left is removed by the next start, as after a crash.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// All aborted transactions that the segments' indexes know.
fn aborted_transactions(segments: &[SegmentFiles]) -> Result<Vec<AbortedTxn>, CleanError> {
    let mut all = Vec::new();
    for segment in segments {
        let path = segment.path("txnindex");
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Ok(_) => all.extend(bytes.as_chunks::<ENTRY_BYTES>().0.iter().map(AbortedTxn::read)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(CleanError::Io { path, error }),
        }
    }
    Ok(all)
}

/// Those with an offset in the range.
fn within(aborted: &[AbortedTxn], from: i64, to: i64) -> impl Iterator<Item = AbortedTxn> {
    aborted.iter().copied().filter(move |txn| txn.last_offset >= from && txn.first_offset < to)
}

/// Where the next segment begins, or `end`.
fn end_of(segments: &[SegmentFiles], number: usize, end: i64) -> i64 {
    segments.get(number + 1).map_or(end, |next| next.base_offset)
}

/// Puts the keys of the dirty part into the map, until its end or until the map is full, and says which.
fn build_map(
    job: &Job<'_>,
    aborted: &[AbortedTxn],
    map: &mut OffsetMap,
    buffer: &mut Vec<u8>,
    go_on: &dyn Fn() -> bool,
) -> Result<bool, CleanError> {
    let (from, to) = (job.first_dirty, job.first_uncleanable);
    let mut transactions = Transactions::default();
    transactions.expect(within(aborted, from, to));
    let mut scratch = Vec::new();
    let first = job.segments.partition_point(|segment| segment.base_offset <= from).saturating_sub(1);
    let end = job.segments.partition_point(|segment| segment.base_offset < to);
    let dirty = job.segments.get(first..end).unwrap_or_default();
    for (number, segment) in dirty.iter().enumerate() {
        let mut batches = BatchReader::open(segment, job.rules.buffer_bytes, buffer)?;
        let path = segment.path("log");
        while let Some((at, batch)) = batches.next()? {
            let damaged = |error| CleanError::Damaged { path: path.clone(), at, error };
            let limit = job.rules.decompressed_bytes_max;
            let last_offset =
                match add(&batch, from, limit, map, &mut transactions, &mut scratch).map_err(damaged)? {
                    Some(last_offset) => last_offset,
                    None => return Ok(true),
                };
            if last_offset >= from {
                map.seen(last_offset);
            }
            if !go_on() {
                return Err(CleanError::CalledOff);
            }
        }
        map.seen(end_of(dirty, number, to) - 1);
    }
    Ok(false)
}

/// Adds the keys of a batch. Returns its last offset, or nothing where the map is full.
fn add(
    raw: &RawBatch<'_>,
    from: i64,
    limit: usize,
    map: &mut OffsetMap,
    transactions: &mut Transactions,
    scratch: &mut Vec<u8>,
) -> Result<Option<i64>, Error> {
    match raw.view()? {
        AnyBatch::Batch(batch) => {
            let last_offset = batch.last_offset();
            if batch.attributes().is_control() {
                transactions.control(&batch)?;
                return Ok(Some(last_offset));
            }
            if transactions.data(&batch) || last_offset < from {
                return Ok(Some(last_offset));
            }
            for record in batch.records(limit, scratch)? {
                let record = record?;
                let Some(key) = record.key.filter(|_| record.offset >= from) else { continue };
                if !map.put(key, record.offset) {
                    return Ok(None);
                }
            }
            Ok(Some(last_offset))
        }
        AnyBatch::Message(message) => {
            let mut last_offset = message.offset();
            for inner in message.messages(limit, scratch)? {
                let inner = inner?;
                last_offset = last_offset.max(inner.offset);
                let Some(key) = inner.key.filter(|_| inner.offset >= from) else { continue };
                if !map.put(key, inner.offset) {
                    return Ok(None);
                }
            }
            Ok(Some(last_offset))
        }
    }
}

/// The second half of a round: what is kept is written.
struct Round<'a> {
    job: &'a Job<'a>,
    aborted: &'a [AbortedTxn],
    map: &'a OffsetMap,
    legacy_horizon: i64,
    buffer: Vec<u8>,
    go_on: &'a dyn Fn() -> bool,
    work: Work,
}

impl Round<'_> {
    /// Cleans neighbours into one segment.
    fn group(
        &mut self,
        group: &[SegmentFiles],
        transactions: &mut Transactions,
    ) -> Result<Option<CleanedSegment>, CleanError> {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { return Ok(None) };
        let interval = self.job.rules.index_interval_bytes;
        let mut output = Output::create(&first.directory, first.base_offset, interval)?;
        for (number, segment) in group.iter().enumerate() {
            // Within a group the next one's base; of the last, any of its transactions may go on.
            let end = end_of(group, number, i64::MAX);
            transactions.expect(within(self.aborted, segment.base_offset, end));
            self.segment(segment, transactions, &mut output)?;
        }
        let finished = output.finish(last.modified_ms)?;
        Ok(Some(CleanedSegment {
            base_offset: first.base_offset,
            replaces: group.iter().map(|segment| segment.base_offset).collect(),
            paths: finished.paths,
            bytes: finished.bytes,
            modified_ms: last.modified_ms,
        }))
    }

    fn segment(
        &mut self,
        segment: &SegmentFiles,
        transactions: &mut Transactions,
        output: &mut Output,
    ) -> Result<(), CleanError> {
        let filter = Filter {
            map: self.map,
            rules: &self.job.rules,
            last_records: self.job.last_records,
            now_ms: self.job.now_ms,
            first_uncleanable: self.job.first_uncleanable,
            keep_legacy_tombstones: segment.modified_ms > self.legacy_horizon,
        };
        let path = segment.path("log");
        let mut batches = BatchReader::open(segment, self.job.rules.buffer_bytes, &mut self.buffer)?;
        while let Some((at, raw)) = batches.next()? {
            let damaged = |error| CleanError::Damaged { path: path.clone(), at, error };
            match raw.view().map_err(damaged)? {
                AnyBatch::Batch(batch) => {
                    let role = if batch.attributes().is_control() {
                        Role::Control(transactions.control(&batch).map_err(damaged)?)
                    } else if transactions.data(&batch) {
                        Role::Aborted
                    } else {
                        Role::Data
                    };
                    if let Role::Control(Marker::Needed(Some(txn))) = role {
                        output.aborted(txn)?;
                    }
                    let bytes = match filter.batch(&batch, role, &mut self.work).map_err(damaged)? {
                        Kept::Nothing => continue,
                        Kept::Whole => raw.bytes,
                        Kept::Rewritten => self.work.rewritten.as_slice(),
                    };
                    let max_timestamp = Batch::new(bytes).map_err(damaged)?.max_timestamp();
                    output.append(bytes, batch.last_offset(), max_timestamp)?;
                }
                AnyBatch::Message(message) => {
                    if filter.message(&message, &mut self.work).map_err(damaged)? == Kept::Whole {
                        output.append(raw.bytes, message.offset(), message.timestamp())?;
                    }
                }
            }
            if !(self.go_on)() {
                return Err(CleanError::CalledOff);
            }
        }
        Ok(())
    }
}
