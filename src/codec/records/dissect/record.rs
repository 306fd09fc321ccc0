//! The records of a batch of magic 2 onto the tape.

use super::batch::Around;
use super::{BROKEN_RECORDS_MAX, Walk, fields};
use crate::codec::dissect::{self, Depth};
use crate::codec::finding::{FindingKind, InternalError, Severity};
use crate::codec::frame::{BODY, severity_of, trailing, unread};
use crate::codec::internal;
use crate::codec::record_types::Family;
use crate::codec::records::control::{self, ControlKey};
use crate::codec::records::error::{Part, RecordsError, RecordsNote};
use crate::codec::records::record::{FrameError, Piece, RecordFrame, Visit, frame, read};
use crate::codec::schema::Field;
use crate::codec::tape::{NO_INDEX, Opened, Shape, Tape};
use crate::codec::wire::Reader;

impl Walk<'_> {
    /// Adds the records from `at` of `payload` on. What was seen of them, where all could be read.
    pub(super) fn records(&mut self, payload: &[u8], mut at: usize, around: Around) -> Option<Seen> {
        let mut seen = Seen { max_timestamp: i64::MIN, last_delta: 0, oddities: 0 };
        let (mut index, mut broken) = (0u32, 0u32);
        let was_muted = self.muted;
        // With a negative count all there is are records.
        let count = u32::try_from(around.count).unwrap_or(u32::MAX);
        while at < payload.len() && broken < BROKEN_RECORDS_MAX {
            if index == count && !self.muted {
                let bytes = payload.len() - at;
                self.error(at, RecordsError::RecordsLeft { count: around.count, bytes });
                // They are shown as far as they look like records.
                self.muted = true;
                broken = BROKEN_RECORDS_MAX - 1;
            }
            match frame(payload, at) {
                Ok(frame) => {
                    if !self.record(payload, at, frame, index, &around, &mut seen) {
                        broken += 1;
                    }
                    at = frame.end;
                    index += 1;
                }
                Err(FrameError::End) => break,
                Err(FrameError::Refused(kind)) => {
                    if !around.partial {
                        self.refused_record(at, index, kind);
                        broken += 1;
                    }
                    break;
                }
            }
        }
        let whole = broken == 0 && !around.partial && !self.muted;
        if whole && index < count && around.count >= 0 {
            let kind = RecordsError::RecordsShort { count: around.count, read: index as i32 };
            self.error(at, kind);
        }
        self.muted = was_muted;
        self.rest(payload.len());
        (whole && index == count).then_some(seen)
    }

    /// A record whose length cannot be.
    fn refused_record(&mut self, at: usize, index: u32, kind: RecordsError) {
        let start = self.offset + at;
        let opened = self.tape.open(&fields::RECORD, index, Shape::Struct, 0, start, start);
        self.tape.leaf(&fields::RECORD_LENGTH, NO_INDEX, Shape::Broken, 0, [start, start, start]);
        self.error(at, kind);
        self.tape.close(opened);
    }

    /// Adds one record; true when it could be read.
    #[inline]
    fn record(
        &mut self,
        payload: &[u8],
        at: usize,
        frame: RecordFrame,
        index: u32,
        around: &Around,
        seen: &mut Seen,
    ) -> bool {
        let start = self.offset + at;
        let head = self.offset + frame.head;
        let opened = self.tape.open(&fields::RECORD, index, Shape::Struct, 0, start, start);
        let length = i64::from(frame.length);
        self.tape.leaf(&fields::RECORD_LENGTH, NO_INDEX, Shape::Int, length, [start, start, head]);
        let control = around.control && !self.muted;
        let mut visit = TapeVisit {
            payload,
            opens: (self.family.is_some() || control) && !self.muted,
            control,
            walk: self,
            seen,
            key: None,
            header: None,
            headers: None,
        };
        visit.overlong(length, at, frame.head);
        let result = read(payload, at, frame, &mut visit);
        let ok = result.is_ok();
        match result {
            Ok(record) => {
                let offset = around.base_offset.wrapping_add(i64::from(record.offset_delta));
                self.tape.set_value(opened, offset);
                let timestamp = around.base_timestamp.wrapping_add(record.timestamp_delta);
                seen.max_timestamp = seen.max_timestamp.max(timestamp);
                if index > 0 && record.offset_delta <= seen.last_delta && seen.first(Oddity::Order) {
                    let (delta, before) = (record.offset_delta, seen.last_delta);
                    self.note_in(at, RecordsNote::OffsetOrder { delta, before }, opened.node);
                }
                seen.last_delta = record.offset_delta;
            }
            Err((at, kind)) => self.error(at, kind),
        }
        self.rest(frame.end);
        self.tape.close(opened);
        ok
    }
}

/// What was seen of a batch's records so far.
pub(super) struct Seen {
    pub max_timestamp: i64,
    pub last_delta: i32,
    /// One bit for each [`Oddity`] that was told: a batch of a million records has the same in all.
    oddities: u8,
}

#[derive(Clone, Copy)]
enum Oddity {
    Attributes,
    Overlong,
    NegativeLength,
    Utf8,
    Order,
    ControlKey,
}

impl Seen {
    fn first(&mut self, oddity: Oddity) -> bool {
        let bit = 1 << oddity as u8;
        let first = self.oddities & bit == 0;
        self.oddities |= bit;
        first
    }
}

/// Puts the fields of one record onto the tape while they are read.
struct TapeVisit<'v, 't, 'p> {
    walk: &'v mut Walk<'t>,
    payload: &'p [u8],
    seen: &'v mut Seen,
    /// Key and value are opened.
    opens: bool,
    control: bool,
    key: Option<&'p [u8]>,
    header: Option<Opened>,
    headers: Option<Opened>,
}

impl TapeVisit<'_, '_, '_> {
    #[inline]
    fn overlong(&mut self, value: i64, start: usize, end: usize) {
        let bytes = end - start;
        if bytes > 1 {
            let zigzag = ((value << 1) ^ (value >> 63)) as u64;
            let needed = (64 - (zigzag | 1).leading_zeros()).div_ceil(7) as usize;
            if bytes > needed && self.seen.first(Oddity::Overlong) {
                self.walk.note(start, RecordsNote::OverlongVarint { bytes, needed });
            }
        }
    }

    #[inline(always)]
    fn span(&self, start: usize, head: usize, end: usize) -> [usize; 3] {
        let offset = self.walk.offset;
        [offset + start, offset + head, offset + end]
    }

    /// Adds what a key or value holds under its node, which was added last.
    fn open_part(&mut self, part: Part, node: usize, head: usize, end: usize) {
        let content = self.payload.get(head..end).unwrap_or_default();
        let key = self.key;
        if part == Part::Key {
            self.key = Some(content);
        }
        let (at, depth) = (self.walk.offset + head, self.walk.depth);
        let opened = self.walk.tape.reopen(node);
        self.walk.tape.set_reached(at);
        match (part, self.walk.family) {
            (Part::Key, _) if self.control => self.control_key(content, head),
            (Part::Value, _) if self.control => {
                if let Some(key) = key.and_then(|key| control::key(key).ok()) {
                    control_value(self.walk.tape, content, at, key, depth.deeper());
                }
            }
            (Part::Key, Some(family)) => {
                internal::key(self.walk.tape, content, at, family, depth.deeper());
            }
            (Part::Value, Some(family)) => {
                internal::value(self.walk.tape, key, content, at, family, depth.deeper());
            }
            _ => {}
        }
        self.walk.tape.set_reached(at + content.len());
        self.walk.tape.close(opened);
    }

    fn control_key(&mut self, content: &[u8], head: usize) {
        let at = self.walk.offset + head;
        match control::key(content) {
            Ok(key) => {
                let tape = &mut *self.walk.tape;
                let version = i64::from(key.version);
                tape.leaf(&fields::CONTROL_VERSION, NO_INDEX, Shape::Int, version, [at, at, at + 2]);
                let id = i64::from(key.id);
                tape.leaf(&fields::CONTROL_TYPE, NO_INDEX, Shape::Int, id, [at + 2, at + 2, at + 4]);
                tape.gap(&fields::UNREAD, at + content.len());
                if key.version != 0 && self.seen.first(Oddity::ControlKey) {
                    self.walk.note(head, RecordsNote::ControlKeyVersion { version: key.version });
                }
                if key.record_type().is_none() && self.seen.first(Oddity::ControlKey) {
                    self.walk.note(head + 2, RecordsNote::ControlType { id: key.id });
                }
            }
            Err(kind) => {
                self.walk.tape.gap(&fields::UNREAD, at + content.len());
                self.walk.error(head, kind);
            }
        }
    }
}

impl Visit for TapeVisit<'_, '_, '_> {
    #[inline]
    fn number(&mut self, piece: Piece, value: i64, start: usize, end: usize) {
        let span = self.span(start, start, end);
        self.walk.tape.leaf(field_of(piece), NO_INDEX, Shape::Int, value, span);
        if piece == Piece::Attributes {
            if value != 0 && self.seen.first(Oddity::Attributes) {
                let attributes = value as u8;
                self.walk.note(start, RecordsNote::RecordAttributes { attributes });
            }
        } else {
            self.overlong(value, start, end);
        }
    }

    #[inline]
    fn part(&mut self, part: Part, length: i32, start: usize, head: usize, end: usize) {
        let span = self.span(start, head, end);
        let field = field_of(Piece::Part(part));
        if length < 0 {
            self.walk.tape.leaf(field, NO_INDEX, Shape::Null, 0, span);
            if length != -1 && self.seen.first(Oddity::NegativeLength) {
                self.walk.note(start, RecordsNote::NegativeLength { part, length });
            }
            if self.control && part == Part::Key && self.seen.first(Oddity::ControlKey) {
                self.walk.note(start, RecordsNote::ControlKeyNull);
            }
        } else {
            let shape = if part == Part::HeaderKey { Shape::Text } else { Shape::Bytes };
            let node = self.walk.tape.leaf(field, NO_INDEX, shape, i64::from(length), span);
            if self.opens && matches!(part, Part::Key | Part::Value) {
                self.open_part(part, node, head, end);
            }
            if part == Part::HeaderKey {
                let key = self.payload.get(head..end).unwrap_or_default();
                if std::str::from_utf8(key).is_err() && self.seen.first(Oddity::Utf8) {
                    self.walk.note(head, RecordsNote::HeaderKeyUtf8);
                }
            }
        }
        self.overlong(i64::from(length), start, head);
    }

    #[inline]
    fn headers(&mut self, count: i32, start: usize, end: usize) {
        let [start_at, head, _] = self.span(start, end, end);
        let value = i64::from(count);
        if count == 0 {
            self.walk.tape.leaf(&fields::HEADERS, NO_INDEX, Shape::Array, 0, [start_at, head, head]);
        } else {
            let opened = self.walk.tape.open(&fields::HEADERS, NO_INDEX, Shape::Array, value, start_at, head);
            self.headers = Some(opened);
        }
        self.overlong(value, start, end);
    }

    fn header(&mut self, index: u32, start: usize) {
        let start = self.walk.offset + start;
        self.header = Some(self.walk.tape.open(&fields::HEADERS, index, Shape::Struct, 0, start, start));
    }

    fn header_end(&mut self) {
        if let Some(opened) = self.header.take() {
            self.walk.tape.close(opened);
        }
    }

    #[inline]
    fn headers_end(&mut self) {
        if let Some(opened) = self.headers.take() {
            self.walk.tape.close(opened);
        }
    }

    fn broken(&mut self, piece: Piece, length: i32, start: usize, head: usize) {
        let span = self.span(start, head, head);
        self.walk.tape.leaf(field_of(piece), NO_INDEX, Shape::Broken, i64::from(length), span);
    }
}

fn field_of(piece: Piece) -> &'static Field {
    match piece {
        Piece::Attributes => &fields::RECORD_ATTRIBUTES,
        Piece::TimestampDelta => &fields::TIMESTAMP_DELTA,
        Piece::OffsetDelta => &fields::OFFSET_DELTA,
        Piece::Headers => &fields::HEADERS,
        Piece::Part(Part::Key) => &fields::KEY,
        Piece::Part(Part::Value | Part::HeaderValue) => &fields::VALUE,
        Piece::Part(Part::HeaderKey) => &fields::HEADER_KEY,
    }
}

/// Adds the value of a control record. Kafka reads it where it is used, not where the batch is read.
fn control_value(tape: &mut Tape, value: &[u8], at: usize, key: ControlKey, depth: Depth) {
    let Some(record_type) = Family::Control.record_type(key.id) else { return };
    if key.is_version_prefixed() {
        return internal::version_prefixed(tape, value, at, record_type.value, true, depth);
    }
    let end = at + value.len();
    let mut reader = Reader::at_offset(value, at);
    // The first field is the version, and stays to be read as one.
    let version = value.first_chunk().map_or(0, |bytes| i16::from_be_bytes(*bytes));
    if !record_type.value.versions.contain(version) {
        let kind = FindingKind::Internal(InternalError::UnknownVersion { version: i64::from(version) });
        tape.find(severity_of(depth), at, kind);
        return unread(tape, end);
    }
    if dissect::message(tape, &mut reader, record_type.value, version, &BODY, depth) {
        trailing(tape, end, Severity::Note);
    } else {
        unread(tape, end);
    }
}
