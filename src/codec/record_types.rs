//! The records that Kafka itself writes: which type an id stands for, and which messages its key
//! and value are.

use super::messages::{coordinator_records, data, group_records, metadata_records};
use super::names;
use super::schema::{Message, Versions};

/// Who writes a record, and so how its type and version are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// The KRaft controller, to `__cluster_metadata`. The key is null; the value is three unsigned
    /// varints (frame version, always 1; type; version) and the message (`MetadataRecordSerde`,
    /// KIP-631).
    Metadata,
    /// The group coordinator, to `__consumer_offsets`. An int16 before the key is the type, an int16
    /// before the value its version; a null value deletes (`GroupCoordinatorRecordSerde`).
    Group,
    /// The transaction coordinator, to `__transaction_state`; framed as [`Family::Group`]
    /// (`TransactionLog`, KIP-98).
    Transaction,
    /// The share coordinator, to `__share_group_state`; framed as [`Family::Group`]
    /// (`ShareCoordinatorRecordSerde`, KIP-932).
    Share,
    /// The tiered storage of a broker, to `__remote_log_metadata`. The key is null; the value is two
    /// unsigned varints (type, version) and the message (`RemoteLogMetadataSerde`, KIP-405).
    RemoteLog,
    /// Any broker or controller, in control batches of any log. The key is an int16 version and an
    /// int16 type. An [`end_txn_marker`](data::end_txn_marker) has an int16 version before it; in the
    /// others the first field is the version (`ControlRecordType`, KIP-98 and KIP-595).
    Control,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Metadata, Self::Group, Self::Transaction, Self::Share, Self::RemoteLog, Self::Control];

    /// The name in Kafka's tables: `remote-log`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Group => "group",
            Self::Transaction => "transaction",
            Self::Share => "share",
            Self::RemoteLog => "remote-log",
            Self::Control => "control",
        }
    }

    /// The topic that holds these records; none for control records, which are in every log.
    pub fn topic(self) -> Option<&'static str> {
        match self {
            Self::Metadata => Some("__cluster_metadata"),
            Self::Group => Some("__consumer_offsets"),
            Self::Transaction => Some("__transaction_state"),
            Self::Share => Some("__share_group_state"),
            Self::RemoteLog => Some("__remote_log_metadata"),
            Self::Control => None,
        }
    }

    /// The family whose records the topic holds.
    pub fn of_topic(topic: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.topic() == Some(topic))
    }

    /// Its record types in the order of their ids, which have gaps.
    pub fn record_types(self) -> &'static [RecordType] {
        match self {
            Self::Metadata => METADATA,
            Self::Group => GROUP,
            Self::Transaction => TRANSACTION,
            Self::Share => SHARE,
            Self::RemoteLog => REMOTE_LOG,
            Self::Control => CONTROL,
        }
    }

    /// The record type of that id.
    pub fn record_type(self, id: i16) -> Option<&'static RecordType> {
        let types = self.record_types();
        let at = types.binary_search_by_key(&id, |record_type| record_type.id).ok()?;
        types.get(at)
    }
}

/// One type of record.
#[derive(Debug)]
pub struct RecordType {
    /// Who writes it.
    pub family: Family,
    /// Its id: a metadata record's API key, a coordinator key's version, a control record's type.
    pub id: i16,
    /// Its name as Kafka's enumerations spell it, `PARTITION_CHANGE_RECORD`.
    pub name: &'static str,
    /// The message in the key; none where the key is null.
    pub key: Option<&'static Message>,
    /// The message in the value.
    pub value: &'static Message,
}

impl RecordType {
    /// The versions of the value that Kafka 4.4 knows.
    pub fn value_versions(&self) -> Versions {
        self.value.current
    }

    /// What people call it: `PartitionRecord`, `OffsetCommit`, `COMMIT`. That is the message's name, without
    /// what says that it is a value.
    pub fn short_name(&self) -> &'static str {
        match self.family {
            // Several control records have one message.
            Family::Control => self.name,
            _ => self.value.name.strip_suffix("Value").unwrap_or(self.value.name),
        }
    }

    /// Whether a person who types `name`, however spelled, means this type: `PartitionRecord`,
    /// `PARTITION_RECORD`, `partition-record`, `OffsetCommitKey`.
    pub fn is_named(&self, name: &str) -> bool {
        let messages = [Some(self.value), self.key].into_iter().flatten();
        let mut message_names =
            messages.filter(|_| self.family != Family::Control).map(|message| message.name);
        names::same(self.name, name)
            || names::same(self.short_name(), name)
            || message_names.any(|message| names::same(message, name))
    }
}

/// The record types of all families whose names come nearest to one that is not known.
pub fn nearest(name: &str) -> Vec<&'static RecordType> {
    let types = Family::ALL.into_iter().flat_map(Family::record_types);
    names::nearest(types, name, |kind: &RecordType| -> &str { kind.short_name() })
}

/// The messages that stand in the bytes of others or in files of their own with an int16 version
/// before them (`MessageUtil.toVersionPrefixedByteBuffer`): what consumers tell each other through
/// the group coordinator, the principal in an Envelope (KIP-590), and the entries of a `.txnindex`.
pub static VERSION_PREFIXED: &[&Message] = &[
    &data::consumer_protocol_subscription::MESSAGE,
    &data::consumer_protocol_assignment::MESSAGE,
    &data::default_principal_data::MESSAGE,
    &data::aborted_txn::MESSAGE,
];

macro_rules! record_types {
    ($family:ident $table:ident $doc:literal: $(
        $id:literal $name:ident = $file:ident::$value:ident $(keyed $key:ident)? ;
    )*) => {
        #[doc = $doc]
        static $table: &[RecordType] = &[$(RecordType {
            family: Family::$family,
            id: $id,
            name: stringify!($name),
            key: $crate::option!($(&$file::$key::MESSAGE)?),
            value: &$file::$value::MESSAGE,
        }),*];
    };
}

record_types! { Metadata METADATA "What the controller writes (`MetadataRecordType`).":
    0 REGISTER_BROKER_RECORD = metadata_records::register_broker_record;
    1 UNREGISTER_BROKER_RECORD = metadata_records::unregister_broker_record;
    2 TOPIC_RECORD = metadata_records::topic_record;
    3 PARTITION_RECORD = metadata_records::partition_record;
    4 CONFIG_RECORD = metadata_records::config_record;
    5 PARTITION_CHANGE_RECORD = metadata_records::partition_change_record;
    7 FENCE_BROKER_RECORD = metadata_records::fence_broker_record;
    8 UNFENCE_BROKER_RECORD = metadata_records::unfence_broker_record;
    9 REMOVE_TOPIC_RECORD = metadata_records::remove_topic_record;
    10 DELEGATION_TOKEN_RECORD = metadata_records::delegation_token_record;
    11 USER_SCRAM_CREDENTIAL_RECORD = metadata_records::user_scram_credential_record;
    12 FEATURE_LEVEL_RECORD = metadata_records::feature_level_record;
    14 CLIENT_QUOTA_RECORD = metadata_records::client_quota_record;
    15 PRODUCER_IDS_RECORD = metadata_records::producer_ids_record;
    17 BROKER_REGISTRATION_CHANGE_RECORD = metadata_records::broker_registration_change_record;
    18 ACCESS_CONTROL_ENTRY_RECORD = metadata_records::access_control_entry_record;
    19 REMOVE_ACCESS_CONTROL_ENTRY_RECORD = metadata_records::remove_access_control_entry_record;
    20 NO_OP_RECORD = metadata_records::no_op_record;
    21 ZK_MIGRATION_STATE_RECORD = metadata_records::zk_migration_state_record;
    22 REMOVE_USER_SCRAM_CREDENTIAL_RECORD = metadata_records::remove_user_scram_credential_record;
    23 BEGIN_TRANSACTION_RECORD = metadata_records::begin_transaction_record;
    24 END_TRANSACTION_RECORD = metadata_records::end_transaction_record;
    25 ABORT_TRANSACTION_RECORD = metadata_records::abort_transaction_record;
    26 REMOVE_DELEGATION_TOKEN_RECORD = metadata_records::remove_delegation_token_record;
    27 REGISTER_CONTROLLER_RECORD = metadata_records::register_controller_record;
    28 CLEAR_ELR_RECORD = metadata_records::clear_elr_record;
    29 UNREGISTER_CONTROLLER_RECORD = metadata_records::unregister_controller_record;
}

record_types! { Group GROUP "What the group coordinator writes (`CoordinatorRecordType`).":
    0 LEGACY_OFFSET_COMMIT = group_records::legacy_offset_commit_value keyed legacy_offset_commit_key;
    1 OFFSET_COMMIT = group_records::offset_commit_value keyed offset_commit_key;
    2 GROUP_METADATA = group_records::group_metadata_value keyed group_metadata_key;
    3 CONSUMER_GROUP_METADATA = group_records::consumer_group_metadata_value keyed consumer_group_metadata_key;
    4 CONSUMER_GROUP_PARTITION_METADATA = group_records::consumer_group_partition_metadata_value keyed consumer_group_partition_metadata_key;
    5 CONSUMER_GROUP_MEMBER_METADATA = group_records::consumer_group_member_metadata_value keyed consumer_group_member_metadata_key;
    6 CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA = group_records::consumer_group_target_assignment_metadata_value keyed consumer_group_target_assignment_metadata_key;
    7 CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER = group_records::consumer_group_target_assignment_member_value keyed consumer_group_target_assignment_member_key;
    8 CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT = group_records::consumer_group_current_member_assignment_value keyed consumer_group_current_member_assignment_key;
    10 SHARE_GROUP_MEMBER_METADATA = group_records::share_group_member_metadata_value keyed share_group_member_metadata_key;
    11 SHARE_GROUP_METADATA = group_records::share_group_metadata_value keyed share_group_metadata_key;
    12 SHARE_GROUP_TARGET_ASSIGNMENT_METADATA = group_records::share_group_target_assignment_metadata_value keyed share_group_target_assignment_metadata_key;
    13 SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER = group_records::share_group_target_assignment_member_value keyed share_group_target_assignment_member_key;
    14 SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT = group_records::share_group_current_member_assignment_value keyed share_group_current_member_assignment_key;
    15 SHARE_GROUP_STATE_PARTITION_METADATA = group_records::share_group_state_partition_metadata_value keyed share_group_state_partition_metadata_key;
    16 CONSUMER_GROUP_REGULAR_EXPRESSION = group_records::consumer_group_regular_expression_value keyed consumer_group_regular_expression_key;
    17 STREAMS_GROUP_METADATA = group_records::streams_group_metadata_value keyed streams_group_metadata_key;
    19 STREAMS_GROUP_MEMBER_METADATA = group_records::streams_group_member_metadata_value keyed streams_group_member_metadata_key;
    20 STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA = group_records::streams_group_target_assignment_metadata_value keyed streams_group_target_assignment_metadata_key;
    21 STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER = group_records::streams_group_target_assignment_member_value keyed streams_group_target_assignment_member_key;
    22 STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT = group_records::streams_group_current_member_assignment_value keyed streams_group_current_member_assignment_key;
    23 STREAMS_GROUP_TOPOLOGY = group_records::streams_group_topology_value keyed streams_group_topology_key;
}

record_types! { Transaction TRANSACTION "What the transaction coordinator writes (`CoordinatorRecordType`).":
    0 TRANSACTION_LOG = coordinator_records::transaction_log_value keyed transaction_log_key;
}

record_types! { Share SHARE "What the share coordinator writes (`CoordinatorRecordType`).":
    0 SHARE_SNAPSHOT = coordinator_records::share_snapshot_value keyed share_snapshot_key;
    1 SHARE_UPDATE = coordinator_records::share_update_value keyed share_update_key;
}

record_types! { RemoteLog REMOTE_LOG "What tiered storage writes (`MetadataRecordType` of the storage module).":
    0 REMOTE_LOG_SEGMENT_METADATA_RECORD = coordinator_records::remote_log_segment_metadata_record;
    1 REMOTE_LOG_SEGMENT_METADATA_UPDATE_RECORD = coordinator_records::remote_log_segment_metadata_update_record;
    2 REMOTE_PARTITION_DELETE_METADATA_RECORD = coordinator_records::remote_partition_delete_metadata_record;
    3 REMOTE_LOG_SEGMENT_METADATA_SNAPSHOT_RECORD = coordinator_records::remote_log_segment_metadata_snapshot_record;
}

record_types! { Control CONTROL "What control batches hold (`ControlRecordType`).":
    0 ABORT = data::end_txn_marker keyed control_record_type_schema;
    1 COMMIT = data::end_txn_marker keyed control_record_type_schema;
    2 LEADER_CHANGE = data::leader_change_message keyed control_record_type_schema;
    3 SNAPSHOT_HEADER = data::snapshot_header_record keyed control_record_type_schema;
    4 SNAPSHOT_FOOTER = data::snapshot_footer_record keyed control_record_type_schema;
    5 KRAFT_VERSION = data::k_raft_version_record keyed control_record_type_schema;
    6 KRAFT_VOTERS = data::voters_record keyed control_record_type_schema;
}
