//! The queue of those who want to be woken.

use super::super::requests::{Answer, Leaving};
use super::kit::{CONFIG, Node};
use super::steps::{GROUP, join_of};
use crate::codec::error_codes::codes;

impl Node {
    /// Each group that waits for something has one place, in time for it, and nobody else has any.
    pub fn keeps_places(&self) {
        let coordinator = &self.coordinator;
        let placed = coordinator.live.values().filter(|group| group.scheduled.is_some()).count();
        assert_eq!(coordinator.timers.count(), placed, "of {} groups", coordinator.live.len());
        for (id, group) in &coordinator.live {
            let (at, needed) = (group.scheduled, group.next_deadline());
            assert!(needed.is_none_or(|needed| at.is_some_and(|at| at <= needed)), "{id}: {at:?} {needed:?}");
        }
    }

    /// Asks for an id to join with, under which it is waited for.
    fn given_an_id(&mut self) -> String {
        let mut join = join_of("", None, &["range"]);
        join.requires_member_id = true;
        let ticket = self.join(join);
        let Answer::Join(joined) = self.answer_of(ticket) else { panic!("another answer") };
        assert_eq!(joined.error_code, codes::MEMBER_ID_REQUIRED);
        joined.member_id
    }
}

/// Whoever goes may have been waited for much longer: half an hour as the settings are.
#[test]
fn groups_that_have_gone_are_not_waited_for() {
    const TIMES: usize = 100;
    let mut node = Node::new(CONFIG);
    for _ in 0..TIMES {
        let member_id = node.given_an_id();
        node.keeps_places();
        let leaving = [Leaving { member_id, group_instance_id: None }];
        let left = node.step(|coordinator, world| coordinator.leave(world, GROUP, &leaving));
        assert_eq!(left, [codes::NONE]);
        assert_eq!((node.coordinator.timers.count(), node.coordinator.deadline()), (0, None));
    }
    for _ in 0..TIMES {
        let joined = node.alone(None);
        node.keeps_places();
        node.leave(&joined);
        assert_eq!((node.coordinator.timers.count(), node.coordinator.deadline()), (0, None));
    }
    // Deleted while somebody is on the way to it.
    for _ in 0..TIMES {
        let joined = node.alone(None);
        node.leave(&joined);
        node.given_an_id();
        node.step(|coordinator, world| coordinator.delete_group(world, GROUP)).unwrap();
        assert_eq!((node.coordinator.timers.count(), node.coordinator.deadline()), (0, None));
    }
}

/// An earlier deadline than the one that the place is for: the place changes, and there is still one.
#[test]
fn a_group_that_is_due_sooner_gives_up_its_later_place() {
    let mut node = Node::new(CONFIG);
    let mut patient = join_of("", None, &["range"]);
    patient.session_timeout_ms = 1_800_000;
    let patient = node.joined(patient);
    node.synced(&patient);
    assert_eq!(node.coordinator.deadline(), Some(20_000), "as long as the sync might have taken");
    node.given_an_id();
    assert_eq!(node.coordinator.deadline(), Some(10_000));
    node.keeps_places();
    node.pass(10_000);
    assert_eq!(node.coordinator.deadline(), Some(1_800_000), "it takes a place again");
    node.keeps_places();
}
