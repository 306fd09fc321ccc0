//! The headers of a segment's batches, one after the other, without reading what they hold.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::codec::records::batch::{Attributes, Batch, HEADER_BYTES, NO_SEQUENCE};
use crate::codec::records::batches::{AnyBatch, MAGIC_MAX, RawBatch, next_length};

/// So much is read at once: many small batches, and not much more than the header of a large one.
const WINDOW_BYTES: usize = 4 << 10;

/// What a log has to know of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Bytes of all of it.
    pub length: u32,
    /// 0, 1 or 2.
    pub magic: u8,
    pub attributes: Attributes,
    /// That of the last message where the first is not known without unpacking (magic 0 and 1).
    pub base_offset: i64,
    pub last_offset: i64,
    pub max_timestamp: i64,
    pub leader_epoch: i32,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub last_sequence: i32,
}

impl Head {
    /// That of a batch of magic 2.
    pub fn of_batch(batch: &Batch<'_>) -> Self {
        Self {
            length: batch.bytes().len() as u32,
            magic: MAGIC_MAX as u8,
            attributes: batch.attributes(),
            base_offset: batch.base_offset(),
            last_offset: batch.last_offset(),
            max_timestamp: batch.max_timestamp(),
            leader_epoch: batch.partition_leader_epoch(),
            producer_id: batch.producer_id(),
            producer_epoch: batch.producer_epoch(),
            base_sequence: batch.base_sequence(),
            last_sequence: batch.last_sequence(),
        }
    }

    /// That of any batch; of `bytes` no more than the header need be there.
    pub fn of(bytes: &[u8], length: usize) -> Option<Self> {
        let magic = *bytes.get(crate::codec::records::batches::MAGIC_AT)?;
        let head = match (RawBatch { at: 0, magic, bytes }).view().ok()? {
            AnyBatch::Batch(batch) => Self::of_batch(&batch),
            AnyBatch::Message(message) => Self {
                length: 0,
                magic,
                attributes: message.attributes(),
                base_offset: message.offset(),
                last_offset: message.offset(),
                max_timestamp: message.timestamp(),
                leader_epoch: -1,
                producer_id: -1,
                producer_epoch: -1,
                base_sequence: NO_SEQUENCE,
                last_sequence: NO_SEQUENCE,
            },
        };
        Some(Self { length: u32::try_from(length).ok()?, ..head })
    }

    /// The offset behind the last record's.
    pub fn next_offset(&self) -> i64 {
        self.last_offset.saturating_add(1)
    }
}

/// Goes from header to header. It ends in silence where no batch begins, or one runs past the end.
#[derive(Debug)]
pub(super) struct Heads<'f> {
    file: &'f File,
    at: u64,
    end: u64,
    window: [u8; WINDOW_BYTES],
    window_at: u64,
    window_len: usize,
}

impl<'f> Heads<'f> {
    /// From the batch that begins at byte `at` to byte `end` of the file.
    pub fn new(file: &'f File, at: u64, end: u64) -> Self {
        Self { file, at, end, window: [0; WINDOW_BYTES], window_at: 0, window_len: 0 }
    }

    /// Position of the next batch.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The next batch's position and header.
    pub fn next_head(&mut self) -> io::Result<Option<(u64, Head)>> {
        let left = self.end.saturating_sub(self.at);
        let need = left.min(HEADER_BYTES as u64) as usize;
        if need == 0 {
            return Ok(None);
        }
        let mut from = self.at.checked_sub(self.window_at).map_or(self.window_len, |from| from as usize);
        if from.saturating_add(need) > self.window_len {
            let room = self.window.get_mut(..left.min(WINDOW_BYTES as u64) as usize).unwrap_or_default();
            self.window_len = read_up_to(self.file, room, self.at)?;
            (self.window_at, from) = (self.at, 0);
        }
        let bytes = self.window.get(from..self.window_len).unwrap_or_default();
        let length = next_length(bytes).unwrap_or(0);
        let bytes = bytes.get(..bytes.len().min(length)).unwrap_or_default();
        let Some(head) = Head::of(bytes, length).filter(|_| length as u64 <= left) else { return Ok(None) };
        let at = self.at;
        self.at += length as u64;
        Ok(Some((at, head)))
    }
}

/// Reads until `room` is full or the file ends; how much was read.
pub(super) fn read_up_to(file: &File, room: &mut [u8], at: u64) -> io::Result<usize> {
    let mut read = 0;
    while let Some(rest) = room.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}
