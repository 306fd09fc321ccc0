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
use crate::dump::records::{BatchInfo, Unpacker};
use crate::log::scan::{Found, Piece, Scanner};

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

/// Prints what `scanner` finds.
///
/// # Errors
///
/// Where the source cannot be read or `out` not written.
pub fn print(scanner: &mut Scanner, printer: &mut Printer<'_>, out: &mut dyn Write) -> io::Result<Totals> {
    let mut totals = Totals::default();
    let mut unpacker = Unpacker::new(printer.options().unpacked_max);
    let mut scratch = Vec::new();
    while let Some(piece) = scanner.next_piece()? {
        match piece {
            Piece::Gap(gap) => {
                totals.problems += 1;
                printer.gap(&gap);
            }
            Piece::Batch(found) => {
                let batch = match BatchInfo::of(&found) {
                    Ok(batch) => batch,
                    Err(error) => {
                        totals.problems += 1;
                        printer.unreadable(&found, &error);
                        continue;
                    }
                };
                totals.add(&batch);
                totals.problems += u64::from(!batch.crc_fits);
                if printer.options().deep {
                    totals.records += u64::from(batch.count.unwrap_or(1));
                    printer.deep(&found);
                } else {
                    let ratio =
                        printer.wants_ratio().then(|| ratio(&found, &batch, &mut scratch, printer)).flatten();
                    totals.records +=
                        one(&found, &batch, ratio, printer, &mut unpacker, &mut totals.problems);
                }
            }
        }
        printer.flush_if_full(out)?;
    }
    Ok(totals)
}

/// Prints a batch, and its records where they are wanted; returns how many there are.
fn one(
    found: &Found<'_>,
    batch: &BatchInfo,
    ratio: Option<u64>,
    printer: &mut Printer<'_>,
    unpacker: &mut Unpacker,
    problems: &mut u64,
) -> u64 {
    // What a control batch holds is told in its own line. A message that holds others must be opened to
    // be counted.
    let open = printer.options().records || batch.control || batch.count.is_none();
    if !open {
        printer.batch(batch, ratio, None);
        return u64::from(batch.count.unwrap_or(0));
    }
    let records = match unpacker.records(found, batch) {
        Ok(records) => records,
        Err(error) => {
            *problems += 1;
            printer.batch(batch, ratio, None);
            printer.broken_record(batch, &error);
            return 0;
        }
    };
    let mut records = records.peekable();
    let control = match records.peek() {
        Some(Ok(record)) if batch.control => Some(*record),
        _ => None,
    };
    printer.batch(batch, ratio, control.as_ref());
    let mut count = 0;
    for record in records {
        match record {
            Ok(record) => {
                count += 1;
                if printer.options().records {
                    printer.record(&record);
                }
            }
            Err(error) => {
                *problems += 1;
                printer.broken_record(batch, &error);
            }
        }
    }
    printer.batch_end();
    count
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
