//! The image of a cluster, from `__cluster_metadata` (KIP-631, `MetadataImage`) and the control records
//! of its quorum (KIP-595, KIP-853).

pub mod access;
mod apply;
pub mod kraft;
pub mod nodes;
pub mod settings;
pub mod topics;

use std::collections::BTreeMap;

use crate::codec::wire::Uuid;
use access::{Acl, DelegationToken, ScramCredential, ScramKey};
use kraft::Quorum;
use nodes::{Broker, Controller};
use settings::{ConfigResource, ProducerIds, QuotaEntity};
use topics::Topics;

/// The machine: an image, and where in the log it is of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cluster {
    image: Image,
    quorum: Quorum,
    provenance: Provenance,
    /// What an open transaction of metadata has changed, which does not show before it ends.
    transaction: Option<Box<MetadataTransaction>>,
    in_snapshot: bool,
}

/// Where an image stands in the log (`MetadataProvenance`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provenance {
    /// Offset of the last record in it, or -1.
    pub last_contained_offset: i64,
    /// The epoch of that record, or -1.
    pub last_contained_epoch: i32,
    /// When it was appended, in milliseconds since 1970, or -1.
    pub last_contained_timestamp: i64,
}

impl Default for Provenance {
    fn default() -> Self {
        Self { last_contained_offset: -1, last_contained_epoch: -1, last_contained_timestamp: -1 }
    }
}

/// A transaction of metadata: the controller writes more than fits one batch, and all of it counts or
/// nothing (KIP-868).
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataTransaction {
    /// Offset of the record that began it.
    pub offset: i64,
    /// What the controller calls it.
    pub name: Option<String>,
    /// The image as it would be.
    pub image: Image,
}

/// What the records of the metadata log come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Image {
    /// The brokers by id.
    pub brokers: BTreeMap<i32, Broker>,
    /// The controllers that have registered, by id (KIP-919).
    pub controllers: BTreeMap<i32, Controller>,
    /// The topics.
    pub topics: Topics,
    /// The configurations that were set, by resource and name. Values may be secret.
    pub configs: BTreeMap<ConfigResource, BTreeMap<String, String>>,
    /// The finalized levels of features by name (KIP-584); `metadata.version` is one of them.
    pub features: BTreeMap<String, i16>,
    /// The ACLs by id.
    pub acls: BTreeMap<Uuid, Acl>,
    /// The quotas by entity and key, in the key's unit (KIP-546).
    pub quotas: BTreeMap<QuotaEntity, BTreeMap<String, f64>>,
    /// The SCRAM credentials by user and mechanism (KIP-554, KIP-900).
    pub scram: BTreeMap<ScramKey, ScramCredential>,
    /// The delegation tokens by id (KIP-900).
    pub tokens: BTreeMap<String, DelegationToken>,
    /// The last block of producer ids that was given to a broker (KIP-730).
    pub producer_ids: Option<ProducerIds>,
    /// How far the move from ZooKeeper is (`ZkMigrationState`, KIP-866).
    pub zk_migration_state: Option<i8>,
}

impl Cluster {
    /// An image of nothing, as before the first record.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets everything: the records of a snapshot come next, which stands for the log up to and with
    /// `last_contained_offset` (`.checkpoint`, KIP-630). The offsets of those records are of the snapshot.
    pub fn begin_snapshot(&mut self, last_contained_offset: i64, last_contained_epoch: i32) {
        let provenance = Provenance { last_contained_offset, last_contained_epoch, ..Provenance::default() };
        *self = Self { provenance, in_snapshot: true, ..Self::default() };
    }

    /// What a snapshot of it would have come to, which leaves out who leads the quorum and who got the last
    /// producer ids: a snapshot and the log before it can be compared so.
    pub fn as_snapshot(mut self) -> Self {
        self.quorum.leader = None;
        if let Some(ids) = &mut self.image.producer_ids {
            (ids.broker_id, ids.broker_epoch) = (ProducerIds::NO_BROKER, ProducerIds::NO_BROKER.into());
        }
        self
    }

    /// Forgets the records behind an earlier state, which have changed nothing but the image: they could not be written.
    pub fn go_back(&mut self, image: Image, provenance: Provenance) {
        (self.image, self.provenance, self.transaction) = (image, provenance, None);
    }

    /// What holds: without the records of an open transaction.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// The quorum of controllers.
    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// Up to where the log is contained.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// The transaction that is open, with the image as it would be.
    pub fn transaction(&self) -> Option<&MetadataTransaction> {
        self.transaction.as_deref()
    }
}
