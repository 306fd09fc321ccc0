//! SyncGroup (`GroupMetadataManager.classicGroupSync`).

use super::group::{Group, State};
use super::requests::{Sync, Synced};
use super::{Coordinator, Step, World, records};
use crate::codec::error_codes::codes;

impl<T> Coordinator<T> {
    /// A member asks for its assignment. The answer comes once the leader has assigned.
    pub fn sync(&mut self, world: &mut World<'_>, ticket: T, sync: Sync) {
        let id = sync.group_id.clone();
        if !self.live.contains_key(id.as_str()) {
            self.answers.push((ticket, Synced::error(codes::UNKNOWN_MEMBER_ID).into()));
            return;
        }
        self.with_live(world, &id, |group, step| match group.check_sync(&sync) {
            Ok(()) => group.sync(ticket, sync, step),
            Err(code) => step.answer(ticket, Synced::error(code)),
        });
    }
}

impl<T> Group<T> {
    fn check_sync(&self, sync: &Sync) -> Result<(), i16> {
        self.check_member(&sync.member_id, sync.group_instance_id.as_deref())?;
        if sync.generation != self.generation {
            return Err(codes::ILLEGAL_GENERATION);
        }
        let differ = |said: &Option<String>, is: &Option<String>| matches!((said, is), (Some(said), Some(is)) if said != is);
        if differ(&sync.protocol_type, &self.protocol_type) || differ(&sync.protocol_name, &self.protocol) {
            return Err(codes::INCONSISTENT_GROUP_PROTOCOL);
        }
        match self.state {
            State::Empty => Err(codes::UNKNOWN_MEMBER_ID),
            State::PreparingRebalance => Err(codes::REBALANCE_IN_PROGRESS),
            State::CompletingRebalance | State::Stable => Ok(()),
        }
    }

    fn sync(&mut self, ticket: T, sync: Sync, step: &mut Step<'_, '_, T>) {
        let member_id = sync.member_id;
        self.pending_sync.remove(&member_id);
        if self.state == State::Stable {
            self.end_sync_if_all();
            self.touch(&member_id, step.world.now);
            return step.answer(ticket, self.synced(&member_id));
        }
        let Some(member) = self.members.get_mut(&member_id) else { return };
        if let Some(waited) = member.syncing.replace(ticket) {
            step.answer(waited, Synced::error(codes::REBALANCE_IN_PROGRESS));
        }
        if self.is_leader(&member_id) {
            self.assign(sync.assignments, step);
        }
    }

    /// The leader has assigned: it is written down, then everybody is told. Whom the leader left out gets nothing.
    fn assign(&mut self, assignments: Vec<(String, Vec<u8>)>, step: &mut Step<'_, '_, T>) {
        for member in self.members.values_mut() {
            member.assignment.clear();
        }
        for (id, assignment) in assignments {
            if let Some(member) = self.members.get_mut(&id) {
                member.assignment = assignment;
            }
        }
        if let Err(code) = step.append(&[records::group(step.id, self)]) {
            return self.assignment_failed(code, step);
        }
        self.enter(State::Stable, step.world.now);
        for id in self.members.keys().cloned().collect::<Vec<_>>() {
            let waiting = self.members.get_mut(&id).and_then(|member| member.syncing.take());
            if let Some(ticket) = waiting {
                step.answer(ticket, self.synced(&id));
                self.touch(&id, step.world.now);
            }
        }
        self.end_sync_if_all();
    }

    fn end_sync_if_all(&mut self) {
        if self.pending_sync.is_empty() {
            self.sync_deadline_ms = None;
        }
    }
}
