//! A member of a group (`ClassicGroupMember`).

use super::Moment;
use super::requests::Join;
use crate::state::groups::classic::ClassicMember;

/// What a member says of itself each time that it joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    /// What it supports, best first.
    pub protocols: Vec<(String, Vec<u8>)>,
}

impl Join {
    pub(super) fn terms(&self) -> Terms {
        Terms {
            rebalance_timeout_ms: self.rebalance_timeout_ms,
            session_timeout_ms: self.session_timeout_ms,
            protocols: self.protocols.clone(),
        }
    }
}

/// A member.
#[derive(Debug)]
pub(super) struct Member<T> {
    pub group_instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    /// What it supports, best first.
    pub protocols: Vec<(String, Vec<u8>)>,
    /// What the leader gave it.
    pub assignment: Vec<u8>,
    /// It does not know its id yet, so it cannot be heard of before its join is answered.
    pub is_new: bool,
    /// When it is out, unless it is heard of before; milliseconds of the steady clock.
    pub expires_ms: i64,
    /// Waits for the next generation.
    pub joining: Option<T>,
    /// Waits for the leader's assignment.
    pub syncing: Option<T>,
}

impl<T> Member<T> {
    /// A member that joins.
    pub fn new(join: &Join) -> Self {
        Self {
            group_instance_id: join.group_instance_id.clone(),
            client_id: join.client_id.clone(),
            client_host: join.client_host.clone(),
            rebalance_timeout_ms: join.rebalance_timeout_ms,
            session_timeout_ms: join.session_timeout_ms,
            protocols: join.protocols.clone(),
            assignment: Vec::new(),
            is_new: true,
            expires_ms: i64::MAX,
            joining: None,
            syncing: None,
        }
    }

    /// A member as the log has it: of its protocols only the one that was agreed on is known.
    pub fn from_log(member: &ClassicMember, protocol: &str, now: Moment) -> Self {
        Self {
            group_instance_id: member.group_instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            // Old records have none, and mean the same.
            rebalance_timeout_ms: match member.rebalance_timeout_ms {
                -1 => member.session_timeout_ms,
                timeout_ms => timeout_ms,
            },
            session_timeout_ms: member.session_timeout_ms,
            protocols: vec![(protocol.to_owned(), member.subscription.clone())],
            assignment: member.assignment.clone(),
            is_new: false,
            expires_ms: now.steady_ms.saturating_add(i64::from(member.session_timeout_ms)),
            joining: None,
            syncing: None,
        }
    }

    /// Whether it is heard of less often than it said, which waiting for an answer excuses.
    pub fn is_late(&self, now_ms: i64) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= now_ms)
    }

    /// When it will be late, if it can be.
    pub fn deadline(&self) -> Option<i64> {
        let waits = !self.is_new && self.joining.is_some() || self.syncing.is_some();
        (!waits).then_some(self.expires_ms)
    }

    /// What it says of itself for a protocol.
    pub fn metadata(&self, protocol: &str) -> Option<&[u8]> {
        self.protocols.iter().find(|(name, _)| name == protocol).map(|(_, metadata)| metadata.as_slice())
    }
}
