//! The keys and values of the records that Kafka itself writes, onto the tape.
//!
//! Metadata and remote log records: three unsigned varints (frame version, always 1; type; version)
//! before the message (`AbstractApiMessageSerde`, KIP-631). Coordinator records: an int16 before the
//! key is the record's type, an int16 before the value its version (`CoordinatorRecordSerde`).

use super::dissect::{self, Depth};
use super::finding::{FindingKind, InternalError, Severity};
use super::frame::{BODY, severity_of, trailing, unread};
use super::meaning::Meaning;
use super::record_types::{Family, RecordType};
use super::schema::{Field, Message, Type};
use super::tape::{NO_INDEX, Shape, Tape, synthetic};
use super::wire::Reader;

/// The version of the frame around a metadata record.
pub static FRAME_VERSION: Field = synthetic("frame_version", Type::Uint32, Meaning::Plain);
/// The type of a metadata record.
pub static METADATA_TYPE: Field = synthetic("type", Type::Uint32, Meaning::Plain);
/// The version of a metadata record.
pub static VERSION: Field = synthetic("version", Type::Uint32, Meaning::Plain);
/// The type of a group coordinator's record.
pub static GROUP_TYPE: Field = synthetic("type", Type::Int16, Meaning::Plain);
/// The type of a transaction coordinator's record.
pub static TRANSACTION_TYPE: Field = synthetic("type", Type::Int16, Meaning::Plain);
/// The type of a share coordinator's record.
pub static SHARE_TYPE: Field = synthetic("type", Type::Int16, Meaning::Plain);
/// The type of a remote log metadata record.
pub static REMOTE_LOG_TYPE: Field = synthetic("type", Type::Uint32, Meaning::Plain);
/// The version of a coordinator record's value, or of a message with a version before it.
pub static VALUE_VERSION: Field = synthetic("version", Type::Int16, Meaning::Plain);

/// The only version of the frame around metadata records.
const FRAME_VERSION_KNOWN: i16 = 1;

/// The record type that the key of a coordinator's record names.
pub fn type_of_key(key: &[u8], family: Family) -> Option<&'static RecordType> {
    let id = i16::from_be_bytes(*key.first_chunk()?);
    family.record_type(id)
}

/// The record type and version that a metadata or remote log record's value names.
pub fn type_of_framed(value: &[u8], family: Family) -> Option<(&'static RecordType, i16)> {
    let mut reader = Reader::new(value);
    reader.uvarint();
    let (id, version) = (reader.uvarint() as i32, reader.uvarint() as i32);
    let record_type = family.record_type(i16::try_from(id).ok()?)?;
    Some((record_type, i16::try_from(version).ok()?)).filter(|_| reader.ok())
}

/// Adds what the key of a record in a log of `family` holds; `at` is its offset in the current
/// buffer. Returns the record's type.
pub fn key(
    tape: &mut Tape,
    key: &[u8],
    at: usize,
    family: Family,
    depth: Depth,
) -> Option<&'static RecordType> {
    let field = match family {
        Family::Group => &GROUP_TYPE,
        Family::Transaction => &TRANSACTION_TYPE,
        Family::Share => &SHARE_TYPE,
        Family::Metadata | Family::RemoteLog | Family::Control => return None,
    };
    let mut reader = Reader::at_offset(key, at);
    let id = version_prefix(tape, &mut reader, field, at + key.len(), depth)?;
    let Some(record_type) = family.record_type(id) else {
        tape.find(
            severity_of(depth),
            at,
            FindingKind::Internal(InternalError::UnknownType { id: i64::from(id) }),
        );
        unread(tape, at + key.len());
        return None;
    };
    // The key's message has the type as its version, and no other.
    if let Some(message) = record_type.key {
        rest(tape, &mut reader, message, message.versions.min, at + key.len(), Severity::Note, depth);
    }
    Some(record_type)
}

/// Adds what the value of a record in a log of `family` holds. The key of a coordinator's record
/// says which message it is.
pub fn value(tape: &mut Tape, key: Option<&[u8]>, value: &[u8], at: usize, family: Family, depth: Depth) {
    match family {
        Family::Metadata => framed(tape, value, at, family, &METADATA_TYPE, depth),
        Family::RemoteLog => framed(tape, value, at, family, &REMOTE_LOG_TYPE, depth),
        Family::Group | Family::Transaction | Family::Share => {
            if let Some(record_type) = key.and_then(|key| type_of_key(key, family)) {
                coordinator_value(tape, value, at, record_type, depth);
            }
        }
        Family::Control => {}
    }
}

/// Adds the value of a coordinator's record of a known type.
pub fn coordinator_value(
    tape: &mut Tape,
    value: &[u8],
    at: usize,
    record_type: &'static RecordType,
    depth: Depth,
) {
    let end = at + value.len();
    let mut reader = Reader::at_offset(value, at);
    let Some(version) = version_prefix(tape, &mut reader, &VALUE_VERSION, end, depth) else { return };
    if !record_type.value.versions.contain(version) {
        let kind = FindingKind::Internal(InternalError::UnknownVersion { version: i64::from(version) });
        tape.find(severity_of(depth), at, kind);
        return unread(tape, end);
    }
    rest(tape, &mut reader, record_type.value, version, end, Severity::Note, depth);
}

/// Adds a message with an int16 version before it (`MessageUtil.toVersionPrefixedByteBuffer`).
/// `clamp` reads versions above the last known one as that one, as `ConsumerProtocol` does.
pub fn version_prefixed(
    tape: &mut Tape,
    value: &[u8],
    at: usize,
    message: &'static Message,
    clamp: bool,
    depth: Depth,
) {
    let end = at + value.len();
    let mut reader = Reader::at_offset(value, at);
    let Some(version) = version_prefix(tape, &mut reader, &VALUE_VERSION, end, depth) else { return };
    let read_as = if clamp { version.min(message.versions.max) } else { version };
    if !message.versions.contain(read_as) {
        let kind = FindingKind::Internal(InternalError::UnknownVersion { version: i64::from(version) });
        tape.find(severity_of(depth), at, kind);
        return unread(tape, end);
    }
    rest(tape, &mut reader, message, read_as, end, Severity::Note, depth);
}

fn version_prefix(
    tape: &mut Tape,
    reader: &mut Reader<'_>,
    field: &'static Field,
    end: usize,
    depth: Depth,
) -> Option<i16> {
    let at = reader.at();
    let version = i16::from_be_bytes(reader.array());
    if let Some(error) = reader.error() {
        tape.leaf(field, NO_INDEX, Shape::Broken, 0, [at, at, at]);
        tape.find(severity_of(depth), error.at, FindingKind::Wire(error.kind));
        unread(tape, end);
        return None;
    }
    tape.leaf(field, NO_INDEX, Shape::Int, i64::from(version), [at, at, at + 2]);
    Some(version)
}

fn rest(
    tape: &mut Tape,
    reader: &mut Reader<'_>,
    message: &'static Message,
    version: i16,
    end: usize,
    trailing_is: Severity,
    depth: Depth,
) {
    if dissect::message(tape, reader, message, version, &BODY, depth) {
        trailing(tape, end, trailing_is);
    } else {
        unread(tape, end);
    }
}

/// A metadata or remote log record. Kafka reads versions above the last it knows as if they had
/// their fields, where no nested struct objects.
fn framed(
    tape: &mut Tape,
    value: &[u8],
    at: usize,
    family: Family,
    type_field: &'static Field,
    depth: Depth,
) {
    let end = at + value.len();
    let severity = severity_of(depth);
    let mut reader = Reader::at_offset(value, at);
    let mut varint = |tape: &mut Tape, field: &'static Field| -> Option<Option<i16>> {
        let start = reader.at();
        let raw = reader.uvarint();
        if let Some(error) = reader.error() {
            tape.leaf(field, NO_INDEX, Shape::Broken, 0, [start, start, start]);
            tape.find(severity, error.at, FindingKind::Wire(error.kind));
            return None;
        }
        tape.leaf(field, NO_INDEX, Shape::Int, i64::from(raw), [start, start, reader.at()]);
        if reader.at() - start > (32 - (raw | 1).leading_zeros()).div_ceil(7) as usize {
            tape.find(Severity::Note, start, FindingKind::OverlongVarint);
        }
        // As a Java int; what does not fit a short is refused unless it is negative, which is cut.
        let int = raw as i32;
        Some((int <= i32::from(i16::MAX)).then_some(int as i16))
    };
    let Some(frame) = varint(tape, &FRAME_VERSION) else { return unread(tape, end) };
    if frame != Some(FRAME_VERSION_KNOWN) {
        let version = tape.nodes().last().map_or(0, |node| node.value as u32);
        tape.find(severity, at, FindingKind::Internal(InternalError::FrameVersion { version }));
        return unread(tape, end);
    }
    let type_at = tape.reached();
    let Some(id) = varint(tape, type_field) else { return unread(tape, end) };
    let Some(record_type) = id.and_then(|id| family.record_type(id)) else {
        let id = tape.nodes().last().map_or(0, |node| node.value);
        tape.find(severity, type_at, FindingKind::Internal(InternalError::UnknownType { id }));
        return unread(tape, end);
    };
    let version_at = tape.reached();
    let Some(version) = varint(tape, &VERSION) else { return unread(tape, end) };
    let Some(version) = version.filter(|&version| version >= record_type.value.versions.min) else {
        let version = tape.nodes().last().map_or(0, |node| node.value);
        tape.find(severity, version_at, FindingKind::Internal(InternalError::UnknownVersion { version }));
        return unread(tape, end);
    };
    if version > record_type.value.versions.max {
        let kind = FindingKind::Internal(InternalError::NewerVersion { version });
        tape.find(Severity::Note, version_at, kind);
    }
    rest(tape, &mut reader, record_type.value, version, end, severity, depth);
}
