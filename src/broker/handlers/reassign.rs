//! ElectLeaders, AlterPartitionReassignments, ListPartitionReassignments: a partition whose replicas are all here has nothing to be
//! elected or moved.

use crate::broker::exchange::Exchange;
use crate::broker::failure::{Failure, outcome};
use crate::broker::handlers::topics;
use crate::codec::error_codes::codes;
use crate::codec::messages::topics::alter_partition_reassignments_request::{
    ReassignablePartition, Root as AlterRequest,
};
use crate::codec::messages::topics::alter_partition_reassignments_response::{
    ReassignablePartitionResponse, ReassignableTopicResponse, Root as AlterResponse,
};
use crate::codec::messages::topics::elect_leaders_request::Root as ElectRequest;
use crate::codec::messages::topics::elect_leaders_response::{
    PartitionResult, ReplicaElectionResult, Root as ElectResponse,
};
use crate::codec::messages::topics::list_partition_reassignments_request::Root as ListRequest;
use crate::codec::messages::topics::list_partition_reassignments_response::{
    OngoingPartitionReassignment, OngoingTopicReassignment, Root as ListResponse,
};
use crate::codec::wire::Str;
use crate::state::cluster::Image;
use crate::state::cluster::topics::{Partition, Topic};

/// `ElectionType`: of the first replica, and of whoever is left.
const ELECTIONS: [i8; 2] = [0, 1];

/// Answers ElectLeaders, versions 0 to 2.
///
/// | since | what |
/// |---|---|
/// | 1 | the type of the election, and a code for the whole; before, it was of the first replica |
pub fn elect_leaders<'a>(exchange: &Exchange<'a>, request: ElectRequest<'a>) -> ElectResponse<'a> {
    let image = exchange.broker.metadata.image();
    let kind = request.election_type;
    let is_known = ELECTIONS.contains(&kind);
    let result = |partition_id, failure: Failure| PartitionResult {
        partition_id,
        error_code: failure.code,
        error_message: failure.text(),
        ..Default::default()
    };
    let topics = match request.topic_partitions {
        // Of all partitions, those are told that have elected somebody.
        None => image
            .topics
            .iter()
            .map(|topic| ReplicaElectionResult { topic: Str::from(topic.name.clone()), ..Default::default() })
            .collect(),
        Some(topics) => topics
            .into_iter()
            .map(|asked| {
                let name = asked.topic.to_text();
                let topic = image.topics.by_name(&name);
                let partition = |index| match topic.map(|topic| topic.partitions.get(&index)) {
                    _ if !is_known => {
                        Failure::new(codes::INVALID_REQUEST, format!("Unknown election type {kind}"))
                    }
                    None => {
                        Failure::new(codes::UNKNOWN_TOPIC_OR_PARTITION, format!("No such topic as {name}"))
                    }
                    Some(None) => Failure::new(
                        codes::UNKNOWN_TOPIC_OR_PARTITION,
                        format!("No such partition as {name}-{index}"),
                    ),
                    Some(Some(_)) => Failure::new(
                        codes::ELECTION_NOT_NEEDED,
                        "The partition has the leader that it is to have.",
                    ),
                };
                let partitions =
                    asked.partitions.iter().map(|index| result(index, partition(index))).collect();
                ReplicaElectionResult {
                    topic: asked.topic.clone(),
                    partition_result: partitions,
                    ..Default::default()
                }
            })
            .collect(),
    };
    ElectResponse {
        error_code: if is_known { codes::NONE } else { codes::INVALID_REQUEST },
        replica_election_results: topics,
        ..Default::default()
    }
}

/// Answers AlterPartitionReassignments, versions 0 and 1; since 1 a client can say that the number of replicas must stay.
pub fn alter_partition_reassignments<'a>(
    exchange: &Exchange<'a>,
    request: AlterRequest<'a>,
) -> AlterResponse<'a> {
    let image = exchange.broker.metadata.image();
    let may_resize = request.allow_replication_factor_change;
    let responses = request.topics.into_iter().map(|asked| {
        let topic = image.topics.by_name(&asked.name.to_text());
        let partitions = asked.partitions.into_iter().map(|partition| {
            let (error_code, error_message) =
                outcome(&reassign(&image, topic, &asked.name, &partition, may_resize));
            let partition_index = partition.partition_index;
            ReassignablePartitionResponse { partition_index, error_code, error_message, ..Default::default() }
        });
        ReassignableTopicResponse {
            partitions: partitions.collect(),
            name: asked.name.clone(),
            ..Default::default()
        }
    });
    let responses: Vec<_> = responses.collect();
    AlterResponse {
        allow_replication_factor_change: may_resize,
        // Kafka's message is empty, and not null, where nothing was asked for.
        error_message: responses.is_empty().then(Str::default),
        responses,
        ..Default::default()
    }
}

fn reassign(
    image: &Image,
    topic: Option<&Topic>,
    name: &Str<'_>,
    asked: &ReassignablePartition<'_>,
    may_resize: bool,
) -> Result<(), Failure> {
    let unknown =
        |what: String| Failure::new(codes::UNKNOWN_TOPIC_OR_PARTITION, format!("Unable to find {what}."));
    let topic = topic.ok_or_else(|| unknown(format!("a topic named {}", name.to_text())))?;
    let index = asked.partition_index;
    let partition =
        topic.partitions.get(&index).ok_or_else(|| unknown(format!("partition {}:{index}", topic.name)))?;
    let Some(replicas) = &asked.replicas else {
        // What does not go on cannot be called off.
        return Err(const { Failure::bare(codes::NO_REASSIGNMENT_IN_PROGRESS) });
    };
    let replicas: Vec<i32> = replicas.iter().collect();
    topics::check_replicas(image, &replicas)?;
    if !may_resize && replicas.len() != partition.replicas.len() {
        let text = format!("The replication factor is {}, and may not change.", partition.replicas.len());
        return Err(Failure::new(codes::INVALID_REPLICATION_FACTOR, text));
    }
    if replicas == partition.replicas {
        return Ok(());
    }
    let text = "This node does not move partitions to others.";
    Err(Failure::new(codes::INVALID_REPLICA_ASSIGNMENT, text))
}

/// Answers ListPartitionReassignments, version 0. A directory that comes from a cluster may have some that go on.
pub fn list_partition_reassignments<'a>(
    exchange: &Exchange<'a>,
    request: ListRequest<'a>,
) -> ListResponse<'a> {
    let image = exchange.broker.metadata.image();
    let goes_on = |partition: &Partition| {
        !partition.adding_replicas.is_empty() || !partition.removing_replicas.is_empty()
    };
    let is_asked = |name: &str, index: i32| {
        request.topics.as_ref().is_none_or(|topics| {
            let mut of_topic = topics.iter().filter(|topic| topic.name.0 == name.as_bytes());
            of_topic.any(|topic| topic.partition_indexes.iter().any(|asked| asked == index))
        })
    };
    let mut topics = Vec::new();
    for topic in image.topics.iter() {
        let moving = topic
            .partitions
            .iter()
            .filter(|(index, partition)| goes_on(partition) && is_asked(&topic.name, **index));
        let partitions: Vec<_> = moving
            .map(|(index, partition)| OngoingPartitionReassignment {
                partition_index: *index,
                replicas: partition.replicas.clone().into(),
                adding_replicas: partition.adding_replicas.clone().into(),
                removing_replicas: partition.removing_replicas.clone().into(),
                ..Default::default()
            })
            .collect();
        if !partitions.is_empty() {
            let name = Str::from(topic.name.clone());
            topics.push(OngoingTopicReassignment { name, partitions, ..Default::default() });
        }
    }
    ListResponse { topics, error_message: None, ..Default::default() }
}
