//! Records of the metadata log and of tiered storage (`AbstractApiMessageSerde`): three unsigned
//! varints before the message.

use std::io::Write;

use super::content::Content;
use super::{reading, remote};
use crate::codec::record_types::{Family, RecordType};
use crate::codec::tape::Tape;
use crate::codec::wire::Reader;

/// The only version of the frame.
const FRAME_VERSION: i16 = 1;

/// Prints such records.
#[derive(Debug)]
pub(super) struct Framed {
    family: Family,
    tape: Tape,
}

impl Framed {
    pub fn new(family: Family) -> Self {
        Self { family, tape: Tape::default() }
    }

    /// Appends the value.
    pub fn push(&mut self, out: &mut Vec<u8>, content: Content<'_>) {
        let begin = out.len();
        if let Err(words) = self.try_push(out, content) {
            out.truncate(begin);
            let at = if self.family == Family::Metadata { "Error at" } else { "Error at offset" };
            // Vec never refuses a write.
            drop(write!(out, "{at} {}, skipping. {words}", content.offset));
        }
    }

    fn try_push(&mut self, out: &mut Vec<u8>, content: Content<'_>) -> Result<(), String> {
        let remote = self.family == Family::RemoteLog;
        if remote && content.value.is_none() {
            // The words of Java's own exception.
            return Err("Cannot invoke \"java.nio.ByteBuffer.remaining()\" because the return value of \
                \"org.apache.kafka.common.record.internal.Record.value()\" is null"
                .to_owned());
        }
        let value = content.value.unwrap_or_default();
        let mut reader = Reader::new(value);
        let (record_type, version) = self.head(&mut reader)?;
        let id = record_type.id;
        reading::message(&mut self.tape, &mut reader, value, record_type.value, version)
            .map_err(|_| format!("Failed to deserialize record with type {id}"))?;
        if reader.left() > 0 {
            return Err(format!("Found {} byte(s) of garbage after {id}", reader.left()));
        }
        if remote {
            return remote::push(out, record_type, value, version);
        }
        out.extend_from_slice(b"{\"type\":");
        reading::quoted(out, record_type.name);
        drop(write!(out, ",\"version\":{version},\"data\":"));
        reading::push(out, &self.tape, value, record_type.value);
        out.push(b'}');
        Ok(())
    }

    fn head(&self, reader: &mut Reader<'_>) -> Result<(&'static RecordType, i16), String> {
        match short(reader, "frame version")? {
            FRAME_VERSION => {}
            0 => {
                return Err("Could not deserialize metadata record with frame version 0. Note that \
                    upgrades from the preview release of KRaft in 2.8 to newer versions are not supported."
                    .to_owned());
            }
            other => {
                return Err(format!(
                    "Could not deserialize metadata record due to unknown frame version {other}(only frame \
                     version {FRAME_VERSION} is supported)"
                ));
            }
        }
        let id = short(reader, "type")?;
        let version = short(reader, "version")?;
        let record_type = self.family.record_type(id).ok_or_else(|| {
            format!("org.apache.kafka.common.errors.UnsupportedVersionException: Unknown metadata id {id}")
        })?;
        Ok((record_type, version))
    }
}

/// An unsigned varint as the Java short that Kafka makes of it.
fn short(reader: &mut Reader<'_>, entity: &str) -> Result<i16, String> {
    let value = reader.uvarint() as i32;
    if !reader.ok() {
        return Err(format!("Error while reading {entity}"));
    }
    if value > i32::from(i16::MAX) {
        return Err(format!("Value for {entity} was too large."));
    }
    Ok(value as i16)
}
