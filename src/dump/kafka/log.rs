//! Segments and snapshots: batches, and the records in them.

use std::io;
use std::path::Path;

use super::content::{Content, Contents};
use super::control;
use super::record_line::{RecordLines, push_message};
use super::segment::{Frame, Next, Segment};
use super::{Dump, Failure, MAX_BYTES, batch_line, java, read};
use crate::codec::records::batch::Batch;
use crate::codec::records::batches::MAGIC_MAX;
use crate::codec::records::compression::DECOMPRESSED_BYTES_MAX;
use crate::codec::records::error::{RecordsError, RecordsNote};
use crate::codec::records::legacy::Message;
use crate::codec::tape::Tape;
use crate::log::name::FileName;
use crate::log::scan::{Gap, GapKind, Piece, Scanner};
use crate::log::source::Source;

/// The last part of the path of the snapshot that a cluster begins with.
const BOOTSTRAP: &str = "bootstrap.checkpoint";
/// Of records that cannot be decoded so many are told of one by one.
const TOLD: u64 = 5;

/// One file on its way.
struct LogDump<'f> {
    file: &'f str,
    absolute: String,
    contents: Contents,
    lines: RecordLines,
    scratch: Vec<u8>,
    tape: Tape,
    last_offset: i64,
    /// Records whose content could not be decoded.
    undecodable: u64,
}

/// What happened to a batch.
enum Batched {
    /// It was printed.
    Printed,
    /// No batch begins here.
    Not(String),
}

impl Dump<'_> {
    /// Prints a segment or snapshot.
    pub(super) fn log(&mut self, file: &str) -> Result<(), Failure> {
        self.head(file)?;
        let options = self.options;
        let limit = match u64::try_from(options.max_bytes) {
            Ok(bytes) if options.max_bytes != MAX_BYTES => bytes,
            Ok(_) => u64::MAX,
            Err(_) => {
                self.problem(file, format_args!("--max-bytes {} is taken for no limit", options.max_bytes))?;
                u64::MAX
            }
        };
        let path = Path::new(file);
        let mut segment = read(Segment::open(path, limit))?;
        if segment.length() > i32::MAX as u64 && segment.length() != u64::MAX {
            let length = segment.length();
            self.problem(
                file,
                format_args!("{length} bytes are more than the 2 GiB that Kafka's tool reads"),
            )?;
        }
        let mut log = LogDump {
            file,
            absolute: java::absolute(file),
            contents: Contents::new(options.parser, options.key_decoder, options.value_decoder),
            lines: RecordLines::default(),
            scratch: Vec::new(),
            tape: Tape::default(),
            last_offset: -1,
            undecodable: 0,
        };
        let mut trailing_told = false;
        loop {
            let next = read(segment.next())?;
            let why = match next {
                Next::Batch(frame) => match self.batch(&mut log, &segment, &frame)? {
                    Batched::Printed => {
                        segment.pass(&frame);
                        self.out.drain()?;
                        continue;
                    }
                    Batched::Not(why) => Some(why),
                },
                Next::End => None,
                Next::Size(size) => {
                    Some(format!("the size is {size}, but no batch is smaller than 14 bytes"))
                }
                Next::Shrunk => {
                    let at = segment.position();
                    self.problem_at(file, at, "the file became shorter while it was read")?;
                    break;
                }
            };
            let at = segment.position();
            let left = segment.slice_end().saturating_sub(at);
            if why.is_none() && limit == u64::MAX && left > 0 && !trailing_told {
                let name = java::file_name(file);
                self.line(format_args!("Found {left} invalid bytes at the end of {name}"))?;
            }
            // The tool is at its end here; what it does not see may lie behind.
            let stopped_by_limit = why.is_none() && limit != u64::MAX;
            if left == 0 || stopped_by_limit || !self.go_on(&log, &mut segment, why.as_deref())? {
                break;
            }
            trailing_told = true;
        }
        if log.undecodable > TOLD {
            let more = log.undecodable - TOLD;
            self.problem(file, format_args!("{more} more records cannot be decoded"))?;
        }
        Ok(())
    }

    /// The line that says what the name of the file says.
    fn head(&mut self, file: &str) -> io::Result<()> {
        let name = java::file_name(file);
        if name.ends_with(".log") {
            let offset = self.base_offset(file)?;
            return self.line(format_args!("Log starting offset: {offset}"));
        }
        if name == BOOTSTRAP {
            return self.line("KRaft bootstrap snapshot");
        }
        // Twenty digits, something, ten digits; what follows them does not matter.
        let offset = name.get(..20).and_then(java::parse_long);
        let epoch = name.get(21..31).and_then(|epoch| epoch.parse::<i32>().ok());
        if let (Some(offset), Some(epoch)) = (offset, epoch) {
            return self.line(format_args!("Snapshot end offset: {offset}, epoch: {epoch}"));
        }
        self.problem(file, "the name does not begin with the end offset and epoch of a snapshot")?;
        let parts = FileName::of(Path::new(file));
        let (offset, epoch) = (parts.offset.unwrap_or(0), parts.epoch.unwrap_or(0));
        self.line(format_args!("Snapshot end offset: {offset}, epoch: {epoch}"))
    }

    /// Looks for the next batch behind the place where Kafka's tool ends, and says what lies between;
    /// false where there is none.
    fn go_on(
        &mut self,
        log: &LogDump<'_>,
        segment: &mut Segment,
        why: Option<&str>,
    ) -> Result<bool, Failure> {
        let at = segment.position();
        let mut source = read(Source::open(Path::new(log.file)))?;
        if !read(source.seek(at))? {
            read(source.skip(at))?;
        }
        // Positions count from where the scan begins.
        let mut scanner = Scanner::new(source).with_limit(segment.slice_end() - at);
        let Some(Piece::Gap(Gap { end, kind, .. })) = read(scanner.next_piece())? else {
            let why = why.unwrap_or("Kafka's tool stops here");
            self.problem_at(log.file, at, why)?;
            return Ok(false);
        };
        let (end, file) = (at + end, log.file);
        let goes_on = matches!(kind, GapKind::Damage(_) | GapKind::Zeros) && end < segment.slice_end();
        match kind {
            GapKind::ZeroTail => {
                let zeros = end - at;
                let what =
                    format_args!("{zeros} zeros up to the end of the file: preallocated or never written");
                self.problem_at(file, at, what)?;
            }
            GapKind::TornTail { need } => {
                let have = end - at;
                let what = format_args!("the last batch is cut off: it takes {need} bytes, {have} are there");
                self.remark(file, format_args!("at byte {at}: {what}"))?;
            }
            GapKind::Zeros => self.problem_at(file, at, format_args!("zeros up to byte {end}"))?,
            GapKind::Damage(RecordsError::Odd(RecordsNote::CutOff { need, have })) => {
                let what = format_args!(
                    "the batch takes {need} bytes, but {have} are left or another begins before"
                );
                self.problem_at(file, at, what)?;
            }
            GapKind::Damage(error) => self.problem_at(file, at, why.unwrap_or(&error.to_string()))?,
            GapKind::Shrunk { .. } => {
                self.problem_at(file, at, "the file became shorter while it was read")?;
            }
        }
        if goes_on {
            let lost = end - at;
            self.problem_at(
                file,
                end,
                format_args!("a batch begins here, behind {lost} bytes that are none"),
            )?;
        }
        Ok(goes_on && read(segment.go_to(end))?)
    }

    fn batch(&mut self, log: &mut LogDump<'_>, segment: &Segment, frame: &Frame) -> io::Result<Batched> {
        if frame.magic < MAGIC_MAX {
            return self.message(log, segment, frame);
        }
        let bytes = segment.batch(frame);
        let Ok(header) = Batch::new(segment.header()) else {
            let have = frame.bytes;
            return Ok(Batched::Not(format!(
                "the file ends before the header of this batch of {have} bytes"
            )));
        };
        batch_line::push(&mut self.out.text, &header, bytes, frame.at, frame.magic);
        if let Err(error) = header.codec() {
            self.problem_at(log.file, frame.at, error.kind)?;
        } else if self.options.deep_iteration || self.options.print_data_log {
            self.records(log, bytes, frame)?;
        }
        Ok(Batched::Printed)
    }

    fn records(&mut self, log: &mut LogDump<'_>, bytes: &[u8], frame: &Frame) -> io::Result<()> {
        let batch = match Batch::new(bytes) {
            Ok(batch) => batch,
            Err(error) => return self.problem_at(log.file, frame.at, error.kind),
        };
        let mut scratch = std::mem::take(&mut log.scratch);
        let result = self.records_of(log, &batch, frame, &mut scratch);
        log.scratch = scratch;
        result
    }

    fn records_of(
        &mut self,
        log: &mut LogDump<'_>,
        batch: &Batch<'_>,
        frame: &Frame,
        scratch: &mut Vec<u8>,
    ) -> io::Result<()> {
        let records = match batch.records(DECOMPRESSED_BYTES_MAX, scratch) {
            Ok(records) => records,
            Err(error) => return self.problem_at(log.file, frame.at, error.kind),
        };
        let is_control = batch.attributes().is_control();
        let (print, skip) = (self.options.print_data_log && !is_control, self.options.skip_record_metadata);
        log.lines.begin(batch);
        for record in records {
            // By reference: it is large enough for a move to show.
            let record = match &record {
                Ok(record) => record,
                Err(error) => {
                    let at = frame.at;
                    let place = if error.unpacked { "in what the batch unpacks to, " } else { "" };
                    let what = format_args!("{place}at byte {} of the batch: {}", error.at, error.kind);
                    self.problem_at(log.file, at, what)?;
                    break;
                }
            };
            self.consecutive(log, record.offset);
            if !skip {
                log.lines.push(&mut self.out.text, record);
                if is_control {
                    let said = control::push(&mut self.out.text, &mut log.tape, record.key, record.value);
                    if let Err(error) = said {
                        let what = format_args!("the record at offset {}: {error}", record.offset);
                        self.problem_at(log.file, frame.at, what)?;
                    }
                }
            }
            if print {
                let content = Content { offset: record.offset, key: record.key, value: record.value };
                self.content(log, content, frame)?;
            }
            self.out.text.push(b'\n');
            self.out.drain()?;
        }
        Ok(())
    }

    #[inline]
    fn content(&mut self, log: &mut LogDump<'_>, content: Content<'_>, frame: &Frame) -> io::Result<()> {
        let first = if self.options.skip_record_metadata { "| " } else { " " };
        let before = self.out.text.len();
        let Err(error) = log.contents.push(&mut self.out.text, content, first) else { return Ok(()) };
        self.out.text.truncate(before);
        log.undecodable += 1;
        if log.undecodable > TOLD {
            return Ok(());
        }
        let what = format_args!("the record at offset {}: {error}", content.offset);
        self.problem_at(log.file, frame.at, what)
    }

    #[inline]
    fn consecutive(&mut self, log: &mut LogDump<'_>, offset: i64) {
        if offset != log.last_offset.wrapping_add(1) {
            self.mismatches.gap(&log.absolute, log.last_offset, offset);
        }
        log.last_offset = offset;
    }

    /// A message of magic 0 or 1, or of a magic below that.
    fn message(&mut self, log: &mut LogDump<'_>, segment: &Segment, frame: &Frame) -> io::Result<Batched> {
        let Ok(message) = Message::new(segment.batch(frame)) else {
            return Ok(Batched::Not("the message is shorter than its header".to_owned()));
        };
        if frame.magic < 0 {
            // So much the tool prints before it throws.
            self.line(format_args!("offset: {}", message.offset()))?;
            return Ok(Batched::Not(format!(
                "the magic byte is {}, where 0, 1 or 2 is expected",
                frame.magic
            )));
        }
        batch_line::push_message(&mut self.out.text, &message, frame.at);
        if let Err(error) = message.codec() {
            self.problem_at(log.file, frame.at, error.kind)?;
        } else if self.options.deep_iteration || self.options.print_data_log {
            let mut scratch = std::mem::take(&mut log.scratch);
            let result = self.messages_of(log, &message, frame, &mut scratch);
            log.scratch = scratch;
            result?;
        }
        Ok(Batched::Printed)
    }

    fn messages_of(
        &mut self,
        log: &mut LogDump<'_>,
        outer: &Message<'_>,
        frame: &Frame,
        scratch: &mut Vec<u8>,
    ) -> io::Result<()> {
        let mut messages = match outer.messages(DECOMPRESSED_BYTES_MAX, scratch) {
            Ok(messages) => messages,
            Err(error) => return self.problem_at(log.file, frame.at, error.kind),
        };
        loop {
            let framed = match messages.next_framed() {
                Ok(Some(framed)) => framed,
                Ok(None) => return Ok(()),
                Err(error) => return self.problem_at(log.file, frame.at, error.kind),
            };
            self.consecutive(log, framed.offset);
            if !self.options.skip_record_metadata
                && let Err(error) = push_message(&mut self.out.text, outer, &framed)
            {
                self.problem_at(log.file, frame.at, error.kind)?;
            }
            if self.options.print_data_log {
                match (framed.message.key(), framed.message.value()) {
                    (Ok(key), Ok(value)) => {
                        self.content(log, Content { offset: framed.offset, key, value }, frame)?;
                    }
                    (Err(error), _) | (_, Err(error)) => {
                        let what = format_args!("the message at offset {}: {}", framed.offset, error.kind);
                        self.problem_at(log.file, frame.at, what)?;
                    }
                }
            }
            self.out.text.push(b'\n');
            self.out.drain()?;
        }
    }
}
