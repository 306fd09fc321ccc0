//! Who this node is, to itself and to clients.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::codec::wire::Uuid;

/// An address that clients are told, of one listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertised {
    /// The listener's name, `PLAINTEXT`.
    pub listener: String,
    /// The host, as clients are to resolve it.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// This node.
#[derive(Debug)]
pub struct Node {
    /// `node.id`.
    pub id: i32,
    /// `cluster.id`, as it was formatted.
    pub cluster_id: String,
    /// `directory.id` of the data directory.
    pub directory_id: Uuid,
    /// The data directory, as `log.dirs` names it.
    pub directory: String,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// What clients are told, in the order of `listeners`.
    pub advertised: Vec<Advertised>,
    /// Where its controller would listen: a cluster that Apache Kafka takes over finds it in the metadata.
    pub controller: (String, u16),
    broker_epoch: AtomicI64,
}

impl Node {
    /// A node that is not registered yet.
    pub fn new(
        id: i32,
        cluster_id: String,
        (directory_id, directory): (Uuid, String),
        rack: Option<String>,
        advertised: Vec<Advertised>,
        controller: (String, u16),
    ) -> Self {
        Self {
            id,
            cluster_id,
            directory_id,
            directory,
            rack,
            advertised,
            controller,
            broker_epoch: AtomicI64::new(-1),
        }
    }

    /// The epoch of this registration of the broker: the offset of its record.
    pub fn broker_epoch(&self) -> i64 {
        self.broker_epoch.load(Ordering::Acquire)
    }

    /// Notes the epoch of the registration.
    pub fn set_broker_epoch(&self, epoch: i64) {
        self.broker_epoch.store(epoch, Ordering::Release);
    }

    /// The address for clients that came through `listener`; the first one where there is no such listener.
    pub fn address(&self, listener: &str) -> Option<&Advertised> {
        self.advertised.iter().find(|address| address.listener == listener).or(self.advertised.first())
    }
}
