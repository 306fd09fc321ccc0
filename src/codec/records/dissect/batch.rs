//! A batch of magic 2 onto the tape.

use super::record::Seen;
use super::{Walk, fields};
use crate::codec::finding::Severity;
use crate::codec::records::batch::{
    ATTRIBUTES_AT, Batch, COUNT_AT, CRC_AT, HEADER_BYTES, LAST_OFFSET_DELTA_AT, MAX_TIMESTAMP_AT,
    TimestampType,
};
use crate::codec::records::batches::LENGTH_AT;
use crate::codec::records::compression::{self, Codec};
use crate::codec::records::error::{RecordsError, RecordsNote};
use crate::codec::schema::Field;
use crate::codec::tape::{NO_INDEX, Shape, Tape};

static HEADER: [&Field; 13] = [
    &fields::BASE_OFFSET,
    &fields::BATCH_LENGTH,
    &fields::PARTITION_LEADER_EPOCH,
    &fields::MAGIC,
    &fields::CRC,
    &fields::ATTRIBUTES,
    &fields::LAST_OFFSET_DELTA,
    &fields::BASE_TIMESTAMP,
    &fields::MAX_TIMESTAMP,
    &fields::PRODUCER_ID,
    &fields::PRODUCER_EPOCH,
    &fields::BASE_SEQUENCE,
    &fields::RECORDS_COUNT,
];

/// Places of header fields among the children of a batch's node.
const BASE_OFFSET: usize = 1;
const BATCH_LENGTH: usize = 2;
const CRC: usize = 5;
const ATTRIBUTES: usize = 6;
const LAST_OFFSET_DELTA: usize = 7;
const MAX_TIMESTAMP: usize = 9;

/// What the records of a batch need of its header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    /// The batch's node.
    pub node: usize,
    pub base_offset: i64,
    pub base_timestamp: i64,
    pub log_append: bool,
    pub max_timestamp: i64,
    pub last_offset_delta: i32,
    pub count: i32,
    pub control: bool,
    /// Not all of the records are there, for a reason that is told already.
    pub partial: bool,
}

impl Walk<'_> {
    /// Adds a batch, or the beginning of one that should have `length` bytes.
    pub(super) fn batch(&mut self, bytes: &[u8], length: usize, index: u32) {
        let opened = self.tape.open(&fields::BATCH, index, Shape::Struct, 0, self.offset, self.offset);
        self.fixed(bytes, &HEADER);
        match Batch::new(bytes) {
            Ok(batch) => {
                let around = Around {
                    node: opened.node,
                    base_offset: batch.base_offset(),
                    base_timestamp: batch.base_timestamp(),
                    log_append: batch.attributes().timestamp_type() == TimestampType::LogAppend,
                    max_timestamp: batch.max_timestamp(),
                    last_offset_delta: batch.last_offset_delta(),
                    count: batch.count(),
                    control: batch.attributes().is_control(),
                    partial: bytes.len() < length,
                };
                self.tape.set_value(opened, around.base_offset);
                self.header(&batch, opened.node);
                self.payload(&batch, around);
            }
            Err(error) => self.error_in(LENGTH_AT, error.kind, opened.node + BATCH_LENGTH),
        }
        self.rest(bytes.len());
        self.tape.close(opened);
    }

    fn header(&mut self, batch: &Batch<'_>, node: usize) {
        if self.muted {
            return;
        }
        let offset = batch.base_offset();
        if offset < 0 {
            self.note_in(0, RecordsNote::NegativeOffset { offset }, node + BASE_OFFSET);
        }
        if let Err(error) = batch.check_crc() {
            self.error_in(CRC_AT, error.kind, node + CRC);
        }
        if let Err(error) = batch.codec() {
            self.error_in(error.at, error.kind, node + ATTRIBUTES);
        }
        let bits = batch.attributes().unknown_bits(2);
        if bits != 0 {
            self.note_in(ATTRIBUTES_AT, RecordsNote::AttributeBits { bits, magic: 2 }, node + ATTRIBUTES);
        }
    }

    fn payload(&mut self, batch: &Batch<'_>, around: Around) {
        let payload = batch.payload();
        let Ok(codec) = batch.codec() else { return };
        if around.count < 0 {
            let kind = RecordsError::RecordCount { count: around.count };
            self.error(COUNT_AT, kind);
        } else if around.count == 0 {
            // An empty payload is what compaction leaves of a batch.
            if !payload.is_empty() {
                self.rest(HEADER_BYTES + payload.len());
                self.note(HEADER_BYTES, RecordsNote::RecordsIgnored { bytes: payload.len() });
            }
            return;
        }
        let seen = if codec == Codec::None {
            self.records(batch.bytes(), HEADER_BYTES, around)
        } else {
            self.compressed_records(codec, payload, around)
        };
        if let Some(seen) = seen.filter(|_| !self.muted) {
            self.compare_with_header(&around, &seen);
        }
    }

    fn compare_with_header(&mut self, around: &Around, seen: &Seen) {
        let (stated, found) = (around.last_offset_delta, seen.last_delta);
        if stated != found {
            let note = RecordsNote::LastOffsetDelta { stated, found };
            self.note_in(LAST_OFFSET_DELTA_AT, note, around.node + LAST_OFFSET_DELTA);
        }
        let (stated, found) = (around.max_timestamp, seen.max_timestamp);
        if stated != found && !around.log_append {
            let note = RecordsNote::MaxTimestamp { stated, found };
            self.note_in(MAX_TIMESTAMP_AT, note, around.node + MAX_TIMESTAMP);
        }
    }

    fn compressed_records(&mut self, codec: Codec, payload: &[u8], mut around: Around) -> Option<Seen> {
        let start = self.offset + HEADER_BYTES;
        let end = start + payload.len();
        let field = &fields::RECORDS_COMPRESSED;
        let node = self.tape.leaf(field, NO_INDEX, Shape::Bytes, payload.len() as i64, [start, start, end]);
        let opened = self.tape.reopen(node);
        let mut unpacked = self.tape.spare_buffer();
        let result = compression::decompress(codec, 2, payload, self.tape.decompressed_left, &mut unpacked);
        self.tape.decompressed_left -= unpacked.len().min(self.tape.decompressed_left);
        match result {
            Ok(None) => {}
            Ok(Some((at, note))) => self.note(HEADER_BYTES + at, note),
            Err(failure) => {
                around.partial = true;
                let kind = RecordsError::Compression { codec, error: failure.error };
                self.error(HEADER_BYTES + failure.at, kind);
            }
        }
        let seen = self.in_buffer(unpacked, |walk, unpacked| walk.records(unpacked, 0, around));
        self.tape.set_reached(end);
        self.tape.close(opened);
        seen
    }

    /// Lets the nodes that `add` adds count their offsets in `bytes`. Where there are too many
    /// buffers already the nodes are lost, but not what is wrong.
    pub(super) fn in_buffer<R>(&mut self, bytes: Vec<u8>, add: impl FnOnce(&mut Walk<'_>, &[u8]) -> R) -> R {
        if !self.tape.has_spare_buffer() {
            return self.out_of_sight(&bytes, add);
        }
        let outside = self.offset;
        let before = self.tape.enter_buffer(bytes);
        let number = self.tape.current_buffer();
        let bytes = self.tape.take_out(number);
        self.offset = 0;
        let result = add(self, &bytes);
        self.tape.gap(&fields::UNREAD, bytes.len());
        self.offset = outside;
        self.tape.put_back(number, bytes);
        if let Some(before) = before {
            self.tape.leave_buffer(before);
        }
        result
    }

    #[cold]
    fn out_of_sight<R>(&mut self, bytes: &[u8], add: impl FnOnce(&mut Walk<'_>, &[u8]) -> R) -> R {
        let mut tape = Tape::new(0, self.tape.decompressed_left);
        let Walk { family, depth, muted, .. } = *self;
        let result = add(&mut Walk { tape: &mut tape, offset: 0, family, depth, muted }, bytes);
        self.note(0, RecordsNote::NotShown { bytes: bytes.len() });
        let at = self.tape.reached();
        for finding in tape.findings().iter().filter(|finding| finding.severity != Severity::Note) {
            self.tape.find(finding.severity, at, finding.kind);
        }
        result
    }
}
