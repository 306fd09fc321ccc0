//! How much was written when, and where nothing was.

/// Buckets of time; their width doubles until all fit.
const BUCKETS: usize = 512;
/// The longest pauses are kept.
const GAPS: usize = 5;

/// A pause: no record has a timestamp between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The greatest timestamp before it, in milliseconds since 1970.
    pub from: i64,
    /// The next one.
    pub to: i64,
    /// Offset of the record that ended it.
    pub offset: i64,
}

impl Pause {
    /// Milliseconds.
    pub fn millis(&self) -> u64 {
        self.to.abs_diff(self.from)
    }
}

/// Timestamps of records in the order of their offsets.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Milliseconds in a bucket: a power of two.
    width: i64,
    /// Number of the first bucket: its first millisecond over the width.
    first: i64,
    counts: Vec<u64>,
    /// Earliest timestamp with its offset, and the latest.
    range: Option<((i64, i64), (i64, i64))>,
    /// Timestamp and offset of the first record.
    begin: Option<(i64, i64)>,
    /// Records earlier than one before them.
    late: u64,
    /// By how many milliseconds at most, and at which offset.
    latest: Option<(u64, i64)>,
    pauses: Vec<Pause>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            width: 1,
            first: 0,
            counts: vec![0; BUCKETS],
            range: None,
            begin: None,
            late: 0,
            latest: None,
            pauses: Vec::new(),
        }
    }
}

impl Timeline {
    /// Counts a record.
    #[inline]
    pub fn add(&mut self, timestamp: i64, offset: i64) {
        let Some((min, max)) = &mut self.range else {
            self.begin = Some((timestamp, offset));
            self.range = Some(((timestamp, offset), (timestamp, offset)));
            self.first = timestamp;
            return self.count(timestamp, 1);
        };
        if timestamp > max.0 {
            let pause = Pause { from: max.0, to: timestamp, offset };
            *max = (timestamp, offset);
            if self.pauses.len() < GAPS
                || self.pauses.last().is_some_and(|last| last.millis() < pause.millis())
            {
                self.pause(pause);
            }
        } else if timestamp < max.0 {
            let late = max.0.abs_diff(timestamp);
            self.late += 1;
            if self.latest.is_none_or(|(most, _)| late > most) {
                self.latest = Some((late, offset));
            }
            if timestamp < min.0 {
                *min = (timestamp, offset);
            }
        }
        self.count(timestamp, 1);
    }

    #[cold]
    fn pause(&mut self, pause: Pause) {
        self.pauses.push(pause);
        self.pauses.sort_by_key(|pause| std::cmp::Reverse(pause.millis()));
        self.pauses.truncate(GAPS);
    }

    #[inline]
    fn count(&mut self, timestamp: i64, records: u64) {
        let number = timestamp.div_euclid(self.width).wrapping_sub(self.first);
        match usize::try_from(number).ok().and_then(|number| self.counts.get_mut(number)) {
            Some(count) => *count += records,
            None => self.count_outside(timestamp, records),
        }
    }

    /// Makes room for a timestamp by moving the buckets, and by making them wider where that is not enough.
    #[cold]
    fn count_outside(&mut self, timestamp: i64, records: u64) {
        loop {
            let number = timestamp.div_euclid(self.width);
            let used = |&count: &u64| count > 0;
            let low = self.counts.iter().position(used).unwrap_or(0) as i64 + self.first;
            let high = self.counts.iter().rposition(used).unwrap_or(0) as i64 + self.first;
            let (low, high) = (low.min(number), high.max(number));
            if high.abs_diff(low) < BUCKETS as u64 {
                let mut moved = vec![0; BUCKETS];
                for (count, number) in self.counts.iter().zip(self.first..) {
                    if let Some(place) = usize::try_from(number - low).ok().and_then(|at| moved.get_mut(at)) {
                        *place += count;
                    }
                }
                (self.counts, self.first) = (moved, low);
                return self.count(timestamp, records);
            }
            self.widen();
        }
    }

    fn widen(&mut self) {
        let first = self.first.div_euclid(2);
        let mut wider = vec![0; BUCKETS];
        for (count, number) in self.counts.iter().zip(self.first..) {
            if let Some(place) = wider.get_mut((number.div_euclid(2) - first) as usize) {
                *place += count;
            }
        }
        (self.counts, self.first) = (wider, first);
        self.width = self.width.saturating_mul(2);
    }

    /// Counts those of another, whose records have greater offsets.
    pub fn merge(&mut self, later: &Self) {
        let (Some(((min, max), begin)), Some((mine_min, mine_max))) =
            (later.range.zip(later.begin), self.range)
        else {
            if self.range.is_none() {
                self.clone_from(later);
            }
            return;
        };
        if begin.0 > mine_max.0 {
            self.pause(Pause { from: mine_max.0, to: begin.0, offset: begin.1 });
        }
        self.late += later.late + u64::from(begin.0 < mine_max.0);
        let lateness = (mine_max.0 > min.0).then(|| (mine_max.0.abs_diff(min.0), min.1));
        self.latest =
            [self.latest, later.latest, lateness].into_iter().flatten().max_by_key(|&(most, _)| most);
        later.pauses.iter().for_each(|&pause| self.pause(pause));
        self.range = Some((
            if min.0 < mine_min.0 { min } else { mine_min },
            if max.0 > mine_max.0 { max } else { mine_max },
        ));
        while self.width < later.width {
            self.widen();
        }
        for (&count, number) in later.counts.iter().zip(later.first..) {
            if count > 0 {
                self.count(number.saturating_mul(later.width), count);
            }
        }
    }

    /// Timestamp and offset of the earliest record, then of the latest.
    pub fn range(&self) -> Option<((i64, i64), (i64, i64))> {
        self.range
    }

    /// Records that are earlier than one before them. Where files were counted apart, those at the beginning of
    /// a file are compared with records of the same file only, but for its first.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// The most milliseconds by which a record is earlier than one before it, and its offset.
    pub fn latest(&self) -> Option<(u64, i64)> {
        self.latest
    }

    /// The longest pauses, the longest first.
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// Records in each of at most `columns` equal parts of the time, and how many milliseconds a part has.
    pub fn columns(&self, columns: usize) -> (Vec<u64>, u64) {
        let Some(((min, _), (max, _))) = self.range else { return (Vec::new(), 0) };
        let (low, high) = (min.div_euclid(self.width), max.div_euclid(self.width));
        let buckets = high.abs_diff(low) + 1;
        let merged = buckets.div_ceil(columns.max(1) as u64).max(1);
        let mut parts = vec![0; buckets.div_ceil(merged) as usize];
        for (&count, number) in self.counts.iter().zip(self.first..) {
            let part = number.checked_sub(low).and_then(|at| usize::try_from(at as u64 / merged).ok());
            if let Some(place) = part.and_then(|part| parts.get_mut(part)).filter(|_| number >= low) {
                *place += count;
            }
        }
        (parts, merged.saturating_mul(self.width as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_pauses_and_columns() {
        let timestamps = [1000, 1010, 1005, 5000, 5001, 900, 9000];
        let mut whole = Timeline::default();
        let (mut first, mut second) = (Timeline::default(), Timeline::default());
        for (timestamp, offset) in timestamps.into_iter().zip(0..) {
            whole.add(timestamp, offset);
            if offset < 3 { &mut first } else { &mut second }.add(timestamp, offset);
        }
        first.merge(&second);
        for timeline in [&whole, &first] {
            assert_eq!(timeline.range(), Some(((900, 5), (9000, 6))));
            assert_eq!(timeline.late(), 2);
            assert_eq!(timeline.latest(), Some((4101, 5)));
            assert_eq!(timeline.pauses()[0], Pause { from: 5001, to: 9000, offset: 6 });
            assert_eq!(timeline.pauses()[1], Pause { from: 1010, to: 5000, offset: 3 });
            let (columns, millis) = timeline.columns(60);
            assert_eq!(columns.iter().sum::<u64>(), 7);
            assert!(columns.len() <= 60 && millis * columns.len() as u64 >= 8100);
        }
    }

    #[test]
    fn any_timestamps() {
        let mut timeline = Timeline::default();
        for timestamp in [0, i64::MAX, i64::MIN, -1, 1, i64::MAX / 2] {
            timeline.add(timestamp, 0);
        }
        assert_eq!(timeline.columns(10).0.iter().sum::<u64>(), 6);
    }
}
