//! A layer between the log and its files that runs out of space, crashes, and loses what was not flushed.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use super::kit::*;
use crate::log::write::*;

/// See the module.
#[derive(Debug)]
pub struct Broken {
    real: RealFiles,
    /// Changes that still succeed.
    left: AtomicI64,
    /// Of a write that does not succeed, so much of 256 is done.
    torn: u8,
    crashed: AtomicBool,
    /// It does not crash but has no space, until somebody sets this to false.
    pub full: AtomicBool,
    /// After so many more writes it has no space; negative is never.
    pub full_after: AtomicI64,
    /// Nothing gets to the disk, until somebody sets this to false.
    pub deaf: AtomicBool,
    /// Bytes of each file that are on the disk for sure, by inode.
    synced: Mutex<HashMap<u64, u64>>,
}

impl Broken {
    pub fn after(changes: i64, torn: u8) -> Self {
        Self {
            real: RealFiles::default(),
            left: AtomicI64::new(changes),
            torn,
            crashed: AtomicBool::new(false),
            full: AtomicBool::new(false),
            full_after: AtomicI64::new(-1),
            deaf: AtomicBool::new(false),
            synced: Mutex::new(HashMap::new()),
        }
    }

    pub fn has_crashed(&self) -> bool {
        self.crashed.load(Ordering::SeqCst)
    }

    /// Does not crash any more.
    pub fn disarm(&self) {
        self.left.store(i64::MAX, Ordering::SeqCst);
    }

    fn change(&self) -> io::Result<()> {
        if self.left.fetch_sub(1, Ordering::SeqCst) <= 0 {
            self.crashed.store(true, Ordering::SeqCst);
            return Err(io::Error::other("crashed"));
        }
        Ok(())
    }

    /// The power fails: of what was not flushed, only some is there.
    pub fn lose_unsynced(&self, directory: &Path) {
        let synced = self.synced.lock().unwrap();
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = std::fs::metadata(&path).unwrap();
            let Some(&kept) = synced.get(&metadata.ino()) else { continue };
            if kept < metadata.len() {
                let some = kept + (metadata.len() - kept) * u64::from(self.torn) / 256;
                File::options().write(true).open(&path).unwrap().set_len(some).unwrap();
            }
        }
    }
}

impl Files for Broken {
    fn open(&self, path: &Path) -> io::Result<File> {
        self.real.open(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        self.change()?;
        let is_new = !path.exists();
        let file = self.real.create(path)?;
        let metadata = file.metadata()?;
        if is_new {
            // The inode may have been that of a file which is gone, and of which more was on the disk.
            self.synced.lock().unwrap().insert(metadata.ino(), 0);
        }
        Ok(file)
    }

    fn write_at(&self, file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
        let changed = self.change();
        if self.full_after.load(Ordering::SeqCst) >= 0 && self.full_after.fetch_sub(1, Ordering::SeqCst) == 0
        {
            self.full.store(true, Ordering::SeqCst);
        }
        let full = self.full.load(Ordering::SeqCst);
        if changed.is_err() || full {
            if full || self.left.load(Ordering::SeqCst) == -1 {
                let some = bytes.len() * usize::from(self.torn) / 256;
                file.write_all_at(bytes.get(..some).unwrap(), at)?;
            }
            changed?;
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.real.write_at(file, at, bytes)
    }

    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        self.change()?;
        let mut synced = self.synced.lock().unwrap();
        if let Some(kept) = synced.get_mut(&file.metadata()?.ino()) {
            *kept = length.min(*kept);
        }
        self.real.truncate(file, length)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.change()?;
        if self.deaf.load(Ordering::SeqCst) {
            return Err(io::Error::other("no answer from the disk"));
        }
        let metadata = file.metadata()?;
        self.synced.lock().unwrap().insert(metadata.ino(), metadata.len());
        Ok(())
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        self.change()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change()?;
        self.real.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change()?;
        self.real.remove(path)
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        self.change()?;
        self.real.create_directory(path)
    }
}

/// What was lost when a flush failed must not count as flushed by a later one, which the system lets succeed.
#[test]
fn a_flush_that_failed() {
    let (_folder, path) = directory();
    let files = std::sync::Arc::new(Broken::after(i64::MAX, 0));
    let (log, _) = open(&path, &small(), Opening { files: files.clone(), ..opening(false) });
    let send = |sequence: i32| {
        log.append(&mut Make { producer: Some((5, 0, sequence)), ..Make::default() }.batch(), APPEND)
    };
    send(0).unwrap();
    assert_eq!(log.flush().unwrap(), 1);
    send(1).unwrap();
    files.deaf.store(true, Ordering::SeqCst);
    assert_eq!(log.flush().unwrap_err().code(), 56);
    files.deaf.store(false, Ordering::SeqCst);
    assert!(log.is_unsynced() && log.flush().is_err() && log.recovery_point() == 1);
    // Neither what is new nor what is sent again.
    for sequence in [1, 2] {
        assert_eq!(send(sequence).unwrap_err().code(), 56);
    }
    assert!(log.close(Closing { sync: true }).is_err());
    assert_eq!(read_all(&log, 0, 1000, UpTo::LogEnd).len(), 2);
    drop(log);
    let (log, _) = open(&path, &small(), Opening { recovery_point: 1, ..opening(false) });
    assert_eq!((log.log_end_offset(), log.flush().unwrap()), (2, 2));
}

#[test]
fn a_full_disk() {
    for torn in [0, 1, 128, 255] {
        let (_folder, path) = directory();
        let files = std::sync::Arc::new(Broken::after(i64::MAX, torn));
        let (log, _) = open(&path, &small(), Opening { files: files.clone(), ..opening(false) });
        let send = |sequence: i32| {
            let make =
                Make { bytes: 150, producer: Some((5, 0, sequence)), timestamp: NOW, ..Make::default() };
            log.append(&mut make.batch(), APPEND)
        };
        for sequence in 0..60 {
            files.full.store(sequence % 3 == 0, Ordering::SeqCst);
            if sequence % 3 == 0 {
                for _ in 0..2 {
                    assert_eq!(send(sequence).unwrap_err().code(), 56);
                }
                assert_eq!(log.log_end_offset(), i64::from(sequence));
                assert_eq!(read_all(&log, 0, 1000, UpTo::LogEnd).len(), sequence as usize);
                files.full.store(false, Ordering::SeqCst);
            }
            assert_eq!(send(sequence).unwrap().first_offset, i64::from(sequence));
        }
        log.close(Closing { sync: false }).unwrap();
        assert_eq!(faults(&path), Vec::<String>::new());
    }
}
