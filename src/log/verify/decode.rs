//! Records that Kafka itself writes have to decode: what a coordinator or the controller cannot read
//! stops it.

use super::order::REFETCH;
use super::report::{File, Report, Words, n};
use crate::codec::dissect::Depth;
use crate::codec::explain;
use crate::codec::internal::type_of_key;
use crate::codec::reading::{ReadAs, read};
use crate::codec::record_types::Family;
use crate::codec::records::control;
use crate::codec::records::record::Record;
use crate::codec::tape::{NODES_MAX, Tape};
use crate::log::finding::Place;

/// Reads internal records one after the other and keeps its room.
#[derive(Debug)]
pub(super) struct Decoder {
    tape: Tape,
    family: Option<Family>,
}

impl Decoder {
    /// For the records of a topic, and control records.
    pub(super) fn new(family: Option<Family>) -> Self {
        Self { tape: Tape::new(NODES_MAX, 0), family }
    }

    /// The log's records are Kafka's own.
    pub(super) fn is_internal(&self) -> bool {
        self.family.is_some()
    }

    /// Tells what is wrong with a record, if anything is.
    pub(super) fn record(&mut self, report: &mut Report, file: &File, at: Option<u64>, record: &Record<'_>) {
        let Some(family) = self.family else { return };
        let problem = match family {
            Family::Metadata | Family::RemoteLog => match record.value {
                None => Some("the value is null".to_owned()),
                Some(value) => self.problem("value", value, ReadAs::RecordValue(family, None)),
            },
            _ => self.coordinator(family, record.key, record.value),
        };
        let Some(found) = problem else { return };
        let meaning = match family {
            Family::Metadata => "A controller or broker that replays it stops with a fatal fault.",
            Family::RemoteLog => "Brokers cannot follow the metadata of tiered storage past it.",
            _ => {
                "A coordinator that loads the partition passes over records of types it does not know, and fails on others: then its groups or transactions are not served."
            }
        };
        self.tell(report, file, at, record, "record-undecodable", found, meaning);
    }

    fn coordinator(&mut self, family: Family, key: Option<&[u8]>, value: Option<&[u8]>) -> Option<String> {
        let Some(key) = key else { return Some("the key is null".to_owned()) };
        if let Some(problem) = self.problem("key", key, ReadAs::RecordKey(family)) {
            return Some(problem);
        }
        let record_type = type_of_key(key, family)?;
        self.problem("value", value?, ReadAs::RecordValue(family, Some(record_type.id)))
    }

    /// Tells what is wrong with a control record, if anything is.
    pub(super) fn control(&mut self, report: &mut Report, file: &File, at: Option<u64>, record: &Record<'_>) {
        let Some(found) = self.control_problem(record) else { return };
        let meaning = "A broker that replays the log for its producers, or a controller, fails on it; consumers stop there.";
        self.tell(report, file, at, record, "control-record", found, meaning);
    }

    fn control_problem(&mut self, record: &Record<'_>) -> Option<String> {
        let Some(key) = record.key else { return Some("a control record without a key".to_owned()) };
        let key = match control::key(key) {
            Ok(key) => key,
            Err(error) => return Some(error.to_string()),
        };
        let Some(record_type) = key.record_type() else {
            return Some(format!("a control record of type {}, which no version of Kafka writes", key.id));
        };
        let Some(value) = record.value else {
            return Some(format!("a {} without a value", record_type.name));
        };
        if key.is_version_prefixed() {
            return self.problem(record_type.name, value, ReadAs::VersionPrefixed(record_type.value));
        }
        // The version is the first field of the message itself.
        let version = value.first_chunk().map(|&version| i16::from_be_bytes(version));
        match version.filter(|&version| record_type.value.versions.contain(version)) {
            Some(version) => {
                self.problem(record_type.name, value, ReadAs::Message(record_type.value, version))
            }
            None => Some(format!("a {} of version {version:?}, which is not known", record_type.name)),
        }
    }

    fn problem(&mut self, what: &str, bytes: &[u8], read_as: ReadAs) -> Option<String> {
        self.tape.clear();
        let reading = read(&mut self.tape, bytes, 0, read_as, Depth::ALL);
        // What clients put into a group's record is passed on unread: only the record itself must read.
        let refused = self.tape.first_error()?;
        let words = explain::explain(&self.tape, &reading, refused);
        let wanted = match (words.want, words.have) {
            (Some(want), Some(have)) => format!(" (expected {want}, found {have})"),
            _ => String::new(),
        };
        Some(format!("{what}, byte {}: {}{wanted}", refused.at, words.title))
    }

    #[expect(clippy::too_many_arguments, reason = "what a finding needs")]
    fn tell(
        &self,
        report: &mut Report,
        file: &File,
        at: Option<u64>,
        record: &Record<'_>,
        code: &'static str,
        found: String,
        meaning: &str,
    ) {
        let family = self.family.map_or("control", Family::name);
        report.error(
            code,
            file,
            Place { byte: at, offset: Some(record.offset), ..Place::WHOLE },
            Words {
                found,
                expected: format!(
                    "a {family} record of Kafka 4.4 or before (record at offset {})",
                    n(record.offset)
                ),
                meaning: meaning.to_owned(),
                remedy: format!("If the record is of a newer Kafka, use a newer kafkit. {REFETCH}"),
            },
        );
    }
}
