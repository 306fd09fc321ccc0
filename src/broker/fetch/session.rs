//! Fetch sessions (KIP-227): what a client fetches is remembered, so that its requests and our responses name
//! only what is new.

use std::collections::HashMap;
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

impl Wanted {
    fn is_same(&self, other: &Self) -> bool {
        self.partition == other.partition && self.topic_id == other.topic_id && self.topic == other.topic
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
    partitions: Vec<(Wanted, Told)>,
}

impl Session {
    /// The partitions, in the order in which they are to be read.
    pub fn wanted(&self) -> Vec<Wanted> {
        self.partitions.iter().map(|(wanted, _)| wanted.clone()).collect()
    }

    /// Whether a response has to name a partition of which this is to be told; it is told from now on.
    /// What has records goes behind all others, so that the next response begins with those that waited.
    pub fn tell(&mut self, wanted: &Wanted, told: Told, has_records: bool, failed: bool) -> bool {
        let Some(at) = self.partitions.iter().position(|(known, _)| known.is_same(wanted)) else {
            return true;
        };
        let Some((_, before)) = self.partitions.get_mut(at) else { return true };
        let changed = *before != told;
        // What failed is told again until it does not.
        *before = if failed { Told::NOTHING } else { told };
        if has_records && let Some(range) = self.partitions.get_mut(at..) {
            range.rotate_left(1);
        }
        has_records || failed || changed
    }

    fn update(&mut self, added: Vec<Wanted>, forgotten: &[Wanted]) {
        self.partitions.retain(|(known, _)| !forgotten.iter().any(|gone| gone.is_same(known)));
        for wanted in added {
            match self.partitions.iter_mut().find(|(known, _)| known.is_same(&wanted)) {
                Some((known, _)) => *known = wanted,
                None => self.partitions.push((wanted, Told::NOTHING)),
            }
        }
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
            let partitions = added.iter().map(|wanted| (wanted.clone(), Told::NOTHING)).collect();
            let session = Session { id, epoch: 1, by_id, used_ms: now_ms, partitions };
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
