//! Batches as JSON and CSV, with the names that Kafka's own tool prints.

use crate::codec::records::batch::TimestampType;
use crate::codec::records::compression::Codec;
use crate::dump::records::BatchInfo;
use crate::dump::table::csv_field;
use crate::render::push;

/// The names of a batch's facts, in the order of CSV.
const BATCH_KEYS: [&str; 19] = [
    "baseOffset",
    "lastOffset",
    "count",
    "baseSequence",
    "lastSequence",
    "producerId",
    "producerEpoch",
    "partitionLeaderEpoch",
    "isTransactional",
    "isControl",
    "deleteHorizonMs",
    "position",
    "timestampType",
    "maxTimestamp",
    "size",
    "magic",
    "compression",
    "crc",
    "isValid",
];

/// The name of a timestamp type as Kafka's tools spell it.
pub fn timestamp_type(kind: TimestampType) -> &'static str {
    match kind {
        TimestampType::None => "NoTimestampType",
        TimestampType::Create => "CreateTime",
        TimestampType::LogAppend => "LogAppendTime",
    }
}

enum Fact {
    Int(i64),
    OptionalInt(Option<i64>),
    Bool(bool),
    Word(&'static str),
}

fn facts(batch: &BatchInfo) -> [Fact; BATCH_KEYS.len()] {
    [
        Fact::OptionalInt(batch.base_offset),
        Fact::Int(batch.last_offset),
        Fact::OptionalInt(batch.count.map(i64::from)),
        Fact::Int(i64::from(batch.base_sequence)),
        Fact::Int(i64::from(batch.last_sequence())),
        Fact::Int(batch.producer_id),
        Fact::Int(i64::from(batch.producer_epoch)),
        Fact::Int(i64::from(batch.leader_epoch)),
        Fact::Bool(batch.transactional),
        Fact::Bool(batch.control),
        Fact::OptionalInt(batch.delete_horizon),
        Fact::Int(i64::try_from(batch.at).unwrap_or(i64::MAX)),
        Fact::Word(timestamp_type(batch.timestamp_type)),
        Fact::Int(batch.max_timestamp),
        Fact::Int(batch.size as i64),
        Fact::Int(i64::from(batch.magic)),
        Fact::Word(batch.codec.map_or("unknown", Codec::name)),
        Fact::Int(i64::from(batch.crc)),
        Fact::Bool(batch.crc_fits),
    ]
}

/// Appends the members of a batch's object, without its braces.
pub fn members(batch: &BatchInfo, out: &mut Vec<u8>) {
    for (number, (key, fact)) in BATCH_KEYS.iter().zip(facts(batch)).enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        match fact {
            Fact::Int(number) | Fact::OptionalInt(Some(number)) => push::int(number, out),
            Fact::OptionalInt(None) => out.extend_from_slice(b"null"),
            Fact::Bool(truth) => out.extend_from_slice(if truth { b"true" } else { b"false" }),
            Fact::Word(word) => {
                out.push(b'"');
                out.extend_from_slice(word.as_bytes());
                out.push(b'"');
            }
        }
    }
}

/// Appends the heading of CSV, without a line break.
pub fn csv_heading(out: &mut Vec<u8>) {
    out.extend_from_slice(BATCH_KEYS.join(",").as_bytes());
}

/// Appends a batch's line of CSV, without a line break.
pub fn csv(batch: &BatchInfo, out: &mut Vec<u8>) {
    for (number, fact) in facts(batch).iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        match *fact {
            Fact::Int(number) | Fact::OptionalInt(Some(number)) => push::int(number, out),
            Fact::OptionalInt(None) => {}
            Fact::Bool(truth) => out.extend_from_slice(if truth { b"true" } else { b"false" }),
            Fact::Word(word) => csv_field(word.as_bytes(), out),
        }
    }
}
