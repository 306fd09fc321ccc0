//! Groups as JSON, with the names of Kafka's records.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Context, words};
use crate::codec::meaning::Meaning;
use crate::state::groups::classic::{self, ClassicGroup, Subscription};
use crate::state::groups::consumer::ConsumerGroup;
use crate::state::groups::offsets::{CommittedOffset, GroupOffsets};
use crate::state::groups::share::{ShareGroup, SharedTopic};
use crate::state::groups::streams::{StreamsGroup, Tasks, Topology};
use crate::state::groups::{Assignment, Epochs, Group, MemberProgress};

/// A group without its offsets.
pub(super) fn group(id: &str, group: &Group, context: &Context<'_>) -> Map<String, Value> {
    let mut shown = match group {
        Group::Classic(group) => classic(group),
        Group::Consumer(group) => consumer(group, context),
        Group::Share(group) => share(group, context),
        Group::Streams(group) => streams(group),
    };
    shown.insert("groupId".into(), json!(id));
    shown.insert("type".into(), json!(group.type_name()));
    shown.insert("state".into(), json!(group.state()));
    shown.insert("protocolType".into(), json!(group.protocol_type()));
    shown
}

/// Committed offsets.
pub(super) fn offsets(offsets: &GroupOffsets, context: &Context<'_>) -> Value {
    let one = |((topic, partition), offset): (&(String, i32), &CommittedOffset)| {
        let id = offset.topic_id;
        json!({
            "topic": topic, "partition": partition, "offset": offset.offset,
            "lag": context.lag(topic, *partition, offset.offset), "leaderEpoch": offset.leader_epoch,
            "metadata": offset.metadata, "commitTimestamp": offset.commit_timestamp,
            "expireTimestamp": offset.expire_timestamp,
            "topicId": (id.0 != [0; 16]).then(|| words::uuid(id)), "recordOffset": offset.record_offset,
        })
    };
    offsets.iter().map(one).collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn by_name(topics: &BTreeMap<String, Vec<i32>>) -> Value {
    topics.iter().map(|(topic, partitions)| json!({"topic": topic, "partitions": partitions})).collect()
}

fn by_id(topics: &Assignment, context: &Context<'_>) -> Value {
    let one = |(id, partitions): (&crate::codec::wire::Uuid, &Vec<i32>)| {
        let topic = context.image.and_then(|image| image.topics.by_id(*id));
        let name = topic.map(|topic| &topic.name);
        json!({"topicId": words::uuid(*id), "topicName": name, "partitions": partitions})
    };
    topics.iter().map(one).collect()
}

fn subscription(subscription: &Subscription) -> Value {
    json!({
        "topics": subscription.topics, "ownedPartitions": by_name(&subscription.owned_partitions),
        "generationId": subscription.generation, "rackId": subscription.rack_id,
    })
}

fn classic(group: &ClassicGroup) -> Map<String, Value> {
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|(id, member)| {
            json!({
                "memberId": id, "groupInstanceId": member.group_instance_id, "clientId": member.client_id,
                "clientHost": member.client_host, "rebalanceTimeout": member.rebalance_timeout_ms,
                "sessionTimeout": member.session_timeout_ms,
                "subscription": group.subscription(member).as_ref().map(subscription),
                "assignment": group.assignment(member).as_ref().map(by_name),
            })
        })
        .collect();
    object(json!({
        "generation": group.generation, "protocol": group.protocol, "leader": group.leader,
        "currentStateTimestamp": group.state_timestamp, "members": members,
    }))
}

fn epochs(epochs: &Epochs) -> Map<String, Value> {
    object(json!({
        "epoch": epochs.group, "metadataHash": epochs.metadata_hash, "assignmentEpoch": epochs.assignment,
        "assignmentTimestamp": epochs.assignment_timestamp,
    }))
}

fn add_progress(member: &mut Map<String, Value>, progress: &MemberProgress, meaning: Meaning) {
    member.insert("memberEpoch".into(), json!(progress.epoch));
    member.insert("previousMemberEpoch".into(), json!(progress.previous_epoch));
    member.insert("state".into(), json!(words::word(meaning, progress.state.into())));
}

fn consumer(group: &ConsumerGroup, context: &Context<'_>) -> Map<String, Value> {
    let mut shown = epochs(&group.epochs);
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|(id, member)| {
            let classic = member.classic.as_ref().map(|classic| {
                let protocols: Vec<Value> = classic
                    .protocols
                    .iter()
                    .map(|(name, bytes)| {
                        let read = classic::subscription(bytes);
                        json!({"name": name, "metadata": read.as_ref().map(subscription)})
                    })
                    .collect();
                json!({"sessionTimeoutMs": classic.session_timeout_ms, "supportedProtocols": protocols})
            });
            let mut one = object(json!({
                "memberId": id, "instanceId": member.instance_id, "rackId": member.rack_id,
                "clientId": member.client_id, "clientHost": member.client_host,
                "subscribedTopicNames": member.subscribed_topic_names,
                "subscribedTopicRegex": member.subscribed_topic_regex,
                "rebalanceTimeoutMs": member.rebalance_timeout_ms,
                "serverAssignor": member.server_assignor, "classicMemberMetadata": classic,
                "assignedPartitions": by_id(&member.assigned, context),
                "partitionsPendingRevocation": by_id(&member.pending_revocation, context),
                "targetAssignment": group.target.get(id).map(|target| by_id(target, context)),
            }));
            add_progress(&mut one, &member.progress, Meaning::ConsumerMemberState);
            Value::Object(one)
        })
        .collect();
    shown.insert("members".into(), Value::Array(members));
    let expressions = group.regular_expressions.iter().map(|(expression, resolved)| {
        json!({
            "regularExpression": expression, "topics": resolved.topics, "version": resolved.version,
            "timestamp": resolved.timestamp,
        })
    });
    shown.insert("regularExpressions".into(), expressions.collect());
    shown
}

fn share(group: &ShareGroup, context: &Context<'_>) -> Map<String, Value> {
    let mut shown = epochs(&group.epochs);
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|(id, member)| {
            let mut one = object(json!({
                "memberId": id, "rackId": member.rack_id, "clientId": member.client_id,
                "clientHost": member.client_host, "subscribedTopicNames": member.subscribed_topic_names,
                "assignedPartitions": by_id(&member.assigned, context),
                "targetAssignment": group.target.get(id).map(|target| by_id(target, context)),
            }));
            add_progress(&mut one, &member.progress, Meaning::ShareMemberState);
            Value::Object(one)
        })
        .collect();
    shown.insert("members".into(), Value::Array(members));
    let topics = |topics: &BTreeMap<crate::codec::wire::Uuid, SharedTopic>| -> Value {
        topics
            .iter()
            .map(|(id, topic)| {
                json!({
                    "topicId": words::uuid(*id), "topicName": topic.name, "partitions": topic.partitions,
                })
            })
            .collect()
    };
    shown.insert("initializingTopics".into(), topics(&group.partitions.initializing));
    shown.insert("initializedTopics".into(), topics(&group.partitions.initialized));
    let deleting = group.partitions.deleting.iter();
    let deleting = deleting.map(|(id, name)| json!({"topicId": words::uuid(*id), "topicName": name}));
    shown.insert("deletingTopics".into(), deleting.collect());
    shown
}

fn tasks(tasks: &Tasks) -> Value {
    let ids = |tasks: &BTreeMap<String, Vec<i32>>| -> Value {
        tasks.iter().map(|(id, partitions)| json!({"subtopologyId": id, "partitions": partitions})).collect()
    };
    json!({
        "activeTasks": ids(&tasks.active), "standbyTasks": ids(&tasks.standby),
        "warmupTasks": ids(&tasks.warmup),
    })
}

fn streams(group: &StreamsGroup) -> Map<String, Value> {
    let mut shown = epochs(&group.epochs);
    let members: Vec<Value> = group
        .members
        .iter()
        .map(|(id, member)| {
            let endpoint = member.user_endpoint.as_ref();
            let mut one = object(json!({
                "memberId": id, "instanceId": member.instance_id, "rackId": member.rack_id,
                "clientId": member.client_id, "clientHost": member.client_host,
                "rebalanceTimeoutMs": member.rebalance_timeout_ms, "topologyEpoch": member.topology_epoch,
                "processId": member.process_id, "clientTags": member.client_tags,
                "userEndpoint": endpoint.map(|(host, port)| json!({"host": host, "port": port})),
                "tasks": tasks(&member.tasks), "tasksPendingRevocation": tasks(&member.pending_revocation),
                "targetTasks": group.target.get(id).map(tasks),
            }));
            add_progress(&mut one, &member.progress, Meaning::StreamsMemberState);
            Value::Object(one)
        })
        .collect();
    shown.insert("members".into(), Value::Array(members));
    shown.insert("validatedTopologyEpoch".into(), json!(group.validated_topology_epoch));
    shown.insert("topology".into(), group.topology.as_ref().map_or(Value::Null, topology));
    shown
}

fn topology(topology: &Topology) -> Value {
    let parts = topology.subtopologies.iter().map(|(id, part)| {
        json!({
            "subtopologyId": id, "sourceTopics": part.source_topics,
            "sourceTopicRegex": part.source_topic_regex,
            "stateChangelogTopics": part.state_changelog_topics,
            "repartitionSinkTopics": part.repartition_sink_topics,
            "repartitionSourceTopics": part.repartition_source_topics,
        })
    });
    json!({"epoch": topology.epoch, "subtopologies": parts.collect::<Vec<_>>()})
}
