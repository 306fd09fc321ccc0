//! Which groups are coordinated here, and how long one request may keep the others waiting.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::broker::Broker;
use crate::broker::config::Settings;
use crate::broker::config::settings::Source;
use crate::broker::exchange::Exchange;
use crate::broker::groups::timer;
use crate::broker::groups::topic;
use crate::broker::handlers::groups::{find_coordinator, offset_fetch};
use crate::broker::loggers::Loggers;
use crate::broker::partitions::Fsync;
use crate::broker::start::{self, Plan};
use crate::codec::error_codes::codes;
use crate::codec::messages::groups::find_coordinator_request::Root as Find;
use crate::codec::messages::groups::offset_fetch_request::{OffsetFetchRequestTopic, Root as Fetch};
use crate::codec::messages::metadata_records::{partition_record, topic_record};
use crate::codec::wire::{Array, Str, Uuid};
use crate::state::coordinator::requests::{Commit, Offset, Speaker};
use crate::state::coordinator::{Moment, World};

/// Offsets go as soon as Kafka's settings allow, and often is looked which ones.
const SETTINGS: &str = "node.id=1\noffsets.retention.minutes=1\noffsets.retention.check.interval.ms=20\n";
const RETENTION_MS: i64 = 60_000;
const TOPIC_ID: Uuid = Uuid([7; 16]);
const HERE: i32 = 1;
const ELSEWHERE: i32 = 9;
/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A broker whose `__consumer_offsets` has a partition on each of these nodes.
fn broker(nodes: &[i32]) -> (Arc<Broker>, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let broker = start::start(Plan {
        settings: Settings::read(&[Source::File("server.properties", SETTINGS)]).unwrap(),
        data: data.path().to_owned(),
        cluster_id: None,
        fsync: Fsync::Never,
        advertised: Vec::new(),
        trace: None,
        loggers: Loggers::new("ERROR", Box::new(|_| {})),
    })
    .unwrap();
    let made = broker.metadata.change(|_, change| {
        let name = Str::from(topic::NAME);
        change.push(&topic_record::Root { name, topic_id: TOPIC_ID, ..Default::default() }, 0);
        for (partition_id, node) in (0..).zip(nodes) {
            let replicas = || Array::from(vec![*node]);
            let record = partition_record::Root {
                partition_id,
                topic_id: TOPIC_ID,
                replicas: replicas(),
                isr: replicas(),
                leader: *node,
                leader_epoch: 0,
                partition_epoch: 0,
                ..Default::default()
            };
            change.push(&record, 0);
        }
    });
    made.unwrap();
    (broker, data)
}

/// Commits twice the number of each partition for a group, so many milliseconds ago.
fn commit(broker: &Broker, group: &str, topic: &str, partitions: i32, ago_ms: i64) {
    let offset = |partition| Offset {
        topic: topic.to_owned(),
        partition,
        offset: i64::from(partition) * 2,
        ..Offset::default()
    };
    let commit = Commit {
        speaker: Speaker { group_id: group.to_owned(), generation: -1, ..Speaker::default() },
        retention_time_ms: -1,
        knows_group_id_not_found: true,
        offsets: (0..partitions).map(offset).collect(),
    };
    let codes = broker.groups.write(&Exchange::new(broker, 0, 0), group, |coordinator, world| {
        let now = Moment { wall_ms: world.now.wall_ms - ago_ms, ..world.now };
        let World { journal, new_id, .. } = world;
        coordinator.commit(&mut World { now, journal: &mut **journal, new_id: &mut **new_id }, &commit)
    });
    assert_eq!(codes.unwrap().unwrap().len(), commit.offsets.len());
}

/// As in a directory of a node that had others beside it: they have the rest of the groups.
#[test]
fn groups_of_partitions_elsewhere_are_not_taken() {
    let (broker, _data) = broker(&[HERE, HERE, ELSEWHERE]);
    let exchange = Exchange::new(&broker, 0, 0);
    let mut taken = 0;
    for group in ["a", "b", "c", "d", "e", "f"] {
        let at = topic::partition_of(group, 3);
        let found = broker.groups.with(&exchange, group, |_, _| ()).map(|((), replica)| replica.partition);
        assert_eq!(found, if at == 2 { Err(codes::NOT_COORDINATOR) } else { Ok(at) }, "{group}");
        taken += usize::from(at != 2);
    }
    assert_eq!(taken, 4);
}

/// The lock of a shard is not fair, and yet who waits for it comes between the steps of somebody who is not done.
#[test]
fn others_have_their_turns_between_steps() {
    let (broker, _data) = broker(&[HERE]);
    let begin = Instant::now();
    let (begun, done) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !begun.load(Ordering::SeqCst) && begin.elapsed() < PATIENCE {
                std::thread::yield_now();
            }
            let turn = broker.groups.with(&Exchange::new(&broker, 0, 0), "b", |_, _| ());
            done.store(turn.is_ok(), Ordering::SeqCst);
        });
        let stepped = broker.groups.in_steps(&Exchange::new(&broker, 0, 0), "a", |_| {
            begun.store(true, Ordering::SeqCst);
            !done.load(Ordering::SeqCst) && begin.elapsed() < PATIENCE
        });
        assert_eq!(stepped, Ok(()));
        assert!(done.load(Ordering::SeqCst), "nobody else had a turn");
    });
}

/// More partitions than one turn looks at: each is answered once, in its place.
#[test]
fn offsets_of_many_partitions_are_all_found() {
    const PARTITIONS: i32 = 12_001;
    const EACH: [&str; 2] = ["t", "u"];
    const MISSING: i32 = PARTITIONS + 7;
    let (broker, _data) = broker(&[HERE]);
    let exchange = Exchange::new(&broker, 5, 0);
    for topic in EACH {
        commit(&broker, "g", topic, PARTITIONS, 0);
    }
    let fetch = |topics: Option<Vec<(&'static str, Vec<i32>)>>| {
        let topics = topics.map(|topics| {
            let topics = topics.into_iter().map(|(name, indexes)| OffsetFetchRequestTopic {
                name: Str::from(name),
                partition_indexes: Array::from(indexes),
                ..Default::default()
            });
            topics.collect()
        });
        let request = Fetch { group_id: Str::from("g"), topics, ..Default::default() };
        let answer = offset_fetch::answer(&exchange, request);
        assert_eq!(answer.error_code, codes::NONE);
        let topics = answer.topics.into_iter().map(|topic| {
            let of = topic.partitions.iter().map(|one| (one.partition_index, one.committed_offset));
            (topic.name.to_text().into_owned(), of.collect::<Vec<_>>())
        });
        topics.collect::<Vec<_>>()
    };
    let whole: Vec<_> = (0..PARTITIONS).map(|index| (index, i64::from(index) * 2)).collect();
    assert_eq!(fetch(None), EACH.map(|topic| (topic.to_owned(), whole.clone())));

    let backwards: Vec<i32> = (0..PARTITIONS).rev().collect();
    // The many topics without partitions make a turn full, too.
    let mut asked = vec![("t", backwards.clone()), ("t", vec![MISSING, 3])];
    asked.extend((0..PARTITIONS).map(|_| ("none", Vec::new())));
    asked.push(("u", vec![4; 5_000]));
    let found = fetch(Some(asked));
    assert_eq!(found.len(), 3 + backwards.len());
    assert_eq!(found[0], ("t".to_owned(), whole.iter().rev().copied().collect()));
    assert_eq!(found[1], ("t".to_owned(), vec![(MISSING, -1), (3, 6)]));
    assert!(found[2..found.len() - 1].iter().all(|topic| *topic == ("none".to_owned(), Vec::new())));
    assert_eq!(found.last().unwrap(), &("u".to_owned(), vec![(4, 8); 5_000]));
    assert_eq!(fetch(Some(Vec::new())), []);
}

#[test]
fn offsets_that_nobody_has_needed_for_the_retention_time_go() {
    let (broker, _data) = broker(&[HERE]);
    commit(&broker, "old", "t", 3, RETENTION_MS);
    commit(&broker, "new", "t", 3, RETENTION_MS / 2);
    let groups = || {
        let all = broker.groups.with_all(&broker, |coordinator, _| coordinator.list()).unwrap();
        all.into_iter().flatten().map(|group| group.group_id).collect::<Vec<_>>()
    };
    assert_eq!(groups(), ["new", "old"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let timer = tokio::spawn(timer::run(broker.clone(), stopping));
        let begin = Instant::now();
        while groups() != ["new"] {
            assert!(begin.elapsed() < PATIENCE, "{:?}", groups());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.send(true).unwrap();
        timer.await.unwrap();
    });
    let kept = broker.groups.with(&Exchange::new(&broker, 0, 0), "new", |coordinator, _| {
        coordinator.committed("new").map(|offsets| offsets.len())
    });
    assert_eq!(kept.unwrap().0, Some(3));
}

/// Clients that are told to come again would never stop (`KafkaApis.getCoordinator`).
#[test]
fn share_groups_are_looked_for_since_the_version_that_knows_them() {
    let (broker, _data) = broker(&[HERE]);
    let key = || Str::from("g:AAAAAAAAAAAAAAAAAAAAAQ:0");
    for version in 1..=6 {
        let request = Find { key: key(), key_type: 2, coordinator_keys: vec![key()], ..Default::default() };
        let answer = find_coordinator::answer(&Exchange::new(&broker, version, 0), request);
        let code = answer.coordinators.first().map_or(answer.error_code, |one| one.error_code);
        let expected = if version < 6 { codes::INVALID_REQUEST } else { codes::COORDINATOR_NOT_AVAILABLE };
        assert_eq!(code, expected, "version {version}");
    }
}
