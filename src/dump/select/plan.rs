//! Which segments to read, where in them to begin, and where to stop.
//!
//! Offsets and times outside of [`Bounds`] are of no interest. Segments whose names put them outside are not
//! opened ([`segments`]); of the others [`SegmentReader`] reads a stretch.
//!
//! Where to stop: offsets go up, so that reading ends behind the last offset, once a second batch has
//! confirmed it. Timestamps of producers need not go up, and nothing in a log says how early its later
//! records may be. So reading goes on behind the end of a time range for [`MARGIN_BYTES`], looks at the
//! headers of [`SAMPLES`] batches spread over the rest of the segment, and stops only where all of
//! them are later too. [`SegmentReader::stopped`] tells, so that it can be said; [`Bounds::thorough`]
//! turns it off.

use std::io;
use std::ops::Range;

use super::Selection;
use super::lookup::{self, HeaderReader, SegmentFiles};
use super::offsets::OffsetRange;
use super::times::TimeRange;
use crate::dump::records::BatchInfo;
use crate::log::scan::{Found, Piece, Scanner};
use crate::log::source::Source;

/// So many bytes of nothing but later batches are read before the rest of a segment is taken for later.
pub const MARGIN_BYTES: u64 = 1 << 20;
/// So many batches of the rest are looked at for that.
pub const SAMPLES: u64 = 64;
/// Batches in a row that end behind the last offset: the first may begin before it, the second begins
/// behind it, and the third says that no changed offset made it seem so.
const BATCHES_BEHIND: u32 = 3;

/// What is of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Offsets.
    pub offsets: OffsetRange,
    /// Timestamps.
    pub times: TimeRange,
    /// Never stop because timestamps have passed the end of `times`.
    pub thorough: bool,
}

impl Bounds {
    /// No bounds.
    pub const NONE: Self = Self {
        offsets: OffsetRange { start: i64::MIN, end: i64::MAX },
        times: TimeRange { from: i64::MIN, to: i64::MAX },
        thorough: false,
    };

    /// Those of a selection: the least range that has all of its ranges.
    pub fn of(selection: &Selection) -> Self {
        let mut bounds = Self { thorough: selection.thorough, ..Self::NONE };
        let (offsets, times) = (&selection.offsets, &selection.times);
        if selection.invert {
            let alone = Selection { offsets: Vec::new(), invert: false, ..selection.clone() }.is_everything();
            if let ([range], true) = (offsets.as_slice(), alone) {
                // All offsets but those from `start` on, or all but those before `end`.
                if range.end == i64::MAX {
                    bounds.offsets.end = range.start;
                } else if range.start <= 0 {
                    bounds.offsets.start = range.end;
                }
            }
            return bounds;
        }
        if let (Some(start), Some(end)) =
            (offsets.iter().map(|range| range.start).min(), offsets.iter().map(|range| range.end).max())
        {
            bounds.offsets = OffsetRange { start, end };
        }
        if let (Some(from), Some(to)) =
            (times.iter().map(|range| range.from).min(), times.iter().map(|range| range.to).max())
        {
            bounds.times = TimeRange { from, to };
        }
        bounds
    }
}

/// Which of a partition's segments, oldest first, can hold what is of interest, by their names. A segment
/// without a base offset in its name is never left out.
pub fn segments(files: &[SegmentFiles], bounds: &Bounds) -> Range<usize> {
    let base = |files: &SegmentFiles| files.base_offset;
    let first = files
        .iter()
        .rposition(|files| base(files).is_none_or(|base| base <= bounds.offsets.start))
        .unwrap_or(0);
    let end = files
        .iter()
        .position(|files| base(files).is_some_and(|base| base >= bounds.offsets.end))
        .unwrap_or(files.len());
    first.min(end)..end
}

/// Where and why reading stopped before the end of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Position in the file.
    pub at: u64,
    /// How many batches behind it were looked at; 0 where offsets decided.
    pub samples: u64,
}

/// The part of a segment that is of interest, piece by piece.
#[derive(Debug)]
pub struct SegmentReader {
    scanner: Scanner,
    bounds: Bounds,
    rest: Option<Rest>,
    batches_behind: u32,
    /// Position from which on all batches were later than the end of the times.
    later_from: Option<u64>,
    stopped: Option<Stopped>,
}

/// What it takes to look at the rest of a segment.
#[derive(Debug)]
struct Rest {
    files: SegmentFiles,
    headers: HeaderReader,
}

impl Rest {
    /// How many samples of the segment from `position` on were looked at and are all later than `to`; `None` where
    /// one is not, or there are none to be had.
    fn is_later(&mut self, position: u64, to: i64) -> io::Result<Option<u64>> {
        let positions = lookup::samples(&self.files, position, SAMPLES);
        for &position in &positions {
            if self.headers.at(position)?.is_none_or(|batch| !begins_later(&batch, to)) {
                return Ok(None);
            }
        }
        Ok(Some(positions.len() as u64).filter(|&samples| samples > 0))
    }
}

/// The batch's first record is not before `to`.
fn begins_later(batch: &BatchInfo, to: i64) -> bool {
    batch.delete_horizon.is_none() && batch.base_timestamp >= to && batch.max_timestamp >= to
}

impl SegmentReader {
    /// Opens the part of a segment that is of interest and not before position `from` (see
    /// [`tail::start`](super::tail::start)); `None` where nothing is. `prepare` sets the scanner up
    /// ([`Scanner::without_crc`]).
    ///
    /// # Errors
    ///
    /// Where the log cannot be opened or read.
    pub fn open(
        files: &SegmentFiles,
        bounds: &Bounds,
        from: u64,
        prepare: impl FnOnce(Scanner) -> Scanner,
    ) -> io::Result<Option<Self>> {
        let mut scanner = prepare(Scanner::new(Source::open(&files.log)?));
        if from > 0 {
            scanner.seek(from)?;
        }
        if (Bounds { thorough: false, ..*bounds }) == Bounds::NONE {
            return Ok(Some(Self::over(scanner, bounds)));
        }
        let Some(mut headers) = HeaderReader::open(&files.log)? else {
            return Ok(Some(Self::over(scanner, bounds)));
        };
        let mut begin = from;
        if files.base_offset.is_none_or(|base| base < bounds.offsets.start) && bounds.offsets.start > 0 {
            begin = begin.max(lookup::position_of_offset(files, &mut headers, bounds.offsets.start)?);
        }
        if bounds.times.from != i64::MIN {
            begin = begin.max(lookup::position_of_time(files, &mut headers, bounds.times.from)?);
        }
        if begin >= headers.length() && begin > 0 {
            return Ok(None);
        }
        let mut rest = Rest { files: files.clone(), headers };
        let long = rest.headers.length() > MARGIN_BYTES;
        if !bounds.thorough
            && bounds.times.to != i64::MAX
            && long
            && rest.headers.at(0)?.is_some_and(|batch| begins_later(&batch, bounds.times.to))
            && let Some(samples) = rest.is_later(0, bounds.times.to)?
        {
            let stopped = Some(Stopped { at: 0, samples });
            return Ok(Some(Self { stopped, ..Self::over(scanner, bounds) }));
        }
        if begin > from {
            scanner.seek(begin)?;
        }
        Ok(Some(Self { rest: Some(rest), ..Self::over(scanner, bounds) }))
    }

    /// Reads what a scanner gives, from where it stands to where nothing more is of interest by offset.
    pub fn over(scanner: Scanner, bounds: &Bounds) -> Self {
        Self { scanner, bounds: *bounds, rest: None, batches_behind: 0, later_from: None, stopped: None }
    }

    /// The scanner.
    pub fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// Where reading stopped, if that was before the end of the segment.
    pub fn stopped(&self) -> Option<Stopped> {
        self.stopped
    }

    /// The next batch or gap; `None` at the end of the segment or of what is of interest.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn next_piece(&mut self) -> io::Result<Option<Piece<'_>>> {
        if self.stopped.is_some() {
            return Ok(None);
        }
        let piece = self.scanner.next_piece()?;
        if self.bounds.offsets.end == i64::MAX && (self.rest.is_none() || self.bounds.times.to == i64::MAX) {
            return Ok(piece);
        }
        if let Some(Piece::Batch(found)) = &piece {
            let (bounds, rest) = (&self.bounds, &mut self.rest);
            self.stopped = stop(found, bounds, rest, &mut self.batches_behind, &mut self.later_from)?;
            if self.stopped.is_some() {
                return Ok(None);
            }
        }
        Ok(piece)
    }
}

/// Whether nothing from this batch on is of interest.
fn stop(
    found: &Found<'_>,
    bounds: &Bounds,
    rest: &mut Option<Rest>,
    batches_behind: &mut u32,
    later_from: &mut Option<u64>,
) -> io::Result<Option<Stopped>> {
    let Ok(batch) = BatchInfo::of(found) else { return Ok(None) };
    *batches_behind = if batch.last_offset >= bounds.offsets.end { *batches_behind + 1 } else { 0 };
    if *batches_behind >= BATCHES_BEHIND {
        return Ok(Some(Stopped { at: found.at, samples: 0 }));
    }
    if bounds.thorough || !begins_later(&batch, bounds.times.to) {
        *later_from = None;
        return Ok(None);
    }
    let from = *later_from.get_or_insert(found.at);
    if found.at - from < MARGIN_BYTES {
        return Ok(None);
    }
    let Some(looking) = rest else { return Ok(None) };
    let samples = looking.is_later(found.at, bounds.times.to)?;
    if samples.is_none() {
        // Earlier records follow somewhere: all is read, and nobody asks again.
        *rest = None;
    }
    Ok(samples.map(|samples| Stopped { at: found.at, samples }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(base_offset: Option<i64>) -> SegmentFiles {
        SegmentFiles { log: "x.log".into(), base_offset, offset_index: None, time_index: None }
    }

    #[test]
    fn segments_by_name() {
        let segments_of = |bases: &[Option<i64>], start, end| {
            let files: Vec<_> = bases.iter().map(|&base| files(base)).collect();
            segments(&files, &Bounds { offsets: OffsetRange { start, end }, ..Bounds::NONE })
        };
        let bases = [Some(10), Some(20), Some(30)];
        assert_eq!(segments_of(&bases, i64::MIN, i64::MAX), 0..3);
        assert_eq!(segments_of(&bases, 20, 30), 1..2);
        assert_eq!(segments_of(&bases, 19, 21), 0..2);
        assert_eq!(segments_of(&bases, 35, i64::MAX), 2..3);
        assert_eq!(segments_of(&bases, 0, 10), 0..0);
        assert_eq!(segments_of(&[None], 5, 6), 0..1);
        assert_eq!(segments_of(&[], 5, 6), 0..0);
    }

    #[test]
    fn bounds_of_inverted_filters() {
        let inverted = |text: &str| {
            let offsets = vec![OffsetRange::parse(text).unwrap()];
            Bounds::of(&Selection { offsets, invert: true, ..Selection::default() }).offsets
        };
        assert_eq!(inverted("5.."), OffsetRange { start: i64::MIN, end: 5 });
        assert_eq!(inverted("..5"), OffsetRange { start: 5, end: i64::MAX });
        assert_eq!(inverted("5..7"), Bounds::NONE.offsets);
    }
}
