//! A group of the classic protocol with members, or with some on their way (`ClassicGroup`).

use std::collections::{BTreeMap, BTreeSet};

use super::Moment;
use super::member::{Member, Terms};
use super::pending::Pending;
use super::requests::{Join, Joined, JoinedMember, Synced};
use crate::codec::error_codes::codes;
use crate::state::groups::classic::{self, ClassicGroup};

/// The protocol type of consumers, whose subscriptions can be read.
pub(super) const CONSUMER: &str = "consumer";

/// How far a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has no members.
    Empty,
    /// Members join the next generation.
    PreparingRebalance,
    /// The leader assigns.
    CompletingRebalance,
    /// Every member has what the leader gave it.
    Stable,
}

impl State {
    /// Kafka's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
        }
    }
}

/// When joining ends, whoever is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JoinTimer {
    /// Milliseconds of the steady clock.
    pub at_ms: i64,
    /// Of the first rebalance of an empty group: by how much it may be put off again, and how much time is left for
    /// that (`group.initial.rebalance.delay.ms`).
    pub initial: Option<(i64, i64)>,
}

/// A group.
#[derive(Debug)]
pub(super) struct Group<T> {
    pub state: State,
    /// The state before.
    pub previous: State,
    /// When the state began, in milliseconds since 1970, or -1.
    pub state_since_ms: i64,
    pub protocol_type: Option<String>,
    pub protocol: Option<String>,
    pub generation: i32,
    pub leader: Option<String>,
    pub members: BTreeMap<String, Member<T>>,
    /// The members with an instance id, by it.
    pub static_members: BTreeMap<String, String>,
    /// Ids that were given to members which have not come back with them (KIP-394), and until when they may.
    pub pending: Pending,
    /// Who has joined the generation and not asked for its assignment.
    pub pending_sync: BTreeSet<String>,
    /// Somebody has come while the first rebalance waits for more.
    pub new_member_added: bool,
    pub join_timer: Option<JoinTimer>,
    pub sync_deadline_ms: Option<i64>,
    /// The topics that members read; none where that is not known.
    pub subscribed: Option<BTreeSet<String>>,
    /// It has no members, and the log could not be told so: when to try again.
    pub log_again_ms: Option<i64>,
    /// The earliest deadline that was set since the queue was looked at.
    pub wake: Option<i64>,
    /// Its place in the queue.
    pub scheduled: Option<i64>,
    /// How many members support each protocol.
    supported: BTreeMap<String, usize>,
    /// How many members wait for the next generation.
    joining: usize,
}

impl<T> Group<T> {
    /// A group as the log has it.
    pub fn from_log(classic: &ClassicGroup, now: Moment) -> Self {
        let state = if classic.members.is_empty() { State::Empty } else { State::Stable };
        let protocol = classic.protocol.clone().unwrap_or_default();
        let mut group = Self {
            state,
            previous: State::Empty,
            state_since_ms: classic.state_timestamp,
            protocol_type: Some(classic.protocol_type.clone()).filter(|kind| !kind.is_empty()),
            protocol: classic.protocol.clone(),
            generation: classic.generation,
            leader: classic.leader.clone(),
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending: Pending::default(),
            pending_sync: BTreeSet::new(),
            new_member_added: false,
            join_timer: None,
            sync_deadline_ms: None,
            subscribed: None,
            log_again_ms: None,
            wake: None,
            scheduled: None,
            supported: BTreeMap::new(),
            joining: 0,
        };
        for (id, member) in &classic.members {
            group.insert(id.clone(), Member::from_log(member, &protocol, now));
        }
        group.subscribed = group.subscriptions();
        group
    }

    /// There is nothing in it that the log does not have.
    pub fn may_rest(&self) -> bool {
        self.state == State::Empty
            && self.members.is_empty()
            && self.pending.is_empty()
            && self.log_again_ms.is_none()
    }

    /// Wakes the group at that time, if not before.
    pub fn wake_at(&mut self, at_ms: i64) {
        self.wake = Some(self.wake.map_or(at_ms, |wake| wake.min(at_ms)));
    }

    /// The earliest time at which something is due.
    pub fn next_deadline(&self) -> Option<i64> {
        let members = self.members.values().filter_map(Member::deadline).filter(|at| *at < i64::MAX);
        members
            .chain(self.pending.deadline())
            .chain(self.join_timer.map(|timer| timer.at_ms))
            .chain(self.sync_deadline_ms)
            .chain(self.log_again_ms)
            .min()
    }

    /// Enters a state.
    pub fn enter(&mut self, state: State, now: Moment) {
        self.previous = self.state;
        self.state = state;
        self.state_since_ms = now.wall_ms;
    }

    /// A member was heard of.
    pub fn touch(&mut self, id: &str, now: Moment) {
        if let Some(member) = self.members.get_mut(id) {
            member.expires_ms = now.steady_ms.saturating_add(i64::from(member.session_timeout_ms));
            let at_ms = member.expires_ms;
            self.wake_at(at_ms);
        }
    }

    /// Puts a member in; the first one leads.
    pub fn insert(&mut self, id: String, member: Member<T>) {
        for (name, _) in &member.protocols {
            *self.supported.entry(name.clone()).or_default() += 1;
        }
        self.joining += usize::from(member.joining.is_some());
        if let Some(instance) = &member.group_instance_id {
            self.static_members.insert(instance.clone(), id.clone());
        }
        self.leader.get_or_insert_with(|| id.clone());
        self.pending.remove(&id);
        self.members.insert(id, member);
    }

    /// Takes a member out; where it led, another one does. Whoever waits for an answer is to get one.
    pub fn remove(&mut self, id: &str) -> Option<Member<T>> {
        self.pending.remove(id);
        self.pending_sync.remove(id);
        let member = self.members.remove(id)?;
        self.unsupport(&member.protocols);
        self.joining -= usize::from(member.joining.is_some());
        if let Some(instance) = &member.group_instance_id {
            // Unless another member is it by now.
            if self.static_members.get(instance).is_some_and(|owner| owner == id) {
                self.static_members.remove(instance);
            }
        }
        if self.leader.as_deref() == Some(id) {
            self.leader = self.members.keys().next().cloned();
        }
        Some(member)
    }

    /// A static member has come back under a new id (KIP-345). Returns who waited under the old one.
    pub fn replace(&mut self, old: &str, new: &str) -> (Option<T>, Option<T>) {
        let Some(mut member) = self.members.remove(old) else { return (None, None) };
        let waited = (member.joining.take(), member.syncing.take());
        self.joining -= usize::from(waited.0.is_some());
        if let Some(instance) = &member.group_instance_id {
            self.static_members.insert(instance.clone(), new.to_owned());
        }
        if self.leader.as_deref() == Some(old) {
            self.leader = Some(new.to_owned());
        }
        if self.pending_sync.remove(old) {
            self.pending_sync.insert(new.to_owned());
        }
        self.members.insert(new.to_owned(), member);
        waited
    }

    /// A member joins again: what it says now counts. Returns what counted, and who waited in its name, before.
    pub fn update(&mut self, id: &str, terms: Terms, ticket: Option<T>) -> Option<(Terms, Option<T>)> {
        let member = self.members.get_mut(id)?;
        for (name, _) in &terms.protocols {
            *self.supported.entry(name.clone()).or_default() += 1;
        }
        let before = Terms {
            rebalance_timeout_ms: std::mem::replace(
                &mut member.rebalance_timeout_ms,
                terms.rebalance_timeout_ms,
            ),
            session_timeout_ms: std::mem::replace(&mut member.session_timeout_ms, terms.session_timeout_ms),
            protocols: std::mem::replace(&mut member.protocols, terms.protocols),
        };
        let waited = std::mem::replace(&mut member.joining, ticket);
        self.joining += usize::from(member.joining.is_some());
        self.joining -= usize::from(waited.is_some());
        self.unsupport(&before.protocols);
        Some((before, waited))
    }

    /// Takes who waits for the next generation in a member's name.
    pub fn take_joining(&mut self, id: &str) -> Option<T> {
        let ticket = self.members.get_mut(id)?.joining.take()?;
        self.joining -= 1;
        Some(ticket)
    }

    fn unsupport(&mut self, protocols: &[(String, Vec<u8>)]) {
        for (name, _) in protocols {
            if let Some(count) = self.supported.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    self.supported.remove(name);
                }
            }
        }
    }

    /// How many members wait for the next generation.
    pub fn joining(&self) -> usize {
        self.joining
    }

    /// Everybody who is to be in the next generation is there.
    pub fn all_joined(&self) -> bool {
        self.joining == self.members.len() && self.pending.is_empty()
    }

    /// Whether a member with these protocols could be in it.
    pub fn supports(&self, join: &Join) -> bool {
        if self.state == State::Empty {
            return !join.protocol_type.is_empty() && !join.protocols.is_empty();
        }
        // All of nobody support anything: the members may have left while others are still to come.
        let all = self.members.len();
        self.protocol_type.as_deref() == Some(&join.protocol_type)
            && join.protocols.iter().any(|(name, _)| self.supported.get(name).copied().unwrap_or(0) == all)
    }

    /// The protocol that most members like best among those that all support. Of several, the leader's choice.
    pub fn select_protocol(&self) -> Option<String> {
        let all = self.members.len();
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for member in self.members.values() {
            let mut liked = member.protocols.iter().map(|(name, _)| name.as_str());
            if let Some(best) = liked.find(|name| self.supported.get(*name) == Some(&all)) {
                *votes.entry(best).or_default() += 1;
            }
        }
        let most = votes.values().copied().max()?;
        let leader = self.leader.as_ref().and_then(|leader| self.members.get(leader));
        let preferred =
            leader.into_iter().flat_map(|member| &member.protocols).map(|(name, _)| name.as_str());
        let mut winners = preferred.chain(votes.keys().copied());
        winners.find(|name| votes.get(name) == Some(&most)).map(str::to_owned)
    }

    /// The topics that members read, as far as they can be understood (`computeSubscribedTopics`).
    pub fn subscriptions(&self) -> Option<BTreeSet<String>> {
        let kind = self.protocol_type.as_deref()?;
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        let protocol = self.protocol.as_deref().filter(|_| kind == CONSUMER)?;
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            topics.extend(classic::topics(member.metadata(protocol)?)?);
        }
        Some(topics)
    }

    /// Whether its members read a topic; where that is not known of consumers, they might.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.protocol_type.as_deref() == Some(CONSUMER),
        }
    }

    /// Where the leader has not joined again, somebody else leads who has. Returns whether somebody does.
    pub fn elect(&mut self) -> bool {
        let Some(leader) = &self.leader else { return false };
        if self.members.get(leader).is_some_and(|member| member.joining.is_some()) {
            return true;
        }
        let joined = self.members.iter().find(|(_, member)| member.joining.is_some());
        let Some((id, _)) = joined else { return false };
        self.leader = Some(id.clone());
        true
    }

    /// Whether this id leads.
    pub fn is_leader(&self, id: &str) -> bool {
        self.leader.as_deref() == Some(id)
    }

    /// The longest that a member may take to join again, in milliseconds.
    pub fn rebalance_timeout_ms(&self) -> i64 {
        self.members.values().map(|member| i64::from(member.rebalance_timeout_ms)).max().unwrap_or(0)
    }

    /// Whether somebody is the member that they say they are.
    ///
    /// # Errors
    /// `UNKNOWN_MEMBER_ID`, or `FENCED_INSTANCE_ID` where the instance has another id by now.
    pub fn check_member(&self, id: &str, instance: Option<&str>) -> Result<(), i16> {
        if let Some(instance) = instance {
            let known = self.static_members.get(instance).ok_or(codes::UNKNOWN_MEMBER_ID)?;
            if known != id {
                return Err(codes::FENCED_INSTANCE_ID);
            }
        }
        if self.members.contains_key(id) { Ok(()) } else { Err(codes::UNKNOWN_MEMBER_ID) }
    }

    /// What a member is told of the generation. Only the leader learns of the others.
    pub fn joined(&self, id: &str) -> Joined {
        Joined {
            error_code: codes::NONE,
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            skip_assignment: false,
            member_id: id.to_owned(),
            members: if self.is_leader(id) { self.for_leader() } else { Vec::new() },
        }
    }

    fn for_leader(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let of = |(id, member): (&String, &Member<T>)| JoinedMember {
            member_id: id.clone(),
            group_instance_id: member.group_instance_id.clone(),
            metadata: member.metadata(protocol).unwrap_or_default().to_vec(),
        };
        self.members.iter().map(of).collect()
    }

    /// What a member is told of its assignment.
    pub fn synced(&self, id: &str) -> Synced {
        Synced {
            error_code: codes::NONE,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol.clone(),
            assignment: self.members.get(id).map(|member| member.assignment.clone()).unwrap_or_default(),
        }
    }
}
