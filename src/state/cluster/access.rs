//! Who may do what, and who can prove to be whom.

use crate::codec::messages::metadata_records::{
    access_control_entry_record, delegation_token_record, user_scram_credential_record,
};
use crate::state::decode;

/// An ACL (`StandardAcl`). Numbers are those of Kafka's enumerations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    /// What it is about (`ResourceType`).
    pub resource_type: i8,
    /// The name, or the beginning of names.
    pub resource_name: String,
    /// How the name matches (`PatternType`, KIP-290).
    pub pattern_type: i8,
    /// Whom it is for: `User:alice`.
    pub principal: String,
    /// Where from; `*` is anywhere.
    pub host: String,
    /// The operation (`AclOperation`).
    pub operation: i8,
    /// Whether it allows or denies (`AclPermissionType`).
    pub permission_type: i8,
}

/// Whose SCRAM credential it is, and of which mechanism.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScramKey {
    /// The user.
    pub user: String,
    /// The mechanism (`ScramMechanism`).
    pub mechanism: i8,
}

/// What a broker checks a password with (`ScramCredentialData`). Whoever has it can guess passwords,
/// so its secrets are not part of its debug text.
#[derive(Clone, PartialEq, Eq)]
pub struct ScramCredential {
    /// The salt.
    pub salt: Vec<u8>,
    /// The stored key of RFC 5802.
    pub stored_key: Vec<u8>,
    /// The server key of RFC 5802.
    pub server_key: Vec<u8>,
    /// How often the password was hashed.
    pub iterations: i32,
}

impl std::fmt::Debug for ScramCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScramCredential").field("iterations", &self.iterations).finish_non_exhaustive()
    }
}

/// A delegation token (`DelegationTokenData`, KIP-48). The HMAC that proves it is not recorded: a broker
/// works it out from the id and its secret key. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationToken {
    /// Whom it stands for.
    pub owner: String,
    /// Who asked for it.
    pub requester: String,
    /// Who else may renew it.
    pub renewers: Vec<String>,
    /// When it was made.
    pub issue_timestamp: i64,
    /// Until when it can be renewed.
    pub max_timestamp: i64,
    /// Until when it holds.
    pub expiration_timestamp: i64,
}

impl Acl {
    pub(super) fn from_record(record: &access_control_entry_record::Root<'_>) -> Self {
        Self {
            resource_type: record.resource_type,
            resource_name: decode::owned(&record.resource_name),
            pattern_type: record.pattern_type,
            principal: decode::owned(&record.principal),
            host: decode::owned(&record.host),
            operation: record.operation,
            permission_type: record.permission_type,
        }
    }
}

impl ScramCredential {
    pub(super) fn from_record(record: &user_scram_credential_record::Root<'_>) -> Self {
        Self {
            salt: record.salt.0.to_vec(),
            stored_key: record.stored_key.0.to_vec(),
            server_key: record.server_key.0.to_vec(),
            iterations: record.iterations,
        }
    }
}

impl DelegationToken {
    pub(super) fn from_record(record: &delegation_token_record::Root<'_>) -> Self {
        Self {
            owner: decode::owned(&record.owner),
            requester: decode::owned(&record.requester),
            renewers: record.renewers.iter().map(decode::owned).collect(),
            issue_timestamp: record.issue_timestamp,
            max_timestamp: record.max_timestamp,
            expiration_timestamp: record.expiration_timestamp,
        }
    }
}
