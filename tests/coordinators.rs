//! The coordinators of groups from outside: from when on there are some, what is said before and while they are loaded, and
//! how long somebody may wait for them.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

#[path = "common/broker.rs"]
#[allow(dead_code)]
mod broker;
#[path = "common/groups.rs"]
mod groups;
#[path = "common/topics.rs"]
#[allow(dead_code)]
mod topics;

use std::time::{Duration, Instant};

use broker::{Broker, Client, frame, read};
use groups::{HEARTBEAT, JOIN, LEAVE, SYNC, delete, describe, find, loaded};
use kafkit::codec::error_codes::codes;
use kafkit::codec::messages::groups::{
    heartbeat_request, heartbeat_response, join_group_request, join_group_response, leave_group_request,
    leave_group_response, offset_delete_request, offset_delete_response, sync_group_request,
    sync_group_response,
};
use kafkit::codec::messages::metadata::{metadata_request, metadata_response};
use kafkit::codec::messages::topics::{create_partitions_request, create_partitions_response};
use kafkit::codec::messages::transactions::{init_producer_id_request, init_producer_id_response};
use kafkit::codec::wire::Str;

/// Versions whose response headers are the simple ones.
const DELETE_OFFSETS: i16 = 0;
const METADATA: i16 = 5;
const CREATE_PARTITIONS: i16 = 1;
const INIT_PRODUCER_ID: i16 = 1;

/// Of a static member, which is not sent back for an id.
fn join_of(group: &str) -> join_group_request::Root<'_> {
    groups::join_of(group, Some("i"))
}

fn join(client: &mut Client, request: &join_group_request::Root<'_>) -> (i16, String) {
    joined(&client.ask(JOIN, request).unwrap())
}

/// The error code, and the member id.
fn joined(answer: &[u8]) -> (i16, String) {
    let joined: join_group_response::Root<'_> = read(answer, JOIN);
    (joined.error_code, joined.member_id.to_text().into_owned())
}

/// Commits so many offsets to four partitions by turns.
fn commit(client: &mut Client, group: &str, offsets: i32) -> i16 {
    let offsets = (0..offsets).map(|offset| groups::offset_of(offset % 4, offset.into()));
    groups::commit(client, &groups::commit_of(group, offsets))[0]
}

/// The error code of the group, and the offsets.
fn fetch(client: &mut Client, group: &str) -> (i16, Vec<i64>) {
    let (code, committed) = groups::fetch(client, group);
    (code, committed.into_iter().map(|(_, (offset, ..))| offset).collect())
}

fn topic_names(client: &mut Client) -> Vec<String> {
    let request = metadata_request::Root { topics: None, ..Default::default() };
    let answer = client.ask(METADATA, &request).unwrap();
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
    let answer = client.ask(CREATE_PARTITIONS, &request).unwrap();
    let grown: create_partitions_response::Root<'_> = read(&answer, CREATE_PARTITIONS);
    assert_eq!(grown.results[0].error_code, codes::NONE);
}

fn delete_topic(client: &mut Client, name: &str) {
    assert_eq!(topics::delete(client, name).unwrap(), codes::NONE);
}

fn state(client: &mut Client, group: &str) -> String {
    describe(client, group, |group| group.group_state.to_text().into_owned())
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
    joined(&member.receive().unwrap())
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
    // Longer than anything takes before the sleep.
    const SESSION: Duration = Duration::from_millis(2000);
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
    assert_eq!(loaded(client), ["a", "b", "c"]);
    grow(client, 2);
    assert_eq!(loaded(client), ["b"]);
    let before = broker::values(client, "__consumer_offsets", 0, 0);
    assert_eq!((state(client, "a"), fetch(client, "a")), ("Dead".to_owned(), (codes::NONE, Vec::new())));
    assert_eq!(commit(client, "a", 1), codes::NONE);
    assert_eq!(loaded(client), ["a", "b"]);
    assert_eq!(delete(client, "a"), codes::NONE);
    assert_eq!(loaded(client), ["b"]);
    std::thread::sleep(SESSION * 2);
    assert_eq!(
        broker::values(client, "__consumer_offsets", 0, 0),
        before,
        "nobody ends the session of a ghost"
    );
    broker.end();
    let broker = Broker::on(data.path(), arguments);
    assert_eq!(loaded(&mut broker.connect()), ["b"], "after a restart");
}

#[test]
fn there_is_no_coordinator_before_somebody_looks_for_one() {
    let broker = Broker::start(&["--temp", "--topic", "t:4"]);
    let client = &mut broker.connect();
    // What is wrong whoever answers is said first, with the member that asked.
    let member = |join| join_group_request::Root { member_id: Str::from("m"), ..join };
    let short = member(join_group_request::Root { session_timeout_ms: 1, ..join_of("g") });
    assert_eq!(join(client, &short), (codes::INVALID_SESSION_TIMEOUT, "m".to_owned()));
    assert_eq!(join(client, &member(join_of(""))), (codes::INVALID_GROUP_ID, "m".to_owned()));
    assert_eq!(join(client, &member(join_of("g"))), (codes::NOT_COORDINATOR, String::new()));
    for (group, code) in [("", codes::INVALID_GROUP_ID), ("g", codes::NOT_COORDINATOR)] {
        let request = sync_group_request::Root { group_id: Str::from(group), ..Default::default() };
        let answer = client.ask(SYNC, &request).unwrap();
        assert_eq!(read::<sync_group_response::Root<'_>>(&answer, SYNC).error_code, code);
        let request = heartbeat_request::Root { group_id: Str::from(group), ..Default::default() };
        let answer = client.ask(HEARTBEAT, &request).unwrap();
        assert_eq!(read::<heartbeat_response::Root<'_>>(&answer, HEARTBEAT).error_code, code);
        let request = leave_group_request::Root {
            group_id: Str::from(group),
            members: vec![leave_group_request::MemberIdentity::default()],
            ..Default::default()
        };
        let answer = client.ask(LEAVE, &request).unwrap();
        let left: leave_group_response::Root<'_> = read(&answer, LEAVE);
        assert_eq!((left.error_code, left.members.len()), (code, 0));
        let request = offset_delete_request::Root { group_id: Str::from(group), ..Default::default() };
        let answer = client.ask(DELETE_OFFSETS, &request).unwrap();
        assert_eq!(read::<offset_delete_response::Root<'_>>(&answer, DELETE_OFFSETS).error_code, code);
    }
    assert_eq!(commit(client, "g", 1), codes::NOT_COORDINATOR);
    assert_eq!(fetch(client, "g"), (codes::NOT_COORDINATOR, Vec::new()));
    assert_eq!(describe(client, "g", |group| group.error_code), codes::NOT_COORDINATOR);
    assert_eq!(delete(client, "g"), codes::NOT_COORDINATOR);
    assert_eq!(groups::list(client), (codes::NONE, Vec::new()));
    assert_eq!(topic_names(client), ["t"], "nothing has been made");
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

/// Whoever waits in a group of another partition does not notice.
#[test]
fn a_partition_that_comes_back_online_is_served() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let delay = "group.initial.rebalance.delay.ms=60000";
    let two = "offsets.topic.num.partitions=2";
    let arguments = ["--topic", "t:4", "--config", delay, "--config", two];
    let broker = Broker::on(&data, &arguments);
    let (mut member, client) = (broker.connect(), &mut broker.connect());
    // As good as a full disk. Of two partitions the first has "b" and the second "a".
    let in_the_way = data.join("__consumer_offsets-0");
    std::fs::write(&in_the_way, "in the way").unwrap();
    assert_eq!(find(client, 0), codes::NONE);
    broker::wait_until("it is not served", || commit(client, "b", 1) == codes::NOT_COORDINATOR);
    member.send(&frame(1, JOIN, &join_of("a"))).unwrap();
    broker::wait_until("it waits", || state(client, "a") == "PreparingRebalance");
    std::fs::remove_file(&in_the_way).unwrap();
    broker::wait_until("it is served", || commit(client, "b", 1) == codes::NONE);
    assert_eq!(loaded(client), ["a", "b"]);
    member.stream.set_nonblocking(true).unwrap();
    let heard = member.stream.peek(&mut [0]).map_err(|error| error.kind());
    assert_eq!(heard, Err(std::io::ErrorKind::WouldBlock), "nobody is sent away");
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
    let answer = client.ask(INIT_PRODUCER_ID, &request).unwrap();
    let given: init_producer_id_response::Root<'_> = read(&answer, INIT_PRODUCER_ID);
    assert_eq!((given.error_code, given.producer_id), (codes::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, -1));
}
