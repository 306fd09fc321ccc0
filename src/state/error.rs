//! Why a record could not be taken into a state.

use crate::codec::meaning::uuid;
use crate::codec::wire::{self, Uuid};

/// A record that a machine could not use, and where it stands. The state is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("offset {offset}: {kind}")]
pub struct StateError {
    /// Offset of the record; in a snapshot, of the record in the snapshot.
    pub offset: i64,
    /// What is wrong with it.
    pub kind: StateErrorKind,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateErrorKind {
    /// It has no key, though its kind of log goes by keys.
    #[error("the record has no key")]
    NoKey,
    /// It has no value, though its kind of log knows no tombstones.
    #[error("the record has no value")]
    NoValue,
    /// Its key or value does not read as the message that it should be.
    #[error("{message} cannot be read: byte {}", .error.at)]
    Unreadable {
        /// The message, as Kafka names it.
        message: &'static str,
        /// Where and why its decoding stopped.
        error: wire::Error,
    },
    /// A metadata or remote log record whose frame has a version other than 1.
    #[error("the frame has version {version}, and only 1 is known")]
    FrameVersion {
        /// The version.
        version: u32,
    },
    /// A type that no release up to Kafka 4.4 writes here.
    #[error("no record of Kafka 4.4 or before has type {id}")]
    UnknownType {
        /// The number of the type.
        id: i64,
    },
    /// A version that the message does not have.
    #[error("{message} has no version {version}")]
    UnknownVersion {
        /// The message.
        message: &'static str,
        /// The version.
        version: i64,
    },
    /// A type of record that this log does not hold.
    #[error("{name} is no record of this log")]
    Misplaced {
        /// The type, as Kafka spells it.
        name: &'static str,
    },
    /// A topic that is not there.
    #[error("there is no topic with id {}", text(.id))]
    UnknownTopicId {
        /// Its id.
        id: Uuid,
    },
    /// A topic that is not there.
    #[error("there is no topic {name:?}")]
    UnknownTopic {
        /// Its name.
        name: String,
    },
    /// A partition that its topic does not have.
    #[error("topic {topic:?} has no partition {partition}")]
    UnknownPartition {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
    },
    /// As many directories as replicas there must be, or none.
    #[error("{directories} directories for {replicas} replicas")]
    Directories {
        /// The number of directories.
        directories: usize,
        /// The number of replicas.
        replicas: usize,
    },
    /// A broker that is not registered.
    #[error("broker {id} is not registered")]
    UnknownBroker {
        /// Its id.
        id: i32,
    },
    /// A broker's registration is another one than the record is about.
    #[error("the record is about epoch {found} of broker {id}, which is registered with epoch {expected}")]
    BrokerEpoch {
        /// The broker.
        id: i32,
        /// The epoch of its registration.
        expected: i64,
        /// The epoch in the record.
        found: i64,
    },
    /// A number that stands for nothing.
    #[error("{value} is not a value of {field}")]
    UnknownValue {
        /// The field.
        field: &'static str,
        /// Its value.
        value: i64,
    },
    /// An ACL that is not there.
    #[error("there is no ACL with id {}", text(.id))]
    UnknownAcl {
        /// Its id.
        id: Uuid,
    },
    /// A transaction of metadata begins while another is open.
    #[error("a metadata transaction begins inside of another")]
    TransactionOpen,
    /// A transaction of metadata ends that has not begun.
    #[error("no metadata transaction is open")]
    NoTransaction,
    /// A group of another type than the record is for.
    #[error("group {group:?} is of type {is}, and the record is for type {wanted}")]
    GroupType {
        /// The group.
        group: String,
        /// Its type.
        is: &'static str,
        /// The type that the record is for.
        wanted: &'static str,
    },
    /// A segment in tiered storage that is not known.
    #[error("there is no remote segment {}", text(.id))]
    UnknownSegment {
        /// Its id.
        id: Uuid,
    },
}

impl StateErrorKind {
    /// The error of the record at `offset`.
    pub(super) fn at(self, offset: i64) -> StateError {
        StateError { offset, kind: self }
    }
}

fn text(id: &Uuid) -> String {
    let mut out = Vec::new();
    uuid::push_uuid(&id.0, &mut out);
    String::from_utf8(out).unwrap_or_default()
}
