//! How many different keys: exactly up to a limit, then by HyperLogLog (Flajolet and others, 2007).

use std::collections::HashSet;

/// So many are counted exactly.
pub const EXACT_MAX: usize = 8192;
/// Registers: 2 to the power of this. The standard error is 1.04 / sqrt of their number, 0.8 %.
const PRECISION: u32 = 14;
const REGISTERS: usize = 1 << PRECISION;

/// Counts different hashes.
#[derive(Debug, Clone, Default)]
pub struct Distinct {
    exact: HashSet<u64, std::hash::BuildHasherDefault<Same>>,
    /// Empty while the exact set is in use.
    registers: Vec<u8>,
}

/// What is put in is a hash already.
#[derive(Debug, Clone, Default)]
pub struct Same(u64);

impl std::hash::Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0 << 8 | u64::from(byte));
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Distinct {
    /// Counts a hash, if it is new.
    #[inline]
    pub fn add(&mut self, hash: u64) {
        if self.registers.is_empty() {
            self.exact.insert(hash);
            if self.exact.len() > EXACT_MAX {
                self.estimate_from_now_on();
            }
        } else {
            self.register(hash);
        }
    }

    #[cold]
    fn estimate_from_now_on(&mut self) {
        self.registers = vec![0; REGISTERS];
        for hash in std::mem::take(&mut self.exact) {
            self.register(hash);
        }
    }

    #[inline]
    fn register(&mut self, hash: u64) {
        let zeros = (hash << PRECISION | 1 << (PRECISION - 1)).leading_zeros() as u8 + 1;
        if let Some(register) = self.registers.get_mut((hash >> (64 - PRECISION)) as usize) {
            *register = zeros.max(*register);
        }
    }

    /// Counts those of another.
    pub fn merge(&mut self, other: &Self) {
        other.exact.iter().for_each(|&hash| self.add(hash));
        if other.registers.is_empty() {
            return;
        }
        if self.registers.is_empty() {
            self.estimate_from_now_on();
        }
        self.registers.iter_mut().zip(&other.registers).for_each(|(mine, &other)| *mine = other.max(*mine));
    }

    /// The number is exact, hashes that collide aside.
    pub fn is_exact(&self) -> bool {
        self.registers.is_empty()
    }

    /// How many different ones there were.
    pub fn count(&self) -> u64 {
        if self.is_exact() {
            return self.exact.len() as u64;
        }
        let count = REGISTERS as f64;
        let sum: f64 = self.registers.iter().map(|&zeros| (-f64::from(zeros)).exp2()).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty = self.registers.iter().filter(|&&zeros| zeros == 0).count();
        let estimate =
            if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
        estimate.round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::stats::hash;

    #[test]
    fn exact_then_close() {
        let mut distinct = Distinct::default();
        let add = |distinct: &mut Distinct, numbers: std::ops::Range<u32>| {
            numbers.for_each(|number| distinct.add(hash(&number.to_be_bytes())));
        };
        for _ in 0..3 {
            add(&mut distinct, 0..8000);
        }
        assert!(distinct.is_exact());
        assert_eq!(distinct.count(), 8000);
        for most in [20_000, 60_000, 300_000] {
            add(&mut distinct, 0..most);
            let error = distinct.count() as f64 / f64::from(most) - 1.0;
            assert!(!distinct.is_exact() && error.abs() < 0.03, "{most} {error}");
        }
        let (mut one, mut other) = (Distinct::default(), Distinct::default());
        add(&mut one, 0..5000);
        add(&mut other, 4000..40_000);
        one.merge(&other);
        assert!((one.count() as f64 / 40_000.0 - 1.0).abs() < 0.03);
    }
}
