//! Batches of magic 2, written: lengths, counts and checksum follow from the records.

use std::io;

use super::batch::{ATTRIBUTES_AT, Attributes, COUNT_AT, CRC_AT, HEADER_BYTES, NO_SEQUENCE};
use super::batches::{LENGTH_AT, LENGTH_END, MAGIC_MAX};
use super::compression;
use crate::codec::wire::Writer;

/// What a batch's header says that does not follow from its records. See [`super::batch::Batch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct BatchHeader {
    pub base_offset: i64,
    pub partition_leader_epoch: i32,
    pub attributes: Attributes,
    pub base_timestamp: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    /// Otherwise that of the last record; after compaction it is greater.
    pub last_offset_delta: Option<i32>,
    /// Otherwise the greatest of the records.
    pub max_timestamp: Option<i64>,
}

impl Default for BatchHeader {
    fn default() -> Self {
        Self {
            base_offset: 0,
            partition_leader_epoch: -1,
            attributes: Attributes::default(),
            base_timestamp: 0,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: NO_SEQUENCE,
            last_offset_delta: None,
            max_timestamp: None,
        }
    }
}

/// A record to be written; offset and timestamp are as they go to the wire.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct NewRecord<'r> {
    pub attributes: i8,
    pub timestamp_delta: i64,
    pub offset_delta: i32,
    pub key: Option<&'r [u8]>,
    pub value: Option<&'r [u8]>,
    pub headers: &'r [super::record::Header<'r>],
}

/// Collects records and writes them as one batch.
#[derive(Debug)]
pub struct BatchWriter {
    header: BatchHeader,
    records: Writer,
    /// One record, whose length is written before it.
    body: Writer,
    count: i32,
    last_offset_delta: i32,
    max_timestamp: Option<i64>,
}

impl BatchWriter {
    /// A batch without records.
    pub fn new(header: BatchHeader) -> Self {
        Self {
            header,
            records: Writer::default(),
            body: Writer::default(),
            count: 0,
            last_offset_delta: 0,
            max_timestamp: None,
        }
    }

    /// Bytes of records so far, before compression.
    pub fn len(&self) -> usize {
        self.records.buffer.len()
    }

    /// What the records' offsets count from.
    pub fn base_offset(&self) -> i64 {
        self.header.base_offset
    }

    /// What the records' timestamps count from.
    pub fn base_timestamp(&self) -> i64 {
        self.header.base_timestamp
    }

    /// There are no records yet.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a record.
    pub fn push(&mut self, record: &NewRecord<'_>) {
        let body = &mut self.body;
        body.buffer.clear();
        body.buffer.push(record.attributes as u8);
        body.varlong(record.timestamp_delta);
        body.varint(record.offset_delta);
        bytes(body, record.key);
        bytes(body, record.value);
        body.varint(record.headers.len() as i32);
        for &(key, value) in record.headers {
            bytes(body, Some(key));
            bytes(body, value);
        }
        self.records.varint(body.buffer.len() as i32);
        self.records.buffer.extend_from_slice(&body.buffer);
        self.count += 1;
        self.last_offset_delta = record.offset_delta;
        let timestamp = self.header.base_timestamp.wrapping_add(record.timestamp_delta);
        self.max_timestamp = Some(self.max_timestamp.map_or(timestamp, |max| max.max(timestamp)));
    }

    /// Appends the batch to `out`.
    pub fn finish(self, out: &mut Vec<u8>) -> io::Result<()> {
        let header = self.header;
        let codec = header.attributes.codec().map_err(io::Error::other)?;
        let max_timestamp = header.max_timestamp.or(self.max_timestamp).unwrap_or(-1);
        let begin = out.len();
        out.extend_from_slice(&header.base_offset.to_be_bytes());
        out.extend_from_slice(&[0; LENGTH_END - LENGTH_AT]);
        out.extend_from_slice(&header.partition_leader_epoch.to_be_bytes());
        out.push(MAGIC_MAX as u8);
        out.extend_from_slice(&[0; ATTRIBUTES_AT - CRC_AT]);
        out.extend_from_slice(&header.attributes.0.to_be_bytes());
        out.extend_from_slice(&header.last_offset_delta.unwrap_or(self.last_offset_delta).to_be_bytes());
        out.extend_from_slice(&header.base_timestamp.to_be_bytes());
        out.extend_from_slice(&max_timestamp.to_be_bytes());
        out.extend_from_slice(&header.producer_id.to_be_bytes());
        out.extend_from_slice(&header.producer_epoch.to_be_bytes());
        out.extend_from_slice(&header.base_sequence.to_be_bytes());
        out.extend_from_slice(&self.count.to_be_bytes());
        compression::compress(codec, MAGIC_MAX as u8, &self.records.buffer, out)?;
        seal(out.get_mut(begin..).unwrap_or_default())
    }
}

fn bytes(body: &mut Writer, content: Option<&[u8]>) {
    body.varint(content.map_or(-1, |content| content.len() as i32));
    body.buffer.extend_from_slice(content.unwrap_or_default());
}

/// Writes the length and the checksum of a batch over what stands in their places.
pub fn seal(batch: &mut [u8]) -> io::Result<()> {
    let length = batch.len().saturating_sub(LENGTH_END);
    let length = i32::try_from(length).map_err(|_| io::Error::other("a batch of over 2 GiB"))?;
    let crc = crc32c::crc32c(batch.get(ATTRIBUTES_AT..).unwrap_or_default());
    for (at, value) in [(LENGTH_AT, length.to_be_bytes()), (CRC_AT, crc.to_be_bytes())] {
        if let Some(place) = batch.get_mut(at..at + 4) {
            place.copy_from_slice(&value);
        }
    }
    Ok(())
}

const _: () = assert!(HEADER_BYTES == COUNT_AT + 4);
