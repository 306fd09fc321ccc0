//! Bytes of a file, in order, without a lock, a write or a map: a live broker may append to the file,
//! cut it or delete it meanwhile.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The first bytes of a gzip member and of a zstd frame.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Where bytes come from.
pub enum Source {
    /// A file, which can be entered anywhere.
    File(File),
    /// Standard input, or what unpacking gives: from beginning to end.
    Stream(Box<dyn Read + Send>),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::File(_) => "Source::File",
            Self::Stream(_) => "Source::Stream",
        })
    }
}

impl Source {
    /// Opens a file for reading; one that is packed by gzip or zstd is unpacked on the way.
    ///
    /// # Errors
    ///
    /// Where the system does not open or read it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let mut magic = [0; 4];
        let read = read_full(&mut file, &mut magic)?;
        let magic = magic.get(..read).unwrap_or_default();
        if magic.starts_with(GZIP) || magic.starts_with(ZSTD) {
            file.seek(SeekFrom::Start(0))?;
            return Self::unpacking(file);
        }
        if file.seek(SeekFrom::Start(0)).is_err() {
            // A pipe by its name.
            let head = io::Cursor::new(magic.to_vec());
            return Ok(Self::Stream(Box::new(head.chain(file))));
        }
        Ok(Self::File(file))
    }

    /// Standard input, or any other stream; packed ones are unpacked.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub fn unpacking(mut reader: impl Read + Send + 'static) -> io::Result<Self> {
        let mut magic = vec![0; 4];
        let read = read_full(&mut reader, &mut magic)?;
        magic.truncate(read);
        let gzip = magic.starts_with(GZIP);
        let zstd = magic.starts_with(ZSTD);
        let whole = io::Cursor::new(magic).chain(reader);
        Ok(Self::Stream(if gzip {
            Box::new(flate2::read::MultiGzDecoder::new(whole))
        } else if zstd {
            Box::new(zstd::stream::read::Decoder::new(whole)?)
        } else {
            Box::new(whole)
        }))
    }

    /// How many bytes there are now, where that can be told.
    pub fn len(&self) -> Option<u64> {
        match self {
            Self::File(file) => file.metadata().ok().filter(|metadata| metadata.is_file()).map(|m| m.len()),
            Self::Stream(_) => None,
        }
    }

    /// There is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Passes over `bytes`.
    ///
    /// # Errors
    ///
    /// Where the system does not let it.
    pub fn skip(&mut self, bytes: u64) -> io::Result<()> {
        match self {
            Self::File(file) => {
                // A file has at most i64::MAX bytes.
                file.seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX))
            }
            Self::Stream(reader) => io::copy(&mut reader.take(bytes), &mut io::sink()).map(drop),
        }
    }

    /// Goes to a place in the file; false for streams, which cannot.
    ///
    /// # Errors
    ///
    /// Where the system does not let it.
    pub fn seek(&mut self, at: u64) -> io::Result<bool> {
        match self {
            Self::File(file) => file.seek(SeekFrom::Start(at)).map(|_| true),
            Self::Stream(_) => Ok(false),
        }
    }

    /// All of it, where it is no more than `limit` bytes.
    ///
    /// # Errors
    ///
    /// Where it is more, or cannot be read.
    pub fn read_all(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        self.take(limit + 1).read_to_end(&mut content)?;
        if content.len() as u64 > limit {
            return Err(io::Error::other(format!("larger than {limit} bytes")));
        }
        Ok(content)
    }
}

impl Read for Source {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(room),
            Self::Stream(reader) => reader.read(room),
        }
    }
}

/// Reads until `room` is full or the source has ended; returns how many bytes.
pub(super) fn read_full(reader: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = room.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
