//! What a coordinator is asked, and what it answers.

use crate::codec::error_codes::codes;
use crate::codec::wire::Uuid;

/// A member wants to be in the next generation (JoinGroup).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Join {
    /// The group.
    pub group_id: String,
    /// The id that the member got, or nothing.
    pub member_id: String,
    /// The id of a static member (KIP-345).
    pub group_instance_id: Option<String>,
    /// The client's name for itself.
    pub client_id: String,
    /// Where it connected from: `/10.0.0.7`.
    pub client_host: String,
    /// How long it may take to join again, in milliseconds.
    pub rebalance_timeout_ms: i32,
    /// After how many milliseconds without a heartbeat it is out.
    pub session_timeout_ms: i32,
    /// `consumer`, `connect` and so on.
    pub protocol_type: String,
    /// What it supports, best first, with what the leader is to know of it.
    pub protocols: Vec<(String, Vec<u8>)>,
    /// A new member is to come back with the id that it is told (KIP-394; since version 4).
    pub requires_member_id: bool,
    /// A static leader that comes back understands that it need not assign (KIP-814; since version 9).
    pub can_skip_assignment: bool,
}

/// A member wants its assignment, the leader brings all of them (SyncGroup).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sync {
    /// The group.
    pub group_id: String,
    /// The generation that the member joined.
    pub generation: i32,
    /// The member.
    pub member_id: String,
    /// The id of a static member.
    pub group_instance_id: Option<String>,
    /// What the member takes the group's protocol type for; since version 5.
    pub protocol_type: Option<String>,
    /// What it takes the protocol for; since version 5.
    pub protocol_name: Option<String>,
    /// Of the leader: what each member gets.
    pub assignments: Vec<(String, Vec<u8>)>,
}

/// Who speaks: a member of a generation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Speaker {
    /// The group.
    pub group_id: String,
    /// The generation; -1 of who is in none.
    pub generation: i32,
    /// The member, or nothing.
    pub member_id: String,
    /// The id of a static member.
    pub group_instance_id: Option<String>,
}

/// A member that leaves or is to be removed (LeaveGroup).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaving {
    /// The member; nothing, where an administrator removes a static one.
    pub member_id: String,
    /// The id of a static member.
    pub group_instance_id: Option<String>,
}

/// Offsets to be kept (OffsetCommit).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// Who commits.
    pub speaker: Speaker,
    /// For how many milliseconds they are to be kept; -1 leaves that to the broker. Only until version 4.
    pub retention_time_ms: i64,
    /// A group that is not there may be called so (since version 9).
    pub knows_group_id_not_found: bool,
    /// The offsets.
    pub offsets: Vec<Offset>,
}

/// One offset to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offset {
    /// The topic.
    pub topic: String,
    /// Its id.
    pub topic_id: Uuid,
    /// The partition.
    pub partition: i32,
    /// The offset to go on from.
    pub offset: i64,
    /// The leader epoch of the last record consumed, or -1.
    pub leader_epoch: i32,
    /// What the consumer notes with it.
    pub metadata: String,
}

/// An answer that may have had to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To a [`Join`].
    Join(Joined),
    /// To a [`Sync`].
    Sync(Synced),
}

/// The answer to a [`Join`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// `NONE`, or why not.
    pub error_code: i16,
    /// The generation; -1 with an error.
    pub generation: i32,
    /// The group's protocol type.
    pub protocol_type: Option<String>,
    /// What all agreed on.
    pub protocol_name: Option<String>,
    /// Who assigns.
    pub leader: String,
    /// A leader is told that the assignment stays as it is.
    pub skip_assignment: bool,
    /// The id of the member that asked.
    pub member_id: String,
    /// For the leader: all members.
    pub members: Vec<JoinedMember>,
}

/// What a leader learns of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedMember {
    /// Its id.
    pub member_id: String,
    /// The id of a static member.
    pub group_instance_id: Option<String>,
    /// What it said of itself for the protocol that was agreed on.
    pub metadata: Vec<u8>,
}

/// The answer to a [`Sync`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// `NONE`, or why not.
    pub error_code: i16,
    /// The group's protocol type.
    pub protocol_type: Option<String>,
    /// The protocol.
    pub protocol_name: Option<String>,
    /// What the leader gave the member.
    pub assignment: Vec<u8>,
}

impl Joined {
    /// A join that failed.
    pub fn error(code: i16, member_id: impl Into<String>) -> Self {
        Self {
            error_code: code,
            generation: -1,
            protocol_type: None,
            protocol_name: None,
            leader: String::new(),
            skip_assignment: false,
            member_id: member_id.into(),
            members: Vec::new(),
        }
    }
}

impl Synced {
    /// A sync that failed.
    pub fn error(code: i16) -> Self {
        Self { error_code: code, protocol_type: None, protocol_name: None, assignment: Vec::new() }
    }
}

impl From<Joined> for Answer {
    fn from(joined: Joined) -> Self {
        Self::Join(joined)
    }
}

impl From<Synced> for Answer {
    fn from(synced: Synced) -> Self {
        Self::Sync(synced)
    }
}

impl Answer {
    /// Its error code.
    pub fn error_code(&self) -> i16 {
        match self {
            Self::Join(joined) => joined.error_code,
            Self::Sync(synced) => synced.error_code,
        }
    }

    /// Whether it says that all went well.
    pub fn is_ok(&self) -> bool {
        self.error_code() == codes::NONE
    }
}
