//! The broker: one node, broker and controller in one, on Kafka's own disk format.
//!
//! - [`server`] accepts, [`connection`] reads frames and writes responses, [`apis`] is the one table of what is
//!   answered, [`handlers`] has a file for each family; [`produce`] and [`fetch`] are the hot paths.
//! - [`metadata`] is the metadata log and the image of the cluster; [`hosting`] makes the logs what the image says;
//!   [`partitions`] are the logs as handlers see them; [`checkpoints`], [`leaving`] and [`cleaning`] are what hosting them
//!   takes: how far they are, directories that go, who works on segments.
//! - [`groups`] hosts the coordinators of consumer groups.
//! - [`data_dir`] formats and locks; [`config`] knows Kafka's configurations; [`housekeeping`] does what has to be
//!   done from time to time; `resident` gives back the memory that only the start needed; `aside` is where long work goes.
//! - [`explain`] says why a request is refused, in the words of `decode`; [`trace`] hands exchanges to whoever watches.

pub mod apis;
mod aside;
pub mod checkpoints;
pub mod cleaning;
mod clock;
mod compaction;
pub mod config;
pub mod connection;
pub mod data_dir;
pub mod exchange;
pub mod explain;
pub mod failure;
pub mod fetch;
pub mod groups;
pub mod handlers;
pub mod hosting;
pub mod housekeeping;
pub mod leaving;
pub mod loggers;
pub mod metadata;
pub mod node;
pub mod partitions;
pub mod produce;
mod resident;
pub mod server;
pub mod start;
pub mod topic_name;
pub mod trace;

use std::sync::Arc;

use config::Settings;
use fetch::session::Sessions;
use groups::Groups;
use handlers::producer_ids::ProducerIds;
use hosting::Hosting;
use loggers::Loggers;
use metadata::Metadata;
use node::Node;
use partitions::Partitions;
use trace::Trace;

/// What all connections share.
pub struct Broker {
    /// What was configured at start.
    pub settings: Arc<Settings>,
    /// Who this node is.
    pub node: Node,
    /// The cluster.
    pub metadata: Metadata,
    /// The logs.
    pub partitions: Arc<Partitions>,
    /// What opens and removes them.
    pub hosting: Arc<Hosting>,
    /// The levels of its loggers.
    pub loggers: Loggers,
    /// Fetch sessions.
    pub sessions: Sessions,
    /// Consumer groups.
    pub groups: Arc<Groups>,
    /// Ids for idempotent producers.
    pub producer_ids: ProducerIds,
    /// Bounds on what clients may send and get.
    pub limits: Limits,
    /// Who watches.
    pub trace: Option<Arc<Trace>>,
}

/// Bounds on what clients may send and get.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// `socket.request.max.bytes`.
    pub frame_bytes_max: i32,
    /// `fetch.max.bytes`.
    pub fetch_bytes_max: usize,
}
