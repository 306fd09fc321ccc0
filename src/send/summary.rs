//! How long answers took, all together.

use std::time::Duration;

use crate::client::error::millis;

/// The times of all answers, in microseconds: four bytes an answer, however many there are.
#[derive(Debug, Default)]
pub struct Latencies(Vec<u32>);

impl Latencies {
    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    /// ` (2,000 a second) · latency min 0.10 ms, median 0.20 ms, p99 1.30 ms, max 2.00 ms`
    pub fn words(&mut self, took: Duration) -> String {
        self.0.sort_unstable();
        let Some(last) = self.0.len().checked_sub(1) else { return String::new() };
        // The nearest rank: the least time that so many of a hundred do not exceed.
        let at = |percent: usize| {
            let rank = (self.0.len() * percent).div_ceil(100).saturating_sub(1).min(last);
            millis(Duration::from_micros(self.0.get(rank).copied().unwrap_or_default().into()))
        };
        let rate = self.0.len() as f64 / took.as_secs_f64().max(1e-6);
        let rate = crate::codec::explain::grouped(rate as i64);
        format!(
            " ({rate} a second) · latency min {}, median {}, p99 {}, max {}",
            at(0),
            at(50),
            at(99),
            at(100)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks() {
        let mut latencies = Latencies::default();
        for ms in (1..=100).rev() {
            latencies.add(Duration::from_millis(ms));
        }
        let words = latencies.words(Duration::from_secs(1));
        assert_eq!(words, " (100 a second) · latency min 1.00 ms, median 50.0 ms, p99 99.0 ms, max 100 ms");
        assert_eq!(Latencies::default().words(Duration::ZERO), "");
    }
}
