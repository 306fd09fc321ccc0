//! Consumer groups of `kafkit serve` from outside: who waits holds up nobody, nothing committed is lost by a kill, and what
//! the broker says of its groups is what `dump-log --image` finds in its directory.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

#[path = "common/broker.rs"]
#[allow(dead_code)]
mod broker;
#[path = "common/groups.rs"]
mod groups;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use broker::{Broker, Client, api_versions, frame, read};
use groups::{HEARTBEAT, JOIN, LEAVE, SYNC, commit_of, delete, describe, fetch, find, loaded, offset_of};
use kafkit::codec::error_codes::codes;
use kafkit::codec::messages::groups::{
    describe_groups_response, heartbeat_request, heartbeat_response, join_group_request, join_group_response,
    leave_group_request, leave_group_response, offset_commit_request, sync_group_request,
    sync_group_response,
};
use kafkit::codec::records::batches::AnyBatch;
use kafkit::codec::wire::{Bytes, Str};
use kafkit::log::partition::Partition;
use kafkit::log::scan::{Piece, Scanner};
use kafkit::log::source::Source;
use kafkit::state::LogRecord;
use kafkit::state::groups::{Group, Groups};
use rustix::process::Signal;

const PARTITIONS: [&str; 2] = ["--topic", "t:4"];

/// A broker that was asked for a coordinator, as clients do it first.
fn start(data: &Path, arguments: &[&str]) -> Broker {
    let broker = Broker::on(data, arguments);
    assert_eq!(find(&mut broker.connect(), 0), codes::NONE);
    broker
}

/// A member on a connection of its own.
struct Member {
    client: Client,
    group: String,
    id: String,
    instance: Option<String>,
    generation: i32,
    leads: Vec<String>,
}

impl Member {
    fn new(broker: &Broker, group: &str, instance: Option<&str>) -> Self {
        Self {
            client: broker.connect(),
            group: group.to_owned(),
            id: String::new(),
            instance: instance.map(str::to_owned),
            generation: -1,
            leads: Vec::new(),
        }
    }

    fn send_join(&mut self) {
        let request = join_group_request::Root {
            member_id: Str::from(self.id.as_str()),
            ..groups::join_of(&self.group, self.instance.as_deref())
        };
        self.client.send(&frame(1, JOIN, &request)).unwrap();
    }

    /// Takes the answer to a join; the error code.
    fn joined(&mut self) -> i16 {
        let answer = self.client.receive().unwrap();
        let joined: join_group_response::Root<'_> = read(&answer, JOIN);
        self.id = joined.member_id.to_text().into_owned();
        self.generation = joined.generation_id;
        self.leads = joined.members.iter().map(|member| member.member_id.to_text().into_owned()).collect();
        joined.error_code
    }

    /// Joins, coming back with the id if there has to be one.
    fn begin_join(&mut self) {
        self.send_join();
        if self.instance.is_none() && self.id.is_empty() {
            assert_eq!(self.joined(), codes::MEMBER_ID_REQUIRED);
            self.send_join();
        }
    }

    fn send_sync(&mut self) {
        let assignments = self.leads.iter().map(|id| sync_group_request::SyncGroupRequestAssignment {
            member_id: Str::from(id.as_str()),
            assignment: Bytes(format!("of {id}").into_bytes().into()),
            ..Default::default()
        });
        let request = sync_group_request::Root {
            group_id: Str::from(self.group.as_str()),
            generation_id: self.generation,
            member_id: Str::from(self.id.as_str()),
            group_instance_id: self.instance.as_deref().map(Str::from),
            assignments: assignments.collect(),
            ..Default::default()
        };
        self.client.send(&frame(1, SYNC, &request)).unwrap();
    }

    fn synced(&mut self) -> (i16, Vec<u8>) {
        let answer = self.client.receive().unwrap();
        let synced: sync_group_response::Root<'_> = read(&answer, SYNC);
        (synced.error_code, synced.assignment.0.to_vec())
    }

    fn heartbeat(&mut self) -> i16 {
        let request = heartbeat_request::Root {
            group_id: Str::from(self.group.clone()),
            generation_id: self.generation,
            member_id: Str::from(self.id.clone()),
            group_instance_id: self.instance.clone().map(Str::from),
            ..Default::default()
        };
        let answer = self.client.ask(HEARTBEAT, &request).unwrap();
        read::<heartbeat_response::Root<'_>>(&answer, HEARTBEAT).error_code
    }

    fn leave(&mut self) -> i16 {
        let request = leave_group_request::Root {
            group_id: Str::from(self.group.clone()),
            members: vec![leave_group_request::MemberIdentity {
                member_id: Str::from(self.id.clone()),
                group_instance_id: self.instance.clone().map(Str::from),
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = self.client.ask(LEAVE, &request).unwrap();
        read::<leave_group_response::Root<'_>>(&answer, LEAVE).members[0].error_code
    }

    fn commit(&mut self, partition: i32, offset: i64) -> i16 {
        let (generation, id) = (self.generation, self.id.clone());
        let instance = self.instance.clone();
        commit(&mut self.client, &self.group, (generation, &id, instance), partition, offset)
    }
}

fn commit(
    client: &mut Client,
    group: &str,
    (generation, id, instance): (i32, &str, Option<String>),
    partition: i32,
    offset: i64,
) -> i16 {
    let partition = offset_commit_request::OffsetCommitRequestPartition {
        committed_leader_epoch: 3,
        ..offset_of(partition, offset)
    };
    let request = offset_commit_request::Root {
        generation_id_or_member_epoch: generation,
        member_id: Str::from(id),
        group_instance_id: instance.map(Str::from),
        ..commit_of(group, [partition])
    };
    groups::commit(client, &request)[0]
}

/// All join, then all sync.
fn rebalance(members: &mut [&mut Member]) {
    members.iter_mut().for_each(|member| member.begin_join());
    for member in members.iter_mut() {
        assert_eq!(member.joined(), codes::NONE);
    }
    members.iter_mut().for_each(|member| member.send_sync());
    for member in members.iter_mut() {
        let (code, assignment) = member.synced();
        assert_eq!(
            (code, String::from_utf8(assignment).unwrap()),
            (codes::NONE, format!("of {}", member.id))
        );
    }
}

/// What the records of all partitions of `__consumer_offsets` come to.
fn replayed(data: &Path) -> Groups {
    let mut groups = Groups::new();
    let mut scratch = Vec::new();
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_str().unwrap().starts_with("__consumer_offsets-") {
            continue;
        }
        for log in Partition::list(&path).unwrap().logs() {
            let mut scanner = Scanner::new(Source::open(&log.path).unwrap());
            while let Some(piece) = scanner.next_piece().unwrap() {
                let Piece::Batch(found) = piece else { continue };
                let AnyBatch::Batch(batch) = found.view().unwrap() else { panic!("an old message") };
                for record in batch.records(1 << 20, &mut scratch).unwrap() {
                    groups.apply(&LogRecord::new(&batch, &record.unwrap())).unwrap();
                }
            }
        }
    }
    groups
}

/// What the broker says of its groups is what is in its directory. `resting` says that no group is in a rebalance.
fn agree(broker: &Broker, data: &Path, resting: bool) {
    let mut client = broker.connect();
    let listed = loaded(&mut client);
    let groups = replayed(data);
    assert_eq!(listed, groups.by_id().keys().cloned().collect::<Vec<_>>());
    for (id, group) in groups.by_id() {
        let Group::Classic(classic) = group else { panic!("{id} is none of the classic protocol") };
        describe(&mut client, id, |described| {
            if !resting {
                return;
            }
            assert_eq!(described.group_state.to_text(), group.state(), "{id}");
            assert_eq!(described.protocol_type.to_text(), group.protocol_type(), "{id}");
            assert_eq!(
                described.protocol_data.to_text(),
                classic.protocol.clone().unwrap_or_default(),
                "{id}"
            );
            let of = |member: &describe_groups_response::DescribedGroupMember<'_>| {
                let instance = member.group_instance_id.as_ref().map(|id| id.to_text().into_owned());
                let client = member.client_id.to_text().into_owned();
                let host = member.client_host.to_text().into_owned();
                let (wants, has) = (member.member_metadata.0.to_vec(), member.member_assignment.0.to_vec());
                (member.member_id.to_text().into_owned(), (instance, client, host, wants, has))
            };
            let live: BTreeMap<_, _> = described.members.iter().map(of).collect();
            let logged: BTreeMap<_, _> = classic
                .members
                .iter()
                .map(|(id, one)| {
                    let (client, host) = (one.client_id.clone(), one.client_host.clone());
                    let (wants, has) = (one.subscription.clone(), one.assignment.clone());
                    (id.clone(), (one.group_instance_id.clone(), client, host, wants, has))
                })
                .collect();
            assert_eq!(live, logged, "{id}");
        });
        let logged = groups.offsets().of_group(id).into_iter().flatten().map(|(place, offset)| {
            (place.clone(), (offset.offset, offset.leader_epoch, offset.metadata.clone()))
        });
        let (code, live) = fetch(&mut client, id);
        assert_eq!((code, BTreeMap::from_iter(live)), (codes::NONE, logged.collect()), "{id}");
    }
}

#[test]
fn the_broker_and_its_directory_agree_and_a_kill_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let broker = start(&data, &PARTITIONS);
    let (mut first, mut second) = (Member::new(&broker, "g", None), Member::new(&broker, "g", Some("i")));
    rebalance(&mut [&mut first]);
    agree(&broker, &data, true);
    assert_eq!(first.commit(0, 10), codes::NONE);
    second.begin_join();
    broker::wait_until("a rebalance", || first.heartbeat() == codes::REBALANCE_IN_PROGRESS);
    agree(&broker, &data, false);
    first.send_join();
    for member in [&mut first, &mut second] {
        assert_eq!(member.joined(), codes::NONE);
    }
    for member in [&mut first, &mut second] {
        member.send_sync();
    }
    for member in [&mut first, &mut second] {
        assert_eq!(member.synced().0, codes::NONE);
        assert_eq!(member.commit(1, 11), codes::NONE);
    }
    agree(&broker, &data, true);
    let mut simple = broker.connect();
    assert_eq!(commit(&mut simple, "simple", (-1, "", None), 2, 12), codes::NONE);
    assert_eq!(commit(&mut simple, "g", (-1, "", None), 2, 12), codes::UNKNOWN_MEMBER_ID);
    assert_eq!(commit(&mut simple, "simple", (-1, "", None), 9, 1), codes::UNKNOWN_TOPIC_OR_PARTITION);
    agree(&broker, &data, true);

    // Without a word to anybody, and up again: members go on as if nothing had been.
    broker.stop(Signal::KILL);
    let broker = start(&data, &PARTITIONS);
    for member in [&mut first, &mut second] {
        member.client = broker.connect();
        broker::wait_until("it is loaded", || member.commit(3, 13) == codes::NONE);
        assert_eq!(member.heartbeat(), codes::NONE);
    }
    agree(&broker, &data, true);
    assert_eq!(first.leave(), codes::NONE);
    rebalance(&mut [&mut second]);
    agree(&broker, &data, true);
    assert_eq!(second.leave(), codes::NONE);
    agree(&broker, &data, true);

    // An orderly stop changes nothing either.
    broker.end();
    let broker = start(&data, &PARTITIONS);
    broker.is_well();
    agree(&broker, &data, true);
    broker.end();
}

#[test]
fn compaction_leaves_what_was_committed_last() {
    const SEGMENT_BYTES: u64 = 1 << 20;
    const ROUNDS: i64 = 400;
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let segments = format!("offsets.topic.segment.bytes={SEGMENT_BYTES}");
    let mut args = vec!["--topic", "t:100"];
    for config in ["offsets.topic.num.partitions=1", segments.as_str(), "log.cleaner.backoff.ms=50"] {
        args.extend(["--config", config]);
    }
    let broker = start(&data, &args);
    let mut client = broker.connect();
    broker::wait_until("there is a coordinator", || {
        commit(&mut client, "gone", (-1, "", None), 0, 1) == codes::NONE
    });
    assert_eq!(delete(&mut client, "gone"), codes::NONE);
    let logs = || {
        let names = std::fs::read_dir(data.join("__consumer_offsets-0")).unwrap();
        let logs = names
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|is| is == "log"));
        logs.map(|path| path.metadata().map_or(0, |found| found.len())).sum::<u64>()
    };
    let mut round = |round: i64| {
        let offsets = (0..100).map(|index| offset_of(index, round * 1000 + i64::from(index)));
        let committed = groups::commit(&mut client, &commit_of("kept", offsets));
        assert_eq!(committed, [codes::NONE; 100]);
    };
    let before = logs();
    round(1);
    let each = logs() - before;
    (2..=ROUNDS).for_each(&mut round);
    // Two segments that may be cleaned, and some of a third; cleaning may have begun already.
    assert!(each * ROUNDS.unsigned_abs() > 2 * SEGMENT_BYTES, "{each} bytes a round");
    broker::wait_until("it is compacted", || logs() < SEGMENT_BYTES + SEGMENT_BYTES / 4);
    agree(&broker, &data, true);
    broker.stop(Signal::KILL);
    let broker = start(&data, &args);
    agree(&broker, &data, true);
    let groups = replayed(&data);
    assert_eq!(groups.by_id().keys().collect::<Vec<_>>(), ["kept"]);
    let offsets: Vec<i64> =
        groups.offsets().of_group("kept").into_iter().flatten().map(|(_, kept)| kept.offset).collect();
    assert_eq!(offsets, (ROUNDS * 1000..ROUNDS * 1000 + 100).collect::<Vec<_>>());
    broker.end();
}

#[test]
fn who_waits_holds_up_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(&directory.path().join("data"), &["--topic", "t:4", "--fsync", "always"]);
    let mut first = Member::new(&broker, "g", None);
    rebalance(&mut [&mut first]);
    // The answer to what came before a join that waits does not wait with it.
    let mut second = Member::new(&broker, "g", None);
    second.send_join();
    assert_eq!(second.joined(), codes::MEMBER_ID_REQUIRED);
    second.client.send(&api_versions(9)).unwrap();
    second.send_join();
    assert_eq!(second.client.receive().unwrap()[..6], [0, 0, 0, 9, 0, 0]);
    // Nor does anybody else.
    broker.is_well();
    assert_eq!(first.commit(0, 1), codes::NONE);
    assert_eq!(first.heartbeat(), codes::REBALANCE_IN_PROGRESS);
    // The one who waits goes; the other is alone again once that is found out, or it joins.
    drop(second);
    first.send_join();
    assert_eq!(first.joined(), codes::NONE);
    let (status, took, said) = broker.stop(Signal::TERM);
    assert!(status.success() && took < Duration::from_secs(2), "{status} after {took:?}: {said}");
}

#[test]
fn a_stop_answers_who_waits() {
    let directory = tempfile::tempdir().unwrap();
    let broker = start(&directory.path().join("data"), &[]);
    let mut first = Member::new(&broker, "g", None);
    rebalance(&mut [&mut first]);
    let mut second = Member::new(&broker, "g", None);
    second.begin_join();
    std::thread::sleep(Duration::from_millis(100));
    let (status, took, said) = broker.stop(Signal::TERM);
    assert!(status.success() && took < Duration::from_secs(2), "{status} after {took:?}: {said}");
    assert_eq!(second.joined(), codes::NOT_COORDINATOR);
}

/// The error code.
fn join(client: &mut Client, request: &join_group_request::Root<'_>) -> i16 {
    let answer = client.ask(JOIN, request).unwrap();
    read::<join_group_response::Root<'_>>(&answer, JOIN).error_code
}

#[test]
fn a_session_may_be_as_long_as_the_settings_say() {
    let arguments =
        ["min.session.timeout.ms=7000", "max.session.timeout.ms=8000", "initial.rebalance.delay.ms=0"]
            .map(|setting| format!("group.{setting}"));
    let [min, max, delay] = arguments.each_ref().map(String::as_str);
    let broker = Broker::start(&["--temp", "--config", min, "--config", max, "--config", delay]);
    let client = &mut broker.connect();
    assert_eq!(find(client, 0), codes::NONE);
    for (session_timeout_ms, code) in [
        (6_999, codes::INVALID_SESSION_TIMEOUT),
        (7_000, codes::NONE),
        (8_000, codes::NONE),
        (8_001, codes::INVALID_SESSION_TIMEOUT),
    ] {
        let group = format!("of {session_timeout_ms}");
        let request = join_group_request::Root { session_timeout_ms, ..groups::join_of(&group, Some("i")) };
        assert_eq!(join(client, &request), code, "{group} ms");
    }
    broker.end();
}

#[test]
fn a_group_has_as_many_members_as_the_settings_say() {
    // Left alone, who has joined is answered only when the test has no patience left.
    let delay = "group.initial.rebalance.delay.ms=60000";
    let broker = Broker::start(&["--temp", "--config", "group.max.size=2", "--config", delay]);
    let client = &mut broker.connect();
    assert_eq!(find(client, 0), codes::NONE);
    let mut members = ["a", "b"].map(|instance| Member::new(&broker, "g", Some(instance)));
    for (member, count) in members.iter_mut().zip(1..) {
        member.send_join();
        broker::wait_until("it has joined", || describe(client, "g", |group| group.members.len()) == count);
    }
    assert_eq!(join(client, &groups::join_of("g", Some("c"))), codes::GROUP_MAX_SIZE_REACHED);
    assert_eq!(describe(client, "g", |group| group.members.len()), 2);
    broker.stop(Signal::KILL);
}
