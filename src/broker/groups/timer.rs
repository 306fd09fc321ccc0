//! Wakes coordinators when they want to be woken, and from time to time lets offsets expire.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;

use super::{Groups, sweep};
use crate::broker::Broker;
use crate::broker::config::keys;

/// Runs until the broker stops.
pub async fn run(broker: Arc<Broker>, mut stopping: watch::Receiver<bool>) {
    let groups = broker.groups.clone();
    let pause_ms = broker.settings.get(keys::OFFSETS_RETENTION_CHECK_INTERVAL_MS).max(1);
    let mut expire_ms = groups.now().steady_ms.saturating_add(pause_ms);
    loop {
        let shards = groups.shards();
        let next_ms = shards.iter().map(|shard| shard.deadline_ms()).min().unwrap_or(i64::MAX).min(expire_ms);
        // A shard notes its deadline and then looks at this plan; here the plan is noted and then the deadlines are looked at.
        // All four are in one order (`SeqCst`), so that one of the two sees the other: a deadline is found here, or the shard
        // says that it is sooner, which is kept until it is waited for.
        groups.planned_ms.store(next_ms, Ordering::SeqCst);
        let sooner = shards.iter().any(|shard| shard.deadline_ms() < next_ms);
        let wait_ms = next_ms.saturating_sub(groups.now().steady_ms);
        if !sooner && wait_ms > 0 {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(wait_ms.unsigned_abs())) => {}
                () = groups.sooner.notified() => {}
                _ = stopping.changed() => return,
            }
        }
        tick(&groups);
        if groups.now().steady_ms >= expire_ms {
            expire_ms = groups.now().steady_ms.saturating_add(pause_ms);
            let groups = groups.clone();
            let done = tokio::task::spawn_blocking(move || expire(&groups));
            if done.await.is_err() {
                tracing::error!("offsets could not expire; the next round tries again");
            }
        }
    }
}

fn tick(groups: &Groups) {
    let now_ms = groups.now().steady_ms;
    for shard in groups.shards().iter().filter(|shard| shard.deadline_ms() <= now_ms) {
        // One that cannot be used has nothing due.
        let _ = shard.with(groups, |coordinator, world| coordinator.tick(world));
    }
}

fn expire(groups: &Groups) {
    for shard in groups.shards() {
        let mut count = 0;
        sweep::steps(groups, &shard, |coordinator, world, from| {
            let (gone, next) = coordinator.expire(world, from);
            count += gone;
            next
        });
        if count > 0 {
            let (topic, partition) = (&shard.replica.topic, shard.replica.partition);
            tracing::info!("{topic}-{partition}: {count} offsets and groups expired");
        }
    }
}
