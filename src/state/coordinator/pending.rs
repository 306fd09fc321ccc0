//! Ids that were given to members which have not come back with them (KIP-394). Nothing bounds how many a client asks for, so
//! what has to be done for one costs the same however many there are.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The ids, and until when their members may come.
#[derive(Debug, Default)]
pub(super) struct Pending {
    until_ms: HashMap<Arc<str>, i64>,
    queue: BTreeSet<(i64, Arc<str>)>,
}

impl Pending {
    /// Nobody is on the way.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether that id was given out.
    pub fn contains(&self, id: &str) -> bool {
        self.until_ms.contains_key(id)
    }

    /// Gives an id out.
    pub fn insert(&mut self, id: &str, until_ms: i64) {
        self.remove(id);
        let id: Arc<str> = id.into();
        self.until_ms.insert(id.clone(), until_ms);
        self.queue.insert((until_ms, id));
    }

    /// Takes an id back, or its member has come.
    pub fn remove(&mut self, id: &str) {
        if let Some((id, until_ms)) = self.until_ms.remove_entry(id) {
            self.queue.remove(&(until_ms, id));
        }
    }

    /// When the next one's time is over.
    pub fn deadline(&self) -> Option<i64> {
        self.queue.first().map(|(until_ms, _)| *until_ms)
    }

    /// Forgets those whose time is over; whether there were any.
    pub fn expire(&mut self, now_ms: i64) -> bool {
        let mut any = false;
        while let Some((_, id)) = self.queue.first().filter(|(until_ms, _)| *until_ms <= now_ms) {
            self.until_ms.remove(id);
            self.queue.pop_first();
            any = true;
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_and_the_ids_stay_together() {
        let mut pending = Pending::default();
        for (id, until_ms) in [("a", 30), ("b", 10), ("c", 20), ("b", 40)] {
            pending.insert(id, until_ms);
        }
        assert_eq!(pending.deadline(), Some(20), "what b was given first counts no more");
        pending.remove("a");
        pending.remove("nobody");
        assert!(!pending.expire(19));
        assert!(pending.expire(20));
        assert_eq!(
            (pending.contains("a"), pending.contains("b"), pending.contains("c")),
            (false, true, false)
        );
        assert_eq!(pending.deadline(), Some(40));
        assert!(pending.expire(41) && pending.is_empty() && !pending.contains("b"));
    }
}
