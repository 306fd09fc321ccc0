//! Groups of the classic protocol (`ClassicGroup`), and what consumers write for each other in it.

use std::collections::BTreeMap;

use crate::codec::messages::data::{consumer_protocol_assignment, consumer_protocol_subscription};
use crate::codec::messages::group_records::group_metadata_value;
use crate::state::decode;

/// The protocol type of consumers, whose subscriptions and assignments can be read.
const CONSUMER: &str = "consumer";

/// A group of the classic protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassicGroup {
    /// `consumer`, `connect` and so on; empty for a group that has only committed offsets.
    pub protocol_type: String,
    /// Rises with each rebalance.
    pub generation: i32,
    /// The protocol that the members agreed on; of consumers, the assignor: `range`.
    pub protocol: Option<String>,
    /// The member that assigns.
    pub leader: Option<String>,
    /// When the group entered its state, in milliseconds since 1970, or -1.
    pub state_timestamp: i64,
    /// The members by id.
    pub members: BTreeMap<String, ClassicMember>,
}

/// A member of a classic group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicMember {
    /// The id of a static member (KIP-345).
    pub group_instance_id: Option<String>,
    /// The client's name for itself.
    pub client_id: String,
    /// Where it connected from: `/10.0.0.7`.
    pub client_host: String,
    /// How long it may take to join again, in milliseconds, or -1.
    pub rebalance_timeout_ms: i32,
    /// After how many milliseconds without a heartbeat it is out.
    pub session_timeout_ms: i32,
    /// What it told the leader when it joined.
    pub subscription: Vec<u8>,
    /// What the leader gave it.
    pub assignment: Vec<u8>,
}

/// What a consumer wants (`ConsumerProtocolSubscription`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The topics.
    pub topics: Vec<String>,
    /// What it has already, by topic (KIP-429).
    pub owned_partitions: BTreeMap<String, Vec<i32>>,
    /// The generation in which it got that, or -1 (KIP-792).
    pub generation: i32,
    /// Its rack (KIP-881).
    pub rack_id: Option<String>,
    /// How many bytes its assignor has added.
    pub user_data: usize,
}

impl ClassicGroup {
    /// `Empty` or `Stable`, as a coordinator has it when it has loaded the group.
    pub fn state(&self) -> &'static str {
        if self.members.is_empty() { "Empty" } else { "Stable" }
    }

    /// There is nothing but committed offsets.
    pub fn is_simple(&self) -> bool {
        self.protocol_type.is_empty() && self.members.is_empty()
    }

    /// What a member wants, if it is a consumer and can be understood.
    pub fn subscription(&self, member: &ClassicMember) -> Option<Subscription> {
        if self.protocol_type == CONSUMER { subscription(&member.subscription) } else { None }
    }

    /// What a member has, by topic, if it is a consumer and can be understood. One that has not got an
    /// assignment yet has none.
    pub fn assignment(&self, member: &ClassicMember) -> Option<BTreeMap<String, Vec<i32>>> {
        if self.protocol_type != CONSUMER {
            return None;
        }
        if member.assignment.is_empty() {
            return Some(BTreeMap::new());
        }
        let read: consumer_protocol_assignment::Root<'_> = decode::prefixed(&member.assignment, true).ok()?;
        let mut topics: BTreeMap<String, Vec<i32>> = BTreeMap::new();
        for topic in &read.assigned_partitions {
            topics.entry(decode::owned(&topic.topic)).or_default().extend(topic.partitions.iter());
        }
        Some(topics)
    }

    pub(super) fn from_record(value: &group_metadata_value::Root<'_>) -> Self {
        let members = value.members.iter().map(|member| {
            let read = ClassicMember {
                group_instance_id: decode::owned_option(&member.group_instance_id),
                client_id: decode::owned(&member.client_id),
                client_host: decode::owned(&member.client_host),
                rebalance_timeout_ms: member.rebalance_timeout,
                session_timeout_ms: member.session_timeout,
                subscription: member.subscription.0.to_vec(),
                assignment: member.assignment.0.to_vec(),
            };
            (decode::owned(&member.member_id), read)
        });
        Self {
            protocol_type: decode::owned(&value.protocol_type),
            generation: value.generation,
            protocol: decode::owned_option(&value.protocol),
            leader: decode::owned_option(&value.leader),
            state_timestamp: value.current_state_timestamp,
            members: members.collect(),
        }
    }
}

/// The topics that a consumer wants. Of every version the beginning is version 0, and clients may know a newer one in part
/// only, so that is how Kafka reads it (`ClassicGroup.computeSubscribedTopics`).
pub fn topics(bytes: &[u8]) -> Option<Vec<String>> {
    let read: consumer_protocol_subscription::Root<'_> = decode::behind_version(bytes, 0).ok()?;
    Some(read.topics.iter().map(decode::owned).collect())
}

/// Reads what a consumer wants; its topics at least, where the rest is not what its version says.
pub fn subscription(bytes: &[u8]) -> Option<Subscription> {
    let read: Result<consumer_protocol_subscription::Root<'_>, _> = decode::prefixed(bytes, true);
    let read = read.or_else(|_| decode::behind_version(bytes, 0)).ok()?;
    let mut owned_partitions: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for topic in &read.owned_partitions {
        owned_partitions.entry(decode::owned(&topic.topic)).or_default().extend(topic.partitions.iter());
    }
    Some(Subscription {
        topics: read.topics.iter().map(decode::owned).collect(),
        owned_partitions,
        generation: read.generation_id,
        rack_id: decode::owned_option(&read.rack_id),
        user_data: read.user_data.map_or(0, |bytes| bytes.0.len()),
    })
}
