//! From one generation to the next (`GroupMetadataManager.prepareRebalance`, `completeClassicGroupJoin`).

use super::group::{Group, JoinTimer, State};
use super::requests::{Joined, Synced};
use super::{Moment, Step, records, told_of_append};
use crate::codec::error_codes::codes;

/// How long a member that does not know its id yet waits for its join to be answered; then the client, if it is still
/// there, tries again (`classic group new member join timeout`).
pub(super) const NEW_MEMBER_JOIN_TIMEOUT_MS: i64 = 5 * 60 * 1000;
/// Clients may give no time or less for joining. Where static members are waited for nevertheless, this is the pace.
const JOIN_TIMER_MS_MIN: i64 = 100;
/// How long after the log took nothing it is tried again: a full disk is not made worse by that.
const LOG_AGAIN_MS: i64 = 5_000;

impl<T> Group<T> {
    /// A group that was read from the log has more members than there may be by now: a rebalance shows who finds a place, and
    /// leaves all of them the time to commit (`GroupMetadataManager.onLoaded`).
    pub fn make_room(&mut self, members_max: usize, now: Moment) {
        if self.members.len() > members_max {
            self.enter(State::PreparingRebalance, now);
            self.set_join_timer(self.rebalance_timeout_ms(), None, now);
        }
    }

    /// Begins a rebalance, or goes on with the one that has begun.
    pub fn rebalance(&mut self, step: &mut Step<'_, '_, T>) {
        if self.state == State::PreparingRebalance {
            self.go_on_joining(step);
        } else {
            self.prepare_rebalance(step);
        }
    }

    /// Begins a rebalance: who waits for an assignment is to join again.
    pub fn prepare_rebalance(&mut self, step: &mut Step<'_, '_, T>) {
        if self.state == State::CompletingRebalance {
            self.fail_syncs(codes::REBALANCE_IN_PROGRESS, step);
        }
        self.sync_deadline_ms = None;
        // The generation to come is written down in place of the empty one.
        self.log_again_ms = None;
        let first = self.state == State::Empty;
        self.enter(State::PreparingRebalance, step.world.now);
        if !first {
            return self.complete_join_if_all(step);
        }
        let delay_ms = i64::from(step.config.initial_rebalance_delay_ms).max(0);
        let left_ms = (self.rebalance_timeout_ms() - delay_ms).max(0);
        self.new_member_added = false;
        if delay_ms == 0 {
            self.complete_join(step);
        } else {
            self.set_join_timer(delay_ms, Some((delay_ms, left_ms)), step.world.now);
        }
    }

    /// Goes on with joining after a member has come or gone. The first rebalance of a group ends by time alone.
    pub fn go_on_joining(&mut self, step: &mut Step<'_, '_, T>) {
        let waits_for_more = self.join_timer.is_some_and(|timer| timer.initial.is_some());
        if self.state == State::PreparingRebalance && !waits_for_more {
            self.complete_join_if_all(step);
        }
    }

    fn complete_join_if_all(&mut self, step: &mut Step<'_, '_, T>) {
        // Members give the time for joining: without any, whoever has an id and is yet to come with it is given none.
        let no_time = self.join_timer.is_none() && self.members.is_empty();
        if self.all_joined() || no_time {
            self.complete_join(step);
        } else if self.join_timer.is_none() {
            self.set_join_timer(self.rebalance_timeout_ms(), None, step.world.now);
        }
    }

    fn set_join_timer(&mut self, in_ms: i64, initial: Option<(i64, i64)>, now: Moment) {
        let at_ms = now.steady_ms.saturating_add(in_ms.max(JOIN_TIMER_MS_MIN));
        self.join_timer = Some(JoinTimer { at_ms, initial });
        self.wake_at(at_ms);
    }

    /// Joining ends: who has not joined is out, but static members, whom their session decides about.
    fn complete_join(&mut self, step: &mut Step<'_, '_, T>) {
        self.join_timer = None;
        let late = self
            .members
            .iter()
            .filter(|(_, member)| member.joining.is_none() && member.group_instance_id.is_none());
        for id in late.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.remove(&id);
        }
        if !self.elect() && !self.members.is_empty() {
            // Nobody who is left has joined: their sessions decide how long they are waited for.
            return self.set_join_timer(self.rebalance_timeout_ms(), None, step.world.now);
        }
        self.generation = self.generation.checked_add(1).unwrap_or(0);
        self.pending_sync.clear();
        if self.members.is_empty() {
            return self.become_empty(step);
        }
        self.protocol = self.select_protocol();
        self.subscribed = self.subscriptions();
        self.enter(State::CompletingRebalance, step.world.now);
        for id in self.members.keys().cloned().collect::<Vec<_>>() {
            if let Some(ticket) = self.take_joining(&id) {
                step.answer(ticket, self.joined(&id));
            }
            if let Some(member) = self.members.get_mut(&id) {
                member.is_new = false;
            }
            self.touch(&id, step.world.now);
            self.pending_sync.insert(id);
        }
        let at_ms = step.world.now.steady_ms.saturating_add(self.rebalance_timeout_ms());
        self.sync_deadline_ms = Some(at_ms);
        self.wake_at(at_ms);
    }

    fn become_empty(&mut self, step: &mut Step<'_, '_, T>) {
        self.protocol = None;
        self.subscribed = self.subscriptions();
        self.enter(State::Empty, step.world.now);
        self.log_empty(step);
    }

    /// Where this fails, the log has members that are gone. A reload before the next attempt waits for them for a session,
    /// and finds out.
    fn log_empty(&mut self, step: &mut Step<'_, '_, T>) {
        let written = step.append(&[records::group(step.id, self)]);
        self.log_again_ms = written.err().map(|_| step.world.now.steady_ms.saturating_add(LOG_AGAIN_MS));
        if let Some(at_ms) = self.log_again_ms {
            self.wake_at(at_ms);
        }
    }

    /// Answers all who wait for an assignment with an error; what they had counts no more.
    pub fn fail_syncs(&mut self, code: i16, step: &mut Step<'_, '_, T>) {
        for id in self.members.keys().cloned().collect::<Vec<_>>() {
            let Some(member) = self.members.get_mut(&id) else { continue };
            member.assignment.clear();
            if let Some(ticket) = member.syncing.take() {
                step.answer(ticket, Synced::error(code));
                self.touch(&id, step.world.now);
            }
        }
    }

    /// The leader's assignment could not be written down: all start over.
    pub fn assignment_failed(&mut self, code: i16, step: &mut Step<'_, '_, T>) {
        self.fail_syncs(told_of_append(code), step);
        self.rebalance(step);
    }

    /// A member is gone, for whatever reason: who waits in its name is told so.
    pub fn dismiss(&mut self, id: &str, step: &mut Step<'_, '_, T>) {
        let Some(mut member) = self.remove(id) else { return };
        if let Some(ticket) = member.joining.take() {
            step.answer(ticket, Joined::error(codes::UNKNOWN_MEMBER_ID, ""));
        }
        if let Some(ticket) = member.syncing.take() {
            step.answer(ticket, Synced::error(codes::UNKNOWN_MEMBER_ID));
        }
    }

    /// After members are gone, the others share what these had.
    pub fn after_dismissal(&mut self, step: &mut Step<'_, '_, T>) {
        match self.state {
            State::Stable | State::CompletingRebalance => self.prepare_rebalance(step),
            State::PreparingRebalance => self.go_on_joining(step),
            State::Empty => {}
        }
    }

    /// Does what is due at this time.
    pub fn run_due(&mut self, step: &mut Step<'_, '_, T>) {
        let now_ms = step.world.now.steady_ms;
        if self.log_again_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            self.log_empty(step);
        }
        if self.pending.expire(now_ms) {
            self.go_on_joining(step);
        }
        let late = self.members.iter().filter(|(_, member)| member.is_late(now_ms));
        let late: Vec<String> = late.map(|(id, _)| id.clone()).collect();
        if !late.is_empty() {
            late.iter().for_each(|id| self.dismiss(id, step));
            self.after_dismissal(step);
        }
        if let Some(timer) = self.join_timer.filter(|timer| timer.at_ms <= now_ms) {
            match timer.initial {
                Some((delay_ms, left_ms)) if self.new_member_added && left_ms > 0 => {
                    self.new_member_added = false;
                    let next_ms = i64::from(step.config.initial_rebalance_delay_ms).min(left_ms);
                    self.set_join_timer(
                        next_ms,
                        Some((next_ms, (left_ms - delay_ms).max(0))),
                        step.world.now,
                    );
                }
                _ => self.complete_join(step),
            }
        }
        if self.sync_deadline_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            self.sync_deadline_ms = None;
            let missing: Vec<String> = std::mem::take(&mut self.pending_sync).into_iter().collect();
            if !missing.is_empty() {
                missing.iter().for_each(|id| self.dismiss(id, step));
                self.prepare_rebalance(step);
            }
        }
    }
}
