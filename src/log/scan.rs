//! The batches of a segment or snapshot, one after the other, from a window that slides over the file.
//!
//! Damage does not end it: where no batch begins, or one runs past the next, the next batch whose
//! checksum fits is looked for, and what lies between is told as a [`Gap`]. Kafka's own reader stops
//! there (`FileLogInputStream`), which hides everything behind one changed byte.

use std::io;

use super::source::{Source, read_full};
use crate::codec::records::batch::{Batch, HEADER_BYTES};
use crate::codec::records::batches::{
    AnyBatch, LENGTH_AT, LENGTH_END, LENGTH_MIN, MAGIC_AT, MAGIC_MAX, RawBatch, next_length,
};
use crate::codec::records::error::{Error, RecordsError, RecordsNote};

/// The window's size until a batch needs more: small enough to stay in a processor's cache.
const WINDOW_BYTES: usize = 256 << 10;
/// A batch that claims more than this is believed only when no other batch begins in this much of it:
/// a changed length must not make us hold a gigabyte. Kafka's default limit of a batch is 1 MiB.
const CREDIBLE_BYTES: usize = 16 << 20;
/// Bytes that checksums may be computed over while looking for the next batch, for each byte looked
/// at: candidates within random bytes are rare, but a hostile file can be full of them.
const SEARCH_COST: u64 = 64;
/// The search begins with this allowance.
const SEARCH_COST_MIN: u64 = 64 << 20;
/// How many bytes the search looks at before it lets go of them.
const SEARCH_STEP: usize = WINDOW_BYTES / 2;

/// Why bytes were passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapKind {
    /// No batch begins here, or its length is wrong.
    Damage(RecordsError),
    /// Nothing but zeros: a page that was never written.
    Zeros,
    /// Nothing but zeros up to the end of the file: it was preallocated, or the end was never written.
    ZeroTail,
    /// The last batch is not all there, and no other batch follows: a write that did not finish.
    TornTail {
        /// Bytes that the batch takes, as far as can be told.
        need: u64,
    },
    /// The file became shorter while it was read.
    Shrunk {
        /// Its length when it was opened.
        length: u64,
    },
}

/// Bytes that no batch explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Where they begin in the file.
    pub at: u64,
    /// Where they end.
    pub end: u64,
    /// What they are.
    pub kind: GapKind,
    /// Offset of the wrong byte or field within the gap, of [`GapKind::Damage`].
    pub wrong_at: u64,
    /// The first bytes, as many as a batch's header has or there are.
    pub head: [u8; HEADER_BYTES],
    /// How many of `head` are there.
    pub head_len: usize,
}

impl Gap {
    /// Its first bytes, at most those of a batch's header.
    pub fn head(&self) -> &[u8] {
        self.head.get(..self.head_len).unwrap_or_default()
    }
}

/// A batch and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Position of its first byte in the file.
    pub at: u64,
    /// Its magic byte: 0, 1 or 2.
    pub magic: u8,
    /// All of it.
    pub bytes: &'a [u8],
    /// What its checksum says; `true` where it was not computed.
    pub crc_fits: bool,
}

impl<'a> Found<'a> {
    /// Its header's view.
    ///
    /// # Errors
    ///
    /// Where it is too short for its header.
    pub fn view(&self) -> Result<AnyBatch<'a>, Error> {
        RawBatch { at: 0, magic: self.magic, bytes: self.bytes }.view()
    }
}

/// What comes next in a file of batches.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// A batch.
    Batch(Found<'a>),
    /// Bytes that are none.
    Gap(Gap),
}

/// See the module.
#[derive(Debug)]
pub struct Scanner {
    source: Source,
    /// Length of the file when it was opened.
    length: Option<u64>,
    /// Bytes at and behind this position are not read.
    limit: u64,
    window: Vec<u8>,
    start: usize,
    end: usize,
    /// Position in the file of `window[start]`.
    position: u64,
    /// The source had no more bytes when it was last asked.
    ended: bool,
    /// Whether checksums are computed.
    check_crc: bool,
    /// Batches of magic 0 or 1 were found, so that the search looks for such.
    legacy: bool,
    found_any: bool,
    /// Bytes that the search may still compute checksums over.
    search_left: u64,
}

impl Scanner {
    /// Scans all of `source`.
    pub fn new(source: Source) -> Self {
        let length = source.len();
        Self {
            source,
            length,
            limit: u64::MAX,
            window: vec![0; WINDOW_BYTES],
            start: 0,
            end: 0,
            position: 0,
            ended: false,
            check_crc: true,
            legacy: false,
            found_any: false,
            search_left: SEARCH_COST_MIN,
        }
    }

    /// The same, as if the file ended at `limit`.
    pub fn with_limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self.length = self.length.map(|length| length.min(limit));
        self
    }

    /// The same without computing checksums; where a batch does not begin, the search still does.
    pub fn without_crc(mut self) -> Self {
        self.check_crc = false;
        self
    }

    /// Position of the next piece.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Length of the file when it was opened or last [`Scanner::resume`]d; `None` for streams.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether the file is longer than it was; what was added is read then.
    fn grown(&mut self) -> bool {
        let now = self.source.len().map(|length| length.min(self.limit));
        let grown = now > self.length;
        if grown {
            (self.length, self.ended) = (now, false);
        }
        grown
    }

    /// Looks at the file anew after it has ended: it may have grown.
    pub fn resume(&mut self) {
        self.ended = false;
        self.length = self.source.len().map(|length| length.min(self.limit));
    }

    /// Goes to another place in the file, where a batch begins. False where that cannot be done.
    ///
    /// # Errors
    ///
    /// Where the system does not let it.
    pub fn seek(&mut self, position: u64) -> io::Result<bool> {
        if let Some(ahead) = position.checked_sub(self.position)
            && ahead <= (self.end - self.start) as u64
        {
            self.consume(ahead as usize);
            return Ok(true);
        }
        if !self.source.seek(position)? {
            return Ok(false);
        }
        (self.start, self.end, self.position, self.ended) = (0, 0, position, false);
        Ok(true)
    }

    fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
        self.position += bytes as u64;
    }

    /// The bytes in the window.
    fn rest(&self) -> &[u8] {
        self.window.get(self.start..self.end).unwrap_or_default()
    }

    /// Fills the window until it has `need` bytes or the source ends; returns whether it has them.
    fn fill(&mut self, need: usize) -> io::Result<bool> {
        let mut reach = self.window.len();
        while self.end - self.start < need && !self.ended {
            if self.window.len() - self.start < need.max(HEADER_BYTES) || self.start == self.end {
                self.window.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            if self.window.len() < need {
                // Grows by what is there, not by what is claimed.
                reach = need.min(self.window.len().saturating_mul(2)).max(WINDOW_BYTES);
                self.window.resize(reach, 0);
            }
            // What a live broker appends meanwhile is left to the next look: half of a batch may be there.
            let bound = self.length.unwrap_or(u64::MAX).min(self.limit);
            let left = bound.saturating_sub(self.position + (self.end - self.start) as u64);
            let room_end = reach.min(self.end + usize::try_from(left).unwrap_or(usize::MAX).min(reach));
            let Some(room) = self.window.get_mut(self.end..room_end) else { break };
            let asked = room.len();
            let read = read_full(&mut self.source, room)?;
            self.end += read;
            self.ended = read < asked || asked == 0;
        }
        Ok(self.end - self.start >= need)
    }

    /// How many bytes are known to be left in the file; all there are in the window when it ended.
    fn left(&self) -> u64 {
        match self.length {
            Some(length) if !self.ended => length.saturating_sub(self.position),
            _ if self.ended => (self.end - self.start) as u64,
            _ => u64::MAX,
        }
    }

    /// The next batch or gap; `None` at the end.
    ///
    /// # Errors
    ///
    /// Where the source cannot be read.
    pub fn next_piece(&mut self) -> io::Result<Option<Piece<'_>>> {
        let length = loop {
            self.fill(HEADER_BYTES)?;
            if self.rest().is_empty() {
                return Ok(self.shrunk().map(Piece::Gap));
            }
            let length = match next_length(self.rest()) {
                Ok(length) => length,
                Err(error) => return self.gap_at_bad_header(error.at, error.kind).map(Some),
            };
            if length as u64 <= self.left() {
                break length;
            }
            // The file may have been opened in the middle of a write.
            if !self.grown() {
                return self.gap_of_cut_off(length).map(Some);
            }
        };
        if length > CREDIBLE_BYTES
            && let Some(ahead) = self.search_within(1, CREDIBLE_BYTES)?
        {
            let note = RecordsNote::CutOff { need: length, have: ahead };
            return Ok(Some(self.gap_of(ahead, RecordsError::Odd(note))));
        }
        if !self.fill(length)? {
            if let Some(gap) = self.shrunk() {
                return Ok(Some(Piece::Gap(gap)));
            }
            return self.gap_of_cut_off(length).map(Some);
        }
        let magic = self.rest().get(MAGIC_AT).copied().unwrap_or_default();
        let bytes = self.rest().get(..length).unwrap_or_default();
        if let Err(error) = (RawBatch { at: 0, magic, bytes }).view() {
            // Too short for its own header.
            return self.gap_at_bad_header(error.at, error.kind).map(Some);
        }
        let error = self.crc_error(length, magic);
        if let Some(error) = error
            && !self.is_batch_or_end_at(length)?
            && let Some(ahead) = self.search_within(1, length)?
        {
            // The batch claims what belongs to others: its length is wrong, or it was overwritten.
            return Ok(Some(self.gap_of(ahead, error)));
        }
        self.found_any = true;
        self.legacy |= magic < MAGIC_MAX as u8;
        let (at, start) = (self.position, self.start);
        self.consume(length);
        let bytes = self.window.get(start..start + length).unwrap_or_default();
        Ok(Some(Piece::Batch(Found { at, magic, bytes, crc_fits: error.is_none() })))
    }

    /// What is wrong with the checksum of the batch at the front, which is all in the window.
    fn crc_error(&self, length: usize, magic: u8) -> Option<RecordsError> {
        if !self.check_crc {
            return None;
        }
        crc_of(self.rest().get(..length).unwrap_or_default(), magic).err()
    }

    /// A batch seems to begin `ahead` bytes on, or the file ends there.
    fn is_batch_or_end_at(&mut self, ahead: usize) -> io::Result<bool> {
        self.fill(ahead + HEADER_BYTES)?;
        let next = self.rest().get(ahead..).unwrap_or_default();
        // Zeros behind the last batch are a preallocated tail.
        let zeros = !next.is_empty() && next.iter().take(HEADER_BYTES).all(|&byte| byte == 0);
        Ok(next.is_empty() || zeros || is_plausible(next, u64::MAX, self.legacy))
    }

    /// A damaged batch at the front, up to the next one, which is in the window.
    fn gap_of(&mut self, ahead: usize, kind: RecordsError) -> Piece<'static> {
        let begin = self.begin_gap();
        self.consume(ahead);
        Piece::Gap(self.end_gap(begin, GapKind::Damage(kind), LENGTH_AT))
    }

    fn gap_at_bad_header(&mut self, wrong_at: usize, kind: RecordsError) -> io::Result<Piece<'_>> {
        if self.rest().iter().take(HEADER_BYTES).all(|&byte| byte == 0) {
            return self.zeros();
        }
        let begin = self.begin_gap();
        self.search_on()?;
        Ok(Piece::Gap(self.end_gap(begin, GapKind::Damage(kind), wrong_at)))
    }

    /// At a batch that runs past the end of the file.
    fn gap_of_cut_off(&mut self, need: usize) -> io::Result<Piece<'_>> {
        let have = usize::try_from(self.left()).unwrap_or(usize::MAX);
        let begin = self.begin_gap();
        let kind = if self.search_on()? {
            GapKind::Damage(RecordsError::Odd(RecordsNote::CutOff { need, have }))
        } else {
            GapKind::TornTail { need: need as u64 }
        };
        Ok(Piece::Gap(self.end_gap(begin, kind, LENGTH_AT)))
    }

    /// A run of zeros at the front.
    fn zeros(&mut self) -> io::Result<Piece<'_>> {
        let begin = self.begin_gap();
        loop {
            let zeros = self.rest().iter().take_while(|&&byte| byte == 0).count();
            if zeros < self.rest().len() {
                // The base offset of a batch begins with zeros, and its length does.
                let mut back = zeros.min(LENGTH_AT + 3);
                while back > 0 && !self.is_plausible_at(zeros - back)? {
                    back -= 1;
                }
                self.consume(zeros - back);
                return Ok(Piece::Gap(self.end_gap(begin, GapKind::Zeros, 0)));
            }
            self.consume(zeros);
            if !self.fill(HEADER_BYTES)? && self.rest().is_empty() {
                return Ok(Piece::Gap(self.end_gap(begin, GapKind::ZeroTail, 0)));
            }
        }
    }

    fn is_plausible_at(&mut self, ahead: usize) -> io::Result<bool> {
        self.fill(ahead + HEADER_BYTES)?;
        let left = self.left().saturating_sub(ahead as u64);
        Ok(is_plausible(self.rest().get(ahead..).unwrap_or_default(), left, self.legacy))
    }

    /// A gap at the front, whose end is not known yet.
    fn begin_gap(&self) -> Gap {
        let mut head = [0; HEADER_BYTES];
        let head_len = self.rest().len().min(HEADER_BYTES);
        head.iter_mut().zip(self.rest()).for_each(|(to, &from)| *to = from);
        Gap { at: self.position, end: self.position, kind: GapKind::Zeros, wrong_at: 0, head, head_len }
    }

    fn end_gap(&self, gap: Gap, kind: GapKind, wrong_at: usize) -> Gap {
        Gap { end: self.position, kind, wrong_at: gap.at + wrong_at as u64, ..gap }
    }

    /// Told once, where the file has become shorter than it was.
    fn shrunk(&mut self) -> Option<Gap> {
        let have = self.position + (self.end - self.start) as u64;
        let length = self.length.filter(|&length| have < length && self.ended)?;
        // Only what the file itself lost; a stream ends when it ends.
        if self.source.len().is_none_or(|now| now >= length) {
            return None;
        }
        self.length = Some(have);
        let kind = GapKind::Shrunk { length };
        Some(Gap { at: have, end: have, kind, wrong_at: 0, head: [0; HEADER_BYTES], head_len: 0 })
    }

    /// Goes on to the next batch whose checksum fits, or to the end. Returns whether there is one.
    fn search_on(&mut self) -> io::Result<bool> {
        self.consume(1);
        loop {
            if let Some(ahead) = self.search_within(0, SEARCH_STEP)? {
                self.consume(ahead);
                return Ok(true);
            }
            self.consume(SEARCH_STEP.min(self.rest().len()));
            if self.rest().is_empty() && !self.fill(1)? {
                return Ok(false);
            }
        }
    }

    /// Looks for a batch whose checksum fits and that begins from `from` to `within` bytes ahead.
    fn search_within(&mut self, from: usize, within: usize) -> io::Result<Option<usize>> {
        let legacy = self.legacy || !self.found_any;
        let mut ahead = from;
        self.search_left = self.search_left.saturating_add(within as u64 * SEARCH_COST);
        while ahead < within && self.fill(ahead + MAGIC_AT + 1)? {
            let Some(skip) = next_candidate(self.rest().get(ahead..).unwrap_or_default(), legacy) else {
                ahead = (self.end - self.start).saturating_sub(MAGIC_AT);
                continue;
            };
            ahead += skip;
            if ahead < within && self.is_batch_at(ahead, legacy)? {
                return Ok(Some(ahead));
            }
            ahead += 1;
        }
        Ok(None)
    }

    /// Whether a batch is there, its checksum included.
    fn is_batch_at(&mut self, ahead: usize, legacy: bool) -> io::Result<bool> {
        self.fill(ahead + HEADER_BYTES)?;
        let left = self.left().saturating_sub(ahead as u64);
        let here = self.rest().get(ahead..).unwrap_or_default();
        let length = next_length(here).unwrap_or(usize::MAX);
        if !is_plausible(here, left, legacy) || length > CREDIBLE_BYTES || length as u64 > self.search_left {
            return Ok(false);
        }
        let magic = here.get(MAGIC_AT).copied().unwrap_or_default();
        if !self.fill(ahead + length)? {
            return Ok(false);
        }
        self.search_left -= length as u64;
        Ok(crc_of(self.rest().get(ahead..ahead + length).unwrap_or_default(), magic).is_ok())
    }
}

/// Whether the checksum of a whole batch fits.
fn crc_of(bytes: &[u8], magic: u8) -> Result<(), RecordsError> {
    let view = RawBatch { at: 0, magic, bytes }.view();
    match view {
        Ok(AnyBatch::Batch(batch)) => batch.check_crc(),
        Ok(AnyBatch::Message(message)) => message.check_crc(),
        Err(error) => Err(error),
    }
    .map_err(|error| error.kind)
}

/// How far on the next byte stands that could be a magic byte, with room for what goes before it.
fn next_candidate(bytes: &[u8], legacy: bool) -> Option<usize> {
    let from = bytes.get(MAGIC_AT..)?;
    if legacy { memchr::memchr3(0, 1, MAGIC_MAX as u8, from) } else { memchr::memchr(MAGIC_MAX as u8, from) }
}

/// Whether `bytes` could begin with a batch, by what its header says; `left` bytes are in the file.
/// Messages of magic 0 and 1, whose headers say little, are believed only where `legacy` is true.
pub fn is_plausible(bytes: &[u8], left: u64, legacy: bool) -> bool {
    let Ok(length) = next_length(bytes) else { return false };
    if length as u64 > left || bytes.len() <= MAGIC_AT || length < LENGTH_END + LENGTH_MIN as usize {
        return false;
    }
    if bytes.get(MAGIC_AT) != Some(&(MAGIC_MAX as u8)) {
        return legacy && bytes.first().is_some_and(|&byte| byte < 0x80);
    }
    let Ok(batch) = Batch::new(bytes.get(..length.min(bytes.len())).unwrap_or_default()) else {
        return false;
    };
    length >= HEADER_BYTES
        && batch.base_offset() >= 0
        && batch.partition_leader_epoch() >= -1
        && batch.attributes().codec().is_ok()
        && batch.attributes().unknown_bits(MAGIC_MAX as u8) == 0
        && batch.last_offset_delta() >= 0
        && batch.count() >= 0
        && i64::from(batch.count()) <= i64::from(batch.last_offset_delta()) + 1
        && batch.producer_id() >= -1
}
