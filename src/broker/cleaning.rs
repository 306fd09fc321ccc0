//! Who works on the segments of which partition: compaction, retention of what is compacted, and the deletion of a topic
//! must not come between each other (`LogCleanerManager`).

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::partitions::Replica;
use crate::codec::wire::Uuid;

type Key = (Uuid, i32);

/// See the module.
#[derive(Debug, Default)]
pub struct Cleaning {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    busy: HashSet<Key>,
    called_off: HashSet<Uuid>,
    uncleanable: HashSet<Key>,
}

/// Nobody else works on the partition's segments as long as this lives.
#[derive(Debug)]
pub struct Begun<'c> {
    cleaning: &'c Cleaning,
    key: Key,
}

impl Cleaning {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins, unless somebody works on it.
    pub fn begin(&self, replica: &Replica) -> Option<Begun<'_>> {
        let key = (replica.topic_id, replica.partition);
        self.lock().busy.insert(key).then_some(Begun { cleaning: self, key })
    }

    /// Whether an earlier round found that the log cannot be compacted.
    pub fn is_uncleanable(&self, replica: &Replica) -> bool {
        self.lock().uncleanable.contains(&(replica.topic_id, replica.partition))
    }

    /// The log cannot be compacted until somebody has looked at it and the broker was started anew.
    pub fn set_uncleanable(&self, replica: &Replica) {
        self.lock().uncleanable.insert((replica.topic_id, replica.partition));
    }

    /// Waits until nobody works on the topic's partitions, who are told to stop. The topic can no longer be found.
    pub fn call_off(&self, topic: Uuid) {
        let mut state = self.lock();
        state.called_off.insert(topic);
        while state.busy.iter().any(|(id, _)| *id == topic) {
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.called_off.remove(&topic);
        state.uncleanable.retain(|(id, _)| *id != topic);
    }
}

impl Begun<'_> {
    /// Whether nobody waits for the end of it.
    pub fn goes_on(&self) -> bool {
        !self.cleaning.lock().called_off.contains(&self.key.0)
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.cleaning.lock().busy.remove(&self.key);
        self.cleaning.ended.notify_all();
    }
}
