//! When which group wants to be woken.
//!
//! A group has one place in the queue, for the earliest of its deadlines as it was when the place was taken. Heartbeats
//! only move deadlines back, so they leave the queue alone; a group that is woken too early takes a new place.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::group::Group;

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Timers {
    queue: BinaryHeap<Reverse<(i64, Arc<str>)>>,
}

impl Timers {
    /// When the next group is due.
    pub fn next(&self) -> Option<i64> {
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    /// A place whose time has come. The group may have taken another one since.
    pub fn due(&mut self, now: i64) -> Option<(i64, Arc<str>)> {
        let Reverse((at, _)) = self.queue.peek()?;
        if *at > now {
            return None;
        }
        self.queue.pop().map(|Reverse(place)| place)
    }

    /// Takes a place for a group, where it has none or one that is too late.
    pub fn follow<T>(&mut self, id: &Arc<str>, group: &mut Group<T>) {
        if group.scheduled.is_none() {
            group.wake = group.next_deadline();
        }
        let Some(wake) = group.wake.take() else { return };
        if group.scheduled.is_none_or(|scheduled| wake < scheduled) {
            group.scheduled = Some(wake);
            self.queue.push(Reverse((wake, id.clone())));
        }
    }
}
