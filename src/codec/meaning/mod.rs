//! What a value stands for: the name of an error code, the member of an enumeration, the bits of a
//! set, a point in time, an id with a special sense. A field's declaration says which
//! (`means ErrorCode`), and whoever shows the field asks here.

pub mod time;
pub mod uuid;

use super::{api, error_codes, names};

/// What the value of a field stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing but itself.
    Plain,
    /// What a share consumer did with a record: `AcknowledgeType` (KIP-932, KIP-1222).
    AcknowledgeType,
    /// Who must have a produced batch before the broker answers: `ProduceRequest` acks.
    Acks,
    /// One operation of an ACL: `AclOperation`.
    AclOperation,
    /// A set of operations, one bit for each (KIP-430).
    AclOperations,
    /// What an ACL is about: `ResourceType`.
    AclResourceType,
    /// The key of an API: `ApiKeys`.
    ApiKey,
    /// Bytes that a group's leader wrote for a member: of consumers, a ConsumerProtocolAssignment.
    Assignment,
    /// A number of partitions or replicas of a new topic; -1 leaves it to the broker (KIP-464).
    BrokerDefault,
    /// The epoch of a broker's registration (KIP-380, KIP-631).
    BrokerEpoch,
    /// A broker or controller.
    BrokerId,
    /// The offset that a group has committed.
    CommittedOffset,
    /// How the metrics in a PushTelemetry request are compressed: `CompressionType`.
    CompressionType,
    /// What to do with a configuration: `AlterConfigOp.OpType` (KIP-339).
    ConfigOperation,
    /// What a configuration belongs to: `ConfigResource.Type`.
    ConfigResourceType,
    /// Where a configuration's value comes from: `DescribeConfigsResponse.ConfigSource`.
    ConfigSource,
    /// The type of a configuration: `DescribeConfigsResponse.ConfigType`.
    ConfigType,
    /// The value of a configuration, which can be a password.
    ConfigValue,
    /// The ConnectAssignment that a Connect worker has already, in its metadata (KIP-415).
    ConnectAssignment,
    /// Why a Connect worker got no assignment: `ConnectProtocol.Assignment`.
    ConnectError,
    /// How far a member of a consumer group is with its assignment: `MemberState` (KIP-848).
    ConsumerMemberState,
    /// The type of a control record: `ControlRecordType`.
    ControlType,
    /// Whether a broker has begun to shut down: `BrokerRegistrationInControlledShutdownChange`.
    ControlledShutdownChange,
    /// What is coordinated: `FindCoordinatorRequest.CoordinatorType`.
    CoordinatorType,
    /// The first offset that DeleteRecords keeps.
    DeleteRecordsOffset,
    /// The state of a record of a share partition: `RecordState` (KIP-932).
    DeliveryState,
    /// A log directory: `DirectoryId` (KIP-858).
    DirectoryId,
    /// The shortest duration that a transaction listed must have (KIP-994).
    DurationFilter,
    /// Which leader to elect: `ElectionType` (KIP-460).
    ElectionType,
    /// Whether brokers or controllers are described: `EndpointType` (KIP-919).
    EndpointType,
    /// A whole request, header first, that a broker passes on (KIP-590).
    EnvelopedRequest,
    /// The whole response to it.
    EnvelopedResponse,
    /// An error code: `Errors`.
    ErrorCode,
    /// After how many milliseconds a delegation token is to expire.
    ExpiryPeriod,
    /// The level of a feature (KIP-584).
    FeatureLevel,
    /// Whether a broker gets fenced: `BrokerRegistrationFencingChange`.
    FencingChange,
    /// The epoch of a fetch session: `FetchMetadata` (KIP-227).
    FetchSessionEpoch,
    /// A fetch session.
    FetchSessionId,
    /// The offset that ListOffsets found.
    FoundOffset,
    /// The generation of a group with the classic protocol, or -1 from who is not a member.
    Generation,
    /// The epoch in a member's heartbeat or its answer, which also joins and leaves
    /// (`ConsumerGroupHeartbeatRequest`, KIP-848).
    HeartbeatEpoch,
    /// The high watermark that a fetching replica knows (KIP-1166).
    HighWatermarkHint,
    /// An IP address, four or sixteen bytes.
    HostAddress,
    /// Whether open and aborted transactions are seen: `IsolationLevel` (KIP-98).
    IsolationLevel,
    /// The new leader of a partition in a change record: `LeaderConstants`.
    LeaderChange,
    /// The epoch of a partition's leader (KIP-101).
    LeaderEpoch,
    /// The epoch of a partition's leader, or a topic's end: `LeaderAndIsr.EpochDuringDelete`.
    LeaderEpochOrDeletion,
    /// The leader of a partition, or a topic's end: `LeaderAndIsr.LeaderDuringDelete`.
    LeaderOrDeletion,
    /// Whether a leader was elected uncleanly and has not recovered: `LeaderRecoveryState` (KIP-704).
    LeaderRecoveryState,
    /// The time to look for, or one of the special places of a log: `ListOffsetsRequest`.
    ListOffsetsTimestamp,
    /// When the broker wrote the batch, where the topic asks for that time instead of the producer's.
    LogAppendTime,
    /// The epoch that the coordinator has for a member (KIP-848).
    MemberEpoch,
    /// The protocol that a member speaks: `ConsumerGroupDescribeResponse` (KIP-1099).
    MemberType,
    /// A length of time in milliseconds.
    Millis,
    /// A length of time in milliseconds; -1 leaves it to the broker.
    MillisOrDefault,
    /// A length of time in milliseconds; -1 where it has not changed since the last heartbeat.
    MillisOrUnchanged,
    /// An offset.
    Offset,
    /// The first offset of a producer's open transaction.
    OpenTransaction,
    /// How the name in an ACL matches: `PatternType` (KIP-290).
    PatternType,
    /// Whether an ACL allows or denies: `AclPermissionType`.
    PermissionType,
    /// The principal of a request that was passed on, a DefaultPrincipalData (KIP-590).
    Principal,
    /// The epoch of a producer (KIP-98).
    ProducerEpoch,
    /// An idempotent producer (KIP-98).
    ProducerId,
    /// How an entity of a quota matches: `DescribeClientQuotasRequest` (KIP-546).
    QuotaMatchType,
    /// The state of a segment in tiered storage: `RemoteLogSegmentState` (KIP-405).
    RemoteLogSegmentState,
    /// How far the deletion of a partition from tiered storage is: `RemotePartitionDeleteState`.
    RemotePartitionDeleteState,
    /// The follower that fetches, or a consumer: `FetchRequest` and `ListOffsetsRequest`.
    ReplicaId,
    /// A message of the SASL mechanism; of PLAIN, the password.
    Sasl,
    /// The hash of a SCRAM credential: `ScramMechanism` (KIP-554).
    ScramMechanism,
    /// Key material or a delegation token: not to be shown unasked.
    Secret,
    /// How a listener is secured: `SecurityProtocol`.
    SecurityProtocol,
    /// The sequence number of a producer's batch in a partition (KIP-98).
    Sequence,
    /// How long an authenticated connection may live (KIP-368).
    SessionLifetime,
    /// How strictly a share fetch keeps to its limit of records: `ShareAcquireMode` (KIP-1206).
    ShareAcquireMode,
    /// How far a member of a share group is: `MemberState`.
    ShareMemberState,
    /// The epoch of a share session: `ShareRequestMetadata` (KIP-932).
    ShareSessionEpoch,
    /// The new first offset of a share partition, if it changes.
    ShareStartChange,
    /// The first offset of a share partition that is not done with.
    ShareStartOffset,
    /// A number of bytes.
    Size,
    /// The partitions of a topic that a Streams application wants; 0 leaves it open (KIP-1071).
    StreamsPartitions,
    /// How far a member of a Streams group is: `MemberState` of its package (KIP-1071).
    StreamsMemberState,
    /// The replicas of a topic that a Streams application wants; 0 leaves it to the broker.
    StreamsReplicas,
    /// What is wrong with a Streams group: `StreamsGroupHeartbeatResponse.Status`.
    StreamsStatus,
    /// Bytes that a member wrote when it joined: of consumers, a ConsumerProtocolSubscription.
    Subscription,
    /// A point in time, in milliseconds since 1970.
    Timestamp,
    /// A topic (KIP-516).
    TopicId,
    /// Whether a Streams topology's description is there: `StreamsGroupTopologyDescriptionStatus`
    /// (KIP-1331).
    TopologyDescriptionStatus,
    /// The epoch of a Streams topology.
    TopologyEpoch,
    /// A node of a Streams topology: `StreamsGroupTopologyDescriptionConverter` (KIP-1331).
    TopologyNodeType,
    /// The state of a transaction: `TransactionState`.
    TransactionState,
    /// The transaction protocol that the producer speaks: `TransactionVersion` (KIP-890).
    TransactionVersion,
    /// A number that is -1 where the sender did not know or may not tell.
    UnknownOrNumber,
    /// Whether the controller of a ZooKeeper cluster sends everything:
    /// `AbstractControlRequest.Type` (KIP-866).
    UpdateType,
    /// How a feature's level may change: `FeatureUpdate.UpgradeType` (KIP-584).
    UpgradeType,
    /// The log directory of a KRaft voter, which has none before KIP-853.
    VoterDirectoryId,
    /// How far the move from ZooKeeper is: `ZkMigrationState` (KIP-866).
    ZkMigrationState,
}

impl Meaning {
    /// Appends what the number stands for, as it goes into parentheses behind it, and returns true.
    /// Where there is nothing to say, appends nothing and returns false.
    ///
    /// ```
    /// use kafkit::codec::meaning::Meaning;
    /// let mut text = Vec::new();
    /// assert!(Meaning::ErrorCode.describe(3, &mut text));
    /// assert_eq!(text, b"UNKNOWN_TOPIC_OR_PARTITION");
    /// assert!(!Meaning::Offset.describe(42, &mut text));
    /// ```
    #[inline]
    pub fn describe(self, value: i64, out: &mut Vec<u8>) -> bool {
        match self {
            // Most numbers have nothing to say, and no call is made for them.
            Self::Plain => false,
            Self::BrokerId | Self::Offset | Self::LeaderEpoch if value >= 0 => false,
            Self::Timestamp | Self::LogAppendTime | Self::ListOffsetsTimestamp if value >= 0 => {
                time::push_timestamp(value, out)
            }
            _ => self.describe_special(value, out),
        }
    }

    fn describe_special(self, value: i64, out: &mut Vec<u8>) -> bool {
        if let Some(word) = self.word(value) {
            out.extend_from_slice(word.as_bytes());
            return true;
        }
        match self {
            Self::Timestamp | Self::LogAppendTime => time::push_timestamp(value, out),
            Self::Millis
            | Self::MillisOrDefault
            | Self::MillisOrUnchanged
            | Self::DurationFilter
            | Self::ExpiryPeriod
            | Self::SessionLifetime => match u64::try_from(value) {
                // Below a second the number itself is as easy to read.
                Ok(millis @ 1000..) => {
                    time::push_duration(millis, out);
                    true
                }
                _ => false,
            },
            Self::Size => match u64::try_from(value) {
                Ok(bytes @ 1024..) => {
                    time::push_size(bytes, out);
                    true
                }
                _ => false,
            },
            Self::AclOperations => {
                push_operations(value, out);
                true
            }
            _ => false,
        }
    }

    /// The fixed text for the number: the member of an enumeration, or the special sense of one value.
    fn word(self, value: i64) -> Option<&'static str> {
        match self {
            Self::ErrorCode => Some(
                i16::try_from(value)
                    .ok()
                    .and_then(error_codes::by_code)
                    .map_or("not an error of Kafka 4.4 or before", |error| error.name),
            ),
            Self::ApiKey => Some(
                i16::try_from(value)
                    .ok()
                    .and_then(api::by_key)
                    .map_or("not an API of Kafka 4.4 or before", |api| api.name),
            ),

            Self::AcknowledgeType => member(value, &["GAP", "ACCEPT", "RELEASE", "REJECT", "RENEW"]),
            Self::Acks => Some(match value {
                -1 => "all in-sync replicas",
                0 => "no response",
                1 => "the leader",
                _ => "not allowed: -1, 0 or 1",
            }),
            Self::AclOperation => member(value, &ACL_OPERATIONS),
            Self::AclResourceType => member(
                value,
                &[
                    "UNKNOWN",
                    "ANY",
                    "TOPIC",
                    "GROUP",
                    "CLUSTER",
                    "TRANSACTIONAL_ID",
                    "DELEGATION_TOKEN",
                    "USER",
                ],
            ),
            Self::CompressionType => member(value, &["none", "gzip", "snappy", "lz4", "zstd"]),
            Self::ConfigOperation => member(value, &["SET", "DELETE", "APPEND", "SUBTRACT"]),
            Self::ConfigResourceType => Some(match value {
                0 => "UNKNOWN",
                2 => "TOPIC",
                4 => "BROKER",
                8 => "BROKER_LOGGER",
                16 => "CLIENT_METRICS",
                32 => "GROUP",
                _ => NOT_A_MEMBER,
            }),
            Self::ConfigSource => match value {
                -1 => Some("not told"),
                _ => member(
                    value,
                    &[
                        "UNKNOWN",
                        "TOPIC_CONFIG",
                        "DYNAMIC_BROKER_CONFIG",
                        "DYNAMIC_DEFAULT_BROKER_CONFIG",
                        "STATIC_BROKER_CONFIG",
                        "DEFAULT_CONFIG",
                        "DYNAMIC_BROKER_LOGGER_CONFIG",
                        "CLIENT_METRICS_CONFIG",
                        "GROUP_CONFIG",
                    ],
                ),
            },
            Self::ConfigType => member(
                value,
                &[
                    "UNKNOWN", "BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST", "CLASS",
                    "PASSWORD",
                ],
            ),
            Self::ConnectError => member(value, &["none", "CONFIG_MISMATCH"]),
            Self::ConsumerMemberState | Self::ShareMemberState => match value {
                127 => Some("UNKNOWN"),
                _ => member(value, &["STABLE", "UNREVOKED_PARTITIONS", "UNRELEASED_PARTITIONS"]),
            },
            Self::ControlType => member(
                value,
                &[
                    "ABORT",
                    "COMMIT",
                    "LEADER_CHANGE",
                    "SNAPSHOT_HEADER",
                    "SNAPSHOT_FOOTER",
                    "KRAFT_VERSION",
                    "KRAFT_VOTERS",
                ],
            ),
            Self::ControlledShutdownChange => member(value, &["unchanged", "in controlled shutdown"]),
            Self::CoordinatorType => member(value, &["GROUP", "TRANSACTION", "SHARE"]),
            Self::DeliveryState => {
                member(value, &["AVAILABLE", "ACQUIRED", "ACKNOWLEDGED", "ARCHIVING", "ARCHIVED"])
            }
            Self::ElectionType => member(value, &["PREFERRED", "UNCLEAN"]),
            Self::EndpointType => member(value, &["UNKNOWN", "BROKER", "CONTROLLER"]),
            Self::FencingChange => Some(match value {
                -1 => "unfence",
                0 => "unchanged",
                1 => "fence",
                _ => NOT_A_MEMBER,
            }),
            Self::IsolationLevel => member(value, &["read_uncommitted", "read_committed"]),
            Self::LeaderRecoveryState => match value {
                -1 => Some("unchanged"),
                _ => member(value, &["RECOVERED", "RECOVERING"]),
            },
            Self::MemberType => match value {
                -1 => Some("not told"),
                _ => member(value, &["classic", "consumer"]),
            },
            Self::PatternType => member(value, &["UNKNOWN", "ANY", "MATCH", "LITERAL", "PREFIXED"]),
            Self::PermissionType => member(value, &["UNKNOWN", "ANY", "DENY", "ALLOW"]),
            Self::QuotaMatchType => member(value, &["exact name", "default", "any specified name"]),
            Self::RemoteLogSegmentState => member(
                value,
                &[
                    "COPY_SEGMENT_STARTED",
                    "COPY_SEGMENT_FINISHED",
                    "DELETE_SEGMENT_STARTED",
                    "DELETE_SEGMENT_FINISHED",
                ],
            ),
            Self::RemotePartitionDeleteState => member(
                value,
                &["DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED"],
            ),
            Self::ScramMechanism => member(value, &["UNKNOWN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
            Self::SecurityProtocol => member(value, &["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]),
            Self::ShareAcquireMode => member(value, &["batch_optimized", "record_limit"]),
            // Unlike those of the other groups, these begin at 1.
            Self::StreamsMemberState => Some(match value {
                1 => "STABLE",
                2 => "UNREVOKED_TASKS",
                3 => "UNRELEASED_TASKS",
                127 => "UNKNOWN",
                _ => NOT_A_MEMBER,
            }),
            Self::StreamsStatus => member(
                value,
                &[
                    "STALE_TOPOLOGY",
                    "MISSING_SOURCE_TOPICS",
                    "INCORRECTLY_PARTITIONED_TOPICS",
                    "MISSING_INTERNAL_TOPICS",
                    "SHUTDOWN_APPLICATION",
                    "ASSIGNMENT_DELAYED",
                ],
            ),
            Self::TopologyDescriptionStatus => {
                member(value, &["NOT_REQUESTED", "NOT_STORED", "ERROR", "AVAILABLE"])
            }
            Self::TopologyNodeType => Some(match value {
                1 => "source",
                2 => "processor",
                3 => "sink",
                _ => NOT_A_MEMBER,
            }),
            Self::TransactionState => member(
                value,
                &[
                    "Empty",
                    "Ongoing",
                    "PrepareCommit",
                    "PrepareAbort",
                    "CompleteCommit",
                    "CompleteAbort",
                    "Dead",
                    "PrepareEpochFence",
                ],
            ),
            Self::TransactionVersion => Some(match value {
                0 | 1 => "one epoch for many transactions",
                2 => "an epoch for each transaction",
                _ => NOT_A_MEMBER,
            }),
            Self::UpdateType => member(value, &["UNKNOWN", "INCREMENTAL", "FULL"]),
            Self::UpgradeType => member(value, &["UNKNOWN", "UPGRADE", "SAFE_DOWNGRADE", "UNSAFE_DOWNGRADE"]),
            // Kafka 3.4 wrote 1 where later releases mean 2; they swapped the names to go on from there.
            Self::ZkMigrationState => {
                member(value, &["NONE", "MIGRATION", "PRE_MIGRATION", "POST_MIGRATION"])
            }

            Self::AclOperations => special(value, &[(i32::MIN as i64, "not asked for"), (0, "none")]),
            Self::BrokerDefault => special(value, &[(-1, "the broker's default, or as assigned")]),
            Self::BrokerEpoch | Self::BrokerId | Self::Generation | Self::LeaderEpoch => {
                special(value, &[(-1, "none")])
            }
            Self::ProducerEpoch | Self::ProducerId | Self::Sequence | Self::TopologyEpoch => {
                special(value, &[(-1, "none")])
            }
            Self::CommittedOffset => special(value, &[(-1, "nothing committed")]),
            Self::DeleteRecordsOffset => special(value, &[(-1, "up to the high watermark")]),
            Self::DurationFilter if value < 0 => Some("any"),
            Self::ExpiryPeriod if value < 0 => Some("at once"),
            Self::FeatureLevel => special(value, &[(0, "off")]),
            Self::FetchSessionEpoch => {
                special(value, &[(-1, "without a session, or its end"), (0, "begins a session")])
            }
            Self::FetchSessionId => special(value, &[(0, "none")]),
            Self::FoundOffset => special(value, &[(-1, "none found")]),
            Self::HeartbeatEpoch => special(
                value,
                &[
                    (-2, "a static member leaves for a while"),
                    (-1, "leaves the group"),
                    (0, "joins the group"),
                ],
            ),
            Self::HighWatermarkHint => special(value, &[(-1, "not known"), (i64::MAX, "not told")]),
            Self::LeaderChange => special(value, &[(-2, "unchanged"), (-1, "none")]),
            Self::LeaderEpochOrDeletion => {
                special(value, &[(-2, "the topic is being deleted"), (-1, "none")])
            }
            Self::LeaderOrDeletion => special(value, &[(-2, "the topic is being deleted"), (-1, "none")]),
            Self::ListOffsetsTimestamp if value < 0 => Some(match value {
                -1 => "latest",
                -2 => "earliest",
                -3 => "max timestamp",
                -4 => "earliest local",
                -5 => "latest tiered",
                -6 => "earliest pending upload",
                _ => "not a special time of Kafka 4.4 or before",
            }),
            Self::LogAppendTime => special(value, &[(-1, "the producer's time stands")]),
            Self::MemberEpoch => {
                special(value, &[(-2, "a static member that left for a while"), (-1, "none")])
            }
            Self::Millis => special(value, &[(-1, "none")]),
            Self::MillisOrDefault => special(value, &[(-1, "the broker's default")]),
            Self::MillisOrUnchanged => special(value, &[(-1, "unchanged")]),
            Self::Offset => special(value, &[(-1, "unknown or none")]),
            Self::OpenTransaction => special(value, &[(-1, "none open")]),
            Self::ReplicaId => special(value, &[(-1, "a consumer"), (-2, "a debugging consumer")]),
            Self::SessionLifetime => special(value, &[(0, "no limit")]),
            Self::ShareSessionEpoch => special(value, &[(-1, "ends the session"), (0, "begins a session")]),
            Self::ShareStartChange => special(value, &[(-1, "unchanged")]),
            Self::ShareStartOffset => special(value, &[(-1, "not set")]),
            Self::Size => special(value, &[(-1, "not known"), (i32::MAX as i64, "no limit")]),
            Self::StreamsPartitions => special(value, &[(0, "as many as it takes")]),
            Self::StreamsReplicas => special(value, &[(0, "the broker's default")]),
            Self::Timestamp => special(value, &[(-1, "none")]),
            Self::UnknownOrNumber => special(value, &[(-1, "not known")]),

            Self::Plain
            | Self::Assignment
            | Self::ConfigValue
            | Self::ConnectAssignment
            | Self::DirectoryId
            | Self::DurationFilter
            | Self::EnvelopedRequest
            | Self::EnvelopedResponse
            | Self::ExpiryPeriod
            | Self::HostAddress
            | Self::ListOffsetsTimestamp
            | Self::Principal
            | Self::Sasl
            | Self::Secret
            | Self::Subscription
            | Self::TopicId
            | Self::VoterDirectoryId => None,
        }
    }

    /// The numbers that stand for something, and for what: the members of an enumeration, the special
    /// senses. None for error codes and API keys, which have tables of their own.
    pub fn senses(self) -> impl Iterator<Item = (i64, &'static str)> {
        // All enumerations lie within one signed byte; what is said of its first number is said of all
        // that are not members.
        let first = i64::from(i8::MIN);
        let listed = !matches!(self, Self::ErrorCode | Self::ApiKey);
        (first + 1..=i8::MAX.into())
            .chain([i64::from(i32::MIN), i32::MAX.into(), i64::MAX])
            .filter(move |_| listed)
            .filter_map(move |value| self.word(value).map(|word| (value, word)))
            .filter(move |(_, word)| Some(*word) != self.word(first))
    }

    /// Appends what an id of sixteen bytes stands for and returns true. Where it is an id like any
    /// other, appends nothing and returns false.
    pub fn describe_uuid(self, id: &[u8; 16], out: &mut Vec<u8>) -> bool {
        let words = match (self, u128::from_be_bytes(*id)) {
            (Self::DirectoryId, 0) => "unassigned",
            (Self::DirectoryId, 1) => "lost",
            (Self::DirectoryId, 2) => "migrating",
            // Kafka keeps the first hundred for itself (`DirectoryId.random`).
            (Self::DirectoryId, 3..100) => "reserved",
            (_, 0) => "none",
            // Uuid.METADATA_TOPIC_ID
            (Self::TopicId, 1) => "__cluster_metadata",
            _ => return false,
        };
        out.extend_from_slice(words.as_bytes());
        true
    }

    /// Whether the value is shown only to those who ask for it: keys, tokens, and SASL messages, which
    /// can hold a password. A [`ConfigValue`](Self::ConfigValue) is not, since most are harmless.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::Sasl)
    }

    /// The number that a name stands for, in any spelling: the inverse of [`describe`](Self::describe)
    /// for error codes, API keys and enumerations.
    pub fn value_of(self, name: &str) -> Option<i64> {
        match self {
            Self::ErrorCode => error_codes::by_name(name).map(|error| error.code.into()),
            Self::ApiKey => api::by_name(name).map(|api| api.key.into()),
            // All enumerations lie within one signed byte, special senses just below zero.
            _ => (i8::MIN.into()..=i8::MAX.into()).find(|&value| {
                self.word(value).is_some_and(|word| word != NOT_A_MEMBER && names::same(word, name))
            }),
        }
    }
}

/// What is said of a number that its enumeration does not have.
const NOT_A_MEMBER: &str = "not a value of Kafka 4.4 or before";

/// The member of an enumeration that counts from 0.
fn member(value: i64, members: &[&'static str]) -> Option<&'static str> {
    let at = usize::try_from(value).ok();
    Some(at.and_then(|at| members.get(at)).copied().unwrap_or(NOT_A_MEMBER))
}

/// The special sense of one value among numbers that stand for themselves.
fn special(value: i64, senses: &[(i64, &'static str)]) -> Option<&'static str> {
    senses.iter().find(|(special, _)| *special == value).map(|(_, sense)| *sense)
}

/// `AclOperation`, whose numbers are also the bits of a set of them.
const ACL_OPERATIONS: [&str; 16] = [
    "UNKNOWN",
    "ANY",
    "ALL",
    "READ",
    "WRITE",
    "CREATE",
    "DELETE",
    "ALTER",
    "DESCRIBE",
    "CLUSTER_ACTION",
    "DESCRIBE_CONFIGS",
    "ALTER_CONFIGS",
    "IDEMPOTENT_WRITE",
    "CREATE_TOKENS",
    "DESCRIBE_TOKENS",
    "TWO_PHASE_COMMIT",
];

/// Appends the names of the operations in a set, and `bit 20` for those without one.
fn push_operations(set: i64, out: &mut Vec<u8>) {
    let start = out.len();
    let mut rest = set as u32;
    while rest != 0 {
        let bit = rest.trailing_zeros();
        rest &= rest - 1;
        if out.len() > start {
            out.extend_from_slice(b", ");
        }
        match ACL_OPERATIONS.get(bit as usize) {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None => {
                out.extend_from_slice(b"bit ");
                push_number(bit.into(), out);
            }
        }
    }
}

/// Appends a number in decimal.
fn push_number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
