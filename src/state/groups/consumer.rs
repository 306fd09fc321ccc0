//! Groups of the consumer protocol (KIP-848, `ConsumerGroup`).

use std::collections::BTreeMap;

use super::{Assignment, Epochs, MemberProgress};
use crate::codec::messages::group_records as records;
use crate::state::decode;

/// A group of the consumer protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsumerGroup {
    /// Its epochs.
    pub epochs: Epochs,
    /// Its members by id.
    pub members: BTreeMap<String, ConsumerMember>,
    /// What each member is to have.
    pub target: BTreeMap<String, Assignment>,
    /// The regular expressions that members subscribe by, and what they match.
    pub regular_expressions: BTreeMap<String, ResolvedRegex>,
}

/// A member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsumerMember {
    /// The id of a static member.
    pub instance_id: Option<String>,
    /// Its rack.
    pub rack_id: Option<String>,
    /// The client's name for itself.
    pub client_id: String,
    /// Where it connected from.
    pub client_host: String,
    /// The topics that it wants by name.
    pub subscribed_topic_names: Vec<String>,
    /// The topics that it wants by regular expression.
    pub subscribed_topic_regex: Option<String>,
    /// How long it may take to give partitions up, in milliseconds, or -1.
    pub rebalance_timeout_ms: i32,
    /// The assignor that it asks for.
    pub server_assignor: Option<String>,
    /// What is kept of it if it still speaks the classic protocol.
    pub classic: Option<ClassicProtocols>,
    /// How far it is.
    pub progress: MemberProgress,
    /// What it has.
    pub assigned: Assignment,
    /// What it has to give up.
    pub pending_revocation: Assignment,
}

/// A member that speaks the classic protocol in a group of the newer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicProtocols {
    /// After how many milliseconds without a heartbeat it is out.
    pub session_timeout_ms: i32,
    /// Its assignors, with what it wrote for each: a `ConsumerProtocolSubscription`.
    pub protocols: Vec<(String, Vec<u8>)>,
}

/// What a regular expression matches (`ResolvedRegularExpression`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedRegex {
    /// The topics.
    pub topics: Vec<String>,
    /// The version of the metadata that was looked at: an offset of the metadata log.
    pub version: i64,
    /// When that was, in milliseconds since 1970.
    pub timestamp: i64,
}

impl ConsumerGroup {
    /// `Empty`, `Assigning`, `Reconciling` or `Stable` (`ConsumerGroup.maybeUpdateGroupState`).
    pub fn state(&self) -> &'static str {
        let Epochs { group, assignment, .. } = self.epochs;
        if self.members.is_empty() {
            "Empty"
        } else if group > assignment {
            "Assigning"
        } else if self.members.values().all(|member| member.progress.is_reconciled_to(assignment)) {
            "Stable"
        } else {
            "Reconciling"
        }
    }

    /// Whether a member reads a topic, by its name or a regular expression.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        let is = |name: &String| name == topic;
        self.members.values().any(|member| {
            let regex = member.subscribed_topic_regex.as_ref();
            let resolved = regex.and_then(|regex| self.regular_expressions.get(regex));
            member.subscribed_topic_names.iter().any(is)
                || resolved.is_some_and(|resolved| resolved.topics.iter().any(is))
        })
    }
}

impl ConsumerMember {
    /// Sets what the member has said of itself.
    pub(super) fn describe(&mut self, value: &records::consumer_group_member_metadata_value::Root<'_>) {
        self.instance_id = decode::owned_option(&value.instance_id);
        self.rack_id = decode::owned_option(&value.rack_id);
        self.client_id = decode::owned(&value.client_id);
        self.client_host = decode::owned(&value.client_host);
        self.subscribed_topic_names = value.subscribed_topic_names.iter().map(decode::owned).collect();
        self.subscribed_topic_regex = decode::owned_option(&value.subscribed_topic_regex);
        self.rebalance_timeout_ms = value.rebalance_timeout_ms;
        self.server_assignor = decode::owned_option(&value.server_assignor);
        self.classic = value.classic_member_metadata.as_ref().map(|classic| ClassicProtocols {
            session_timeout_ms: classic.session_timeout_ms,
            protocols: classic
                .supported_protocols
                .iter()
                .map(|protocol| (decode::owned(&protocol.name), protocol.metadata.0.to_vec()))
                .collect(),
        });
    }

    /// Sets what the member has.
    pub(super) fn assign(
        &mut self,
        value: &records::consumer_group_current_member_assignment_value::Root<'_>,
    ) {
        let read =
            |topics: &[records::consumer_group_current_member_assignment_value::TopicPartitions<'_>]| {
                topics.iter().map(|topic| (topic.topic_id, decode::list(&topic.partitions))).collect()
            };
        self.progress = MemberProgress {
            epoch: value.member_epoch,
            previous_epoch: value.previous_member_epoch,
            state: value.state,
        };
        self.assigned = read(&value.assigned_partitions);
        self.pending_revocation = read(&value.partitions_pending_revocation);
    }

    /// The member has nothing and leaves.
    pub(super) fn unassign(&mut self) {
        self.progress = MemberProgress::default();
        self.assigned.clear();
        self.pending_revocation.clear();
    }
}
