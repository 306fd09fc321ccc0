//! The groups that a coordinator knows and the offsets that they committed, from `__consumer_offsets`
//! (`GroupMetadataManager`, `OffsetMetadataManager`).
//!
//! What a coordinator has only in memory is not in the log: heartbeats, members that are about to join,
//! who is late. A classic group with members counts as stable, as it does when a coordinator loads it.

mod apply;
pub mod classic;
pub mod consumer;
pub mod offsets;
pub mod share;
pub mod streams;

use std::collections::BTreeMap;

use crate::codec::wire::Uuid;
use classic::ClassicGroup;
use consumer::ConsumerGroup;
use offsets::Offsets;
use share::ShareGroup;
use streams::StreamsGroup;

/// Groups and committed offsets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Groups {
    groups: BTreeMap<String, Group>,
    offsets: Offsets,
}

/// A group of one of the four types (`Group.GroupType`).
#[derive(Debug, Clone, PartialEq)]
pub enum Group {
    /// Its members assign the partitions among themselves; also those that only commit offsets, and those
    /// of Kafka Connect and Schema Registry.
    Classic(ClassicGroup),
    /// The coordinator assigns the partitions (KIP-848).
    Consumer(ConsumerGroup),
    /// Its members share partitions record by record (KIP-932).
    Share(ShareGroup),
    /// A Kafka Streams application, to which the coordinator assigns tasks (KIP-1071).
    Streams(StreamsGroup),
}

impl Group {
    /// The name of its type, as Kafka's tools have it: `Classic`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Classic(_) => "Classic",
            Self::Consumer(_) => "Consumer",
            Self::Share(_) => "Share",
            Self::Streams(_) => "Streams",
        }
    }

    /// The name of its state, as Kafka's tools have it: `Stable`.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Classic(group) => group.state(),
            Self::Consumer(group) => group.state(),
            Self::Share(group) => group.state(),
            Self::Streams(group) => group.state(),
        }
    }

    /// The type of its protocol: `consumer`, `connect`, `share`, `streams`; empty for a group that has
    /// only committed offsets.
    pub fn protocol_type(&self) -> &str {
        match self {
            Self::Classic(group) => &group.protocol_type,
            Self::Consumer(_) => "consumer",
            Self::Share(_) => "share",
            Self::Streams(_) => "streams",
        }
    }

    /// How many members it has.
    pub fn member_count(&self) -> usize {
        match self {
            Self::Classic(group) => group.members.len(),
            Self::Consumer(group) => group.members.len(),
            Self::Share(group) => group.members.len(),
            Self::Streams(group) => group.members.len(),
        }
    }

    /// Whether members of one of the newer protocols read a topic; those of the classic one say it in bytes of their
    /// own.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        match self {
            Self::Classic(_) => false,
            Self::Consumer(group) => group.is_subscribed_to(topic),
            Self::Share(group) => group.is_subscribed_to(topic),
            Self::Streams(group) => group.is_subscribed_to(topic),
        }
    }
}

/// Partitions by topic, as the newer protocols assign them.
pub type Assignment = BTreeMap<Uuid, Vec<i32>>;

/// The epochs of a group whose partitions the coordinator assigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epochs {
    /// Rises when members, subscriptions or topics change.
    pub group: i32,
    /// The hash of the topics that it was subscribed to then.
    pub metadata_hash: i64,
    /// The group epoch that the target assignment was made for.
    pub assignment: i32,
    /// When that was, in milliseconds since 1970; 0 where it is not recorded.
    pub assignment_timestamp: i64,
}

impl Default for Epochs {
    fn default() -> Self {
        Self { group: 0, metadata_hash: 0, assignment: -1, assignment_timestamp: 0 }
    }
}

/// How far a member is with what it is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberProgress {
    /// The group epoch that the member has reached, -1 before it has any.
    pub epoch: i32,
    /// The one before.
    pub previous_epoch: i32,
    /// How far it is (`MemberState`).
    pub state: i8,
}

impl Default for MemberProgress {
    fn default() -> Self {
        Self { epoch: -1, previous_epoch: -1, state: Self::STABLE }
    }
}

impl MemberProgress {
    /// `MemberState.STABLE`.
    pub const STABLE: i8 = 0;

    /// It has what the target assignment of that epoch gives it.
    pub(super) fn is_reconciled_to(&self, assignment_epoch: i32) -> bool {
        self.state == Self::STABLE && self.epoch == assignment_epoch
    }
}

impl Groups {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The groups by id. A group that committed offsets and has nothing else is one, too.
    pub fn by_id(&self) -> &BTreeMap<String, Group> {
        &self.groups
    }

    /// Forgets all that is said of groups other than these.
    pub fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.groups.retain(|id, _| is_kept(id));
        self.offsets.retain(is_kept);
    }

    /// What the groups have committed.
    pub fn offsets(&self) -> &Offsets {
        &self.offsets
    }
}
