//! From an input to messages: cuts a stream into frames or batches, remembers which request a
//! response answers, and has each message recognised and read. Between [`crate::input`], which knows
//! nothing of Kafka, and [`crate::codec`], which knows nothing of streams.

mod framing;
mod pairs;

use std::io::Read;

use crate::codec::detect::{self, FRAME_BYTES_MAX, Hints};
use crate::codec::dissect::Depth;
use crate::codec::foreign::{self, Foreign};
use crate::codec::reading::{self, ReadAs, Reading};
use crate::codec::record_types::Family;
use crate::codec::tape::Tape;
use crate::input::{ErrorKind, Input, InputError};

use framing::{Framing, Next};
pub use pairs::Pairs;

const RUN_OF_BATCHES: &str =
    "read as a record batch: the input is a run of them, too long to be shown as one";
const ANSWERS: &str = "read as the response to the request before it with this correlation id";

/// How the input is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What is known of every message.
    pub hints: Hints,
    /// Requests and responses take turns.
    pub pair: bool,
    /// Whether each line of text is a message; worked out where it is not said.
    pub lines: Option<bool>,
    /// The largest frame that is taken in.
    pub frame_bytes_max: usize,
    /// Whether records and embedded messages are opened.
    pub depth: Depth,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hints: Hints::default(),
            pair: false,
            lines: None,
            frame_bytes_max: FRAME_BYTES_MAX,
            depth: Depth::ALL,
        }
    }
}

/// One message of the input.
#[derive(Debug)]
pub struct Message<'d> {
    /// Its bytes.
    pub bytes: &'d [u8],
    /// What was read, and what was found.
    pub tape: &'d Tape,
    /// What it is.
    pub reading: &'d Reading,
    /// Its number in the input, from 0.
    pub number: u64,
    /// The line of the input that it begins on, where lines are messages.
    pub line: Option<u64>,
    /// Offset of its first byte in the unit of the input.
    pub base: u64,
    /// It is the only one.
    pub alone: bool,
    /// What it is instead, where it is plainly not Kafka.
    pub foreign: Option<Foreign>,
}

/// Reads an input message by message, in one tape and one buffer.
pub struct Decoder<R: Read> {
    input: Input<R>,
    options: Options,
    tape: Tape,
    buffer: Vec<u8>,
    /// The current message is `buffer[start..end]`.
    start: usize,
    end: usize,
    /// Offset of `buffer[0]` in the unit.
    base: u64,
    framing: Framing,
    /// The unit is a run of batches, and so is what is left when it cannot be cut any more.
    batches: bool,
    /// Whose batches those are, once that was looked for.
    family: Option<Family>,
    family_known: bool,
    lines: bool,
    pairs: Pairs,
    number: u64,
    last_of_input: bool,
    reading: Option<Reading>,
    /// What is wrong with the text behind the bytes that are in the buffer: told after those.
    pending: Option<InputError>,
    finished: bool,
}

impl<R: Read> Decoder<R> {
    /// Reads `input` as `options` say. The tape brings the limits of what is kept of one message.
    pub fn new(mut input: Input<R>, options: Options, tape: Tape) -> Self {
        let lines = options
            .lines
            .unwrap_or_else(|| framing::lines_are_messages(input.line_preview(), &options.hints));
        input.lines_are_messages(lines);
        Self {
            input,
            options,
            tape,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            base: 0,
            framing: Framing::Done,
            batches: false,
            family: None,
            family_known: false,
            lines,
            pairs: Pairs::default(),
            number: 0,
            last_of_input: false,
            reading: None,
            pending: None,
            finished: false,
        }
    }

    /// Goes on with the requests of an input before this one.
    pub fn set_pairs(&mut self, pairs: Pairs) {
        self.pairs = pairs;
    }

    /// The requests that are not answered yet.
    pub fn into_pairs(self) -> Pairs {
        self.pairs
    }

    /// The input that is read.
    pub fn input(&self) -> &Input<R> {
        &self.input
    }

    /// The next message; none at the end of the input.
    ///
    /// # Errors
    /// What is wrong with the text that the bytes are written in, or with reading it. The bytes
    /// before that place were returned as a message; the next call goes on behind it where it can.
    pub fn next_message(&mut self) -> Result<Option<Message<'_>>, InputError> {
        if !self.advance()? {
            return Ok(None);
        }
        self.read();
        let Some(reading) = self.reading.as_ref() else { return Ok(None) };
        let bytes = self.buffer.get(self.start..self.end).unwrap_or_default();
        let foreign =
            if self.base + self.start as u64 == 0 || self.lines { foreign::recognise(bytes) } else { None };
        let number = self.number;
        self.number += 1;
        Ok(Some(Message {
            bytes,
            tape: &self.tape,
            reading,
            number,
            line: self.lines.then(|| self.input.line()),
            base: self.base + self.start as u64,
            alone: number == 0 && self.last_of_input,
            foreign,
        }))
    }

    /// Moves to the next message's bytes.
    fn advance(&mut self) -> Result<bool, InputError> {
        if let Some(error) = self.pending.take_if(|_| self.lines && self.end == self.buffer.len()) {
            return Err(error);
        }
        if self.finished {
            return Ok(false);
        }
        if self.lines {
            return self.advance_line();
        }
        loop {
            self.start = self.end;
            match self.framing.next(&self.buffer, self.start, self.options.frame_bytes_max) {
                Next::Message { end } => {
                    self.batches |= matches!(self.framing, Framing::Batches { .. });
                    self.end = end;
                    self.last_of_input = end == self.buffer.len() && self.framing.is_last();
                    return Ok(true);
                }
                Next::More { bytes } => {
                    self.drop_what_was_read();
                    self.fill(bytes);
                }
                Next::Unit => {
                    if let Some(error) = self.pending.take() {
                        return Err(error);
                    }
                    self.buffer.clear();
                    (self.start, self.end, self.base) = (0, 0, 0);
                    match self.input.next_unit() {
                        Ok(true) => {
                            self.framing = Framing::new(&self.options.hints, self.options.pair);
                            (self.batches, self.family_known) = (false, false);
                        }
                        Ok(false) => {
                            self.finished = true;
                            return Ok(false);
                        }
                        Err(error) => {
                            self.finished = true;
                            return Err(error);
                        }
                    }
                }
            }
        }
    }

    fn advance_line(&mut self) -> Result<bool, InputError> {
        if self.end < self.buffer.len() {
            // More behind a whole frame on the same line.
            (self.start, self.end) = (self.end, self.buffer.len());
            return Ok(true);
        }
        let line = self.input.next_line_into(&mut self.buffer);
        (self.base, self.start, self.end) = (0, 0, self.buffer.len());
        match line {
            Ok(more) => {
                self.finished = !more;
                Ok(more)
            }
            Err(error) => {
                self.finished = error.kind == ErrorKind::Io;
                if self.buffer.is_empty() {
                    return Err(error);
                }
                self.pending = Some(error);
                Ok(true)
            }
        }
    }

    /// Reads `bytes` more, or up to the end of the unit or to a mistake in the text.
    fn fill(&mut self, bytes: usize) {
        let enough = self.buffer.len().saturating_add(bytes);
        while self.buffer.len() < enough {
            match self.input.fill(&mut self.buffer, bytes.max(framing::CHUNK_BYTES)) {
                Ok(0) => return self.framing.end_of_unit(),
                Ok(_) => {}
                Err(error) => {
                    self.pending = Some(error);
                    return self.framing.end_of_unit();
                }
            }
        }
    }

    fn drop_what_was_read(&mut self) {
        self.buffer.drain(..self.start);
        self.base += self.start as u64;
        (self.start, self.end) = (0, 0);
    }

    /// Recognises and reads the current message.
    fn read(&mut self) {
        let bytes = self.buffer.get(self.start..self.end).unwrap_or_default();
        let hints = self.options.hints;
        let batches = hints.what.is_none() && self.batches;
        if batches {
            // All batches of a run are of one log: its first one tells whose.
            if !std::mem::replace(&mut self.family_known, true) {
                self.family = hints.family.or_else(|| detect::family_of_records(&mut self.tape, bytes));
            }
        }
        self.tape.clear();
        let (tape, depth) = (&mut self.tape, self.options.depth);
        let answer = self.pairs.answer(bytes, &hints, self.options.pair).filter(|_| !batches).and_then(
            |(read_as, must)| {
                let mut reading = reading::read(tape, bytes, 0, read_as, depth);
                // A request can begin with the bytes of a correlation id; then it does not read as an answer.
                let answers = must || detect::is_whole(tape);
                reading.reason = ANSWERS.into();
                self.pairs.answered(reading.frame.and_then(|frame| frame.correlation_id.filter(|_| answers)));
                answers.then_some(reading)
            },
        );
        let mut reading = answer.unwrap_or_else(|| {
            tape.clear();
            if batches {
                return reading::read(tape, bytes, 0, ReadAs::Records(self.family), depth);
            }
            detect::detect(tape, bytes, 0, &hints, depth)
        });
        if batches {
            reading.reason = RUN_OF_BATCHES.into();
        }
        // A size prefix that is too small leaves bytes behind it: they are a message of their own.
        if reading.frame.is_some() && reading.end > 0 && self.start + reading.end < self.end {
            self.end = self.start + reading.end;
            if !self.lines {
                self.framing.go_on();
            }
        }
        if let (ReadAs::Request { .. }, Some(frame)) = (reading.read_as, reading.frame) {
            self.pairs.remember(&frame);
        }
        self.reading = Some(reading);
    }
}
