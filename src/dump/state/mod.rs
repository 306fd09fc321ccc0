//! States as people and programs read them: a text of sections and tables, and JSON with Kafka's names.
//!
//! Secrets are never shown: keys and salts of SCRAM, and configurations whose names say so. Text that
//! comes from clients is cleaned of what a terminal would obey.

pub mod cluster;
mod cluster_json;
pub mod diff;
pub mod groups;
mod groups_json;
mod page;
pub mod producers;
pub mod remote_log;
pub mod share_partitions;
pub mod transactions;
mod words;

use crate::codec::wire::Uuid;
use crate::render::Style;
use crate::state::cluster::Image;

/// What else is known when a state is shown.
pub struct Context<'a> {
    /// The cluster, for the names of topics.
    pub image: Option<&'a Image>,
    /// The end of a partition's log by topic and partition, for lags.
    pub end_offset: &'a dyn Fn(&str, i32) -> Option<i64>,
    /// The time against which ages count, in milliseconds since 1970.
    pub now_ms: i64,
    /// Colours, and how wide the terminal is.
    pub style: Style,
}

impl Context<'_> {
    /// The name of a topic, or its id where there is no name.
    fn topic(&self, id: Uuid) -> String {
        let name = self.image.and_then(|image| image.topics.by_id(id)).map(|topic| words::clean(&topic.name));
        name.unwrap_or_else(|| words::uuid(id))
    }

    /// How far an offset is behind the end of the log. It is below 0 where the offset is beyond the end, as after
    /// records were lost: kafka-consumer-groups shows it so, and at 0 nobody would see it.
    fn lag(&self, topic: &str, partition: i32, offset: i64) -> Option<i64> {
        (self.end_offset)(topic, partition).map(|end| end.saturating_sub(offset))
    }
}
