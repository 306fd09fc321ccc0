//! Single cases of the protocol, one step after the other.

use super::super::requests::{Answer, Join, Joined, Leaving, Speaker};
use super::super::{Config, State};
use super::kit::{CONFIG, EPOCH_MS, Node, Ticket};
use super::steps::{GROUP, join_of, nobody, nobody_of, speaker};
use crate::codec::error_codes::codes;
use crate::codec::wire::Uuid;
use crate::state::groups::Group;

#[test]
fn joins_that_cannot_be() {
    let mut node = Node::new(CONFIG);
    let refused = |node: &mut Node, join: Join| node.joined(join).error_code;
    let no_group = Join { group_id: String::new(), ..join_of("", None, &["range"]) };
    assert_eq!(refused(&mut node, no_group), codes::INVALID_GROUP_ID);
    for session_timeout_ms in [5_999, 1_800_001] {
        let join = Join { session_timeout_ms, ..join_of("", None, &["range"]) };
        assert_eq!(refused(&mut node, join), codes::INVALID_SESSION_TIMEOUT);
    }
    assert_eq!(refused(&mut node, join_of("nobody", None, &["range"])), codes::UNKNOWN_MEMBER_ID);
    assert_eq!(node.state(), "Dead", "who is unknown makes no group");
    assert_eq!(refused(&mut node, join_of("", None, &[])), codes::INCONSISTENT_GROUP_PROTOCOL);
    assert_eq!(node.state(), "Empty");
    node.alone(None);
    assert_eq!(refused(&mut node, join_of("", None, &["sticky"])), codes::INCONSISTENT_GROUP_PROTOCOL);
    let other = Join { protocol_type: "connect".to_owned(), ..join_of("", None, &["range"]) };
    assert_eq!(refused(&mut node, other), codes::INCONSISTENT_GROUP_PROTOCOL);
}

#[test]
fn a_new_member_comes_back_with_its_id() {
    let mut node = Node::new(CONFIG);
    let new = Join { requires_member_id: true, ..join_of("", None, &["range"]) };
    let told = node.joined(new.clone());
    assert_eq!((told.error_code, told.member_id.as_str()), (codes::MEMBER_ID_REQUIRED, "c-id0001"));
    let joined = node.joined(Join { member_id: told.member_id, ..new.clone() });
    assert_eq!((joined.error_code, joined.generation, joined.leader.as_str()), (codes::NONE, 1, "c-id0001"));
    // While one is awaited that got its id, the others wait; not longer than its session.
    node.synced(&joined);
    let told = node.joined(new);
    assert_eq!(told.error_code, codes::MEMBER_ID_REQUIRED);
    let ticket = node.join(join_of(&joined.member_id, None, &["range"]));
    assert!(node.answers().is_empty());
    node.pass(9_999);
    assert!(node.answers().is_empty());
    node.pass(1);
    assert!(node.answer_of(ticket).is_ok());
}

#[test]
fn the_first_rebalance_waits_for_more_members() {
    let mut node = Node::new(Config { initial_rebalance_delay_ms: 3_000, ..CONFIG });
    let first = node.join(join_of("", None, &["range", "sticky"]));
    node.pass(2_000);
    let second = node.join(join_of("", None, &["sticky", "range"]));
    node.pass(1_000);
    assert!(node.answers().is_empty(), "somebody came, so it waits once more");
    node.pass(3_000);
    let answers = node.answers();
    assert_eq!(answers.len(), 2);
    let leads = |ticket: Ticket| {
        answers.iter().any(|(of, answer)| {
            *of == ticket && matches!(answer, Answer::Join(joined) if joined.members.len() == 2)
        })
    };
    assert!(leads(first) && !leads(second));
}

#[test]
fn a_rebalance_leaves_out_who_does_not_join() {
    let mut node = Node::new(CONFIG);
    let first = node.alone(None);
    let second = node.join(join_of("", None, &["range"]));
    assert_eq!(node.heartbeat(&first), Err(codes::REBALANCE_IN_PROGRESS));
    // It says that it is there, but does not join: at the rebalance timeout it is out.
    for _ in 0..19 {
        node.pass(1_000);
        assert_eq!(node.heartbeat(&first), Err(codes::REBALANCE_IN_PROGRESS));
    }
    node.pass(1_000);
    let Answer::Join(joined) = node.answer_of(second) else { panic!("no join") };
    assert_eq!((joined.generation, joined.members.len()), (2, 1));
    assert_eq!(node.heartbeat(&first), Err(codes::UNKNOWN_MEMBER_ID));
    // Who joins and does not ask for its assignment is out after as long.
    for _ in 0..20 {
        assert_eq!(node.heartbeat(&joined), Ok(()));
        node.pass(1_000);
    }
    assert_eq!(node.state(), "Empty");
}

#[test]
fn a_silent_member_is_out_after_its_session() {
    let mut node = Node::new(CONFIG);
    let joined = node.alone(None);
    node.pass(9_000);
    // A commit is a sign of life, too.
    assert_eq!(node.commit(speaker(&joined, None), &[("", 5)]), Ok(vec![codes::NONE]));
    node.pass(9_999);
    assert_eq!(node.state(), State::Stable.name());
    node.pass(1);
    assert_eq!(node.state(), "Empty");
    assert_eq!(node.coordinator.deadline(), None, "an empty group wants nothing");
    let Some(Group::Classic(classic)) = node.coordinator.logged().by_id().get(GROUP) else { panic!() };
    assert_eq!((classic.generation, classic.members.len()), (2, 0));
    assert_eq!(classic.state_timestamp, EPOCH_MS + 18_999 + 1);
}

#[test]
fn static_members_come_back_to_what_they_had() {
    let mut node = Node::new(CONFIG);
    let before = node.alone(Some("i"));
    let again = node.joined(join_of("", Some("i"), &["range"]));
    assert_eq!(
        (again.error_code, again.generation, again.skip_assignment),
        (codes::NONE, before.generation, true)
    );
    assert_ne!(again.member_id, before.member_id);
    assert_eq!(node.synced(&again).assignment, before.member_id.as_bytes());
    let old = speaker(&before, Some("i"));
    let heard = node.step(|coordinator, world| coordinator.heartbeat(world, &old));
    assert_eq!(heard, Err(codes::FENCED_INSTANCE_ID));
    assert_eq!(node.commit(old, &[("", 1)]), Err(codes::FENCED_INSTANCE_ID));
    // Before version 9 a leader that comes back is told of the old leader, so that it does not assign.
    let older = Join { can_skip_assignment: false, ..join_of("", Some("i"), &["range"]) };
    let joined = node.joined(older);
    assert_eq!((joined.leader, joined.members.len()), (again.member_id, 0));
    // Where another protocol is liked better now, there is a rebalance.
    let other = node.joined(join_of("", Some("i"), &["sticky", "range"]));
    assert_eq!((other.generation, other.protocol_name.as_deref()), (2, Some("sticky")));
    // An administrator removes it by its instance.
    let leaving = [Leaving { member_id: String::new(), group_instance_id: Some("i".to_owned()) }];
    let left = node.step(|coordinator, world| coordinator.leave(world, GROUP, &leaving));
    assert_eq!((left, node.state()), (vec![codes::NONE], "Empty"));
}

#[test]
fn a_full_group_takes_no_more() {
    let mut node = Node::new(Config { members_max: 1, ..CONFIG });
    let first = node.alone(None);
    assert_eq!(node.joined(join_of("", None, &["range"])).error_code, codes::GROUP_MAX_SIZE_REACHED);
    assert_eq!(node.heartbeat(&first), Ok(()));
}

#[test]
fn who_may_commit() {
    let mut node = Node::new(CONFIG);
    let stranger = Speaker { generation: 3, member_id: "x".to_owned(), ..nobody() };
    assert_eq!(node.commit(stranger.clone(), &[("", 1)]), Err(codes::GROUP_ID_NOT_FOUND));
    let too_long = "\u{1f600}".repeat(2049);
    let fits = "\u{1f600}".repeat(2048);
    let committed = node.commit(nobody(), &[(&too_long, 1), (&fits, 2)]);
    assert_eq!(committed, Ok(vec![codes::OFFSET_METADATA_TOO_LARGE, codes::NONE]));
    assert_eq!(node.commit(stranger, &[("", 1)]), Err(codes::UNKNOWN_MEMBER_ID));
    let offset = node.coordinator.committed_of(GROUP, &("t".to_owned(), 0)).unwrap();
    assert_eq!((offset.offset, offset.leader_epoch, offset.topic_id), (2, 2, Uuid([7; 16])));
    let joined = node.joined(join_of("", None, &["range"]));
    assert_eq!(node.commit(nobody(), &[("", 1)]), Err(codes::UNKNOWN_MEMBER_ID));
    assert_eq!(node.commit(speaker(&joined, None), &[("", 1)]), Err(codes::REBALANCE_IN_PROGRESS));
    node.synced(&joined);
    let old = Speaker { generation: 0, ..speaker(&joined, None) };
    assert_eq!(node.commit(old, &[("", 1)]), Err(codes::ILLEGAL_GENERATION));
    assert_eq!(node.commit(speaker(&joined, None), &[("", 3)]), Ok(vec![codes::NONE]));
}

#[test]
fn no_time_for_joining_is_not_waited_for_in_a_circle() {
    for rebalance_timeout_ms in [0, -1, i32::MIN] {
        let mut node = Node::new(CONFIG);
        let joined = node.alone(Some("i"));
        let waiting = node.join(Join { rebalance_timeout_ms, ..join_of("", None, &["range"]) });
        let again = join_of(&joined.member_id, Some("i"), &["range"]);
        let again = node.join(Join { rebalance_timeout_ms, ..again });
        let mut answers = node.answers();
        answers.sort_by_key(|(ticket, _)| *ticket);
        let [(first, Answer::Join(other)), (second, Answer::Join(leader))] = &answers[..] else {
            panic!("{answers:?}")
        };
        assert_eq!((*first, *second), (waiting, again));
        assert_eq!(node.synced(leader).error_code, codes::NONE);
        node.leave(other);
        // The kit fails where what was due is due again at once.
        node.pass(60_000);
        assert_eq!(node.state(), "Empty");
    }
}

#[test]
fn who_was_given_an_id_may_come_when_all_others_have_left() {
    let mut node = Node::new(CONFIG);
    let first = node.alone(None);
    let asked = Join { requires_member_id: true, ..join_of("", None, &["range"]) };
    let given = node.joined(asked);
    assert_eq!(given.error_code, codes::MEMBER_ID_REQUIRED);
    let pretender = node.joined(join_of(&given.member_id, Some("i"), &["range"]));
    assert_eq!(pretender.error_code, codes::UNKNOWN_SERVER_ERROR, "a given id is nobody's identity");
    let second = node.join(join_of("", None, &["range"]));
    node.leave(&first);
    let left = node.answers();
    assert!(left.iter().all(|(ticket, _)| *ticket != second), "{left:?}");
    let member = node.coordinator.describe(GROUP).unwrap().members[0].member_id.clone();
    node.leave(&Joined { member_id: member, ..first });
    node.answers();
    assert_eq!(node.joined(join_of(&given.member_id, None, &["range"])).error_code, codes::NONE);
}

#[test]
fn a_group_that_is_too_large_by_now_makes_room() {
    let mut node = Node::new(CONFIG);
    let first = node.alone(None);
    let second = node.join(join_of("", None, &["range"]));
    let leader = node.join(join_of(&first.member_id, None, &["range"]));
    let answers = node.answers();
    let of = |ticket: Ticket| match answers.iter().find(|(of, _)| *of == ticket) {
        Some((_, Answer::Join(joined))) => joined.clone(),
        other => panic!("{other:?}"),
    };
    let (second, leader) = (of(second), of(leader));
    assert_eq!(node.synced(&leader).error_code, codes::NONE);
    node.config.members_max = 1;
    node.crash();
    assert_eq!(node.state(), "PreparingRebalance");
    assert_eq!(node.heartbeat(&leader), Err(codes::REBALANCE_IN_PROGRESS));
    assert_eq!(
        node.commit(speaker(&leader, None), &[("", 1)]),
        Ok(vec![codes::NONE]),
        "there is time for that"
    );
    let kept = node.join(join_of(&second.member_id, None, &["range"]));
    let full = node.joined(join_of(&leader.member_id, None, &["range"]));
    assert_eq!((full.error_code, full.member_id.as_str()), (codes::GROUP_MAX_SIZE_REACHED, ""));
    node.pass(20_000);
    assert!(node.answer_of(kept).is_ok());
    assert_eq!(node.heartbeat(&leader), Err(codes::UNKNOWN_MEMBER_ID));
}

#[test]
fn what_is_too_long_for_a_record_is_refused_and_not_written() {
    let mut node = Node::new(CONFIG);
    let refused = node.commit(nobody_of(&"g".repeat(40_000)), &[("", 7)]);
    assert!(
        refused == Err(codes::UNKNOWN_SERVER_ERROR) || refused == Ok(vec![codes::UNKNOWN_SERVER_ERROR]),
        "{refused:?}"
    );
    assert!(node.log.records.is_empty());
}

#[test]
fn who_would_have_too_long_a_name_does_not_join() {
    let long = |bytes: usize| "x".repeat(bytes);
    // With a hyphen and the id behind it (which is longer outside of tests) a name just fits into a record.
    let fits = i16::MAX as usize - "-id0001".len();
    let refused = |join: Join| {
        let mut node = Node::new(CONFIG);
        let joined = node.joined(join);
        let members = node.coordinator.describe(GROUP).map_or(0, |group| group.members.len());
        assert_eq!(members, usize::from(joined.error_code == codes::NONE));
        if joined.error_code == codes::NONE {
            assert_eq!(node.synced(&joined).error_code, codes::NONE);
        } else {
            assert_eq!(joined.member_id, "");
        }
        joined.error_code
    };
    for (bytes, code) in [(fits, codes::NONE), (fits + 1, codes::UNKNOWN_SERVER_ERROR)] {
        assert_eq!(refused(Join { client_id: long(bytes), ..join_of("", None, &["range"]) }), code);
        assert_eq!(refused(join_of("", Some(&long(bytes)), &["range"])), code);
    }
    let modern = Join { requires_member_id: true, ..join_of("", None, &["range"]) };
    assert_eq!(refused(Join { client_id: long(fits + 1), ..modern }), codes::UNKNOWN_SERVER_ERROR);
    let too_long = long(i16::MAX as usize + 1);
    assert_eq!(refused(join_of(&too_long, None, &["range"])), codes::UNKNOWN_SERVER_ERROR);
    assert_eq!(refused(join_of("", None, &[&too_long])), codes::UNKNOWN_SERVER_ERROR);
    let kind = Join { protocol_type: too_long, ..join_of("", None, &["range"]) };
    assert_eq!(refused(kind), codes::UNKNOWN_SERVER_ERROR);
}
