//! The messages inside of keys and values: read, printed as JSON, and what Java says where it throws.

use std::io::Write;

use crate::codec::dissect::{self, Depth};
use crate::codec::finding::{FindingKind, Severity};
use crate::codec::frame::BODY;
use crate::codec::json::{self, Replace, Style};
use crate::codec::messages::coordinator_records::transaction_log_value;
use crate::codec::messages::metadata_records::partition_change_record;
use crate::codec::schema::Message;
use crate::codec::tape::{NO_INDEX, Tape};
use crate::codec::wire::{ErrorKind, Reader};

/// What Java prints for the message of an exception that has none, as a BufferUnderflowException.
const NO_WORDS: &str = "null";

/// Reads a message from the reader's place in `input` on. Where that cannot be done, the words of the exception
/// that Kafka's classes throw.
pub(super) fn message(
    tape: &mut Tape,
    reader: &mut Reader<'_>,
    input: &[u8],
    message: &'static Message,
    version: i16,
) -> Result<(), String> {
    tape.clear();
    // Kafka does not look at the version before it reads: no field asks for less than version 0.
    if dissect::message(tape, reader, message, version.max(message.versions.min), &BODY, Depth::FIELDS) {
        return Ok(());
    }
    Err(words(tape, input))
}

/// What the exception says for which reading ended.
fn words(tape: &Tape, input: &[u8]) -> String {
    let wire = tape.findings().iter().find_map(|finding| match finding.kind {
        FindingKind::Wire(kind) if finding.severity == Severity::Error => Some((kind, finding)),
        _ => None,
    });
    let Some((kind, finding)) = wire else { return NO_WORDS.to_owned() };
    let rest = input.get(finding.at as usize..).unwrap_or_default();
    let node = finding.node;
    let field = tape.nodes().get(node as usize).map_or_else(String::new, |node| {
        let element = if node.index == NO_INDEX { "" } else { " element" };
        node.field.json_name() + element
    });
    match kind {
        ErrorKind::Short { .. } => NO_WORDS.to_owned(),
        ErrorKind::LengthPastEnd { need, have } => {
            format!("Error reading byte array of {need} byte(s): only {have} byte(s) available")
        }
        ErrorKind::Null { .. } => format!("non-nullable field {field} was serialized as null"),
        ErrorKind::StringTooLong { length } => format!("string field {field} had invalid length {length}"),
        ErrorKind::CountPastEnd { count, have } => format!(
            "Tried to allocate a collection of size {count}, but there are only {have} bytes remaining."
        ),
        ErrorKind::VarintTooLong => too_long(rest),
        ErrorKind::TagCount { .. } => tag_words(rest),
        // A NegativeArraySizeException.
        ErrorKind::TagSize { size } => size.to_string(),
        other => format!("{other:?}"),
    }
}

/// What the exception says for a varint of more than five bytes.
fn too_long(bytes: &[u8]) -> String {
    let value = bytes.iter().take(5).enumerate().fold(0, |value, (i, &byte)| {
        // Of the last byte the sign goes in as well.
        let bits = if i < 4 { i32::from(byte & 0x7f) } else { i32::from(byte as i8) };
        value | bits.wrapping_shl(7 * i as u32)
    });
    format!("Varint is too long, the most significant bit in the 5th byte is set, converted value: {value:x}")
}

/// What the exception says for more tagged fields than there can be: Kafka 4.3 reads them until the bytes
/// end.
fn tag_words(section: &[u8]) -> String {
    let mut reader = Reader::new(section);
    for _ in 0..reader.uvarint() as i32 {
        reader.uvarint();
        let size = reader.uvarint() as i32;
        if let Some(error) = reader.error() {
            return match error.kind {
                ErrorKind::VarintTooLong => too_long(section.get(error.at..).unwrap_or_default()),
                _ => NO_WORDS.to_owned(),
            };
        }
        let left = reader.left();
        let rest = section.get(section.len() - left..).unwrap_or_default();
        match usize::try_from(size).ok().map(|size| rest.get(size..)) {
            Some(Some(_)) => (0..size).for_each(|_| {
                let [_]: [u8; 1] = reader.array();
            }),
            Some(None) => {
                return format!("Error reading byte array of {size} byte(s): only {left} byte(s) available");
            }
            // A NegativeArraySizeException.
            None => return size.to_string(),
        }
    }
    NO_WORDS.to_owned()
}

/// Appends a JSON string of plain letters and digits in quotes.
pub(super) fn quoted(out: &mut Vec<u8>, text: impl std::fmt::Display) {
    // Vec never refuses a write.
    drop(write!(out, "\"{text}\""));
}

/// The order of a message's fields where Kafka 4.4 has changed it, which shows in the JSON of tagged fields.
pub(super) fn order(message: &'static Message) -> &'static [&'static str] {
    if std::ptr::eq(message, &transaction_log_value::MESSAGE) {
        return &[
            "producer_id",
            "previous_producer_id",
            "next_producer_id",
            "producer_epoch",
            "next_producer_epoch",
            "transaction_timeout_ms",
            "transaction_status",
            "transaction_partitions",
            "transaction_last_update_timestamp_ms",
            "transaction_start_timestamp_ms",
            "client_transaction_version",
        ];
    }
    if std::ptr::eq(message, &partition_change_record::MESSAGE) {
        return &[
            "partition_id",
            "topic_id",
            "isr",
            "leader",
            "replicas",
            "removing_replicas",
            "adding_replicas",
            "leader_recovery_state",
            "directories",
            "eligible_leader_replicas",
            "last_known_elr",
        ];
    }
    &[]
}

/// Appends a message that was read as JSON.
pub(super) fn push(out: &mut Vec<u8>, tape: &Tape, input: &[u8], message: &'static Message) {
    push_replacing(out, tape, input, message, None);
}

/// The same with some values replaced.
pub(super) fn push_replacing(
    out: &mut Vec<u8>,
    tape: &Tape,
    input: &[u8],
    message: &'static Message,
    replace: Option<Replace<'_>>,
) {
    let style = Style { replace, order: order(message), ..Style::default() };
    json::message_styled(tape, input, 0, message.shape, style, out);
}
