//! One partition of `__consumer_offsets` and the coordinator over it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::journal::ReplicaJournal;
use super::{Coordinator, Groups, load};
use crate::broker::metadata::registration::random_id;
use crate::broker::partitions::Replica;
use crate::codec::error_codes::codes;
use crate::codec::meaning::uuid;
use crate::state::coordinator::World;
use crate::state::groups::Groups as Logged;

/// Nothing is due.
const NEVER: i64 = i64::MAX;

/// How far a coordinator is.
enum Loaded {
    /// Its log is to be read.
    Loading,
    /// It answers.
    Ready(Box<Coordinator>),
    /// Its log cannot be read, or it serves a topic that is gone.
    Unusable,
}

/// A partition of `__consumer_offsets`.
pub(super) struct Shard {
    /// The partition.
    pub replica: Arc<Replica>,
    loaded: Mutex<Loaded>,
    deadline_ms: AtomicI64,
}

impl Groups {
    fn ready(&self, logged: Logged) -> Loaded {
        Loaded::Ready(Box::new(Coordinator::new(self.config, logged, self.now())))
    }
}

impl Shard {
    /// Over a partition, which is still to be read unless it is empty.
    pub fn new(replica: Arc<Replica>, groups: &Groups) -> Self {
        let is_empty = replica.log.as_ref().is_some_and(|log| log.log_start_offset() == log.log_end_offset());
        let loaded = if is_empty { groups.ready(Logged::new()) } else { Loaded::Loading };
        Self { replica, loaded: Mutex::new(loaded), deadline_ms: AtomicI64::new(NEVER) }
    }

    fn lock(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When its coordinator wants to be woken; [`i64::MAX`] for never.
    pub fn deadline_ms(&self) -> i64 {
        self.deadline_ms.load(Ordering::SeqCst)
    }

    /// Lets the coordinator do something, and hands out the answers that come of it.
    ///
    /// # Errors
    /// The error code: it is being loaded, or its log is offline.
    pub fn with<R>(
        &self,
        groups: &Groups,
        turn: impl FnOnce(&mut Coordinator, &mut World<'_>) -> R,
    ) -> Result<R, i16> {
        let mut loaded = self.lock();
        let coordinator = match &mut *loaded {
            Loaded::Ready(coordinator) => coordinator,
            Loaded::Loading => return Err(codes::COORDINATOR_LOAD_IN_PROGRESS),
            Loaded::Unusable => return Err(codes::NOT_COORDINATOR),
        };
        let mut journal = ReplicaJournal::new(&self.replica, groups.codec);
        let mut new_id = new_id;
        let mut world = World { now: groups.now(), journal: &mut journal, new_id: &mut new_id };
        let outcome = turn(coordinator, &mut world);
        for (ticket, answer) in coordinator.take_answers() {
            // Who has gone meanwhile is noticed by the session that ends.
            let _ = ticket.send(answer);
        }
        self.plan(groups, coordinator);
        Ok(outcome)
    }

    /// Notes when the coordinator is due. The lock is held: a later plan must not be overwritten by one from before. The order
    /// of this and of what [`Groups::wake_at`] looks at is what the timer relies on.
    fn plan(&self, groups: &Groups, coordinator: &Coordinator) {
        let deadline_ms = coordinator.deadline().unwrap_or(NEVER);
        if self.deadline_ms.swap(deadline_ms, Ordering::SeqCst) > deadline_ms {
            groups.wake_at(deadline_ms);
        }
    }

    /// Whether its log is still to be read.
    pub fn is_loading(&self) -> bool {
        matches!(*self.lock(), Loaded::Loading)
    }

    /// Reads the log of a partition of `count`, while requests are told so.
    pub fn load(&self, groups: &Groups, count: usize) {
        let ready = self.read(groups, count);
        let mut loaded = self.lock();
        // Meanwhile its topic may have been deleted.
        if !matches!(*loaded, Loaded::Loading) {
            return;
        }
        if let Loaded::Ready(coordinator) = &ready {
            self.plan(groups, coordinator);
        }
        *loaded = ready;
    }

    fn read(&self, groups: &Groups, count: usize) -> Loaded {
        match load::groups(&self.replica, count) {
            Ok(logged) => groups.ready(logged),
            Err(problem) => {
                let (topic, partition) = (&self.replica.topic, self.replica.partition);
                tracing::error!("{topic}-{partition}: its groups are not served: {problem}");
                Loaded::Unusable
            }
        }
    }

    /// Ends it: who waits is sent to look for the coordinator again.
    pub fn resign(&self) {
        let mut loaded = self.lock();
        self.deadline_ms.store(NEVER, Ordering::SeqCst);
        // Who waits sees the end of its channel.
        *loaded = Loaded::Unusable;
    }
}

/// A random id as Kafka writes them into the ids of members.
fn new_id() -> String {
    let mut text = Vec::new();
    uuid::push_uuid_hex(&random_id().0, &mut text);
    String::from_utf8(text).unwrap_or_default()
}
