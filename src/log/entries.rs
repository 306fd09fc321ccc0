//! Files of entries that all have the same size: what the three indexes have in common.

use std::io;
use std::path::Path;

use super::source::{Source, read_full};

/// Entries are read in blocks of about this size.
const BLOCK_BYTES: usize = 64 << 10;
/// The largest index that is taken from a packed file or a stream, which must be held whole. Kafka's
/// own limit (`segment.index.bytes`) is 10 MiB unless somebody raises it.
const HELD_BYTES_MAX: u64 = 256 << 20;

/// Entries of `N` bytes, read in blocks.
#[derive(Debug)]
pub struct Entries<const N: usize> {
    source: Source,
    bytes: u64,
    block: Vec<u8>,
    /// Number of the first entry in the block.
    first: u64,
}

impl<const N: usize> Entries<N> {
    /// Those of a file.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened or read.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::new(Source::open(path)?)
    }

    /// Those of a source.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or is a stream of over 256 MiB.
    pub fn new(mut source: Source) -> io::Result<Self> {
        match source.len() {
            Some(bytes) => Ok(Self { source, bytes, block: Vec::new(), first: 0 }),
            None => {
                let block = source.read_all(HELD_BYTES_MAX)?;
                Ok(Self { source, bytes: block.len() as u64, block, first: 0 })
            }
        }
    }

    /// Length of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many whole entries there are.
    pub fn len(&self) -> u64 {
        self.bytes / N as u64
    }

    /// There is no whole entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes behind the last whole entry.
    pub fn left_over(&self) -> u64 {
        self.bytes % N as u64
    }

    /// One entry; `None` behind the last, and where the file became shorter.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn get(&mut self, number: u64) -> io::Result<Option<[u8; N]>> {
        if number >= self.len() {
            return Ok(None);
        }
        if let Some(entry) = self.in_block(number) {
            return Ok(Some(entry));
        }
        let per_block = (BLOCK_BYTES / N) as u64;
        self.first = number / per_block * per_block;
        self.block.resize(per_block as usize * N, 0);
        if !self.source.seek(self.first * N as u64)? {
            return Ok(None);
        }
        let read = read_full(&mut self.source, &mut self.block)?;
        self.block.truncate(read);
        Ok(self.in_block(number))
    }

    fn in_block(&self, number: u64) -> Option<[u8; N]> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?.checked_mul(N)?;
        self.block.get(at..)?.first_chunk().copied()
    }

    /// The number of the last entry for which `before` holds, where it holds for those up to some
    /// entry and for none behind it, as far as `len`.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub fn last_where(
        &mut self,
        len: u64,
        mut before: impl FnMut(&[u8; N]) -> bool,
    ) -> io::Result<Option<u64>> {
        let (mut low, mut high) = (0, len.min(self.len()));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle)? {
                Some(entry) if before(&entry) => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(low.checked_sub(1))
    }
}
