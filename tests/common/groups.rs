//! What clients ask about groups, and what they are told.

use kafkit::codec::error_codes::codes;
use kafkit::codec::messages::groups::{
    delete_groups_request, delete_groups_response, describe_groups_request, describe_groups_response,
    find_coordinator_request, find_coordinator_response, join_group_request, list_groups_request,
    list_groups_response, offset_commit_request, offset_commit_response, offset_fetch_request,
    offset_fetch_response,
};
use kafkit::codec::wire::{Bytes, Str};

use super::broker::{Client, read, wait_until};

/// Versions whose response headers are the simple ones.
pub const JOIN: i16 = 5;
pub const SYNC: i16 = 3;
pub const HEARTBEAT: i16 = 3;
pub const LEAVE: i16 = 3;
const COMMIT: i16 = 7;
const FETCH: i16 = 5;
const DESCRIBE: i16 = 4;
const LIST: i16 = 2;
const DELETE: i16 = 1;
const FIND: i16 = 2;

/// The topic that members read, and whose offsets are committed.
const TOPIC: &str = "t";
/// A ConsumerProtocolSubscription of version 0 to the topic.
const SUBSCRIPTION: &[u8] = b"\0\0\0\0\0\x01\0\x01t\xff\xff\xff\xff";

/// The place of an offset, and the offset with its leader epoch and metadata.
pub type Committed = ((String, i32), (i64, i32, String));

/// Looks for the coordinator of a key of this type; the error code.
pub fn find(client: &mut Client, key_type: i8) -> i16 {
    let request = find_coordinator_request::Root { key: Str::from("g"), key_type, ..Default::default() };
    let answer = client.ask(FIND, &request).unwrap();
    read::<find_coordinator_response::Root<'_>>(&answer, FIND).error_code
}

/// Of a consumer that has no member id yet.
pub fn join_of<'a>(group: &'a str, instance: Option<&'a str>) -> join_group_request::Root<'a> {
    join_group_request::Root {
        group_id: Str::from(group),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        group_instance_id: instance.map(Str::from),
        protocol_type: Str::from("consumer"),
        protocols: vec![join_group_request::JoinGroupRequestProtocol {
            name: Str::from("range"),
            metadata: Bytes(SUBSCRIPTION.into()),
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Of somebody who is no member.
pub fn commit_of<'a>(
    group: &'a str,
    partitions: impl IntoIterator<Item = offset_commit_request::OffsetCommitRequestPartition<'a>>,
) -> offset_commit_request::Root<'a> {
    offset_commit_request::Root {
        group_id: Str::from(group),
        generation_id_or_member_epoch: -1,
        topics: vec![offset_commit_request::OffsetCommitRequestTopic {
            name: Str::from(TOPIC),
            partitions: partitions.into_iter().collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

pub fn offset_of(
    partition_index: i32,
    committed_offset: i64,
) -> offset_commit_request::OffsetCommitRequestPartition<'static> {
    offset_commit_request::OffsetCommitRequestPartition {
        partition_index,
        committed_offset,
        committed_metadata: Some(Str::from("m")),
        ..Default::default()
    }
}

/// The error code of each partition.
pub fn commit(client: &mut Client, request: &offset_commit_request::Root<'_>) -> Vec<i16> {
    let answer = client.ask(COMMIT, request).unwrap();
    let committed: offset_commit_response::Root<'_> = read(&answer, COMMIT);
    let partitions = committed.topics.iter().flat_map(|topic| &topic.partitions);
    partitions.map(|partition| partition.error_code).collect()
}

/// The error code of the group, and all its offsets.
pub fn fetch(client: &mut Client, group: &str) -> (i16, Vec<Committed>) {
    let request =
        offset_fetch_request::Root { group_id: Str::from(group), topics: None, ..Default::default() };
    let answer = client.ask(FETCH, &request).unwrap();
    let fetched: offset_fetch_response::Root<'_> = read(&answer, FETCH);
    let mut all = Vec::new();
    for topic in &fetched.topics {
        for part in &topic.partitions {
            let metadata = part.metadata.as_ref().unwrap().to_text().into_owned();
            let value = (part.committed_offset, part.committed_leader_epoch, metadata);
            all.push(((topic.name.to_text().into_owned(), part.partition_index), value));
        }
    }
    (fetched.error_code, all)
}

/// What `see` makes of the description of a group.
pub fn describe<R>(
    client: &mut Client,
    group: &str,
    see: impl FnOnce(&describe_groups_response::DescribedGroup<'_>) -> R,
) -> R {
    let request = describe_groups_request::Root { groups: vec![Str::from(group)], ..Default::default() };
    let answer = client.ask(DESCRIBE, &request).unwrap();
    see(&read::<describe_groups_response::Root<'_>>(&answer, DESCRIBE).groups[0])
}

/// The error code, and the groups in order.
pub fn list(client: &mut Client) -> (i16, Vec<String>) {
    let answer = client.ask(LIST, &list_groups_request::Root::default()).unwrap();
    let listed: list_groups_response::Root<'_> = read(&answer, LIST);
    let mut groups: Vec<String> =
        listed.groups.iter().map(|group| group.group_id.to_text().into_owned()).collect();
    groups.sort();
    (listed.error_code, groups)
}

/// The groups, once all are loaded.
pub fn loaded(client: &mut Client) -> Vec<String> {
    let mut groups = Vec::new();
    wait_until("all are loaded", || {
        let (code, listed) = list(client);
        groups = listed;
        code == codes::NONE
    });
    groups
}

/// The error code.
pub fn delete(client: &mut Client, group: &str) -> i16 {
    let request = delete_groups_request::Root { groups_names: vec![Str::from(group)], ..Default::default() };
    let answer = client.ask(DELETE, &request).unwrap();
    read::<delete_groups_response::Root<'_>>(&answer, DELETE).results[0].error_code
}
