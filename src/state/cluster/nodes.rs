//! Brokers and controllers.

use std::collections::BTreeMap;

use crate::codec::messages::metadata_records::{register_broker_record, register_controller_record};
use crate::codec::wire::Uuid;
use crate::state::decode;

/// A registered broker (`BrokerRegistration`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// The epoch of its registration.
    pub epoch: i64,
    /// Another one each time its process starts.
    pub incarnation_id: Uuid,
    /// Where it listens, by the listener's name.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// The levels of features that it can work with, by name.
    pub features: BTreeMap<String, Levels>,
    /// The rack, as its configuration names it.
    pub rack: Option<String>,
    /// It may not lead or be read from.
    pub fenced: bool,
    /// It has asked to be shut down.
    pub in_controlled_shutdown: bool,
    /// It is a broker of a ZooKeeper cluster on its way to KRaft (KIP-866).
    pub is_migrating_zk_broker: bool,
    /// Its log directories that work, in rising order (KIP-858).
    pub log_dirs: Vec<Uuid>,
    /// Those that take no new partitions (KIP-1066), where the broker says so.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
}

/// A registered controller (`ControllerRegistration`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Controller {
    /// Another one each time its process starts.
    pub incarnation_id: Uuid,
    /// It could take over from ZooKeeper.
    pub zk_migration_ready: bool,
    /// Where it listens, by the listener's name.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// The levels of features that it can work with, by name.
    pub features: BTreeMap<String, Levels>,
}

/// Where a node listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The host to connect to.
    pub host: String,
    /// The port to connect to.
    pub port: u16,
    /// How it is secured (`SecurityProtocol`).
    pub security_protocol: i16,
}

/// The levels of a feature that a node can work with, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// The lowest.
    pub min: i16,
    /// The highest.
    pub max: i16,
}

impl Broker {
    /// The broker that a record registers.
    pub(super) fn from_record(record: &register_broker_record::Root<'_>) -> Self {
        let endpoints = record.end_points.iter().map(|endpoint| {
            let (host, port) = (decode::owned(&endpoint.host), endpoint.port);
            let security_protocol = endpoint.security_protocol;
            (decode::owned(&endpoint.name), Endpoint { host, port, security_protocol })
        });
        let features = record.features.iter().map(|feature| {
            let levels = Levels { min: feature.min_supported_version, max: feature.max_supported_version };
            (decode::owned(&feature.name), levels)
        });
        Self {
            epoch: record.broker_epoch,
            incarnation_id: record.incarnation_id,
            endpoints: endpoints.collect(),
            features: features.collect(),
            rack: decode::owned_option(&record.rack),
            fenced: record.fenced,
            in_controlled_shutdown: record.in_controlled_shutdown,
            is_migrating_zk_broker: record.is_migrating_zk_broker,
            log_dirs: sorted(decode::list(&record.log_dirs)),
            cordoned_log_dirs: record.cordoned_log_dirs.as_ref().map(|dirs| sorted(decode::list(dirs))),
        }
    }
}

impl Controller {
    /// The controller that a record registers.
    pub(super) fn from_record(record: &register_controller_record::Root<'_>) -> Self {
        let endpoints = record.end_points.iter().map(|endpoint| {
            let (host, port) = (decode::owned(&endpoint.host), endpoint.port);
            let security_protocol = endpoint.security_protocol;
            (decode::owned(&endpoint.name), Endpoint { host, port, security_protocol })
        });
        let features = record.features.iter().map(|feature| {
            let levels = Levels { min: feature.min_supported_version, max: feature.max_supported_version };
            (decode::owned(&feature.name), levels)
        });
        Self {
            incarnation_id: record.incarnation_id,
            zk_migration_ready: record.zk_migration_ready,
            endpoints: endpoints.collect(),
            features: features.collect(),
        }
    }
}

/// Directories in rising order, as Kafka keeps them.
pub(super) fn sorted(mut directories: Vec<Uuid>) -> Vec<Uuid> {
    directories.sort_unstable();
    directories
}
