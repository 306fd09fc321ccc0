//! The batches of a segment, found as Kafka's own reader finds them (`FileLogInputStream`): each
//! begins where the one before it ends by its length, and nothing else is asked.

use std::io::{self, Read};
use std::path::Path;

use crate::codec::records::batch::HEADER_BYTES;
use crate::codec::records::batches::{LENGTH_AT, LENGTH_END, LENGTH_MIN, MAGIC_AT};
use crate::log::source::Source;

/// The window's size until a batch needs more: small enough to stay in a processor's cache.
const WINDOW_BYTES: usize = 256 << 10;
/// A window that had to grow is given back once it is larger than this.
const KEPT_BYTES: usize = 4 << 20;
/// The bytes that Kafka reads first of a batch; where not more than these are left, it stops.
const HEAD_BYTES: u64 = MAGIC_AT as u64 + 1;

/// A batch at the front of the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Where it begins in the file.
    pub at: u64,
    /// All of it.
    pub bytes: usize,
    /// Its magic byte, whatever it is.
    pub magic: i8,
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next {
    /// A batch.
    Batch(Frame),
    /// Kafka's reader is at its end. Bytes may be left, which it calls invalid.
    End,
    /// A size that no batch has, at which Kafka's reader throws.
    Size(i32),
    /// The file became shorter while it was read.
    Shrunk,
}

/// A segment and the part of it that is in memory.
#[derive(Debug)]
pub(super) struct Segment {
    source: Source,
    window: Vec<u8>,
    start: usize,
    end: usize,
    /// Position in the file of the window's first byte in use.
    position: u64,
    /// The file's length; of a stream, once its end was seen.
    length: Option<u64>,
    /// Batches that do not end before this are not read.
    limit: u64,
    ended: bool,
}

impl Segment {
    /// Opens a file; batches behind `limit` are left alone.
    pub fn open(path: &Path, limit: u64) -> io::Result<Self> {
        let source = Source::open(path)?;
        let length = source.len();
        let room = length.map_or(WINDOW_BYTES, |length| length.min(WINDOW_BYTES as u64) as usize);
        let window = vec![0; room.max(HEADER_BYTES)];
        Ok(Self { source, window, start: 0, end: 0, position: 0, length, limit, ended: false })
    }

    /// The file's length, as far as it is known.
    pub fn length(&self) -> u64 {
        self.length.unwrap_or(u64::MAX)
    }

    /// Where the part to be read ends.
    pub fn slice_end(&self) -> u64 {
        self.length().min(self.limit)
    }

    /// Sets how far is read, from the file's beginning.
    pub fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Position of the next batch.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The bytes in the window; the next batch begins with them.
    fn rest(&self) -> &[u8] {
        self.window.get(self.start..self.end).unwrap_or_default()
    }

    /// The batch that was found last.
    pub fn batch(&self, frame: &Frame) -> &[u8] {
        self.rest().get(..frame.bytes).unwrap_or_default()
    }

    /// As many bytes as a header of magic 2 has from where the batch begins, even where it is
    /// shorter: Kafka reads them from the file without asking whose they are.
    pub fn header(&self) -> &[u8] {
        let rest = self.rest();
        rest.get(..HEADER_BYTES).unwrap_or(rest)
    }

    /// Goes behind a batch.
    pub fn pass(&mut self, frame: &Frame) {
        self.start = (self.start + frame.bytes).min(self.end);
        self.position += frame.bytes as u64;
    }

    /// Goes to a place in the file; streams only go on. False where it cannot be reached.
    pub fn go_to(&mut self, position: u64) -> io::Result<bool> {
        if let Some(ahead) = position.checked_sub(self.position)
            && ahead <= (self.end - self.start) as u64
        {
            self.start += ahead as usize;
            self.position = position;
            return Ok(true);
        }
        if !self.source.seek(position)? {
            let Some(ahead) = position.checked_sub(self.position + (self.end - self.start) as u64) else {
                return Ok(false);
            };
            self.source.skip(ahead)?;
        }
        (self.start, self.end, self.position, self.ended) = (0, 0, position, false);
        Ok(true)
    }

    /// Finds the next batch; it is in memory then.
    pub fn next(&mut self) -> io::Result<Next> {
        let end = self.slice_end();
        if end.saturating_sub(self.position) <= HEAD_BYTES {
            return Ok(Next::End);
        }
        if !self.fill(HEADER_BYTES)? && self.rest().len() as u64 <= HEAD_BYTES {
            return Ok(if self.length == Some(self.position + self.rest().len() as u64) {
                Next::End
            } else {
                Next::Shrunk
            });
        }
        let rest = self.rest();
        let size = rest.get(LENGTH_AT..).and_then(<[u8]>::first_chunk).map_or(0, |b| i32::from_be_bytes(*b));
        let magic = rest.get(MAGIC_AT).map_or(0, |&byte| byte as i8);
        if size < LENGTH_MIN {
            return Ok(Next::Size(size));
        }
        let bytes = size as usize + LENGTH_END;
        if bytes as u64 > self.slice_end() - self.position {
            return Ok(Next::End);
        }
        if !self.fill(bytes.max(HEADER_BYTES))? && self.rest().len() < bytes {
            let seen = self.position + self.rest().len() as u64;
            return Ok(if self.length == Some(seen) { Next::End } else { Next::Shrunk });
        }
        Ok(Next::Batch(Frame { at: self.position, bytes, magic }))
    }

    /// Reads until the window has `need` bytes or the file ends; returns whether it has them.
    fn fill(&mut self, need: usize) -> io::Result<bool> {
        while self.end - self.start < need && !self.ended {
            if self.window.len() - self.start < need {
                self.window.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            if self.window.len() < need {
                // Grows by what is there, not by what is claimed.
                self.window.resize(need.min(self.window.len().saturating_mul(2)), 0);
            } else if self.window.len() > KEPT_BYTES && need.max(self.end) <= WINDOW_BYTES {
                self.window.truncate(WINDOW_BYTES);
                self.window.shrink_to_fit();
            }
            let Some(room) = self.window.get_mut(self.end..) else { break };
            match self.source.read(room) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.ended && self.length.is_none() {
            self.length = Some(self.position + self.rest().len() as u64);
        }
        Ok(self.end - self.start >= need)
    }
}
