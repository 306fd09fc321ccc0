//! The line of a batch.
//!
//! Kafka's tool prints it in two halves, and the second one throws where the codec is none: what was
//! printed until then stays. Here the line is always whole.

use super::out::{labelled, number, optional_long};
use crate::codec::records::batch::{Batch, TimestampType};
use crate::codec::records::compression::Codec;
use crate::codec::records::legacy::Message;

/// What Java's `TimestampType` prints.
pub(super) fn timestamp_type(kind: TimestampType) -> &'static str {
    match kind {
        TimestampType::None => "NoTimestampType",
        TimestampType::Create => "CreateTime",
        TimestampType::LogAppend => "LogAppendTime",
    }
}

/// The line of a batch of magic 2 or above. `header` may be longer than the batch.
pub(super) fn push(out: &mut Vec<u8>, header: &Batch<'_>, bytes: &[u8], at: u64, magic: i8) {
    let attributes = header.attributes();
    labelled(out, "baseOffset: ", header.base_offset());
    labelled(out, " lastOffset: ", header.last_offset());
    labelled(out, " count: ", header.count());
    labelled(out, " baseSequence: ", header.base_sequence());
    labelled(out, " lastSequence: ", header.last_sequence());
    labelled(out, " producerId: ", header.producer_id());
    labelled(out, " producerEpoch: ", header.producer_epoch());
    labelled(out, " partitionLeaderEpoch: ", header.partition_leader_epoch());
    boolean(out, " isTransactional: ", attributes.is_transactional());
    boolean(out, " isControl: ", attributes.is_control());
    out.extend_from_slice(b" deleteHorizonMs: ");
    optional_long(out, header.delete_horizon());
    // A batch that is shorter than its header is not valid, whatever its checksum.
    let valid = Batch::new(bytes).is_ok_and(|batch| batch.check_crc().is_ok());
    let times = (attributes.timestamp_type(), header.max_timestamp());
    rest(out, at, times, bytes.len(), magic, attributes.codec_id(), header.stored_crc(), valid);
}

/// The line of a message of magic 0 or 1.
pub(super) fn push_message(out: &mut Vec<u8>, message: &Message<'_>, at: u64) {
    labelled(out, "offset: ", message.offset());
    let times = (message.timestamp_type(), message.timestamp());
    let (bytes, codec) = (message.bytes().len(), message.attributes().codec_id());
    let valid = message.check_crc().is_ok();
    rest(out, at, times, bytes, message.magic() as i8, codec, message.stored_crc(), valid);
}

#[allow(clippy::too_many_arguments)] // A line has that many parts.
fn rest(
    out: &mut Vec<u8>,
    at: u64,
    (kind, timestamp): (TimestampType, i64),
    bytes: usize,
    magic: i8,
    codec: u8,
    crc: u32,
    valid: bool,
) {
    labelled(out, " position: ", at);
    out.push(b' ');
    out.extend_from_slice(timestamp_type(kind).as_bytes());
    labelled(out, ": ", timestamp);
    labelled(out, " size: ", bytes);
    labelled(out, " magic: ", magic);
    out.extend_from_slice(b" compresscodec: ");
    match Codec::from_id(codec) {
        Some(codec) => out.extend_from_slice(codec.name().as_bytes()),
        None => number(out, codec),
    }
    labelled(out, " crc: ", crc);
    boolean(out, " isvalid: ", valid);
    out.push(b'\n');
}

/// Appends text and then true or false.
pub(super) fn boolean(out: &mut Vec<u8>, label: &str, value: bool) {
    out.extend_from_slice(label.as_bytes());
    out.extend_from_slice(if value { b"true" } else { b"false" });
}
