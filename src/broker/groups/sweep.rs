//! What concerns all groups, or much of one, in steps that each hold a shard's lock for a moment only.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::shard::Shard;
use super::{Coordinator, Groups};
use crate::broker::aside::aside;
use crate::broker::exchange::Exchange;
use crate::codec::wire::Uuid;
use crate::state::coordinator::{Sweep, World};

/// Between two steps: the lock is not fair, and who waits for it has to wake up first.
const PAUSE: Duration = Duration::from_millis(1);

/// Takes step after step, each from where the one before says. A shard that cannot be used has nothing to go through.
pub(super) fn steps(
    groups: &Groups,
    shard: &Shard,
    mut step: impl FnMut(&mut Coordinator, &mut World<'_>, &Sweep) -> Option<Sweep>,
) {
    let mut next = Some(Sweep::default());
    while let Some(from) = next {
        next = shard.with(groups, |coordinator, world| step(coordinator, world, &from)).unwrap_or(None);
        if next.is_some() {
            thread::sleep(PAUSE);
        }
    }
}

impl Groups {
    /// As [`Groups::with`], for what may be so much that others have to have their turns in between: a step says whether there
    /// is more. What is done in one step is one turn.
    pub fn in_steps(
        self: &Arc<Self>,
        exchange: &Exchange<'_>,
        group_id: &str,
        mut step: impl FnMut(&Coordinator) -> bool,
    ) -> Result<(), i16> {
        let mut more =
            || self.with(exchange, group_id, |coordinator, _| step(coordinator)).map(|(more, _)| more);
        if !more()? {
            return Ok(());
        }
        aside(|| {
            loop {
                thread::sleep(PAUSE);
                if !more()? {
                    return Ok(());
                }
            }
        })
    }

    /// Forgets the offsets of deleted topics, in the background. What is not loaded or cannot be written keeps them until they
    /// expire.
    pub fn forget_topics(self: &Arc<Self>, deleted: BTreeMap<String, Uuid>) {
        let groups = self.clone();
        tokio::task::spawn_blocking(move || {
            let id_of = |topic: &str| deleted.get(topic).copied();
            for shard in groups.shards() {
                steps(&groups, &shard, |coordinator, world, from| {
                    coordinator.forget_topics(world, from, &id_of)
                });
            }
        });
    }
}
