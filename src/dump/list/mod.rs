//! Batches and records of a segment or snapshot, printed in every format but Kafka's own.
//!
//! [`Listing`] takes what is selected and drives a [`Printer`], which knows the formats; [`person`] has the lines for eyes,
//! [`json`] the names for programs.

pub mod json;
pub mod person;
mod printer;

use std::io::{self, Write};

pub use printer::Printer;

use crate::codec::record_types::Family;
use crate::codec::records::batches::AnyBatch;
use crate::codec::records::compression::{Codec, decompress};
use crate::codec::records::error::Error;
use crate::dump::Format;
use crate::dump::format::BytesFormat;
use crate::dump::names::TopicNames;
use crate::dump::progress::Progress;
use crate::dump::records::{BatchInfo, RecordView};
use crate::dump::walk::{Selected, Sink};
use crate::log::scan::{Found, Gap};

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

/// Prints what is selected of a file: a sink for [`walk`](crate::dump::walk::walk).
pub struct Listing<'p, 'o> {
    printer: &'p mut Printer<'o>,
    out: &'p mut dyn Write,
    scratch: Vec<u8>,
    totals: Totals,
    /// Findings before the file.
    found_before: usize,
}

impl<'p, 'o> Listing<'p, 'o> {
    /// Prints by `printer` to `out`.
    pub fn new(printer: &'p mut Printer<'o>, out: &'p mut dyn Write) -> Self {
        let found_before = printer.findings.len();
        Self { printer, out, scratch: Vec::new(), totals: Totals::default(), found_before }
    }

    /// What the file added up to.
    pub fn totals(&self) -> Totals {
        Totals { problems: (self.printer.findings.len() - self.found_before) as u64, ..self.totals }
    }

    /// Hands on what was printed.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.printer.flush(self.out)
    }

    /// The first record of a control batch, printed in the batch's own line.
    fn control(&mut self, found: &Found<'_>) -> Option<String> {
        let AnyBatch::Batch(batch) = found.view().ok()? else { return None };
        let limit = self.printer.options().unpacked_max;
        let record = batch.records(limit, &mut self.scratch).ok()?.next()?.ok()?;
        Some(self.printer.control(record.key, record.value))
    }
}

impl Sink for Listing<'_, '_> {
    fn wants_records(&self) -> bool {
        let options = self.printer.options();
        options.records && !options.deep
    }

    fn gap(&mut self, gap: &Gap) -> io::Result<()> {
        self.printer.done(gap.end - gap.at);
        self.printer.gap(gap);
        self.printer.flush_if_full(self.out)
    }

    fn batch(&mut self, found: &Found<'_>, batch: &BatchInfo) -> io::Result<()> {
        self.totals.add(batch);
        if !batch.crc_fits {
            self.printer.damaged(found);
        }
        if self.printer.options().deep {
            self.printer.deep(found);
            return Ok(());
        }
        let person = self.printer.options().format == Format::Table;
        let ratio = if person { self.ratio(found, batch) } else { None };
        let control = if person && batch.control { self.control(found) } else { None };
        self.printer.batch(batch, ratio, control.as_deref());
        Ok(())
    }

    fn record(&mut self, record: &RecordView<'_>) -> io::Result<()> {
        let options = self.printer.options();
        if options.records && !options.deep {
            self.printer.record(record);
        }
        Ok(())
    }

    fn broken(&mut self, batch: &BatchInfo, error: &Error) -> io::Result<()> {
        self.printer.broken_record(batch, error);
        Ok(())
    }

    fn batch_end(&mut self, found: &Found<'_>, _: &BatchInfo, selected: Selected) -> io::Result<()> {
        self.totals.records += selected.records;
        self.printer.batch_end();
        self.printer.done(found.bytes.len() as u64);
        self.printer.flush_if_full(self.out)
    }
}

impl Listing<'_, '_> {
    /// What the records of a compressed batch unpack to by what they take, in tenths.
    fn ratio(&mut self, found: &Found<'_>, batch: &BatchInfo) -> Option<u64> {
        if batch.codec == Some(Codec::None) {
            return None;
        }
        let AnyBatch::Batch(view) = found.view().ok()? else { return None };
        self.scratch.clear();
        let limit = self.printer.options().unpacked_max;
        let codec = view.codec().ok()?;
        decompress(codec, found.magic, view.payload(), limit, &mut self.scratch).ok()?;
        Some(self.scratch.len() as u64 * 10 / (view.payload().len() as u64).max(1))
    }
}
