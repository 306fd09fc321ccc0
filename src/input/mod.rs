//! What people paste or point at becomes raw bytes: hex in all its spellings, dumps, base64, raw.
//!
//! This room knows nothing of Kafka and of no other room. It never panics on what it reads, never holds more than a
//! window of it, and gives every byte before a mistake before it names the mistake.
//!
//! | file | its one concern |
//! |---|---|
//! | `argument` | is this word standard input, a file, or bytes? |
//! | `source` | a bounded window on the reader that counts lines; byte order marks |
//! | `sniff` | which spelling is it, and why |
//! | `hex`, `array`, `escaped`, `base64`, `dump/` | one family of spellings each: from the window to bytes |
//! | `between` | comments and ornaments, which all of them step over |
//! | `pending` | bytes decoded in steps, handed out in exact amounts |
//! | `spelling`, `error` | names and mistakes |

mod argument;
mod array;
mod base64;
mod between;
mod dump;
mod error;
mod escaped;
mod hex;
mod pending;
#[cfg(test)]
mod samples;
mod sniff;
mod source;
mod spelling;
#[cfg(test)]
mod tests;

use std::io::Read;

pub use self::{
    argument::Argument,
    error::{ErrorKind, InputError},
    source::Place,
    spelling::{Form, Spelling},
};
use self::{
    array::Array,
    base64::Base64Text,
    dump::Dump,
    escaped::Escaped,
    hex::HexText,
    sniff::{Plan, Verdict},
    source::Source,
};

/// How much of the input is read before its spelling is judged.
const HEAD_BYTES: usize = 64 * 1024;

/// Lines in a [`Input::line_preview`].
const PREVIEW_LINES_MAX: usize = 8;

/// Most bytes that are decoded at once where no amount is asked for.
const STEP_BYTES: usize = 64 * 1024;

enum Decoder {
    Raw,
    Hex(HexText),
    Base64(Base64Text),
    Array(Array),
    Escaped(Escaped),
    Dump(Dump),
}

impl Decoder {
    fn new(plan: Plan) -> Self {
        match plan {
            Plan::Raw => Self::Raw,
            Plan::Hex => Self::Hex(HexText::default()),
            Plan::Base64 => Self::Base64(Base64Text::default()),
            Plan::Array(shape) => Self::Array(Array::new(shape)),
            Plan::Escaped(shape) => Self::Escaped(Escaped::new(shape)),
            Plan::Dump(layout) => Self::Dump(Dump::new(layout)),
        }
    }

    fn begin<R: Read>(&mut self, source: &mut Source<R>) -> Result<bool, InputError> {
        match self {
            Self::Raw => Ok(!source.peek(1)?.is_empty()),
            Self::Hex(hex) => hex.begin(source),
            Self::Base64(base64) => base64.begin(source),
            Self::Array(array) => array.begin(source),
            Self::Escaped(escaped) => escaped.begin(source),
            Self::Dump(dump) => dump.begin(source),
        }
    }

    /// Whether the start of another unit can be told behind a mistake, when lines are no units.
    fn resumes(&self) -> bool {
        match self {
            Self::Dump(_) => true,
            Self::Array(array) => array.resumes(),
            Self::Raw | Self::Hex(_) | Self::Base64(_) | Self::Escaped(_) => false,
        }
    }

    fn fill<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Vec<u8>,
        want: usize,
        lines: bool,
    ) -> Result<usize, InputError> {
        match self {
            Self::Raw => fill_raw(source, out, want),
            Self::Hex(hex) => hex.fill(source, out, want, lines),
            Self::Base64(base64) => base64.fill(source, out, want, lines),
            Self::Array(array) => array.fill(source, out, want),
            Self::Escaped(escaped) => escaped.fill(source, out, want, lines),
            Self::Dump(dump) => dump.fill(source, out, want),
        }
    }
}

fn fill_raw<R: Read>(source: &mut Source<R>, out: &mut Vec<u8>, want: usize) -> Result<usize, InputError> {
    let before = out.len();
    while out.len() - before < want {
        let window = source.peek(1)?;
        let taken = window.get(..want - (out.len() - before)).unwrap_or(window);
        if taken.is_empty() {
            break;
        }
        let count = taken.len();
        out.extend_from_slice(taken);
        source.consume(count);
    }
    Ok(out.len() - before)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Before the first unit, or the last one was read to its end.
    Between,
    Within,
    /// The current unit failed: what is left of it is to be skipped.
    Failed,
    Ended,
}

/// An input whose spelling is known, decoded as it is read.
///
/// The bytes come in units (messages, or streams of them): see [`Input::next_unit`].
pub struct Input<R: Read> {
    source: Source<R>,
    decoder: Decoder,
    spelling: Spelling,
    reason: String,
    preview: Vec<Vec<u8>>,
    lines: bool,
    progress: Progress,
    line: u64,
}

impl<R: Read> Input<R> {
    /// Reads the head of the input and judges its spelling, unless it is forced.
    ///
    /// # Errors
    ///
    /// When the reader fails, when there is nothing to read, and when it is text in no known spelling.
    pub fn open(reader: R, forced: Option<Form>) -> Result<Self, InputError> {
        let mut source = Source::new(reader);
        source.peek(HEAD_BYTES + 1)?;
        if forced != Some(Form::Raw) {
            source.take_byte_order_mark()?;
            source.peek(HEAD_BYTES + 1)?;
        }
        let window = source.window();
        // The judgement must not depend on how much the reader happened to give.
        let whole = window.len() <= HEAD_BYTES;
        let head = window.get(..HEAD_BYTES).unwrap_or(window);
        let Verdict { plan, spelling, reason } = sniff::judge(head, whole, forced)?;
        let preview = preview(head, whole, &plan);
        let decoder = Decoder::new(plan);
        Ok(Self {
            source,
            decoder,
            spelling,
            reason,
            preview,
            lines: false,
            progress: Progress::Between,
            line: 1,
        })
    }

    /// How the bytes are written.
    #[must_use]
    pub fn spelling(&self) -> Spelling {
        self.spelling
    }

    /// Why they are read so, as a sentence without its full stop: "read as decimal bytes: `-1` is no byte in hex".
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Several one-line messages, or one message that is wrapped over lines? Only the caller can tell: here are the first
    /// lines, each decoded on its own, as far as the head of the input shows them whole. A line that cannot be decoded on
    /// its own is there with the bytes before its mistake. Empty when the question does not arise: there is one line only, or
    /// the spelling marks its own units (raw bytes, dumps with offsets, arrays in brackets).
    #[must_use]
    pub fn line_preview(&self) -> &[Vec<u8>] {
        &self.preview
    }

    /// Answers the question of [`Input::line_preview`]; at first all lines are one unit. To be called between units.
    pub fn lines_are_messages(&mut self, yes: bool) {
        self.lines =
            yes && matches!(self.decoder, Decoder::Hex(_) | Decoder::Base64(_) | Decoder::Escaped(_));
    }

    /// Moves to the next unit: a line when lines are messages, an array, a literal, a block of a dump (a blank line or an
    /// offset of zero begins another); else the whole input is one unit. What is left of the current unit is skipped. False at
    /// the end.
    ///
    /// # Errors
    ///
    /// When the reader fails.
    pub fn next_unit(&mut self) -> Result<bool, InputError> {
        self.skip_rest_of_unit()?;
        if self.progress == Progress::Ended || !self.decoder.begin(&mut self.source)? {
            self.progress = Progress::Ended;
            return Ok(false);
        }
        self.progress = Progress::Within;
        self.line = self.source.place().line;
        Ok(true)
    }

    /// Appends up to `want` more bytes of the current unit; 0 at its end. Fewer than `want` does not mean the end.
    ///
    /// All bytes before a mistake are given before the mistake is.
    ///
    /// # Errors
    ///
    /// When the reader fails, and when the text breaks the rules of its spelling. [`Input::next_unit`] goes on behind it.
    pub fn fill(&mut self, out: &mut Vec<u8>, want: usize) -> Result<usize, InputError> {
        if self.progress != Progress::Within || want == 0 {
            return Ok(0);
        }
        match self.decoder.fill(&mut self.source, out, want, self.lines) {
            Ok(0) => {
                self.progress = Progress::Between;
                Ok(0)
            }
            Ok(count) => Ok(count),
            Err(error) => {
                self.progress = Progress::Failed;
                Err(error)
            }
        }
    }

    /// 1-based line of the input on which the current unit begins.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Replaces `out` by all bytes of the next unit; false at the end. Made for many small units: a line of plain hex is
    /// decoded in one go. A unit is as large as the text says, so use [`Input::fill`] where that may be too much.
    ///
    /// # Errors
    ///
    /// As for [`Input::fill`]; `out` holds the bytes before the mistake.
    pub fn next_line_into(&mut self, out: &mut Vec<u8>) -> Result<bool, InputError> {
        out.clear();
        if self.progress == Progress::Between && self.lines && self.take_plain_hex_line(out) {
            return Ok(true);
        }
        if !self.next_unit()? {
            return Ok(false);
        }
        while self.fill(out, STEP_BYTES)? > 0 {}
        Ok(true)
    }

    /// Decodes the line at the front of the window if it is there as a whole and nothing but hex.
    fn take_plain_hex_line(&mut self, out: &mut Vec<u8>) -> bool {
        if !matches!(self.decoder, Decoder::Hex(_)) {
            return false;
        }
        let window = self.source.window();
        let Some(length) = memchr::memchr(b'\n', window) else { return false };
        let line = window.get(..length).unwrap_or_default();
        let digits = line.strip_suffix(b"\r").unwrap_or(line).len();
        if digits == 0 || hex::decode_contiguous(line, out) * 2 != digits {
            out.clear();
            return false;
        }
        self.line = self.source.place().line;
        self.source.consume_line(length);
        true
    }

    fn skip_rest_of_unit(&mut self) -> Result<(), InputError> {
        let mut skipped = Vec::new();
        while self.progress == Progress::Within {
            skipped.clear();
            // A mistake in what nobody wants to see is no mistake, unless the reader itself fails.
            match self.fill(&mut skipped, STEP_BYTES) {
                Err(error) if error.kind == ErrorKind::Io => return Err(error),
                _ => {}
            }
        }
        if self.progress == Progress::Failed {
            self.progress = Progress::Between;
            if self.lines {
                self.source.skip_rest_of_line()?;
            } else if !self.decoder.resumes() {
                self.progress = Progress::Ended;
            }
        }
        Ok(())
    }
}

/// The first whole lines, each decoded on its own; none if there is only one.
fn preview(head: &[u8], whole: bool, plan: &Plan) -> Vec<Vec<u8>> {
    let seen = if whole { head.len() } else { memchr::memrchr(b'\n', head).map_or(0, |at| at + 1) };
    let mut decoder = match plan {
        Plan::Hex => Decoder::Hex(HexText::default()),
        Plan::Base64 => Decoder::Base64(Base64Text::default()),
        Plan::Escaped(shape) => Decoder::Escaped(Escaped::new(*shape)),
        Plan::Raw | Plan::Array(_) | Plan::Dump(_) => return Vec::new(),
    };
    let mut source = Source::new(head.get(..seen).unwrap_or_default());
    let mut lines = Vec::new();
    while lines.len() < PREVIEW_LINES_MAX && decoder.begin(&mut source).unwrap_or(false) {
        let mut line = Vec::new();
        let failed = loop {
            match decoder.fill(&mut source, &mut line, STEP_BYTES, true) {
                Ok(0) => break false,
                Ok(_) => {}
                Err(_) => break true,
            }
        };
        if failed && source.skip_rest_of_line().is_err() {
            break;
        }
        lines.push(line);
    }
    if lines.len() > 1 { lines } else { Vec::new() }
}
