//! CreateTopics, DeleteTopics, CreatePartitions.

mod assignment;
mod create;
mod delete;
mod grow;

pub(super) use assignment::check as check_replicas;
pub use create::{create_topics, create_topics_as};
pub use delete::delete_topics;
pub use grow::create_partitions;

use crate::broker::metadata::Change;
use crate::codec::messages::metadata_records::partition_record;
use crate::codec::wire::Uuid;
use crate::state::cluster::Image;

/// The most partitions that one request may create (`ReplicationControlManager.MAX_PARTITIONS_PER_BATCH`).
const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;
/// `metadata.version`, as a feature.
const METADATA_VERSION: &str = "metadata.version";
/// The first `metadata.version` whose partitions name directories, and the first with eligible leader replicas.
const DIRECTORIES_SINCE: i16 = 17;
const ELIGIBLE_LEADERS_SINCE: i16 = 23;

/// The version in which partitions are recorded (`MetadataVersion.partitionRecordVersion`).
fn partition_record_version(image: &Image) -> i16 {
    match image.features.get(METADATA_VERSION).copied().unwrap_or(i16::MAX) {
        level if level >= ELIGIBLE_LEADERS_SINCE => 2,
        level if level >= DIRECTORIES_SINCE => 1,
        _ => 0,
    }
}

/// Where the replicas of a new partition are.
struct Placement {
    replicas: Vec<i32>,
    directories: Vec<Uuid>,
}

/// Records new partitions, numbered from `first` on: those who hold them are all in sync, and the first one leads.
fn record_partitions(
    image: &Image,
    change: &mut Change,
    topic_id: Uuid,
    first: i32,
    placements: Vec<Placement>,
) {
    let version = partition_record_version(image);
    for (partition_id, Placement { replicas, directories }) in (first..).zip(placements) {
        let leader = replicas.first().copied().unwrap_or(-1);
        let directories = if version == 0 { Vec::new() } else { directories };
        let record = partition_record::Root {
            partition_id,
            topic_id,
            isr: replicas.clone().into(),
            replicas: replicas.into(),
            leader,
            leader_epoch: 0,
            partition_epoch: 0,
            directories: directories.into(),
            ..Default::default()
        };
        change.push(&record, version);
    }
}
