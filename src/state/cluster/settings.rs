//! What operators set: whom configurations and quotas are for, and producer ids.

/// What a configuration belongs to (`ConfigResource`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigResource {
    /// Its type (`ConfigResource.Type`).
    pub resource_type: i8,
    /// Its name; empty for the default of all brokers.
    pub name: String,
}

impl ConfigResource {
    /// `ConfigResource.Type.TOPIC`.
    pub const TOPIC: i8 = 2;
    /// `ConfigResource.Type.BROKER`.
    pub const BROKER: i8 = 4;
}

/// Whom a quota is for: names by type of entity, `user`, `client-id` or `ip`; none is the default
/// (`ClientQuotaEntity`, KIP-546).
pub type QuotaEntity = std::collections::BTreeMap<String, Option<String>>;

/// A block of producer ids (`ProducerIdsBlock`, KIP-730).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIds {
    /// The broker that got it, or -1: snapshots do not have it.
    pub broker_id: i32,
    /// The epoch of the broker's registration then, or -1.
    pub broker_epoch: i64,
    /// The first id that no broker has got yet.
    pub next_producer_id: i64,
}

impl ProducerIds {
    /// Stands for the broker and its epoch in a snapshot.
    pub(super) const NO_BROKER: i32 = -1;
}
