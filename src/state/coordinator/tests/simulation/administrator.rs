//! What comes to a group from outside: commits of who is no member, offsets taken away, the group deleted, and time that
//! takes what nobody has needed for long.

use super::super::steps::nobody_of;
use super::*;
use crate::state::coordinator::Sweep;

impl Simulation {
    pub(super) fn administer(&mut self, at: usize) {
        let group = self.clients[at].group.clone();
        // Most of it is refused as long as somebody is there.
        if self.dice.percent(70) {
            (0..CLIENTS).filter(|one| one % GROUPS == at % GROUPS).for_each(|one| self.leave(one));
        }
        if self.dice.percent(30) {
            self.node.pass(RETENTION_MS);
        }
        match self.dice.below(4) {
            0 => self.commit_from_outside(group),
            1 => self.take_offset(&group),
            2 => self.delete(&group),
            _ => self.expire(),
        }
    }

    fn has_members(&self, group: &str) -> bool {
        self.node.coordinator.describe(group).is_ok_and(|described| !described.members.is_empty())
    }

    fn commit_from_outside(&mut self, group: String) {
        self.offset += 1;
        let partition = self.dice.below(PARTITIONS) as i32;
        let offset = Offset { partition, ..offset_of(self.offset) };
        let had_members = self.has_members(&group);
        let committed = self.node.commit_all(nobody_of(&group), [offset].into_iter());
        if committed.is_ok_and(|codes| codes == [codes::NONE]) {
            assert!(!had_members, "somebody committed behind the back of {group}'s members");
            // As in Kafka, it expires with what the last member left, however late it came.
            self.keep(&group, partition, i64::MIN);
            self.outside += 1;
        }
    }

    fn take_offset(&mut self, group: &str) {
        let partition = self.dice.below(PARTITIONS) as i32;
        let places = [("t".to_owned(), partition)];
        let taken = self.node.step(|coordinator, world| coordinator.delete_offsets(world, group, &places));
        if taken.is_ok_and(|codes| codes == [codes::NONE]) {
            let taken = self.committed.remove(&(group.to_owned(), partition));
            self.outside += usize::from(taken.is_some());
        }
    }

    fn delete(&mut self, group: &str) {
        let had_members = self.has_members(group);
        let deleted = self.node.step(|coordinator, world| coordinator.delete_group(world, group));
        if deleted.is_ok() {
            assert!(!had_members, "{group} was deleted below its members");
            self.committed.retain(|(of, _), _| of != group);
            self.begin_anew(group);
            self.outside += 1;
        }
    }

    /// What goes has been there for long enough, and nobody reads it.
    fn expire(&mut self) {
        let before = self.node.coordinator.logged().by_id().clone();
        let mut next = Some(Sweep::default());
        while let Some(from) = next {
            (_, next) = self.node.step(|coordinator, world| coordinator.expire(world, &from));
        }
        let oldest = self.node.now_ms - self.node.config.offsets_retention_ms;
        let coordinator = &self.node.coordinator;
        let gone = |group: &str, partition: i32| {
            coordinator.committed_of(group, &("t".to_owned(), partition)).is_none()
        };
        self.committed.retain(|(group, partition), (_, at_ms)| {
            let gone = gone(group, *partition);
            assert!(!gone || *at_ms <= oldest, "partition {partition} of {group} has expired early");
            self.outside += usize::from(gone);
            !gone
        });
        for group in before.keys() {
            if !self.node.coordinator.logged().by_id().contains_key(group) {
                assert!(!self.has_members(group), "{group} has expired below its members");
                self.begin_anew(group);
            }
        }
    }

    /// The group is gone: the generations of the next one of this name begin at the first again.
    fn begin_anew(&mut self, group: &str) {
        self.owners.retain(|(of, ..), _| of != group);
        self.leaders.retain(|(of, _), _| of != group);
    }
}
