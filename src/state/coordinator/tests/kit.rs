//! A log in memory, and a coordinator over it that can be killed.

use super::super::requests::Answer;
use super::super::{Config, Coordinator, Journal, Moment, Record, World};
use crate::codec::error_codes::codes;
use crate::state::LogRecord;
use crate::state::groups::Groups;

/// What was appended.
#[derive(Default)]
pub struct Log {
    pub records: Vec<Record>,
    /// The disk is full.
    pub is_full: bool,
    /// The most that the keys and values of one append may have, and what is said of more.
    pub bytes_max: Option<(usize, i16)>,
    /// So many of the next appends work, then one fails.
    pub fails_after: Option<u64>,
}

impl Journal for Log {
    fn append(&mut self, records: &[Record]) -> Result<i64, i16> {
        if self.is_full {
            return Err(codes::KAFKA_STORAGE_ERROR);
        }
        let bytes: usize =
            records.iter().map(|record| record.key.len() + record.value.as_ref().map_or(0, Vec::len)).sum();
        if let Some((_, code)) = self.bytes_max.filter(|(max, _)| bytes > *max) {
            return Err(code);
        }
        match self.fails_after {
            Some(0) => {
                self.fails_after = None;
                return Err(codes::NOT_ENOUGH_REPLICAS);
            }
            Some(more) => self.fails_after = Some(more - 1),
            None => {}
        }
        let base = self.records.len() as i64;
        self.records.extend_from_slice(records);
        Ok(base)
    }
}

impl Log {
    /// What replaying it comes to.
    pub fn replay(&self) -> Groups {
        let mut groups = Groups::new();
        for (offset, record) in (0..).zip(&self.records) {
            let record = LogRecord {
                offset,
                timestamp: 0,
                key: Some(&record.key),
                value: record.value.as_deref(),
                leader_epoch: 0,
                producer_id: -1,
                transactional: false,
                control: false,
            };
            groups.apply(&record).unwrap();
        }
        groups
    }
}

pub type Ticket = u64;

pub struct Node {
    pub config: Config,
    pub coordinator: Coordinator<Ticket>,
    pub log: Log,
    pub now_ms: i64,
    ids: u64,
    tickets: u64,
}

pub const CONFIG: Config = Config {
    session_timeout_min_ms: 6_000,
    session_timeout_max_ms: 1_800_000,
    initial_rebalance_delay_ms: 0,
    members_max: usize::MAX,
    offset_metadata_max: 4096,
    offsets_retention_ms: 7 * 24 * 3_600_000,
};
/// The clock for records begins here; that for deadlines at zero.
pub const EPOCH_MS: i64 = 1_700_000_000_000;

impl Node {
    pub fn new(config: Config) -> Self {
        let now = Moment { wall_ms: EPOCH_MS, steady_ms: 0 };
        let coordinator = Coordinator::new(config, Groups::new(), now);
        Self { config, coordinator, log: Log::default(), now_ms: 0, ids: 0, tickets: 0 }
    }

    pub fn now(&self) -> Moment {
        Moment { wall_ms: EPOCH_MS + self.now_ms, steady_ms: self.now_ms }
    }

    /// Lets the coordinator do something.
    pub fn step<R>(&mut self, turn: impl FnOnce(&mut Coordinator<Ticket>, &mut World<'_>) -> R) -> R {
        let now = self.now();
        let ids = &mut self.ids;
        let mut new_id = || {
            *ids += 1;
            format!("id{ids:04}")
        };
        let mut world = World { now, journal: &mut self.log, new_id: &mut new_id };
        turn(&mut self.coordinator, &mut world)
    }

    /// Asks something whose answer may come later.
    pub fn ask(&mut self, turn: impl FnOnce(&mut Coordinator<Ticket>, &mut World<'_>, Ticket)) -> Ticket {
        self.tickets += 1;
        let ticket = self.tickets;
        self.step(|coordinator, world| turn(coordinator, world, ticket));
        ticket
    }

    pub fn answers(&mut self) -> Vec<(Ticket, Answer)> {
        self.coordinator.take_answers()
    }

    /// Time goes by, and what becomes due on the way is done when it is due.
    pub fn pass(&mut self, ms: i64) {
        /// A timeout of no time at all may be over again as soon as it begins, but that has to come to an end.
        const AT_ONCE_MAX: usize = 10;
        let until = self.now_ms + ms;
        let mut at_once = 0;
        while let Some(at) = self.coordinator.deadline().filter(|at| *at <= until) {
            at_once = if at > self.now_ms { 0 } else { at_once + 1 };
            assert!(at_once <= AT_ONCE_MAX, "what was due is due again and again");
            self.now_ms = self.now_ms.max(at);
            self.step(|coordinator, world| coordinator.tick(world));
        }
        self.now_ms = until;
    }

    /// Kills it and starts another over what is in the log. Returns whether that is what the old one had.
    pub fn crash(&mut self) {
        let replayed = self.log.replay();
        assert_eq!(*self.coordinator.logged(), replayed, "in memory, and in the log");
        let now = self.now();
        self.coordinator = Coordinator::new(self.config, replayed, now);
    }
}
