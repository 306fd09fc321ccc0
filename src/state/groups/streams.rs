//! Groups of Kafka Streams applications (KIP-1071, `StreamsGroup`).

use std::collections::BTreeMap;

use super::{Epochs, MemberProgress};
use crate::codec::messages::group_records as records;
use crate::codec::wire::{Array, Str};
use crate::state::decode;

/// A group of the streams protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamsGroup {
    /// Its epochs.
    pub epochs: Epochs,
    /// The epoch of the topology for which the topics were found to be as they must, or -1.
    pub validated_topology_epoch: i32,
    /// Its members by id.
    pub members: BTreeMap<String, StreamsMember>,
    /// What each member is to have.
    pub target: BTreeMap<String, Tasks>,
    /// What the application consists of.
    pub topology: Option<Topology>,
}

/// A member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamsMember {
    /// The id of a static member.
    pub instance_id: Option<String>,
    /// Its rack.
    pub rack_id: Option<String>,
    /// The client's name for itself.
    pub client_id: String,
    /// Where it connected from.
    pub client_host: String,
    /// How long it may take to give tasks up, in milliseconds, or -1.
    pub rebalance_timeout_ms: i32,
    /// The epoch of its topology.
    pub topology_epoch: i32,
    /// The process that it is a thread of.
    pub process_id: String,
    /// Where the application answers queries.
    pub user_endpoint: Option<(String, u16)>,
    /// What it is tagged with.
    pub client_tags: BTreeMap<String, String>,
    /// How far it is.
    pub progress: MemberProgress,
    /// What it has.
    pub tasks: Tasks,
    /// What it has to give up.
    pub pending_revocation: Tasks,
}

/// Tasks: partitions by subtopology.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    /// Those that process.
    pub active: BTreeMap<String, Vec<i32>>,
    /// Those that keep a copy of the state.
    pub standby: BTreeMap<String, Vec<i32>>,
    /// Those that fetch the state in order to take over.
    pub warmup: BTreeMap<String, Vec<i32>>,
}

/// What an application consists of (`StreamsGroupTopologyValue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// Rises when it changes.
    pub epoch: i32,
    /// Its parts by id.
    pub subtopologies: BTreeMap<String, Subtopology>,
}

/// A part of an application, whose tasks go by the partitions of its source topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subtopology {
    /// The topics that it reads.
    pub source_topics: Vec<String>,
    /// The same by regular expression.
    pub source_topic_regex: Vec<String>,
    /// The topics that hold its state.
    pub state_changelog_topics: Vec<String>,
    /// The topics between parts that it writes.
    pub repartition_sink_topics: Vec<String>,
    /// The topics between parts that it reads.
    pub repartition_source_topics: Vec<String>,
}

impl StreamsGroup {
    /// `Empty`, `NotReady`, `Assigning`, `Reconciling` or `Stable` (`StreamsGroup.maybeUpdateGroupState`).
    /// Whether all topics are there a coordinator finds out anew; here counts what it has noted.
    pub fn state(&self) -> &'static str {
        let Epochs { group, assignment, .. } = self.epochs;
        let ready =
            self.topology.as_ref().is_some_and(|topology| topology.epoch == self.validated_topology_epoch);
        if self.members.is_empty() {
            "Empty"
        } else if !ready {
            "NotReady"
        } else if group > assignment {
            "Assigning"
        } else if self.members.values().all(|member| member.progress.is_reconciled_to(assignment)) {
            "Stable"
        } else {
            "Reconciling"
        }
    }

    /// Whether the application reads a topic, while somebody runs it.
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        let subtopologies = self.topology.iter().flat_map(|topology| topology.subtopologies.values());
        !self.members.is_empty()
            && subtopologies
                .flat_map(|part| part.source_topics.iter().chain(&part.repartition_source_topics))
                .any(|name| name == topic)
    }
}

impl StreamsMember {
    /// Sets what the member has said of itself.
    pub(super) fn describe(&mut self, value: &records::streams_group_member_metadata_value::Root<'_>) {
        self.instance_id = decode::owned_option(&value.instance_id);
        self.rack_id = decode::owned_option(&value.rack_id);
        self.client_id = decode::owned(&value.client_id);
        self.client_host = decode::owned(&value.client_host);
        self.rebalance_timeout_ms = value.rebalance_timeout_ms;
        self.topology_epoch = value.topology_epoch;
        self.process_id = decode::owned(&value.process_id);
        self.user_endpoint =
            value.user_endpoint.as_ref().map(|endpoint| (decode::owned(&endpoint.host), endpoint.port));
        let tags = value.client_tags.iter();
        self.client_tags = tags.map(|tag| (decode::owned(&tag.key), decode::owned(&tag.value))).collect();
    }

    /// Sets what the member has.
    pub(super) fn assign(
        &mut self,
        value: &records::streams_group_current_member_assignment_value::Root<'_>,
    ) {
        use records::streams_group_current_member_assignment_value::TaskIds;
        let read = |tasks: &[TaskIds<'_>]| {
            tasks.iter().map(|task| ids(&task.subtopology_id, &task.partitions)).collect()
        };
        self.progress = MemberProgress {
            epoch: value.member_epoch,
            previous_epoch: value.previous_member_epoch,
            state: value.state,
        };
        self.tasks = Tasks {
            active: read(&value.active_tasks),
            standby: read(&value.standby_tasks),
            warmup: read(&value.warmup_tasks),
        };
        self.pending_revocation = Tasks {
            active: read(&value.active_tasks_pending_revocation),
            standby: read(&value.standby_tasks_pending_revocation),
            warmup: read(&value.warmup_tasks_pending_revocation),
        };
    }

    /// The member has nothing and leaves.
    pub(super) fn unassign(&mut self) {
        self.progress = MemberProgress::default();
        self.tasks = Tasks::default();
        self.pending_revocation = Tasks::default();
    }
}

impl Tasks {
    pub(super) fn from_record(
        value: &records::streams_group_target_assignment_member_value::Root<'_>,
    ) -> Self {
        use records::streams_group_target_assignment_member_value::TaskIds;
        let read = |tasks: &[TaskIds<'_>]| {
            tasks.iter().map(|task| ids(&task.subtopology_id, &task.partitions)).collect()
        };
        Self {
            active: read(&value.active_tasks),
            standby: read(&value.standby_tasks),
            warmup: read(&value.warmup_tasks),
        }
    }
}

impl Topology {
    pub(super) fn from_record(value: &records::streams_group_topology_value::Root<'_>) -> Self {
        let names = |names: &[Str<'_>]| names.iter().map(decode::owned).collect();
        let subtopology = |part: &records::streams_group_topology_value::Subtopology<'_>| {
            let read = Subtopology {
                source_topics: names(&part.source_topics),
                source_topic_regex: names(&part.source_topic_regex),
                state_changelog_topics: part
                    .state_changelog_topics
                    .iter()
                    .map(|topic| decode::owned(&topic.name))
                    .collect(),
                repartition_sink_topics: names(&part.repartition_sink_topics),
                repartition_source_topics: part
                    .repartition_source_topics
                    .iter()
                    .map(|topic| decode::owned(&topic.name))
                    .collect(),
            };
            (decode::owned(&part.subtopology_id), read)
        };
        Self { epoch: value.epoch, subtopologies: value.subtopologies.iter().map(subtopology).collect() }
    }
}

fn ids(subtopology: &Str<'_>, partitions: &Array<'_, i32>) -> (String, Vec<i32>) {
    (decode::owned(subtopology), decode::list(partitions))
}
