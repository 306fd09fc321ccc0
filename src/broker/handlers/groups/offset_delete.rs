//! OffsetDelete, version 0 (KIP-496).

use std::collections::HashMap;

use crate::broker::exchange::Exchange;
use crate::codec::error_codes::codes;
use crate::codec::messages::groups::offset_delete_request::Root as Request;
use crate::codec::messages::groups::offset_delete_response::{
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic, Root as Response,
};

use super::{named, text};

/// Answers OffsetDelete.
pub fn answer<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let image = exchange.broker.metadata.image();
    let group_id = text(&request.group_id);
    let mut places = Vec::new();
    for topic in &request.topics {
        let name = text(&topic.name);
        let Some(known) = image.topics.by_name(&name) else { continue };
        let partitions = topic.partitions.iter().map(|partition| partition.partition_index);
        let here = partitions.filter(|index| known.partitions.contains_key(index));
        places.extend(here.map(|index| (name.clone(), index)));
    }
    let groups = &exchange.broker.groups;
    let deleted = named(&group_id).and_then(|()| {
        groups.write(exchange, &group_id, |coordinator, world| {
            coordinator.delete_offsets(world, &group_id, &places)
        })
    });
    let deleted = match deleted.and_then(|deleted| deleted) {
        Err(error_code) => return Response { error_code, ..Default::default() },
        Ok(deleted) => deleted,
    };
    let told: HashMap<(&str, i32), i16> =
        places.iter().zip(deleted).map(|((name, index), code)| ((name.as_str(), *index), code)).collect();
    let code_of = |topic: &str, index: i32| {
        told.get(&(topic, index)).copied().unwrap_or(codes::UNKNOWN_TOPIC_OR_PARTITION)
    };
    let topics = request.topics.into_iter().map(|topic| {
        let name = text(&topic.name);
        let partitions = topic.partitions.iter().map(|partition| OffsetDeleteResponsePartition {
            partition_index: partition.partition_index,
            error_code: code_of(&name, partition.partition_index),
            ..Default::default()
        });
        OffsetDeleteResponseTopic { partitions: partitions.collect(), name: topic.name, ..Default::default() }
    });
    Response { topics: topics.collect(), ..Default::default() }
}
