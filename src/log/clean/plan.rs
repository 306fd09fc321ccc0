//! What of a log can be cleaned, and whether it is worth it (`LogCleanerManager.cleanableOffsets`, `LogToClean`).

/// A segment, as far as planning goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// The first offset it may hold.
    pub base_offset: i64,
    /// Bytes of the `.log`.
    pub bytes: u64,
    /// The timestamp of its first batch, in milliseconds; below 0 where it has none.
    pub first_timestamp: i64,
    /// The greatest timestamp in it, or when it was last changed.
    pub largest_timestamp: i64,
}

/// A log, as far as planning goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogState<'s> {
    /// Its segments in order, the active one last.
    pub segments: &'s [Planned],
    /// The first offset that is served.
    pub start_offset: i64,
    /// The offset of the next record.
    pub end_offset: i64,
    /// Behind it there may be open transactions, and what is not replicated yet.
    pub last_stable_offset: i64,
    /// Up to where it was cleaned (`cleaner-offset-checkpoint`).
    pub checkpoint: Option<i64>,
}

/// When a log is cleaned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanRules {
    /// A record stays at least so long, in milliseconds (`min.compaction.lag.ms`).
    pub min_lag_ms: i64,
    /// A record waits at most so long for cleaning (`max.compaction.lag.ms`).
    pub max_lag_ms: i64,
    /// Otherwise that part of the log must be dirty (`min.cleanable.dirty.ratio`).
    pub min_dirty_ratio: f64,
}

impl Default for PlanRules {
    fn default() -> Self {
        Self { min_lag_ms: 0, max_lag_ms: i64::MAX, min_dirty_ratio: 0.5 }
    }
}

/// What can be cleaned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Below it everything was cleaned before.
    pub first_dirty: i64,
    /// The base offset of the first segment that must stay as it is.
    pub first_uncleanable: i64,
    /// Bytes below the first dirty offset.
    pub clean_bytes: u64,
    /// Bytes that wait for cleaning and may be cleaned.
    pub cleanable_bytes: u64,
    /// The checkpoint cannot be right and must be written anew with `first_dirty`: the log starts behind it,
    /// or ends before it.
    pub reset_checkpoint: bool,
    /// A record has waited for `max.compaction.lag.ms`.
    pub overdue: bool,
    min_dirty_ratio: f64,
}

impl Plan {
    /// What part of the log is dirty, from 0 to 1. Of several logs that with the greatest is cleaned first.
    pub fn dirty_ratio(&self) -> f64 {
        match self.clean_bytes + self.cleanable_bytes {
            0 => 0.0,
            total => self.cleanable_bytes as f64 / total as f64,
        }
    }

    /// Whether to clean now.
    pub fn is_due(&self) -> bool {
        self.cleanable_bytes > 0 && (self.overdue || self.dirty_ratio() > self.min_dirty_ratio)
    }
}

/// Looks at a log. `None` of one without segments.
pub fn plan(log: &LogState<'_>, rules: &PlanRules, now_ms: i64) -> Option<Plan> {
    let (active, inactive) = log.segments.split_last()?;
    let checkpoint = log.checkpoint.unwrap_or(log.start_offset);
    let reset_checkpoint = checkpoint < log.start_offset || checkpoint > log.end_offset;
    let first_dirty = if reset_checkpoint { log.start_offset } else { checkpoint };
    // The segment that holds the first dirty offset is the first dirty one.
    let dirty = inactive.get(holding(inactive, first_dirty)..).unwrap_or_default();
    let dirty = if first_dirty > active.base_offset { &[] } else { dirty };
    let min_lag_ms = rules.min_lag_ms.max(0);
    let too_young = dirty
        .iter()
        .find(|segment| min_lag_ms > 0 && segment.largest_timestamp > now_ms.saturating_sub(min_lag_ms))
        .map_or(i64::MAX, |segment| segment.base_offset);
    let limit = log.last_stable_offset.min(active.base_offset).min(too_young).max(first_dirty);
    // A segment is cleaned whole or not at all.
    let whole = inactive.get(holding(inactive, limit)).filter(|_| limit < active.base_offset);
    let first_uncleanable = whole.unwrap_or(active).base_offset;
    let bytes = |from: i64, to: i64| {
        if from >= to {
            return 0;
        }
        let inside = inactive.iter().filter(|segment| segment.base_offset < to);
        let from = inactive.get(holding(inactive, from)).map_or(from, |segment| segment.base_offset);
        inside.filter(|segment| segment.base_offset >= from).map(|segment| segment.bytes).sum::<u64>()
    };
    let first_timestamp =
        dirty.iter().map(|segment| segment.first_timestamp).filter(|&first| first > 0).min();
    let overdue_since = now_ms.saturating_sub(rules.max_lag_ms.max(0));
    Some(Plan {
        first_dirty,
        first_uncleanable,
        clean_bytes: bytes(i64::MIN, first_dirty),
        cleanable_bytes: bytes(first_dirty.min(first_uncleanable), first_uncleanable),
        reset_checkpoint,
        overdue: rules.max_lag_ms != i64::MAX && first_timestamp.is_some_and(|first| first < overdue_since),
        min_dirty_ratio: rules.min_dirty_ratio,
    })
}

/// The number of the last segment that does not begin behind `offset`, or of the first.
fn holding(segments: &[Planned], offset: i64) -> usize {
    segments.partition_point(|segment| segment.base_offset <= offset).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments() -> [Planned; 4] {
        [0, 100, 200, 300].map(|base_offset| Planned {
            base_offset,
            bytes: 1000,
            first_timestamp: base_offset * 10 + 1,
            largest_timestamp: base_offset * 10 + 900,
        })
    }

    fn log(segments: &[Planned], checkpoint: Option<i64>) -> LogState<'_> {
        LogState { segments, start_offset: 0, end_offset: 350, last_stable_offset: 350, checkpoint }
    }

    #[test]
    fn the_active_segment_and_open_transactions_stay() {
        let segments = segments();
        let all =
            plan(&log(&segments, None), &PlanRules::default(), 10_000).unwrap_or_else(|| unreachable!());
        assert_eq!((all.first_dirty, all.first_uncleanable), (0, 300));
        assert_eq!((all.clean_bytes, all.cleanable_bytes, all.is_due()), (0, 3000, true));
        let open = LogState { last_stable_offset: 250, ..log(&segments, Some(100)) };
        let open = plan(&open, &PlanRules::default(), 10_000).unwrap_or_else(|| unreachable!());
        assert_eq!((open.first_dirty, open.first_uncleanable), (100, 200));
        assert_eq!((open.clean_bytes, open.cleanable_bytes, open.is_due()), (1000, 1000, false));
    }

    #[test]
    fn lags_and_checkpoints() {
        let segments = segments();
        let plan = |log: LogState<'_>, rules: PlanRules, now_ms| {
            super::plan(&log, &rules, now_ms).unwrap_or_else(|| unreachable!())
        };
        let young = PlanRules { min_lag_ms: 1000, ..PlanRules::default() };
        assert_eq!(plan(log(&segments, None), young, 2500).first_uncleanable, 100);
        let overdue = PlanRules { max_lag_ms: 1000, min_dirty_ratio: 1.0, ..PlanRules::default() };
        assert!(plan(log(&segments, Some(200)), overdue, 3002).is_due());
        assert!(!plan(log(&segments, Some(200)), overdue, 3001).is_due());
        let lost = plan(log(&segments, Some(351)), PlanRules::default(), 0);
        assert_eq!((lost.first_dirty, lost.reset_checkpoint), (0, true));
        let done = plan(log(&segments, Some(300)), PlanRules::default(), 0);
        assert_eq!((done.cleanable_bytes, done.is_due()), (0, false));
        assert_eq!(super::plan(&log(&[], None), &PlanRules::default(), 0), None);
    }
}
