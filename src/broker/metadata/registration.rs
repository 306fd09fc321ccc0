//! What is written at start: the features of a new cluster, this controller and this broker, and that it leads
//! its partitions.

use std::path::Path;

use super::{Change, Metadata, MetadataError, snapshot};
use crate::broker::handlers::features::{FEATURES, Feature, KRAFT_VERSION, METADATA_VERSION};
use crate::broker::node::Node;
use crate::codec::messages::metadata_records::{
    begin_transaction_record, broker_registration_change_record, config_record, end_transaction_record,
    feature_level_record, partition_change_record, register_broker_record, register_controller_record,
};
use crate::codec::wire::{Array, Str, Uuid};
use crate::state::cluster::Image;
use crate::state::cluster::settings::ConfigResource;

/// The version of the broker's record with directories that may be cordoned (metadata.version 4.3).
const BROKER_VERSION: i16 = 4;
/// Of the change of a registration, as far as it tells that the broker is not fenced.
const CHANGE_VERSION: i16 = 0;
/// `BrokerRegistrationFencingChange.UNFENCE`.
const UNFENCE: i8 = -1;
/// The partition's change with directories and eligible leaders (KIP-966).
const PARTITION_CHANGE_VERSION: i16 = 2;
/// `SecurityProtocol.PLAINTEXT`.
const PLAINTEXT: i16 = 0;

impl Metadata {
    /// Writes the bootstrap records of a new cluster, then registers this node and takes over its partitions. It does not
    /// wait for the disk, as nothing is lost with it: the first change does, or [`Metadata::flush`] soon after the start.
    ///
    /// # Errors
    /// The log does not take them.
    pub fn register(&self, node: &Node) -> Result<(), MetadataError> {
        self.prepare(|image, _, change| {
            if image.features.is_empty() {
                bootstrap(change);
            }
        })?;
        let incarnation_id = random_id();
        self.prepare(|_, _, change| change.push(&controller(node, incarnation_id), 0))?;
        let epoch = self.prepare(|_, offset, change| {
            change.push(&broker(node, incarnation_id, offset), BROKER_VERSION);
            let unfenced = broker_registration_change_record::Root {
                broker_id: node.id,
                broker_epoch: offset,
                fenced: UNFENCE,
                ..Default::default()
            };
            change.push(&unfenced, CHANGE_VERSION);
            offset
        })?;
        node.set_broker_epoch(epoch);
        self.prepare(|image, _, change| lead(image, node.id, change))
    }
}

/// A new id, with the version bits of a random UUID.
pub fn random_id() -> Uuid {
    let mut id = [0; 16];
    loop {
        // Without a source of randomness, the clock is the best there is.
        if getrandom::fill(&mut id).is_err() {
            id = (crate::broker::clock::now_ms() as u128).to_be_bytes();
        }
        if let Some(byte) = id.get_mut(6) {
            *byte = *byte & 0x0f | 0x40;
        }
        if let Some(byte) = id.get_mut(8) {
            *byte = *byte & 0x3f | 0x80;
        }
        // An id that begins with a hyphen looks like a flag on a command line (`Uuid.randomUuid`).
        if !crate::codec::meaning::uuid::uuid(&id).starts_with('-') {
            return Uuid(id);
        }
    }
}

/// Writes what a new directory has besides its log.
///
/// # Errors
/// It cannot be written.
pub fn format(data: &Path, node: &Node) -> Result<(), MetadataError> {
    let mut change = Change::default();
    features(&mut change);
    snapshot::write_first(data, node, &change.finish()?)
}

fn bootstrap(change: &mut Change) {
    let name = Some(Str::from("Bootstrap records"));
    change.push(&begin_transaction_record::Root { name, ..Default::default() }, 0);
    features(change);
    // With eligible leader replicas, the number of replicas to be in sync is the cluster's (KIP-966).
    let record = config_record::Root {
        resource_type: ConfigResource::BROKER,
        name: Str::from("min.insync.replicas"),
        value: Some(Str::from("1")),
        ..Default::default()
    };
    change.push(&record, 0);
    change.push(&end_transaction_record::Root::default(), 0);
}

/// The features of a new cluster, that of the metadata first: it says how the rest is to be read.
fn features(change: &mut Change) {
    let (first, others): (Vec<&Feature>, Vec<&Feature>) = FEATURES
        .iter()
        .filter(|feature| feature.name != KRAFT_VERSION)
        .partition(|feature| feature.name == METADATA_VERSION);
    for feature in first.into_iter().chain(others) {
        let record = feature_level_record::Root {
            name: Str::from(feature.name),
            feature_level: feature.max,
            ..Default::default()
        };
        change.push(&record, 0);
    }
}

fn controller(node: &Node, incarnation_id: Uuid) -> register_controller_record::Root<'static> {
    let (host, port) = &node.controller;
    register_controller_record::Root {
        controller_id: node.id,
        incarnation_id,
        end_points: vec![register_controller_record::ControllerEndpoint {
            name: Str::from("CONTROLLER"),
            host: Str::from(host.clone()),
            port: *port,
            security_protocol: PLAINTEXT,
            ..Default::default()
        }],
        features: FEATURES
            .iter()
            .map(|feature| register_controller_record::ControllerFeature {
                name: Str::from(feature.name),
                min_supported_version: feature.min,
                max_supported_version: feature.max,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    }
}

fn broker(node: &Node, incarnation_id: Uuid, broker_epoch: i64) -> register_broker_record::Root<'static> {
    register_broker_record::Root {
        broker_id: node.id,
        incarnation_id,
        broker_epoch,
        end_points: node
            .advertised
            .iter()
            .map(|address| register_broker_record::BrokerEndpoint {
                name: Str::from(address.listener.clone()),
                host: Str::from(address.host.clone()),
                port: address.port,
                security_protocol: PLAINTEXT,
                ..Default::default()
            })
            .collect(),
        features: FEATURES
            .iter()
            .map(|feature| register_broker_record::BrokerFeature {
                name: Str::from(feature.name),
                min_supported_version: feature.min,
                max_supported_version: feature.max,
                ..Default::default()
            })
            .collect(),
        rack: node.rack.clone().map(Str::from),
        fenced: true,
        log_dirs: Array::from(vec![node.directory_id]),
        ..Default::default()
    }
}

/// Makes this node the leader of every partition that it has a replica of and nobody leads.
fn lead(image: &Image, node_id: i32, change: &mut Change) {
    for topic in image.topics.iter() {
        for (&partition_id, partition) in &topic.partitions {
            let led = partition.leader == node_id && partition.isr.contains(&node_id);
            if led || !partition.replicas.contains(&node_id) {
                continue;
            }
            let had_eligible = !partition.eligible_leader_replicas.is_empty();
            let record = partition_change_record::Root {
                partition_id,
                topic_id: topic.id,
                isr: Some(Array::from(vec![node_id])),
                leader: node_id,
                eligible_leader_replicas: had_eligible.then(|| Array::from(Vec::new())),
                ..Default::default()
            };
            change.push(&record, PARTITION_CHANGE_VERSION);
        }
    }
}
