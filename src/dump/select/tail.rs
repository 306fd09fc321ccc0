//! `--tail`: where the last so many selected records begin.
//!
//! Segments are walked from the last one back, in steps that double, from index entry to index entry; the
//! selected records of each step are counted. What is found is a place to begin at and how many
//! selected records to pass over from there, so that nothing has to be held.

use std::io;

use super::lookup::{self, HeaderReader, SegmentFiles};
use super::plan::{self, Bounds};
use super::{Matcher, Selection, Verdict};
use crate::codec::record_types::Family;
use crate::dump::records::{BatchInfo, Unpacker};
use crate::log::scan::{Piece, Scanner};
use crate::log::source::Source;

/// How far before its end a segment is entered first.
const FIRST_STEP_BYTES: u64 = 64 << 10;

/// Where the last records begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailStart {
    /// Number of the segment among those given.
    pub segment: usize,
    /// Position in it.
    pub position: u64,
    /// Selected records to pass over from there; see [`Window::new`](super::Window::new).
    pub skip: u64,
}

/// Finds where the last `count` selected records of a partition begin. `files` are its segments, oldest first;
/// `family` and `topic` as for [`Matcher::new`].
///
/// # Errors
///
/// Where a log cannot be opened or read.
pub fn start(
    files: &[SegmentFiles],
    count: u64,
    selection: &Selection,
    family: Option<Family>,
    topic: Option<&str>,
    unpacker: &mut Unpacker,
) -> io::Result<TailStart> {
    let mut matcher = Matcher::new(selection, family, topic);
    let segments = plan::segments(files, &Bounds::of(selection));
    let mut found = 0;
    // None of them is shown where none is asked for.
    let skip = if count == 0 { u64::MAX } else { 0 };
    let mut begin = TailStart { segment: segments.start, position: 0, skip };
    for segment in segments.rev() {
        let Some(here) = files.get(segment) else { continue };
        for (from, to) in stretches(here)? {
            if found >= count {
                return Ok(begin);
            }
            found += count_selected(here, from, to, &mut matcher, unpacker)?;
            begin = TailStart { segment, position: from, skip: found.saturating_sub(count) };
        }
    }
    Ok(begin)
}

/// The stretches of a segment from its end to its beginning.
fn stretches(files: &SegmentFiles) -> io::Result<Vec<(u64, u64)>> {
    let Some(mut headers) = HeaderReader::open(&files.log)? else { return Ok(vec![(0, u64::MAX)]) };
    let length = headers.length();
    let starts = lookup::steps_back(files, &mut headers, length, FIRST_STEP_BYTES);
    let ends = std::iter::once(u64::MAX).chain(starts.iter().copied());
    Ok(starts.iter().copied().zip(ends).collect())
}

/// How many selected records are in the batches that begin from `from` to before `to`.
fn count_selected(
    files: &SegmentFiles,
    from: u64,
    to: u64,
    matcher: &mut Matcher<'_>,
    unpacker: &mut Unpacker,
) -> io::Result<u64> {
    let mut scanner = Scanner::new(Source::open(&files.log)?);
    if from > 0 {
        scanner.seek(from)?;
    }
    let mut count = 0;
    while let Some(piece) = scanner.next_piece()? {
        let Piece::Batch(found) = piece else { continue };
        if found.at >= to {
            break;
        }
        let Ok(batch) = BatchInfo::of(&found) else { continue };
        count += match (matcher.batch(&batch), batch.count) {
            (Verdict::Skip, _) => 0,
            (Verdict::Take, Some(records)) if found.crc_fits => u64::from(records),
            _ => unpacker.records(&found, &batch).map_or(0, |records| {
                records.map_while(Result::ok).filter(|record| matcher.record(record)).count() as u64
            }),
        };
    }
    Ok(count)
}
