//! The group coordinator: the classic group protocol and committed offsets (`GroupCoordinatorShard`,
//! `GroupMetadataManager`, `OffsetMetadataManager`; KIP-62, 134, 211, 345, 394, 814).
//!
//! A [`Coordinator`] stands for one partition of `__consumer_offsets`. It is given the time and requests, and gives
//! answers and the time when it wants to be woken ([`Coordinator::deadline`], [`Coordinator::tick`]). It holds
//!
//! - what is in the log: the same [`Groups`] that replaying it gives. Nothing gets there but by a record that the
//!   [`Journal`] has taken, so a restart loses nothing that was answered;
//! - what is not: the members of each group in their rebalance (`group`), whom a reload asks to say that they are
//!   still there.
//!
//! A request that has to wait for other members leaves a ticket, of whatever type the caller likes, which comes back
//! with the answer ([`Coordinator::take_answers`]).
//!
//! | file | what |
//! |---|---|
//! | [`requests`] | what is asked and answered |
//! | `join`, `sync`, `heartbeat`, `leave` | a member's way through a generation |
//! | `rebalance` | a group's way from one generation to the next |
//! | `offsets`, `expiry`, `sweep` | commits, and their end, a piece at a time |
//! | `admin` | listed, described, deleted |
//! | `records` | what goes to the log |

mod admin;
mod expiry;
mod group;
mod heartbeat;
mod join;
mod leave;
mod member;
mod offsets;
mod pending;
mod rebalance;
mod records;
pub mod requests;
mod sweep;
mod sync;
#[cfg(test)]
mod tests;
mod timers;

use std::collections::HashMap;
use std::sync::Arc;

pub use self::admin::{Described, DescribedMember, Listed, Undescribed};
use self::group::Group;
pub use self::group::State;
pub use self::records::Record;
use self::requests::Answer;
pub use self::sweep::Sweep;
use self::timers::Timers;
use crate::codec::error_codes::codes;
use crate::state::LogRecord;
use crate::state::groups::{self, Groups};

/// What Kafka's settings say of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// `group.min.session.timeout.ms`.
    pub session_timeout_min_ms: i32,
    /// `group.max.session.timeout.ms`.
    pub session_timeout_max_ms: i32,
    /// `group.initial.rebalance.delay.ms`: how long the first join of an empty group waits for others.
    pub initial_rebalance_delay_ms: i32,
    /// `group.max.size`.
    pub members_max: usize,
    /// `offset.metadata.max.bytes`, which Kafka counts in UTF-16 units.
    pub offset_metadata_max: usize,
    /// `offsets.retention.minutes`, in milliseconds.
    pub offsets_retention_ms: i64,
}

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970, for what is written down.
    pub wall_ms: i64,
    /// Milliseconds of a clock that never jumps, for deadlines.
    pub steady_ms: i64,
}

/// Where records go.
pub trait Journal {
    /// Appends records as one batch, all or none; the offset of the first.
    ///
    /// # Errors
    /// The error code; nothing was appended.
    fn append(&mut self, records: &[Record]) -> Result<i64, i16>;
}

/// What a step is given from outside.
pub struct World<'w> {
    /// Now.
    pub now: Moment,
    /// The log.
    pub journal: &'w mut dyn Journal,
    /// Makes an id that nobody else has, of which a member's id is made.
    pub new_id: &'w mut dyn FnMut() -> String,
}

/// The groups of one partition of `__consumer_offsets`. `T` is a ticket for an answer that comes later.
pub struct Coordinator<T> {
    config: Config,
    logged: Groups,
    live: HashMap<Arc<str>, Group<T>>,
    timers: Timers,
    answers: Vec<(T, Answer)>,
}

/// One group's turn: what its operations may touch besides the group.
struct Step<'s, 'w, T> {
    id: &'s str,
    config: &'s Config,
    logged: &'s mut Groups,
    answers: &'s mut Vec<(T, Answer)>,
    world: &'s mut World<'w>,
}

impl<T> Coordinator<T> {
    /// A coordinator over what its log comes to. Members get a whole session to be heard of again.
    pub fn new(config: Config, logged: Groups, now: Moment) -> Self {
        let mut coordinator =
            Self { config, logged, live: HashMap::new(), timers: Timers::default(), answers: Vec::new() };
        for (id, group) in coordinator.logged.by_id() {
            let groups::Group::Classic(classic) = group else { continue };
            if classic.members.is_empty() {
                continue;
            }
            let id: Arc<str> = id.as_str().into();
            let mut live = Group::from_log(classic, now);
            live.make_room(config.members_max, now);
            coordinator.timers.follow(&id, &mut live);
            coordinator.live.insert(id, live);
        }
        coordinator
    }

    /// What is in the log.
    pub fn logged(&self) -> &Groups {
        &self.logged
    }

    /// The answers that have come about since the last call, by their tickets.
    pub fn take_answers(&mut self) -> Vec<(T, Answer)> {
        std::mem::take(&mut self.answers)
    }

    /// When [`Coordinator::tick`] is due, in milliseconds of the steady clock.
    pub fn deadline(&self) -> Option<i64> {
        self.timers.next()
    }

    /// Does what is due: members that were not heard of are out, rebalances end.
    pub fn tick(&mut self, world: &mut World<'_>) {
        // Each group has one turn: what is due again at once is for the next call.
        let due: Vec<_> = std::iter::from_fn(|| self.timers.due(world.now.steady_ms)).collect();
        for id in due {
            self.with_live(world, &id, |group, step| {
                group.scheduled = None;
                group.run_due(step);
            });
        }
    }

    /// The members and the state of a group that has or had some since it was loaded.
    fn with_live<R>(
        &mut self,
        world: &mut World<'_>,
        id: &str,
        turn: impl FnOnce(&mut Group<T>, &mut Step<'_, '_, T>) -> R,
    ) -> Option<R> {
        let (id, _) = self.live.get_key_value(id)?;
        let id = id.clone();
        let group = self.live.get_mut(&id)?;
        let mut step = Step {
            id: &id,
            config: &self.config,
            logged: &mut self.logged,
            answers: &mut self.answers,
            world,
        };
        let outcome = turn(group, &mut step);
        if group.may_rest() {
            // The log says all there is to say of it.
            self.timers.leave(&id, group);
            self.live.remove(&id);
        } else {
            self.timers.follow(&id, group);
        }
        Some(outcome)
    }

    /// Brings a group of the log to life, if it is one of the classic protocol.
    fn enliven(&mut self, id: &str, now: Moment) -> bool {
        if self.live.contains_key(id) {
            return true;
        }
        let Some(groups::Group::Classic(classic)) = self.logged.by_id().get(id) else { return false };
        let group = Group::from_log(classic, now);
        self.live.insert(id.into(), group);
        true
    }
}

/// Appends records and takes them into what is in the log.
fn append(logged: &mut Groups, world: &mut World<'_>, records: &[Record]) -> Result<(), i16> {
    if records.is_empty() {
        return Ok(());
    }
    if !records.iter().all(Record::is_whole) {
        return Err(codes::UNKNOWN_SERVER_ERROR);
    }
    let base = world.journal.append(records)?;
    for (offset, record) in (base..).zip(records) {
        let record = LogRecord {
            offset,
            timestamp: world.now.wall_ms,
            key: Some(&record.key),
            value: record.value.as_deref(),
            leader_epoch: -1,
            producer_id: -1,
            transactional: false,
            control: false,
        };
        // What was written here can be read here; a record that could not is one that a reload passes over, too.
        let _ = logged.apply(&record);
    }
    Ok(())
}

/// As [`append`], for records that need not be one batch: a group may have more offsets than fit one. A record that fits
/// none keeps no other from being written.
///
/// # Errors
/// The first one; after another one than of the size the rest is not tried.
fn append_in_parts(logged: &mut Groups, world: &mut World<'_>, records: &[Record]) -> Result<(), i16> {
    /// With keys of usual lengths far below `max.message.bytes`.
    const RECORDS_MAX: usize = 2000;
    let mut outcome = Ok(());
    let mut parts: Vec<&[Record]> = records.chunks(RECORDS_MAX).rev().collect();
    while let Some(part) = parts.pop() {
        match append(logged, world, part) {
            Err(code) if is_too_large(code) && part.len() > 1 => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
            Err(code) if is_too_large(code) => outcome = outcome.and(Err(code)),
            other => other?,
        }
    }
    outcome
}

/// An append of less may work: it was more than `max.message.bytes` or `segment.bytes` lets into one batch.
fn is_too_large(code: i16) -> bool {
    matches!(code, codes::MESSAGE_TOO_LARGE | codes::RECORD_LIST_TOO_LARGE)
}

impl<T> Step<'_, '_, T> {
    fn append(&mut self, records: &[Record]) -> Result<(), i16> {
        append(self.logged, self.world, records)
    }

    fn answer(&mut self, ticket: T, answer: impl Into<Answer>) {
        self.answers.push((ticket, answer.into()));
    }
}

/// What a member is told when its group could not be written down: errors that send it to look for the
/// coordinator and try again (`appendGroupMetadataErrorToResponseError`).
fn told_of_append(code: i16) -> i16 {
    match code {
        codes::UNKNOWN_TOPIC_OR_PARTITION | codes::NOT_ENOUGH_REPLICAS | codes::REQUEST_TIMED_OUT => {
            codes::COORDINATOR_NOT_AVAILABLE
        }
        codes::NOT_LEADER_OR_FOLLOWER | codes::KAFKA_STORAGE_ERROR => codes::NOT_COORDINATOR,
        codes::MESSAGE_TOO_LARGE | codes::RECORD_LIST_TOO_LARGE | codes::INVALID_FETCH_SIZE => {
            codes::UNKNOWN_SERVER_ERROR
        }
        code => code,
    }
}
