//! The configurations that the broker asks for, each with the type that it has. A name that is not in the table, or a type that is
//! not its own, does not compile.

use std::marker::PhantomData;

use super::broker::BROKER;
use super::value::{Type, Value};

/// A configuration of the broker whose value is a `T`.
#[derive(Debug)]
pub struct Key<T> {
    at: usize,
    kind: PhantomData<T>,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Key<T> {}

/// A type that a configuration can have.
pub trait Setting: Sized {
    /// The type in the table.
    const KIND: Type;
    /// It may be null.
    const NULLABLE: bool = false;
    /// From a value of that type.
    fn of(value: &Value) -> Option<Self>;
    /// What stands for a value of another type, which the table rules out.
    fn nothing() -> Self;
}

macro_rules! settings {
    ($($type:ty, $kind:ident: $pattern:pat => $value:expr;)*) => { $(
        impl Setting for $type {
            const KIND: Type = Type::$kind;
            fn of(value: &Value) -> Option<Self> {
                match value {
                    $pattern => Some($value),
                    _ => None,
                }
            }
            fn nothing() -> Self {
                Self::default()
            }
        }
    )* };
}
settings! {
    bool, Boolean: Value::Boolean(value) => *value;
    i32, Int: Value::Int(value) => *value;
    i16, Short: Value::Short(value) => *value;
    i64, Long: Value::Long(value) => *value;
    f64, Double: Value::Double(value) => *value;
    String, String: Value::Text(value) => value.clone();
    Vec<String>, List: Value::List(values) => values.clone();
}

impl<T: Setting> Setting for Option<T> {
    const KIND: Type = T::KIND;
    const NULLABLE: bool = true;
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::of(value).map(Some),
        }
    }
    fn nothing() -> Self {
        None
    }
}

impl<T: Setting> Key<T> {
    const fn new(name: &str) -> Self {
        let mut at = 0;
        while at < BROKER.len() {
            let definition = &BROKER[at];
            if same(definition.name, name) {
                assert!(definition.kind as u8 == T::KIND as u8, "that configuration has another type");
                assert!(T::NULLABLE || definition.default.is_some(), "that configuration may be null");
                return Self { at, kind: PhantomData };
            }
            at += 1;
        }
        assert!(at < BROKER.len(), "there is no configuration of that name");
        Self { at, kind: PhantomData }
    }

    /// Its place in [`BROKER`].
    pub(super) fn at(self) -> usize {
        self.at
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        BROKER.get(self.at).map_or("", |definition| definition.name)
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

macro_rules! keys {
    ($($constant:ident: $type:ty = $name:literal;)*) => { $(
        #[doc = concat!("`", $name, "`")]
        pub const $constant: Key<$type> = const { Key::new($name) };
    )* };
}

keys! {
    ADVERTISED_LISTENERS: Option<Vec<String>> = "advertised.listeners";
    AUTO_CREATE_TOPICS_ENABLE: bool = "auto.create.topics.enable";
    BROKER_ID: i32 = "broker.id";
    BROKER_RACK: Option<String> = "broker.rack";
    CONNECTIONS_MAX_IDLE_MS: i64 = "connections.max.idle.ms";
    CONTROLLER_LISTENER_NAMES: Option<Vec<String>> = "controller.listener.names";
    CONTROLLER_QUORUM_BOOTSTRAP_SERVERS: Vec<String> = "controller.quorum.bootstrap.servers";
    CONTROLLER_QUORUM_VOTERS: Vec<String> = "controller.quorum.voters";
    DEFAULT_REPLICATION_FACTOR: i32 = "default.replication.factor";
    DELETE_TOPIC_ENABLE: bool = "delete.topic.enable";
    FETCH_MAX_BYTES: i32 = "fetch.max.bytes";
    GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS: i32 = "group.consumer.assignment.interval.ms";
    GROUP_CONSUMER_ASSIGNORS: Vec<String> = "group.consumer.assignors";
    GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS: i32 = "group.consumer.heartbeat.interval.ms";
    GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS: i32 = "group.consumer.max.heartbeat.interval.ms";
    GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS: i32 = "group.consumer.max.session.timeout.ms";
    GROUP_CONSUMER_MAX_SIZE: i32 = "group.consumer.max.size";
    GROUP_CONSUMER_MIGRATION_POLICY: String = "group.consumer.migration.policy";
    GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS: i32 = "group.consumer.min.heartbeat.interval.ms";
    GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS: i32 = "group.consumer.min.session.timeout.ms";
    GROUP_CONSUMER_SESSION_TIMEOUT_MS: i32 = "group.consumer.session.timeout.ms";
    GROUP_INITIAL_REBALANCE_DELAY_MS: i32 = "group.initial.rebalance.delay.ms";
    GROUP_MAX_SESSION_TIMEOUT_MS: i32 = "group.max.session.timeout.ms";
    GROUP_MAX_SIZE: i32 = "group.max.size";
    GROUP_MIN_SESSION_TIMEOUT_MS: i32 = "group.min.session.timeout.ms";
    INITIAL_BROKER_REGISTRATION_TIMEOUT_MS: i32 = "initial.broker.registration.timeout.ms";
    INTER_BROKER_LISTENER_NAME: Option<String> = "inter.broker.listener.name";
    LISTENERS: Vec<String> = "listeners";
    LISTENER_SECURITY_PROTOCOL_MAP: String = "listener.security.protocol.map";
    LOG_CLEANER_BACKOFF_MS: i64 = "log.cleaner.backoff.ms";
    LOG_CLEANER_DEDUPE_BUFFER_SIZE: i64 = "log.cleaner.dedupe.buffer.size";
    LOG_CLEANER_ENABLE: bool = "log.cleaner.enable";
    LOG_CLEANER_IO_BUFFER_LOAD_FACTOR: f64 = "log.cleaner.io.buffer.load.factor";
    LOG_CLEANER_IO_BUFFER_SIZE: i32 = "log.cleaner.io.buffer.size";
    LOG_CLEANER_IO_MAX_BYTES_PER_SECOND: f64 = "log.cleaner.io.max.bytes.per.second";
    LOG_CLEANER_THREADS: i32 = "log.cleaner.threads";
    LOG_DIR: Vec<String> = "log.dir";
    LOG_DIRS: Option<Vec<String>> = "log.dirs";
    LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS: i32 = "log.flush.offset.checkpoint.interval.ms";
    LOG_FLUSH_SCHEDULER_INTERVAL_MS: i64 = "log.flush.scheduler.interval.ms";
    LOG_FLUSH_START_OFFSET_CHECKPOINT_INTERVAL_MS: i32 = "log.flush.start.offset.checkpoint.interval.ms";
    LOG_INITIAL_TASK_DELAY_MS: i64 = "log.initial.task.delay.ms";
    LOG_RETENTION_CHECK_INTERVAL_MS: i64 = "log.retention.check.interval.ms";
    MAX_CONNECTIONS: i32 = "max.connections";
    MAX_CONNECTIONS_PER_IP: i32 = "max.connections.per.ip";
    MAX_CONNECTIONS_PER_IP_OVERRIDES: String = "max.connections.per.ip.overrides";
    MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS: i32 = "max.incremental.fetch.session.cache.slots";
    MAX_REQUEST_PARTITION_SIZE_LIMIT: i32 = "max.request.partition.size.limit";
    MESSAGE_MAX_BYTES: i32 = "message.max.bytes";
    METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS: i64 = "metadata.log.max.record.bytes.between.snapshots";
    METADATA_LOG_MAX_SNAPSHOT_INTERVAL_MS: i64 = "metadata.log.max.snapshot.interval.ms";
    METADATA_LOG_SEGMENT_BYTES: i32 = "metadata.log.segment.bytes";
    METADATA_LOG_SEGMENT_MS: i64 = "metadata.log.segment.ms";
    METADATA_MAX_IDLE_INTERVAL_MS: i32 = "metadata.max.idle.interval.ms";
    METADATA_MAX_RETENTION_BYTES: i64 = "metadata.max.retention.bytes";
    METADATA_MAX_RETENTION_MS: i64 = "metadata.max.retention.ms";
    METADATA_LOG_DIR: Option<String> = "metadata.log.dir";
    MIN_INSYNC_REPLICAS: i32 = "min.insync.replicas";
    NODE_ID: Option<i32> = "node.id";
    NUM_PARTITIONS: i32 = "num.partitions";
    NUM_RECOVERY_THREADS_PER_DATA_DIR: i32 = "num.recovery.threads.per.data.dir";
    OFFSETS_COMMIT_TIMEOUT_MS: i32 = "offsets.commit.timeout.ms";
    OFFSETS_LOAD_BUFFER_SIZE: i32 = "offsets.load.buffer.size";
    OFFSETS_RETENTION_CHECK_INTERVAL_MS: i64 = "offsets.retention.check.interval.ms";
    OFFSETS_RETENTION_MINUTES: i32 = "offsets.retention.minutes";
    OFFSETS_TOPIC_COMPRESSION_CODEC: i32 = "offsets.topic.compression.codec";
    OFFSETS_TOPIC_NUM_PARTITIONS: i32 = "offsets.topic.num.partitions";
    OFFSETS_TOPIC_REPLICATION_FACTOR: i16 = "offsets.topic.replication.factor";
    OFFSETS_TOPIC_SEGMENT_BYTES: i32 = "offsets.topic.segment.bytes";
    OFFSET_METADATA_MAX_BYTES: i32 = "offset.metadata.max.bytes";
    PROCESS_ROLES: Option<Vec<String>> = "process.roles";
    PRODUCER_ID_EXPIRATION_CHECK_INTERVAL_MS: i32 = "producer.id.expiration.check.interval.ms";
    PRODUCER_ID_EXPIRATION_MS: i32 = "producer.id.expiration.ms";
    QUEUED_MAX_REQUEST_BYTES: i64 = "queued.max.request.bytes";
    SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS: i32 = "share.coordinator.state.topic.num.partitions";
    SHARE_COORDINATOR_STATE_TOPIC_SEGMENT_BYTES: i32 = "share.coordinator.state.topic.segment.bytes";
    SOCKET_LISTEN_BACKLOG_SIZE: i32 = "socket.listen.backlog.size";
    SOCKET_RECEIVE_BUFFER_BYTES: i32 = "socket.receive.buffer.bytes";
    SOCKET_REQUEST_MAX_BYTES: i32 = "socket.request.max.bytes";
    SOCKET_SEND_BUFFER_BYTES: i32 = "socket.send.buffer.bytes";
    TRANSACTIONAL_ID_EXPIRATION_MS: i32 = "transactional.id.expiration.ms";
    TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS: i32 = "transaction.abort.timed.out.transaction.cleanup.interval.ms";
    TRANSACTION_MAX_TIMEOUT_MS: i32 = "transaction.max.timeout.ms";
    TRANSACTION_PARTITION_VERIFICATION_ENABLE: bool = "transaction.partition.verification.enable";
    TRANSACTION_REMOVE_EXPIRED_TRANSACTION_CLEANUP_INTERVAL_MS: i32 = "transaction.remove.expired.transaction.cleanup.interval.ms";
    TRANSACTION_STATE_LOG_NUM_PARTITIONS: i32 = "transaction.state.log.num.partitions";
    TRANSACTION_STATE_LOG_SEGMENT_BYTES: i32 = "transaction.state.log.segment.bytes";
}
