//! What a client gets and has not taken yet: bytes, and ranges of files between them.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use tokio::io::Interest;
use tokio::net::TcpStream;

use super::transmit;
use crate::codec::wire::{WriteError, Writer};

/// A range of a segment.
#[derive(Debug, Clone)]
pub struct FileRange {
    /// The file.
    pub file: Arc<File>,
    /// Its first byte.
    pub position: u64,
    /// How many bytes.
    pub len: usize,
}

/// Responses in order, some of their records still in files.
#[derive(Debug, Default)]
pub struct Output {
    /// Everything but what is in files.
    pub bytes: Vec<u8>,
    /// Where in `bytes` a range of a file goes in, ascending.
    files: VecDeque<(usize, FileRange)>,
    sent: usize,
}

impl Output {
    /// Puts a range of a file in at `at` of the bytes; ranges come in their order.
    pub fn push_file(&mut self, at: usize, range: FileRange) {
        if range.len > 0 {
            self.files.push_back((at, range));
        }
    }

    /// Takes the bytes back from a writer, also where it failed: what others wrote before is among them.
    ///
    /// # Errors
    /// What the writer could not write.
    pub fn take_from(&mut self, mut writer: Writer) -> Result<(), WriteError> {
        self.bytes = std::mem::take(&mut writer.buffer);
        writer.finish().map(drop)
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.sent == self.bytes.len() && self.files.is_empty()
    }

    /// Whether so much waits that it is to be sent before more is answered.
    pub fn is_heavy(&self) -> bool {
        !self.files.is_empty() || self.bytes.len() - self.sent > HEAVY_BYTES
    }

    /// Sends everything, waiting for the client where it is slow; `taken` is called whenever it took some.
    ///
    /// # Errors
    /// Those of the socket, and of the files: the stream is cut then, since a length was promised.
    pub async fn flush(&mut self, stream: &TcpStream, taken: impl Fn()) -> io::Result<()> {
        while !self.is_empty() {
            let until = self.files.front().map_or(self.bytes.len(), |&(at, _)| at);
            if self.sent < until {
                let more = !self.files.is_empty();
                let rest = self.bytes.get(self.sent..until).unwrap_or_default();
                self.sent +=
                    stream.async_io(Interest::WRITABLE, || transmit::bytes(stream, rest, more)).await?;
                taken();
                continue;
            }
            let Some((_, range)) = self.files.front_mut() else { break };
            let sent = stream.async_io(Interest::WRITABLE, || transmit::file(stream, range)).await?;
            if sent == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "a segment ends before the records that were to be sent from it",
                ));
            }
            taken();
            range.position += sent as u64;
            range.len -= sent;
            if range.len == 0 {
                self.files.pop_front();
            }
        }
        self.bytes.clear();
        self.sent = 0;
        if self.bytes.capacity() > KEPT_BYTES {
            self.bytes = Vec::new();
        }
        Ok(())
    }

    /// Gives the memory back, where nothing is in it.
    pub fn release(&mut self) {
        if self.is_empty() {
            *self = Self::default();
        }
    }
}

/// More than this is sent before the next request is answered.
const HEAVY_BYTES: usize = 64 * 1024;
/// A larger buffer is not kept for the next response.
const KEPT_BYTES: usize = 256 * 1024;

impl Output {
    /// Fills in the size of the frame that begins at `at` and reaches to the end, files counted in.
    ///
    /// # Errors
    /// The size, where it is more than a frame says.
    pub fn end_frame(&mut self, at: usize) -> Result<(), usize> {
        let in_files: usize =
            self.files.iter().filter(|&&(place, _)| place >= at).map(|(_, range)| range.len).sum();
        let size = (self.bytes.len() - at).saturating_sub(SIZE_BYTES) + in_files;
        let told = i32::try_from(size).map_err(|_| size)?;
        if let Some(hole) = self.bytes.get_mut(at..at + SIZE_BYTES) {
            hole.copy_from_slice(&told.to_be_bytes());
        }
        Ok(())
    }

    /// Takes back what was put in from `at` on.
    pub fn cut(&mut self, at: usize) {
        self.bytes.truncate(at);
        self.files.retain(|(place, _)| *place < at);
    }

    /// The frames from `at` on, with what is in files, for whoever wants to look at them.
    pub fn copy_from(&self, at: usize) -> io::Result<Vec<u8>> {
        let mut copy = Vec::new();
        let mut done = at;
        for (place, range) in self.files.iter().filter(|&&(place, _)| place >= at) {
            copy.extend_from_slice(self.bytes.get(done..*place).unwrap_or_default());
            done = *place;
            let begin = copy.len();
            copy.resize(begin + range.len, 0);
            range.file.read_exact_at(copy.get_mut(begin..).unwrap_or_default(), range.position)?;
        }
        copy.extend_from_slice(self.bytes.get(done..).unwrap_or_default());
        Ok(copy)
    }
}

const SIZE_BYTES: usize = 4;
