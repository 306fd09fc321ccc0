//! OffsetFetch, versions 1 to 10.
//!
//! - since 2: null asks for all topics, and errors of the group have a place; since 5: leader epochs; since 7: only offsets
//!   that no open transaction may change; since 8: several groups; since 9: members say who they are, which the
//!   classic protocol does not look at; since 10: topics by id.
//!
//! Of what was never committed the offset is -1, without an error; also where there is no such group.
//!
//! A request may ask for millions of partitions, so only so many are looked at in one turn of the coordinator. Who commits in
//! between may be seen or not, as with a commit while the request is on its way.

use std::ops::Bound;

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
/// So many partitions are looked at in one turn, which takes a few milliseconds.
const PLACES_AT_ONCE: usize = 5_000;

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
    let search = Search { exchange, image, id: &id, stable, by_id: exchange.version >= TOPIC_IDS_SINCE };
    let found = match asked {
        Some(asked) => search.of(asked),
        None => search.all(),
    };
    match found {
        Ok(topics) => OffsetFetchResponseGroup { group_id, topics, ..Default::default() },
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

/// Looks for what a group has committed, and for how that is answered.
struct Search<'s> {
    exchange: &'s Exchange<'s>,
    image: &'s Image,
    id: &'s str,
    stable: bool,
    by_id: bool,
}

/// A topic that is looked for.
struct Named {
    /// The topic and any partition: the key that is looked for, made once.
    place: (String, i32),
    /// The topic that has the name now.
    id: Uuid,
}

impl Search<'_> {
    /// Lets the coordinator have turns, of so many partitions each, until there is nothing more to look at.
    fn in_steps(&self, step: impl FnMut(&Coordinator) -> bool) -> Result<(), i16> {
        self.exchange.broker.groups.in_steps(self.exchange, self.id, step)
    }

    fn of<'a>(&self, asked: &[Asked<'a>]) -> Result<Vec<OffsetFetchResponseTopics<'a>>, i16> {
        let mut answers = Vec::with_capacity(asked.len());
        let mut topics = asked.iter().map(|topic| {
            let answer = OffsetFetchResponseTopics {
                name: topic.name.clone(),
                topic_id: topic.id,
                partitions: Vec::with_capacity(topic.partitions.len()),
                ..Default::default()
            };
            (self.named(topic), topic.partitions.iter(), answer)
        });
        let mut current = topics.next();
        self.in_steps(|coordinator| {
            let mut left = PLACES_AT_ONCE;
            while let Some((named, indexes, answer)) = &mut current {
                for &index in indexes.by_ref().take(left) {
                    left -= 1;
                    answer.partitions.push(match named {
                        Some(named) => self.partition(coordinator, named, index),
                        None => failed(index, codes::UNKNOWN_TOPIC_ID),
                    });
                }
                if left == 0 {
                    return true;
                }
                // There may be as many topics, without partitions.
                left -= 1;
                let whole = std::mem::replace(&mut current, topics.next());
                answers.extend(whole.map(|(_, _, answer)| answer));
            }
            false
        })?;
        Ok(answers)
    }

    fn named(&self, asked: &Asked<'_>) -> Option<Named> {
        if self.by_id {
            let topic = self.image.topics.by_id(asked.id)?;
            return Some(Named { place: (topic.name.clone(), 0), id: topic.id });
        }
        let name = text(&asked.name);
        let id = self.id_of(&name);
        Some(Named { place: (name, 0), id })
    }

    /// The id of the topic that has that name now.
    fn id_of(&self, name: &str) -> Uuid {
        self.image.topics.by_name(name).map_or(NO_ID, |topic| topic.id)
    }

    fn partition(
        &self,
        coordinator: &Coordinator,
        topic: &mut Named,
        index: i32,
    ) -> OffsetFetchResponsePartitions<'static> {
        topic.place.1 = index;
        if self.stable && coordinator.is_unstable(self.id, &topic.place) {
            return failed(index, codes::UNSTABLE_OFFSET_COMMIT);
        }
        match coordinator.committed_of(self.id, &topic.place) {
            Some(offset) if !is_of_another(offset, topic.id) => committed(index, offset),
            _ => failed(index, codes::NONE),
        }
    }

    fn all<'a>(&self) -> Result<Vec<OffsetFetchResponseTopics<'a>>, i16> {
        let mut topics: Vec<OffsetFetchResponseTopics<'a>> = Vec::new();
        // The topic that the last answer is of, and the last place that was looked at.
        let (mut current, mut behind): (Option<String>, Option<(String, i32)>) = (None, None);
        self.in_steps(|coordinator| {
            let Some(all) = coordinator.committed(self.id) else { return false };
            let begin = behind.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
            let mut left = all.range((begin, Bound::Unbounded));
            let mut last = None;
            for (place, offset) in left.by_ref().take(PLACES_AT_ONCE) {
                last = Some(place);
                let (name, index) = place;
                let topic_id = self.id_of(name);
                if self.by_id && topic_id == NO_ID || is_of_another(offset, topic_id) {
                    continue;
                }
                if current.as_ref() != Some(name) {
                    current = Some(name.clone());
                    let name = if self.by_id { Str::default() } else { Str::from(name.clone()) };
                    let topic_id = if self.by_id { topic_id } else { NO_ID };
                    topics.push(OffsetFetchResponseTopics { name, topic_id, ..Default::default() });
                }
                if let Some(topic) = topics.last_mut() {
                    topic.partitions.push(if self.stable && coordinator.is_unstable(self.id, place) {
                        failed(*index, codes::UNSTABLE_OFFSET_COMMIT)
                    } else {
                        committed(*index, offset)
                    });
                }
            }
            let more = left.next().is_some();
            behind = last.cloned();
            more
        })?;
        Ok(topics)
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
