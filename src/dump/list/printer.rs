//! Pieces of a log to text, in each format.

use std::io::{self, Write};

use super::Options;
use super::json;
use super::person::Person;
use crate::codec::dissect::Depth;
use crate::codec::explain::grouped;
use crate::codec::json as codec_json;
use crate::codec::reading::{ReadAs, read};
use crate::codec::record_types::Family;
use crate::codec::records::error::Error;
use crate::codec::tape::Tape;
use crate::dump::Format;
use crate::dump::internal::Internal;
use crate::dump::records::{BatchInfo, RecordView};
use crate::dump::table::csv_field;
use crate::log::finding::Finding;
use crate::log::scan::{Found, Gap};
use crate::log::verify::scanned;
use crate::render::paint::Ink;
use crate::render::{self, Shown, Style, headline, push};

/// Output is handed on when this much of it is there.
const OUTPUT_BYTES: usize = 64 << 10;
/// The least columns that a value gets on a narrow terminal.
const VALUE_COLUMNS_MIN: usize = 24;
/// What follows a value that is cut: `… (1,048,576 bytes)`.
const CUT_NOTE_COLUMNS: usize = 20;
/// The headings of records in CSV.
const RECORD_KEYS: &str = "offset,timestamp,key,value,headers,type,producerId,producerEpoch,sequence,\
partitionLeaderEpoch,isTransactional,isControl";

/// Appends pieces to a buffer in one format, and keeps what was found wrong.
#[derive(Debug)]
pub struct Printer<'a> {
    options: Options<'a>,
    path: std::sync::Arc<std::path::PathBuf>,
    person: Person,
    internal: Internal,
    tape: Tape,
    buffer: Vec<u8>,
    /// What is wrong, in the order of the file.
    pub findings: Vec<Finding>,
    /// Elements of the innermost JSON array so far, of batches and of records.
    batches: u64,
    records: u64,
    heading_done: bool,
}

impl<'a> Printer<'a> {
    /// For the file at `path`.
    pub fn new(options: Options<'a>, path: &std::path::Path) -> Self {
        Self {
            person: Person::new(options.color, options.width),
            path: path.to_owned().into(),
            options,
            internal: Internal::default(),
            tape: Tape::default(),
            buffer: Vec::with_capacity(2 * OUTPUT_BYTES),
            findings: Vec::new(),
            batches: 0,
            records: 0,
            heading_done: false,
        }
    }

    /// What it prints.
    pub fn options(&self) -> &Options<'a> {
        &self.options
    }

    /// So many more bytes of the file were read.
    pub(super) fn done(&self, bytes: u64) {
        if let Some(progress) = self.options.progress {
            progress.add(bytes);
        }
    }

    pub(super) fn flush_if_full(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.buffer.len() >= OUTPUT_BYTES { self.flush(out) } else { Ok(()) }
    }

    /// Hands on what is there.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Prints the heading of CSV, once for all files.
    pub fn csv_heading(&mut self) {
        if self.options.file.is_some() {
            self.buffer.extend_from_slice(b"file,");
        }
        if self.options.records {
            self.buffer.extend_from_slice(RECORD_KEYS.as_bytes());
        } else {
            json::csv_heading(&mut self.buffer);
        }
        self.buffer.push(b'\n');
    }

    /// Bytes that are no batch.
    pub fn gap(&mut self, gap: &Gap) {
        self.findings.extend(scanned::of_gap(gap, &self.path));
        if self.options.format == Format::Table {
            self.line_of_last_finding();
        }
    }

    /// A line that stays in the background.
    pub fn remark(&mut self, text: &str) {
        paint(self.options.color, Ink::Dim, text.as_bytes(), &mut self.buffer);
        self.buffer.push(b'\n');
    }

    /// A batch whose checksum does not fit.
    pub(super) fn damaged(&mut self, found: &Found<'_>) {
        self.findings.extend(scanned::of_crc(found, &self.path));
    }

    pub(super) fn broken_record(&mut self, batch: &BatchInfo, error: &Error) {
        self.findings.push(scanned::of_error(batch.at, batch.base_offset, error, &self.path));
        if self.options.format == Format::Table {
            self.line_of_last_finding();
        }
    }

    /// The finding in short, where it stands in the file; the whole of it comes at the end.
    fn line_of_last_finding(&mut self) {
        let Some(finding) = self.findings.last() else { return };
        let byte = finding.place.byte.map_or_else(String::new, |byte| format!("byte {}: ", grouped(byte)));
        let text = format!("! {byte}{}", finding.found);
        self.buffer.extend_from_slice(b"  ");
        paint(self.options.color, Ink::Error, text.as_bytes(), &mut self.buffer);
        self.buffer.push(b'\n');
    }

    pub(super) fn batch(&mut self, batch: &BatchInfo, ratio: Option<u64>, control: Option<&str>) {
        match self.options.format {
            Format::Table => {
                if !std::mem::replace(&mut self.heading_done, true) {
                    self.person.heading(&mut self.buffer);
                }
                self.person.batch(batch, ratio, control, &mut self.buffer);
            }
            Format::Json => {
                self.buffer.extend_from_slice(if self.batches > 0 { b",\n  {" } else { b"\n  {" });
                json::members(batch, &mut self.buffer);
                if self.options.records {
                    self.buffer.extend_from_slice(b",\"records\":[");
                } else {
                    self.buffer.push(b'}');
                }
                self.records = 0;
            }
            Format::Ndjson if !self.options.records => {
                self.buffer.push(b'{');
                self.file_member();
                json::members(batch, &mut self.buffer);
                self.buffer.extend_from_slice(b"}\n");
            }
            Format::Csv if !self.options.records => {
                self.file_field();
                json::csv(batch, &mut self.buffer);
                self.buffer.push(b'\n');
            }
            Format::Ndjson | Format::Csv | Format::Kafka => {}
        }
        self.batches += 1;
    }

    pub(super) fn batch_end(&mut self) {
        if self.options.format == Format::Json && self.options.records && !self.options.deep {
            self.buffer.extend_from_slice(b"]}");
        }
    }

    /// `COMMIT, coordinator epoch 3`; `LEADER_CHANGE {...}`.
    pub(super) fn control(&mut self, key: Option<&[u8]>, value: Option<&[u8]>) -> String {
        let opened = self.internal.open(Family::Control, key, value, self.options.show_secrets);
        let value = String::from_utf8_lossy(opened.value.unwrap_or_default());
        let marker = value.strip_prefix("{\"coordinatorEpoch\":").and_then(|rest| rest.strip_suffix('}'));
        match marker {
            Some(epoch) => self.person.marker(opened.type_name(), epoch),
            None => opened.type_name().to_owned(),
        }
    }

    fn file_member(&mut self) {
        if let Some(file) = self.options.file {
            self.buffer.extend_from_slice(b"\"file\":");
            codec_json::string(file.as_bytes(), &mut self.buffer);
            self.buffer.push(b',');
        }
    }

    fn file_field(&mut self) {
        if let Some(file) = self.options.file {
            csv_field(file.as_bytes(), &mut self.buffer);
            self.buffer.push(b',');
        }
    }

    pub(super) fn record(&mut self, record: &RecordView<'_>) {
        match self.options.format {
            Format::Table => self.record_line(record),
            Format::Json => {
                self.buffer.extend_from_slice(if self.records > 0 { b",\n    {" } else { b"\n    {" });
                self.members(record);
                self.buffer.push(b'}');
                self.records += 1;
            }
            Format::Ndjson => {
                self.buffer.push(b'{');
                self.file_member();
                self.members(record);
                self.buffer.extend_from_slice(b"}\n");
            }
            Format::Csv => self.csv_record(record),
            Format::Kafka => {}
        }
    }

    fn family(&self, record: &RecordView<'_>) -> Option<Family> {
        if record.batch.control { Some(Family::Control) } else { self.options.family }
    }

    fn members(&mut self, record: &RecordView<'_>) {
        let out = &mut self.buffer;
        out.extend_from_slice(b"\"offset\":");
        push::int(record.offset, out);
        out.extend_from_slice(b",\"timestamp\":");
        push::int(record.timestamp, out);
        if record.sequence != -1 {
            out.extend_from_slice(b",\"sequence\":");
            push::int(i64::from(record.sequence), out);
        }
        if record.batch.producer_id != -1 {
            out.extend_from_slice(b",\"producerId\":");
            push::int(record.batch.producer_id, out);
            out.extend_from_slice(b",\"producerEpoch\":");
            push::int(i64::from(record.batch.producer_epoch), out);
        }
        if record.batch.transactional {
            out.extend_from_slice(b",\"isTransactional\":true");
        }
        match self.family(record) {
            Some(family) => self.internal_members(record, family),
            None => {
                let out = &mut self.buffer;
                out.extend_from_slice(b",\"key\":");
                self.options.key_format.push_json(record.key, out);
                out.extend_from_slice(b",\"value\":");
                self.options.value_format.push_json(record.value, out);
            }
        }
        if !record.headers.is_empty() {
            self.buffer.extend_from_slice(b",\"headers\":");
            headers(record, &mut self.buffer);
        }
    }

    fn internal_members(&mut self, record: &RecordView<'_>, family: Family) {
        let opened = self.internal.open(family, record.key, record.value, self.options.show_secrets);
        let out = &mut self.buffer;
        if let Some(record_type) = opened.record_type {
            out.extend_from_slice(b",\"type\":");
            codec_json::string(record_type.short_name().as_bytes(), out);
        }
        if let Some(version) = opened.version {
            out.extend_from_slice(b",\"version\":");
            push::int(i64::from(version), out);
        }
        for (name, decoded, raw) in [("key", opened.key, record.key), ("value", opened.value, record.value)] {
            // The key of a control record is its type.
            if name == "key"
                && (family == Family::Control || family == Family::Metadata)
                && opened.record_type.is_some()
            {
                continue;
            }
            out.extend_from_slice(b",\"");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
            match decoded {
                Some(decoded) => out.extend_from_slice(decoded),
                None => crate::dump::format::BytesFormat::Hex.push_json(raw, out),
            }
        }
        let names: Vec<_> = [opened.key, opened.value]
            .into_iter()
            .flatten()
            .flat_map(|text| self.options.names.of_json(text).map(|(_, id, name)| (id.to_vec(), name)))
            .collect();
        if !names.is_empty() {
            out.extend_from_slice(b",\"topicNames\":{");
            for (number, (id, name)) in names.iter().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                codec_json::string(id, out);
                out.push(b':');
                codec_json::string(name.as_bytes(), out);
            }
            out.push(b'}');
        }
        if let Some(problem) = &opened.problem {
            out.extend_from_slice(b",\"problem\":");
            codec_json::string(problem.as_bytes(), out);
        }
        let problem = opened.problem;
        self.found_inside(record, problem);
    }

    fn found_inside(&mut self, record: &RecordView<'_>, problem: Option<String>) {
        if let Some(problem) = problem {
            self.findings.push(scanned::of_internal(record.batch.at, record.offset, problem, &self.path));
        }
    }

    fn csv_record(&mut self, record: &RecordView<'_>) {
        self.file_field();
        let mut cells: [Vec<u8>; 4] = Default::default();
        let [key, value, header, kind] = &mut cells;
        let mut problem = None;
        match self.family(record) {
            Some(family) => {
                let opened = self.internal.open(family, record.key, record.value, self.options.show_secrets);
                key.extend_from_slice(opened.key.unwrap_or_default());
                value.extend_from_slice(opened.value.unwrap_or_default());
                kind.extend_from_slice(opened.type_name().as_bytes());
                problem = opened.problem;
            }
            None => {
                self.options.key_format.push_bare(record.key, key);
                self.options.value_format.push_bare(record.value, value);
            }
        }
        if !record.headers.is_empty() {
            headers(record, header);
        }
        let out = &mut self.buffer;
        push::int(record.offset, out);
        out.push(b',');
        push::int(record.timestamp, out);
        for cell in &cells {
            out.push(b',');
            csv_field(cell, out);
        }
        let batch = record.batch;
        for number in [
            batch.producer_id,
            i64::from(batch.producer_epoch),
            i64::from(record.sequence),
            i64::from(batch.leader_epoch),
        ] {
            out.push(b',');
            push::int(number, out);
        }
        for truth in [batch.transactional, batch.control] {
            out.extend_from_slice(if truth { b",true" } else { b",false" });
        }
        out.push(b'\n');
        self.found_inside(record, problem);
    }

    fn record_line(&mut self, record: &RecordView<'_>) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(b"    ");
        let mut offset = Vec::new();
        push::int(record.offset, &mut offset);
        super::super::table::pad(&offset, 8, true, &mut self.buffer);
        self.buffer.extend_from_slice(b"  ");
        if record.timestamp != record.batch.max_timestamp {
            self.person.time(record.timestamp, &mut self.buffer);
            self.buffer.extend_from_slice(b"  ");
        }
        let used = self.buffer.len() - start;
        let room =
            self.options.width.map_or(usize::MAX, |width| width.saturating_sub(used).max(VALUE_COLUMNS_MIN));
        let mut problem = None;
        match self.family(record) {
            Some(family) => {
                let opened = self.internal.open(family, record.key, record.value, self.options.show_secrets);
                let out = &mut self.buffer;
                paint(self.options.color, Ink::Name, opened.type_name().as_bytes(), out);
                if let Some(version) = opened.version {
                    out.extend_from_slice(b" v");
                    push::int(i64::from(version), out);
                }
                if let Some(key) = opened.key {
                    out.push(b' ');
                    self.options.names.annotate(key, out);
                    out.extend_from_slice(b" =");
                }
                match opened.value {
                    Some(value) => {
                        out.push(b' ');
                        self.options.names.annotate(value, out);
                    }
                    None if record.value.is_none() => out.extend_from_slice(b" deleted (no value)"),
                    None => {
                        out.push(b' ');
                        push::hex(record.value.unwrap_or_default(), out);
                    }
                }
                problem = opened.problem;
            }
            None => {
                let out = &mut self.buffer;
                let key_room = if record.value.is_some() { room / 3 } else { room };
                let before = out.len();
                self.options.key_format.push(record.key, beside_note(record.key, key_room), out);
                out.extend_from_slice(b" = ");
                let left = room.saturating_sub(out.len() - before).max(VALUE_COLUMNS_MIN / 2);
                match record.value {
                    Some(_) => {
                        self.options.value_format.push(record.value, beside_note(record.value, left), out)
                    }
                    None => out.extend_from_slice(b"null (a tombstone)"),
                }
                for (key, value) in record.headers {
                    out.extend_from_slice(b"  ");
                    push::quoted(key, room, out);
                    out.extend_from_slice(b": ");
                    self.options.value_format.push(value, beside_note(value, left), out);
                }
            }
        }
        self.buffer.push(b'\n');
        // What Kafka itself wrote is JSON, whole and in one piece, for whoever copies it.
        if self.family(record).is_none() {
            headline::hang_last_line(&mut self.buffer, start, self.options.width, used);
        }
        if let Some(problem) = &problem {
            self.buffer.extend_from_slice(b"              ");
            let text = format!("! {problem}");
            paint(self.options.color, Ink::Error, text.as_bytes(), &mut self.buffer);
            self.buffer.push(b'\n');
        }
        self.found_inside(record, problem);
    }

    /// Every byte of a batch, as `decode` shows it.
    pub(super) fn deep(&mut self, found: &Found<'_>) {
        self.tape.clear();
        let reading = read(&mut self.tape, found.bytes, 0, ReadAs::Records(self.options.family), Depth::ALL);
        let shown = Shown {
            tape: &self.tape,
            input: found.bytes,
            reading: &reading,
            repairs: &[],
            origin: None,
            base: found.at,
        };
        let style = Style {
            color: self.options.color,
            width: self.options.width,
            show_secrets: self.options.show_secrets,
        };
        let format = match self.options.format {
            Format::Json => render::Format::Json,
            Format::Ndjson => render::Format::Ndjson,
            Format::Table | Format::Csv | Format::Kafka => render::Format::Tree,
        };
        if self.options.format == Format::Json && self.batches > 0 {
            self.buffer.push(b',');
        }
        self.batches += 1;
        render::render(format, &shown, &style, &mut self.buffer);
        if self.options.format == Format::Table {
            self.buffer.push(b'\n');
        }
    }
}

/// The columns that content may take of `room`, where a note behind it has to fit in, too.
fn beside_note(content: Option<&[u8]>, room: usize) -> usize {
    let cut = content.is_some_and(|content| content.len() + 2 > room);
    if cut { room.saturating_sub(CUT_NOTE_COLUMNS).max(VALUE_COLUMNS_MIN / 4) } else { room }
}

fn headers(record: &RecordView<'_>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (number, (key, value)) in record.headers.enumerate() {
        out.extend_from_slice(if number > 0 { b",{\"key\":" } else { b"{\"key\":" });
        codec_json::string(key, out);
        out.extend_from_slice(b",\"value\":");
        crate::dump::format::BytesFormat::Auto.push_json(value, out);
        out.push(b'}');
    }
    out.push(b']');
}

fn paint(color: bool, kind: Ink, text: &[u8], out: &mut Vec<u8>) {
    if color {
        render::paint::ink::<true>(kind, text, out);
    } else {
        out.extend_from_slice(text);
    }
}
