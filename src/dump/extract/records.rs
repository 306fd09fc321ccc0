//! Selected records as a file of their values, or of one JSON object a line.

use std::io::{self, Write};

use crate::codec::json;
use crate::codec::records::error::Error;
use crate::dump::format::BytesFormat;
use crate::dump::records::{BatchInfo, RecordView};
use crate::dump::walk::Sink;
use crate::log::scan::Found;
use crate::render::push;

/// What is collected before it is written.
const CHUNK_BYTES: usize = 64 << 10;

/// What a record becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The bytes of its value and a line feed. A record without a value is left out.
    Values,
    /// A JSON object with `partition` where it is known, `offset`, `timestamp`, `key`, `value`, `headers`.
    Ndjson {
        /// How keys are shown.
        key: BytesFormat,
        /// How values are shown; those of headers are text or hex.
        value: BytesFormat,
    },
}

/// Writes selected records to a file. Flush it with [`RecordWriter::finish`].
#[derive(Debug)]
pub struct RecordWriter<W> {
    out: W,
    shape: Shape,
    /// `"partition":"orders-0",`, where it is known.
    prefix: Vec<u8>,
    buffer: Vec<u8>,
    records: u64,
    without_value: u64,
    damaged: u64,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Records.
    pub records: u64,
    /// Records that were left out because they have no value.
    pub without_value: u64,
    /// Damaged batches of which not all could be written.
    pub damaged: u64,
}

impl<W: Write> RecordWriter<W> {
    /// Writes to `out`.
    pub fn new(out: W, shape: Shape) -> Self {
        Self { out, shape, prefix: Vec::new(), buffer: Vec::new(), records: 0, without_value: 0, damaged: 0 }
    }

    /// What follows is of this partition.
    pub fn partition(&mut self, name: &str) {
        self.prefix.clear();
        self.prefix.extend_from_slice(b"\"partition\":");
        json::string(name.as_bytes(), &mut self.prefix);
        self.prefix.push(b',');
    }

    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// Where that cannot be written.
    pub fn finish(mut self) -> io::Result<Written> {
        self.out.write_all(&self.buffer)?;
        self.out.flush()?;
        let Self { records, without_value, damaged, .. } = self;
        Ok(Written { records, without_value, damaged })
    }
}

impl<W: Write> Sink for RecordWriter<W> {
    fn wants_records(&self) -> bool {
        true
    }

    fn batch(&mut self, _: &Found<'_>, _: &BatchInfo) -> io::Result<()> {
        Ok(())
    }

    fn broken(&mut self, _: &BatchInfo, _: &Error) -> io::Result<()> {
        self.damaged += 1;
        Ok(())
    }

    fn record(&mut self, record: &RecordView<'_>) -> io::Result<()> {
        match (self.shape, record.value) {
            (Shape::Values, None) => self.without_value += 1,
            (Shape::Values, Some(value)) => {
                self.records += 1;
                self.buffer.extend_from_slice(value);
                self.buffer.push(b'\n');
            }
            (Shape::Ndjson { key, value }, _) => {
                self.records += 1;
                self.buffer.push(b'{');
                self.buffer.extend_from_slice(&self.prefix);
                push_members(record, key, value, &mut self.buffer);
                self.buffer.extend_from_slice(b"}\n");
            }
        }
        if self.buffer.len() >= CHUNK_BYTES {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// Appends the members of a record's JSON object.
fn push_members(record: &RecordView<'_>, key: BytesFormat, value: BytesFormat, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"offset\":");
    push::int(record.offset, out);
    out.extend_from_slice(b",\"timestamp\":");
    push::int(record.timestamp, out);
    out.extend_from_slice(b",\"key\":");
    key.push_json(record.key, out);
    out.extend_from_slice(b",\"value\":");
    value.push_json(record.value, out);
    out.extend_from_slice(b",\"headers\":[");
    for (number, (name, content)) in record.headers.enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"key\":");
        json::string(name, out);
        out.extend_from_slice(b",\"value\":");
        // Headers are somebody else's: whatever the values' format, these are text or hex.
        BytesFormat::Auto.push_json(content, out);
        out.push(b'}');
    }
    out.push(b']');
}
