//! The transactions that a coordinator knows, from `__transaction_state` (KIP-98, KIP-890,
//! `TransactionStateManager`).

use std::collections::BTreeMap;

use super::decode;
use super::{LogRecord, StateError, StateErrorKind};
use crate::codec::messages::coordinator_records::{transaction_log_key, transaction_log_value};

/// Transactions by transactional id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transactions {
    transactions: BTreeMap<String, Transaction>,
}

/// What a coordinator knows of a transactional id (`TransactionMetadata`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// The producer.
    pub producer_id: i64,
    /// The producer's id before it was exhausted, or -1 (KIP-360).
    pub previous_producer_id: i64,
    /// The id that the producer gets when this transaction has ended, or -1 (KIP-890).
    pub next_producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// The epoch that the producer gets when this transaction has ended, or -1 (KIP-890).
    pub next_producer_epoch: i16,
    /// The transaction protocol that the producer speaks (`TransactionVersion`).
    pub client_transaction_version: i16,
    /// After how many milliseconds the coordinator aborts.
    pub timeout_ms: i32,
    /// How far the transaction is (`TransactionState`).
    pub status: i8,
    /// The partitions that belong to it, by topic.
    pub partitions: BTreeMap<String, Vec<i32>>,
    /// When it began, in milliseconds since 1970, or -1.
    pub start_timestamp: i64,
    /// When it last changed, in milliseconds since 1970.
    pub last_update_timestamp: i64,
    /// Offset of the record that says so.
    pub offset: i64,
}

impl Transaction {
    /// `TransactionState.ONGOING`.
    pub const ONGOING: i8 = 1;
    /// `TransactionState.PREPARE_COMMIT`.
    pub const PREPARE_COMMIT: i8 = 2;
    /// `TransactionState.PREPARE_ABORT`.
    pub const PREPARE_ABORT: i8 = 3;

    /// Partitions still wait for its end.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Self::ONGOING | Self::PREPARE_COMMIT | Self::PREPARE_ABORT)
    }
}

impl Transactions {
    /// Transactions by transactional id.
    pub fn by_id(&self) -> &BTreeMap<String, Transaction> {
        &self.transactions
    }

    /// Takes the next record of a partition of `__transaction_state`.
    pub fn apply(&mut self, record: &LogRecord<'_>) -> Result<(), StateError> {
        self.replay(record).map_err(|kind| kind.at(record.offset))
    }

    fn replay(&mut self, record: &LogRecord<'_>) -> Result<(), StateErrorKind> {
        if record.control {
            return Ok(());
        }
        let id = decode::key_type(record.key)?;
        if id != transaction_log_key::MESSAGE.key {
            return Err(StateErrorKind::UnknownType { id: i64::from(id) });
        }
        let key: transaction_log_key::Root<'_> = decode::key(record.key)?;
        let transactional_id = decode::owned(&key.transactional_id);
        let Some(value) = decode::value::<transaction_log_value::Root<'_>>(record.value)? else {
            self.transactions.remove(&transactional_id);
            return Ok(());
        };
        let partitions = value.transaction_partitions.iter().flatten();
        let transaction = Transaction {
            producer_id: value.producer_id,
            previous_producer_id: value.previous_producer_id,
            next_producer_id: value.next_producer_id,
            producer_epoch: value.producer_epoch,
            next_producer_epoch: value.next_producer_epoch,
            client_transaction_version: value.client_transaction_version,
            timeout_ms: value.transaction_timeout_ms,
            status: value.transaction_status,
            partitions: partitions
                .map(|topic| (decode::owned(&topic.topic), decode::list(&topic.partition_ids)))
                .collect(),
            start_timestamp: value.transaction_start_timestamp_ms,
            last_update_timestamp: value.transaction_last_update_timestamp_ms,
            offset: record.offset,
        };
        self.transactions.insert(transactional_id, transaction);
        Ok(())
    }
}
