//! An index that grows: the entries that are in its file, and the newest, which are not yet.
//!
//! Kafka maps its indexes and preallocates them. Here the last entries wait in memory until there are some
//! hundreds of them, the segment is closed or flushed: no file has to stay open, and what a crash takes with
//! it is made anew from the log, as it is in any case. The file always ends behind its last entry.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::files::Files;
use super::head::read_up_to;

/// Entries wait in memory until they are so many.
const PENDING_MAX: usize = 512;
/// Entries that are kept in memory of what was last searched.
const PAGE_ENTRIES: u64 = 256;

/// The entries of an index, each of `N` bytes.
#[derive(Debug, Default)]
pub(super) struct Index<const N: usize> {
    /// How many are in the file; `None` until somebody has looked.
    stored: Option<u64>,
    pending: Vec<[u8; N]>,
    /// The last entry of all, where it is known.
    last: Option<[u8; N]>,
    page: Vec<u8>,
    page_first: u64,
}

/// An entry and the one behind it, where they are.
type Ends<const N: usize> = (Option<[u8; N]>, Option<[u8; N]>);

impl<const N: usize> Index<N> {
    /// One that has no entries, and no file or an empty one.
    pub fn empty() -> Self {
        Self { stored: Some(0), pending: Vec::new(), last: None, page: Vec::new(), page_first: 0 }
    }

    /// One whose file is looked at when somebody asks.
    pub fn unread() -> Self {
        Self { stored: None, ..Self::empty() }
    }

    /// How many entries there are, where that is known without a look into the file.
    pub fn known_len(&self) -> Option<u64> {
        self.stored.map(|stored| stored + self.pending.len() as u64)
    }

    /// How many entries there are. What preallocation has left behind the last one does not count.
    pub fn len(&mut self, path: &Path) -> io::Result<u64> {
        let stored = match self.stored {
            Some(stored) => stored,
            None => {
                let stored = match File::open(path) {
                    Ok(file) => used::<N>(&file)?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
                    Err(error) => return Err(error),
                };
                *self.stored.insert(stored)
            }
        };
        Ok(stored + self.pending.len() as u64)
    }

    /// The last entry.
    pub fn last(&mut self, path: &Path) -> io::Result<Option<[u8; N]>> {
        if self.last.is_none() {
            let count = self.len(path)?;
            self.last = match count.checked_sub(1) {
                Some(last) => self.get(path, &mut None, last)?,
                None => None,
            };
        }
        Ok(self.last)
    }

    /// Adds an entry.
    pub fn push(&mut self, entry: [u8; N]) {
        self.pending.push(entry);
        self.last = Some(entry);
    }

    /// There are so many in memory that they should be [`flush`](Self::flush)ed.
    pub fn is_due(&self) -> bool {
        self.pending.len() >= PENDING_MAX
    }

    fn get(&mut self, path: &Path, file: &mut Option<File>, number: u64) -> io::Result<Option<[u8; N]>> {
        let stored = self.stored.unwrap_or(0);
        if let Some(pending) = number.checked_sub(stored) {
            return Ok(self.pending.get(pending as usize).copied());
        }
        if let Some(entry) = self.in_page(number) {
            return Ok(Some(entry));
        }
        let file = match file {
            Some(file) => file,
            none => none.insert(File::open(path)?),
        };
        let mut entry = [0; N];
        let read = read_up_to(file, &mut entry, number * N as u64)?;
        Ok((read == N).then_some(entry))
    }

    fn in_page(&self, number: u64) -> Option<[u8; N]> {
        let at = usize::try_from(number.checked_sub(self.page_first)?).ok()?.checked_mul(N)?;
        self.page.get(at..)?.first_chunk().copied()
    }

    /// The last entry for which `before` holds, and the one behind it. It must hold for all entries up to
    /// some entry, and for none behind that.
    pub fn search(&mut self, path: &Path, before: impl Fn(&[u8; N]) -> bool) -> io::Result<Ends<N>> {
        let count = self.len(path)?;
        let (mut low, mut high) = (0, count);
        // Who reads in order stays within the page.
        let page = self.page_first..self.page_first + (self.page.len() / N) as u64;
        if !page.is_empty() && self.in_page(page.start).is_some_and(|entry| before(&entry)) {
            low = page.start + 1;
            let last = page.end - 1;
            if self.in_page(last).is_some_and(|entry| !before(&entry)) {
                high = last;
            }
        }
        let mut file = None;
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(path, &mut file, middle)? {
                Some(entry) if before(&entry) => low = middle + 1,
                _ => high = middle,
            }
        }
        if let Some(file) = &file {
            let stored = self.stored.unwrap_or(0);
            self.page_first = low.saturating_sub(PAGE_ENTRIES / 8);
            let entries = stored.saturating_sub(self.page_first).min(PAGE_ENTRIES);
            self.page.resize(entries as usize * N, 0);
            let read = read_up_to(file, &mut self.page, self.page_first * N as u64)?;
            self.page.truncate(read);
        }
        let last = match low.checked_sub(1) {
            Some(last) => self.get(path, &mut file, last)?,
            None => None,
        };
        let next = if low < count { self.get(path, &mut file, low)? } else { None };
        Ok((last, next))
    }

    /// Moves the entries in memory to the file, which is made if it is not there; `sync` waits for the disk.
    pub fn flush(&mut self, files: &dyn Files, path: &Path, sync: bool) -> io::Result<()> {
        if self.pending.is_empty() && !sync {
            return Ok(());
        }
        self.len(path)?;
        let stored = self.stored.unwrap_or(0);
        let file = files.create(path)?;
        if !self.pending.is_empty() {
            files.write_at(&file, stored * N as u64, self.pending.as_flattened())?;
            self.stored = Some(stored + self.pending.len() as u64);
            self.pending = Vec::new();
        }
        if sync { files.sync(&file) } else { Ok(()) }
    }

    /// Moves all entries to the file and cuts off what is behind them.
    pub fn close(&mut self, files: &dyn Files, path: &Path, sync: bool) -> io::Result<()> {
        let length = self.len(path)? * N as u64;
        let file = files.create(path)?;
        self.flush(files, path, false)?;
        if file.metadata()?.len() != length {
            files.truncate(&file, length)?;
        }
        if sync { files.sync(&file) } else { Ok(()) }
    }

    /// Keeps those entries for which `keep` holds: the first ones.
    pub fn cut(&mut self, files: &dyn Files, path: &Path, keep: impl Fn(&[u8; N]) -> bool) -> io::Result<()> {
        let kept = self.pending.partition_point(&keep);
        self.pending.truncate(kept);
        self.last = None;
        self.page.clear();
        if kept > 0 {
            return Ok(());
        }
        self.len(path)?;
        let (mut low, mut high) = (0, self.stored.unwrap_or(0));
        let mut file = None;
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(path, &mut file, middle)? {
                Some(entry) if keep(&entry) => low = middle + 1,
                _ => high = middle,
            }
        }
        if self.stored != Some(low) || path.exists() {
            files.truncate(&files.create(path)?, low * N as u64)?;
        }
        self.stored = Some(low);
        Ok(())
    }

    /// Gives memory back that is only there to be faster.
    pub fn release(&mut self) {
        self.page = Vec::new();
    }
}

/// How many entries of a file are in use: those before the zeros of preallocation.
fn used<const N: usize>(file: &File) -> io::Result<u64> {
    let count = file.metadata()?.len() / N as u64;
    let entry = |number: u64| {
        let mut entry = [0; N];
        file.read_exact_at(&mut entry, number * N as u64).map(|()| entry)
    };
    let (mut low, mut high) = (0, count);
    // Nearly always the last entry is used.
    if count == 0 || entry(count - 1)? != [0; N] {
        return Ok(count);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if entry(middle)? == [0; N] { high = middle } else { low = middle + 1 }
    }
    if low == 0 && count > 1 && entry(1)? != [0; N] {
        // The first entry of an offset index may be zeros by right, and then only that one.
        let mut end = 1;
        let mut high = count;
        while end < high {
            let middle = end + (high - end) / 2;
            if entry(middle)? == [0; N] { high = middle } else { end = middle + 1 }
        }
        return Ok(end);
    }
    Ok(low)
}
