//! Which offset a key was last written at: what compaction keeps of a key is the record there.

use twox_hash::XxHash3_128;

/// Bytes of an entry: a hash of 128 bits and an offset.
pub const ENTRY_BYTES: usize = 24;
/// Words of an entry.
const WORDS: usize = ENTRY_BYTES / 8;

/// Keys by a hash of 128 bits, as Kafka has them (`SkimpyOffsetMap`, with another hash): no key is held, and two that
/// collide are not to be expected in the life of the universe. The room is bounded; who fills it cleans in several rounds.
#[derive(Debug)]
pub struct OffsetMap {
    /// Two words of hash and the offset above -1, so that an entry of nothing but zeros is free: pages that
    /// are never written to take no memory.
    words: Vec<u64>,
    slots: usize,
    keys_max: usize,
    keys: usize,
    latest: i64,
}

impl OffsetMap {
    /// One of at most `bytes_max` bytes (`log.cleaner.dedupe.buffer.size`), of which `load_factor` is used
    /// (`log.cleaner.io.buffer.load.factor`); less where `keys` is all that may come.
    pub fn new(bytes_max: usize, load_factor: f64, keys: u64) -> Self {
        let load_factor = load_factor.clamp(0.1, 0.99);
        let slots_max = bytes_max / ENTRY_BYTES;
        let wanted = (keys as f64 / load_factor) as usize;
        // One that is always free ends every search.
        let slots = wanted.saturating_add(2).min(slots_max).max(2);
        let keys_max = ((slots as f64 * load_factor) as usize).clamp(1, slots - 1);
        Self { words: vec![0; slots * WORDS], slots, keys_max, keys: 0, latest: -1 }
    }

    /// Notes that the key was written at `offset`. Returns false, and notes nothing, where there is no more room.
    pub fn put(&mut self, key: &[u8], offset: i64) -> bool {
        if self.keys >= self.keys_max {
            return false;
        }
        let hash = hash(key);
        let slot = self.slot(hash);
        if let Some(entry) = self.entry_mut(slot) {
            let free = entry.iter().all(|&word| word == 0);
            *entry = [hash.0, hash.1, offset.wrapping_add(1) as u64];
            self.keys += usize::from(free);
        }
        self.latest = offset;
        true
    }

    /// The last offset of the key.
    pub fn get(&self, key: &[u8]) -> Option<i64> {
        let [_, _, place] = self.entry(self.slot(hash(key)));
        (place != 0).then(|| (place as i64).wrapping_sub(1))
    }

    /// Up to which offset the map knows the log; -1 before anything.
    pub fn latest(&self) -> i64 {
        self.latest
    }

    /// Everything up to `offset` was seen, whether it had keys or not.
    pub fn seen(&mut self, offset: i64) {
        self.latest = offset;
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Where the hash is, or where it belongs.
    fn slot(&self, hash: (u64, u64)) -> usize {
        let mut slot = ((u128::from(hash.0) * self.slots as u128) >> 64) as usize;
        loop {
            let [low, high, place] = self.entry(slot);
            if place == 0 || (low, high) == hash {
                return slot;
            }
            slot = if slot + 1 == self.slots { 0 } else { slot + 1 };
        }
    }

    fn entry(&self, slot: usize) -> [u64; WORDS] {
        self.words.get(slot * WORDS..).and_then(<[u64]>::first_chunk).copied().unwrap_or_default()
    }

    fn entry_mut(&mut self, slot: usize) -> Option<&mut [u64; WORDS]> {
        self.words.get_mut(slot * WORDS..)?.first_chunk_mut()
    }
}

fn hash(key: &[u8]) -> (u64, u64) {
    let hash = XxHash3_128::oneshot(key);
    ((hash >> 64) as u64, hash as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_offset_wins_until_the_map_is_full() {
        let mut map = OffsetMap::new(100 * ENTRY_BYTES, 0.9, u64::MAX);
        for offset in 0..180 {
            assert!(map.put(format!("k{}", offset % 89).as_bytes(), offset));
        }
        assert_eq!((map.len(), map.latest()), (89, 179));
        assert_eq!(map.get(b"k1"), Some(179));
        assert_eq!(map.get(b"k88"), Some(177));
        assert_eq!(map.get(b"other"), None);
        assert!(map.put(b"one more", 180));
        // Full: Kafka does not take another offset of a known key then either.
        assert!(!map.put(b"k1", 181));
        assert_eq!(map.latest(), 180);
    }

    #[test]
    fn few_keys_take_little_room() {
        let mut map = OffsetMap::new(128 << 20, 0.9, 10);
        assert!((0..10).all(|offset| map.put(&[offset as u8], offset)));
        assert!(map.slots < 20);
    }
}
