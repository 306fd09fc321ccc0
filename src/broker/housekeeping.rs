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

/// Runs until the broker stops.
pub async fn run(broker: Arc<Broker>, mut stopping: watch::Receiver<bool>) {
    // Compaction takes its time, and must not hold up the rest.
    tokio::spawn(compact(broker.clone(), stopping.clone()));
    // And a slow disk must not either.
    tokio::spawn(flush(broker.clone(), stopping.clone()));
    tokio::time::sleep(STARTED).await;
    resident::give_code_back();
    let registered = broker.clone();
    match tokio::task::spawn_blocking(move || registered.metadata.flush()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!("{error}"),
        Err(error) => tracing::error!("the registration was not flushed: {error}"),
    }
    let retention_ms = broker.settings.get(keys::LOG_RETENTION_CHECK_INTERVAL_MS);
    // All checkpoints are written at once.
    let checkpoint_ms = i64::from(
        broker
            .settings
            .get(keys::LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS)
            .min(broker.settings.get(keys::LOG_FLUSH_START_OFFSET_CHECKPOINT_INTERVAL_MS)),
    );
    let now_ms = clock::now_ms();
    let (mut retained_ms, mut checkpointed_ms) = (now_ms, now_ms);
    loop {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = stopping.changed() => return,
        }
        let now_ms = clock::now_ms();
        let retain = now_ms - retained_ms >= retention_ms;
        let checkpoint = now_ms - checkpointed_ms >= checkpoint_ms;
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

/// Brings segments to the disk that nobody appends to any more.
async fn flush(broker: Arc<Broker>, mut stopping: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = stopping.changed() => return,
        }
        let broker = broker.clone();
        let done = tokio::task::spawn_blocking(move || {
            for replica in broker.partitions.replicas() {
                let Some(log) = replica.log.as_ref().filter(|log| !log.is_unsynced()) else { continue };
                if let Err(error) = log.flush_closed() {
                    tracing::error!("{}-{}: {error}", replica.topic, replica.partition);
                }
            }
        });
        if done.await.is_err() {
            tracing::error!("flushing failed; it goes on with the next round");
        }
    }
}

fn tick(broker: &Broker, now_ms: i64, retain: bool, checkpoint: bool) {
    let hosting = &broker.hosting;
    hosting.leaving.remove_due(now_ms);
    if hosting.has_offline() {
        broker.metadata.hold(|image| hosting.open_again(image, &broker.settings, &broker.partitions));
        broker.groups.follow(broker);
    }
    for replica in broker.partitions.replicas() {
        let Some(log) = &replica.log else { continue };
        // A log that is compacted just now has its turn the next time.
        let begun = (retain && log.config().compact).then(|| hosting.cleaning.begin(&replica));
        if retain && !matches!(begun, Some(None)) {
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
    if retain {
        broker.metadata.trim(now_ms);
    }
    if checkpoint || hosting.written.is_due() {
        let metadata = (broker.metadata.recovery_point(), broker.metadata.log_start_offset());
        hosting.written.update(&hosting.data, &broker.partitions, metadata);
    }
}
