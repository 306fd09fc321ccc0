//! OffsetCommit, versions 2 to 10.
//!
//! - 2 to 4: the client says for how long; since 6: leader epochs; since 7: static members; since 9: a group that is
//!   not there may be called so; since 10: topics by id.

use crate::broker::exchange::Exchange;
use crate::codec::error_codes::codes;
use crate::codec::messages::groups::offset_commit_request::{OffsetCommitRequestPartition, Root as Request};
use crate::codec::messages::groups::offset_commit_response::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic, Root as Response,
};
use crate::codec::wire::Uuid;
use crate::state::cluster::Image;
use crate::state::coordinator::requests::{Commit, Offset, Speaker};

use super::{optional, text};

const TOPIC_IDS_SINCE: i16 = 10;
const GROUP_ID_NOT_FOUND_SINCE: i16 = 9;

/// Answers OffsetCommit.
pub fn answer<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let image = exchange.broker.metadata.image();
    let mut commit = Commit {
        speaker: Speaker {
            group_id: text(&request.group_id),
            generation: request.generation_id_or_member_epoch,
            member_id: text(&request.member_id),
            group_instance_id: optional(&request.group_instance_id),
        },
        retention_time_ms: request.retention_time_ms,
        knows_group_id_not_found: exchange.version >= GROUP_ID_NOT_FOUND_SINCE,
        offsets: Vec::new(),
    };
    // An error code for each partition; none where the coordinator is asked.
    let mut refused: Vec<Option<i16>> = Vec::new();
    for topic in &request.topics {
        let found = find(&image, exchange.version, &topic.name.to_text(), topic.topic_id);
        for partition in &topic.partitions {
            match &found {
                Ok(topic) if topic.partitions.contains_key(&partition.partition_index) => {
                    commit.offsets.push(offset(&topic.name, topic.id, partition));
                    refused.push(None);
                }
                Ok(_) => refused.push(Some(codes::UNKNOWN_TOPIC_OR_PARTITION)),
                Err(code) => refused.push(Some(*code)),
            }
        }
    }
    let mut committed = committed(exchange, &commit).into_iter();
    let mut codes_of = refused.into_iter().map(|refused| match refused {
        Some(code) => code,
        None => committed.next().unwrap_or(codes::UNKNOWN_SERVER_ERROR),
    });
    let topics = request.topics.into_iter().map(|topic| OffsetCommitResponseTopic {
        name: topic.name,
        topic_id: topic.topic_id,
        partitions: topic
            .partitions
            .iter()
            .zip(codes_of.by_ref())
            .map(|(partition, error_code)| OffsetCommitResponsePartition {
                partition_index: partition.partition_index,
                error_code,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    Response { topics: topics.collect(), ..Default::default() }
}

/// A topic by the name or id that a client gives.
fn find<'i>(
    image: &'i Image,
    version: i16,
    name: &str,
    id: Uuid,
) -> Result<&'i crate::state::cluster::topics::Topic, i16> {
    if version >= TOPIC_IDS_SINCE {
        image.topics.by_id(id).ok_or(codes::UNKNOWN_TOPIC_ID)
    } else {
        image.topics.by_name(name).ok_or(codes::UNKNOWN_TOPIC_OR_PARTITION)
    }
}

fn offset(topic: &str, topic_id: Uuid, partition: &OffsetCommitRequestPartition<'_>) -> Offset {
    Offset {
        topic: topic.to_owned(),
        topic_id,
        partition: partition.partition_index,
        offset: partition.committed_offset,
        leader_epoch: partition.committed_leader_epoch,
        metadata: optional(&partition.committed_metadata).unwrap_or_default(),
    }
}

/// An error code for each offset.
fn committed(exchange: &Exchange<'_>, commit: &Commit) -> Vec<i16> {
    if commit.offsets.is_empty() {
        return Vec::new();
    }
    let groups = &exchange.broker.groups;
    let outcome = groups
        .write(exchange, &commit.speaker.group_id, |coordinator, world| coordinator.commit(world, commit));
    outcome.and_then(|outcome| outcome).unwrap_or_else(|code| vec![code; commit.offsets.len()])
}
