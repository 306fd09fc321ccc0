//! Opening a log: what its directory holds, and what an interrupted broker has left in it (`LogLoader`).
//!
//! After a clean stop this reads names, the length of each log, the end of the last one and the newest producer
//! snapshot; everything else waits until somebody needs it.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::config::LogConfig;
use super::epochs::Epochs;
use super::error::LogError;
use super::head::Heads;
use super::index::Index;
use super::partition::{Marks, Opening, PartitionLog, write_epochs};
use super::producers::{Change, Origin, Producers};
use super::recover::{self, Recovery};
use super::segment::{Place, Segment};
use crate::codec::meaning::uuid::uuid;
use crate::codec::records::batches::{AnyBatch, RawBatch};
use crate::log::offset_index::{ENTRY_BYTES, OffsetEntry};
use crate::log::{checkpoint, producer_snapshot, properties};

/// What a directory holds, by its names.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Base offset and bytes of each log.
    pub logs: Vec<(i64, u64)>,
    /// Base offsets of the two indexes and the transaction index that are there.
    pub indexes: BTreeSet<(i64, &'static str)>,
    pub snapshots: BTreeSet<i64>,
    /// Base offset and name, with its suffix.
    deleted: Vec<String>,
    cleaned: Vec<(i64, String)>,
    swaps: Vec<(i64, String)>,
    has_metadata: bool,
    has_epochs: bool,
}

const INDEXES: [&str; 3] = ["index", "timeindex", "txnindex"];

impl Listing {
    fn read(directory: &Path) -> Result<Self, LogError> {
        let failed = || LogError::io("list", directory);
        let mut listing = Self::default();
        for entry in std::fs::read_dir(directory).map_err(failed())? {
            let entry = entry.map_err(failed())?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            listing.place(directory, name)?;
        }
        listing.logs.sort_unstable();
        Ok(listing)
    }

    fn place(&mut self, directory: &Path, name: &str) -> Result<(), LogError> {
        match name {
            "partition.metadata" => self.has_metadata = true,
            "leader-epoch-checkpoint" => self.has_epochs = true,
            _ => {}
        }
        let Some((stem, extension)) = name.split_once('.') else { return Ok(()) };
        let offset =
            if stem.len() == 20 { stem.parse::<i64>().ok().filter(|offset| *offset >= 0) } else { None };
        let Some(offset) = offset else {
            if name.ends_with(".deleted") {
                self.deleted.push(name.to_owned());
            }
            return Ok(());
        };
        if extension.ends_with(".deleted") {
            self.deleted.push(name.to_owned());
        } else if extension.ends_with(".cleaned") {
            self.cleaned.push((offset, name.to_owned()));
        } else if extension.ends_with(".swap") {
            self.swaps.push((offset, name.to_owned()));
        } else if extension == "log" {
            let path = directory.join(name);
            let metadata = std::fs::metadata(&path).map_err(LogError::io("look at", &path))?;
            self.logs.push((offset, metadata.len()));
        } else if extension == "snapshot" {
            self.snapshots.insert(offset);
        } else if let Some(index) = INDEXES.iter().find(|index| **index == extension) {
            self.indexes.insert((offset, index));
        }
        Ok(())
    }

    /// Removes or completes what was interrupted; whether the directory has to be listed again.
    fn settle(&mut self, place: &Place, directory: &Path, recovery: &mut Recovery) -> Result<bool, LogError> {
        let remove = |name: &str| {
            let path = directory.join(name);
            place.files.remove(&path).map_err(LogError::io("remove", &path))
        };
        self.deleted.iter().try_for_each(|name| remove(name))?;
        if self.cleaned.is_empty() && self.swaps.is_empty() {
            return Ok(false);
        }
        // A segment is split from behind: swap files at or behind one that is not complete are not either.
        let incomplete = self.cleaned.iter().map(|(offset, _)| *offset).min().unwrap_or(i64::MAX);
        self.cleaned.iter().try_for_each(|(_, name)| remove(name))?;
        let (mut from, mut to) = (i64::MAX, i64::MIN);
        let mut complete: Vec<&str> = Vec::new();
        for (offset, name) in &self.swaps {
            if *offset >= incomplete {
                remove(name)?;
                continue;
            }
            complete.push(name);
            if name.ends_with(".log.swap") {
                let path = directory.join(name);
                let log = std::fs::File::open(&path).map_err(LogError::io("open", &path))?;
                let length = log.metadata().map_err(LogError::io("look at", &path))?.len();
                let mut heads = Heads::new(&log, 0, length);
                let mut end = *offset;
                while let Some((_, head)) = heads.next_head().map_err(LogError::io("read", &path))? {
                    end = head.next_offset();
                }
                (from, to) = (from.min(*offset), to.max(end));
            }
        }
        let replaced = self.logs.iter().filter(|(offset, _)| (from..to).contains(offset));
        for (offset, _) in replaced {
            for extension in ["log", "index", "timeindex", "txnindex", "snapshot"] {
                let path = place.path(*offset, extension);
                match place.files.remove(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(LogError::io("remove", &path)(error));
                    }
                    _ => {}
                }
            }
        }
        // The log comes last: until then a restart does all of this again.
        complete.sort_by_key(|name| name.ends_with(".log.swap"));
        for name in complete {
            let path = directory.join(name);
            let live = directory.join(name.strip_suffix(".swap").unwrap_or(name));
            place.files.rename(&path, &live).map_err(LogError::io("rename", &path))?;
            if name.ends_with(".log.swap") {
                recovery.note(format!("the swap of {} was completed", live.display()));
            }
        }
        Ok(true)
    }
}

impl PartitionLog {
    /// Opens the log in a directory, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// Where files cannot be read or written; where bytes that were safely on the disk are damaged: nothing
    /// was changed then.
    pub fn open(
        directory: &Path,
        config: Arc<LogConfig>,
        opening: Opening,
    ) -> Result<(Self, Recovery), LogError> {
        let place = Arc::new(Place::new(directory, opening.files.clone()));
        let mut recovery = Recovery::default();
        let listed = match Listing::read(directory) {
            Err(LogError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                let made = place.files.create_directory(directory);
                made.map_err(LogError::io("create", directory)).map(|()| Listing::default())
            }
            listed => listed,
        };
        let mut listing = listed?;
        metadata(&place, directory, &listing, opening.topic_id)?;
        if listing.settle(&place, directory, &mut recovery)? {
            listing = Listing::read(directory)?;
        }
        orphans(&place, &listing, &mut recovery)?;
        let mut epochs =
            if listing.has_epochs { read_epochs(directory, &mut recovery)? } else { Epochs::default() };
        let before = epochs.clone();
        let mut segments: Vec<_> = listing
            .logs
            .iter()
            .map(|&(base_offset, bytes)| Arc::new(Segment::existing(place.clone(), base_offset, bytes)))
            .collect();
        let mut producers = Producers::default();
        let mut state = recover::State {
            place: &place,
            config: &config,
            opening: &opening,
            listing: &listing,
            epochs: &mut epochs,
            producers: &mut producers,
            recovery: &mut recovery,
        };
        let end = state.segments(&mut segments)?;
        let first = segments.first().map_or(opening.log_start_offset.max(0), |first| first.base_offset);
        let log_start_offset = opening.log_start_offset.max(first);
        let mut end = end.unwrap_or(log_start_offset);
        if segments.is_empty() || end < log_start_offset {
            state.start_over(&mut segments, log_start_offset)?;
            end = log_start_offset;
        }
        epochs.cut_end(end.max(log_start_offset + 1));
        epochs.cut_start(log_start_offset);
        let late = epochs.entries().first().is_none_or(|first| first.start_offset > log_start_offset);
        if late && end > log_start_offset && !opening.clean_shutdown {
            // Whoever was about to remove the first segments has noted already that the epoch begins behind them.
            for segment in &segments {
                let Some(first) = segment.locate(log_start_offset, segment.size())? else { continue };
                epochs.begin(first.head.leader_epoch, log_start_offset);
                segment.release();
                break;
            }
        }
        if let Some(epoch) = opening.leader_epoch.filter(|epoch| epochs.is_new(*epoch)) {
            epochs.assign(epoch, end);
        }
        if epochs != before {
            write_epochs(&place, &epochs)?;
        }
        let last = segments.last();
        let high_watermark = opening.high_watermark.unwrap_or(end).clamp(log_start_offset, end);
        let recovery_point = if opening.clean_shutdown { end } else { opening.recovery_point.clamp(0, end) };
        let marks = Marks {
            log_start_offset,
            log_end_offset: end,
            end_segment: last.map_or(end, |last| last.base_offset),
            end_position: last.map_or(0, |last| last.size()),
            high_watermark,
            first_unstable: producers.first_unstable_offset(),
            recovery_point,
        };
        segments.shrink_to_fit();
        let log = Self::assemble(place, config, segments, marks, epochs, producers, opening.now_ms);
        log.writer().dirty = recovery.wrote();
        Ok((log, recovery))
    }
}

/// Compares the topic's id with `partition.metadata`, or writes that file.
fn metadata(
    place: &Place,
    directory: &Path,
    listing: &Listing,
    id: Option<[u8; 16]>,
) -> Result<(), LogError> {
    let Some(id) = id else { return Ok(()) };
    let path = directory.join("partition.metadata");
    let expected = uuid(&id);
    if !listing.has_metadata {
        let text = format!("version: 0\ntopic_id: {expected}");
        return place.files.replace(&path, text.as_bytes()).map_err(LogError::io("write", &path));
    }
    let text = std::fs::read_to_string(&path).map_err(LogError::io("read", &path))?;
    // Directories that were made by hand may have it in the base64 that is not for URLs.
    let found = match properties::partition_metadata(&text.replace('+', "-").replace('/', "_")) {
        Ok(metadata) if metadata.topic_id == id => return Ok(()),
        Ok(metadata) => uuid(&metadata.topic_id),
        Err(_) => format!("{text:?}"),
    };
    Err(LogError::OtherTopic { path, expected, found })
}

/// Removes indexes that have no log.
fn orphans(place: &Place, listing: &Listing, recovery: &mut Recovery) -> Result<(), LogError> {
    for (offset, extension) in &listing.indexes {
        if listing.logs.binary_search_by_key(offset, |(base, _)| *base).is_err() {
            let path = place.path(*offset, extension);
            place.files.remove(&path).map_err(LogError::io("remove", &path))?;
            recovery.note(format!("{} has no log and was removed", path.display()));
        }
    }
    Ok(())
}

fn read_epochs(directory: &Path, recovery: &mut Recovery) -> Result<Epochs, LogError> {
    let path = directory.join("leader-epoch-checkpoint");
    let text = std::fs::read_to_string(&path).map_err(LogError::io("read", &path))?;
    let checkpoint = checkpoint::epochs(&text);
    if let Some(error) = checkpoint.errors.first() {
        let (line, expected, found) = (error.line, &error.expected, &error.found);
        let path = path.display();
        recovery.note(format!("{path} is wrong in line {line}: {expected} was expected, {found} found"));
    }
    let mut epochs = Epochs::default();
    for (_, entry) in checkpoint.entries {
        epochs.assign(entry.epoch, entry.start_offset);
    }
    Ok(epochs)
}

/// The offset behind the last batch of a segment, from the last entry of its index on; `None` where that cannot be
/// told without checking the segment.
pub(super) fn end_offset(segment: &Segment) -> Result<Option<i64>, LogError> {
    let size = segment.size();
    if size == 0 {
        return Ok(Some(segment.base_offset));
    }
    let path = segment.path("index");
    let mut index = Index::<ENTRY_BYTES>::unread();
    let last = index.last(&path).map_err(LogError::io("read", &path))?.map(|last| OffsetEntry::read(&last));
    let from = last.map_or(0, |last| u64::try_from(last.position).unwrap_or(u64::MAX));
    let path = segment.path("log");
    // Not kept open: of thousands of partitions most stay idle.
    let log = std::fs::File::open(&path).map_err(LogError::io("open", &path))?;
    let mut heads = Heads::new(&log, from, size);
    let mut end = None;
    while let Some((position, head)) = heads.next_head().map_err(LogError::io("read", &path))? {
        let expected = last.filter(|_| position == from).map(|last| last.offset(segment.base_offset));
        if expected.is_some_and(|expected| expected != head.last_offset) {
            return Ok(None);
        }
        end = Some(head.next_offset());
    }
    Ok(end.filter(|_| heads.at() == size))
}

/// Takes the newest snapshot that is not behind `offset` and can be read; its offset.
pub(super) fn load_snapshot(
    place: &Place,
    snapshots: &BTreeSet<i64>,
    offset: i64,
    producers: &mut Producers,
    (now_ms, expiration_ms): (i64, i64),
    recovery: &mut Recovery,
) -> Result<Option<i64>, LogError> {
    for &at in snapshots.range(..=offset).rev() {
        let path = place.path(at, "snapshot");
        let content = match std::fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(LogError::io("read", &path)(error)),
        };
        let snapshot = producer_snapshot::read(&content);
        if let Some(error) = snapshot.errors.first() {
            let path = path.display();
            recovery
                .note(format!("{path} is wrong at byte {}: {error}; the log is read instead", error.at()));
            continue;
        }
        producers.load(&snapshot.entries, now_ms, expiration_ms);
        return Ok(Some(at));
    }
    Ok(None)
}

/// Reads the producers' state out of the batches of a segment from offset `from` on, as they were appended.
pub(super) fn replay(
    segment: &Segment,
    from: i64,
    to: i64,
    producers: &mut Producers,
) -> Result<(), LogError> {
    let size = segment.size();
    let Some(located) = segment.locate(from, size)? else { return Ok(()) };
    let (file, path) = (segment.file()?, segment.path("log"));
    let mut heads = Heads::new(&file, located.position, size);
    let mut change = Change::default();
    while let Some((position, head)) = heads.next_head().map_err(LogError::io("read", &path))? {
        if head.last_offset >= to {
            break;
        }
        if head.producer_id == -1 {
            continue;
        }
        let mut marker = None;
        if head.attributes.is_control() {
            let mut bytes = vec![0; head.length as usize];
            super::head::read_up_to(&file, &mut bytes, position).map_err(LogError::io("read", &path))?;
            let raw = RawBatch { at: 0, magic: head.magic, bytes: &bytes };
            if let Ok(AnyBatch::Batch(batch)) = raw.view() {
                // What is no marker was appended by somebody who knew what it is.
                marker = super::append::read_marker(&batch).unwrap_or(None);
            }
        }
        if producers.prepare(&mut change, &head, marker, Origin::Replication).is_ok() {
            producers.commit(&mut change, i64::MAX);
        }
        change.clear();
    }
    Ok(())
}
