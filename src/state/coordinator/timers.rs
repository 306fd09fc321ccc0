//! When which group wants to be woken.
//!
//! A group has one place in the queue, for the earliest of its deadlines as it was when the place was taken. Heartbeats
//! only move deadlines back, so they leave the queue alone; a group that is woken too early takes a new place. Nothing bounds
//! how often groups come and go within a session, so whoever goes gives the place up, however late it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::group::Group;

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Timers {
    queue: BTreeSet<(i64, Arc<str>)>,
}

impl Timers {
    /// When the next group is due.
    pub fn next(&self) -> Option<i64> {
        self.queue.first().map(|(at, _)| *at)
    }

    /// A group whose time has come. Its place is free, which it is to be told.
    pub fn due(&mut self, now: i64) -> Option<Arc<str>> {
        self.queue.first().filter(|(at, _)| *at <= now)?;
        self.queue.pop_first().map(|(_, id)| id)
    }

    /// Takes a place for a group, where it has none or one that is too late.
    pub fn follow<T>(&mut self, id: &Arc<str>, group: &mut Group<T>) {
        if group.scheduled.is_none() {
            group.wake = group.next_deadline();
        }
        let Some(wake) = group.wake.take() else { return };
        if group.scheduled.is_none_or(|scheduled| wake < scheduled) {
            self.leave(id, group);
            group.scheduled = Some(wake);
            self.queue.insert((wake, id.clone()));
        }
    }

    /// Gives up the place of a group.
    pub fn leave<T>(&mut self, id: &Arc<str>, group: &mut Group<T>) {
        if let Some(at) = group.scheduled.take() {
            self.queue.remove(&(at, id.clone()));
        }
    }

    /// How many places are taken.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.queue.len()
    }
}
