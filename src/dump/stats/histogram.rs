//! Sizes by how often they occur, for percentiles.

/// Buckets to each power of two, so that a percentile is off by less than a sixteenth.
const STEPS: u32 = 16;
/// Sizes below this have a bucket each.
const EXACT: u64 = 32;
const BUCKETS: usize = 32 + (64 - 5) * STEPS as usize;

/// Counts sizes in buckets that grow with them.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], count: 0, sum: 0, min: u64::MAX, max: 0 }
    }
}

impl Histogram {
    /// Counts one.
    #[inline]
    pub fn add(&mut self, size: u64) {
        if let Some(count) = self.counts.get_mut(bucket(size)) {
            *count += 1;
        }
        self.count += 1;
        self.sum += u128::from(size);
        self.min = self.min.min(size);
        self.max = self.max.max(size);
    }

    /// Counts those of another.
    pub fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, other)| *count += other);
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their sum.
    pub fn sum(&self) -> u64 {
        u64::try_from(self.sum).unwrap_or(u64::MAX)
    }

    /// The least and the greatest, exactly.
    pub fn range(&self) -> Option<(u64, u64)> {
        (self.count > 0).then_some((self.min, self.max))
    }

    /// The arithmetic mean.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// The size that so many of a hundred are not above, less than a sixteenth too great.
    pub fn percentile(&self, percent: f64) -> u64 {
        let rank = ((percent / 100.0 * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        for (number, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return last_of(number).clamp(self.min.min(self.max), self.max);
            }
        }
        self.max
    }
}

fn bucket(size: u64) -> usize {
    if size < EXACT {
        return size as usize;
    }
    let power = size.ilog2();
    let step = (size >> (power - 4)) as u32 & (STEPS - 1);
    (EXACT as u32 + (power - 5) * STEPS + step) as usize
}

/// The greatest size in a bucket.
fn last_of(bucket: usize) -> u64 {
    let Some(above) = (bucket as u64).checked_sub(EXACT) else { return bucket as u64 };
    let (power, step) = (above / u64::from(STEPS) + 5, above % u64::from(STEPS));
    let width = 1u64 << (power - 4);
    (u64::from(STEPS) + step) * width + (width - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_narrow_and_complete() {
        for size in (0..5000).chain([u64::from(u32::MAX), u64::MAX / 3, u64::MAX]) {
            let last = last_of(bucket(size));
            assert!(last >= size && last - size <= size / 16, "{size} {last}");
            assert!(bucket(size) < BUCKETS);
            assert!(last == u64::MAX || bucket(last + 1) == bucket(size) + 1);
        }
    }

    #[test]
    fn percentiles() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.percentile(50.0), histogram.range()), (0, None));
        (1..=20).for_each(|size| histogram.add(size));
        assert_eq!((histogram.percentile(50.0), histogram.percentile(95.0)), (10, 19));
        assert_eq!((histogram.percentile(100.0), histogram.percentile(0.0)), (20, 1));
        let mut other = Histogram::default();
        other.add(1000);
        histogram.merge(&other);
        assert_eq!(
            (histogram.range(), histogram.sum(), histogram.percentile(100.0)),
            (Some((1, 1000)), 1210, 1000)
        );
    }
}
