//! What has to be done from time to time: retention, files that were let go of, checkpoints.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::config::keys;
use super::{Broker, clock, compaction, resident};

/// How often somebody looks whether something is due.
const TICK: Duration = Duration::from_secs(1);
/// So long after the start the first clients have come, if they waited for it.
const STARTED: Duration = Duration::from_millis(100);
/// `log.flush.offset.checkpoint.interval.ms` by default.
const CHECKPOINT_MS: i64 = 60_000;

/// Runs until the broker stops.
pub async fn run(broker: Arc<Broker>, mut stopping: watch::Receiver<bool>) {
    // Compaction takes its time, and must not hold up the rest.
    tokio::spawn(compact(broker.clone(), stopping.clone()));
    tokio::time::sleep(STARTED).await;
    resident::give_code_back();
    let retention_ms = broker.settings.get(keys::LOG_RETENTION_CHECK_INTERVAL_MS);
    let now_ms = clock::now_ms();
    let (mut retained_ms, mut checkpointed_ms) = (now_ms, now_ms);
    loop {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = stopping.changed() => return,
        }
        let now_ms = clock::now_ms();
        let retain = now_ms - retained_ms >= retention_ms;
        let checkpoint = now_ms - checkpointed_ms >= CHECKPOINT_MS;
        retained_ms = if retain { now_ms } else { retained_ms };
        checkpointed_ms = if checkpoint { now_ms } else { checkpointed_ms };
        let broker = broker.clone();
        let done = tokio::task::spawn_blocking(move || tick(&broker, now_ms, retain, checkpoint));
        if done.await.is_err() {
            tracing::error!("housekeeping failed; it goes on with the next round");
        }
    }
}

async fn compact(broker: Arc<Broker>, mut stopping: watch::Receiver<bool>) {
    let pause_ms = broker.settings.get(keys::LOG_CLEANER_BACKOFF_MS);
    let pause = Duration::from_millis(u64::try_from(pause_ms).unwrap_or(0)).max(TICK);
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopping.changed() => return,
        }
        let (broker, stopping) = (broker.clone(), stopping.clone());
        let done = tokio::task::spawn_blocking(move || compaction::run(&broker, &|| !*stopping.borrow()));
        if done.await.is_err() {
            tracing::error!("compaction failed; it goes on with the next round");
        }
    }
}

fn tick(broker: &Broker, now_ms: i64, retain: bool, checkpoint: bool) {
    broker.hosting.remove_left(now_ms);
    for replica in broker.partitions.replicas() {
        let Some(log) = &replica.log else { continue };
        if retain {
            match log.apply_retention(now_ms) {
                Ok(0) => {}
                Ok(segments) => tracing::info!(
                    "{}-{}: retention let go of {segments} segments",
                    replica.topic,
                    replica.partition
                ),
                Err(error) => tracing::error!("{}-{}: {error}", replica.topic, replica.partition),
            }
            log.expire_producers(now_ms);
        }
        log.delete_expired_files(now_ms);
    }
    if checkpoint {
        let metadata = (broker.metadata.recovery_point(), broker.metadata.log_start_offset());
        broker.hosting.checkpoint(&broker.partitions, metadata);
    }
}
