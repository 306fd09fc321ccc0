//! What holds where the log does not take what is written.

use super::super::requests::Join;
use super::kit::{CONFIG, Node};
use super::steps::{GROUP, join_of, speaker};
use crate::codec::error_codes::codes;
use crate::state::groups::Group;

#[test]
fn an_assignment_that_cannot_be_written_is_nobodys() {
    let mut node = Node::new(CONFIG);
    let joined = node.joined(join_of("", None, &["range"]));
    node.log.is_full = true;
    assert_eq!(node.synced(&joined).error_code, codes::NOT_COORDINATOR);
    assert_eq!(node.state(), "PreparingRebalance");
    assert_eq!(node.commit(speaker(&joined, None), &[("", 1)]), Err(codes::NOT_COORDINATOR));
    node.log.is_full = false;
    let again = node.joined(join_of(&joined.member_id, None, &["range"]));
    assert_eq!((again.generation, node.synced(&again).error_code), (2, codes::NONE));
}

#[test]
fn who_comes_back_in_vain_leaves_all_as_it_was() {
    let mut node = Node::new(CONFIG);
    let before = node.alone(Some("i"));
    node.log.is_full = true;
    let changed = Join { session_timeout_ms: 6_000, ..join_of("", Some("i"), &["range", "sticky"]) };
    let refused = node.joined(changed);
    assert_eq!((refused.error_code, refused.member_id.as_str()), (codes::NOT_COORDINATOR, ""));
    node.log.is_full = false;
    // The one that is there has not been replaced: neither its id nor what it said.
    let old = speaker(&before, Some("i"));
    assert_eq!(node.step(|coordinator, world| coordinator.heartbeat(world, &old)), Ok(()));
    assert_eq!(node.commit(old, &[("", 1)]), Ok(vec![codes::NONE]));
    node.pass(9_999);
    assert_eq!(node.state(), "Stable", "its session is as long as it was");
    let described = node.coordinator.describe(GROUP).unwrap();
    let [member] = &described.members[..] else { panic!("{described:?}") };
    assert_eq!(
        (&member.member_id, &member.assignment),
        (&before.member_id, &before.member_id.clone().into_bytes())
    );
    let sticky = join_of("", None, &["sticky"]);
    assert_eq!(node.joined(sticky).error_code, codes::INCONSISTENT_GROUP_PROTOCOL);
    let again = node.joined(join_of("", Some("i"), &["range"]));
    assert_eq!((again.error_code, again.generation), (codes::NONE, before.generation));
}

#[test]
fn that_a_group_is_empty_is_written_as_soon_as_it_can_be() {
    let mut node = Node::new(CONFIG);
    let joined = node.alone(None);
    node.log.is_full = true;
    node.leave(&joined);
    assert_eq!(node.state(), "Empty");
    let members = |node: &Node| node.log.replay().by_id().get(GROUP).map(Group::member_count);
    node.pass(60_000);
    assert_eq!(members(&node), Some(1), "nothing could be written");
    node.log.is_full = false;
    node.pass(5_000);
    assert_eq!(members(&node), Some(0));
    assert_eq!(node.coordinator.deadline(), None, "an empty group wants nothing");
    node.crash();
    assert_eq!(node.state(), "Empty");
}
