//! Where in a segment to begin: by its indexes where these can be trusted, by its batches' headers else.
//!
//! An index may be missing, stale or damaged, and must never make records disappear: what it says is
//! believed only when a batch with a fitting checksum begins there and has the entry's offset (or
//! timestamp). Otherwise the headers are walked from the beginning, without what is between them; and
//! where these stop making sense, reading begins before that place.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::codec::records::batch::HEADER_BYTES;
use crate::codec::records::batches::{AnyBatch, RawBatch};
use crate::dump::records::BatchInfo;
use crate::log::entries::Entries;
use crate::log::offset_index::{self, OffsetEntry};
use crate::log::partition::Segment;
use crate::log::scan::is_plausible;
use crate::log::source::Source;
use crate::log::time_index::{self, TimeEntry};

/// A batch larger than this is not read to prove an index entry. Kafka's default limit is 1 MiB.
const PROOF_BYTES_MAX: usize = 16 << 20;

/// A segment's files, as far as they matter for finding something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFiles {
    /// The `.log`.
    pub log: PathBuf,
    /// By its name.
    pub base_offset: Option<i64>,
    /// The `.index`, where there is one.
    pub offset_index: Option<PathBuf>,
    /// The `.timeindex`, where there is one.
    pub time_index: Option<PathBuf>,
}

impl SegmentFiles {
    /// Those of a segment that was listed; `None` where it has no `.log`.
    pub fn of(segment: &Segment) -> Option<Self> {
        let path =
            |file: &Option<crate::log::partition::PartitionFile>| file.as_ref().map(|file| file.path.clone());
        Some(Self {
            log: path(&segment.log)?,
            base_offset: Some(segment.base_offset),
            offset_index: path(&segment.offset_index),
            time_index: path(&segment.time_index),
        })
    }

    /// Those of a `.log` that was named alone: the indexes of the same name beside it. A file that is packed,
    /// or on its way out or in, goes without them.
    pub fn beside(log: &Path) -> Self {
        let base_offset = crate::log::name::FileName::of(log).offset;
        let is_plain = log.extension().is_some_and(|extension| extension == "log");
        let index = |extension| {
            Some(log.with_extension(extension))
                .filter(|path| is_plain && base_offset.is_some() && path.is_file())
        };
        Self {
            log: log.to_owned(),
            base_offset,
            offset_index: index("index"),
            time_index: index("timeindex"),
        }
    }
}

/// Reads headers, and nothing else, anywhere in a segment.
#[derive(Debug)]
pub struct HeaderReader {
    source: Source,
    length: u64,
    /// The segment begins with messages of magic 0 or 1.
    legacy: bool,
}

impl HeaderReader {
    /// Opens a segment; `None` for one that can be read from beginning to end only.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened or read.
    pub fn open(log: &Path) -> io::Result<Option<Self>> {
        let source = Source::open(log)?;
        let Some(length) = source.len() else { return Ok(None) };
        let mut reader = Self { source, length, legacy: true };
        reader.legacy = reader.at(0)?.is_some_and(|first| first.magic < 2);
        Ok(Some(reader))
    }

    /// Bytes of the file when it was opened.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The header at `position`; `None` where no batch seems to begin there.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn at(&mut self, position: u64) -> io::Result<Option<BatchInfo>> {
        let mut room = [0; HEADER_BYTES];
        let header = self.bytes(position, &mut room)?;
        if !is_plausible(header, self.length.saturating_sub(position), self.legacy) {
            return Ok(None);
        }
        Ok(BatchInfo::of_header(header, position).ok())
    }

    /// The same, where the batch's checksum fits.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn proven_at(&mut self, position: u64) -> io::Result<Option<BatchInfo>> {
        let Some(batch) = self.at(position)?.filter(|batch| batch.size <= PROOF_BYTES_MAX) else {
            return Ok(None);
        };
        let mut room = vec![0; batch.size];
        let bytes = self.bytes(position, &mut room)?;
        let fits = match (RawBatch { at: 0, magic: batch.magic, bytes }).view() {
            Ok(AnyBatch::Batch(view)) => view.check_crc().is_ok(),
            Ok(AnyBatch::Message(view)) => view.check_crc().is_ok(),
            Err(_) => false,
        };
        Ok(fits.then_some(batch))
    }

    fn bytes<'r>(&mut self, position: u64, room: &'r mut [u8]) -> io::Result<&'r [u8]> {
        if !self.source.seek(position)? {
            return Ok(&[]);
        }
        let mut filled = 0;
        while let Some(rest) = room.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(room.get(..filled).unwrap_or_default())
    }

    /// Walks over headers from `position` to the first batch for which `reached` holds, and returns the position
    /// to begin at: that batch's; that of the one before it where its offsets do not follow on; or, where
    /// headers stop making sense, that of the last that did. The end of the file where none holds.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn walk(
        &mut self,
        mut position: u64,
        mut reached: impl FnMut(&BatchInfo) -> bool,
    ) -> io::Result<u64> {
        let mut before: Option<BatchInfo> = None;
        while position < self.length {
            let previous = before.map_or(position, |batch| batch.at);
            let Some(batch) = self.at(position)? else { return Ok(previous) };
            if reached(&batch) {
                // A batch with a wrong length may have swallowed those between.
                let follows = before.is_none_or(|before| {
                    batch.base_offset.is_none_or(|base| base == before.last_offset.wrapping_add(1))
                });
                return Ok(if follows { position } else { previous });
            }
            before = Some(batch);
            position = batch.end();
        }
        Ok(position)
    }
}

/// Opens an index; one that cannot be opened is as good as missing.
fn open<const N: usize>(path: Option<&Path>) -> Option<Entries<N>> {
    Entries::open(path?).ok()
}

/// The position at which reading for `offset` and what is behind it begins.
///
/// # Errors
///
/// Where the log cannot be read. What is wrong with an index is no error here.
pub fn position_of_offset(files: &SegmentFiles, log: &mut HeaderReader, offset: i64) -> io::Result<u64> {
    let begin = proven_entry(files, log, offset).unwrap_or(0);
    log.walk(begin, |batch| batch.last_offset >= offset)
}

/// The position of the last index entry that is not behind `offset`, where the log bears it out.
fn proven_entry(files: &SegmentFiles, log: &mut HeaderReader, offset: i64) -> Option<u64> {
    let base = files.base_offset?;
    let mut index = open::<{ offset_index::ENTRY_BYTES }>(files.offset_index.as_deref())?;
    let used = offset_index::used(&mut index).ok()?;
    let before = |entry: &[u8; offset_index::ENTRY_BYTES]| OffsetEntry::read(entry).offset(base) <= offset;
    let number = index.last_where(used, before).ok()??;
    let entry = OffsetEntry::read(&index.get(number).ok()??);
    proven(log, base, entry)
}

/// The position of an entry, where a whole batch begins there that has the entry's offset.
fn proven(log: &mut HeaderReader, base: i64, entry: OffsetEntry) -> Option<u64> {
    let position = u64::try_from(entry.position).ok()?;
    let batch = log.proven_at(position).ok()??;
    let first = batch.base_offset.unwrap_or(base);
    (first..=batch.last_offset).contains(&entry.offset(base)).then_some(position)
}

/// The position before which no record is as late as `timestamp`.
///
/// # Errors
///
/// Where the log cannot be read. What is wrong with an index is no error here.
pub fn position_of_time(files: &SegmentFiles, log: &mut HeaderReader, timestamp: i64) -> io::Result<u64> {
    let begin = match proven_time(files, log, timestamp) {
        Some(offset) => position_of_offset(files, log, offset)?,
        None => 0,
    };
    let reached = |batch: &BatchInfo| batch.max_timestamp >= timestamp;
    log.walk(begin, reached)
}

/// The offset of the last time index entry before `timestamp`, where the index is in order up to it and the log
/// bears it out.
fn proven_time(files: &SegmentFiles, log: &mut HeaderReader, timestamp: i64) -> Option<i64> {
    let base = files.base_offset?;
    let mut index = open::<{ time_index::ENTRY_BYTES }>(files.time_index.as_deref())?;
    let used = time_index::used(&mut index).ok()?;
    // In order, so that none before it is later than it.
    let mut last: Option<TimeEntry> = None;
    for number in 0..used {
        let entry = TimeEntry::read(&index.get(number).ok()??);
        if last.is_some_and(|last| {
            entry.timestamp < last.timestamp || entry.relative_offset < last.relative_offset
        }) {
            return None;
        }
        if entry.timestamp >= timestamp {
            break;
        }
        last = Some(entry);
    }
    let last = last?;
    let offset = last.offset(base);
    let position = position_of_offset(files, log, offset).ok()?;
    let batch = log.proven_at(position).ok()??;
    let has_offset = (batch.base_offset.unwrap_or(base)..=batch.last_offset).contains(&offset);
    (has_offset && batch.max_timestamp == last.timestamp).then_some(offset)
}

/// Positions of batches from `from` on, spread evenly over the offset index, at most `most` of them.
pub(super) fn samples(files: &SegmentFiles, from: u64, most: u64) -> Vec<u64> {
    let Some(mut index) = open::<{ offset_index::ENTRY_BYTES }>(files.offset_index.as_deref()) else {
        return Vec::new();
    };
    let used = offset_index::used(&mut index).unwrap_or(0);
    let position = |entry: &[u8; offset_index::ENTRY_BYTES]| {
        u64::try_from(OffsetEntry::read(entry).position).unwrap_or(0)
    };
    let first = match from {
        0 => 0,
        _ => index.last_where(used, |entry| position(entry) < from).ok().flatten().map_or(0, |last| last + 1),
    };
    let step = used.saturating_sub(first).div_ceil(most.max(1)).max(1);
    let mut samples = Vec::new();
    // From the last one back, so that the end is among them.
    let mut number = used;
    while number > first {
        samples.extend(index.get(number - 1).ok().flatten().map(|entry| position(&entry)));
        number = number.saturating_sub(step);
    }
    samples
}

/// Positions of batches that index entries prove, from the end of the segment to its beginning, each at least
/// twice as far from `end` as the one before it, `first` bytes to begin with; then 0.
pub(super) fn steps_back(files: &SegmentFiles, log: &mut HeaderReader, end: u64, first: u64) -> Vec<u64> {
    let mut steps = Vec::new();
    if let (Some(base), Some(mut index)) =
        (files.base_offset, open::<{ offset_index::ENTRY_BYTES }>(files.offset_index.as_deref()))
    {
        let mut used = offset_index::used(&mut index).unwrap_or(0);
        let mut distance = first;
        while used > 0 && distance < end {
            let wanted = end - distance;
            let before = |entry: &[u8; offset_index::ENTRY_BYTES]| {
                u64::try_from(OffsetEntry::read(entry).position).is_ok_and(|position| position <= wanted)
            };
            let Ok(Some(number)) = index.last_where(used, before) else { break };
            let entry = index.get(number).ok().flatten().map(|entry| OffsetEntry::read(&entry));
            let position = entry.and_then(|entry| proven(log, base, entry));
            steps.extend(position.filter(|&position| steps.last().is_none_or(|&last| position < last)));
            used = number;
            distance = distance.saturating_mul(2);
        }
    }
    steps.push(0);
    steps
}
