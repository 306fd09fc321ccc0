//! What is printed of a record before its content.
//!
//! From one record to the next mostly nothing but the last digits of its offset and its sequence number
//! change, so that the text between them is kept and used again.

use super::batch_line::{boolean, timestamp_type};
use super::java::push_utf8;
use super::out::{labelled, split};
use crate::codec::records::batch::{Batch, NO_SEQUENCE, TimestampType, sequence_after};
use crate::codec::records::error::Error;
use crate::codec::records::legacy::{FramedMessage, Message};
use crate::codec::records::record::{Headers, Record};

/// The length of null.
const NULL: i64 = -1;
const NO_HEADERS: &[u8] = b" headerKeys: []";

/// Prints records of magic 2.
#[derive(Debug, Default)]
pub(super) struct RecordLines {
    /// Of the batch.
    kind: Option<TimestampType>,
    base_sequence: i32,
    /// `| offset: 123`, but for the last digits, and the number in it.
    begin: Vec<u8>,
    offset: i64,
    /// ` CreateTime: 1 keySize: 2 valueSize: 3 sequence: 4`, but for the last digits, and the numbers in it.
    middle: Vec<u8>,
    numbers: Numbers,
}

/// What changes from record to record, or not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Numbers {
    timestamp: i64,
    key: i64,
    value: i64,
    sequence: i64,
}

impl RecordLines {
    /// The records that follow are of this batch.
    pub fn begin(&mut self, batch: &Batch<'_>) {
        self.kind = Some(batch.attributes().timestamp_type());
        self.base_sequence = batch.base_sequence();
        self.middle.clear();
    }

    /// Appends what is printed before the content.
    #[inline]
    pub fn push(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        let (offset, offset_digits) = split(record.offset);
        if offset != self.offset || self.begin.is_empty() {
            self.set_begin(offset);
        }
        let size = |content: Option<&[u8]>| content.map_or(NULL, |content| content.len() as i64);
        let sequence = if self.base_sequence >= 0 {
            sequence_after(self.base_sequence, record.offset_delta)
        } else {
            NO_SEQUENCE
        };
        let (sequence, sequence_digits) = split(i64::from(sequence));
        let numbers = Numbers {
            timestamp: record.timestamp,
            key: size(record.key),
            value: size(record.value),
            sequence,
        };
        if numbers != self.numbers || self.middle.is_empty() {
            self.set_middle(numbers);
        }
        out.extend_from_slice(&self.begin);
        if let Some(digits) = offset_digits {
            out.extend_from_slice(&digits);
        }
        out.extend_from_slice(&self.middle);
        if let Some(digits) = sequence_digits {
            out.extend_from_slice(&digits);
        }
        if record.headers.is_empty() {
            out.extend_from_slice(NO_HEADERS);
        } else {
            header_keys(out, record.headers);
        }
    }

    fn set_begin(&mut self, offset: i64) {
        self.offset = offset;
        self.begin.clear();
        labelled(&mut self.begin, "| offset: ", offset);
    }

    fn set_middle(&mut self, numbers: Numbers) {
        self.numbers = numbers;
        let middle = &mut self.middle;
        middle.clear();
        middle.push(b' ');
        middle.extend_from_slice(timestamp_type(self.kind.unwrap_or(TimestampType::Create)).as_bytes());
        labelled(middle, ": ", numbers.timestamp);
        labelled(middle, " keySize: ", numbers.key);
        labelled(middle, " valueSize: ", numbers.value);
        labelled(middle, " sequence: ", numbers.sequence);
    }
}

fn header_keys(out: &mut Vec<u8>, headers: Headers<'_>) {
    out.extend_from_slice(b" headerKeys: [");
    for (index, (key, _)) in headers.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_utf8(out, key);
    }
    out.push(b']');
}

/// Appends what is printed of a message of magic 0 or 1, which may be one of those inside of the
/// compressed message `outer`; nothing where its lengths are not there.
pub(super) fn push_message(
    out: &mut Vec<u8>,
    outer: &Message<'_>,
    framed: &FramedMessage<'_>,
) -> Result<(), Error> {
    let message = &framed.message;
    let (key, value) = (message.key_length()?, message.value_length()?);
    labelled(out, "| offset: ", framed.offset);
    out.push(b' ');
    out.extend_from_slice(timestamp_type(outer.timestamp_type()).as_bytes());
    labelled(out, ": ", framed.timestamp);
    labelled(out, " keySize: ", key);
    labelled(out, " valueSize: ", value);
    boolean(out, " isValid: ", message.check_crc().is_ok());
    labelled(out, " crc: ", message.stored_crc());
    Ok(())
}
