//! What the quorum writes about itself: who leads, who votes (KIP-595, KIP-853).

use std::path::Path;

use serde_json::json;

use super::MetadataError;
use super::change::KeyValue;
use crate::broker::node::Node;
use crate::codec::meaning::uuid::uuid;
use crate::codec::messages::data::{
    k_raft_version_record, leader_change_message, snapshot_footer_record, snapshot_header_record,
    voters_record,
};
use crate::codec::wire::{Body, Str, Uuid, WriteError, Writer};
use crate::state::cluster::kraft::{Quorum, Voter};

/// Types of control records (`ControlRecordType`).
const LEADER_CHANGE: i16 = 2;
const SNAPSHOT_HEADER: i16 = 3;
const SNAPSHOT_FOOTER: i16 = 4;
const KRAFT_VERSION: i16 = 5;
const KRAFT_VOTERS: i16 = 6;
/// The version of every key, and of every value that is written.
const VERSION: i16 = 0;
/// Voters are in the log, not in everybody's configuration (KIP-853).
const DYNAMIC_VOTERS: i16 = 1;
/// The only endpoint of a voter.
const CONTROLLER: &str = "CONTROLLER";

/// A control record.
fn record<'a, R: Body<'a>>(kind: i16, value: &R) -> Result<KeyValue, WriteError> {
    let key = [VERSION.to_be_bytes(), kind.to_be_bytes()].concat();
    let mut writer = Writer::default();
    value.encode(&mut writer, VERSION);
    Ok((Some(key), writer.finish()?))
}

/// The records with which a leader begins its epoch: that it leads; in a new log also who votes.
pub(super) fn leadership(node: &Node, fresh: bool) -> Result<Vec<KeyValue>, WriteError> {
    let voter = || leader_change_message::Voter { voter_id: node.id, ..Default::default() };
    let leader = leader_change_message::Root {
        leader_id: node.id,
        voters: vec![voter()],
        granting_voters: vec![voter()],
        ..Default::default()
    };
    let mut records = vec![record(LEADER_CHANGE, &leader)?];
    if fresh {
        records.extend(voters(node)?);
    }
    Ok(records)
}

/// Which version of the quorum's protocol holds, and its only voter.
pub(super) fn voters(node: &Node) -> Result<[KeyValue; 2], WriteError> {
    let version = k_raft_version_record::Root { k_raft_version: DYNAMIC_VOTERS, ..Default::default() };
    let (host, port) = &node.controller;
    let voters = voters_record::Root {
        voters: vec![voters_record::Voter {
            voter_id: node.id,
            voter_directory_id: node.directory_id,
            endpoints: vec![voters_record::Endpoint {
                name: Str::from(CONTROLLER),
                host: Str::from(host.clone()),
                port: *port,
                ..Default::default()
            }],
            k_raft_version_feature: voters_record::KRaftVersionFeature {
                max_supported_version: DYNAMIC_VOTERS,
                ..Default::default()
            },
            ..Default::default()
        }],
        ..Default::default()
    };
    Ok([record(KRAFT_VERSION, &version)?, record(KRAFT_VOTERS, &voters)?])
}

/// The version and the voters as the log has them, for a snapshot.
pub(super) fn recorded_voters(quorum: &Quorum) -> Result<Vec<KeyValue>, WriteError> {
    let k_raft_version = quorum.kraft_version.unwrap_or(DYNAMIC_VOTERS);
    let version = k_raft_version_record::Root { k_raft_version, ..Default::default() };
    let endpoint = |(name, host, port): &(String, String, u16)| voters_record::Endpoint {
        name: Str::from(name.clone()),
        host: Str::from(host.clone()),
        port: *port,
        ..Default::default()
    };
    let voter = |voter: &Voter| voters_record::Voter {
        voter_id: voter.id,
        voter_directory_id: voter.directory_id,
        endpoints: voter.endpoints.iter().map(endpoint).collect(),
        k_raft_version_feature: voters_record::KRaftVersionFeature {
            min_supported_version: voter.kraft_versions.0,
            max_supported_version: voter.kraft_versions.1,
            ..Default::default()
        },
        ..Default::default()
    };
    let voters =
        voters_record::Root { voters: quorum.voters.iter().map(voter).collect(), ..Default::default() };
    Ok(vec![record(KRAFT_VERSION, &version)?, record(KRAFT_VOTERS, &voters)?])
}

/// The first record of a snapshot.
pub(super) fn snapshot_header(last_contained_log_timestamp: i64) -> Result<KeyValue, WriteError> {
    let header = snapshot_header_record::Root { last_contained_log_timestamp, ..Default::default() };
    record(SNAPSHOT_HEADER, &header)
}

/// The last record of a snapshot.
pub(super) fn snapshot_footer() -> Result<KeyValue, WriteError> {
    record(SNAPSHOT_FOOTER, &snapshot_footer_record::Root::default())
}

/// Writes `quorum-state`, so that whoever reads the directory next begins a later epoch (`FileQuorumStateStore`).
pub(super) fn write_quorum_state(directory: &Path, leader_id: i32, epoch: i32) -> Result<(), MetadataError> {
    let path = directory.join("quorum-state");
    let state = json!({
        "leaderId": leader_id,
        "leaderEpoch": epoch,
        "votedId": -1,
        "votedDirectoryId": uuid(&Uuid::default().0),
        "data_version": 1,
    });
    // A crash in the midst of it must not leave half a state: the next epoch would be one that was before.
    let new = directory.join("quorum-state.tmp");
    let written = std::fs::write(&new, state.to_string()).and_then(|()| std::fs::rename(&new, &path));
    written.map_err(|error| MetadataError::io(&path, error))
}
