//! CreatePartitions, versions 0 to 3, which differ in nothing that is seen here: 2 is the first flexible one, and since 3 a client
//! that asks for too much at once would get `THROTTLING_QUOTA_EXCEEDED`.

use std::collections::BTreeSet;

use super::create::repeated;
use super::{PARTITIONS_PER_REQUEST_MAX, Placement, assignment, record_partitions};
use crate::broker::exchange::Exchange;
use crate::broker::failure::{Failure, outcome};
use crate::broker::metadata::Change;
use crate::codec::error_codes::codes;
use crate::codec::messages::topics::create_partitions_request::{CreatePartitionsTopic, Root as Request};
use crate::codec::messages::topics::create_partitions_response::{
    CreatePartitionsTopicResult, Root as Response,
};
use crate::state::cluster::Image;
use crate::state::cluster::topics::Topic;

/// Answers CreatePartitions.
pub fn create_partitions<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let grown = exchange.broker.metadata.change(|image, change| {
        let mut scratch = Change::default();
        let change = if request.validate_only { &mut scratch } else { change };
        let repeated = repeated(request.topics.iter().map(|topic| &topic.name));
        let mut answered = BTreeSet::new();
        let mut results = Vec::new();
        for asked in &request.topics {
            if !answered.insert(&asked.name) {
                continue;
            }
            let grown = if repeated.contains(&asked.name) {
                Err(Failure::new(codes::INVALID_REQUEST, "Duplicate topic name."))
            } else {
                grow(exchange, image, asked, change)
            };
            results.push(result(asked, &grown));
        }
        results
    });
    let results = grown.unwrap_or_else(|_| {
        request.topics.iter().map(|asked| result(asked, &Err(Failure::storage()))).collect()
    });
    exchange.broker.groups.follow(exchange.broker);
    Response { results, ..Default::default() }
}

fn grow(
    exchange: &Exchange<'_>,
    image: &Image,
    asked: &CreatePartitionsTopic<'_>,
    change: &mut Change,
) -> Result<(), Failure> {
    let topic = image
        .topics
        .by_name(&asked.name.to_text())
        .ok_or(const { Failure::bare(codes::UNKNOWN_TOPIC_OR_PARTITION) })?;
    let have = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
    let more = match asked.count {
        count if count == have => {
            return Err(Failure::new(
                codes::INVALID_PARTITIONS,
                format!("Topic already has {have} partition(s)."),
            ));
        }
        count if count < have => {
            let text = format!(
                "The topic {} currently has {have} partition(s); {count} would not be an increase.",
                topic.name
            );
            return Err(Failure::new(codes::INVALID_PARTITIONS, text));
        }
        count => usize::try_from(count.saturating_sub(have)).unwrap_or_default(),
    };
    let placements = placements(exchange, image, topic, asked, more)?;
    record_partitions(image, change, topic.id, have, placements);
    Ok(())
}

fn placements(
    exchange: &Exchange<'_>,
    image: &Image,
    topic: &Topic,
    asked: &CreatePartitionsTopic<'_>,
    more: usize,
) -> Result<Vec<Placement>, Failure> {
    let node = &exchange.broker.node;
    let replication = topic.partitions.values().next().map_or(1, |partition| partition.replicas.len());
    let Some(given) = &asked.assignments else {
        // Kafka fails here without a word, where CreateTopics names a policy.
        if more > PARTITIONS_PER_REQUEST_MAX {
            return Err(const { Failure::bare(codes::UNKNOWN_SERVER_ERROR) });
        }
        return assignment::place(image, node, more, replication);
    };
    if given.len() != more {
        let text = format!(
            "Attempted to add {more} additional partition(s), but only {} assignment(s) were specified.",
            given.len()
        );
        return Err(Failure::new(codes::INVALID_REPLICA_ASSIGNMENT, text));
    }
    given
        .iter()
        .map(|given| assignment::manual(image, node, given.broker_ids.iter().collect(), Some(replication)))
        .collect()
}

fn result<'a>(
    asked: &CreatePartitionsTopic<'a>,
    grown: &Result<(), Failure>,
) -> CreatePartitionsTopicResult<'a> {
    let (error_code, error_message) = outcome(grown);
    CreatePartitionsTopicResult { name: asked.name.clone(), error_code, error_message, ..Default::default() }
}
