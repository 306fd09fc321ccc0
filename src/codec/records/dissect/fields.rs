//! The fields of batches, messages and records, which no schema of Kafka's declares.

use crate::codec::meaning::Meaning;
use crate::codec::schema::{Field, Type};
use crate::codec::tape::synthetic;

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $text:literal $ty:ident $meaning:ident;)*) => {
        $($(#[$doc])* pub static $name: Field = synthetic($text, Type::$ty, Meaning::$meaning);)*
    };
}

fields! {
    /// A batch of magic 2.
    BATCH = "batch" Bytes Plain;
    /// Offset of its first record.
    BASE_OFFSET = "base_offset" Int64 Plain;
    /// Of all that follows it.
    BATCH_LENGTH = "batch_length" Int32 Plain;
    /// Of the leader that appended it.
    PARTITION_LEADER_EPOCH = "partition_leader_epoch" Int32 LeaderEpoch;
    /// The message format.
    MAGIC = "magic" Int8 Plain;
    /// CRC-32C in magic 2, CRC-32 before.
    CRC = "crc" Uint32 Plain;
    /// Codec and flags of a batch.
    ATTRIBUTES = "attributes" Int16 Plain;
    /// Of the last record.
    LAST_OFFSET_DELTA = "last_offset_delta" Int32 Plain;
    /// What the records' timestamps count from.
    BASE_TIMESTAMP = "base_timestamp" Int64 Timestamp;
    /// The greatest of them.
    MAX_TIMESTAMP = "max_timestamp" Int64 Timestamp;
    /// Of an idempotent or transactional producer.
    PRODUCER_ID = "producer_id" Int64 ProducerId;
    /// Its epoch.
    PRODUCER_EPOCH = "producer_epoch" Int16 ProducerEpoch;
    /// Of the first record.
    BASE_SEQUENCE = "base_sequence" Int32 Sequence;
    /// How many there are.
    RECORDS_COUNT = "records_count" Int32 Plain;
    /// What the records were compressed to; its children are the records.
    RECORDS_COMPRESSED = "records (compressed)" Bytes Plain;
    /// A record; its value is its offset in the partition.
    RECORD = "record" Bytes Plain;
    /// Of all that follows it in the record.
    RECORD_LENGTH = "length" Int32 Plain;
    /// Not used.
    RECORD_ATTRIBUTES = "attributes" Int8 Plain;
    /// To the batch's base timestamp.
    TIMESTAMP_DELTA = "timestamp_delta" Int64 Plain;
    /// To the batch's base offset.
    OFFSET_DELTA = "offset_delta" Int32 Plain;
    /// Of a record, message or header, with its length before it.
    KEY = "key" Bytes Plain;
    /// Of a record, message or header, with its length before it.
    VALUE = "value" Bytes Plain;
    /// The headers of a record.
    HEADERS = "headers" Bytes Plain;
    /// A header's key.
    HEADER_KEY = "key" String Plain;
    /// The version in a control record's key.
    CONTROL_VERSION = "version" Int16 Plain;
    /// The type in a control record's key.
    CONTROL_TYPE = "type" Int16 ControlType;

    /// A message of magic 0 or 1; its value is its offset in the partition.
    MESSAGE = "message" Bytes Plain;
    /// As it is written: in a compressed message of magic 1, counted from 0.
    OFFSET = "offset" Int64 Plain;
    /// Of all that follows it.
    MESSAGE_SIZE = "message_size" Int32 Plain;
    /// Codec and timestamp type of a message.
    MESSAGE_ATTRIBUTES = "attributes" Int8 Plain;
    /// Of a message of magic 1.
    TIMESTAMP = "timestamp" Int64 Timestamp;
    /// The value of a compressed message; its children are the messages inside.
    VALUE_COMPRESSED = "value (compressed)" Bytes Plain;

    /// Bytes that belong to no field.
    UNREAD = "not read" Bytes Plain;
}
