//! The selected records of a segment, handed to whoever prints, counts or extracts them.

use std::io;

use super::records::{BatchInfo, RecordView, Unpacker};
use super::select::plan::SegmentReader;
use super::select::{Matcher, Verdict, Window};
use crate::codec::records::error::Error;
use crate::log::scan::{Found, Gap, Piece};

/// How much of a batch was selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selected {
    /// How many of its records.
    pub records: u64,
    /// All of them are, and none is damaged as far as was looked at.
    pub whole: bool,
}

/// What becomes of the selected records. A batch without one is passed over in silence.
pub trait Sink {
    /// Records are wanted one by one. Where that is false and a batch is selected by its header, it is not
    /// unpacked.
    fn wants_records(&self) -> bool;

    /// Bytes that no batch explains.
    ///
    /// # Errors
    ///
    /// What ends the walk; here and below.
    #[allow(unused_variables)]
    fn gap(&mut self, gap: &Gap) -> io::Result<()> {
        Ok(())
    }

    /// A batch of which at least one record is selected, or one whose records cannot be told.
    ///
    /// # Errors
    ///
    /// As above.
    fn batch(&mut self, found: &Found<'_>, batch: &BatchInfo) -> io::Result<()>;

    /// A selected record of the last batch.
    ///
    /// # Errors
    ///
    /// As above.
    fn record(&mut self, record: &RecordView<'_>) -> io::Result<()>;

    /// The records of the last batch, or those behind the last one, cannot be read.
    ///
    /// # Errors
    ///
    /// As above.
    #[allow(unused_variables)]
    fn broken(&mut self, batch: &BatchInfo, error: &Error) -> io::Result<()> {
        Ok(())
    }

    /// The last batch is over.
    ///
    /// # Errors
    ///
    /// As above.
    #[allow(unused_variables)]
    fn batch_end(&mut self, found: &Found<'_>, batch: &BatchInfo, selected: Selected) -> io::Result<()> {
        Ok(())
    }
}

/// Hands the selected records of a segment to `sink`, until the segment ends or `window` has all that it
/// lets through.
///
/// # Errors
///
/// Where the segment cannot be read, and what the sink returns.
pub fn walk(
    reader: &mut SegmentReader,
    matcher: &mut Matcher<'_>,
    unpacker: &mut Unpacker,
    window: &mut Window,
    sink: &mut impl Sink,
) -> io::Result<()> {
    while !window.is_done() {
        match reader.next_piece()? {
            None => break,
            Some(Piece::Gap(gap)) => sink.gap(&gap)?,
            Some(Piece::Batch(found)) => batch(&found, matcher, unpacker, window, sink)?,
        }
    }
    Ok(())
}

/// Hands the selected records of one batch to `sink`.
///
/// # Errors
///
/// What the sink returns.
pub fn batch<S: Sink>(
    found: &Found<'_>,
    matcher: &mut Matcher<'_>,
    unpacker: &mut Unpacker,
    window: &mut Window,
    sink: &mut S,
) -> io::Result<()> {
    // A batch that is too short for its header is a gap already.
    let Ok(info) = BatchInfo::of(found) else { return Ok(()) };
    let verdict = matcher.batch(&info);
    if verdict == Verdict::Skip {
        return Ok(());
    }
    let mut opened = false;
    if let (Verdict::Take, Some(count)) = (verdict, info.count.map(u64::from))
        && !window.would_cut(count)
    {
        sink.batch(found, &info)?;
        opened = true;
        if !sink.wants_records() {
            window.admit_many(count);
            return sink.batch_end(found, &info, Selected { records: count, whole: true });
        }
    }
    let mut open =
        |sink: &mut S| if std::mem::replace(&mut opened, true) { Ok(()) } else { sink.batch(found, &info) };
    let (mut seen, mut selected, mut broken) = (0, 0, None);
    let records = unpacker.records(found, &info).map_err(|error| broken = Some(error));
    for record in records.into_iter().flatten() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                broken = Some(error);
                break;
            }
        };
        seen += 1;
        if (verdict == Verdict::Take || matcher.record(&record)) && window.admit() {
            open(sink)?;
            selected += 1;
            sink.record(&record)?;
        } else if window.is_done() {
            break;
        }
    }
    if !found.crc_fits && matcher.concerns(&info) {
        open(sink)?;
    }
    if let Some(error) = &broken {
        open(sink)?;
        sink.broken(&info, error)?;
    }
    if opened {
        sink.batch_end(
            found,
            &info,
            Selected { records: selected, whole: broken.is_none() && seen == selected },
        )?;
    }
    Ok(())
}
