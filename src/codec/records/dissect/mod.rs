//! Records onto the tape: every byte of every batch in a node, and what Kafka thinks of it. Never
//! fails and goes on behind damage: a wrong checksum does not hide the records, a broken record not
//! the next one, and a broken batch not the next batch where its length can be believed.

mod batch;
pub mod fields;
mod legacy;
mod record;

use super::batches::{LENGTH_AT, LENGTH_END, MAGIC_AT, next_length};
use super::error::{RecordsError, RecordsNote};
use crate::codec::dissect::Depth;
use crate::codec::finding::{FindingKind, Severity};
use crate::codec::frame::severity_of;
use crate::codec::record_types::Family;
use crate::codec::schema::{Field, Type};
use crate::codec::tape::{NO_INDEX, Shape, Tape};

/// How many records of one batch may be broken before the rest is left: behind a wrong length every
/// byte can look like a broken record.
const BROKEN_RECORDS_MAX: u32 = 16;

/// Adds the batches of `content`, whose first byte stands at `offset` of the current buffer.
/// `family` says what the keys and values are, where Kafka itself wrote them. What Kafka refuses is
/// an error where `depth` is outermost, and inner otherwise.
pub fn batches(tape: &mut Tape, content: &[u8], offset: usize, family: Option<Family>, depth: Depth) {
    tape.set_reached(offset);
    let family = family.filter(|_| depth.open);
    let mut walk = Walk { tape, offset, family, depth, muted: false };
    walk.batches(content);
}

struct Walk<'t> {
    tape: &'t mut Tape,
    /// Offset in the current buffer of what the offsets of the typed readers count from.
    offset: usize,
    family: Option<Family>,
    depth: Depth,
    /// Kafka does not look at what is being shown, so nothing is wrong with it.
    muted: bool,
}

impl Walk<'_> {
    fn batches(&mut self, content: &[u8]) {
        let base = self.offset;
        let end = base + content.len();
        let mut at = 0;
        for index in 0.. {
            let Some(rest) = content.get(at..).filter(|rest| !rest.is_empty()) else { break };
            self.offset = base + at;
            match next_length(rest) {
                Ok(length) => {
                    if let Some(bytes) = rest.get(..length) {
                        self.whole(bytes, index);
                        at += length;
                    } else {
                        self.cut_off(rest, length, index);
                        break;
                    }
                }
                Err(error) => {
                    let length = claimed_length(rest).filter(|_| error.at == MAGIC_AT);
                    let begin =
                        self.tape.open(&fields::BATCH, index, Shape::Struct, 0, self.offset, self.offset);
                    self.common_fields(rest);
                    self.tape.gap(&fields::UNREAD, length.map_or(end, |length| self.offset + length));
                    self.tape.close(begin);
                    self.error_in(error.at, error.kind, begin.node + field_at(error.at));
                    let Some(length) = length else { break };
                    at += length;
                }
            }
        }
        self.offset = base;
    }

    fn whole(&mut self, bytes: &[u8], index: u32) {
        if bytes.get(MAGIC_AT) == Some(&2) {
            self.batch(bytes, bytes.len(), index);
        } else {
            self.message(bytes, bytes.len(), index, None);
        }
    }

    /// The beginning of a batch of which `length` bytes should be there.
    fn cut_off(&mut self, rest: &[u8], length: usize, index: u32) {
        let node = self.tape.nodes().len();
        self.muted = true;
        match rest.get(MAGIC_AT) {
            Some(2) => self.batch(rest, length, index),
            Some(_) => self.message(rest, length, index, None),
            None => {
                let opened =
                    self.tape.open(&fields::BATCH, index, Shape::Struct, 0, self.offset, self.offset);
                self.fixed(rest, &[&fields::BASE_OFFSET, &fields::BATCH_LENGTH]);
                self.tape.gap(&fields::UNREAD, self.offset + rest.len());
                self.tape.close(opened);
            }
        }
        self.muted = false;
        let kind = RecordsNote::CutOff { need: length, have: rest.len() };
        self.note_in(0, kind, node);
    }

    /// The three fields before the magic byte, and it, of what is no batch.
    fn common_fields(&mut self, bytes: &[u8]) {
        self.fixed(bytes, &[&fields::BASE_OFFSET, &fields::BATCH_LENGTH]);
        // What stands between is the leader epoch or the checksum.
        if let Some(magic) = bytes.get(MAGIC_AT) {
            self.tape.gap(&fields::UNREAD, self.offset + MAGIC_AT);
            let at = self.offset + MAGIC_AT;
            self.tape.leaf(&fields::MAGIC, NO_INDEX, Shape::Int, i64::from(*magic as i8), [at, at, at + 1]);
        }
    }

    /// Adds fields of fixed size that begin `bytes`, as far as they are there.
    fn fixed(&mut self, bytes: &[u8], fields: &[&'static Field]) {
        let mut rest = bytes.get(self.tape.reached() - self.offset..).unwrap_or_default();
        for field in fields {
            let at = self.tape.reached();
            let Some((value, size)) = int(rest, field) else { return };
            self.tape.leaf(field, NO_INDEX, Shape::Int, value, [at, at, at + size]);
            rest = rest.get(size..).unwrap_or_default();
        }
    }

    /// Adds what is left up to `end`, counted from the batch's first byte.
    fn rest(&mut self, end: usize) {
        self.tape.gap(&fields::UNREAD, self.offset + end);
    }

    /// Notes an error in the node added last; `at` counts from the batch's first byte.
    #[cold]
    fn error(&mut self, at: usize, kind: RecordsError) {
        let node = self.tape.nodes().len().saturating_sub(1);
        self.error_in(at, kind, node);
    }

    #[cold]
    fn error_in(&mut self, at: usize, kind: RecordsError, node: usize) {
        if !self.muted {
            let severity = if kind.is_note() { Severity::Note } else { severity_of(self.depth) };
            self.tape.find_in(severity, self.offset + at, FindingKind::Records(kind), self.kept(node));
        }
    }

    #[cold]
    fn note(&mut self, at: usize, note: RecordsNote) {
        let node = self.tape.nodes().len().saturating_sub(1);
        self.note_in(at, note, node);
    }

    #[cold]
    fn note_in(&mut self, at: usize, note: RecordsNote, node: usize) {
        if !self.muted {
            let kind = FindingKind::Records(RecordsError::Odd(note));
            self.tape.find_in(Severity::Note, self.offset + at, kind, self.kept(node));
        }
    }

    /// The node, or the last one where it was left out because there are too many.
    fn kept(&self, node: usize) -> usize {
        node.min(self.tape.nodes().len().saturating_sub(1))
    }
}

/// The length that a batch claims, where as much is there.
fn claimed_length(rest: &[u8]) -> Option<usize> {
    Some(claimed_size(rest)? + LENGTH_END).filter(|&length| length <= rest.len())
}

/// The size that a batch or message claims to have behind its size.
fn claimed_size(rest: &[u8]) -> Option<usize> {
    usize::try_from(i32::from_be_bytes(*rest.get(LENGTH_AT..)?.first_chunk()?)).ok()
}

/// Which child of a batch that is none an offset of its first 17 bytes belongs to.
fn field_at(at: usize) -> usize {
    match at {
        0..LENGTH_AT => 1,
        LENGTH_AT..LENGTH_END => 2,
        _ => 4,
    }
}

/// A big-endian integer of a field's type, and its size.
#[inline]
fn int(bytes: &[u8], field: &Field) -> Option<(i64, usize)> {
    Some(match field.ty {
        Type::Int8 => (i64::from(i8::from_be_bytes(*bytes.first_chunk()?)), 1),
        Type::Int16 => (i64::from(i16::from_be_bytes(*bytes.first_chunk()?)), 2),
        Type::Int64 => (i64::from_be_bytes(*bytes.first_chunk()?), 8),
        Type::Uint32 => (i64::from(u32::from_be_bytes(*bytes.first_chunk()?)), 4),
        _ => (i64::from(i32::from_be_bytes(*bytes.first_chunk()?)), 4),
    })
}
