//! DescribeConfigs, AlterConfigs, IncrementalAlterConfigs, ListConfigResources.

mod alter;
mod asked;
mod describe;
mod list;
mod loggers;
pub(super) mod record;

pub use alter::{alter_configs, incremental_alter_configs};
pub use describe::describe_configs;
pub use list::list_config_resources;

/// The types of resources that have configurations (`ConfigResource.Type`).
mod types {
    pub(super) use crate::state::cluster::settings::ConfigResource;
    pub(super) const TOPIC: i8 = ConfigResource::TOPIC;
    pub(super) const BROKER: i8 = ConfigResource::BROKER;
    pub(super) const BROKER_LOGGER: i8 = 8;
    pub(super) const CLIENT_METRICS: i8 = 16;
    pub(super) const GROUP: i8 = 32;
}
