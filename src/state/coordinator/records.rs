//! What a coordinator writes, in the versions that Kafka 4.3 writes (`GroupCoordinatorRecordHelpers`).

use super::Moment;
use super::group::Group;
use super::member::Member;
use super::requests::Offset;
use crate::codec::messages::group_records as messages;
use crate::codec::schema::Versions;
use crate::codec::wire::{Body, Bytes, Str, Writer};
use crate::state::groups;

use messages::group_metadata_value::MemberMetadata;

/// GroupMetadataValue is written in the last version before tagged fields.
const GROUP_VERSION: i16 = 3;
/// OffsetCommitValue has the topic's id since this version,
const OFFSET_VERSION: i16 = 4;
/// and a time at which it expires only in this one.
const EXPIRING_OFFSET_VERSION: i16 = 1;

/// A record for `__consumer_offsets`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The type of record, and what it is about.
    pub key: Vec<u8>,
    /// Its version, and what is so now; nothing in a tombstone.
    pub value: Option<Vec<u8>>,
}

impl Record {
    fn new<'k, 'v, K: Body<'k>, V: Body<'v>>(key: &K, value: Option<(&V, i16)>) -> Self {
        // A key has no versions: in their place stands the type.
        let Versions { min, .. } = K::MESSAGE.versions;
        Self {
            key: prefixed(K::MESSAGE.key, key, min),
            value: value.map(|(value, version)| prefixed(version, value, version)),
        }
    }

    /// Whether it could be written. Names may be too long for a record, such as one whose invalid UTF-8 was replaced; Kafka
    /// fails there, too.
    pub(super) fn is_whole(&self) -> bool {
        !self.key.is_empty() && self.value.as_ref().is_none_or(|value| !value.is_empty())
    }

    fn tombstone<'k, K: Body<'k>>(key: &K) -> Self {
        Self::new::<K, messages::group_metadata_value::Root<'_>>(key, None)
    }
}

fn prefixed<'a, B: Body<'a>>(prefix: i16, body: &B, version: i16) -> Vec<u8> {
    let mut writer = Writer::new(prefix.to_be_bytes().to_vec());
    body.encode(&mut writer, version);
    // Nothing at all, where it cannot be written: see `Record::is_whole`.
    writer.finish().unwrap_or_default()
}

/// A group that has nobody yet.
pub(super) fn new_group(id: &str, now: Moment) -> Record {
    let value = messages::group_metadata_value::Root {
        protocol: None,
        leader: None,
        current_state_timestamp: now.wall_ms,
        ..Default::default()
    };
    Record::new(&group_key(id), Some((&value, GROUP_VERSION)))
}

/// A group, its members and what they have.
pub(super) fn group<T>(id: &str, group: &Group<T>) -> Record {
    let protocol = group.protocol.as_deref().unwrap_or_default();
    let value = messages::group_metadata_value::Root {
        protocol_type: Str::from(group.protocol_type.as_deref().unwrap_or_default()),
        generation: group.generation,
        protocol: group.protocol.as_deref().map(Str::from),
        leader: group.leader.as_deref().map(Str::from),
        current_state_timestamp: group.state_since_ms,
        members: group.members.iter().map(|(id, of)| member(id, of, protocol)).collect(),
        ..Default::default()
    };
    Record::new(&group_key(id), Some((&value, GROUP_VERSION)))
}

fn member<'m, T>(id: &'m str, member: &'m Member<T>, protocol: &str) -> MemberMetadata<'m> {
    MemberMetadata {
        member_id: Str::from(id),
        group_instance_id: member.group_instance_id.as_deref().map(Str::from),
        client_id: Str::from(member.client_id.as_str()),
        client_host: Str::from(member.client_host.as_str()),
        rebalance_timeout: member.rebalance_timeout_ms,
        session_timeout: member.session_timeout_ms,
        subscription: Bytes(member.metadata(protocol).unwrap_or_default().into()),
        assignment: Bytes(member.assignment.as_slice().into()),
        ..Default::default()
    }
}

fn group_key(id: &str) -> messages::group_metadata_key::Root<'_> {
    messages::group_metadata_key::Root { group: Str::from(id), ..Default::default() }
}

/// A group without members is gone, with all records that are about it (`Group.createGroupTombstoneRecords`). None of a
/// share group: the state of its partitions is kept elsewhere, by nobody here.
pub(super) fn group_tombstones(id: &str, group: &groups::Group) -> Option<Vec<Record>> {
    macro_rules! tombstones {
        ($($key:ident),*) => {
            [$(Record::tombstone(&messages::$key::Root { group_id: Str::from(id), ..Default::default() })),*]
        };
    }
    Some(match group {
        groups::Group::Classic(_) => vec![Record::tombstone(&group_key(id))],
        groups::Group::Consumer(group) => {
            let mut gone = Vec::from(tombstones!(consumer_group_target_assignment_metadata_key));
            gone.extend(group.regular_expressions.keys().map(|regex| regex_tombstone(id, regex)));
            gone.extend(tombstones!(consumer_group_partition_metadata_key, consumer_group_metadata_key));
            gone
        }
        groups::Group::Share(_) => return None,
        groups::Group::Streams(_) => Vec::from(tombstones!(
            streams_group_target_assignment_metadata_key,
            streams_group_metadata_key,
            streams_group_topology_key
        )),
    })
}

fn regex_tombstone(id: &str, regex: &str) -> Record {
    Record::tombstone(&messages::consumer_group_regular_expression_key::Root {
        group_id: Str::from(id),
        regular_expression: Str::from(regex),
        ..Default::default()
    })
}

/// A committed offset. One with a time at which it expires, as clients before Kafka 2.1 give it, has no room for leader
/// epoch and topic id.
pub(super) fn offset(group: &str, offset: &Offset, now: Moment, expires_ms: Option<i64>) -> Record {
    let value = messages::offset_commit_value::Root {
        offset: offset.offset,
        leader_epoch: offset.leader_epoch,
        metadata: Str::from(offset.metadata.as_str()),
        commit_timestamp: now.wall_ms,
        expire_timestamp: expires_ms.unwrap_or(-1),
        topic_id: offset.topic_id,
        ..Default::default()
    };
    let version = if expires_ms.is_some() { EXPIRING_OFFSET_VERSION } else { OFFSET_VERSION };
    Record::new(&offset_key(group, &offset.topic, offset.partition), Some((&value, version)))
}

/// A committed offset is gone.
pub(super) fn offset_tombstone(group: &str, topic: &str, partition: i32) -> Record {
    Record::tombstone(&offset_key(group, topic, partition))
}

fn offset_key<'k>(group: &'k str, topic: &'k str, partition: i32) -> messages::offset_commit_key::Root<'k> {
    messages::offset_commit_key::Root {
        group: Str::from(group),
        topic: Str::from(topic),
        partition,
        ..Default::default()
    }
}
