//! The records that Kafka itself writes, as JSON: the same reading and the same words as `decode`.

use crate::codec::dissect::Depth;
use crate::codec::explain;
use crate::codec::internal::{type_of_framed, type_of_key};
use crate::codec::json::message_hiding;
use crate::codec::reading::{ReadAs, Reading, read};
use crate::codec::record_types::{Family, RecordType};
use crate::codec::records::control;
use crate::codec::secrets::Secrets;
use crate::codec::tape::Tape;

/// Reads internal records one after the other and keeps its room.
#[derive(Debug, Default)]
pub struct Internal {
    tape: Tape,
    key: Vec<u8>,
    value: Vec<u8>,
}

/// An internal record, read.
#[derive(Debug)]
pub struct Opened<'a> {
    /// Its type, where it has one that is known.
    pub record_type: Option<&'static RecordType>,
    /// The version of its value.
    pub version: Option<i16>,
    /// The key as JSON; of control and metadata records there is none.
    pub key: Option<&'a [u8]>,
    /// The value as JSON; `None` where it is null or could not be read.
    pub value: Option<&'a [u8]>,
    /// Why key or value could not be read, in decode's words.
    pub problem: Option<String>,
}

impl Opened<'_> {
    /// `PartitionRecord`, `OffsetCommit`, `COMMIT`: what people call the type.
    pub fn type_name(&self) -> &'static str {
        self.record_type.map_or("?", RecordType::short_name)
    }
}

impl Internal {
    /// Reads a record of a log of `family`, or of a control batch.
    pub fn open(
        &mut self,
        family: Family,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        show_secrets: bool,
    ) -> Opened<'_> {
        self.key.clear();
        self.value.clear();
        let mut problem = None;
        let (record_type, key_as, value_as) = match family {
            Family::Control => control_readings(key, value),
            Family::Metadata | Family::RemoteLog => {
                let record_type = value.and_then(|value| type_of_framed(value, family)).map(|(kind, _)| kind);
                (record_type, None, Some(ReadAs::RecordValue(family, None)))
            }
            Family::Group | Family::Transaction | Family::Share => {
                let record_type = key.and_then(|key| type_of_key(key, family));
                let value_as = record_type.map(|kind| ReadAs::RecordValue(family, Some(kind.id)));
                (record_type, Some(ReadAs::RecordKey(family)), value_as)
            }
        };
        let mut version = None;
        let key_there = match (key, key_as) {
            (Some(key), Some(read_as)) => {
                let (reading, found) = one(&mut self.tape, key, read_as, show_secrets, &mut self.key);
                problem = found;
                reading.message.is_some()
            }
            (None, Some(_)) => {
                problem = Some("the key, which would say what it is, is null".to_owned());
                false
            }
            _ => false,
        };
        if let (Some(value), Some(read_as)) = (value, value_as) {
            let (reading, found) = one(&mut self.tape, value, read_as, show_secrets, &mut self.value);
            version = reading.message.map(|(_, version)| version);
            problem = problem.or(found);
        }
        Opened {
            record_type,
            version,
            key: Some(self.key.as_slice()).filter(|key| key_there && !key.is_empty()),
            value: Some(self.value.as_slice()).filter(|value| !value.is_empty()),
            problem,
        }
    }
}

type Readings = (Option<&'static RecordType>, Option<ReadAs>, Option<ReadAs>);

fn control_readings(key: Option<&[u8]>, value: Option<&[u8]>) -> Readings {
    let Some(key) = key.and_then(|key| control::key(key).ok()) else { return (None, None, None) };
    let Some(record_type) = key.record_type() else { return (None, None, None) };
    let message = record_type.value;
    let value_as = if key.is_version_prefixed() {
        Some(ReadAs::VersionPrefixed(message))
    } else {
        // The version is the first field of the message itself.
        let version = value.and_then(<[u8]>::first_chunk).map(|&version| i16::from_be_bytes(version));
        version
            .filter(|&version| message.versions.contain(version))
            .map(|version| ReadAs::Message(message, version))
    };
    (Some(record_type), None, value_as)
}

fn one(
    tape: &mut Tape,
    bytes: &[u8],
    read_as: ReadAs,
    show_secrets: bool,
    out: &mut Vec<u8>,
) -> (Reading, Option<String>) {
    tape.clear();
    let reading = read(tape, bytes, 0, read_as, Depth::ALL);
    // Not what clients put into it: who loads the log passes that on unread.
    let problem = tape.first_error().map(|finding| {
        let words = explain::explain(tape, &reading, finding);
        let wanted = match (words.want, words.have) {
            (Some(want), Some(have)) => format!(" (expected {want}, found {have})"),
            _ => String::new(),
        };
        format!("byte {}: {}{wanted}", finding.at, words.title)
    });
    if let (Some((message, _)), Some(body)) = (reading.message, reading.body) {
        let secrets = if show_secrets { Secrets::default() } else { Secrets::of(tape, bytes, None) };
        message_hiding(tape, bytes, body, message.shape, secrets.nodes(), out);
    }
    (reading, problem)
}
