//! What a log needs before it can be used again: after a clean stop next to nothing, after any other its segments
//! from the recovery point on are checked and cut, and what follows from them is made anew
//! (`LogLoader.recoverLog`, `LogSegment.recover`).

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::append::read_marker;
use super::config::LogConfig;
use super::epochs::Epochs;
use super::error::LogError;
use super::head::Head;
use super::open::{Listing, end_offset, load_snapshot, replay};
use super::partition::Opening;
use super::producers::{Change, Origin, Producers};
use super::rule::IndexRule;
use super::segment::{Place, Segment};
use super::upkeep::write_snapshot;
use crate::codec::records::batches::AnyBatch;
use crate::log::producer_snapshot;
use crate::log::scan::{Found, GapKind, Piece, Scanner};
use crate::log::source::Source;
use crate::log::txn_index::AbortedTxn;

/// What was cut off the end of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The segment's log.
    pub path: PathBuf,
    /// Position of the first byte that was cut off.
    pub at: u64,
    /// Bytes of the file before.
    pub end: u64,
    /// The offset that the log ends at now.
    pub next_offset: i64,
    /// Whole batches among what was cut off.
    pub batches: u64,
    /// What is wrong with the bytes at `at`.
    pub reason: String,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, at, end, next_offset, batches, reason } = self;
        let (path, bytes) = (path.display(), end - at);
        write!(
            f,
            "{path}: cut off at byte {at}, {bytes} bytes lost, the log ends at offset {next_offset} now: {reason}"
        )?;
        if *batches > 0 {
            write!(f, "; {batches} whole batches behind it are lost, too")?;
        }
        Ok(())
    }
}

/// What opening a log took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Segments that were checked.
    pub segments: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// What was cut off.
    pub cuts: Vec<Cut>,
    /// What else was found and done, in words.
    pub notes: Vec<String>,
}

impl Recovery {
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Something was written.
    pub(super) fn wrote(&self) -> bool {
        self.segments > 0 || !self.notes.is_empty()
    }
}

/// A log that is being opened.
pub(super) struct State<'a> {
    pub place: &'a Arc<Place>,
    pub config: &'a LogConfig,
    pub opening: &'a Opening,
    pub listing: &'a Listing,
    pub epochs: &'a mut Epochs,
    pub producers: &'a mut Producers,
    pub recovery: &'a mut Recovery,
}

/// What a segment was found to hold.
#[derive(Debug, Default)]
struct Checked {
    next_offset: i64,
    valid: u64,
    offsets: Vec<u8>,
    times: Vec<u8>,
    aborted: Vec<AbortedTxn>,
    epochs: Vec<(i32, i64)>,
    cut: Option<Cut>,
}

impl State<'_> {
    /// Finds where the log ends, `None` where it has no segments, and takes in its producers.
    pub fn segments(&mut self, segments: &mut Vec<Arc<Segment>>) -> Result<Option<i64>, LogError> {
        let Some(last) = segments.last() else { return Ok(None) };
        let mut from = segments.len();
        let mut end = last.base_offset;
        let point = self.opening.recovery_point;
        if self.opening.clean_shutdown {
            match end_offset(last)? {
                Some(found) => end = found,
                None => {
                    let path = last.path("log").display().to_string();
                    self.recovery
                        .note(format!("{path} does not end with a batch, though the broker stopped cleanly"));
                    from -= 1;
                }
            }
        } else {
            from = segments.partition_point(|segment| segment.base_offset <= point).saturating_sub(1);
        }
        for segment in segments.get(..from).unwrap_or_default() {
            self.missing_indexes(segment)?;
        }
        if from == segments.len() {
            self.producers_up_to(segments, end)?;
        } else {
            end = self.check_from(segments, from)?;
        }
        self.stray_snapshots(segments, end, from == segments.len())?;
        Ok(Some(end))
    }

    /// Makes indexes that are missing.
    fn missing_indexes(&mut self, segment: &Arc<Segment>) -> Result<(), LogError> {
        let missing = ["index", "timeindex"]
            .into_iter()
            .find(|extension| !self.listing.indexes.contains(&(segment.base_offset, extension)));
        let Some(missing) = missing else { return Ok(()) };
        if segment.size() > 0 {
            // Its transaction index is left as it is: that takes the state of the producers.
            let mut unused = (Producers::default(), Change::default());
            let checked = self.check(segment, &mut unused.0)?;
            if let Some(cut) = &checked.cut {
                return Err(self.damaged(cut));
            }
            self.write_indexes(segment, &checked)?;
        } else {
            self.write_indexes(segment, &Checked::default())?;
        }
        self.recovery.note(format!("{} was not there and was made anew", segment.path(missing).display()));
        Ok(())
    }

    fn damaged(&self, cut: &Cut) -> LogError {
        LogError::Damaged {
            path: cut.path.clone(),
            at: cut.at,
            recovery_point: self.opening.recovery_point,
            expected: "a whole batch with a checksum that fits".to_owned(),
            found: cut.reason.clone(),
        }
    }

    /// The producers as they are where the log is at `end`.
    fn producers_up_to(&mut self, segments: &[Arc<Segment>], end: i64) -> Result<(), LogError> {
        let times = (self.opening.now_ms, self.config.producer_id_expiration_ms);
        let snapshots = &self.listing.snapshots;
        let loaded = load_snapshot(self.place, snapshots, end, self.producers, times, self.recovery)?;
        let from = match loaded {
            Some(from) => from,
            // As Kafka does after a clean stop: a log without a snapshot has no producers.
            None if self.opening.clean_shutdown && snapshots.is_empty() => return Ok(()),
            // Also those of records that were deleted: they may still send a batch again.
            None => 0,
        };
        if from >= end {
            return Ok(());
        }
        for (at, segment) in segments.iter().enumerate() {
            let next = segments.get(at + 1).map_or(end, |next| next.base_offset);
            if next > from && segment.base_offset < end {
                replay(segment, from.max(segment.base_offset), end, self.producers)?;
                segment.release();
            }
        }
        Ok(())
    }

    /// Checks the segments from one on, and cuts the log where it is not whole.
    fn check_from(&mut self, segments: &mut Vec<Arc<Segment>>, from: usize) -> Result<i64, LogError> {
        let base = segments.get(from).map_or(0, |segment| segment.base_offset);
        let before = segments.get(..from).unwrap_or_default();
        let mut producers = Producers::default();
        std::mem::swap(&mut producers, self.producers);
        self.producers_up_to(before, base)?;
        std::mem::swap(&mut producers, self.producers);
        let mut end = base;
        let mut at = from;
        while let Some(segment) = segments.get(at).cloned() {
            self.hole(&segment, end);
            if at > 0 {
                write_snapshot(self.place, segment.base_offset, &producers)?;
            }
            let checked = self.check(&segment, &mut producers)?;
            if let Some(cut) = &checked.cut {
                if checked.next_offset < self.opening.recovery_point {
                    return Err(self.damaged(cut));
                }
                self.cut(&segment, cut)?;
                for later in segments.drain(at + 1..) {
                    self.let_go(&later)?;
                }
            }
            self.write_indexes(&segment, &checked)?;
            segment.set_aborted(&checked.aborted)?;
            for &(epoch, start_offset) in &checked.epochs {
                if self.epochs.is_new(epoch) {
                    self.epochs.assign(epoch, start_offset);
                }
            }
            segment.release();
            end = checked.next_offset;
            at += 1;
        }
        *self.producers = producers;
        if end < self.opening.recovery_point {
            let point = self.opening.recovery_point;
            let directory = self.place.directory();
            let directory = directory.display();
            self.recovery
                .note(format!("{directory} ends at offset {end}, before its recovery point {point}"));
        }
        Ok(end)
    }

    /// Where the one before ends earlier, its records had not yet reached the disk. What is behind is kept, as Kafka
    /// does, and so nobody is given their offsets a second time.
    fn hole(&mut self, segment: &Segment, end: i64) {
        if end < segment.base_offset && !self.config.compact {
            let (path, last) = (segment.path("log"), segment.base_offset - 1);
            self.recovery.note(format!(
                "offsets {end} to {last}, before {}, are missing: they had not reached the disk",
                path.display()
            ));
        }
    }

    fn cut(&mut self, segment: &Segment, cut: &Cut) -> Result<(), LogError> {
        let file = segment.file()?;
        self.place.files.truncate(&file, cut.at).map_err(LogError::io("cut", &cut.path))?;
        segment.set_size(cut.at);
        self.recovery.cuts.push(cut.clone());
        Ok(())
    }

    /// A segment behind a cut: what it holds does not follow what is left.
    fn let_go(&mut self, segment: &Segment) -> Result<(), LogError> {
        let path = segment.path("log");
        self.recovery.note(format!("{} lies behind what was cut off and was removed", path.display()));
        for extension in ["log", "index", "timeindex", "txnindex", "snapshot"] {
            let path = segment.path(extension);
            match self.place.files.rename(&path, &path.with_extension(format!("{extension}.deleted"))) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(LogError::io("rename", &path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a segment and changes nothing.
    fn check(&mut self, segment: &Segment, producers: &mut Producers) -> Result<Checked, LogError> {
        let path = segment.path("log");
        let failed = || LogError::io("read", &path);
        let mut checked = Checked { next_offset: segment.base_offset, ..Checked::default() };
        let mut scanner = Scanner::new(Source::open(&path).map_err(failed())?);
        let mut rule = IndexRule::default();
        let mut change = Change::default();
        while let Some(piece) = scanner.next_piece().map_err(failed())? {
            let wrong = match piece {
                Piece::Gap(gap) => Some((gap.at, gap_words(gap.kind))),
                Piece::Batch(found) => match take(&found, segment.base_offset, checked.next_offset) {
                    Err(wrong) => Some((found.at, wrong)),
                    Ok(head) => {
                        if checked.cut.is_none() {
                            checked.index(&mut rule, &head, found.at, segment.base_offset, self.config);
                            checked.next_offset = head.next_offset();
                            checked.valid = found.at + u64::from(head.length);
                            producer(&found, &head, producers, &mut change, &mut checked);
                            if head.leader_epoch >= 0
                                && checked.epochs.last().is_none_or(|(e, _)| *e < head.leader_epoch)
                            {
                                checked.epochs.push((head.leader_epoch, head.base_offset));
                            }
                        }
                        None
                    }
                },
            };
            let at_batch = matches!(piece, Piece::Batch(found) if found.crc_fits);
            match (&mut checked.cut, wrong) {
                (Some(cut), _) => cut.batches += u64::from(at_batch),
                (None, Some((at, reason))) => {
                    checked.cut = Some(Cut {
                        path: path.clone(),
                        at,
                        end: segment.size(),
                        next_offset: checked.next_offset,
                        batches: u64::from(at_batch),
                        reason,
                    });
                }
                (None, None) => {}
            }
        }
        rule.close().into_iter().for_each(|time| checked.times.extend_from_slice(&time.bytes()));
        self.recovery.segments += 1;
        self.recovery.bytes += segment.size();
        Ok(checked)
    }

    fn write_indexes(&mut self, segment: &Segment, checked: &Checked) -> Result<(), LogError> {
        for (extension, content) in [("index", &checked.offsets), ("timeindex", &checked.times)] {
            let path = segment.path(extension);
            let files = &*self.place.files;
            let write = || -> std::io::Result<()> {
                let file = files.create(&path)?;
                files.truncate(&file, content.len() as u64)?;
                if content.is_empty() { Ok(()) } else { files.write_at(&file, 0, content) }
            };
            write().map_err(LogError::io("write", &path))?;
        }
        segment.reread();
        Ok(())
    }

    /// Removes snapshots that no start would use: behind the log's end, or of no segment, but for the newest where
    /// the log was taken as it is; and after a crash those that had not yet reached the disk.
    fn stray_snapshots(&mut self, segments: &[Arc<Segment>], end: i64, newest: bool) -> Result<(), LogError> {
        let of_segment = |offset: &i64| segments.binary_search_by_key(offset, |s| s.base_offset).is_ok();
        let clean = self.opening.clean_shutdown;
        let newest = self.listing.snapshots.range(..=end).next_back().copied().filter(|_| newest);
        for offset in &self.listing.snapshots {
            let path = self.place.path(*offset, "snapshot");
            let torn = || {
                let content = std::fs::read(&path);
                !clean && content.is_ok_and(|content| !producer_snapshot::read(&content).errors.is_empty())
            };
            if *offset > end || (!of_segment(offset) && Some(*offset) != newest) || torn() {
                match self.place.files.remove(&path) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(LogError::io("remove", &path)(error));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Removes all segments, and begins with an empty one.
    pub fn start_over(&mut self, segments: &mut Vec<Arc<Segment>>, offset: i64) -> Result<(), LogError> {
        if let Some(last) = segments.last() {
            let path = last.path("log").display().to_string();
            self.recovery.note(format!("{path} ends before offset {offset}, where the log is said to start"));
        }
        for segment in segments.drain(..) {
            self.let_go(&segment)?;
        }
        // They tell of batches that will not be there when the log has grown to where they were written.
        for snapshot in &self.listing.snapshots {
            let path = self.place.path(*snapshot, "snapshot");
            match self.place.files.remove(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(LogError::io("remove", &path)(error));
                }
                _ => {}
            }
        }
        *self.producers = Producers::default();
        let segment = Segment::empty(self.place.clone(), offset);
        segment.create()?;
        segment.release();
        segments.push(Arc::new(segment));
        Ok(())
    }
}

/// The header of a batch that is whole and follows the one before.
fn take(found: &Found<'_>, base_offset: i64, next_offset: i64) -> Result<Head, String> {
    if !found.crc_fits {
        return Err("the batch's checksum does not fit".to_owned());
    }
    let Some(head) = Head::of(found.bytes, found.bytes.len()) else { return Err("no batch".to_owned()) };
    let AnyBatch::Batch(_) = found.view().map_err(|error| error.kind.to_string())? else {
        // Offsets of messages inside of compressed ones are not known here.
        return if head.last_offset >= next_offset { Ok(head) } else { Err(backwards(&head, next_offset)) };
    };
    if head.base_offset < next_offset || head.last_offset < head.base_offset {
        return Err(backwards(&head, next_offset));
    }
    if i32::try_from(head.last_offset - base_offset).is_err() {
        return Err(format!("offset {} is too far from the segment's base offset", head.last_offset));
    }
    Ok(head)
}

fn backwards(head: &Head, next_offset: i64) -> String {
    let (base, last) = (head.base_offset, head.last_offset);
    format!("the batch has offsets {base} to {last}, where {next_offset} was to come")
}

/// Tells the producers of a batch; transactions that it aborts go into the index.
fn producer(
    found: &Found<'_>,
    head: &Head,
    producers: &mut Producers,
    change: &mut Change,
    checked: &mut Checked,
) {
    if head.producer_id == -1 {
        return;
    }
    let mut marker = None;
    if head.attributes.is_control()
        && let Ok(AnyBatch::Batch(batch)) = found.view()
    {
        marker = read_marker(&batch).unwrap_or(None);
    }
    change.clear();
    if producers.prepare(change, head, marker, Origin::Replication).is_ok() {
        checked.aborted.extend(producers.aborted(change));
        producers.commit(change, i64::MAX);
    }
}

impl Checked {
    fn index(
        &mut self,
        rule: &mut IndexRule,
        head: &Head,
        position: u64,
        base_offset: i64,
        config: &LogConfig,
    ) {
        let relative_offset = i32::try_from(head.last_offset - base_offset).unwrap_or(i32::MAX);
        let interval = config.index_interval_bytes;
        let length = u64::from(head.length);
        if let Some(new) = rule.add(relative_offset, position, length, head.max_timestamp, interval) {
            self.offsets.extend_from_slice(&new.offset.bytes());
            new.time.into_iter().for_each(|time| self.times.extend_from_slice(&time.bytes()));
        }
    }
}

fn gap_words(kind: GapKind) -> String {
    match kind {
        GapKind::Damage(error) => error.to_string(),
        GapKind::Zeros => "zeros where a batch should begin".to_owned(),
        GapKind::ZeroTail => "nothing but zeros up to the end of the file".to_owned(),
        GapKind::TornTail { need } => format!("the last batch is not all there: it takes {need} bytes"),
        GapKind::Shrunk { length } => {
            format!("the file became shorter than {length} bytes while it was read")
        }
    }
}
