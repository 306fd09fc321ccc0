//! DescribeTopicPartitions, version 0 (KIP-966): topics in the order of their names, and so many partitions at a time as the client and
//! `max.request.partition.size.limit` allow. The cursor says where the rest begins.

use std::collections::BTreeSet;

use crate::broker::config::{Effective, keys};
use crate::broker::exchange::Exchange;
use crate::broker::topic_name;
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata::describe_topic_partitions_request::{Root as Request, TopicRequest};
use crate::codec::messages::metadata::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic, Root as Response,
};
use crate::codec::wire::{Str, Uuid};
use crate::state::cluster::topics::{Partition, Topic};

/// What everybody may do with a topic where nobody is asked who he is: bits of `AclOperation`.
pub const TOPIC_OPERATIONS: i32 = 3576;

/// Answers DescribeTopicPartitions.
pub fn describe_topic_partitions<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let image = exchange.broker.metadata.image();
    let broker = Effective::new(&exchange.broker.settings, &image, exchange.broker.node.id);
    let (start, from) = match &request.cursor {
        Some(cursor) => (cursor.topic_name.to_text().into_owned(), cursor.partition_index),
        None => (String::new(), 0),
    };
    let asks_for_all = request.topics.is_empty();
    // A cursor that is none of this request is refused for each topic.
    let names_start = asks_for_all || request.topics.iter().any(|topic| topic.name.0 == start.as_bytes());
    if request.cursor.is_some() && (!names_start || from < 0) {
        return refused(request.topics, codes::INVALID_REQUEST);
    }
    if request.topics.iter().any(|topic| topic.name.0.is_empty()) {
        return refused(request.topics, codes::UNKNOWN_SERVER_ERROR);
    }
    let limit =
        request.response_partition_limit.min(broker.get(keys::MAX_REQUEST_PARTITION_SIZE_LIMIT)).max(1);
    let mut left = usize::try_from(limit).unwrap_or(1);
    let names: BTreeSet<String> = if asks_for_all {
        image.topics.iter().map(|topic| topic.name.clone()).collect()
    } else {
        request.topics.iter().map(|topic| topic.name.to_text().into_owned()).collect()
    };
    let mut topics = Vec::new();
    let mut next_cursor = None;
    for name in names.range(start.clone()..) {
        let Some(topic) = image.topics.by_name(name) else {
            topics.push(missing(name));
            continue;
        };
        let from = if *name == start { from } else { 0 };
        if left == 0 {
            next_cursor = Some(cursor(name, from));
            break;
        }
        let mut rest = topic.partitions.range(from..);
        let partitions: Vec<_> =
            rest.by_ref().take(left).map(|(index, one)| partition(exchange, topic.id, *index, one)).collect();
        left -= partitions.len();
        topics.push(described(topic, partitions));
        if let Some((index, _)) = rest.next() {
            next_cursor = Some(cursor(name, *index));
            break;
        }
    }
    Response { topics, next_cursor, ..Default::default() }
}

fn refused<'a>(topics: Vec<TopicRequest<'a>>, error_code: i16) -> Response<'a> {
    let topic = |topic: TopicRequest<'a>| DescribeTopicPartitionsResponseTopic {
        error_code,
        name: Some(topic.name),
        ..Default::default()
    };
    Response { topics: topics.into_iter().map(topic).collect(), ..Default::default() }
}

fn missing<'a>(name: &str) -> DescribeTopicPartitionsResponseTopic<'a> {
    let error_code =
        topic_name::check(name).map_or_else(|failure| failure.code, |()| codes::UNKNOWN_TOPIC_OR_PARTITION);
    DescribeTopicPartitionsResponseTopic {
        error_code,
        name: Some(Str::from(name.to_owned())),
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..Default::default()
    }
}

fn described<'a>(
    topic: &Topic,
    partitions: Vec<DescribeTopicPartitionsResponsePartition<'a>>,
) -> DescribeTopicPartitionsResponseTopic<'a> {
    DescribeTopicPartitionsResponseTopic {
        name: Some(Str::from(topic.name.clone())),
        topic_id: topic.id,
        is_internal: topic_name::is_internal(&topic.name),
        partitions,
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..Default::default()
    }
}

fn partition<'a>(
    exchange: &Exchange<'a>,
    topic_id: Uuid,
    index: i32,
    partition: &Partition,
) -> DescribeTopicPartitionsResponsePartition<'a> {
    let online = exchange.broker.partitions.get(topic_id, index).is_some_and(|replica| replica.log.is_some());
    let works = |id: &i32| *id == exchange.broker.node.id && online;
    let has_leader = works(&partition.leader);
    DescribeTopicPartitionsResponsePartition {
        error_code: if has_leader { codes::NONE } else { codes::LEADER_NOT_AVAILABLE },
        partition_index: index,
        leader_id: if has_leader { partition.leader } else { -1 },
        leader_epoch: partition.leader_epoch,
        replica_nodes: partition.replicas.clone().into(),
        isr_nodes: partition.isr.clone().into(),
        eligible_leader_replicas: Some(partition.eligible_leader_replicas.clone().into()),
        last_known_elr: Some(partition.last_known_elr.clone().into()),
        offline_replicas: partition.replicas.iter().copied().filter(|id| !works(id)).collect(),
        ..Default::default()
    }
}

fn cursor<'a>(topic: &str, partition_index: i32) -> Cursor<'a> {
    Cursor { topic_name: Str::from(topic.to_owned()), partition_index, ..Default::default() }
}
