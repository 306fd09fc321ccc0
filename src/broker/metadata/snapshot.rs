//! Snapshots of the metadata (KIP-630): the image as records, in the order in which Kafka writes them, so
//! that none needs a later one.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::change::{self, Change, KeyValue};
use super::{MetadataError, control};
use crate::broker::clock;
use crate::broker::node::Node;
use crate::codec::messages::metadata_records::{
    access_control_entry_record, client_quota_record, config_record, delegation_token_record,
    feature_level_record, partition_record, producer_ids_record, register_broker_record,
    register_controller_record, topic_record, user_scram_credential_record,
};
use crate::codec::wire::{Array, Bytes, Str};
use crate::state::cluster::nodes::{Broker, Controller, Endpoint, Levels};
use crate::state::cluster::topics::{Partition, Topic};
use crate::state::cluster::{Cluster, Image};

const METADATA_VERSION: &str = "metadata.version";
const BROKER_VERSION: i16 = 4;
const PARTITION_VERSION: i16 = 2;
/// The epoch of batches in a snapshot.
const NO_EPOCH: i32 = 0;

/// Writes the snapshot that stands for the log before `end`, under its final name only when it is whole.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(directory: &Path, cluster: &Cluster, end: i64, epoch: i32) -> Result<(), MetadataError> {
    let path = directory.join(format!("{end:020}-{epoch:010}.checkpoint"));
    if path.exists() {
        return Ok(());
    }
    let quorum = cluster.quorum();
    let voters = if quorum.dynamic { control::recorded_voters(quorum)? } else { Vec::new() };
    write_file(&path, clock::now_ms(), voters, &records(cluster.image())?)
}

/// Writes what a new directory has besides its log: `bootstrap.checkpoint` with the features of the cluster, and the
/// first snapshot with the voters (`kafka-storage format --standalone`).
///
/// # Errors
/// They cannot be written.
pub(super) fn write_first(data: &Path, node: &Node, features: &[Vec<u8>]) -> Result<(), MetadataError> {
    let bootstrap = data.join("bootstrap.checkpoint");
    let directory = data.join(super::DIRECTORY);
    let first = directory.join(format!("{:020}-{:010}.checkpoint", 0, 0));
    fs::create_dir_all(&directory).map_err(|error| MetadataError::io(&directory, error))?;
    write_file(&first, clock::now_ms(), control::voters(node)?.into(), &[])?;
    write_file(&bootstrap, 0, Vec::new(), features)
}

/// Header and voters, records, footer.
fn write_file(
    path: &Path,
    last_contained_timestamp: i64,
    voters: Vec<KeyValue>,
    records: &[Vec<u8>],
) -> Result<(), MetadataError> {
    let part = path.with_extension("checkpoint.part");
    let failed = |error| MetadataError::io(&part, error);
    let now_ms = clock::now_ms();
    let mut file = File::create(&part).map_err(failed)?;
    let mut offset = 0;
    let mut header = vec![control::snapshot_header(last_contained_timestamp)?];
    header.extend(voters);
    put(&mut file, change::batch(&header, true, now_ms, NO_EPOCH)?, &mut offset).map_err(failed)?;
    for part in change::parts(records) {
        put(&mut file, change::batch(part, false, now_ms, NO_EPOCH)?, &mut offset).map_err(failed)?;
    }
    let footer = vec![control::snapshot_footer()?];
    put(&mut file, change::batch(&footer, true, now_ms, NO_EPOCH)?, &mut offset).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&part, path).map_err(failed)
}

/// Writes a batch behind the others; offsets of a snapshot count from 0.
fn put(file: &mut File, mut batch: Vec<u8>, offset: &mut i64) -> std::io::Result<()> {
    if let Some(place) = batch.first_chunk_mut() {
        *place = offset.to_be_bytes();
    }
    let next = crate::codec::records::batch::Batch::new(&batch).map(|batch| batch.next_offset());
    *offset = next.unwrap_or(*offset);
    file.write_all(&batch)
}

/// All of an image.
fn records(image: &Image) -> Result<Vec<Vec<u8>>, MetadataError> {
    let mut change = Change::default();
    // The version of the metadata says how the rest is to be read.
    let (first, others): (Vec<_>, Vec<_>) =
        image.features.iter().partition(|(name, _)| *name == METADATA_VERSION);
    for (name, level) in first.into_iter().chain(others) {
        let name = Str::from(name.clone());
        change.push(&feature_level_record::Root { name, feature_level: *level, ..Default::default() }, 0);
    }
    for (id, broker) in &image.brokers {
        change.push(&of_broker(*id, broker), BROKER_VERSION);
    }
    for (id, controller) in &image.controllers {
        change.push(&of_controller(*id, controller), 0);
    }
    for topic in image.topics.iter() {
        let name = Str::from(topic.name.clone());
        change.push(&topic_record::Root { name, topic_id: topic.id, ..Default::default() }, 0);
        for (number, partition) in &topic.partitions {
            change.push(&of_partition(topic, *number, partition), PARTITION_VERSION);
        }
    }
    for (resource, configs) in &image.configs {
        for (name, value) in configs {
            let record = config_record::Root {
                resource_type: resource.resource_type,
                resource_name: Str::from(resource.name.clone()),
                name: Str::from(name.clone()),
                value: Some(Str::from(value.clone())),
                ..Default::default()
            };
            change.push(&record, 0);
        }
    }
    for (entity, quotas) in &image.quotas {
        for (key, value) in quotas {
            let entity = entity.iter().map(|(kind, name)| client_quota_record::EntityData {
                entity_type: Str::from(kind.clone()),
                entity_name: name.clone().map(Str::from),
                ..Default::default()
            });
            let record = client_quota_record::Root {
                entity: entity.collect(),
                key: Str::from(key.clone()),
                value: *value,
                ..Default::default()
            };
            change.push(&record, 0);
        }
    }
    if let Some(ids) = &image.producer_ids {
        // Who got the last block is not told in a snapshot.
        let record = producer_ids_record::Root {
            broker_id: -1,
            broker_epoch: -1,
            next_producer_id: ids.next_producer_id,
            ..Default::default()
        };
        change.push(&record, 0);
    }
    access(image, &mut change);
    Ok(change.finish()?)
}

/// Who may do what, and with which secrets.
fn access(image: &Image, change: &mut Change) {
    for (id, acl) in &image.acls {
        let record = access_control_entry_record::Root {
            id: *id,
            resource_type: acl.resource_type,
            resource_name: Str::from(acl.resource_name.clone()),
            pattern_type: acl.pattern_type,
            principal: Str::from(acl.principal.clone()),
            host: Str::from(acl.host.clone()),
            operation: acl.operation,
            permission_type: acl.permission_type,
            ..Default::default()
        };
        change.push(&record, 0);
    }
    for (key, credential) in &image.scram {
        let record = user_scram_credential_record::Root {
            name: Str::from(key.user.clone()),
            mechanism: key.mechanism,
            salt: Bytes(credential.salt.clone().into()),
            stored_key: Bytes(credential.stored_key.clone().into()),
            server_key: Bytes(credential.server_key.clone().into()),
            iterations: credential.iterations,
            ..Default::default()
        };
        change.push(&record, 0);
    }
    for (id, token) in &image.tokens {
        let record = delegation_token_record::Root {
            owner: Str::from(token.owner.clone()),
            requester: Str::from(token.requester.clone()),
            renewers: token.renewers.iter().cloned().map(Str::from).collect(),
            issue_timestamp: token.issue_timestamp,
            max_timestamp: token.max_timestamp,
            expiration_timestamp: token.expiration_timestamp,
            token_id: Str::from(id.clone()),
            ..Default::default()
        };
        change.push(&record, 0);
    }
}

fn of_broker(broker_id: i32, broker: &Broker) -> register_broker_record::Root<'static> {
    let end_point = |(name, at): (&String, &Endpoint)| register_broker_record::BrokerEndpoint {
        name: Str::from(name.clone()),
        host: Str::from(at.host.clone()),
        port: at.port,
        security_protocol: at.security_protocol,
        ..Default::default()
    };
    let feature = |(name, levels): (&String, &Levels)| register_broker_record::BrokerFeature {
        name: Str::from(name.clone()),
        min_supported_version: levels.min,
        max_supported_version: levels.max,
        ..Default::default()
    };
    register_broker_record::Root {
        broker_id,
        is_migrating_zk_broker: broker.is_migrating_zk_broker,
        incarnation_id: broker.incarnation_id,
        broker_epoch: broker.epoch,
        end_points: broker.endpoints.iter().map(end_point).collect(),
        features: broker.features.iter().map(feature).collect(),
        rack: broker.rack.clone().map(Str::from),
        fenced: broker.fenced,
        in_controlled_shutdown: broker.in_controlled_shutdown,
        log_dirs: Array::from(broker.log_dirs.clone()),
        cordoned_log_dirs: broker.cordoned_log_dirs.clone().map(Array::from),
        ..Default::default()
    }
}

fn of_controller(controller_id: i32, controller: &Controller) -> register_controller_record::Root<'static> {
    let end_point = |(name, at): (&String, &Endpoint)| register_controller_record::ControllerEndpoint {
        name: Str::from(name.clone()),
        host: Str::from(at.host.clone()),
        port: at.port,
        security_protocol: at.security_protocol,
        ..Default::default()
    };
    let feature = |(name, levels): (&String, &Levels)| register_controller_record::ControllerFeature {
        name: Str::from(name.clone()),
        min_supported_version: levels.min,
        max_supported_version: levels.max,
        ..Default::default()
    };
    register_controller_record::Root {
        controller_id,
        incarnation_id: controller.incarnation_id,
        zk_migration_ready: controller.zk_migration_ready,
        end_points: controller.endpoints.iter().map(end_point).collect(),
        features: controller.features.iter().map(feature).collect(),
        ..Default::default()
    }
}

fn of_partition(topic: &Topic, partition_id: i32, partition: &Partition) -> partition_record::Root<'static> {
    let some = |nodes: &Vec<i32>| (!nodes.is_empty()).then(|| Array::from(nodes.clone()));
    partition_record::Root {
        partition_id,
        topic_id: topic.id,
        replicas: Array::from(partition.replicas.clone()),
        isr: Array::from(partition.isr.clone()),
        removing_replicas: Array::from(partition.removing_replicas.clone()),
        adding_replicas: Array::from(partition.adding_replicas.clone()),
        leader: partition.leader,
        leader_recovery_state: partition.leader_recovery_state,
        leader_epoch: partition.leader_epoch,
        partition_epoch: partition.partition_epoch,
        directories: Array::from(partition.directories.clone()),
        eligible_leader_replicas: some(&partition.eligible_leader_replicas),
        last_known_elr: some(&partition.last_known_elr),
        ..Default::default()
    }
}
