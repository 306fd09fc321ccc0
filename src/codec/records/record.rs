//! The record of magic 2 (KIP-98 and KIP-82, `DefaultRecord`).
//!
//! ```text
//!  length           varint    of all that follows it
//!  attributes       int8      not used
//!  timestamp delta  varlong   to the batch's base timestamp
//!  offset delta     varint    to the batch's base offset
//!  key length       varint    -1 is null
//!  key
//!  value length     varint    -1 is null
//!  value
//!  headers          varint    how many, then of each: key length, key, value length, value
//! ```
//!
//! Varints are zigzag-coded, seven bits to a byte, the lowest first.

use super::batch::{Batch, TimestampType};
use super::error::{Error, Part, RecordsError};

/// A record, borrowed from its batch or from what that unpacked to.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Offset of its first byte, in the batch or in what it unpacked to.
    pub at: usize,
    /// Offset behind it.
    pub end: usize,
    /// Its attributes, which mean nothing until now.
    pub attributes: i8,
    /// Offset in the partition.
    pub offset: i64,
    /// The offset as it is written: to that of the batch.
    pub offset_delta: i32,
    /// Milliseconds since 1970; the batch's where the broker set it.
    pub timestamp: i64,
    /// The timestamp as it is written: to that of the batch.
    pub timestamp_delta: i64,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; without one it is a tombstone.
    pub value: Option<&'a [u8]>,
    /// Its headers.
    pub headers: Headers<'a>,
}

/// The headers of a record, in their order. Keys may repeat.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    bytes: &'a [u8],
    at: usize,
    left: u32,
}

impl Headers<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.left as usize
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }
}

/// The key of a header, which ought to be UTF-8, and its value.
pub type Header<'a> = (&'a [u8], Option<&'a [u8]>);

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        self.left = self.left.checked_sub(1)?;
        let mut fields = Fields { bytes: self.bytes, at: self.at, visit: &mut () };
        // They were read once when the record was.
        let key = fields.part(Part::HeaderKey).ok()??;
        let value = fields.part(Part::HeaderValue).ok()?;
        self.at = fields.at;
        Some((key, value))
    }
}

/// The records of one batch. Behind an error there is nothing more.
#[derive(Debug)]
pub struct Records<'a> {
    payload: &'a [u8],
    at: usize,
    unpacked: bool,
    base_offset: i64,
    base_timestamp: i64,
    log_append: Option<i64>,
    count: i32,
    read: i32,
    failure: Option<Error>,
    done: bool,
    null_headers: bool,
}

impl<'a> Records<'a> {
    /// The records of `batch` from `at` of `payload` on, which ended in `failure`.
    pub(super) fn new(batch: &Batch<'_>, payload: &'a [u8], at: usize, failure: Option<Error>) -> Self {
        let attributes = batch.attributes();
        Self {
            payload,
            at,
            unpacked: attributes.codec_id() != 0,
            base_offset: batch.base_offset(),
            base_timestamp: batch.base_timestamp(),
            log_append: (attributes.timestamp_type() == TimestampType::LogAppend)
                .then(|| batch.max_timestamp()),
            count: batch.count(),
            read: 0,
            failure,
            done: false,
            null_headers: false,
        }
    }

    /// Takes -1 headers for none. Kafka refuses them, and so does this reader without it; logs that were made by hand
    /// have them.
    #[must_use]
    pub fn with_null_headers(self) -> Self {
        Self { null_headers: true, ..self }
    }

    /// The bytes of the records that were not read yet, and how many there should be.
    pub(super) fn left(&self) -> Option<(&'a [u8], u32)> {
        let bytes = self.payload.get(self.at..).filter(|_| self.failure.is_none() && !self.done)?;
        Some((bytes, u32::try_from(self.count - self.read).ok()?))
    }

    fn fail(&mut self, at: usize, kind: RecordsError) -> Option<Result<Record<'a>, Error>> {
        self.done = true;
        // What ends too early because unpacking failed is explained by that failure.
        let error = self.failure.unwrap_or(Error { at, unpacked: self.unpacked, kind });
        Some(Err(error))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        if self.read == self.count {
            self.done = true;
            let bytes = self.payload.len() - self.at;
            return match self.failure {
                Some(error) => Some(Err(error)),
                None if bytes > 0 => {
                    self.fail(self.at, RecordsError::RecordsLeft { count: self.count, bytes })
                }
                None => None,
            };
        }
        let at = self.at;
        let frame = match frame(self.payload, at) {
            Ok(frame) => frame,
            Err(FrameError::End) => {
                let kind = RecordsError::RecordsShort { count: self.count, read: self.read };
                return self.fail(at, kind);
            }
            Err(FrameError::Refused(kind)) => return self.fail(at, kind),
        };
        let read = if self.null_headers {
            read(self.payload, at, frame, &mut NullHeaders)
        } else {
            read(self.payload, at, frame, &mut ())
        };
        let record = match read {
            Ok(record) => record,
            Err((at, kind)) => return self.fail(at, kind),
        };
        self.read += 1;
        self.at = frame.end;
        Some(Ok(Record {
            offset: self.base_offset.wrapping_add(i64::from(record.offset_delta)),
            timestamp: self
                .log_append
                .unwrap_or_else(|| self.base_timestamp.wrapping_add(record.timestamp_delta)),
            ..record
        }))
    }
}

/// The length of a record, and where that puts its ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordFrame {
    pub length: i32,
    /// Offset behind the length.
    pub head: usize,
    /// Offset behind the record.
    pub end: usize,
}

/// Why there is no record.
#[derive(Debug, Clone, Copy)]
pub(super) enum FrameError {
    /// The bytes end before or in its length.
    End,
    /// Its length cannot be.
    Refused(RecordsError),
}

/// Reads the length of the record at `at`.
#[inline]
pub(super) fn frame(payload: &[u8], at: usize) -> Result<RecordFrame, FrameError> {
    let mut fields = Fields { bytes: payload, at, visit: &mut () };
    let length = match fields.varint() {
        Ok(length) => length,
        Err(RecordsError::RecordShort) => return Err(FrameError::End),
        Err(kind) => return Err(FrameError::Refused(kind)),
    };
    let (head, have) = (fields.at, payload.len() - fields.at);
    match usize::try_from(length) {
        Ok(size) if size <= have => Ok(RecordFrame { length, head, end: head + size }),
        Ok(_) => Err(FrameError::Refused(RecordsError::RecordPastEnd { length, have })),
        Err(_) => Err(FrameError::Refused(RecordsError::RecordNegative { length })),
    }
}

/// Reads the fields of the record at `at`, whose length was read, and shows them to `visit` one by
/// one. The offset and timestamp are left as they are written.
///
/// Kafka lets an uncompressed record read beyond its length and refuses it afterwards; here it stops
/// at its end, with the same outcome.
#[inline]
pub(super) fn read<'a, V: Visit>(
    payload: &'a [u8],
    at: usize,
    frame: RecordFrame,
    visit: &mut V,
) -> Result<Record<'a>, (usize, RecordsError)> {
    let bytes = payload.get(..frame.end).unwrap_or_default();
    let mut fields = Fields { bytes, at: frame.head, visit };
    let attributes = fields.int8()?;
    let timestamp_delta = fields.timestamp_delta()?;
    let offset_delta = fields.offset_delta()?;
    let key = fields.part(Part::Key)?;
    let value = fields.part(Part::Value)?;
    let headers = fields.headers()?;
    if fields.at != frame.end {
        let used = fields.at - frame.head;
        return Err((at, RecordsError::RecordLength { length: frame.length, used }));
    }
    Ok(Record {
        at,
        end: frame.end,
        attributes,
        offset: 0,
        offset_delta,
        timestamp: 0,
        timestamp_delta,
        key,
        value,
        headers,
    })
}

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Attributes,
    TimestampDelta,
    OffsetDelta,
    Headers,
    Part(Part),
}

/// Sees the fields of a record while they are read; the typed reader looks away.
pub(super) trait Visit {
    /// -1 headers are none, where the strict reader refuses them.
    const NULL_HEADERS: bool = false;

    /// A number.
    fn number(&mut self, _piece: Piece, _value: i64, _start: usize, _end: usize) {}
    /// Bytes behind their length.
    fn part(&mut self, _part: Part, _length: i32, _start: usize, _head: usize, _end: usize) {}
    /// The number of headers, which are next.
    fn headers(&mut self, _count: i32, _start: usize, _end: usize) {}
    /// One header is next.
    fn header(&mut self, _index: u32, _start: usize) {}
    /// It is over.
    fn header_end(&mut self) {}
    /// The headers are over.
    fn headers_end(&mut self) {}
    /// A field could not be read; `head` is behind its length where that could be.
    fn broken(&mut self, _piece: Piece, _length: i32, _start: usize, _head: usize) {}
}

impl Visit for () {}

/// Looks away, and takes -1 headers for none.
struct NullHeaders;

impl Visit for NullHeaders {
    const NULL_HEADERS: bool = true;
}

struct Fields<'a, 'v, V> {
    /// From the beginning of the payload to the end of the record.
    bytes: &'a [u8],
    at: usize,
    visit: &'v mut V,
}

type FieldResult<T> = Result<T, (usize, RecordsError)>;

impl<'a, V: Visit> Fields<'a, '_, V> {
    #[inline]
    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, RecordsError> {
        let byte = *self.bytes.get(self.at).ok_or(RecordsError::RecordShort)?;
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    fn varint(&mut self) -> Result<i32, RecordsError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(i32::from(first >> 1) ^ -i32::from(first & 1));
        }
        self.varint_long(first)
    }

    fn varint_long(&mut self, first: u8) -> Result<i32, RecordsError> {
        let mut value = u32::from(first & 0x7f);
        for shift in [7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok((value >> 1) as i32 ^ -((value & 1) as i32));
            }
        }
        Err(RecordsError::VarintTooLong { bytes: 5 })
    }

    #[inline]
    fn varlong(&mut self) -> Result<i64, RecordsError> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        Err(RecordsError::VarintTooLong { bytes: 10 })
    }

    #[cold]
    fn broken<T>(&mut self, piece: Piece, start: usize, kind: RecordsError) -> FieldResult<T> {
        self.visit.broken(piece, 0, start, start);
        Err((start, kind))
    }

    #[inline]
    fn int8(&mut self) -> FieldResult<i8> {
        let start = self.at;
        match self.byte() {
            Ok(byte) => {
                self.visit.number(Piece::Attributes, i64::from(byte as i8), start, self.at);
                Ok(byte as i8)
            }
            Err(kind) => self.broken(Piece::Attributes, start, kind),
        }
    }

    #[inline]
    fn timestamp_delta(&mut self) -> FieldResult<i64> {
        let start = self.at;
        match self.varlong() {
            Ok(value) => {
                self.visit.number(Piece::TimestampDelta, value, start, self.at);
                Ok(value)
            }
            Err(kind) => self.broken(Piece::TimestampDelta, start, kind),
        }
    }

    #[inline]
    fn offset_delta(&mut self) -> FieldResult<i32> {
        let start = self.at;
        match self.varint() {
            Ok(value) => {
                self.visit.number(Piece::OffsetDelta, i64::from(value), start, self.at);
                Ok(value)
            }
            Err(kind) => self.broken(Piece::OffsetDelta, start, kind),
        }
    }

    #[inline]
    fn part(&mut self, part: Part) -> FieldResult<Option<&'a [u8]>> {
        let start = self.at;
        let length = match self.varint() {
            Ok(length) => length,
            Err(kind) => return self.broken(Piece::Part(part), start, kind),
        };
        let head = self.at;
        let Ok(size) = usize::try_from(length) else {
            if part == Part::HeaderKey {
                self.visit.broken(Piece::Part(part), length, start, head);
                return Err((start, RecordsError::HeaderKeyNull { length }));
            }
            self.visit.part(part, length, start, head, head);
            return Ok(None);
        };
        let Some(content) = self.bytes.get(head..).and_then(|rest| rest.get(..size)) else {
            self.visit.broken(Piece::Part(part), length, start, head);
            return Err((start, RecordsError::PartPastEnd { part, length, have: self.left() }));
        };
        self.at = head + size;
        self.visit.part(part, length, start, head, self.at);
        Ok(Some(content))
    }

    #[inline]
    fn headers(&mut self) -> FieldResult<Headers<'a>> {
        let start = self.at;
        let count = match self.varint() {
            Ok(count) => count,
            Err(kind) => return self.broken(Piece::Headers, start, kind),
        };
        if V::NULL_HEADERS && count == -1 {
            return Ok(Headers::default());
        }
        let have = self.left();
        let left = match u32::try_from(count) {
            Ok(left) if left as usize <= have => left,
            _ => {
                self.visit.broken(Piece::Headers, count, start, self.at);
                return Err((start, RecordsError::HeaderCount { count, have }));
            }
        };
        let headers = Headers { bytes: self.bytes, at: self.at, left };
        self.visit.headers(count, start, self.at);
        for index in 0..left {
            self.visit.header(index, self.at);
            let result = self.part(Part::HeaderKey).and_then(|_| self.part(Part::HeaderValue));
            self.visit.header_end();
            if let Err(error) = result {
                self.visit.headers_end();
                return Err(error);
            }
        }
        self.visit.headers_end();
        Ok(headers)
    }
}
