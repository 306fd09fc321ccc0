//! Records of the group, transaction and share coordinators (`CoordinatorRecordSerde`), as JSON.

use std::cell::RefCell;
use std::io::Write;

use super::content::{Content, Undecodable, label};
use super::reading;
use crate::codec::messages::{data, group_records};
use crate::codec::record_types::{Family, RecordType};
use crate::codec::schema::Message;
use crate::codec::tape::{Node, Shape, Tape};
use crate::codec::wire::Reader;

/// The protocol type of classic consumer groups.
const CONSUMER: &[u8] = b"consumer";

/// Prints a coordinator's records.
#[derive(Debug)]
pub(super) struct Coordinator {
    family: Family,
    key: Tape,
    value: Tape,
    inner: RefCell<Tape>,
}

/// Why a record is passed over.
enum Skip {
    Type(i16),
    Error(String),
}

impl Coordinator {
    pub fn new(family: Family) -> Self {
        Self { family, key: Tape::default(), value: Tape::default(), inner: RefCell::default() }
    }

    /// Appends key and value; both are read before one is printed.
    pub fn push(&mut self, out: &mut Vec<u8>, content: Content<'_>, first: &str) -> Result<(), Undecodable> {
        let key = content.key.ok_or(Undecodable::NoKey)?;
        let mut first = first;
        label(out, &mut first, "key: ");
        let offset = content.offset;
        // Vec never refuses a write.
        match self.read(key, content.value) {
            Ok((record_type, version)) => {
                out.extend_from_slice(b"{\"type\":");
                reading::quoted(out, record_type.id);
                out.extend_from_slice(b",\"data\":");
                match record_type.key {
                    Some(message) => reading::push(out, &self.key, key, message),
                    None => out.extend_from_slice(b"{}"),
                }
                out.push(b'}');
                label(out, &mut first, "payload: ");
                match (content.value, version) {
                    (Some(value), Some(version)) => self.push_value(out, value, record_type, version),
                    _ => out.extend_from_slice(b"<DELETE>"),
                }
            }
            Err(Skip::Type(id)) => {
                drop(write!(out, "Unknown record type {id} at offset {offset}, skipping."));
            }
            Err(Skip::Error(words)) => drop(write!(out, "Error at offset {offset}, skipping. {words}")),
        }
        Ok(())
    }

    fn read(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(&'static RecordType, Option<i16>), Skip> {
        let mut reader = Reader::new(key);
        let id = version(&mut reader, "key")?;
        let record_type = self.family.record_type(id).ok_or(Skip::Type(id))?;
        if let Some(message) = record_type.key {
            read(&mut self.key, (&mut reader, key), message, id, "key")?;
        }
        let Some(value) = value else { return Ok((record_type, None)) };
        let mut reader = Reader::new(value);
        let version = version(&mut reader, "value")?;
        if !record_type.value.versions.contain(version) {
            return Err(Skip::Error(format!("Found an unknown record version {version} for {id} type")));
        }
        read(&mut self.value, (&mut reader, value), record_type.value, version, "value")?;
        Ok((record_type, Some(version)))
    }

    fn push_value(&self, out: &mut Vec<u8>, value: &[u8], record_type: &RecordType, version: i16) {
        out.extend_from_slice(b"{\"version\":");
        reading::quoted(out, version);
        out.extend_from_slice(b",\"data\":");
        let message = record_type.value;
        if std::ptr::eq(message, &group_records::group_metadata_value::MESSAGE)
            && self.is_consumer_group(value)
        {
            let open = |node: &Node, out: &mut Vec<u8>| self.opened(value, node, out);
            reading::push_replacing(out, &self.value, value, message, Some(&open));
        } else {
            reading::push(out, &self.value, value, message);
        }
        out.push(b'}');
    }

    fn is_consumer_group(&self, value: &[u8]) -> bool {
        let protocol = self.value.child(0, "protocol_type").and_then(|node| self.value.nodes().get(node));
        protocol.is_some_and(|node| self.value.content(value, node) == CONSUMER)
    }

    /// Subscription and assignment of a member as JSON; false where they are not, and stay base64.
    fn opened(&self, value: &[u8], node: &Node, out: &mut Vec<u8>) -> bool {
        let message: &'static Message = match node.field.name {
            "subscription" => &data::consumer_protocol_subscription::MESSAGE,
            "assignment" => &data::consumer_protocol_assignment::MESSAGE,
            _ => return false,
        };
        if node.shape != Shape::Bytes {
            return false;
        }
        let content = self.value.content(value, node);
        let mut reader = Reader::new(content);
        let version = i16::from_be_bytes(reader.array());
        let mut tape = self.inner.borrow_mut();
        if !reader.ok() || reading::message(&mut tape, &mut reader, content, message, version).is_err() {
            return false;
        }
        reading::push(out, &tape, content, message);
        true
    }
}

/// The int16 at the beginning of a key or value.
fn version(reader: &mut Reader<'_>, part: &str) -> Result<i16, Skip> {
    let version = i16::from_be_bytes(reader.array());
    if reader.ok() {
        Ok(version)
    } else {
        Err(Skip::Error(format!("Could not read version from {part}'s buffer.")))
    }
}

fn read(
    tape: &mut Tape,
    (reader, input): (&mut Reader<'_>, &[u8]),
    message: &'static Message,
    version: i16,
    part: &str,
) -> Result<(), Skip> {
    reading::message(tape, reader, input, message, version).map_err(|words| {
        Skip::Error(format!(
            "Could not read record with version {version} from {part}'s buffer due to: {words}."
        ))
    })
}
