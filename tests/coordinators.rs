//! The coordinators of groups from outside: from when on there are some, what is said before and while they are loaded, and
//! how long somebody may wait for them.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

#[path = "common/broker.rs"]
#[allow(dead_code)]
mod broker;

use std::time::{Duration, Instant};

use broker::{Broker, Client, frame};
use kafkit::codec::error_codes::codes;
use kafkit::codec::messages::groups::{
    delete_groups_request, delete_groups_response, describe_groups_request, describe_groups_response,
    find_coordinator_request, find_coordinator_response, heartbeat_request, heartbeat_response,
    join_group_request, join_group_response, leave_group_request, leave_group_response, list_groups_request,
    list_groups_response, offset_commit_request, offset_commit_response, offset_delete_request,
    offset_delete_response, offset_fetch_request, offset_fetch_response, sync_group_request,
    sync_group_response,
};
use kafkit::codec::messages::metadata::{metadata_request, metadata_response};
use kafkit::codec::messages::topics::{
    create_partitions_request, create_partitions_response, delete_topics_request, delete_topics_response,
};
use kafkit::codec::messages::transactions::{init_producer_id_request, init_producer_id_response};
use kafkit::codec::wire::{Body, Bytes, Reader, Str};

/// Versions whose response headers are the simple ones.
const FIND: i16 = 2;
const JOIN: i16 = 5;
const SYNC: i16 = 3;
const HEARTBEAT: i16 = 3;
const LEAVE: i16 = 3;
const COMMIT: i16 = 7;
const FETCH: i16 = 5;
const DELETE_OFFSETS: i16 = 0;
const DESCRIBE: i16 = 4;
const LIST: i16 = 2;
const DELETE: i16 = 1;
const METADATA: i16 = 5;
const CREATE_PARTITIONS: i16 = 1;
const DELETE_TOPICS: i16 = 3;
const INIT_PRODUCER_ID: i16 = 1;

fn ask<'a, Q: Body<'a>>(client: &mut Client, version: i16, request: &Q) -> Vec<u8> {
    client.send(&frame(1, version, request)).unwrap();
    client.receive().unwrap()
}

fn read<'a, R: Body<'a>>(answer: &'a [u8], version: i16) -> R {
    R::decode(&mut Reader::new(&answer[4..]), version).unwrap()
}

fn find(client: &mut Client, key_type: i8) -> i16 {
    let request = find_coordinator_request::Root { key: Str::from("g"), key_type, ..Default::default() };
    let answer = ask(client, FIND, &request);
    read::<find_coordinator_response::Root<'_>>(&answer, FIND).error_code
}

fn join_of(group: &'static str) -> join_group_request::Root<'static> {
    join_group_request::Root {
        group_id: Str::from(group),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        group_instance_id: Some(Str::from("i")),
        protocol_type: Str::from("consumer"),
        protocols: vec![join_group_request::JoinGroupRequestProtocol {
            name: Str::from("range"),
            metadata: Bytes::default(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// The error code, and the member id.
fn join(client: &mut Client, request: &join_group_request::Root<'_>) -> (i16, String) {
    let answer = ask(client, JOIN, request);
    let joined: join_group_response::Root<'_> = read(&answer, JOIN);
    (joined.error_code, joined.member_id.to_text().into_owned())
}

fn commit_of(group: &'static str, offsets: i32) -> offset_commit_request::Root<'static> {
    let partition = |offset: i32| offset_commit_request::OffsetCommitRequestPartition {
        partition_index: offset % 4,
        committed_offset: i64::from(offset),
        committed_metadata: Some(Str::from("m")),
        ..Default::default()
    };
    offset_commit_request::Root {
        group_id: Str::from(group),
        generation_id_or_member_epoch: -1,
        topics: vec![offset_commit_request::OffsetCommitRequestTopic {
            name: Str::from("t"),
            partitions: (0..offsets).map(partition).collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn commit(client: &mut Client, group: &'static str, offsets: i32) -> i16 {
    let answer = ask(client, COMMIT, &commit_of(group, offsets));
    read::<offset_commit_response::Root<'_>>(&answer, COMMIT).topics[0].partitions[0].error_code
}

/// The error code of the group, and the offsets.
fn fetch(client: &mut Client, group: &'static str) -> (i16, Vec<i64>) {
    let request =
        offset_fetch_request::Root { group_id: Str::from(group), topics: None, ..Default::default() };
    let answer = ask(client, FETCH, &request);
    let fetched: offset_fetch_response::Root<'_> = read(&answer, FETCH);
    let partitions = fetched.topics.iter().flat_map(|topic| &topic.partitions);
    (fetched.error_code, partitions.map(|partition| partition.committed_offset).collect())
}

fn topics(client: &mut Client) -> Vec<String> {
    let request = metadata_request::Root { topics: None, ..Default::default() };
    let answer = ask(client, METADATA, &request);
    let metadata: metadata_response::Root<'_> = read(&answer, METADATA);
    metadata.topics.iter().map(|topic| topic.name.as_ref().unwrap().to_text().into_owned()).collect()
}

/// Gives `__consumer_offsets` so many partitions.
fn grow(client: &mut Client, count: i32) {
    let request = create_partitions_request::Root {
        topics: vec![create_partitions_request::CreatePartitionsTopic {
            name: Str::from("__consumer_offsets"),
            count,
            assignments: None,
            ..Default::default()
        }],
        timeout_ms: 1000,
        ..Default::default()
    };
    let answer = ask(client, CREATE_PARTITIONS, &request);
    let grown: create_partitions_response::Root<'_> = read(&answer, CREATE_PARTITIONS);
    assert_eq!(grown.results[0].error_code, codes::NONE);
}

fn delete_topic(client: &mut Client, name: &'static str) {
    let request = delete_topics_request::Root {
        topic_names: vec![Str::from(name)],
        timeout_ms: 1000,
        ..Default::default()
    };
    let answer = ask(client, DELETE_TOPICS, &request);
    let deleted: delete_topics_response::Root<'_> = read(&answer, DELETE_TOPICS);
    assert_eq!(deleted.responses[0].error_code, codes::NONE);
}

/// The groups, once all are loaded.
fn list(client: &mut Client) -> Vec<String> {
    let mut groups = Vec::new();
    broker::wait_until("all are loaded", || {
        let answer = ask(client, LIST, &list_groups_request::Root::default());
        let listed: list_groups_response::Root<'_> = read(&answer, LIST);
        groups = listed.groups.iter().map(|group| group.group_id.to_text().into_owned()).collect();
        listed.error_code == codes::NONE
    });
    groups.sort();
    groups
}

fn state(client: &mut Client, group: &'static str) -> String {
    let request = describe_groups_request::Root { groups: vec![Str::from(group)], ..Default::default() };
    let answer = ask(client, DESCRIBE, &request);
    let described: describe_groups_response::Root<'_> = read(&answer, DESCRIBE);
    described.groups[0].group_state.to_text().into_owned()
}

/// What somebody is told who waits in a group while something happens.
fn told(change: impl FnOnce(&mut Client)) -> (i16, String) {
    // Left alone, the join is answered only when the test has no patience left.
    let delay = "group.initial.rebalance.delay.ms=60000";
    let one = "offsets.topic.num.partitions=1";
    let broker = Broker::start(&["--temp", "--config", delay, "--config", one]);
    let (mut member, client) = (broker.connect(), &mut broker.connect());
    assert_eq!(find(client, 0), codes::NONE);
    member.send(&frame(1, JOIN, &join_of("a"))).unwrap();
    broker::wait_until("it waits", || state(client, "a") == "PreparingRebalance");
    change(client);
    let answer = member.receive().unwrap();
    let joined: join_group_response::Root<'_> = read(&answer, JOIN);
    (joined.error_code, joined.member_id.to_text().into_owned())
}

#[test]
fn who_waits_is_sent_away_when_the_topic_is_deleted() {
    let told = told(|client| delete_topic(client, "__consumer_offsets"));
    assert_eq!(told, (codes::NOT_COORDINATOR, String::new()));
}

/// Of two partitions "a" belongs to the second.
#[test]
fn who_waits_is_sent_away_when_the_group_belongs_elsewhere() {
    assert_eq!(told(|client| grow(client, 2)), (codes::NOT_COORDINATOR, String::new()));
}

/// The log keeps what it has of them: nobody speaks for them there.
#[test]
fn groups_that_belong_elsewhere_now_are_not_where_they_were() {
    const SESSION: Duration = Duration::from_millis(500);
    let data = tempfile::tempdir().unwrap();
    let sessions = "group.min.session.timeout.ms=1";
    let one = "offsets.topic.num.partitions=1";
    let arguments = &["--topic", "t:4", "--config", sessions, "--config", one];
    let broker = Broker::on(data.path(), arguments);
    let client = &mut broker.connect();
    assert_eq!(find(client, 0), codes::NONE);
    // Of two partitions the first has "b" and the second "a" and "c".
    for group in ["a", "b"] {
        assert_eq!(commit(client, group, 1), codes::NONE);
    }
    let session_timeout_ms = i32::try_from(SESSION.as_millis()).unwrap();
    assert_eq!(join(client, &join_group_request::Root { session_timeout_ms, ..join_of("c") }).0, codes::NONE);
    assert_eq!(list(client), ["a", "b", "c"]);
    grow(client, 2);
    assert_eq!(list(client), ["b"]);
    let before = broker::values(client, "__consumer_offsets", 0, 0);
    assert_eq!((state(client, "a"), fetch(client, "a")), ("Dead".to_owned(), (codes::NONE, Vec::new())));
    assert_eq!(commit(client, "a", 1), codes::NONE);
    assert_eq!(list(client), ["a", "b"]);
    let request = delete_groups_request::Root { groups_names: vec![Str::from("a")], ..Default::default() };
    let answer = ask(client, DELETE, &request);
    assert_eq!(read::<delete_groups_response::Root<'_>>(&answer, DELETE).results[0].error_code, codes::NONE);
    assert_eq!(list(client), ["b"]);
    std::thread::sleep(SESSION * 2);
    assert_eq!(
        broker::values(client, "__consumer_offsets", 0, 0),
        before,
        "nobody ends the session of a ghost"
    );
    broker.end();
    let broker = Broker::on(data.path(), arguments);
    assert_eq!(list(&mut broker.connect()), ["b"], "after a restart");
}

#[test]
fn there_is_no_coordinator_before_somebody_looks_for_one() {
    let broker = Broker::start(&["--temp", "--topic", "t:4"]);
    let client = &mut broker.connect();
    let group = || Str::from("g");
    // What is wrong whoever answers is said first, with the member that asked.
    let member = |join| join_group_request::Root { member_id: Str::from("m"), ..join };
    let short = member(join_group_request::Root { session_timeout_ms: 1, ..join_of("g") });
    assert_eq!(join(client, &short), (codes::INVALID_SESSION_TIMEOUT, "m".to_owned()));
    assert_eq!(join(client, &member(join_of(""))), (codes::INVALID_GROUP_ID, "m".to_owned()));
    assert_eq!(join(client, &member(join_of("g"))), (codes::NOT_COORDINATOR, String::new()));
    for (group, code) in [("", codes::INVALID_GROUP_ID), ("g", codes::NOT_COORDINATOR)] {
        let request = sync_group_request::Root { group_id: Str::from(group), ..Default::default() };
        let answer = ask(client, SYNC, &request);
        assert_eq!(read::<sync_group_response::Root<'_>>(&answer, SYNC).error_code, code);
        let request = heartbeat_request::Root { group_id: Str::from(group), ..Default::default() };
        let answer = ask(client, HEARTBEAT, &request);
        assert_eq!(read::<heartbeat_response::Root<'_>>(&answer, HEARTBEAT).error_code, code);
        let request = leave_group_request::Root {
            group_id: Str::from(group),
            members: vec![leave_group_request::MemberIdentity::default()],
            ..Default::default()
        };
        let answer = ask(client, LEAVE, &request);
        let left: leave_group_response::Root<'_> = read(&answer, LEAVE);
        assert_eq!((left.error_code, left.members.len()), (code, 0));
        let request = offset_delete_request::Root { group_id: Str::from(group), ..Default::default() };
        let answer = ask(client, DELETE_OFFSETS, &request);
        assert_eq!(read::<offset_delete_response::Root<'_>>(&answer, DELETE_OFFSETS).error_code, code);
    }
    assert_eq!(commit(client, "g", 1), codes::NOT_COORDINATOR);
    assert_eq!(fetch(client, "g"), (codes::NOT_COORDINATOR, Vec::new()));
    let request = describe_groups_request::Root { groups: vec![group()], ..Default::default() };
    let answer = ask(client, DESCRIBE, &request);
    let described: describe_groups_response::Root<'_> = read(&answer, DESCRIBE);
    assert_eq!(described.groups[0].error_code, codes::NOT_COORDINATOR);
    let request = delete_groups_request::Root { groups_names: vec![group()], ..Default::default() };
    let answer = ask(client, DELETE, &request);
    let deleted: delete_groups_response::Root<'_> = read(&answer, DELETE);
    assert_eq!(deleted.results[0].error_code, codes::NOT_COORDINATOR);
    let answer = ask(client, LIST, &list_groups_request::Root::default());
    let listed: list_groups_response::Root<'_> = read(&answer, LIST);
    assert_eq!((listed.error_code, listed.groups.len()), (codes::NONE, 0));
    assert_eq!(topics(client), ["t"], "nothing has been made");
    assert_eq!(find(client, 0), codes::NONE);
    assert_eq!(commit(client, "g", 1), codes::NONE);
    assert_eq!(fetch(client, "g"), (codes::NONE, vec![0]));
}

/// Loading takes its time, which is nobody's who only asks.
#[test]
fn a_partition_more_is_loaded_while_others_are_answered() {
    // So many that loading takes longer than asking.
    const COMMITS: usize = 15;
    const OFFSETS: i32 = 10_000;
    // Of both one and two partitions it belongs to the first.
    const GROUP: &str = "b";
    let broker = Broker::start(&["--temp", "--topic", "t:4", "--config", "offsets.topic.num.partitions=1"]);
    let client = &mut broker.connect();
    assert_eq!(find(client, 0), codes::NONE);
    for _ in 0..COMMITS {
        assert_eq!(commit(client, GROUP, OFFSETS), codes::NONE);
    }
    grow(client, 2);
    assert_eq!(fetch(client, GROUP).0, codes::COORDINATOR_LOAD_IN_PROGRESS);
    // The other partition is empty: there is nothing to wait for.
    assert_eq!(commit(client, "a", 1), codes::NONE);
    let kept = (OFFSETS - 4..OFFSETS).map(i64::from).collect::<Vec<_>>();
    broker::wait_until("it is loaded", || fetch(client, GROUP).0 != codes::COORDINATOR_LOAD_IN_PROGRESS);
    assert_eq!(fetch(client, GROUP), (codes::NONE, kept));
}

#[test]
fn offsets_go_with_their_topic() {
    let broker = Broker::start(&["--temp", "--topic", "t:4"]);
    let client = &mut broker.connect();
    assert_eq!(find(client, 0), codes::NONE);
    assert_eq!(commit(client, "g", 4), codes::NONE);
    delete_topic(client, "t");
    broker::wait_until("they are gone", || fetch(client, "g").1.is_empty());
}

/// The first of a group waits for others longer than an idle client may live.
#[test]
fn who_waits_for_others_is_not_idle() {
    let idle = "connections.max.idle.ms=300";
    let delay = "group.initial.rebalance.delay.ms=1500";
    let broker = Broker::start(&["--temp", "--config", idle, "--config", delay]);
    assert_eq!(find(&mut broker.connect(), 0), codes::NONE);
    let mut member = broker.connect();
    let begin = Instant::now();
    assert_eq!(join(&mut member, &join_of("g")).0, codes::NONE);
    assert!(begin.elapsed() > Duration::from_millis(1500));
    // Then it is idle like everybody.
    assert!(member.is_closed().is_empty());
}

/// An error that may pass would have clients try again for as long as they can.
#[test]
fn transactions_come_to_a_clear_end() {
    let broker = Broker::start(&["--temp"]);
    let client = &mut broker.connect();
    assert_eq!(find(client, 1), codes::NONE);
    let request = init_producer_id_request::Root {
        transactional_id: Some(Str::from("x")),
        transaction_timeout_ms: 1000,
        ..Default::default()
    };
    let answer = ask(client, INIT_PRODUCER_ID, &request);
    let given: init_producer_id_response::Root<'_> = read(&answer, INIT_PRODUCER_ID);
    assert_eq!((given.error_code, given.producer_id), (codes::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, -1));
}
