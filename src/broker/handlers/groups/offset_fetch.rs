//! OffsetFetch, versions 1 to 10.
//!
//! - since 2: null asks for all topics, and errors of the group have a place; since 5: leader epochs; since 7: only offsets
//!   that no open transaction may change; since 8: several groups; since 9: members say who they are, which the
//!   classic protocol does not look at; since 10: topics by id.
//!
//! Of what was never committed the offset is -1, without an error; also where there is no such group.

use crate::broker::exchange::Exchange;
use crate::broker::groups::Coordinator;
use crate::codec::error_codes::codes;
use crate::codec::messages::groups::offset_fetch_request::Root as Request;
use crate::codec::messages::groups::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics, Root as Response,
};
use crate::codec::wire::{Str, Uuid};
use crate::state::cluster::Image;
use crate::state::groups::offsets::CommittedOffset;

use super::text;

const ERRORS_SINCE: i16 = 2;
const SEVERAL_SINCE: i16 = 8;
const TOPIC_IDS_SINCE: i16 = 10;
const NO_ID: Uuid = Uuid([0; 16]);

/// A topic that is asked for.
struct Asked<'a> {
    name: Str<'a>,
    id: Uuid,
    partitions: Vec<i32>,
}

/// Answers OffsetFetch.
pub fn answer<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let image = exchange.broker.metadata.image();
    let stable = request.require_stable;
    if exchange.version >= SEVERAL_SINCE {
        let groups = request.groups.into_iter().map(|group| {
            let topics = group.topics.map(|topics| {
                let asked = topics.into_iter().map(|topic| Asked {
                    name: topic.name,
                    id: topic.topic_id,
                    partitions: topic.partition_indexes.iter().collect(),
                });
                asked.collect()
            });
            of_group(exchange, &image, group.group_id, topics, stable)
        });
        return Response { groups: groups.collect(), ..Default::default() };
    }
    let topics = request.topics.map(|topics| {
        let asked = topics.into_iter().map(|topic| Asked {
            name: topic.name,
            id: NO_ID,
            partitions: topic.partition_indexes.iter().collect(),
        });
        asked.collect()
    });
    let group = of_group(exchange, &image, request.group_id, topics, stable);
    Response {
        topics: group.topics.into_iter().map(as_before).collect(),
        error_code: if exchange.version < ERRORS_SINCE { codes::NONE } else { group.error_code },
        ..Default::default()
    }
}

fn of_group<'a>(
    exchange: &Exchange<'a>,
    image: &Image,
    group_id: Str<'a>,
    asked: Option<Vec<Asked<'a>>>,
    stable: bool,
) -> OffsetFetchResponseGroup<'a> {
    let id = text(&group_id);
    let asked = asked.as_deref();
    let found = exchange.broker.groups.with(exchange, &id, |coordinator, _| {
        let found = Found { coordinator, image, id: &id, stable, by_id: exchange.version >= TOPIC_IDS_SINCE };
        match asked {
            Some(asked) => asked.iter().map(|topic| found.topic(topic)).collect(),
            None => found.all(),
        }
    });
    match found {
        Ok((topics, _)) => OffsetFetchResponseGroup { group_id, topics, ..Default::default() },
        Err(error_code) if exchange.version < ERRORS_SINCE => {
            // There is no other place for it.
            let topics = asked.unwrap_or_default().iter().map(|topic| OffsetFetchResponseTopics {
                name: topic.name.clone(),
                partitions: topic.partitions.iter().map(|index| failed(*index, error_code)).collect(),
                ..Default::default()
            });
            OffsetFetchResponseGroup { group_id, topics: topics.collect(), error_code, ..Default::default() }
        }
        Err(error_code) => OffsetFetchResponseGroup { group_id, error_code, ..Default::default() },
    }
}

/// What a group has committed, as it is answered.
struct Found<'f> {
    coordinator: &'f Coordinator,
    image: &'f Image,
    id: &'f str,
    stable: bool,
    by_id: bool,
}

impl Found<'_> {
    fn topic<'a>(&self, asked: &Asked<'a>) -> OffsetFetchResponseTopics<'a> {
        let topic = if self.by_id {
            self.image.topics.by_id(asked.id).map(|topic| (topic.name.clone(), topic.id))
        } else {
            let name = text(&asked.name);
            let id = self.image.topics.by_name(&name).map_or(NO_ID, |topic| topic.id);
            Some((name, id))
        };
        let partitions = asked.partitions.iter().map(|&index| match &topic {
            Some((name, id)) => self.partition(name.clone(), *id, index),
            None => failed(index, codes::UNKNOWN_TOPIC_ID),
        });
        OffsetFetchResponseTopics {
            name: asked.name.clone(),
            topic_id: asked.id,
            partitions: partitions.collect(),
            ..Default::default()
        }
    }

    fn partition(&self, topic: String, topic_id: Uuid, index: i32) -> OffsetFetchResponsePartitions<'static> {
        let place = (topic, index);
        if self.stable && self.coordinator.is_unstable(self.id, &place) {
            return failed(index, codes::UNSTABLE_OFFSET_COMMIT);
        }
        match self.coordinator.committed_of(self.id, &place) {
            Some(offset) if !is_of_another(offset, topic_id) => committed(index, offset),
            _ => failed(index, codes::NONE),
        }
    }

    fn all<'a>(&self) -> Vec<OffsetFetchResponseTopics<'a>> {
        let mut topics: Vec<OffsetFetchResponseTopics<'a>> = Vec::new();
        let mut last: Option<&str> = None;
        for (place, offset) in self.coordinator.committed(self.id).into_iter().flatten() {
            let (name, index) = place;
            let topic_id = self.image.topics.by_name(name).map_or(NO_ID, |topic| topic.id);
            if self.by_id && topic_id == NO_ID || is_of_another(offset, topic_id) {
                continue;
            }
            if last != Some(name) {
                last = Some(name);
                let name = if self.by_id { Str::default() } else { Str::from(name.clone()) };
                let topic_id = if self.by_id { topic_id } else { NO_ID };
                topics.push(OffsetFetchResponseTopics { name, topic_id, ..Default::default() });
            }
            if let Some(topic) = topics.last_mut() {
                topic.partitions.push(if self.stable && self.coordinator.is_unstable(self.id, place) {
                    failed(*index, codes::UNSTABLE_OFFSET_COMMIT)
                } else {
                    committed(*index, offset)
                });
            }
        }
        topics
    }
}

/// It was committed for a topic of that name that has been deleted since.
fn is_of_another(offset: &CommittedOffset, topic_id: Uuid) -> bool {
    offset.topic_id != NO_ID && topic_id != NO_ID && offset.topic_id != topic_id
}

fn committed(index: i32, offset: &CommittedOffset) -> OffsetFetchResponsePartitions<'static> {
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: offset.offset,
        committed_leader_epoch: offset.leader_epoch,
        metadata: Some(Str::from(offset.metadata.clone())),
        ..Default::default()
    }
}

fn failed(index: i32, error_code: i16) -> OffsetFetchResponsePartitions<'static> {
    OffsetFetchResponsePartitions {
        partition_index: index,
        committed_offset: -1,
        committed_leader_epoch: -1,
        metadata: Some(Str::default()),
        error_code,
        ..Default::default()
    }
}

/// The same in the structs of the versions with one group.
fn as_before(topic: OffsetFetchResponseTopics<'_>) -> OffsetFetchResponseTopic<'_> {
    let partitions = topic.partitions.into_iter().map(|partition| OffsetFetchResponsePartition {
        partition_index: partition.partition_index,
        committed_offset: partition.committed_offset,
        committed_leader_epoch: partition.committed_leader_epoch,
        metadata: partition.metadata,
        error_code: partition.error_code,
        ..Default::default()
    });
    OffsetFetchResponseTopic { name: topic.name, partitions: partitions.collect(), ..Default::default() }
}
