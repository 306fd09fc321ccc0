//! `--follow`: a partition that is being written to.
//!
//! The last segment is read to its end and then looked at again and again. A batch of which only the
//! beginning is there yet, and zeros behind the last batch, are waited for; what they are is said only
//! once a following segment shows that nothing more will be written. A segment that was deleted or
//! renamed meanwhile is read to its end all the same, for it is open.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::select::lookup::HeaderReader;
use crate::log::name::{FileFate, FileKind, FileName};
use crate::log::scan::{GapKind, Piece, Scanner};
use crate::log::source::Source;

/// How often a file is looked at unless somebody says otherwise.
pub const INTERVAL: Duration = Duration::from_millis(100);
/// How often a batch at the end whose checksum does not fit is read again before it is taken for
/// damaged: in a file that was made larger beforehand, a batch may be seen while it is written.
const PATIENCE: u32 = 20;

/// What happens to a partition that is followed.
#[derive(Debug)]
pub enum Event<'a> {
    /// A segment is read from here on.
    Segment {
        /// Its log.
        path: &'a Path,
    },
    /// The next batch or gap.
    Piece(Piece<'a>),
    /// Nothing more is there for now. What was held back should be shown.
    Idle,
    /// The log was cut behind what was shown; it is read on from its new end.
    Truncated {
        /// The position that was reached.
        from: u64,
        /// The new end.
        to: u64,
    },
    /// The partition is gone: nothing will follow.
    Gone,
}

/// Follows one partition from a place in its last segment on.
#[derive(Debug)]
pub struct Follow {
    log: PathBuf,
    scanner: Scanner,
    interval: Duration,
    /// How often the batch at the end was read without its checksum fitting.
    retries: u32,
    /// Zeros up to the end of the file begin here.
    zeros_at: Option<u64>,
}

impl Follow {
    /// Follows from `position` of the segment `log` on, and through the segments that come after it in the
    /// same directory, where its name is that of a segment. Looks every `interval`.
    ///
    /// # Errors
    ///
    /// Where the log cannot be opened.
    pub fn new(log: &Path, position: u64, interval: Duration) -> io::Result<Self> {
        let scanner = open(log, position)?;
        Ok(Self { log: log.to_owned(), scanner, interval, retries: 0, zeros_at: None })
    }

    /// Tells `on` what happens until it breaks off, the partition is gone, or `sleep` returns false. `sleep` is
    /// called with the interval each time that nothing new is there, and nothing is looked at meanwhile.
    ///
    /// # Errors
    ///
    /// Where a log cannot be read, and what `on` returns.
    pub fn run(
        &mut self,
        mut on: impl FnMut(Event<'_>) -> io::Result<ControlFlow<()>>,
        mut sleep: impl FnMut(Duration) -> bool,
    ) -> io::Result<()> {
        if on(Event::Segment { path: &self.log })?.is_break() {
            return Ok(());
        }
        let mut idle = false;
        loop {
            let Some(progress) = self.drain(false, &mut on)? else { return Ok(()) };
            if progress {
                idle = false;
            }
            // A segment that follows was made after the last write to this one, so it is looked for first, and
            // this one is read to its end then.
            let next = match self.next_segment() {
                Ok(next) => next,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if self.drain(true, &mut on)?.is_some() {
                        on(Event::Gone).map(drop)?;
                    }
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            if let Some(path) = next
                && let Some(scanner) = unless_gone(open(&path, 0))?
            {
                if self.drain(true, &mut on)?.is_none() {
                    return Ok(());
                }
                *self = Self { retries: 0, zeros_at: None, log: path, scanner, interval: self.interval };
                if on(Event::Segment { path: &self.log })?.is_break() {
                    return Ok(());
                }
                continue;
            }
            if !idle && on(Event::Idle)?.is_break() {
                return Ok(());
            }
            idle = true;
            if !sleep(self.interval) {
                return Ok(());
            }
        }
    }

    /// Tells what is there. Unless it is `last`, what may still be on its way is left for later. Returns whether
    /// anything was told; `None` where `on` breaks off.
    fn drain(
        &mut self,
        last: bool,
        on: &mut impl FnMut(Event<'_>) -> io::Result<ControlFlow<()>>,
    ) -> io::Result<Option<bool>> {
        let mut progress = false;
        self.scanner.resume();
        let position = self.scanner.position();
        if !last && self.zeros_at == Some(position) && !self.begins_batch(position)? {
            return Ok(Some(false));
        }
        self.zeros_at = None;
        if let Some(length) = self.scanner.length().filter(|&length| length < position) {
            self.scanner.seek(length)?;
            progress = true;
            if on(Event::Truncated { from: position, to: length })?.is_break() {
                return Ok(None);
            }
        }
        loop {
            let at = self.scanner.position();
            let length = self.scanner.length();
            let Some(piece) = self.scanner.next_piece()? else { return Ok(Some(progress)) };
            let wait = !last
                && match &piece {
                    Piece::Gap(gap) => matches!(
                        gap.kind,
                        GapKind::TornTail { .. } | GapKind::ZeroTail | GapKind::Shrunk { .. }
                    ),
                    Piece::Batch(found) => {
                        let is_last =
                            length.is_some_and(|length| found.at + found.bytes.len() as u64 >= length);
                        let unsure = !found.crc_fits && is_last && self.retries < PATIENCE;
                        self.retries = if unsure { self.retries + 1 } else { 0 };
                        unsure
                    }
                };
            let zeros = matches!(&piece, Piece::Gap(gap) if gap.kind == GapKind::ZeroTail);
            if wait {
                self.zeros_at = zeros.then_some(at);
                self.scanner.seek(at)?;
                return Ok(Some(progress));
            }
            progress = true;
            if on(Event::Piece(piece))?.is_break() {
                return Ok(None);
            }
        }
    }

    /// A batch begins where zeros were. A file that was made larger beforehand can have a gigabyte of them, which
    /// is not gone through each time.
    fn begins_batch(&self, position: u64) -> io::Result<bool> {
        match unless_gone(HeaderReader::open(&self.log))?.flatten() {
            Some(mut headers) => Ok(headers.at(position)?.is_some()),
            None => Ok(true),
        }
    }

    /// The log of the segment that follows, by its name.
    fn next_segment(&self) -> io::Result<Option<PathBuf>> {
        let Some(base) = segment_offset(&self.log) else {
            // Some file, of which nothing but growth is to be expected.
            return std::fs::metadata(&self.log).map(|_| None);
        };
        let directory = self.log.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut next: Option<(i64, PathBuf)> = None;
        for entry in std::fs::read_dir(directory.unwrap_or(Path::new(".")))? {
            let path = entry?.path();
            let Some(offset) = segment_offset(&path).filter(|&offset| offset > base) else { continue };
            if next.as_ref().is_none_or(|(least, _)| offset < *least) {
                next = Some((offset, path));
            }
        }
        Ok(next.map(|(_, path)| path))
    }
}

/// The base offset of a segment's log that is in use, by its name.
fn segment_offset(path: &Path) -> Option<i64> {
    let is_log = path.extension().is_some_and(|extension| extension == "log");
    let name = FileName::of(path);
    name.offset.filter(|_| is_log && name.kind == Some(FileKind::Log) && name.fate == FileFate::Live)
}

fn open(log: &Path, position: u64) -> io::Result<Scanner> {
    let mut scanner = Scanner::new(Source::open(log)?);
    if position > 0 {
        scanner.seek(position)?;
    }
    Ok(scanner)
}

/// A file that is there no more is none.
fn unless_gone<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;
    use std::io::Write;

    use super::*;
    use crate::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
    use crate::log::name::segment_file;

    fn batch(base_offset: i64) -> Vec<u8> {
        let mut writer = BatchWriter::new(BatchHeader { base_offset, ..BatchHeader::default() });
        writer.push(&NewRecord { value: Some(b"some value"), ..NewRecord::default() });
        let mut out = Vec::new();
        writer.finish(&mut out).unwrap();
        out
    }

    fn append(path: &Path, bytes: &[u8]) {
        let mut options = fs::OpenOptions::new();
        options.append(true).create(true).open(path).unwrap().write_all(bytes).unwrap();
    }

    /// Each sleep is a turn of somebody who writes.
    #[test]
    fn grows_rolls_shrinks_and_goes() {
        let directory = std::env::temp_dir().join(format!("kafkit-follow-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let segment = |offset: i64| segment_file(&directory, offset, "log");
        append(&segment(0), &batch(0));
        let told = RefCell::new(Vec::new());
        let whole = batch(2);
        let mut turn = 0;
        let mut follow = Follow::new(&segment(0), 0, INTERVAL).unwrap();
        let on = |event: Event<'_>| {
            told.borrow_mut().push(match event {
                Event::Segment { path } => format!("segment {}", segment_offset(path).unwrap()),
                Event::Piece(Piece::Batch(found)) => format!("batch at {}", found.at),
                Event::Piece(Piece::Gap(gap)) => format!("{:?}", gap.kind),
                Event::Idle => "idle".to_owned(),
                Event::Truncated { to, .. } => format!("cut to {to}"),
                Event::Gone => "gone".to_owned(),
            });
            Ok(ControlFlow::Continue(()))
        };
        let sleep = |_| {
            turn += 1;
            match turn {
                1 => append(&segment(0), &batch(1)),
                // Half a batch, and nothing for a while, then the other half.
                2 => append(&segment(0), &whole[..30]),
                4 => append(&segment(0), &whole[30..]),
                5 => {
                    // The last batch never comes whole; the segment rolls and is deleted.
                    append(&segment(0), &batch(3)[..40]);
                    append(&segment(3), &batch(3));
                    fs::rename(segment(0), segment(0).with_extension("log.deleted")).unwrap();
                }
                6 => fs::File::options().write(true).open(segment(3)).unwrap().set_len(0).unwrap(),
                7 => append(&segment(3), &batch(3)),
                8 => fs::remove_dir_all(&directory).unwrap(),
                _ => {}
            }
            turn < 20
        };
        follow.run(on, sleep).unwrap();
        let size = whole.len();
        let expected = [
            "segment 0",
            "batch at 0",
            "idle",
            &format!("batch at {size}"),
            "idle",
            &format!("batch at {}", 2 * size),
            "idle",
            &format!("TornTail {{ need: {size} }}"),
            "segment 3",
            "batch at 0",
            "idle",
            "cut to 0",
            "idle",
            "batch at 0",
            "idle",
            "gone",
        ];
        assert_eq!(*told.borrow(), expected);
        assert_eq!(turn, 8);
    }
}
