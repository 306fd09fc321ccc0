//! Keys and values of internal records to the structs of their messages.

use super::error::StateErrorKind;
use crate::codec::messages::data::end_txn_marker;
use crate::codec::records::control;
use crate::codec::schema::Message;
use crate::codec::wire::{Array, Body, Error, ErrorKind, Fixed, Reader, Str};

/// The only version of the frame around metadata and remote log records.
const FRAME_VERSION: u32 = 1;

/// A metadata or remote log record out of its frame (`AbstractApiMessageSerde`, KIP-631).
#[derive(Debug)]
pub(super) struct Framed<'a> {
    /// The number of its type.
    pub id: i16,
    version: u32,
    reader: Reader<'a>,
}

impl<'a> Framed<'a> {
    /// Reads the frame.
    pub fn new(value: &'a [u8]) -> Result<Self, StateErrorKind> {
        let mut reader = Reader::new(value);
        let (frame, id, version) = (reader.uvarint(), reader.uvarint(), reader.uvarint());
        if let Some(error) = reader.error() {
            return Err(StateErrorKind::Unreadable { message: "the record's frame", error });
        }
        if frame != FRAME_VERSION {
            return Err(StateErrorKind::FrameVersion { version: frame });
        }
        let id = i16::try_from(id).map_err(|_| StateErrorKind::UnknownType { id: i64::from(id) })?;
        Ok(Self { id, version, reader })
    }

    /// Reads the message. Kafka reads a version above the last it knows as that one.
    pub fn message<T: Body<'a>>(mut self) -> Result<T, StateErrorKind> {
        let known = i16::try_from(self.version).unwrap_or(i16::MAX).min(T::MESSAGE.versions.max);
        decode(&mut self.reader, known)
    }
}

fn decode<'a, T: Body<'a>>(reader: &mut Reader<'a>, version: i16) -> Result<T, StateErrorKind> {
    if !T::MESSAGE.versions.contain(version) {
        return Err(unknown_version(T::MESSAGE, version));
    }
    T::decode(reader, version).map_err(|error| StateErrorKind::Unreadable { message: T::MESSAGE.name, error })
}

fn unknown_version(message: &'static Message, version: i16) -> StateErrorKind {
    StateErrorKind::UnknownVersion { message: message.name, version: i64::from(version) }
}

/// The number of the type that the key of a coordinator's record begins with.
pub(super) fn key_type(key: Option<&[u8]>) -> Result<i16, StateErrorKind> {
    let key = key.ok_or(StateErrorKind::NoKey)?;
    let mut reader = Reader::new(key);
    let id = i16::from_be_bytes(reader.array());
    match reader.error() {
        Some(error) => Err(StateErrorKind::Unreadable { message: "the record's key", error }),
        None => Ok(id),
    }
}

/// The key of a coordinator's record, behind the number of its type (`CoordinatorRecordSerde`).
pub(super) fn key<'a, T: Body<'a>>(key: Option<&'a [u8]>) -> Result<T, StateErrorKind> {
    let mut reader = Reader::new(key.ok_or(StateErrorKind::NoKey)?);
    reader.array::<2>();
    // A key has no versions: what stands in their place is the type.
    decode(&mut reader, T::MESSAGE.versions.min)
}

/// The value of a coordinator's record, behind its version; none of a tombstone.
pub(super) fn value<'a, T: Body<'a>>(value: Option<&'a [u8]>) -> Result<Option<T>, StateErrorKind> {
    value.map(|value| prefixed(value, false)).transpose()
}

/// A message behind its version. `clamp` reads versions above the last known one as that one, as
/// `ConsumerProtocol` does.
pub(super) fn prefixed<'a, T: Body<'a>>(bytes: &'a [u8], clamp: bool) -> Result<T, StateErrorKind> {
    let mut reader = Reader::new(bytes);
    let version = i16::from_be_bytes(reader.array());
    if let Some(error) = reader.error() {
        return Err(StateErrorKind::Unreadable { message: T::MESSAGE.name, error });
    }
    decode(&mut reader, if clamp { version.min(T::MESSAGE.versions.max) } else { version })
}

/// A message behind its version, read as another one whatever it says.
pub(super) fn behind_version<'a, T: Body<'a>>(bytes: &'a [u8], version: i16) -> Result<T, StateErrorKind> {
    let mut reader = Reader::new(bytes);
    reader.array::<2>();
    decode(&mut reader, version)
}

/// The number of a control record's type.
pub(super) fn control_type(key: Option<&[u8]>) -> Result<i16, StateErrorKind> {
    let key = key.ok_or(StateErrorKind::NoKey)?;
    control::key(key).map(|key| key.id).map_err(|_| {
        let kind = ErrorKind::Short { need: control::KEY_BYTES, have: key.len() };
        StateErrorKind::Unreadable { message: "the control record's key", error: Error { at: 0, kind } }
    })
}

/// The value of a control record whose message begins with its version.
pub(super) fn control_value<'a, T: Body<'a>>(value: Option<&'a [u8]>) -> Result<T, StateErrorKind> {
    let value = value.ok_or(StateErrorKind::NoValue)?;
    // The version is the message's first field, too.
    let version = i16::from_be_bytes(Reader::new(value).array());
    decode(&mut Reader::new(value), version.clamp(T::MESSAGE.versions.min, T::MESSAGE.versions.max))
}

/// The coordinator's epoch in the value of a COMMIT or ABORT marker (`EndTransactionMarker`).
pub(super) fn marker_epoch(value: Option<&[u8]>) -> Result<i32, StateErrorKind> {
    let value = value.ok_or(StateErrorKind::NoValue)?;
    let marker: end_txn_marker::Root<'_> = prefixed(value, true)?;
    Ok(marker.coordinator_epoch)
}

/// Text to keep.
pub(super) fn owned(text: &Str<'_>) -> String {
    text.to_text().into_owned()
}

/// Text to keep, where there is one.
pub(super) fn owned_option(text: &Option<Str<'_>>) -> Option<String> {
    text.as_ref().map(owned)
}

/// Numbers or ids to keep.
pub(super) fn list<T: Fixed>(values: &Array<'_, T>) -> Vec<T> {
    values.iter().collect()
}
