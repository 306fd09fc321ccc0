//! One file for each family of APIs.

use crate::broker::apis::{Handle, Served, answered};
use crate::codec::schema::Versions;
use crate::codec::wire::Body;

pub mod api_versions;
pub mod cluster;
pub mod configs;
pub mod features;
pub mod groups;
pub mod list_offsets;
pub mod log_dirs;
pub mod metadata;
pub mod operations;
pub mod producer_ids;
pub mod quotas;
pub mod reassign;
#[cfg(test)]
mod recorded;
pub mod records;
pub mod scram;
pub mod security;
pub mod topic_partitions;
pub mod topics;
pub mod unsupported;

/// All that is answered at once.
pub static SERVED: &[Served] = answered! {
    fetch::list_offsets_request 1-11 => list_offsets::answer;
    metadata::metadata_request 0-13 => metadata::answer;
    groups::offset_commit_request 2-10 => groups::offset_commit::answer;
    groups::offset_fetch_request 1-10 => groups::offset_fetch::answer;
    groups::find_coordinator_request 0-6 => groups::find_coordinator::answer;
    groups::heartbeat_request 0-4 => groups::membership::heartbeat;
    groups::leave_group_request 0-5 => groups::membership::leave_group;
    groups::describe_groups_request 0-6 => groups::admin::describe_groups;
    groups::list_groups_request 0-5 => groups::admin::list_groups;
    groups::delete_groups_request 0-2 => groups::admin::delete_groups;
    groups::offset_delete_request 0-0 => groups::offset_delete::answer;
    metadata::api_versions_request 0-4 => api_versions::answer;
    transactions::init_producer_id_request 0-5 => producer_ids::answer;
    topics::create_topics_request 2-7 => topics::create_topics;
    topics::delete_topics_request 1-6 => topics::delete_topics;
    configs::describe_configs_request 1-4 => configs::describe_configs;
    configs::alter_configs_request 0-2 => configs::alter_configs;
    topics::create_partitions_request 0-3 => topics::create_partitions;
    configs::incremental_alter_configs_request 0-1 => configs::incremental_alter_configs;
    configs::update_features_request 0-2 => features::update_features;
    configs::list_config_resources_request 0-1 => configs::list_config_resources;
    topics::delete_records_request 0-2 => records::delete_records;
    fetch::offset_for_leader_epoch_request 2-4 => records::offset_for_leader_epoch;
    security::describe_acls_request 1-3 => security::describe_acls;
    security::create_acls_request 1-3 => security::create_acls;
    security::delete_acls_request 1-3 => security::delete_acls;
    topics::alter_replica_log_dirs_request 1-2 => log_dirs::alter_replica_log_dirs;
    topics::describe_log_dirs_request 1-5 => log_dirs::describe_log_dirs;
    security::create_delegation_token_request 1-3 => security::create_delegation_token;
    security::renew_delegation_token_request 1-2 => security::renew_delegation_token;
    security::expire_delegation_token_request 1-2 => security::expire_delegation_token;
    security::describe_delegation_token_request 1-3 => security::describe_delegation_token;
    topics::elect_leaders_request 0-2 => reassign::elect_leaders;
    topics::alter_partition_reassignments_request 0-1 => reassign::alter_partition_reassignments;
    topics::list_partition_reassignments_request 0-0 => reassign::list_partition_reassignments;
    configs::describe_client_quotas_request 0-1 => quotas::describe_client_quotas;
    configs::alter_client_quotas_request 0-1 => quotas::alter_client_quotas;
    security::describe_user_scram_credentials_request 0-0 => scram::describe_user_scram_credentials;
    security::alter_user_scram_credentials_request 0-0 => scram::alter_user_scram_credentials;
    raft::describe_quorum_request 0-2 => cluster::describe_quorum;
    metadata::describe_cluster_request 0-2 => cluster::describe_cluster;
    transactions::describe_producers_request 0-0 => records::describe_producers;
    cluster::unregister_broker_request 0-0 => cluster::unregister_broker;
    metadata::describe_topic_partitions_request 0-0 => topic_partitions::describe_topic_partitions;
    raft::add_raft_voter_request 0-1 => cluster::add_raft_voter;
    raft::remove_raft_voter_request 0-0 => cluster::remove_raft_voter;
};
