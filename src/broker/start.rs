//! From configuration to a broker that can be listened for.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::checkpoints::METADATA_TOPIC;
use super::config::{Settings, keys};
use super::data_dir::{DataDir, DataDirError};
use super::fetch::session::Sessions;
use super::groups::Groups;
use super::handlers::producer_ids::ProducerIds;
use super::hosting::Hosting;
use super::loggers::Loggers;
use super::metadata::{Metadata, MetadataError, Upkeep, registration};
use super::node::{Advertised, Node};
use super::partitions::{Fsync, Partitions, Replica};
use super::trace::Trace;
use super::{Broker, Limits};
use crate::log::write::Closing;

/// Where Kafka's quickstart has its controller.
const CONTROLLER: (&str, u16) = ("localhost", 9093);
/// So many logs are closed at once.
const CLOSING_THREADS: usize = 16;

/// How a broker is to run, besides what Kafka's settings say.
pub struct Plan {
    /// Kafka's settings.
    pub settings: Settings,
    /// Where the data is.
    pub data: PathBuf,
    /// The cluster that the directory is of, if it matters.
    pub cluster_id: Option<String>,
    /// When what was appended has to be on disk.
    pub fsync: Fsync,
    /// What clients are told to connect to.
    pub advertised: Vec<Advertised>,
    /// Who watches.
    pub trace: Option<Arc<Trace>>,
    /// The levels of loggers.
    pub loggers: Loggers,
}

/// Why a broker does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The metadata log.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

/// Reads the data directory, registers this node, opens all logs.
///
/// # Errors
/// The directory or its metadata cannot be used. Damaged logs of single partitions are no error: these are offline.
pub fn start(plan: Plan) -> Result<Arc<Broker>, StartError> {
    let Plan { settings, data, cluster_id, fsync, advertised, trace, loggers } = plan;
    let node_id = node_id(&settings);
    let data = DataDir::open(&data, node_id, cluster_id.as_deref())?;
    let node = Node::new(
        node_id,
        data.cluster_id.clone(),
        (data.directory_id, data.path.display().to_string()),
        settings.get(keys::BROKER_RACK),
        advertised,
        controller(&settings),
    );
    // Also where a kill came between the two.
    if data.is_new || !data.path.join(super::metadata::DIRECTORY).is_dir() {
        registration::format(&data.path, &node)?;
    }
    let hosting = Arc::new(Hosting::new(data, fsync, node_id));
    let metadata =
        Metadata::open(&hosting.data.path, &node, hosting.opening(METADATA_TOPIC, 0), upkeep(&settings))?;
    hosting.data.begin_changes()?;
    metadata.register(&node)?;
    let settings = Arc::new(settings);
    let partitions = Arc::new(Partitions::default());
    hosting.start(&metadata.image(), &settings, &partitions);
    let follower = (hosting.clone(), settings.clone(), partitions.clone());
    metadata.set_follower(Box::new(move |before, after| {
        let (hosting, settings, partitions) = &follower;
        hosting.follow(before, after, settings, partitions);
    }));
    let slots = settings.get(keys::MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS);
    Ok(Arc::new(Broker {
        limits: Limits {
            frame_bytes_max: settings.get(keys::SOCKET_REQUEST_MAX_BYTES),
            fetch_bytes_max: usize::try_from(settings.get(keys::FETCH_MAX_BYTES)).unwrap_or(0),
        },
        sessions: Sessions::new(usize::try_from(slots).unwrap_or(0)),
        groups: Arc::new(Groups::new(&settings)),
        producer_ids: ProducerIds::default(),
        settings,
        node,
        metadata,
        partitions,
        hosting,
        loggers,
        trace,
    }))
}

fn upkeep(settings: &Settings) -> Upkeep {
    let snapshot_bytes = settings.get(keys::METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS);
    Upkeep {
        snapshot_bytes: u64::try_from(snapshot_bytes).unwrap_or(u64::MAX),
        retention_bytes: settings.get(keys::METADATA_MAX_RETENTION_BYTES),
        retention_ms: settings.get(keys::METADATA_MAX_RETENTION_MS),
        segment_bytes: u32::try_from(settings.get(keys::METADATA_LOG_SEGMENT_BYTES)).unwrap_or(u32::MAX),
        segment_ms: settings.get(keys::METADATA_LOG_SEGMENT_MS),
    }
}

/// `node.id`, or its old name `broker.id`, or 1.
pub fn node_id(settings: &Settings) -> i32 {
    const FIRST: i32 = 1;
    let given = settings.get(keys::NODE_ID).or(Some(settings.get(keys::BROKER_ID)));
    given.filter(|id| *id >= 0).unwrap_or(FIRST)
}

/// Where the controller is said to listen: as configured, or as in Kafka's quickstart.
fn controller(settings: &Settings) -> (String, u16) {
    let (host, port) = CONTROLLER;
    settings.controller().map_or((host.to_owned(), port), |listener| {
        let host = Some(listener.host).filter(|host| !host.is_empty());
        (host.unwrap_or_else(|| CONTROLLER.0.to_owned()), listener.port)
    })
}

/// How long a stop may take before what is left is cut off.
pub const STOP: Duration = Duration::from_millis(1500);

impl Broker {
    /// Closes all logs, writes the checkpoints, and says that it was done.
    ///
    /// # Errors
    /// What could not be written. The next start looks at the logs as after a crash then.
    pub fn close(&self) -> Result<(), StartError> {
        let replicas = self.partitions.replicas();
        // The disk takes what comes from many at once much faster.
        let at_once = replicas.len().clamp(1, CLOSING_THREADS);
        let next = AtomicUsize::new(0);
        let whole = AtomicBool::new(true);
        thread::scope(|scope| {
            for _ in 0..at_once {
                scope.spawn(|| {
                    while let Some(replica) = replicas.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if !close(replica) {
                            whole.store(false, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        self.metadata.close()?;
        let metadata = (self.metadata.recovery_point(), self.metadata.log_start_offset());
        self.hosting.written.update(&self.hosting.data, &self.partitions, metadata);
        if whole.into_inner() {
            self.hosting.data.mark_clean(self.node.broker_epoch())?;
        }
        Ok(())
    }
}

/// Closes a log; whether it is as it should be. The mark of a clean stop would hide what is wrong with an offline one.
fn close(replica: &Replica) -> bool {
    let Some(log) = &replica.log else { return false };
    let closed = log.close(Closing { sync: true });
    if let Err(error) = &closed {
        tracing::error!("{}-{}: {error}", replica.topic, replica.partition);
    }
    closed.is_ok()
}
