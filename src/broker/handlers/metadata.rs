//! Metadata, versions 0 to 13.
//!
//! - 0: an empty list asks for all topics; since 1: null does, and an empty list asks for none.
//! - since 4: the client says whether topics may be created for it; since 10: topics by id; since 12 their names
//!   may be null; 13: an error for the whole response.

use crate::broker::exchange::Exchange;
use crate::broker::groups;
use crate::broker::handlers::{operations, topics};
use crate::broker::topic_name;
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata::metadata_request::{MetadataRequest, MetadataRequestTopic};
use crate::codec::messages::metadata::metadata_response::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use crate::codec::messages::topics::create_topics_request::{CreatableTopic, Root as CreateTopicsRequest};
use crate::codec::wire::{Array, Str, Uuid};
use crate::state::cluster::topics::{Partition, Topic};

/// Since which version topics may be asked for by their ids.
const IDS_SINCE: i16 = 12;

/// Topics, and where their leaders are.
pub fn answer<'a>(exchange: &Exchange<'a>, request: MetadataRequest<'a>) -> MetadataResponse<'a> {
    let wants_operations = request.include_topic_authorized_operations;
    let all = match &request.topics {
        None => true,
        Some(topics) => exchange.version == 0 && topics.is_empty(),
    };
    let may_create = (exchange.version < 4 || request.allow_auto_topic_creation)
        && exchange.broker.settings.get(crate::broker::config::keys::AUTO_CREATE_TOPICS_ENABLE);
    let mut image = exchange.broker.metadata.image();
    let mut answers = Vec::new();
    let wanted = request.topics.iter().flatten();
    let by_id = |topic: &MetadataRequestTopic<'_>| topic.name.is_none() || topic.topic_id != Uuid::default();
    // Versions 10 and 11 have the field, and Kafka answers nothing where it is used.
    let refused = exchange.version < IDS_SINCE && wanted.clone().any(by_id);
    if refused {
        answers.extend(wanted.map(|topic| MetadataResponseTopic {
            error_code: codes::INVALID_REQUEST,
            name: Some(topic.name.clone().unwrap_or_default()),
            topic_id: topic.topic_id,
            ..Default::default()
        }));
    }
    if all {
        answers.extend(image.topics.iter().map(|topic| known(exchange, topic, wants_operations)));
    }
    for wanted in request.topics.into_iter().flatten().filter(|_| !refused) {
        if wanted.topic_id != Uuid::default() {
            answers.push(match image.topics.by_id(wanted.topic_id) {
                Some(topic) => known(exchange, topic, wants_operations),
                None => MetadataResponseTopic {
                    error_code: codes::UNKNOWN_TOPIC_ID,
                    topic_id: wanted.topic_id,
                    ..Default::default()
                },
            });
            continue;
        }
        let name = wanted.name.unwrap_or_default();
        let text = name.to_text().into_owned();
        let mut found = image.topics.by_name(&text);
        let mut error_code = codes::UNKNOWN_TOPIC_OR_PARTITION;
        if found.is_none() && may_create {
            error_code = match create(exchange, &text) {
                Ok(()) => codes::UNKNOWN_TOPIC_OR_PARTITION,
                Err(code) => code,
            };
            image = exchange.broker.metadata.image();
            found = image.topics.by_name(&text);
        } else if found.is_none() && topic_name::check(&text).is_err() {
            error_code = codes::INVALID_TOPIC_EXCEPTION;
        }
        answers.push(match found {
            Some(topic) => known(exchange, topic, wants_operations),
            None => MetadataResponseTopic {
                error_code,
                is_internal: topic_name::is_internal(&text),
                name: Some(name),
                ..Default::default()
            },
        });
    }
    let node = &exchange.broker.node;
    let address = node.address(exchange.listener);
    MetadataResponse {
        brokers: vec![MetadataResponseBroker {
            node_id: node.id,
            host: Str::from(address.map(|address| address.host.clone()).unwrap_or_default()),
            port: address.map_or(-1, |address| i32::from(address.port)),
            rack: node.rack.clone().map(Str::from),
            ..Default::default()
        }],
        cluster_id: Some(Str::from(node.cluster_id.clone())),
        controller_id: node.id,
        topics: answers,
        cluster_authorized_operations: if request.include_cluster_authorized_operations {
            operations::CLUSTER
        } else {
            operations::NOT_ASKED
        },
        ..Default::default()
    }
}

/// Makes a topic that somebody asked for, as `num.partitions` and `default.replication.factor` say; that of the groups as
/// they need it.
fn create(exchange: &Exchange<'_>, name: &str) -> Result<(), i16> {
    let topic = if name == groups::topic::NAME {
        groups::topic::creatable(&exchange.broker.settings)
    } else {
        CreatableTopic {
            name: Str::from(name.to_owned()),
            num_partitions: -1,
            replication_factor: -1,
            ..Default::default()
        }
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let response = topics::create_topics(exchange, request);
    match response.topics.first().map_or(codes::UNKNOWN_SERVER_ERROR, |topic| topic.error_code) {
        // Somebody else was quicker.
        codes::NONE | codes::TOPIC_ALREADY_EXISTS => Ok(()),
        code => Err(code),
    }
}

fn known<'a>(exchange: &Exchange<'a>, topic: &Topic, wants_operations: bool) -> MetadataResponseTopic<'a> {
    MetadataResponseTopic {
        error_code: codes::NONE,
        name: Some(Str::from(topic.name.clone())),
        topic_id: topic.id,
        is_internal: topic_name::is_internal(&topic.name),
        partitions: topic
            .partitions
            .iter()
            .map(|(&index, partition)| of_partition(exchange, topic.id, index, partition))
            .collect(),
        topic_authorized_operations: if wants_operations { operations::TOPIC } else { operations::NOT_ASKED },
        ..Default::default()
    }
}

fn of_partition<'a>(
    exchange: &Exchange<'a>,
    topic_id: Uuid,
    index: i32,
    partition: &Partition,
) -> MetadataResponsePartition<'a> {
    let online = exchange.broker.partitions.get(topic_id, index).is_some_and(|replica| replica.log.is_some());
    let offline = if online { Vec::new() } else { partition.replicas.clone() };
    MetadataResponsePartition {
        error_code: if online { codes::NONE } else { codes::LEADER_NOT_AVAILABLE },
        partition_index: index,
        leader_id: if online { partition.leader } else { -1 },
        leader_epoch: partition.leader_epoch,
        replica_nodes: Array::from(partition.replicas.clone()),
        isr_nodes: Array::from(partition.isr.clone()),
        offline_replicas: Array::from(offline),
        ..Default::default()
    }
}
