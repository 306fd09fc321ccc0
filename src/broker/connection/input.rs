//! What a client sent and nobody has read yet: frames, in place, in one buffer.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

/// Bytes of the size before each frame.
const SIZE_BYTES: usize = 4;
/// What is read at once while it is not known that a frame is longer: many small requests at a time, and little
/// to move where the last of them is cut.
const READ_BYTES: usize = 64 * 1024;
/// Less than this of a frame that does not go on is kept in a buffer of its own size.
const PARKED_BYTES: usize = 4 * 1024;

/// A frame whose size cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("size {size}: expected 1 to {max} (socket.request.max.bytes)")]
pub struct BadSize {
    /// What the four bytes say.
    pub size: i32,
    /// The most that is taken.
    pub max: i32,
}

/// The buffer. All of it is initialized; frames lie at `start..end`.
#[derive(Debug, Default)]
pub struct Input {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    /// Nothing is there, not even the beginning of a frame.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The bytes that were read and not yet taken.
    pub fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// The bytes of a frame.
    pub fn frame(&mut self, range: Range<usize>) -> &mut [u8] {
        self.buffer.get_mut(range).unwrap_or_default()
    }

    /// Takes the next whole frame, without its size; none if more must be read first.
    ///
    /// # Errors
    /// Its size is not between 1 and `max`.
    pub fn take(&mut self, max: i32) -> Result<Option<Range<usize>>, BadSize> {
        let Some(size) = self.size() else { return Ok(None) };
        if size <= 0 || size > max {
            return Err(BadSize { size, max });
        }
        let begin = self.start + SIZE_BYTES;
        let end = begin + size.unsigned_abs() as usize;
        if end > self.end {
            return Ok(None);
        }
        self.start = end;
        Ok(Some(begin..end))
    }

    fn size(&self) -> Option<i32> {
        self.unread().first_chunk::<SIZE_BYTES>().map(|size| i32::from_be_bytes(*size))
    }

    /// Reads once what is there, after [`Input::take`] returned none. The buffer grows with what has
    /// come, not with what a size claims. After a read that leaves room, tokio knows without asking the
    /// kernel that nothing is left: that saves a request its second system call.
    ///
    /// # Errors
    /// Those of the socket. 0 is the end of the stream.
    pub fn poll_fill(
        &mut self,
        stream: &mut TcpStream,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        let frame = self.size().map_or(0, |size| SIZE_BYTES + size.unsigned_abs() as usize);
        if self.start > 0 && self.start + frame.max(READ_BYTES / 2) > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let grown = (self.buffer.len() * 2).clamp(READ_BYTES, frame.max(READ_BYTES));
            self.buffer.resize(grown.max(self.end + 1), 0);
        }
        // A long frame is read to its own end, so that nothing of the next one has to be moved.
        let to = if frame > READ_BYTES { self.start + frame } else { self.end + READ_BYTES };
        let to = to.min(self.buffer.len());
        let room = self.buffer.get_mut(self.end..to).unwrap_or_default();
        let mut room = ReadBuf::new(room);
        ready!(Pin::new(stream).poll_read(context, &mut room))?;
        let read = room.filled().len();
        self.end += read;
        Poll::Ready(Ok(read))
    }

    /// The size of the frame whose beginning is here, where it takes more than the usual buffer.
    pub fn large(&self) -> Option<usize> {
        self.size().map(|size| size.unsigned_abs() as usize).filter(|size| *size > READ_BYTES)
    }

    /// Gives the memory back but for what the little needs that has come: a client may leave its frame
    /// unfinished as long as it likes.
    pub fn park(&mut self) -> Option<Vec<u8>> {
        if self.unread().len() >= PARKED_BYTES || self.buffer.len() <= PARKED_BYTES {
            return None;
        }
        let kept = self.unread().to_vec();
        (self.start, self.end) = (0, kept.len());
        Some(std::mem::replace(&mut self.buffer, kept))
    }

    /// Gives the memory back, where nothing is in it.
    pub fn release(&mut self) -> Vec<u8> {
        if self.is_empty() { std::mem::take(self).buffer } else { Vec::new() }
    }

    /// Takes memory for a connection that has none.
    pub fn provide(&mut self, buffer: impl FnOnce() -> Vec<u8>) {
        if self.buffer.is_empty() {
            self.buffer = buffer();
        }
    }
}
