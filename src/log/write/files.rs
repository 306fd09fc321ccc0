//! What changes files, behind a trait: tests put a layer in between that runs out of space or crashes.
//!
//! Reading does not go through it. A file is a [`File`] of the system in any case, so that a server can hand
//! it to `sendfile`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Changes files. All paths are absolute or relative to the working directory.
pub trait Files: Send + Sync + std::fmt::Debug {
    /// Opens a file for reading and writing.
    fn open(&self, path: &Path) -> io::Result<File>;

    /// Opens a file for reading and writing, and makes it if it is not there. What it holds stays.
    fn create(&self, path: &Path) -> io::Result<File>;

    /// Writes all of `bytes` at a position. Where that fails, some of them may have been written.
    fn write_at(&self, file: &File, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts a file off, or fills it up with zeros.
    fn truncate(&self, file: &File, length: u64) -> io::Result<()>;

    /// Waits until what was written is on the disk (`fdatasync`).
    fn sync(&self, file: &File) -> io::Result<()>;

    /// Waits until the names in a directory are on the disk.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;

    /// Gives a file another name; what had that name is gone.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a directory and those around it.
    fn create_directory(&self, path: &Path) -> io::Result<()>;

    /// Writes a file anew, such that a crash leaves the old content or the new.
    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut name = path.as_os_str().to_owned();
        name.push(".tmp");
        let temporary = Path::new(&name);
        let file = self.create(temporary)?;
        self.truncate(&file, 0)?;
        self.write_at(&file, 0, content)?;
        self.sync(&file)?;
        self.rename(temporary, path)
    }
}

/// The files of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealFiles {
    /// [`Files::replace`] does not wait for the disk. What is flushed is: that is not done while somebody appends.
    pub lazy: bool,
}

impl Files for RealFiles {
    fn open(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).open(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
    }

    fn write_at(&self, file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
        file.write_all_at(bytes, at)
    }

    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn create_directory(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut name = path.as_os_str().to_owned();
        name.push(".tmp");
        let mut file = File::create(&name)?;
        file.write_all(content)?;
        if !self.lazy {
            self.sync(&file)?;
        }
        std::fs::rename(&name, path)
    }
}
