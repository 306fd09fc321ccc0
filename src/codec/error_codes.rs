//! The error codes of Kafka's protocol (`Errors`): their names, what a client does with them, and
//! what a person can do.

use super::names;

/// What a client may do when it gets the error (`RetriableException`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same request would fail again.
    Never,
    /// The same request may succeed later.
    Later,
    /// The same request may succeed when the client has fetched fresh metadata
    /// (`InvalidMetadataException`).
    AfterMetadata,
}

/// One error code.
#[derive(Debug)]
pub struct ErrorCode {
    /// The number on the wire.
    pub code: i16,
    /// Its name, `UNKNOWN_TOPIC_OR_PARTITION`.
    pub name: &'static str,
    /// What a client may do.
    pub retry: Retry,
    /// The Java class that Kafka's client throws; empty for [`NONE`].
    pub exception: &'static str,
    /// The first release that had it; 0.8 stands for that and all before.
    pub since: &'static str,
    /// What it means and what can be done, in a sentence or two.
    pub help: &'static str,
}

impl ErrorCode {
    /// The same request may succeed later.
    pub fn is_retriable(&self) -> bool {
        self.retry != Retry::Never
    }

    /// The client's metadata is out of date.
    pub fn is_invalid_metadata(&self) -> bool {
        self.retry == Retry::AfterMetadata
    }
}

/// The code that says that all went well.
pub const NONE: i16 = 0;

/// The error of that code.
#[inline]
pub fn by_code(code: i16) -> Option<&'static ErrorCode> {
    // The table begins at -1 and has no gap; tests/tables.rs holds it to that.
    ERROR_CODES.get(usize::try_from(i32::from(code) + 1).ok()?)
}

/// The error of that name, in any spelling: `NOT_COORDINATOR`, `not-coordinator`, and the Java
/// class, `NotCoordinatorException`.
pub fn by_name(name: &str) -> Option<&'static ErrorCode> {
    ERROR_CODES
        .iter()
        .find(|error| names::same(name, error.name))
        .or_else(|| ERROR_CODES.iter().find(|error| names::same(name, error.exception)))
}

/// The errors whose names come nearest to one that is not known, the nearest first.
pub fn nearest(name: &str) -> Vec<&'static ErrorCode> {
    names::nearest(ERROR_CODES, name, |error| error.name)
}

macro_rules! error_codes {
    ($($code:literal $name:ident $retry:ident $exception:literal $since:literal $help:literal;)*) => {
        /// Every error code, in the order of their numbers from -1 on.
        pub static ERROR_CODES: &[ErrorCode] = &[$(ErrorCode {
            code: $code,
            name: stringify!($name),
            retry: Retry::$retry,
            exception: $exception,
            since: $since,
            help: $help,
        }),*];

        /// The codes by name, for those who answer with them.
        pub mod codes {
            $(
                #[doc = $help]
                pub const $name: i16 = $code;
            )*
        }
    };
}

error_codes! {
    -1 UNKNOWN_SERVER_ERROR Never "UnknownServerException" "0.8"
        "The broker met an error that it did not expect, and logged a stack trace. Look in its log at the time of the request.";
    0 NONE Never "" "0.8"
        "All went well.";
    1 OFFSET_OUT_OF_RANGE Never "OffsetOutOfRangeException" "0.8"
        "The log has no such offset: retention deleted it, or it lies past the end. Consumers fall back on auto.offset.reset.";
    2 CORRUPT_MESSAGE Later "CorruptRecordException" "0.8"
        "A record batch does not fit its checksum, its size or the format that the topic asks for. If it happens on fetching, check the disk and the segment with dump-log; if on producing, the network and the client.";
    3 UNKNOWN_TOPIC_OR_PARTITION AfterMetadata "UnknownTopicOrPartitionException" "0.8"
        "This broker does not have the topic or partition. It may not exist, may just have been created or deleted, or the client's metadata is old.";
    4 INVALID_FETCH_SIZE Never "InvalidFetchSizeException" "0.8"
        "The fetch asks for a size that makes no sense, such as a negative one.";
    5 LEADER_NOT_AVAILABLE AfterMetadata "LeaderNotAvailableException" "0.8"
        "The partition has no leader at the moment, because one is being elected or all its replicas are down.";
    6 NOT_LEADER_OR_FOLLOWER AfterMetadata "NotLeaderOrFollowerException" "0.8"
        "The broker that was asked no longer leads the partition, or does not hold a replica. Fresh metadata tells who leads.";
    7 REQUEST_TIMED_OUT Later "TimeoutException" "0.8"
        "The work was not done within the time that the request allowed. With acks=all it usually means that followers lag behind; the records may have been written all the same.";
    8 BROKER_NOT_AVAILABLE Never "BrokerNotAvailableException" "0.8"
        "The broker that is needed is not up. Clients do not see this; it was for tools.";
    9 REPLICA_NOT_AVAILABLE AfterMetadata "ReplicaNotAvailableException" "0.8"
        "The replica that was asked for is not there, for instance while it moves to another disk or broker.";
    10 MESSAGE_TOO_LARGE Never "RecordTooLargeException" "0.8"
        "A record batch is larger than the topic's max.message.bytes. Make batches smaller, compress them, or raise the limit for topic, replicas and consumers.";
    11 STALE_CONTROLLER_EPOCH Never "ControllerMovedException" "0.8"
        "The request comes from a controller that has been replaced.";
    12 OFFSET_METADATA_TOO_LARGE Never "OffsetMetadataTooLarge" "0.8"
        "The text that was committed with an offset is longer than the broker's offset.metadata.max.bytes.";
    13 NETWORK_EXCEPTION AfterMetadata "NetworkException" "0.8.2"
        "The connection broke before an answer came. Brokers do not send this; clients make it up.";
    14 COORDINATOR_LOAD_IN_PROGRESS Later "CoordinatorLoadInProgressException" "0.8.2"
        "The coordinator has just taken over and still reads its log. Try again in a moment.";
    15 COORDINATOR_NOT_AVAILABLE Later "CoordinatorNotAvailableException" "0.8.2"
        "There is no coordinator for this id yet: its internal topic is missing or being created, or its partition has no leader. Often the cluster has too few brokers for that topic's replication factor.";
    16 NOT_COORDINATOR Later "NotCoordinatorException" "0.8.2"
        "Another broker coordinates this id now. Ask FindCoordinator again.";
    17 INVALID_TOPIC_EXCEPTION Never "InvalidTopicException" "0.8.2"
        "The topic's name is not allowed (empty, \".\", \"..\", longer than 249 characters, or with characters other than letters, digits, \".\", \"_\" and \"-\"), or the topic is internal and may not be written.";
    18 RECORD_LIST_TOO_LARGE Never "RecordBatchTooLargeException" "0.8.2"
        "A record batch is larger than the segments of the log. Lower the producer's batch size or raise segment.bytes.";
    19 NOT_ENOUGH_REPLICAS Later "NotEnoughReplicasException" "0.8.2"
        "Fewer replicas are in sync than min.insync.replicas demands, so acks=all writes are refused and nothing was written. Bring the missing brokers back.";
    20 NOT_ENOUGH_REPLICAS_AFTER_APPEND Later "NotEnoughReplicasAfterAppendException" "0.8.2"
        "The records were written, but meanwhile too few replicas stayed in sync for acks=all. A retry may write them twice unless the producer is idempotent.";
    21 INVALID_REQUIRED_ACKS Never "InvalidRequiredAcksException" "0.9"
        "Acks is none of -1, 0 and 1.";
    22 ILLEGAL_GENERATION Never "IllegalGenerationException" "0.9"
        "The member speaks of a generation of its group that has passed or never was. It has to join again.";
    23 INCONSISTENT_GROUP_PROTOCOL Never "InconsistentGroupProtocolException" "0.9"
        "The protocols that the member names do not fit the group: it names none, none that all other members have too, to SyncGroup others than the group has, or the group has members of a newer protocol. Give all members one assignor in common.";
    24 INVALID_GROUP_ID Never "InvalidGroupIdException" "0.9"
        "The group id is empty or not allowed here.";
    25 UNKNOWN_MEMBER_ID Never "UnknownMemberIdException" "0.9"
        "The coordinator does not know the member: it was removed, usually after it sent no heartbeat for the session timeout. It has to join again.";
    26 INVALID_SESSION_TIMEOUT Never "InvalidSessionTimeoutException" "0.9"
        "The session timeout lies outside group.min.session.timeout.ms and group.max.session.timeout.ms of the broker.";
    27 REBALANCE_IN_PROGRESS Never "RebalanceInProgressException" "0.9"
        "The group is sharing out its partitions anew. Join again and then go on.";
    28 INVALID_COMMIT_OFFSET_SIZE Never "InvalidCommitOffsetSizeException" "0.9"
        "The commit is too large for one batch of __consumer_offsets. Commit fewer partitions or less metadata at a time.";
    29 TOPIC_AUTHORIZATION_FAILED Never "TopicAuthorizationException" "0.9"
        "The principal lacks a right on the topic. Grant it with an ACL; the operation that is lacking depends on the request.";
    30 GROUP_AUTHORIZATION_FAILED Never "GroupAuthorizationException" "0.9"
        "The principal lacks a right on the group. Consumers need READ on it.";
    31 CLUSTER_AUTHORIZATION_FAILED Never "ClusterAuthorizationException" "0.9"
        "The principal lacks a right on the cluster, such as CREATE, ALTER, DESCRIBE or CLUSTER_ACTION.";
    32 INVALID_TIMESTAMP Never "InvalidTimestampException" "0.10.0"
        "A record's timestamp is further from the broker's clock than the topic's message.timestamp limits allow. Check the producer's clock and its unit: milliseconds.";
    33 UNSUPPORTED_SASL_MECHANISM Never "UnsupportedSaslMechanismException" "0.10.0"
        "The listener does not offer that SASL mechanism. The response lists those that it does.";
    34 ILLEGAL_SASL_STATE Never "IllegalSaslStateException" "0.10.0"
        "A request came out of turn during SASL authentication, for instance anything else before it was done.";
    35 UNSUPPORTED_VERSION Never "UnsupportedVersionException" "0.10.0"
        "The broker does not speak this version of the request. Ask ApiVersions which it speaks; it may also be that a feature is not switched on.";
    36 TOPIC_ALREADY_EXISTS Never "TopicExistsException" "0.10.1"
        "A topic of that name exists, or one that clashes with it because \".\" and \"_\" are the same in metrics.";
    37 INVALID_PARTITIONS Never "InvalidPartitionsException" "0.10.1"
        "The number of partitions is not allowed: below 1, or not above what the topic has.";
    38 INVALID_REPLICATION_FACTOR Never "InvalidReplicationFactorException" "0.10.1"
        "The replication factor is below 1 or above the number of brokers that can take replicas.";
    39 INVALID_REPLICA_ASSIGNMENT Never "InvalidReplicaAssignmentException" "0.10.1"
        "The list of replicas is not allowed: duplicate or unknown brokers, lists of different lengths, or partitions left out.";
    40 INVALID_CONFIG Never "InvalidConfigurationException" "0.10.1"
        "A configuration is unknown, its value is not valid, or it may not be changed this way. The error message names it.";
    41 NOT_CONTROLLER Later "NotControllerException" "0.10.1"
        "This node is not the controller, or no longer. Ask for metadata and send the request to the one that is.";
    42 INVALID_REQUEST Never "InvalidRequestException" "0.10.1"
        "The request can be read, but makes no sense: fields contradict each other or have values that are not allowed. The broker's log or the error message says which.";
    43 UNSUPPORTED_FOR_MESSAGE_FORMAT Never "UnsupportedForMessageFormatException" "0.10.1"
        "The log's record format is too old for what was asked.";
    44 POLICY_VIOLATION Never "PolicyViolationException" "0.10.2"
        "A policy that the operator has set on the cluster (create.topic.policy or alter.config.policy) forbids it. The error message comes from the policy.";
    45 OUT_OF_ORDER_SEQUENCE_NUMBER Never "OutOfOrderSequenceException" "0.11"
        "A batch of an idempotent producer skips sequence numbers, so an earlier batch was lost. The producer has to begin anew, and in a transaction to abort.";
    46 DUPLICATE_SEQUENCE_NUMBER Never "DuplicateSequenceException" "0.11"
        "The broker has had this batch before, too long ago to say where it is. Producers take it as success.";
    47 INVALID_PRODUCER_EPOCH Never "InvalidProducerEpochException" "0.11"
        "The producer's epoch is older than one that the broker has seen: another producer with the same transactional id has begun.";
    48 INVALID_TXN_STATE Never "InvalidTxnStateException" "0.11"
        "The producer did something out of turn, such as ending a transaction that has not begun or writing to a partition that was not added.";
    49 INVALID_PRODUCER_ID_MAPPING Never "InvalidPidMappingException" "0.11"
        "The producer id does not belong to the transactional id. Its transactional id may have expired, after transactional.id.expiration.ms.";
    50 INVALID_TRANSACTION_TIMEOUT Never "InvalidTxnTimeoutException" "0.11"
        "The transaction's timeout is above the broker's transaction.max.timeout.ms or not positive.";
    51 CONCURRENT_TRANSACTIONS Later "ConcurrentTransactionsException" "0.11"
        "The previous transaction of this producer is still being completed. Try again in a moment.";
    52 TRANSACTION_COORDINATOR_FENCED Never "TransactionCoordinatorFencedException" "0.11"
        "The transaction marker comes from a coordinator that has been replaced.";
    53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED Never "TransactionalIdAuthorizationException" "0.11"
        "The principal lacks WRITE or DESCRIBE on the transactional id.";
    54 SECURITY_DISABLED Never "SecurityDisabledException" "0.11"
        "The broker has no authorizer, so there are no ACLs. Set authorizer.class.name.";
    55 OPERATION_NOT_ATTEMPTED Never "OperationNotAttemptedException" "0.11"
        "Nothing was tried for this entry, because another one in the same request failed. See that one's error.";
    56 KAFKA_STORAGE_ERROR AfterMetadata "KafkaStorageException" "1.0"
        "The disk of the partition failed, and its log directory was taken offline. Look in the broker's log and at the disk.";
    57 LOG_DIR_NOT_FOUND Never "LogDirNotFoundException" "1.0"
        "The broker has no such log directory. It must be spelled as in log.dirs.";
    58 SASL_AUTHENTICATION_FAILED Never "SaslAuthenticationException" "1.0"
        "The credentials are wrong or expired, or authentication failed otherwise. The message may say more, the broker's log does.";
    59 UNKNOWN_PRODUCER_ID Never "UnknownProducerIdException" "1.0"
        "The broker has forgotten the producer, because all its records were deleted. Producers begin anew on their own.";
    60 REASSIGNMENT_IN_PROGRESS Never "ReassignmentInProgressException" "1.0"
        "A reassignment of the partition is under way, and this cannot be done at the same time. Wait, or cancel it.";
    61 DELEGATION_TOKEN_AUTH_DISABLED Never "DelegationTokenDisabledException" "1.1"
        "Delegation tokens are not switched on: delegation.token.secret.key is not set.";
    62 DELEGATION_TOKEN_NOT_FOUND Never "DelegationTokenNotFoundException" "1.1"
        "There is no such delegation token. It may have expired and been removed.";
    63 DELEGATION_TOKEN_OWNER_MISMATCH Never "DelegationTokenOwnerMismatchException" "1.1"
        "The principal is neither owner nor renewer of the delegation token.";
    64 DELEGATION_TOKEN_REQUEST_NOT_ALLOWED Never "UnsupportedByAuthenticationException" "1.1"
        "Delegation tokens can be asked for over SASL or mutual TLS only, and not by who was authenticated with one.";
    65 DELEGATION_TOKEN_AUTHORIZATION_FAILED Never "DelegationTokenAuthorizationException" "1.1"
        "The principal may not see or create delegation tokens of others.";
    66 DELEGATION_TOKEN_EXPIRED Never "DelegationTokenExpiredException" "1.1"
        "The delegation token has expired. Ask for a new one.";
    67 INVALID_PRINCIPAL_TYPE Never "InvalidPrincipalTypeException" "1.1"
        "The principal's type is not supported here. It has to be \"User\".";
    68 NON_EMPTY_GROUP Never "GroupNotEmptyException" "1.1"
        "The group has members and cannot be deleted or altered. Stop its consumers first.";
    69 GROUP_ID_NOT_FOUND Never "GroupIdNotFoundException" "1.1"
        "There is no such group, or it is of another type than the request is for.";
    70 FETCH_SESSION_ID_NOT_FOUND Later "FetchSessionIdNotFoundException" "1.1"
        "The broker has dropped the fetch session, for lack of room or because it restarted. The client begins a new one.";
    71 INVALID_FETCH_SESSION_EPOCH Later "InvalidFetchSessionEpochException" "1.1"
        "The fetch session is at another epoch, so a request was lost or repeated. The client begins a new one.";
    72 LISTENER_NOT_FOUND AfterMetadata "ListenerNotFoundException" "2.0"
        "The partition's leader has no listener of the name that the client connected to. All brokers need the same client listeners.";
    73 TOPIC_DELETION_DISABLED Never "TopicDeletionDisabledException" "2.1"
        "The cluster does not delete topics: delete.topic.enable is false.";
    74 FENCED_LEADER_EPOCH AfterMetadata "FencedLeaderEpochException" "2.1"
        "The client knows of an older leader epoch than the broker, so its metadata is old.";
    75 UNKNOWN_LEADER_EPOCH Later "UnknownLeaderEpochException" "2.1"
        "The client knows of a newer leader epoch than the broker, which has not caught up with it yet. Try again in a moment.";
    76 UNSUPPORTED_COMPRESSION_TYPE Never "UnsupportedCompressionTypeException" "2.1"
        "The client is too old for the topic's compression (zstd), or the compression is not allowed here.";
    77 STALE_BROKER_EPOCH Never "StaleBrokerEpochException" "2.2"
        "The broker has registered again since, and the request speaks of its earlier life.";
    78 OFFSET_NOT_AVAILABLE Later "OffsetNotAvailableException" "2.2"
        "A new leader has been elected and does not know its high watermark yet. Try again in a moment.";
    79 MEMBER_ID_REQUIRED Never "MemberIdRequiredException" "2.2"
        "This is how a member learns its id: it has to join again with the one in the response.";
    80 PREFERRED_LEADER_NOT_AVAILABLE AfterMetadata "PreferredLeaderNotAvailableException" "2.2"
        "The preferred leader is not alive or not in sync, so it could not be elected.";
    81 GROUP_MAX_SIZE_REACHED Never "GroupMaxSizeReachedException" "2.2"
        "The group has as many members as the broker's group.max.size allows.";
    82 FENCED_INSTANCE_ID Never "FencedInstanceIdException" "2.3"
        "Another member with the same group.instance.id has taken over. Two consumers share one id, or this one is a zombie.";
    83 ELIGIBLE_LEADERS_NOT_AVAILABLE AfterMetadata "EligibleLeadersNotAvailableException" "2.4"
        "No replica of the partition may be elected leader: none is in sync and alive.";
    84 ELECTION_NOT_NEEDED AfterMetadata "ElectionNotNeededException" "2.4"
        "The right leader already leads, so there is nothing to elect.";
    85 NO_REASSIGNMENT_IN_PROGRESS Never "NoReassignmentInProgressException" "2.4"
        "There is no reassignment of the partition to cancel.";
    86 GROUP_SUBSCRIBED_TO_TOPIC Never "GroupSubscribedToTopicException" "2.4"
        "Members of the group are subscribed to the topic, so its offsets cannot be deleted.";
    87 INVALID_RECORD Never "InvalidRecordException" "2.4"
        "The broker looked into the batch and refused a record of it, for instance one without a key in a compacted topic. The response says which record and why.";
    88 UNSTABLE_OFFSET_COMMIT Later "UnstableOffsetCommitException" "2.5"
        "Offsets of these partitions belong to a transaction that is not decided yet. Try again in a moment.";
    89 THROTTLING_QUOTA_EXCEEDED Later "ThrottlingQuotaExceededException" "2.7"
        "The principal has used up its quota for this kind of request. Wait for the throttle time and try again.";
    90 PRODUCER_FENCED Never "ProducerFencedException" "2.7"
        "A newer producer with the same transactional id has taken over. This one has to stop.";
    91 RESOURCE_NOT_FOUND Never "ResourceNotFoundException" "2.7"
        "There is no such thing, for instance no SCRAM credential of that user.";
    92 DUPLICATE_RESOURCE Never "DuplicateResourceException" "2.7"
        "The request names the same thing twice.";
    93 UNACCEPTABLE_CREDENTIAL Never "UnacceptableCredentialException" "2.7"
        "The credential is not good enough, for instance SCRAM with too few iterations or an unknown mechanism.";
    94 INCONSISTENT_VOTER_SET Never "InconsistentVoterSetException" "2.7"
        "The two nodes do not agree on who votes in the KRaft quorum. Compare controller.quorum.voters on all of them.";
    95 INVALID_UPDATE_VERSION Never "InvalidUpdateVersionException" "2.7"
        "The change to a feature or voter is not allowed: unsupported, or a downgrade that was not asked for as one.";
    96 FEATURE_UPDATE_FAILED Never "FeatureUpdateFailedException" "2.7"
        "The features could not be changed. The error message says which broker or controller does not support the level.";
    97 PRINCIPAL_DESERIALIZATION_FAILURE Never "PrincipalDeserializationException" "2.8"
        "The controller could not read the principal that a broker forwarded. Brokers and controllers need the same principal.builder.class.";
    98 SNAPSHOT_NOT_FOUND Never "SnapshotNotFoundException" "2.8"
        "The node does not have that snapshot; it may have been replaced by a later one.";
    99 POSITION_OUT_OF_RANGE Never "PositionOutOfRangeException" "2.8"
        "There is no such position in the snapshot.";
    100 UNKNOWN_TOPIC_ID AfterMetadata "UnknownTopicIdException" "2.8"
        "The broker does not know this topic id. The topic is too new for it, or was deleted, perhaps to be created again under another id.";
    101 DUPLICATE_BROKER_REGISTRATION Never "DuplicateBrokerRegistrationException" "2.8"
        "A broker with this id is registered and alive. Two brokers share one node.id, or the old one's session has not ended.";
    102 BROKER_ID_NOT_REGISTERED Never "BrokerIdNotRegisteredException" "2.8"
        "The controller has no broker with this id.";
    103 INCONSISTENT_TOPIC_ID AfterMetadata "InconsistentTopicIdException" "2.8"
        "The topic id in the request is not the one that the broker has stored for the topic: the topic was deleted and created again.";
    104 INCONSISTENT_CLUSTER_ID Never "InconsistentClusterIdException" "2.8"
        "The nodes belong to different clusters. Compare cluster.id in their meta.properties.";
    105 TRANSACTIONAL_ID_NOT_FOUND Never "TransactionalIdNotFoundException" "3.0"
        "The coordinator has nothing about this transactional id.";
    106 FETCH_SESSION_TOPIC_ID_ERROR Later "FetchSessionTopicIdException" "3.1"
        "The fetch session was begun with topic names and is continued with topic ids, or the other way round. The client begins a new one.";
    107 INELIGIBLE_REPLICA Never "IneligibleReplicaException" "3.3"
        "A broker that is fenced or shutting down cannot be in the ISR.";
    108 NEW_LEADER_ELECTED Never "NewLeaderElectedException" "3.3"
        "The change made another broker leader, and that is why the one who asked no longer leads.";
    109 OFFSET_MOVED_TO_TIERED_STORAGE Never "OffsetMovedToTieredStorageException" "3.5"
        "The offset is no longer in the local log but in tiered storage; followers build their state from there.";
    110 FENCED_MEMBER_EPOCH Never "FencedMemberEpochException" "3.5"
        "The member's epoch is not the one that the coordinator has. It gives up its partitions and joins again.";
    111 UNRELEASED_INSTANCE_ID Never "UnreleasedInstanceIdException" "3.5"
        "Another live member has this group.instance.id. It has to leave first, or its session has to end.";
    112 UNSUPPORTED_ASSIGNOR Never "UnsupportedAssignorException" "3.5"
        "The broker has none of the server-side assignors that the member asks for.";
    113 STALE_MEMBER_EPOCH Never "StaleMemberEpochException" "3.6"
        "The member has a newer epoch than the one that the commit or fetch of offsets speaks of. It retries with the new one.";
    114 MISMATCHED_ENDPOINT_TYPE Never "MismatchedEndpointTypeException" "3.7"
        "The client wants brokers and reached a controller, or the other way round. Check bootstrap.servers and bootstrap.controllers.";
    115 UNSUPPORTED_ENDPOINT_TYPE Never "UnsupportedEndpointTypeException" "3.7"
        "The node cannot answer for endpoints of that type.";
    116 UNKNOWN_CONTROLLER_ID Never "UnknownControllerIdException" "3.7"
        "No controller with this id is known.";
    117 UNKNOWN_SUBSCRIPTION_ID Never "UnknownSubscriptionIdException" "3.7"
        "The client's metrics subscription has changed. It asks for the new one with GetTelemetrySubscriptions.";
    118 TELEMETRY_TOO_LARGE Never "TelemetryTooLargeException" "3.7"
        "The metrics are larger than telemetry.max.bytes of the broker.";
    119 INVALID_REGISTRATION Never "InvalidRegistrationException" "3.7"
        "The controller refused the registration: listeners, features or log directories of the broker are not acceptable.";
    120 TRANSACTION_ABORTABLE Never "TransactionAbortableException" "3.8"
        "The transaction cannot go on, but the producer can: abort it and begin another.";
    121 INVALID_RECORD_STATE Never "InvalidRecordStateException" "3.9"
        "The record is not in a state for this acknowledgement, for instance because the lock on it ran out and it was delivered again.";
    122 SHARE_SESSION_NOT_FOUND Later "ShareSessionNotFoundException" "3.9"
        "The broker has no such share session; it was dropped or the broker restarted. The client begins a new one.";
    123 INVALID_SHARE_SESSION_EPOCH Later "InvalidShareSessionEpochException" "3.9"
        "The share session is at another epoch, so a request was lost or repeated. The client begins a new one.";
    124 FENCED_STATE_EPOCH Never "FencedStateEpochException" "3.9"
        "The share partition's state was written by a later epoch, so this one is out of date.";
    125 INVALID_VOTER_KEY Never "InvalidVoterKeyException" "3.9"
        "The voter is not the one at that id: its directory id is another.";
    126 DUPLICATE_VOTER Never "DuplicateVoterException" "3.9"
        "A voter with this id is already in the set.";
    127 VOTER_NOT_FOUND Never "VoterNotFoundException" "3.9"
        "No voter with this id and directory is in the set.";
    128 INVALID_REGULAR_EXPRESSION Never "InvalidRegularExpression" "4.0"
        "The regular expression of the subscription is not valid for the broker. It reads RE2/J, not Java's own syntax.";
    129 REBOOTSTRAP_REQUIRED Never "RebootstrapRequiredException" "4.0"
        "The client has to begin anew from its bootstrap servers: what it knows of the cluster is of no use.";
    130 STREAMS_INVALID_TOPOLOGY Never "StreamsInvalidTopologyException" "4.1"
        "The topology of the Streams application contradicts itself or the topics that exist.";
    131 STREAMS_INVALID_TOPOLOGY_EPOCH Never "StreamsInvalidTopologyEpochException" "4.1"
        "The member speaks of another epoch of the topology than the group has.";
    132 STREAMS_TOPOLOGY_FENCED Never "StreamsTopologyFencedException" "4.1"
        "The member's topology is older than that of the group. The application has to be restarted with the new one.";
    133 SHARE_SESSION_LIMIT_REACHED Later "ShareSessionLimitReachedException" "4.1"
        "The broker has as many share sessions as it allows. Try again later.";
    134 GROUP_DELETION_FAILED Never "GroupDeletionFailedException" "4.4"
        "The group could not be deleted, because its topology description could not be. Try again, and look in the broker's log.";
    135 STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED Never "StreamsTopologyDescriptionUpdateFailedException" "4.4"
        "The broker's plugin could not store the description of the topology. The group works all the same.";
    136 CONTROLLER_ID_NOT_REGISTERED Never "ControllerIdNotRegisteredException" "4.4"
        "The controller with this id is not registered.";
}
