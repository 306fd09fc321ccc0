//! How configurations are recorded.

use crate::broker::metadata::Change;
use crate::codec::messages::metadata_records::{clear_elr_record, config_record};
use crate::codec::wire::Str;
use crate::state::cluster::Image;

/// What a partition's in-sync replicas are counted against, which eligible leader replicas depend on (KIP-966).
pub const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";

/// Records a value, or that it is no longer set.
pub fn set(change: &mut Change, resource_type: i8, resource: &str, name: &str, value: Option<&String>) {
    let record = config_record::Root {
        resource_type,
        resource_name: Str::from(resource),
        name: Str::from(name),
        value: value.map(|value| Str::from(value.as_str())),
        ..Default::default()
    };
    change.push(&record, 0);
}

/// Whether eligible leader replicas are switched on.
pub fn has_eligible_leaders(image: &Image) -> bool {
    image.features.get("eligible.leader.replicas.version").is_some_and(|level| *level > 0)
}

/// Behind the configurations of a topic; the empty name is all topics. Once its [`MIN_INSYNC_REPLICAS`] has changed, its eligible
/// leader replicas mean nothing any more.
pub fn after_topic<'n>(
    image: &Image,
    change: &mut Change,
    topic: &str,
    mut changed: impl Iterator<Item = &'n String>,
) {
    if has_eligible_leaders(image) && changed.any(|name| name == MIN_INSYNC_REPLICAS) {
        change.push(&clear_elr_record::Root { topic_name: Str::from(topic), ..Default::default() }, 0);
    }
}
