//! Fetch sessions (KIP-227): what a client fetches is remembered, so that its requests and our responses name
//! only what is new.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::codec::error_codes::codes;
use crate::codec::wire::Uuid;

/// A session that nobody used for so long makes room for a new one (`FetchSessionCacheShard`).
const IDLE_MS: i64 = 120_000;
/// The epoch of a request without a session, which also ends one.
pub const FINAL_EPOCH: i32 = -1;
/// The epoch of a request that begins a session.
pub const INITIAL_EPOCH: i32 = 0;

/// A partition as a client wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The topic's name; empty in versions that name topics by their ids.
    pub topic: Arc<str>,
    /// The topic's id; zero in versions that name topics by their names.
    pub topic_id: Uuid,
    /// The partition's number.
    pub partition: i32,
    /// The first offset wanted.
    pub offset: i64,
    /// The most bytes, unless one batch is larger.
    pub max_bytes: i32,
    /// The leader epoch that the client knows; -1 for none.
    pub current_leader_epoch: i32,
    /// The epoch of the last batch that it has; -1 for none.
    pub last_fetched_epoch: i32,
}

/// Which partition it is.
type Place = (Arc<str>, Uuid, i32);

impl Wanted {
    fn place(&self) -> Place {
        (self.topic.clone(), self.topic_id, self.partition)
    }
}

/// What was told of a partition last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The high watermark; -1 for never.
    pub high_watermark: i64,
    /// The log start offset.
    pub log_start_offset: i64,
}

impl Told {
    const NOTHING: Self = Self { high_watermark: -1, log_start_offset: -1 };
}

/// One client's session.
#[derive(Debug)]
pub struct Session {
    /// Its id, never 0.
    pub id: i32,
    epoch: i32,
    by_id: bool,
    used_ms: i64,
    partitions: Partitions,
}

/// The partitions of a session in the order in which they are to be read.
#[derive(Debug, Default)]
struct Partitions {
    in_order: BTreeMap<u64, (Wanted, Told)>,
    ranks: HashMap<Place, u64>,
    next_rank: u64,
}

impl Partitions {
    fn insert(&mut self, wanted: Wanted) {
        let rank = *self.ranks.entry(wanted.place()).or_insert(self.next_rank);
        if rank == self.next_rank {
            self.next_rank += 1;
        }
        let told = self.in_order.get(&rank).map_or(Told::NOTHING, |(_, told)| *told);
        self.in_order.insert(rank, (wanted, told));
    }

    fn remove(&mut self, place: &Place) {
        if let Some(rank) = self.ranks.remove(place) {
            self.in_order.remove(&rank);
        }
    }

    fn get_mut(&mut self, place: &Place) -> Option<&mut (Wanted, Told)> {
        self.in_order.get_mut(self.ranks.get(place)?)
    }

    fn move_behind(&mut self, place: &Place) {
        let Some(rank) = self.ranks.get_mut(place) else { return };
        if let Some(partition) = self.in_order.remove(rank) {
            *rank = self.next_rank;
            self.in_order.insert(self.next_rank, partition);
            self.next_rank += 1;
        }
    }
}

impl Session {
    /// The partitions, in the order in which they are to be read.
    pub fn wanted(&self) -> Vec<Wanted> {
        self.partitions.in_order.values().map(|(wanted, _)| wanted.clone()).collect()
    }

    /// Whether a response has to name a partition of which this is to be told; it is told from now on.
    /// What has records goes behind all others, so that the next response begins with those that waited.
    pub fn tell(&mut self, wanted: &Wanted, told: Told, has_records: bool, failed: bool) -> bool {
        let place = wanted.place();
        let Some((_, before)) = self.partitions.get_mut(&place) else { return true };
        let changed = *before != told;
        // What failed is told again until it does not.
        *before = if failed { Told::NOTHING } else { told };
        if has_records {
            self.partitions.move_behind(&place);
        }
        has_records || failed || changed
    }

    fn update(&mut self, added: Vec<Wanted>, forgotten: &[Wanted]) {
        forgotten.iter().for_each(|gone| self.partitions.remove(&gone.place()));
        added.into_iter().for_each(|wanted| self.partitions.insert(wanted));
    }
}

/// What a request is in terms of sessions.
#[derive(Debug, Clone)]
pub enum Kind {
    /// It names all that it wants, and nothing is remembered.
    Sessionless,
    /// It names all that it wants, and a session begins.
    New(Arc<Mutex<Session>>),
    /// It names what changed.
    Incremental(Arc<Mutex<Session>>),
}

/// All sessions of the broker.
#[derive(Debug)]
pub struct Sessions {
    slots: usize,
    by_id: Mutex<HashMap<i32, Arc<Mutex<Session>>>>,
}

impl Sessions {
    /// As many as `max.incremental.fetch.session.cache.slots`.
    pub fn new(slots: usize) -> Self {
        Self { slots, by_id: Mutex::default() }
    }

    /// Finds or begins the session of a request.
    ///
    /// # Errors
    /// The error code for the whole response.
    pub fn begin(
        &self,
        (id, epoch): (i32, i32),
        by_id: bool,
        added: &mut Vec<Wanted>,
        forgotten: &[Wanted],
        now_ms: i64,
    ) -> Result<Kind, i16> {
        let mut sessions = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        if epoch == FINAL_EPOCH || epoch == INITIAL_EPOCH {
            sessions.remove(&id);
            if epoch == FINAL_EPOCH || !self.make_room(&mut sessions, now_ms) {
                return Ok(Kind::Sessionless);
            }
            let id = new_id(&sessions);
            let mut session =
                Session { id, epoch: 1, by_id, used_ms: now_ms, partitions: Partitions::default() };
            session.update(added.clone(), &[]);
            let session = Arc::new(Mutex::new(session));
            sessions.insert(id, session.clone());
            return Ok(Kind::New(session));
        }
        let session = sessions.get(&id).ok_or(codes::FETCH_SESSION_ID_NOT_FOUND)?.clone();
        drop(sessions);
        let mut guard = session.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.by_id != by_id {
            return Err(codes::FETCH_SESSION_TOPIC_ID_ERROR);
        }
        if guard.epoch != epoch {
            return Err(codes::INVALID_FETCH_SESSION_EPOCH);
        }
        guard.epoch = if epoch == i32::MAX { 1 } else { epoch + 1 };
        guard.used_ms = now_ms;
        guard.update(std::mem::take(added), forgotten);
        *added = guard.wanted();
        drop(guard);
        if added.is_empty() {
            // As for Kafka: what fetches nothing is not remembered.
            self.by_id.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            return Ok(Kind::Sessionless);
        }
        Ok(Kind::Incremental(session))
    }

    fn make_room(&self, sessions: &mut HashMap<i32, Arc<Mutex<Session>>>, now_ms: i64) -> bool {
        if sessions.len() < self.slots {
            return true;
        }
        let used = |session: &Mutex<Session>| session.lock().unwrap_or_else(PoisonError::into_inner).used_ms;
        let oldest = sessions.iter().map(|(id, session)| (used(session), *id)).min();
        match oldest {
            Some((used_ms, id)) if now_ms - used_ms > IDLE_MS => sessions.remove(&id).is_some(),
            _ => false,
        }
    }
}

fn new_id(sessions: &HashMap<i32, Arc<Mutex<Session>>>) -> i32 {
    loop {
        // Not to be guessed: who knows an id can take the session over. Without randomness it is a count.
        let random = getrandom::u32().unwrap_or(sessions.len() as u32 + 1);
        let id = (random & i32::MAX as u32) as i32;
        if id != 0 && !sessions.contains_key(&id) {
            return id;
        }
    }
}
