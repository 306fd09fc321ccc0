//! What is in a cluster, as JSON with the names of Kafka's records.

use serde_json::{Map, Value, json};

use super::words;
use crate::codec::meaning::Meaning;
use crate::codec::wire::Uuid;
use crate::state::cluster::access::{Acl, DelegationToken, ScramCredential, ScramKey};
use crate::state::cluster::kraft::{Quorum, Voter};
use crate::state::cluster::nodes::{Broker, Controller, Endpoint, Levels};
use crate::state::cluster::settings::{ProducerIds, QuotaEntity};
use crate::state::cluster::topics::{Partition, Topic};

fn ids(ids: &[Uuid]) -> Vec<String> {
    ids.iter().map(|id| words::uuid(*id)).collect()
}

fn endpoints(endpoints: &std::collections::BTreeMap<String, Endpoint>) -> Value {
    let one = |(name, endpoint): (&String, &Endpoint)| {
        json!({
            "name": name, "host": endpoint.host, "port": endpoint.port,
            "securityProtocol": words::word(Meaning::SecurityProtocol, endpoint.security_protocol.into()),
        })
    };
    endpoints.iter().map(one).collect()
}

fn features(features: &std::collections::BTreeMap<String, Levels>) -> Value {
    let one = |(name, levels): (&String, &Levels)| json!({"name": name, "minSupportedVersion": levels.min, "maxSupportedVersion": levels.max});
    features.iter().map(one).collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn broker(id: i32, broker: &Broker) -> Map<String, Value> {
    object(json!({
        "brokerId": id, "brokerEpoch": broker.epoch, "incarnationId": words::uuid(broker.incarnation_id),
        "endPoints": endpoints(&broker.endpoints), "features": features(&broker.features),
        "rack": broker.rack, "fenced": broker.fenced,
        "inControlledShutdown": broker.in_controlled_shutdown,
        "isMigratingZkBroker": broker.is_migrating_zk_broker, "logDirs": ids(&broker.log_dirs),
        "cordonedLogDirs": broker.cordoned_log_dirs.as_deref().map(ids),
    }))
}

pub(super) fn controller(id: i32, controller: &Controller) -> Map<String, Value> {
    object(json!({
        "controllerId": id, "incarnationId": words::uuid(controller.incarnation_id),
        "zkMigrationReady": controller.zk_migration_ready,
        "endPoints": endpoints(&controller.endpoints), "features": features(&controller.features),
    }))
}

pub(super) fn topic(topic: &Topic) -> Map<String, Value> {
    object(json!({"name": topic.name, "topicId": words::uuid(topic.id)}))
}

pub(super) fn partition(id: i32, partition: &Partition) -> Map<String, Value> {
    let recovery = i64::from(partition.leader_recovery_state);
    object(json!({
        "partitionId": id, "replicas": partition.replicas, "isr": partition.isr,
        "removingReplicas": partition.removing_replicas, "addingReplicas": partition.adding_replicas,
        "leader": partition.leader,
        "leaderRecoveryState": words::word(Meaning::LeaderRecoveryState, recovery),
        "leaderEpoch": partition.leader_epoch, "partitionEpoch": partition.partition_epoch,
        "directories": ids(&partition.directories),
        "eligibleLeaderReplicas": partition.eligible_leader_replicas,
        "lastKnownElr": partition.last_known_elr,
    }))
}

pub(super) fn acl(id: Uuid, acl: &Acl) -> Map<String, Value> {
    object(json!({
        "id": words::uuid(id),
        "resourceType": words::word(Meaning::AclResourceType, acl.resource_type.into()),
        "resourceName": acl.resource_name,
        "patternType": words::word(Meaning::PatternType, acl.pattern_type.into()),
        "principal": acl.principal, "host": acl.host,
        "operation": words::word(Meaning::AclOperation, acl.operation.into()),
        "permissionType": words::word(Meaning::PermissionType, acl.permission_type.into()),
    }))
}

pub(super) fn scram(key: &ScramKey, credential: &ScramCredential) -> Map<String, Value> {
    object(json!({
        "name": key.user, "mechanism": words::word(Meaning::ScramMechanism, key.mechanism.into()),
        "iterations": credential.iterations,
    }))
}

pub(super) fn token(id: &str, token: &DelegationToken) -> Map<String, Value> {
    object(json!({
        "tokenId": id, "owner": token.owner, "requester": token.requester, "renewers": token.renewers,
        "issueTimestamp": token.issue_timestamp, "maxTimestamp": token.max_timestamp,
        "expirationTimestamp": token.expiration_timestamp,
    }))
}

pub(super) fn entity(entity: &QuotaEntity) -> Value {
    let part = |(kind, name): (&String, &Option<String>)| json!({"entityType": kind, "entityName": name});
    entity.iter().map(part).collect()
}

pub(super) fn producer_ids(ids: &ProducerIds) -> Map<String, Value> {
    object(json!({
        "brokerId": ids.broker_id, "brokerEpoch": ids.broker_epoch, "nextProducerId": ids.next_producer_id,
    }))
}

pub(super) fn voter(voter: &Voter) -> Map<String, Value> {
    let endpoints: Vec<Value> = voter
        .endpoints
        .iter()
        .map(|(name, host, port)| json!({"name": name, "host": host, "port": port}))
        .collect();
    object(json!({
        "voterId": voter.id, "voterDirectoryId": words::uuid(voter.directory_id), "endpoints": endpoints,
        "kRaftVersionFeature": {
            "minSupportedVersion": voter.kraft_versions.0, "maxSupportedVersion": voter.kraft_versions.1,
        },
    }))
}

pub(super) fn quorum(quorum: &Quorum) -> Map<String, Value> {
    object(json!({
        "leaderId": quorum.leader.map(|leader| leader.id),
        "leaderEpoch": quorum.leader.map(|leader| leader.epoch),
        "epochStartOffset": quorum.leader.map(|leader| leader.offset),
        "kRaftVersion": quorum.kraft_version,
    }))
}
