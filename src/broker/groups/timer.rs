//! Wakes coordinators when they want to be woken, and from time to time lets offsets expire.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;

use super::Groups;
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
        groups.planned_ms.store(next_ms, Ordering::Release);
        // Who planned something meanwhile has seen the plan of before, and has said nothing.
        let sooner = groups.shards().iter().any(|shard| shard.deadline_ms() < next_ms);
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
        match shard.with(groups, |coordinator, world| coordinator.expire(world)) {
            Ok(0) | Err(_) => {}
            Ok(count) => tracing::info!(
                "{}-{}: {count} offsets and groups expired",
                shard.replica.topic,
                shard.replica.partition
            ),
        }
    }
}
