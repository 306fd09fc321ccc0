//! Record batches and message sets.
pub mod compression;
pub mod dissect;

/// What is wrong with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordsError {}

/// Whose records these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// A topic of users: keys and values are whatever they put there.
    Data,
    /// KRaft metadata (`__cluster_metadata`), snapshots included.
    Metadata,
    /// `__consumer_offsets`.
    Group,
    /// `__transaction_state`.
    Transaction,
    /// `__share_group_state`.
    Share,
    /// `__remote_log_metadata`.
    RemoteLog,
}
