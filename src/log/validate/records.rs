//! The rules that are about single records: keys, timestamps, offsets, and that they can be read at all.

use super::header::Head;
use super::refused::{Reason, RecordError, Refused, unreadable};
use super::rules::Rules;
use crate::codec::records::batch::{Attributes, Batch, TimestampType};
use crate::codec::records::compression::Codec;
use crate::codec::records::plain;
use crate::codec::records::record::Record;

/// The most records that a refusal names; the response would grow with the request otherwise.
pub const RECORD_ERRORS_MAX: usize = 1000;
/// Of records without a timestamp.
const NO_TIMESTAMP: i64 = -1;

/// What the records of a batch in order come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looked {
    pub max_timestamp: i64,
}

/// Whether a rule cannot be judged by the header alone.
pub(super) fn must_be_read(head: &Head, rules: &Rules, now_ms: i64) -> bool {
    let client_time = rules.timestamp_type == TimestampType::Create;
    rules.check_records
        || rules.compacted
        || head.attributes.timestamp_type() == TimestampType::LogAppend
        || (client_time
            && (rules.timestamp_before_max_ms != i64::MAX
                || out_of_bounds(head.max_timestamp, rules, now_ms)
                // Then it is not the greatest.
                || head.max_timestamp < head.base_timestamp))
}

/// Kafka's arithmetic, which comes round behind the greatest number.
fn out_of_bounds(timestamp: i64, rules: &Rules, now_ms: i64) -> bool {
    let age = now_ms.wrapping_sub(timestamp);
    timestamp != NO_TIMESTAMP
        && (age > rules.timestamp_before_max_ms || age.wrapping_neg() > rules.timestamp_after_max_ms)
}

/// Whether what is compressed begins as it must: there are clients whose streams Kafka does not read, such as LZ4 frames
/// of blocks that depend on each other. The checksum does not tell.
pub(super) fn begin(bytes: &[u8]) -> Result<(), Refused> {
    let begun = Batch::new(bytes).and_then(|batch| plain::begin(&batch));
    Ok(begun.map_err(unreadable)?)
}

/// Reads the records of the batch. Compressed ones are left in `plain`, as a batch that is not compressed.
pub(super) fn look(
    bytes: &[u8],
    head: &Head,
    rules: &Rules,
    now_ms: i64,
    plain: &mut Vec<u8>,
) -> Result<Looked, Refused> {
    let bytes = match head.codec {
        Codec::None => bytes,
        _ => {
            let batch = Batch::new(bytes).map_err(unreadable)?;
            plain::unpack(&batch, rules.decompressed_bytes_max, plain).map_err(unreadable)?;
            plain.as_slice()
        }
    };
    let batch = Batch::new(bytes).map_err(unreadable)?;
    match skim(&batch, rules, now_ms) {
        Some(looked) => Ok(looked),
        None => each(&batch, head.codec != Codec::None, rules, now_ms),
    }
}

/// The quick way, which knows no keys and only the greatest timestamp. `None` where that is not enough, or
/// where something is wrong.
fn skim(batch: &Batch<'_>, rules: &Rules, now_ms: i64) -> Option<Looked> {
    let create = batch.attributes().timestamp_type() == TimestampType::Create;
    let client_time = rules.timestamp_type == TimestampType::Create;
    if rules.compacted || !create || (client_time && rules.timestamp_before_max_ms != i64::MAX) {
        return None;
    }
    // Behind the least number comes the greatest: from below 0 a delta may lead to either.
    if batch.base_timestamp() < 0 {
        return None;
    }
    let skimmed = batch.records(0, &mut Vec::new()).ok()?.skim(batch)?;
    let max_timestamp = skimmed.max_timestamp?;
    // Offsets go up from 0 and there are as many as the last one says, so they go up by one.
    (!client_time || !out_of_bounds(max_timestamp, rules, now_ms)).then_some(Looked { max_timestamp })
}

/// The long way, record by record.
fn each(batch: &Batch<'_>, unpacked: bool, rules: &Rules, now_ms: i64) -> Result<Looked, Refused> {
    let mut scratch = Vec::new();
    let records = batch.records(0, &mut scratch).map_err(unreadable)?;
    let mut refusals = Refusals::default();
    let mut max_timestamp = NO_TIMESTAMP;
    for (index, record) in (0..).zip(records) {
        let record =
            record.map_err(|error| unreadable(if unpacked { plain::place(error) } else { error }))?;
        if record.offset_delta != index {
            return Err(Reason::Offset { index, found: record.offset_delta }.into());
        }
        refusals.judge(index, &record, batch.attributes(), rules, now_ms);
        max_timestamp = max_timestamp.max(record.timestamp);
    }
    refusals.verdict().map(|()| Looked { max_timestamp })
}

/// The records that are refused. One with a wrong timestamp makes that the error of all.
#[derive(Debug, Default)]
struct Refusals {
    keys: usize,
    timestamps: usize,
    errors: Vec<RecordError>,
}

impl Refusals {
    fn judge(&mut self, index: i32, record: &Record<'_>, attributes: Attributes, rules: &Rules, now_ms: i64) {
        let client_time = rules.timestamp_type == TimestampType::Create && record.timestamp != NO_TIMESTAMP;
        let (before, after) = (rules.timestamp_before_max_ms, rules.timestamp_after_max_ms);
        let message = if rules.compacted && record.key.is_none() {
            self.keys += 1;
            String::from("a compacted topic takes no record without a key")
        } else if client_time && out_of_bounds(record.timestamp, rules, now_ms) {
            self.timestamps += 1;
            let (from, to) = (now_ms.saturating_sub(before), now_ms.saturating_add(after));
            format!("the timestamp is {}, it must be from {from} to {to}", record.timestamp)
        } else if !client_time && attributes.timestamp_type() == TimestampType::LogAppend {
            self.timestamps += 1;
            String::from("the batch claims log append time, which only a broker sets")
        } else {
            return;
        };
        if self.errors.len() < RECORD_ERRORS_MAX {
            self.errors.push(RecordError { batch_index: index, message });
        }
    }

    fn verdict(self) -> Result<(), Refused> {
        let reason = match (self.keys, self.timestamps) {
            (0, 0) => return Ok(()),
            (count, 0) => Reason::Keys { count },
            (_, count) => Reason::Timestamps { count },
        };
        Err(Refused { reason, record_errors: self.errors })
    }
}
