//! Consumer groups: hosts a [`Coordinator`] for each partition of `__consumer_offsets`.
//!
//! - [`topic`] makes `__consumer_offsets` when somebody looks for a coordinator, and finds a group's partition; `load` reads a
//!   partition; `journal` appends to it. `shard` is a partition with its coordinator, behind a lock of its own.
//! - [`timer`] sleeps until the earliest deadline of all shards; `sweep` goes through all groups in steps. Answers that have to
//!   wait for others come through a channel, so that a connection waits without holding anything.

mod journal;
mod load;
mod shard;
mod sweep;
#[cfg(test)]
mod tests;
pub mod timer;
pub mod topic;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, oneshot};

use self::shard::Shard;
use super::config::{Settings, keys};
use super::exchange::Exchange;
use super::partitions::{HostedTopic, Replica};
use super::{Broker, clock};
use crate::codec::error_codes::codes;
use crate::codec::records::compression::Codec;
use crate::state::coordinator::requests::Answer;
use crate::state::coordinator::{self, Config, Moment, World};

/// A coordinator whose tickets are the ends of channels.
pub type Coordinator = coordinator::Coordinator<oneshot::Sender<Answer>>;

/// An answer on its way.
pub struct Waiting {
    /// Where it comes.
    pub answer: oneshot::Receiver<Answer>,
    /// The partition whose records it may rest on; none where the answer is there already.
    pub replica: Option<Arc<Replica>>,
}

impl Waiting {
    /// An answer that is there.
    pub fn over(answer: impl Into<Answer>) -> Self {
        let (ticket, waiting) = oneshot::channel();
        // The other end is right here.
        let _ = ticket.send(answer.into());
        Self { answer: waiting, replica: None }
    }
}

/// The coordinators of a life of `__consumer_offsets`.
#[derive(Default)]
struct Table {
    /// None before there is one.
    hosted: Option<Arc<HostedTopic>>,
    /// How many partitions the topic has, as the metadata say: groups belong to them whether or not they are here.
    count: usize,
    /// Those that are here, by number.
    shards: BTreeMap<i32, Arc<Shard>>,
}

/// What the metadata say that a table is to be.
struct Wanted {
    hosted: Arc<HostedTopic>,
    count: usize,
}

impl Wanted {
    /// None without `__consumer_offsets`.
    fn now(broker: &Broker) -> Option<Self> {
        let hosted = broker.partitions.by_name(topic::NAME.as_bytes())?;
        let count = broker.metadata.image().topics.by_id(hosted.id)?.partitions.len();
        Some(Self { hosted, count })
    }

    fn is(&self, table: &Table) -> bool {
        let same = table.hosted.as_ref().is_some_and(|hosted| Arc::ptr_eq(hosted, &self.hosted));
        same && table.count == self.count
    }

    /// The shard that a table has for a partition, if it may go on: its groups belong there still, and its log is the same one,
    /// which it is not where a partition that was offline has come back.
    fn keeps<'t>(&self, table: &'t Table, number: i32, replica: &Arc<Replica>) -> Option<&'t Arc<Shard>> {
        if table.count != self.count {
            return None;
        }
        table.shards.get(&number).filter(|shard| Arc::ptr_eq(&shard.replica, replica))
    }
}

/// The groups of this broker.
pub struct Groups {
    config: Config,
    codec: Codec,
    table: ArcSwap<Table>,
    /// Held by who changes the table.
    changing: Mutex<()>,
    began: Instant,
    /// When the timer wakes by itself, in milliseconds of the steady clock.
    planned_ms: AtomicI64,
    sooner: Notify,
}

impl Groups {
    /// Nothing is looked at yet.
    pub fn new(settings: &Settings) -> Self {
        const MINUTE_MS: i64 = 60_000;
        let count = |count: i32| usize::try_from(count).unwrap_or(0);
        let codec = settings.get(keys::OFFSETS_TOPIC_COMPRESSION_CODEC);
        Self {
            config: Config {
                session_timeout_min_ms: settings.get(keys::GROUP_MIN_SESSION_TIMEOUT_MS),
                session_timeout_max_ms: settings.get(keys::GROUP_MAX_SESSION_TIMEOUT_MS),
                initial_rebalance_delay_ms: settings.get(keys::GROUP_INITIAL_REBALANCE_DELAY_MS),
                members_max: count(settings.get(keys::GROUP_MAX_SIZE)),
                offset_metadata_max: count(settings.get(keys::OFFSET_METADATA_MAX_BYTES)),
                offsets_retention_ms: i64::from(settings.get(keys::OFFSETS_RETENTION_MINUTES)) * MINUTE_MS,
            },
            // The settings take no other numbers.
            codec: u8::try_from(codec).ok().and_then(Codec::from_id).unwrap_or(Codec::None),
            table: ArcSwap::default(),
            changing: Mutex::default(),
            began: Instant::now(),
            planned_ms: AtomicI64::new(i64::MAX),
            sooner: Notify::new(),
        }
    }

    fn now(&self) -> Moment {
        let steady_ms = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        Moment { wall_ms: clock::now_ms(), steady_ms }
    }

    /// Why nobody may join like this, if so; that is said before a coordinator is looked for.
    pub fn refuses_to_join(&self, group_id: &str, session_timeout_ms: i32) -> Option<i16> {
        self.config.refuses(group_id, session_timeout_ms)
    }

    /// Lets the coordinator of a group do something.
    ///
    /// # Errors
    /// The error code for the client: there is none before somebody has looked for one (FindCoordinator), it is being loaded,
    /// or cannot be used.
    pub fn with<R>(
        self: &Arc<Self>,
        exchange: &Exchange<'_>,
        group_id: &str,
        turn: impl FnOnce(&mut Coordinator, &mut World<'_>) -> R,
    ) -> Result<(R, Arc<Replica>), i16> {
        let table = self.table(exchange.broker).ok_or(codes::NOT_COORDINATOR)?;
        let at = topic::partition_of(group_id, table.count);
        let shard = table.shards.get(&at).ok_or(codes::NOT_COORDINATOR)?;
        let outcome = shard.with(self, turn)?;
        Ok((outcome, shard.replica.clone()))
    }

    /// As [`Groups::with`], for what is written down: its answer waits until that is on disk, where that is asked for.
    pub fn write<R>(
        self: &Arc<Self>,
        exchange: &Exchange<'_>,
        group_id: &str,
        turn: impl FnOnce(&mut Coordinator, &mut World<'_>) -> R,
    ) -> Result<R, i16> {
        let (outcome, replica) = self.with(exchange, group_id, turn)?;
        exchange.must_be_durable(&replica);
        Ok(outcome)
    }

    /// As [`Groups::with`], for a request that may have to wait for others. What could not even be asked is answered.
    pub fn ask(
        self: &Arc<Self>,
        exchange: &Exchange<'_>,
        group_id: &str,
        turn: impl FnOnce(&mut Coordinator, &mut World<'_>, oneshot::Sender<Answer>),
        failed: impl FnOnce(i16) -> Answer,
    ) -> Waiting {
        let (ticket, answer) = oneshot::channel();
        match self.with(exchange, group_id, |coordinator, world| turn(coordinator, world, ticket)) {
            Ok(((), replica)) => Waiting { answer, replica: Some(replica) },
            Err(code) => Waiting::over(failed(code)),
        }
    }

    /// Lets every coordinator do something. Where there is no `__consumer_offsets` yet, there is none.
    ///
    /// # Errors
    /// The first of them that cannot be used yet. One that cannot be used at all has no groups, as for Kafka.
    pub fn with_all<R>(
        self: &Arc<Self>,
        broker: &Broker,
        mut turn: impl FnMut(&mut Coordinator, &mut World<'_>) -> R,
    ) -> Result<Vec<R>, i16> {
        let Some(table) = self.table(broker) else { return Ok(Vec::new()) };
        let turns = table.shards.values().map(|shard| shard.with(self, &mut turn));
        turns.filter(|done| !matches!(done, Err(codes::NOT_COORDINATOR))).collect()
    }

    /// Lets there be the coordinators that the metadata ask for: at the start, so that members are waited for from then on, and
    /// after a change, so that nobody waits for an answer of one that is none any more.
    pub fn follow(self: &Arc<Self>, broker: &Broker) {
        self.change(broker);
    }

    /// The coordinators that the metadata ask for; none without `__consumer_offsets`. Those that are new are loaded in the
    /// background.
    fn table(self: &Arc<Self>, broker: &Broker) -> Option<Arc<Table>> {
        let wanted = Wanted::now(broker)?;
        let table = self.table.load_full();
        if wanted.is(&table) { Some(table) } else { self.change(broker) }
    }

    fn change(self: &Arc<Self>, broker: &Broker) -> Option<Arc<Table>> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        // Not what was seen before the lock: the topic may have been deleted since, and nobody would look at the table again.
        let wanted = Wanted::now(broker);
        let table = self.table.load_full();
        if wanted.as_ref().is_some_and(|wanted| wanted.is(&table)) {
            return Some(table);
        }
        let mut shards = BTreeMap::new();
        let mut begun = Vec::new();
        for (number, replica) in wanted.iter().flat_map(|wanted| &wanted.hosted.replicas) {
            let kept = wanted.as_ref().and_then(|wanted| wanted.keeps(&table, *number, replica));
            let shard = kept.cloned().unwrap_or_else(|| {
                let shard = Arc::new(Shard::new(replica.clone(), self));
                begun.push(shard.clone());
                shard
            });
            shards.insert(*number, shard);
        }
        // Their topic has another life or none, or more partitions than before and groups belong elsewhere now, or their log is
        // another one.
        for (number, shard) in &table.shards {
            if !shards.get(number).is_some_and(|kept| Arc::ptr_eq(kept, shard)) {
                shard.resign();
            }
        }
        let Some(Wanted { hosted, count }) = wanted else {
            self.table.store(Arc::default());
            return None;
        };
        let table = Arc::new(Table { hosted: Some(hosted), count, shards });
        self.table.store(table.clone());
        // The timer only looks after the shards that it knows.
        self.sooner.notify_one();
        load::all(self, begun, count);
        Some(table)
    }

    /// The shards as they are now.
    fn shards(&self) -> Vec<Arc<Shard>> {
        self.table.load().shards.values().cloned().collect()
    }

    /// A shard wants to be woken at that time.
    fn wake_at(&self, at_ms: i64) {
        if at_ms < self.planned_ms.load(Ordering::SeqCst) {
            self.sooner.notify_one();
        }
    }
}
