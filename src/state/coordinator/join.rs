//! JoinGroup (`GroupMetadataManager.classicGroupJoin`).

use super::group::{Group, State};
use super::member::Member;
use super::rebalance::NEW_MEMBER_JOIN_TIMEOUT_MS;
use super::requests::{Join, Joined, Synced};
use super::{Config, Coordinator, Record, Step, World, append, records, told_of_append};
use crate::codec::error_codes::codes;

/// The longest string of the wire, but for the newest versions, and of all records.
const NAME_BYTES_MAX: usize = i16::MAX as usize;

/// Why somebody may not join, and the member id that the answer has.
type Refusal<'j> = (i16, &'j str);

impl Config {
    /// Why nobody may join like this, if so: that does not depend on the group, nor on whether it can be found.
    pub fn refuses(&self, group_id: &str, session_timeout_ms: i32) -> Option<i16> {
        let (min, max) = (self.session_timeout_min_ms, self.session_timeout_max_ms);
        if group_id.is_empty() {
            Some(codes::INVALID_GROUP_ID)
        } else if !(min..=max).contains(&session_timeout_ms) {
            Some(codes::INVALID_SESSION_TIMEOUT)
        } else {
            None
        }
    }
}

impl<T> Coordinator<T> {
    /// A member joins. The answer comes when the next generation begins, or at once where it does not depend on others.
    pub fn join(&mut self, world: &mut World<'_>, ticket: T, join: Join) {
        if let Err((code, member_id)) = self.check(&join).and_then(|()| self.provide(world, &join)) {
            self.answers.push((ticket, Joined::error(code, member_id).into()));
            return;
        }
        let id = join.group_id.clone();
        self.with_live(world, &id, |group, step| group.join(ticket, &join, step));
    }

    fn check<'j>(&self, join: &'j Join) -> Result<(), Refusal<'j>> {
        if let Some(code) = self.config.refuses(&join.group_id, join.session_timeout_ms) {
            return Err((code, join.member_id.as_str()));
        }
        let protocols = join.protocols.iter().map(|(name, _)| name);
        let names = [&join.member_id, &join.protocol_type].into_iter().chain(&join.group_instance_id);
        // Such as one whose invalid UTF-8 was replaced: no record could hold it, nor an answer. Kafka fails, too.
        if names.chain(protocols).any(|name| name.len() > NAME_BYTES_MAX) {
            return Err((codes::UNKNOWN_SERVER_ERROR, ""));
        }
        Ok(())
    }

    /// Makes the group, where somebody comes to it who may be the first.
    fn provide<'j>(&mut self, world: &mut World<'_>, join: &'j Join) -> Result<(), Refusal<'j>> {
        let id = join.group_id.as_str();
        if self.enliven(id, world.now) {
            return Ok(());
        }
        let group = self.logged.by_id().get(id);
        let left = group.filter(|group| group.member_count() == 0);
        // A group whose members are gone gives way to those who come and speak the classic protocol.
        let gone = match (group, left.and_then(|group| records::group_tombstones(id, group))) {
            (None, _) => Vec::new(),
            (Some(_), Some(gone)) => gone,
            (Some(_), None) => return Err((codes::INCONSISTENT_GROUP_PROTOCOL, "")),
        };
        if !join.member_id.is_empty() {
            return Err((codes::UNKNOWN_MEMBER_ID, join.member_id.as_str()));
        }
        let new: Vec<Record> = gone.into_iter().chain([records::new_group(id, world.now)]).collect();
        append(&mut self.logged, world, &new).map_err(|code| (told_of_append(code), ""))?;
        self.enliven(id, world.now);
        Ok(())
    }
}

impl<T> Group<T> {
    fn join(&mut self, ticket: T, join: &Join, step: &mut Step<'_, '_, T>) {
        let member_id = join.member_id.as_str();
        if !self.has_room_for(member_id, step.config.members_max) {
            self.dismiss(member_id, step);
            step.answer(ticket, Joined::error(codes::GROUP_MAX_SIZE_REACHED, ""));
        } else if !self.supports(join) {
            step.answer(ticket, Joined::error(codes::INCONSISTENT_GROUP_PROTOCOL, member_id));
        } else if member_id.is_empty() {
            self.join_new(ticket, join, step);
        } else if self.pending.contains(member_id) && join.group_instance_id.is_some() {
            // An id is given first only to who has no identity of its own; Kafka throws.
            step.answer(ticket, Joined::error(codes::UNKNOWN_SERVER_ERROR, ""));
        } else if self.pending.contains(member_id) {
            self.add(ticket, member_id, join, step);
        } else if let Err(code) = self.check_member(member_id, join.group_instance_id.as_deref()) {
            step.answer(ticket, Joined::error(code, member_id));
        } else {
            self.join_again(ticket, member_id, join, step);
        }
    }

    /// `group.max.size`. While members join, those who wait already count, so that a group that is too large by now
    /// loses its last ones.
    fn has_room_for(&self, member_id: &str, members_max: usize) -> bool {
        let known = self.members.get(member_id);
        match self.state {
            State::Empty => true,
            State::PreparingRebalance => {
                known.is_some_and(|member| member.joining.is_some()) || self.joining() < members_max
            }
            State::CompletingRebalance | State::Stable => known.is_some() || self.members.len() < members_max,
        }
    }

    fn join_new(&mut self, ticket: T, join: &Join, step: &mut Step<'_, '_, T>) {
        let before = join.group_instance_id.as_deref().unwrap_or(&join.client_id);
        let member_id = format!("{before}-{}", (step.world.new_id)());
        if member_id.len() > NAME_BYTES_MAX {
            return step.answer(ticket, Joined::error(codes::UNKNOWN_SERVER_ERROR, ""));
        }
        let Some(instance) = &join.group_instance_id else {
            if join.requires_member_id {
                let until_ms = step.world.now.steady_ms.saturating_add(i64::from(join.session_timeout_ms));
                self.pending.insert(&member_id, until_ms);
                self.wake_at(until_ms);
                return step.answer(ticket, Joined::error(codes::MEMBER_ID_REQUIRED, member_id));
            }
            return self.add(ticket, &member_id, join, step);
        };
        match self.static_members.get(instance).cloned() {
            Some(old) => self.come_back(ticket, &old, &member_id, join, step),
            None => self.add(ticket, &member_id, join, step),
        }
    }

    /// A member that was not there before.
    fn add(&mut self, ticket: T, member_id: &str, join: &Join, step: &mut Step<'_, '_, T>) {
        self.new_member_added |= self.join_timer.is_some_and(|timer| timer.initial.is_some());
        if self.members.is_empty() {
            self.protocol_type = Some(join.protocol_type.clone());
        }
        let expires_ms = step.world.now.steady_ms.saturating_add(NEW_MEMBER_JOIN_TIMEOUT_MS);
        self.insert(member_id.to_owned(), Member { joining: Some(ticket), expires_ms, ..Member::new(join) });
        self.wake_at(expires_ms);
        self.rebalance(step);
    }

    /// A member that is there already.
    fn join_again(&mut self, ticket: T, member_id: &str, join: &Join, step: &mut Step<'_, '_, T>) {
        let same = self.members.get(member_id).is_some_and(|member| member.protocols == join.protocols);
        match self.state {
            // Its first answer may have been lost.
            State::CompletingRebalance if same => step.answer(ticket, self.joined(member_id)),
            // A leader that joins wants to assign anew, for reasons that its metadata need not show.
            State::Stable if same && !self.is_leader(member_id) => {
                step.answer(ticket, self.joined(member_id));
            }
            State::Empty => step.answer(ticket, Joined::error(codes::UNKNOWN_MEMBER_ID, member_id)),
            _ => {
                if let Some((_, Some(waited))) = self.update(member_id, join.terms(), Some(ticket)) {
                    step.answer(waited, Joined::error(codes::REBALANCE_IN_PROGRESS, member_id));
                }
                self.rebalance(step);
            }
        }
    }

    /// A static member has started again: it gets a new id and what it had. Who still uses the old id is fenced.
    fn come_back(&mut self, ticket: T, old: &str, new: &str, join: &Join, step: &mut Step<'_, '_, T>) {
        let leader = self.leader.clone().unwrap_or_default();
        let (joining, syncing) = self.replace(old, new);
        if let Some(waited) = joining {
            step.answer(waited, Joined::error(codes::FENCED_INSTANCE_ID, old));
        }
        if let Some(waited) = syncing {
            step.answer(waited, Synced::error(codes::FENCED_INSTANCE_ID));
        }
        let before = self.update(new, join.terms(), Some(ticket)).map(|(before, _)| before);
        self.touch(new, step.world.now);
        match self.state {
            State::Stable if self.select_protocol() == self.protocol => {
                let written = step.append(&[records::group(step.id, self)]);
                let Some(ticket) = self.take_joining(new) else { return };
                step.answer(
                    ticket,
                    match written {
                        Err(code) => {
                            // It is as if it had not come: who uses the old id may go on.
                            before.map(|before| self.update(new, before, None));
                            self.replace(new, old);
                            self.touch(old, step.world.now);
                            let error_code = told_of_append(code);
                            Joined {
                                error_code,
                                leader,
                                members: Vec::new(),
                                member_id: String::new(),
                                ..self.joined(old)
                            }
                        }
                        Ok(()) if join.can_skip_assignment => {
                            Joined { skip_assignment: self.is_leader(new), ..self.joined(new) }
                        }
                        // An older client that leads would assign: it is told of the id that led before, which is not its.
                        Ok(()) => Joined { leader, members: Vec::new(), ..self.joined(new) },
                    },
                );
            }
            // The leader was told the old id, for which it would assign.
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(step),
            State::PreparingRebalance | State::Empty => self.go_on_joining(step),
        }
    }
}
