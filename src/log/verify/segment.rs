//! One segment: its log from beginning to end, with its indexes along the way.

use std::io;
use std::path::Path;

use super::batch::Checker;
use super::context::Standing;
use super::decode::Decoder;
use super::gap::{self, Broken};
use super::index::{self, OffsetCursor};
use super::order::{Link, Order};
use super::replay::Replay;
use super::report::{File, Report, Words, file_of, n};
use super::snapshot::Metadata;
use super::times::TimeCursor;
use super::txns::{self, Expected};
use crate::codec::records::batch::Batch;
use crate::codec::records::batches::{AnyBatch, RawBatch};
use crate::log::finding::Place;
use crate::log::partition::Segment;
use crate::log::scan::{Found, Gap, GapKind, Piece, Scanner};
use crate::log::source::Source;

/// How often a log that grows while its last batch is read is looked at again.
const RESUMES_MAX: u32 = 8;

/// What goes through the segments of a partition, one after the other.
#[derive(Debug)]
pub(super) struct Walk {
    pub order: Order,
    pub replay: Replay,
    pub decoder: Decoder,
    /// Of the metadata log.
    pub metadata: Option<Metadata>,
    pub scratch: Vec<u8>,
    pub limit: usize,
    /// Compaction was seen, or is known of.
    pub compacted: bool,
    /// The segment stands by itself: indexes beside it are not expected.
    pub alone: bool,
}

/// A segment while it is read.
struct Reading<'w, 'r> {
    walk: &'w mut Walk,
    report: &'r mut Report,
    file: File,
    base: i64,
    standing: Standing,
    index: Option<OffsetCursor>,
    times: Option<TimeCursor>,
    /// Bytes that no batch explains, whose end is not known yet.
    gap: Option<Gap>,
    /// A batch whose checksum does not fit, until it is known whether a gap behind it is part of it.
    broken: Option<Broken>,
    /// The last batch, until the next one has shown whether it stands where it should.
    last: Option<Placed>,
    end: u64,
    next_offset: Option<i64>,
    whole: bool,
}

/// A batch, for the indexes.
#[derive(Debug, Clone, Copy)]
struct Placed {
    at: u64,
    end: u64,
    first: i64,
    last: i64,
    max_timestamp: i64,
    /// Its checksum fits.
    sound: bool,
    /// It stands where it should.
    right: bool,
}

impl Walk {
    /// Bytes were passed over, or a batch is damaged: what they did is not known.
    fn lose(&mut self) {
        self.replay.damage();
        if let Some(metadata) = &mut self.metadata {
            metadata.damage();
        }
    }

    /// Checks a segment; `next_base` is where the one behind it begins.
    pub(super) fn segment(
        &mut self,
        report: &mut Report,
        segment: &Segment,
        standing: Standing,
        next_base: Option<i64>,
    ) {
        let Some(log) = &segment.log else { return orphans(report, segment) };
        let file = file_of(&log.path);
        report.summary.segments += 1;
        let mut reading = Reading {
            index: None,
            times: None,
            walk: self,
            file: file.clone(),
            base: segment.base_offset,
            standing,
            gap: None,
            broken: None,
            last: None,
            end: 0,
            next_offset: None,
            whole: true,
            report,
        };
        reading.open_indexes(segment);
        if let Err(error) = reading.read(&log.path, next_base) {
            reading.report.unreadable(&file, &error);
            reading.whole = false;
            reading.damage();
        }
        reading.close(segment);
    }
}

impl Reading<'_, '_> {
    fn open_indexes(&mut self, segment: &Segment) {
        // A broker makes the indexes when it first has something for them.
        let is_empty = segment.log.as_ref().is_some_and(|log| log.size == 0);
        match &segment.offset_index {
            Some(index) => {
                self.report.summary.files += 1;
                match OffsetCursor::open(self.report, &index.path, self.base, self.standing) {
                    Ok(cursor) => self.index = Some(cursor),
                    Err(error) => self.report.unreadable(&file_of(&index.path), &error),
                }
            }
            None if self.walk.alone || is_empty => {}
            None => index::missing(self.report, &self.file, true, self.standing),
        }
        match &segment.time_index {
            Some(index) => {
                self.report.summary.files += 1;
                match TimeCursor::open(self.report, &index.path, self.base, self.standing) {
                    Ok(cursor) => self.times = Some(cursor),
                    Err(error) => self.report.unreadable(&file_of(&index.path), &error),
                }
            }
            None if self.walk.alone || is_empty => {}
            None => index::missing(self.report, &self.file, false, self.standing),
        }
    }

    fn read(&mut self, path: &Path, next_base: Option<i64>) -> io::Result<()> {
        self.report.summary.files += 1;
        let mut scanner = Scanner::new(Source::open(path)?);
        self.walk.order.begin_segment(&self.file, self.base, self.standing.active);
        self.walk.replay.begin_segment(self.base);
        let mut resumes = 0;
        while let Some(piece) = scanner.next_piece()? {
            match piece {
                Piece::Batch(found) => {
                    self.tell_gap(path);
                    self.batch(&found)?;
                }
                Piece::Gap(gap) => {
                    if matches!(gap.kind, GapKind::TornTail { .. }) && resumes < RESUMES_MAX {
                        // A broker that appends: the rest of the batch may be there by now.
                        resumes += 1;
                        let before = scanner.length();
                        scanner.resume();
                        if scanner.length() > before && scanner.seek(gap.at)? {
                            continue;
                        }
                    }
                    self.gap(gap, path)?;
                }
            }
        }
        self.tell_gap(path);
        self.settle(true)?;
        self.end = scanner.position();
        self.report.summary.bytes += self.end;
        self.walk.order.end_segment(next_base);
        Ok(())
    }

    /// A gap is told once its end is known: zeros and the rest of a batch behind them are one.
    fn gap(&mut self, gap: Gap, path: &Path) -> io::Result<()> {
        self.settle(true)?;
        self.damage();
        if let Some(broken) = self.broken.take() {
            match broken.join(self.report, &self.file, path, &gap, self.standing) {
                Some(broken) => broken.tell(self.report, &self.file),
                None => return self.index.as_mut().map_or(Ok(()), |index| index.gap(self.report, gap.end)),
            }
        }
        self.whole &= !matches!(gap.kind, GapKind::Shrunk { .. });
        if let Some(index) = &mut self.index {
            index.gap(self.report, gap.end)?;
        }
        match &mut self.gap {
            Some(before) if before.end == gap.at && !matches!(gap.kind, GapKind::TornTail { .. }) => {
                before.end = gap.end
            }
            _ => {
                self.tell_gap(path);
                self.gap = Some(gap);
            }
        }
        Ok(())
    }

    fn tell_gap(&mut self, path: &Path) {
        if let Some(broken) = self.broken.take() {
            broken.tell(self.report, &self.file);
        }
        if let Some(gap) = self.gap.take() {
            gap::gap(self.report, &self.file, path, &gap, self.standing);
        }
    }

    fn damage(&mut self) {
        self.walk.order.damage();
        self.walk.lose();
        if let Some(times) = &mut self.times {
            times.damage();
        }
    }

    fn batch(&mut self, found: &Found<'_>) -> io::Result<()> {
        self.report.summary.batches += 1;
        if !found.crc_fits {
            self.broken = Some(gap::crc(found, self.standing));
        }
        match (RawBatch { at: 0, magic: found.magic, bytes: found.bytes }).view() {
            Ok(AnyBatch::Batch(batch)) => self.modern(found, &batch),
            Ok(AnyBatch::Message(message)) => {
                let mut checker = Checker {
                    report: self.report,
                    file: &self.file,
                    at: found.at,
                    decoder: &mut self.walk.decoder,
                    scratch: &mut self.walk.scratch,
                    limit: self.walk.limit,
                };
                let (first, last) = if found.crc_fits {
                    let (seen, first, last) = checker.message(&message);
                    self.report.summary.records += seen.records;
                    self.walk.compacted |= seen.thinned;
                    (first.unwrap_or(last), last)
                } else {
                    (message.offset(), message.offset())
                };
                if let Some(index) = &mut self.index {
                    index.legacy();
                }
                let (crc, timestamp) = (message.stored_crc(), message.timestamp());
                if self.place(found, (first, last), -1, crc, timestamp)? {
                    self.walk.replay.message(self.report, first, last);
                }
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }

    fn modern(&mut self, found: &Found<'_>, batch: &Batch<'_>) -> io::Result<()> {
        let offsets = (batch.base_offset(), batch.last_offset());
        let right = self.place(
            found,
            offsets,
            batch.partition_leader_epoch(),
            batch.stored_crc(),
            batch.max_timestamp(),
        )?;
        if !found.crc_fits {
            return Ok(());
        }
        let (at, file) = (found.at, &self.file);
        if right {
            self.walk.replay.batch(self.report, file, at, batch);
        }
        let replay = &mut self.walk.replay;
        let mut checker = Checker {
            report: self.report,
            file,
            at,
            decoder: &mut self.walk.decoder,
            scratch: &mut self.walk.scratch,
            limit: self.walk.limit,
        };
        let seen = checker.batch(batch, |report, record| {
            if right && batch.producer_id() >= 0 {
                replay.marker(report, file, at, batch, record);
            }
        });
        self.report.summary.records += seen.records;
        if let Some(metadata) = &mut self.walk.metadata {
            metadata.batch(self.report, file, at, batch, &mut self.walk.scratch);
        }
        if seen.thinned && !self.walk.compacted {
            self.walk.compacted = true;
            self.walk.replay.compacted();
        }
        Ok(())
    }

    /// A batch among its neighbours. Returns whether it is whole and stands where it should.
    fn place(
        &mut self,
        found: &Found<'_>,
        (first, last): (i64, i64),
        epoch: i32,
        crc: u32,
        max_timestamp: i64,
    ) -> io::Result<bool> {
        let sound = found.crc_fits;
        let link = Link {
            file: self.file.clone(),
            at: found.at,
            base: first,
            next: if sound { last.saturating_add(1) } else { first.saturating_add(1) },
            epoch,
            crc,
            bytes: found.bytes.len(),
            sound,
        };
        let verdict = self.walk.order.push(self.report, link);
        self.settle(verdict.before)?;
        let right = verdict.right && sound;
        if !right || !verdict.before {
            self.walk.lose();
        }
        if right {
            self.next_offset = Some(last.saturating_add(1));
            self.in_range(found.at, first, last);
        }
        let end = found.at + found.bytes.len() as u64;
        self.last = Some(Placed { at: found.at, end, first, last, max_timestamp, sound, right });
        Ok(right)
    }

    /// The last batch in the indexes, now that it is known whether it stands where it should.
    fn settle(&mut self, before: bool) -> io::Result<()> {
        let Some(batch) = self.last.take() else { return Ok(()) };
        let trusted = before && batch.right;
        if let Some(index) = &mut self.index {
            if trusted || !batch.sound {
                let (place, offsets) = ((batch.at, batch.end), (batch.first, batch.last));
                index.batch(self.report, place, offsets, trusted)?;
            } else {
                index.gap(self.report, batch.end)?;
            }
        }
        if let Some(times) = &mut self.times {
            if trusted {
                times.batch(self.report, (batch.first, batch.last), batch.max_timestamp)?;
            } else {
                times.damage();
            }
        }
        Ok(())
    }

    fn in_range(&mut self, at: u64, first: i64, last: i64) {
        if last.saturating_sub(self.base) <= i64::from(i32::MAX) {
            return;
        }
        self.report.error(
            "offset-overflow",
            &self.file,
            Place::byte(at).with_offset(first),
            Words {
                found: format!("offset {} in the segment of offset {}", n(last), n(self.base)),
                expected: format!("no offset above {}: indexes count from the segment's in 32 bits", n(self.base.saturating_add(i64::from(i32::MAX)))),
                meaning: "A broker that recovers the segment splits it in two (LogSegmentOffsetOverflowException); until then it cannot index it.".to_owned(),
                remedy: "Let the broker recover it: delete the .index while it is stopped, and start it.".to_owned(),
            },
        );
    }

    fn close(mut self, segment: &Segment) {
        let next = self.next_offset.unwrap_or(self.base);
        if let Some(index) = self.index.as_mut()
            && let Err(error) = index.finish(self.report, self.end, next, self.whole)
            && let Some(file) = &segment.offset_index
        {
            self.report.unreadable(&file_of(&file.path), &error);
        }
        let closed = !self.standing.active;
        if let Some(times) = self.times.as_mut()
            && let Err(error) = times.finish(self.report, next, closed, self.whole)
            && let Some(file) = &segment.time_index
        {
            self.report.unreadable(&file_of(&file.path), &error);
        }
        let (aborted, sure) = self.walk.replay.aborted();
        let expected = Expected { aborted, sure, base: self.base, next: self.next_offset.filter(|_| sure) };
        match &segment.txn_index {
            Some(index) => {
                self.report.summary.files += 1;
                let file = file_of(&index.path);
                if let Err(error) = txns::check(self.report, &file, Some(&expected)) {
                    self.report.unreadable(&file, &error);
                }
            }
            None => txns::no_file(self.report, &file_of(&self.file.with_extension("txnindex")), &expected),
        }
    }
}

/// Indexes without a log.
fn orphans(report: &mut Report, segment: &Segment) {
    for file in [&segment.offset_index, &segment.time_index, &segment.txn_index].into_iter().flatten() {
        report.summary.files += 1;
        report.warning(
            "orphan",
            &file_of(&file.path),
            Place::WHOLE.with_offset(segment.base_offset),
            Words {
                found: "an index without its segment".to_owned(),
                expected: format!("{:020}.log beside it", segment.base_offset),
                meaning: "A broker deletes it when it starts. The segment may have been moved, renamed or deleted by hand.".to_owned(),
                remedy: "Look for the segment, if offsets are missing.".to_owned(),
            },
        );
    }
}
