//! The end of offsets and groups that nobody needs.

use super::super::requests::Offset;
use super::super::{Record, Sweep, Undescribed};
use super::kit::{CONFIG, EPOCH_MS, Node};
use super::steps::{GROUP, join_of, nobody, nobody_of, speaker};
use crate::codec::error_codes::codes;
use crate::codec::messages::group_records as records;
use crate::codec::wire::{Body, Str, Uuid, Writer};

const DAY_MS: i64 = 24 * 3_600_000;

impl Node {
    /// Lets all expire whose time has come, step by step; how many records that took.
    fn expire(&mut self) -> usize {
        let (mut all, mut next) = (0, Some(Sweep::default()));
        while let Some(from) = next {
            let (count, then) = self.step(|coordinator, world| coordinator.expire(world, &from));
            all += count;
            next = then;
        }
        all
    }

    /// Commits to so many partitions for a group without members.
    fn commit_of(&mut self, group: &str, partitions: i32) {
        let offsets = (0..partitions).map(|partition| Offset {
            topic: "t".to_owned(),
            topic_id: Uuid([7; 16]),
            partition,
            ..Offset::default()
        });
        self.commit_all(nobody_of(group), offsets).unwrap();
    }

    fn forget(&mut self, topic: &str, id: Uuid) {
        let mut next = Some(Sweep::default());
        let deleted = |name: &str| (name == topic).then_some(id);
        while let Some(from) = next {
            next = self.step(|coordinator, world| coordinator.forget_topics(world, &from, &deleted));
        }
    }

    /// What another broker has written.
    fn found<'k, 'v, K: Body<'k>, V: Body<'v>>(&mut self, key: &K, value: &V) {
        let written = |prefix: i16, body: &dyn Fn(&mut Writer)| {
            let mut writer = Writer::new(prefix.to_be_bytes().to_vec());
            body(&mut writer);
            writer.finish().unwrap()
        };
        let key = written(K::MESSAGE.key, &|writer| key.encode(writer, 0));
        let value = written(0, &|writer| value.encode(writer, 0));
        self.log.records.push(Record { key, value: Some(value) });
    }
}

#[test]
fn offsets_go_when_nobody_needs_them() {
    let mut node = Node::new(CONFIG);
    let place = ("t".to_owned(), 0);
    let joined = node.alone(None);
    node.commit(speaker(&joined, None), &[("", 3)]).unwrap();
    let delete = |node: &mut Node, places: &[(String, i32)]| {
        node.step(|coordinator, world| coordinator.delete_offsets(world, GROUP, places))
    };
    assert_eq!(delete(&mut node, std::slice::from_ref(&place)), Ok(vec![codes::GROUP_SUBSCRIBED_TO_TOPIC]));
    let deleted = node.step(|coordinator, world| coordinator.delete_group(world, GROUP));
    assert_eq!(deleted, Err(codes::NON_EMPTY_GROUP));
    node.pass(10_000);
    assert_eq!(node.state(), "Empty");
    // Seven days after the last member went, not after the commit.
    node.pass(7 * DAY_MS - 1);
    assert_eq!(node.expire(), 0);
    node.pass(1);
    assert_eq!(node.expire(), 2, "the offset and the group");
    assert_eq!((node.state(), node.coordinator.committed(GROUP)), ("Dead", None));
    node.crash();
    assert_eq!(node.state(), "Dead");

    node.commit(nobody(), &[("", 4)]).unwrap();
    assert_eq!(delete(&mut node, &[place, ("t".to_owned(), 9)]), Ok(vec![codes::NONE; 2]));
    node.commit(nobody(), &[("", 5)]).unwrap();
    node.forget("t", Uuid([8; 16]));
    assert!(node.coordinator.committed(GROUP).is_some(), "that was another topic of the name");
    node.forget("t", Uuid([7; 16]));
    assert_eq!(node.coordinator.committed(GROUP), None);
    let deleted = node.step(|coordinator, world| coordinator.delete_group(world, GROUP));
    assert_eq!((deleted, node.state()), (Ok(()), "Dead"));
    let deleted = node.step(|coordinator, world| coordinator.delete_group(world, GROUP));
    assert_eq!(deleted, Err(codes::GROUP_ID_NOT_FOUND));
}

/// A group of each of the newer protocols as Kafka writes it, with members or without.
fn newer(node: &mut Node, members: bool) {
    let consumer = || Str::from("consumer");
    node.found(
        &records::consumer_group_metadata_key::Root { group_id: consumer(), ..Default::default() },
        &records::consumer_group_metadata_value::Root { epoch: 3, ..Default::default() },
    );
    node.found(
        &records::consumer_group_regular_expression_key::Root {
            group_id: consumer(),
            regular_expression: Str::from("b.*"),
            ..Default::default()
        },
        &records::consumer_group_regular_expression_value::Root {
            topics: vec![Str::from("by-regex")],
            ..Default::default()
        },
    );
    let streams = || Str::from("streams");
    node.found(
        &records::streams_group_metadata_key::Root { group_id: streams(), ..Default::default() },
        &records::streams_group_metadata_value::Root { epoch: 3, ..Default::default() },
    );
    node.found(
        &records::streams_group_topology_key::Root { group_id: streams(), ..Default::default() },
        &records::streams_group_topology_value::Root {
            subtopologies: vec![records::streams_group_topology_value::Subtopology {
                source_topics: vec![Str::from("by-name")],
                ..Default::default()
            }],
            ..Default::default()
        },
    );
    node.found(
        &records::share_group_metadata_key::Root { group_id: Str::from("share"), ..Default::default() },
        &records::share_group_metadata_value::Root { epoch: 3, ..Default::default() },
    );
    if members {
        let member = || Str::from("m");
        node.found(
            &records::consumer_group_member_metadata_key::Root {
                group_id: consumer(),
                member_id: member(),
                ..Default::default()
            },
            &records::consumer_group_member_metadata_value::Root {
                subscribed_topic_names: vec![Str::from("by-name")],
                subscribed_topic_regex: Some(Str::from("b.*")),
                ..Default::default()
            },
        );
        node.found(
            &records::streams_group_member_metadata_key::Root {
                group_id: streams(),
                member_id: member(),
                ..Default::default()
            },
            &records::streams_group_member_metadata_value::Root::default(),
        );
    }
    for (group, topic) in [
        ("consumer", "by-name"),
        ("consumer", "by-regex"),
        ("consumer", "other"),
        ("streams", "by-name"),
        ("streams", "other"),
    ] {
        node.found(
            &records::offset_commit_key::Root {
                group: Str::from(group),
                topic: Str::from(topic),
                ..Default::default()
            },
            &records::offset_commit_value::Root {
                offset: 5,
                commit_timestamp: EPOCH_MS,
                ..Default::default()
            },
        );
    }
    reload(node);
}

/// As after a start: what the old coordinator had does not count.
fn reload(node: &mut Node) {
    let now = node.now();
    node.coordinator = super::super::Coordinator::new(node.config, node.log.replay(), now);
}

fn ids(node: &Node) -> Vec<&str> {
    node.coordinator.logged().by_id().keys().map(String::as_str).collect()
}

#[test]
fn groups_of_the_newer_protocols_expire_too() {
    let mut node = Node::new(CONFIG);
    newer(&mut node, false);
    node.pass(7 * DAY_MS - 1);
    assert_eq!(node.expire(), 0);
    node.pass(1);
    // Five offsets; of the consumer group four records, of the streams group three.
    assert_eq!(node.expire(), 5 + 4 + 3);
    assert_eq!(ids(&node), ["share"], "share groups do not expire");
    node.crash();
    assert_eq!(ids(&node), ["share"]);
}

#[test]
fn what_members_of_the_newer_protocols_read_does_not_expire() {
    let mut node = Node::new(CONFIG);
    newer(&mut node, true);
    node.pass(8 * DAY_MS);
    assert_eq!(node.expire(), 2, "the offsets of the topic that nobody reads");
    assert_eq!(ids(&node), ["consumer", "share", "streams"]);
    let kept = |node: &Node, group: &str| node.coordinator.committed(group).map(|all| all.len());
    assert_eq!((kept(&node, "consumer"), kept(&node, "streams")), (Some(2), Some(1)));
    let place = |topic: &str| (topic.to_owned(), 0);
    let mut delete = |group: &str, topic: &str| {
        node.step(|coordinator, world| coordinator.delete_offsets(world, group, &[place(topic)]))
    };
    assert_eq!(delete("consumer", "by-regex"), Ok(vec![codes::GROUP_SUBSCRIBED_TO_TOPIC]));
    assert_eq!(delete("consumer", "other"), Ok(vec![codes::NONE]));
    assert_eq!(delete("share", "other"), Err(codes::GROUP_ID_NOT_FOUND));
}

#[test]
fn groups_of_the_newer_protocols_give_way_when_they_are_empty() {
    for (group, code) in
        [("consumer", codes::NONE), ("streams", codes::NONE), ("share", codes::INCONSISTENT_GROUP_PROTOCOL)]
    {
        let mut node = Node::new(CONFIG);
        newer(&mut node, false);
        let describe = |node: &Node| node.coordinator.describe(group).map(|group| group.state);
        assert_eq!(describe(&node), Err(Undescribed::OtherProtocol));
        let mut join = join_of("", None, &["range"]);
        join.group_id = group.to_owned();
        let joined = node.joined(join);
        assert_eq!((joined.error_code, joined.leader.as_str() == joined.member_id), (code, true), "{group}");
        if code == codes::NONE {
            assert_eq!(describe(&node), Ok("CompletingRebalance"));
        }
        node.crash();
    }
    let mut node = Node::new(CONFIG);
    newer(&mut node, false);
    let mut commit = |group: &str| node.commit(nobody_of(group), &[("", 1)]);
    assert_eq!(commit("consumer"), Ok(vec![codes::NONE]));
    assert_eq!(commit("share"), Err(codes::GROUP_ID_NOT_FOUND));
    let mut delete = |group: &str| node.step(|coordinator, world| coordinator.delete_group(world, group));
    assert_eq!((delete("consumer"), delete("streams")), (Ok(()), Ok(())));
    assert_eq!(ids(&node), ["share"]);
}

/// Between two steps anybody may have a turn: a step never looks at more than so many offsets.
#[test]
fn a_million_offsets_do_not_go_at_once() {
    const OFFSETS: i32 = 5_000;
    const STEP_MAX: usize = 1_001;
    let mut node = Node::new(CONFIG);
    for group in ["a", "b"] {
        node.commit_of(group, OFFSETS);
    }
    let member = node.alone(None);
    let half = node.log.records.len();
    node.forget("nothing", Uuid([7; 16]));
    assert_eq!(node.log.records.len(), half, "nothing of another topic goes");
    node.now_ms += 8 * DAY_MS;
    let (mut steps, mut next) = (0, Some(Sweep::default()));
    while let Some(from) = next {
        let before = node.log.records.len();
        next = node.step(|coordinator, world| coordinator.expire(world, &from)).1;
        assert!(
            node.log.records.len() - before <= STEP_MAX,
            "{} records in one step",
            node.log.records.len() - before
        );
        // Somebody has a turn: what it changes behind the sweep or before it does no harm.
        node.step(|coordinator, world| coordinator.heartbeat(world, &speaker(&member, None))).unwrap();
        if steps == 2 {
            node.step(|coordinator, world| coordinator.delete_group(world, "a")).unwrap();
        }
        steps += 1;
    }
    assert!(steps >= 5, "{steps} steps");
    assert_eq!(ids(&node), [GROUP]);
    assert_eq!(node.log.replay(), *node.coordinator.logged());
}

/// Ids and names may be as long as they like; what one of them keeps from being written keeps nothing else.
#[test]
fn what_is_too_large_for_the_log_holds_up_nothing_else() {
    // More than a batch, and more than a segment may have.
    too_large(codes::MESSAGE_TOO_LARGE);
    too_large(codes::RECORD_LIST_TOO_LARGE);
}

fn too_large(code: i16) {
    let mut node = Node::new(CONFIG);
    let long = "m".repeat(3_000);
    for (group, partitions) in [("a", 3), (long.as_str(), 40), ("z", 3)] {
        node.commit_of(group, partitions);
    }
    let expire =
        |node: &mut Node| node.step(|coordinator, world| coordinator.expire(world, &Sweep::default()));
    node.now_ms += 8 * DAY_MS;
    // Less than one of its tombstones takes.
    node.log.bytes_max = Some((2_000, code));
    assert_eq!(expire(&mut node).1, None);
    assert_eq!(ids(&node), [long.as_str()]);
    // Some of them fit one append.
    node.log.bytes_max = Some((10_000, code));
    assert_eq!(node.step(|coordinator, world| coordinator.delete_group(world, &long)), Ok(()));
    assert!(ids(&node).is_empty());
    assert!(node.log.replay().by_id().is_empty());
}
