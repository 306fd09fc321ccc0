//! The APIs of Kafka's protocol (`ApiKeys`): which messages a key stands for, who serves it, and
//! which header goes before it.

use super::messages::{
    cluster, configs, consumer_groups, fetch, groups, metadata, produce, raft, security, share_groups,
    streams_groups, telemetry, topics, transactions,
};
use super::names;
use super::schema::{Message, Versions};

/// Who answers requests of an API (`ApiMessageType.ListenerType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// A broker of a KRaft cluster.
    Broker,
    /// A KRaft controller.
    Controller,
    /// A broker of a cluster with ZooKeeper, as there were until Kafka 3.9.
    ZkBroker,
}

/// One API.
#[derive(Debug)]
pub struct Api {
    /// Its key: the first two bytes of every request's header.
    pub key: i16,
    /// Its name, `ApiVersions`.
    pub name: &'static str,
    /// What it was called in earlier releases.
    pub former_name: Option<&'static str>,
    /// The request's body.
    pub request: &'static Message,
    /// The response's body.
    pub response: &'static Message,
    /// Who serves it in Kafka 4.4, or who last did.
    pub listeners: &'static [Listener],
    /// A broker passes it on to the controller, in an Envelope (KIP-590).
    pub forwardable: bool,
    /// Meant for brokers and controllers only: it takes the right `CLUSTER_ACTION`.
    pub cluster_action: bool,
    /// The release that removed it.
    pub removed: Option<&'static str>,
}

impl Api {
    /// The versions that Kafka 4.4 knows, or the last release that had the API.
    pub fn current(&self) -> Versions {
        self.request.current
    }

    /// The versions that Kafka 4.4 puts in its ApiVersions response, unstable ones left out; none
    /// for an API that was removed. It claims Produce from version 0 on, though it refuses what is
    /// below 3: librdkafka takes an absent version 0 for a broker without compression (KAFKA-18659).
    pub fn advertised(&self) -> Versions {
        if self.removed.is_some() {
            return Versions::NONE;
        }
        let Versions { min, mut max } = self.current();
        while max >= min && self.request.unstable.contain(max) {
            max -= 1;
        }
        Versions { min: if self.key == PRODUCE { 0 } else { min }, max }
    }

    /// The version of the header before a request of `version` (`ApiKeys.requestHeaderVersion`).
    pub fn request_header_version(&self, version: i16) -> i16 {
        match (self.key, version) {
            // Kafka 0.8.0 and 0.8.1 wrote it without a client id.
            (CONTROLLED_SHUTDOWN, 0) => 0,
            _ if self.request.flexible.contain(version) => 2,
            _ => 1,
        }
    }

    /// The version of the header before a response of `version` (`ApiKeys.responseHeaderVersion`).
    pub fn response_header_version(&self, version: i16) -> i16 {
        // A client reads the ApiVersions response before it knows what the broker speaks; its
        // header never changes (KIP-511).
        i16::from(self.key != API_VERSIONS && self.response.flexible.contain(version))
    }

    /// The name on a command line, `api-versions`.
    pub fn kebab_name(&self) -> String {
        let mut kebab = String::with_capacity(self.name.len() + 4);
        for letter in self.name.chars() {
            if letter.is_ascii_uppercase() && !kebab.is_empty() {
                kebab.push('-');
            }
            kebab.push(letter.to_ascii_lowercase());
        }
        kebab
    }
}

const PRODUCE: i16 = 0;
const CONTROLLED_SHUTDOWN: i16 = 7;
const API_VERSIONS: i16 = 18;

/// The API of that key.
#[inline]
pub fn by_key(key: i16) -> Option<&'static Api> {
    // The table has no gap, so a key is its own index; tests/tables.rs holds it to that.
    APIS.get(usize::try_from(key).ok()?)
}

/// The API of that name, in any spelling: `ApiVersions`, `api-versions`, `API_VERSIONS`,
/// `ApiVersionsRequest`. Former names count.
pub fn by_name(name: &str) -> Option<&'static Api> {
    let find = |name: &str| {
        APIS.iter().find(|api| {
            names::same(name, api.name) || api.former_name.is_some_and(|former| names::same(name, former))
        })
    };
    find(name).or_else(|| {
        let lower = name.to_ascii_lowercase();
        let stem = lower.strip_suffix("request").or_else(|| lower.strip_suffix("response"))?;
        find(stem)
    })
}

/// The APIs whose names come nearest to one that is not known, the nearest first.
pub fn nearest(name: &str) -> Vec<&'static Api> {
    names::nearest(APIS, name, |api| api.name)
}

macro_rules! apis {
    ($(
        $key:literal $name:ident $(formerly $former:ident)? = $file:ident::($request:ident, $response:ident)
            [$($listener:ident)*] $([$($flag:ident)*])? $(removed $removed:literal)? ;
    )*) => {
        /// Every API that any release from 0.8 to 4.4 has had, in the order of their keys.
        pub static APIS: &[Api] = &[$(Api {
            key: $key,
            name: stringify!($name),
            former_name: $crate::option!($(stringify!($former))?),
            request: &$file::$request::MESSAGE,
            response: &$file::$response::MESSAGE,
            listeners: &[$(Listener::$listener),*],
            forwardable: has!(forwardable: $($($flag)*)?),
            cluster_action: has!(cluster_action: $($($flag)*)?),
            removed: $crate::option!($($removed)?),
        }),*];
    };
}

/// Whether a flag stands in a list of flags.
macro_rules! has {
    (forwardable: forwardable $($rest:ident)*) => { true };
    (cluster_action: cluster_action $($rest:ident)*) => { true };
    ($flag:ident: $other:ident $($rest:ident)*) => { has!($flag: $($rest)*) };
    ($flag:ident:) => { false };
}

apis! {
    0 Produce = produce::(produce_request, produce_response) [Broker];
    1 Fetch = fetch::(fetch_request, fetch_response) [Broker Controller];
    2 ListOffsets = fetch::(list_offsets_request, list_offsets_response) [Broker];
    3 Metadata = metadata::(metadata_request, metadata_response) [Broker];
    4 LeaderAndIsr = cluster::(leader_and_isr_request, leader_and_isr_response) [ZkBroker] [cluster_action] removed "4.0";
    5 StopReplica = cluster::(stop_replica_request, stop_replica_response) [ZkBroker] [cluster_action] removed "4.0";
    6 UpdateMetadata = cluster::(update_metadata_request, update_metadata_response) [ZkBroker] [cluster_action] removed "4.0";
    7 ControlledShutdown = cluster::(controlled_shutdown_request, controlled_shutdown_response) [ZkBroker Controller] [cluster_action] removed "4.0";
    8 OffsetCommit = groups::(offset_commit_request, offset_commit_response) [Broker];
    9 OffsetFetch = groups::(offset_fetch_request, offset_fetch_response) [Broker];
    10 FindCoordinator = groups::(find_coordinator_request, find_coordinator_response) [Broker];
    11 JoinGroup = groups::(join_group_request, join_group_response) [Broker];
    12 Heartbeat = groups::(heartbeat_request, heartbeat_response) [Broker];
    13 LeaveGroup = groups::(leave_group_request, leave_group_response) [Broker];
    14 SyncGroup = groups::(sync_group_request, sync_group_response) [Broker];
    15 DescribeGroups = groups::(describe_groups_request, describe_groups_response) [Broker];
    16 ListGroups = groups::(list_groups_request, list_groups_response) [Broker];
    17 SaslHandshake = security::(sasl_handshake_request, sasl_handshake_response) [Broker Controller];
    18 ApiVersions = metadata::(api_versions_request, api_versions_response) [Broker Controller];
    19 CreateTopics = topics::(create_topics_request, create_topics_response) [Broker Controller] [forwardable];
    20 DeleteTopics = topics::(delete_topics_request, delete_topics_response) [Broker Controller] [forwardable];
    21 DeleteRecords = topics::(delete_records_request, delete_records_response) [Broker];
    22 InitProducerId = transactions::(init_producer_id_request, init_producer_id_response) [Broker];
    23 OffsetForLeaderEpoch = fetch::(offset_for_leader_epoch_request, offset_for_leader_epoch_response) [Broker];
    24 AddPartitionsToTxn = transactions::(add_partitions_to_txn_request, add_partitions_to_txn_response) [Broker];
    25 AddOffsetsToTxn = transactions::(add_offsets_to_txn_request, add_offsets_to_txn_response) [Broker];
    26 EndTxn = transactions::(end_txn_request, end_txn_response) [Broker];
    27 WriteTxnMarkers = transactions::(write_txn_markers_request, write_txn_markers_response) [Broker] [cluster_action];
    28 TxnOffsetCommit = transactions::(txn_offset_commit_request, txn_offset_commit_response) [Broker];
    29 DescribeAcls = security::(describe_acls_request, describe_acls_response) [Broker Controller];
    30 CreateAcls = security::(create_acls_request, create_acls_response) [Broker Controller] [forwardable];
    31 DeleteAcls = security::(delete_acls_request, delete_acls_response) [Broker Controller] [forwardable];
    32 DescribeConfigs = configs::(describe_configs_request, describe_configs_response) [Broker Controller];
    33 AlterConfigs = configs::(alter_configs_request, alter_configs_response) [Broker Controller] [forwardable];
    34 AlterReplicaLogDirs = topics::(alter_replica_log_dirs_request, alter_replica_log_dirs_response) [Broker];
    35 DescribeLogDirs = topics::(describe_log_dirs_request, describe_log_dirs_response) [Broker];
    36 SaslAuthenticate = security::(sasl_authenticate_request, sasl_authenticate_response) [Broker Controller];
    37 CreatePartitions = topics::(create_partitions_request, create_partitions_response) [Broker Controller] [forwardable];
    38 CreateDelegationToken = security::(create_delegation_token_request, create_delegation_token_response) [Broker Controller] [forwardable];
    39 RenewDelegationToken = security::(renew_delegation_token_request, renew_delegation_token_response) [Broker Controller] [forwardable];
    40 ExpireDelegationToken = security::(expire_delegation_token_request, expire_delegation_token_response) [Broker Controller] [forwardable];
    41 DescribeDelegationToken = security::(describe_delegation_token_request, describe_delegation_token_response) [Broker Controller];
    42 DeleteGroups = groups::(delete_groups_request, delete_groups_response) [Broker];
    43 ElectLeaders = topics::(elect_leaders_request, elect_leaders_response) [Broker Controller] [forwardable];
    44 IncrementalAlterConfigs = configs::(incremental_alter_configs_request, incremental_alter_configs_response) [Broker Controller] [forwardable];
    45 AlterPartitionReassignments = topics::(alter_partition_reassignments_request, alter_partition_reassignments_response) [Broker Controller] [forwardable];
    46 ListPartitionReassignments = topics::(list_partition_reassignments_request, list_partition_reassignments_response) [Broker Controller] [forwardable];
    47 OffsetDelete = groups::(offset_delete_request, offset_delete_response) [Broker];
    48 DescribeClientQuotas = configs::(describe_client_quotas_request, describe_client_quotas_response) [Broker];
    49 AlterClientQuotas = configs::(alter_client_quotas_request, alter_client_quotas_response) [Broker Controller] [forwardable];
    50 DescribeUserScramCredentials = security::(describe_user_scram_credentials_request, describe_user_scram_credentials_response) [Broker Controller];
    51 AlterUserScramCredentials = security::(alter_user_scram_credentials_request, alter_user_scram_credentials_response) [Broker Controller] [forwardable];
    52 Vote = raft::(vote_request, vote_response) [Controller] [cluster_action];
    53 BeginQuorumEpoch = raft::(begin_quorum_epoch_request, begin_quorum_epoch_response) [Controller] [cluster_action];
    54 EndQuorumEpoch = raft::(end_quorum_epoch_request, end_quorum_epoch_response) [Controller] [cluster_action];
    55 DescribeQuorum = raft::(describe_quorum_request, describe_quorum_response) [Broker Controller] [cluster_action forwardable];
    56 AlterPartition = cluster::(alter_partition_request, alter_partition_response) [Controller] [cluster_action];
    57 UpdateFeatures = configs::(update_features_request, update_features_response) [Broker Controller] [cluster_action forwardable];
    58 Envelope = cluster::(envelope_request, envelope_response) [Controller] [cluster_action];
    59 FetchSnapshot = raft::(fetch_snapshot_request, fetch_snapshot_response) [Controller];
    60 DescribeCluster = metadata::(describe_cluster_request, describe_cluster_response) [Broker Controller];
    61 DescribeProducers = transactions::(describe_producers_request, describe_producers_response) [Broker];
    62 BrokerRegistration = cluster::(broker_registration_request, broker_registration_response) [Controller] [cluster_action];
    63 BrokerHeartbeat = cluster::(broker_heartbeat_request, broker_heartbeat_response) [Controller] [cluster_action];
    64 UnregisterBroker = cluster::(unregister_broker_request, unregister_broker_response) [Broker Controller] [forwardable];
    65 DescribeTransactions = transactions::(describe_transactions_request, describe_transactions_response) [Broker];
    66 ListTransactions = transactions::(list_transactions_request, list_transactions_response) [Broker];
    67 AllocateProducerIds = transactions::(allocate_producer_ids_request, allocate_producer_ids_response) [Controller] [cluster_action forwardable];
    68 ConsumerGroupHeartbeat = consumer_groups::(consumer_group_heartbeat_request, consumer_group_heartbeat_response) [Broker];
    69 ConsumerGroupDescribe = consumer_groups::(consumer_group_describe_request, consumer_group_describe_response) [Broker];
    70 ControllerRegistration = cluster::(controller_registration_request, controller_registration_response) [Controller];
    71 GetTelemetrySubscriptions = telemetry::(get_telemetry_subscriptions_request, get_telemetry_subscriptions_response) [Broker];
    72 PushTelemetry = telemetry::(push_telemetry_request, push_telemetry_response) [Broker];
    73 AssignReplicasToDirs = topics::(assign_replicas_to_dirs_request, assign_replicas_to_dirs_response) [Controller];
    74 ListConfigResources formerly ListClientMetricsResources = configs::(list_config_resources_request, list_config_resources_response) [Broker];
    75 DescribeTopicPartitions = metadata::(describe_topic_partitions_request, describe_topic_partitions_response) [Broker];
    76 ShareGroupHeartbeat = share_groups::(share_group_heartbeat_request, share_group_heartbeat_response) [Broker];
    77 ShareGroupDescribe = share_groups::(share_group_describe_request, share_group_describe_response) [Broker];
    78 ShareFetch = share_groups::(share_fetch_request, share_fetch_response) [Broker];
    79 ShareAcknowledge = share_groups::(share_acknowledge_request, share_acknowledge_response) [Broker];
    80 AddRaftVoter = raft::(add_raft_voter_request, add_raft_voter_response) [Broker Controller] [forwardable];
    81 RemoveRaftVoter = raft::(remove_raft_voter_request, remove_raft_voter_response) [Broker Controller] [forwardable];
    82 UpdateRaftVoter = raft::(update_raft_voter_request, update_raft_voter_response) [Controller];
    83 InitializeShareGroupState = share_groups::(initialize_share_group_state_request, initialize_share_group_state_response) [Broker] [cluster_action];
    84 ReadShareGroupState = share_groups::(read_share_group_state_request, read_share_group_state_response) [Broker] [cluster_action];
    85 WriteShareGroupState = share_groups::(write_share_group_state_request, write_share_group_state_response) [Broker] [cluster_action];
    86 DeleteShareGroupState = share_groups::(delete_share_group_state_request, delete_share_group_state_response) [Broker] [cluster_action];
    87 ReadShareGroupStateSummary = share_groups::(read_share_group_state_summary_request, read_share_group_state_summary_response) [Broker] [cluster_action];
    88 StreamsGroupHeartbeat = streams_groups::(streams_group_heartbeat_request, streams_group_heartbeat_response) [Broker];
    89 StreamsGroupDescribe = streams_groups::(streams_group_describe_request, streams_group_describe_response) [Broker];
    90 DescribeShareGroupOffsets = share_groups::(describe_share_group_offsets_request, describe_share_group_offsets_response) [Broker];
    91 AlterShareGroupOffsets = share_groups::(alter_share_group_offsets_request, alter_share_group_offsets_response) [Broker];
    92 DeleteShareGroupOffsets = share_groups::(delete_share_group_offsets_request, delete_share_group_offsets_response) [Broker];
    93 StreamsGroupTopologyDescriptionUpdate = streams_groups::(streams_group_topology_description_update_request, streams_group_topology_description_update_response) [Broker];
    94 UnregisterController = cluster::(unregister_controller_request, unregister_controller_response) [Broker Controller] [forwardable];
}
