//! Batches and records of a segment or snapshot, printed in every format but Kafka's own.
//!
//! One walk ([`print`]) drives a [`Printer`], which knows the formats; [`person`] has the lines for eyes,
//! [`json`] the names for programs.

pub mod json;
pub mod person;
mod printer;

use std::io::{self, Write};

pub use printer::Printer;

use crate::codec::record_types::Family;
use crate::codec::records::batches::AnyBatch;
use crate::codec::records::compression::{Codec, decompress};
use crate::dump::Format;
use crate::dump::format::BytesFormat;
use crate::dump::names::TopicNames;
use crate::dump::progress::Progress;
use crate::dump::records::{BatchInfo, RecordView, Records, Unpacker};
use crate::dump::select::plan::SegmentReader;
use crate::dump::select::{Matcher, Verdict, Window};
use crate::log::scan::{Found, Piece};

/// What is printed of each batch.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// The format.
    pub format: Format,
    /// With colours.
    pub color: bool,
    /// Columns of the terminal, where there is one.
    pub width: Option<usize>,
    /// Print each record.
    pub records: bool,
    /// Print every byte.
    pub deep: bool,
    /// How keys are shown that Kafka itself did not write.
    pub key_format: BytesFormat,
    /// How values are.
    pub value_format: BytesFormat,
    /// Whose records they are.
    pub family: Option<Family>,
    /// Names of topic ids.
    pub names: &'a TopicNames,
    /// Show passwords and keys.
    pub show_secrets: bool,
    /// The most that one batch may unpack to, in bytes.
    pub unpacked_max: usize,
    /// The file's name in each line, where there are several files.
    pub file: Option<&'a str>,
    /// Counts the bytes that are done.
    pub progress: Option<&'a Progress>,
}

/// What a file added up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Batches.
    pub batches: u64,
    /// Records, as far as they were read or the headers say.
    pub records: u64,
    /// Bytes of the batches.
    pub bytes: u64,
    /// The first and the last offset, where there is one.
    pub offsets: Option<(i64, i64)>,
    /// The least and the greatest of the batches' greatest timestamps, milliseconds since 1970.
    pub times: Option<(i64, i64)>,
    /// Batches that are damaged, and stretches that are no batches.
    pub problems: u64,
}

impl Totals {
    fn add(&mut self, batch: &BatchInfo) {
        self.batches += 1;
        self.bytes += batch.size as u64;
        let first = batch.base_offset.unwrap_or(batch.last_offset);
        let (low, high) = self.offsets.unwrap_or((first, batch.last_offset));
        self.offsets = Some((low.min(first), high.max(batch.last_offset)));
        if batch.max_timestamp >= 0 {
            let (low, high) = self.times.unwrap_or((i64::MAX, i64::MIN));
            self.times = Some((low.min(batch.max_timestamp), high.max(batch.max_timestamp)));
        }
    }
}

/// Prints what a segment holds of what is wanted: `matcher` chooses, `window` counts (`--limit`,
/// `--tail`).
///
/// # Errors
///
/// Where the source cannot be read or `out` not written.
pub fn print(
    reader: &mut SegmentReader,
    matcher: &mut Matcher<'_>,
    window: &mut Window,
    printer: &mut Printer<'_>,
    out: &mut dyn Write,
) -> io::Result<Totals> {
    let mut totals = Totals::default();
    let mut unpacker = Unpacker::new(printer.options().unpacked_max);
    let mut scratch = Vec::new();
    while !window.is_done()
        && let Some(piece) = reader.next_piece()?
    {
        match piece {
            Piece::Gap(gap) => {
                totals.problems += 1;
                printer.done(gap.end - gap.at);
                printer.gap(&gap);
            }
            Piece::Batch(found) => {
                printer.done(found.bytes.len() as u64);
                let batch = match BatchInfo::of(&found) {
                    Ok(batch) => batch,
                    Err(error) => {
                        totals.problems += 1;
                        printer.unreadable(&found, &error);
                        continue;
                    }
                };
                let verdict = matcher.batch(&batch);
                if verdict == Verdict::Skip {
                    continue;
                }
                let before = printer.findings.len();
                let ratio =
                    printer.wants_ratio().then(|| ratio(&found, &batch, &mut scratch, printer)).flatten();
                let mut one = One { found: &found, batch: &batch, ratio, printer, matcher, window };
                if let Some(records) = one.print(verdict, &mut unpacker) {
                    totals.add(&batch);
                    totals.records += records;
                }
                totals.problems += (printer.findings.len() - before) as u64;
            }
        }
        printer.flush_if_full(out)?;
    }
    Ok(totals)
}

/// A batch that is being printed.
struct One<'p, 'f, 'm, 'o> {
    found: &'p Found<'f>,
    batch: &'p BatchInfo,
    ratio: Option<u64>,
    printer: &'p mut Printer<'o>,
    matcher: &'p mut Matcher<'m>,
    window: &'p mut Window,
}

impl One<'_, '_, '_, '_> {
    /// Prints it, and its records where they are wanted. Returns how many of its records are selected;
    /// `None` where it was not printed because none is.
    fn print(&mut self, verdict: Verdict, unpacker: &mut Unpacker) -> Option<u64> {
        let options = self.printer.options();
        // What a control batch holds is told in its own line. A message of magic 0 or 1 that holds others must be
        // opened to be counted.
        let open = options.records || self.batch.control || verdict == Verdict::Check;
        let count = self.batch.count.filter(|_| !open || options.deep);
        if let Some(count) = count.filter(|_| verdict == Verdict::Take) {
            let (_, shown) = self.window.admit_many(u64::from(count));
            // A batch that compaction has emptied is still there.
            if shown == 0 && count > 0 {
                return None;
            }
            self.begin(None);
            self.printer.batch_end();
            return Some(shown);
        }
        let records = match unpacker.records(self.found, self.batch) {
            Ok(records) => records,
            Err(error) => {
                self.begin(None);
                self.printer.broken_record(self.batch, &error);
                self.printer.batch_end();
                return Some(0);
            }
        };
        self.records(records, verdict)
    }

    fn records(&mut self, records: Records<'_>, verdict: Verdict) -> Option<u64> {
        let mut begun = false;
        let mut count = 0;
        let mut seen = 0;
        for record in records {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    if !std::mem::replace(&mut begun, true) {
                        self.begin(None);
                    }
                    self.printer.broken_record(self.batch, &error);
                    continue;
                }
            };
            seen += 1;
            if verdict == Verdict::Check && !self.matcher.record(&record) || !self.window.admit() {
                continue;
            }
            if !std::mem::replace(&mut begun, true) {
                self.begin(Some(&record));
            }
            count += 1;
            if self.printer.options().records && !self.printer.options().deep {
                self.printer.record(&record);
            }
        }
        if !begun && seen == 0 {
            begun = true;
            self.begin(None);
        }
        if !begun {
            return None;
        }
        self.printer.batch_end();
        Some(count)
    }

    fn begin(&mut self, record: Option<&RecordView<'_>>) {
        if !self.batch.crc_fits {
            self.printer.damaged(self.found);
        }
        if self.printer.options().deep {
            self.printer.deep(self.found);
        } else {
            self.printer.batch(self.batch, self.ratio, record.filter(|_| self.batch.control));
        }
    }
}

/// What the records of a compressed batch unpack to by what they take, in tenths.
fn ratio(found: &Found<'_>, batch: &BatchInfo, scratch: &mut Vec<u8>, printer: &Printer<'_>) -> Option<u64> {
    if batch.codec == Some(Codec::None) {
        return None;
    }
    let AnyBatch::Batch(view) = found.view().ok()? else { return None };
    scratch.clear();
    let limit = printer.options().unpacked_max;
    decompress(view.codec().ok()?, found.magic, view.payload(), limit, scratch).ok()?;
    Some(scratch.len() as u64 * 10 / (view.payload().len() as u64).max(1))
}
