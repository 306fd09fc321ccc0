//! The partitions whose logs are here.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use crate::codec::wire::Uuid;
use crate::log::validate::Rules;
use crate::log::write::PartitionLog;

/// When appended records have to be on disk (`--fsync`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    /// Not before they are acknowledged, as in Kafka: segments are flushed once they are full, and all at a stop.
    Never,
    /// Before a produce is acknowledged; whoever waits meanwhile shares the next call.
    Always,
    /// The same, after a while in which others may join in.
    Group(Duration),
}

/// One partition with its log.
pub struct Replica {
    /// The topic's name.
    pub topic: Arc<str>,
    /// The topic's id.
    pub topic_id: Uuid,
    /// The partition's number.
    pub partition: i32,
    /// Its records. None where its files are damaged: it is offline then.
    pub log: Option<Arc<PartitionLog>>,
    /// What its topic takes.
    pub rules: ArcSwap<Rules>,
    leader_epoch: AtomicI64,
    waiting: Waiting,
    fsync: Fsync,
    synced: tokio::sync::Mutex<i64>,
}

impl Replica {
    /// A partition over its log.
    pub fn new(
        topic: Arc<str>,
        topic_id: Uuid,
        partition: i32,
        log: Option<Arc<PartitionLog>>,
        rules: Rules,
        fsync: Fsync,
    ) -> Self {
        Self {
            topic,
            topic_id,
            partition,
            log,
            rules: ArcSwap::from_pointee(rules),
            leader_epoch: AtomicI64::new(0),
            waiting: Waiting::default(),
            fsync,
            synced: tokio::sync::Mutex::new(-1),
        }
    }

    /// The epoch of its leader.
    pub fn leader_epoch(&self) -> i32 {
        i32::try_from(self.leader_epoch.load(Ordering::Acquire)).unwrap_or(i32::MAX)
    }

    /// A new leader epoch.
    pub fn set_leader_epoch(&self, epoch: i32) {
        self.leader_epoch.store(i64::from(epoch), Ordering::Release);
    }

    /// Whether an append is to be waited for by [`Replica::durable`].
    pub fn is_durable_late(&self) -> bool {
        self.fsync != Fsync::Never
    }

    /// Returns once all that was appended so far is on disk.
    ///
    /// # Errors
    /// It could not be written; what waits for it must not be acknowledged.
    pub async fn durable(&self) -> io::Result<()> {
        let Some(log) = &self.log else { return Ok(()) };
        let wanted = log.log_end_offset();
        let mut synced = self.synced.lock().await;
        if *synced >= wanted {
            return Ok(());
        }
        if let Fsync::Group(wait) = self.fsync {
            tokio::time::sleep(wait).await;
        }
        let end = log.log_end_offset();
        let log = log.clone();
        tokio::task::spawn_blocking(move || log.flush())
            .await
            .map_err(io::Error::other)?
            .map_err(io::Error::other)?;
        *synced = end;
        Ok(())
    }

    /// Tells those who wait that `bytes` more can be read.
    pub fn appended(&self, bytes: usize) {
        self.waiting.tell(bytes);
    }

    /// Tells those who wait that something else than an append happened: they look for themselves.
    pub fn changed(&self) {
        self.waiting.tell(usize::MAX);
    }

    /// Counts appended bytes for `waiter`, until what it gets is dropped.
    pub fn wait(&self, waiter: &Arc<Waiter>) -> WaitingFor<'_> {
        self.waiting.add(waiter.clone());
        WaitingFor { replica: self, waiter: waiter.clone() }
    }
}

/// A waiter of a partition, which is taken off when this is dropped.
pub struct WaitingFor<'r> {
    replica: &'r Replica,
    waiter: Arc<Waiter>,
}

impl Drop for WaitingFor<'_> {
    fn drop(&mut self) {
        self.replica.waiting.remove(&self.waiter);
    }
}

/// A fetch that waits until enough was appended to its partitions.
#[derive(Debug)]
pub struct Waiter {
    missing: AtomicI64,
    enough: Notify,
}

impl Waiter {
    /// Waits for so many bytes.
    pub fn new(missing: usize) -> Arc<Self> {
        Arc::new(Self {
            missing: AtomicI64::new(i64::try_from(missing).unwrap_or(i64::MAX)),
            enough: Notify::new(),
        })
    }

    /// Returns when they are there.
    pub async fn enough(&self) {
        self.enough.notified().await;
    }
}

/// Who waits for a partition. An append where nobody does costs one load.
#[derive(Debug, Default)]
struct Waiting {
    count: AtomicUsize,
    waiters: Mutex<Vec<Arc<Waiter>>>,
}

impl Waiting {
    fn add(&self, waiter: Arc<Waiter>) {
        let mut waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        waiters.push(waiter);
        self.count.store(waiters.len(), Ordering::SeqCst);
    }

    fn remove(&self, waiter: &Arc<Waiter>) {
        let mut waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        waiters.retain(|other| !Arc::ptr_eq(other, waiter));
        if waiters.is_empty() {
            waiters.shrink_to_fit();
        }
        self.count.store(waiters.len(), Ordering::SeqCst);
    }

    fn tell(&self, bytes: usize) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        for waiter in &*self.waiters.lock().unwrap_or_else(PoisonError::into_inner) {
            if waiter.missing.fetch_sub(bytes, Ordering::AcqRel) <= bytes {
                waiter.enough.notify_one();
            }
        }
    }
}

/// The partitions of one topic, by number.
pub type Replicas = HashMap<i32, Arc<Replica>>;

/// A topic whose partitions are here.
pub struct HostedTopic {
    /// Its name.
    pub name: Arc<str>,
    /// Its id.
    pub id: Uuid,
    /// Its partitions.
    pub replicas: Replicas,
}

#[derive(Default)]
struct Tables {
    by_name: HashMap<Arc<str>, Arc<HostedTopic>>,
    by_id: HashMap<Uuid, Arc<HostedTopic>>,
}

/// All partitions. Changes replace what is of one topic; readers never wait for a change to be decided.
#[derive(Default)]
pub struct Partitions {
    tables: RwLock<Tables>,
}

impl Partitions {
    /// A topic by its id.
    pub fn by_id(&self, id: Uuid) -> Option<Arc<HostedTopic>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).by_id.get(&id).cloned()
    }

    /// A topic by its name, as it came over the wire.
    pub fn by_name(&self, name: &[u8]) -> Option<Arc<HostedTopic>> {
        let name = std::str::from_utf8(name).ok()?;
        self.tables.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }

    /// A partition by its topic's id.
    pub fn get(&self, topic_id: Uuid, partition: i32) -> Option<Arc<Replica>> {
        self.by_id(topic_id)?.replicas.get(&partition).cloned()
    }

    /// A partition by its topic's name.
    pub fn named(&self, topic: &[u8], partition: i32) -> Option<Arc<Replica>> {
        self.by_name(topic)?.replicas.get(&partition).cloned()
    }

    /// Puts a topic in, in place of one with the same id.
    pub fn insert(&self, topic: HostedTopic) {
        let topic = Arc::new(topic);
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        tables.by_name.insert(topic.name.clone(), topic.clone());
        tables.by_id.insert(topic.id, topic);
    }

    /// Takes a topic out.
    pub fn remove(&self, id: Uuid) -> Option<Arc<HostedTopic>> {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let topic = tables.by_id.remove(&id)?;
        // A new topic may have the name by now.
        if tables.by_name.get(&topic.name).is_some_and(|named| named.id == id) {
            tables.by_name.remove(&topic.name);
        }
        Some(topic)
    }

    /// All topics, in no order.
    pub fn topics(&self) -> Vec<Arc<HostedTopic>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).by_id.values().cloned().collect()
    }

    /// All partitions, in no order.
    pub fn replicas(&self) -> Vec<Arc<Replica>> {
        self.topics().iter().flat_map(|topic| topic.replicas.values().cloned().collect::<Vec<_>>()).collect()
    }
}
