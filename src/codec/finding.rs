//! What the dissector finds: errors, for which Apache Kafka refuses the bytes, and notes, which it
//! lets pass but a careful reader would want to know.

use super::records::RecordsError;
use super::wire::ErrorKind;

/// Whether Apache Kafka refuses the bytes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Apache Kafka's own parser refuses the message.
    Error,
    /// The message parses, but Apache Kafka refuses what is inside one of its fields: records, an
    /// embedded protocol.
    Inner,
    /// Accepted, but odd.
    Note,
}

/// Something worth telling, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub kind: FindingKind,
    /// Offset in `buffer`.
    pub at: u32,
    /// See [`super::tape::Node::buffer`].
    pub buffer: u8,
    /// The node that it is about.
    pub node: u32,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// A value could not be read.
    Wire(ErrorKind),
    /// Bytes behind the end of the message; refused where Kafka checks for them.
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// A string that is not UTF-8.
    InvalidUtf8,
    /// A varint longer than its value needs, or with bits that its type has no room for.
    OverlongVarint,
    /// A tag that stands behind a greater one.
    TagOrder {
        /// The tag.
        tag: u32,
    },
    /// A tag that was there before; the last one counts.
    TagRepeated {
        /// The tag.
        tag: u32,
    },
    /// A known tagged field whose value has another size than it claims.
    TagSize {
        /// What it claims.
        claimed: u32,
        /// What its value took.
        used: u32,
    },
    /// A null written as another negative number than -1.
    NegativeLength {
        /// The length.
        length: i32,
    },
    /// A bool that is neither 0 nor 1.
    OddBool {
        /// The byte.
        byte: u8,
    },
    /// A struct marker that is neither the 1 nor the 0 or -1 that Kafka writes.
    OddMarker {
        /// The marker as read.
        marker: i32,
    },
    /// The size prefix does not fit the bytes that follow.
    FrameSize {
        /// What it claims.
        claimed: i32,
        /// What follows.
        have: usize,
    },
    /// An API that this Kafka does not know.
    UnknownApi {
        /// Its key.
        key: i16,
    },
    /// A version that the API does not have.
    UnknownVersion {
        /// The API's key.
        key: i16,
        /// The version.
        version: i16,
    },
    /// A version that Kafka 4.0 removed: today's brokers refuse it.
    RemovedVersion {
        /// The API's key.
        key: i16,
        /// The version.
        version: i16,
    },
    /// Something about records; see [`RecordsError`].
    Records(RecordsError),
    /// What a record of a coordinator or of the metadata log is not: see [`InternalError`].
    Internal(InternalError),
}

/// What is wrong with a record that Kafka itself wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InternalError {
    /// A frame version other than 1.
    FrameVersion {
        /// The version.
        version: u32,
    },
    /// No record has that type.
    UnknownType {
        /// The type.
        id: i64,
    },
    /// The value has a version that this Kafka does not know.
    UnknownVersion {
        /// The version.
        version: i64,
    },
    /// The value of a coordinator's record, whose key, which names the type, is not there.
    NoType,
    /// A metadata record above its last known version, which Kafka reads all the same.
    NewerVersion {
        /// The version.
        version: i16,
    },
}
