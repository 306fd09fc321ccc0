//! Which keys occur most, in bounded memory: counters of which the lower half is let go when there are
//! too many, as in Anderson and others, "A high-performance algorithm for identifying frequent items
//! in data streams" (2017). Unlike space-saving it costs the same for a key that is new as for one
//! that is known, and two of them add up to one. What a key lost that way is bounded, and told.

use std::collections::HashMap;

use super::distinct::Same;

/// Bytes of a key that are kept to show it.
const SHOWN_BYTES: usize = 128;

/// Counts the most frequent items.
#[derive(Debug, Clone)]
pub struct Frequent {
    counters: HashMap<u64, Counter, std::hash::BuildHasherDefault<Same>>,
    most: usize,
    /// What a counter may have missed.
    error: u64,
}

#[derive(Debug, Clone)]
struct Counter {
    count: u64,
    bytes: u64,
    item: Box<[u8]>,
    length: usize,
}

/// An item and how often it occurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Top<'f> {
    /// Its first bytes.
    pub item: &'f [u8],
    /// How many bytes it has.
    pub length: usize,
    /// At least so often.
    pub count: u64,
    /// Bytes of the records that were counted for it.
    pub bytes: u64,
}

impl Frequent {
    /// With at most so many counters.
    pub fn new(most: usize) -> Self {
        Self { counters: HashMap::default(), most, error: 0 }
    }

    /// Counts an item with its hash and the size of what it stands for.
    #[inline]
    pub fn add(&mut self, hash: u64, item: &[u8], bytes: u64) {
        if let Some(counter) = self.counters.get_mut(&hash) {
            counter.count += 1;
            counter.bytes += bytes;
            return;
        }
        self.add_new(hash, item, item.len(), 1, bytes);
    }

    fn add_new(&mut self, hash: u64, item: &[u8], length: usize, count: u64, bytes: u64) {
        if self.counters.len() >= self.most {
            self.let_go();
        }
        let item = item.get(..SHOWN_BYTES).unwrap_or(item).into();
        self.counters.insert(hash, Counter { count, bytes, item, length });
    }

    /// Takes the median from all counters, and lets those go that have nothing left.
    fn let_go(&mut self) {
        let mut counts: Vec<u64> = self.counters.values().map(|counter| counter.count).collect();
        let middle = counts.len() / 2;
        let (_, &mut median, _) = counts.select_nth_unstable(middle);
        self.counters.retain(|_, counter| {
            counter.count = counter.count.saturating_sub(median);
            counter.count > 0
        });
        self.error += median;
    }

    /// Counts those of another.
    pub fn merge(&mut self, other: &Self) {
        for (&hash, counter) in &other.counters {
            match self.counters.get_mut(&hash) {
                Some(mine) => {
                    mine.count += counter.count;
                    mine.bytes += counter.bytes;
                }
                None => self.add_new(hash, &counter.item, counter.length, counter.count, counter.bytes),
            }
        }
        self.error += other.error;
    }

    /// An item occurred at most so much more often than it was counted; 0 where counts are exact.
    pub fn error(&self) -> u64 {
        self.error
    }

    /// The most frequent ones.
    pub fn top(&self, most: usize) -> Vec<Top<'_>> {
        let mut top: Vec<_> = self
            .counters
            .values()
            .map(|Counter { count, bytes, item, length }| Top {
                item,
                length: *length,
                count: *count,
                bytes: *bytes,
            })
            .collect();
        top.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.item.cmp(b.item)));
        top.truncate(most);
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::stats::hash;

    #[test]
    fn finds_the_frequent_ones() {
        let mut halves = [Frequent::new(64), Frequent::new(64)];
        for number in 0..20_000u32 {
            let half = &mut halves[usize::from(number >= 10_000)];
            let item = if number % 4 == 0 { "often".to_owned() } else { format!("once-{number}") };
            half.add(hash(item.as_bytes()), item.as_bytes(), 10);
        }
        let [mut first, second] = halves;
        first.merge(&second);
        let top = first.top(1)[0];
        assert_eq!(top.item, b"often");
        assert!(top.count <= 5000 && top.count + first.error() >= 5000 && first.error() < 1000);

        let mut few = Frequent::new(64);
        for item in [b"a", b"b", b"a"] {
            few.add(hash(item), item, 1);
        }
        assert_eq!(few.top(5).iter().map(|top| top.count).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(few.error(), 0);
    }
}
