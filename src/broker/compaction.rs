//! Compaction of logs whose `cleanup.policy` has `compact`: the dirtiest first, one at a time (`LogCleaner`).

use std::collections::HashMap;

use super::Broker;
use super::clock;
use super::config::effective::Effective;
use super::config::keys;
use super::partitions::Replica;
use crate::log::clean::group::Limits;
use crate::log::clean::{
    self, CleanError, CleanRules, CleanedSegment, Job, LastRecord, LogState, Plan, PlanRules, Planned,
    SegmentFiles,
};
use crate::log::write::{LogConfig, LogError, PartitionLog};

/// Why a log was not compacted.
#[derive(Debug, thiserror::Error)]
enum CompactionError {
    #[error("{0}")]
    Log(#[from] LogError),
    #[error("{0}")]
    Clean(#[from] CleanError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Compacts every log that is due; `go_on` says whether the broker still runs.
pub fn run(broker: &Broker, go_on: &dyn Fn() -> bool) {
    let image = broker.metadata.image();
    let effective = Effective::new(&broker.settings, &image, broker.node.id);
    if !broker.settings.get(keys::LOG_CLEANER_ENABLE) {
        return;
    }
    let mut due: Vec<_> = broker
        .partitions
        .replicas()
        .into_iter()
        .filter_map(|replica| {
            let log = replica.log.clone().filter(|log| log.config().compact)?;
            if broker.hosting.cleaning.is_uncleanable(&replica) {
                return None;
            }
            let plan = match plan(broker, &replica, &log) {
                Ok(plan) => plan?,
                Err(error) => {
                    tracing::error!("{}-{}: compaction: {error}", replica.topic, replica.partition);
                    return None;
                }
            };
            plan.is_due().then_some((replica, log, plan))
        })
        .collect();
    due.sort_by(|(.., a), (.., b)| b.dirty_ratio().total_cmp(&a.dirty_ratio()));
    for (replica, log, plan) in due {
        if !go_on() {
            return;
        }
        let cleaning = &broker.hosting.cleaning;
        let Some(begun) = cleaning.begin(&replica) else { continue };
        // It may have been deleted before.
        if broker.partitions.get(replica.topic_id, replica.partition).is_none() {
            continue;
        }
        let go_on = || go_on() && begun.goes_on();
        let rules = rules(&log.config(), &effective);
        match compact(broker, &replica, &log, &plan, rules, &go_on) {
            Ok(stats) => tracing::info!(
                "{}-{}: compacted to offset {}: {} of {} records stay, {} of {} bytes",
                replica.topic,
                replica.partition,
                plan.first_uncleanable,
                stats.records_kept,
                stats.records_read,
                stats.bytes_written,
                stats.bytes_read
            ),
            Err(CompactionError::Clean(CleanError::CalledOff)) => {}
            Err(CompactionError::Clean(
                error @ (CleanError::Damaged { .. } | CleanError::Torn { .. } | CleanError::Overflow { .. }),
            )) => {
                cleaning.set_uncleanable(&replica);
                tracing::error!(
                    "{}-{}: is not compacted any more until the broker is started anew: {error}",
                    replica.topic,
                    replica.partition
                );
            }
            Err(error) => tracing::error!("{}-{}: compaction: {error}", replica.topic, replica.partition),
        }
    }
}

fn plan(broker: &Broker, replica: &Replica, log: &PartitionLog) -> Result<Option<Plan>, LogError> {
    let config = log.config();
    let mut planned = Vec::new();
    for segment in log.segments() {
        let Some(times) = log.segment_times(segment.base_offset)? else { continue };
        planned.push(Planned {
            base_offset: segment.base_offset,
            bytes: segment.bytes,
            first_timestamp: times.first,
            largest_timestamp: times.largest,
        });
    }
    let state = LogState {
        segments: &planned,
        start_offset: log.log_start_offset(),
        end_offset: log.log_end_offset(),
        last_stable_offset: log.last_stable_offset(),
        checkpoint: broker.hosting.written.cleaned_to(replica),
    };
    let rules = PlanRules {
        min_lag_ms: config.min_compaction_lag_ms,
        max_lag_ms: config.max_compaction_lag_ms,
        min_dirty_ratio: config.min_cleanable_dirty_ratio,
    };
    Ok(clean::plan(&state, &rules, clock::now_ms()))
}

fn rules(config: &LogConfig, effective: &Effective<'_>) -> CleanRules {
    let bytes = |bytes: i64| usize::try_from(bytes).unwrap_or(usize::MAX);
    CleanRules {
        delete_retention_ms: config.delete_retention_ms,
        limits: Limits {
            segment_bytes: u64::from(config.segment_bytes),
            index_bytes: u64::from(config.segment_index_bytes),
        },
        index_interval_bytes: config.index_interval_bytes,
        map_bytes_max: bytes(effective.get(keys::LOG_CLEANER_DEDUPE_BUFFER_SIZE)),
        load_factor: effective.get(keys::LOG_CLEANER_IO_BUFFER_LOAD_FACTOR),
        buffer_bytes: bytes(i64::from(effective.get(keys::LOG_CLEANER_IO_BUFFER_SIZE))),
        ..CleanRules::default()
    }
}

fn compact(
    broker: &Broker,
    replica: &Replica,
    log: &PartitionLog,
    plan: &Plan,
    rules: CleanRules,
    go_on: &dyn Fn() -> bool,
) -> Result<clean::CleanStats, CompactionError> {
    let directory = log.directory();
    let mut segments = Vec::new();
    for segment in log.segments() {
        segments.push(SegmentFiles::read(&directory, segment.base_offset)?);
    }
    let last_records: HashMap<i64, LastRecord> = log
        .producers()
        .iter()
        .map(|producer| {
            let last_data_offset = (producer.last_offset >= 0).then_some(producer.last_offset);
            (producer.producer_id, LastRecord { last_data_offset, epoch: producer.epoch })
        })
        .collect();
    let now_ms = clock::now_ms();
    let job = Job {
        segments: &segments,
        first_dirty: plan.first_dirty,
        first_uncleanable: plan.first_uncleanable,
        last_records: &last_records,
        rules,
        now_ms,
    };
    let mut swap = |segment: CleanedSegment| {
        let swapped = log.replace_segments(&segment.replaces, &[segment.base_offset], now_ms);
        // Nothing was renamed then. In any other case the next start goes on with what there is.
        if let Err(LogError::NoSegment { .. }) = &swapped {
            segment.remove();
        }
        swapped.map_err(CompactionError::from)
    };
    let (end_offset, stats) = clean::clean_each(&job, go_on, &mut swap)?;
    broker.hosting.written.set_cleaned_to(&broker.hosting.data, replica, end_offset);
    Ok(stats)
}
