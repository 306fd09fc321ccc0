//! Share groups (KIP-932, `ShareGroup`).

use std::collections::BTreeMap;

use super::{Assignment, Epochs, MemberProgress};
use crate::codec::messages::group_records as records;
use crate::codec::wire::Uuid;
use crate::state::decode;

/// A share group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareGroup {
    /// Its epochs.
    pub epochs: Epochs,
    /// Its members by id.
    pub members: BTreeMap<String, ShareMember>,
    /// What each member is to have.
    pub target: BTreeMap<String, Assignment>,
    /// How far the share coordinator is with the state of its partitions.
    pub partitions: ShareGroupPartitions,
}

/// A member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareMember {
    /// Its rack.
    pub rack_id: Option<String>,
    /// The client's name for itself.
    pub client_id: String,
    /// Where it connected from.
    pub client_host: String,
    /// The topics that it wants.
    pub subscribed_topic_names: Vec<String>,
    /// How far it is.
    pub progress: MemberProgress,
    /// What it has.
    pub assigned: Assignment,
}

/// The partitions whose state the share coordinator keeps (`ShareGroupStatePartitionMetadata`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareGroupPartitions {
    /// Their state is being created.
    pub initializing: BTreeMap<Uuid, SharedTopic>,
    /// They have a state.
    pub initialized: BTreeMap<Uuid, SharedTopic>,
    /// The state of all partitions of these topics is being deleted.
    pub deleting: BTreeMap<Uuid, String>,
}

/// Partitions of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedTopic {
    /// The topic's name.
    pub name: String,
    /// The partitions.
    pub partitions: Vec<i32>,
}

impl ShareGroup {
    /// `Empty` or `Stable` (`ShareGroup.maybeUpdateGroupState`).
    pub fn state(&self) -> &'static str {
        if self.members.is_empty() { "Empty" } else { "Stable" }
    }

    /// Whether a member reads a topic.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        self.members.values().any(|member| member.subscribed_topic_names.iter().any(|name| name == topic))
    }
}

impl ShareMember {
    /// Sets what the member has said of itself.
    pub(super) fn describe(&mut self, value: &records::share_group_member_metadata_value::Root<'_>) {
        self.rack_id = decode::owned_option(&value.rack_id);
        self.client_id = decode::owned(&value.client_id);
        self.client_host = decode::owned(&value.client_host);
        self.subscribed_topic_names = value.subscribed_topic_names.iter().map(decode::owned).collect();
    }

    /// Sets what the member has.
    pub(super) fn assign(&mut self, value: &records::share_group_current_member_assignment_value::Root<'_>) {
        self.progress = MemberProgress {
            epoch: value.member_epoch,
            previous_epoch: value.previous_member_epoch,
            state: value.state,
        };
        let topics = value.assigned_partitions.iter();
        self.assigned = topics.map(|topic| (topic.topic_id, decode::list(&topic.partitions))).collect();
    }

    /// The member has nothing and leaves.
    pub(super) fn unassign(&mut self) {
        self.progress = MemberProgress::default();
        self.assigned.clear();
    }
}

impl ShareGroupPartitions {
    pub(super) fn from_record(value: &records::share_group_state_partition_metadata_value::Root<'_>) -> Self {
        use records::share_group_state_partition_metadata_value::TopicPartitionsInfo;
        let read = |topics: &[TopicPartitionsInfo<'_>]| {
            let topic = |topic: &TopicPartitionsInfo<'_>| {
                let name = decode::owned(&topic.topic_name);
                (topic.topic_id, SharedTopic { name, partitions: decode::list(&topic.partitions) })
            };
            topics.iter().map(topic).collect()
        };
        let deleting = value.deleting_topics.iter();
        Self {
            initializing: read(&value.initializing_topics),
            initialized: read(&value.initialized_topics),
            deleting: deleting.map(|topic| (topic.topic_id, decode::owned(&topic.topic_name))).collect(),
        }
    }
}
