//! Dumps with an offset before each row: xxd, hexdump, od, tcpdump, Wireshark.
//!
//! A row is kept back until the next one is seen: the last row of a dump of words is padded, and only the offset behind
//! it tells by how much.

mod layout;
mod row;

use std::io::Read;

pub(super) use self::layout::{Layout, sniff};
use self::row::Row;
use super::{
    error::{ErrorKind, InputError},
    pending::Pending,
    source::Source,
};

/// Bytes that are made at once of a repeated row.
const REPEATED_STEP_BYTES: usize = 4096;

/// Most bytes that a `*` may stand for. More is a mangled offset rather than a dump.
const REPEATED_BYTES_MAX: u64 = 1 << 32;

pub(super) struct Dump {
    layout: Layout,
    ready: Pending,
    /// Bytes of the last row, not yet ready.
    held: Vec<u8>,
    /// Offset of the row that is held.
    held_at: u64,
    /// What a `*` still stands for: this many bytes.
    repeat: u64,
    /// Copies of the row they repeat.
    repeated: Vec<u8>,
    starred: bool,
    /// A blank line or a heading since the last row.
    broken: bool,
    failed: Option<InputError>,
    over: bool,
}

impl Dump {
    pub(super) fn new(layout: Layout) -> Self {
        Self {
            layout,
            ready: Pending::default(),
            held: Vec::new(),
            held_at: 0,
            repeat: 0,
            repeated: Vec::new(),
            starred: false,
            broken: false,
            failed: None,
            over: false,
        }
    }

    /// Finds the next row that has bytes. False at the end.
    pub(super) fn begin<R: Read>(&mut self, source: &mut Source<R>) -> Result<bool, InputError> {
        *self = Self::new(self.layout.clone());
        while let Some(length) = source.line_length()? {
            let line = source.window().get(..length).unwrap_or_default();
            if let Row::Bytes { offset, cells_at } = self.layout.row(line)
                && line.get(cells_at..).is_some_and(|cells| !cells.trim_ascii().is_empty())
            {
                self.held_at = offset;
                return Ok(true);
            }
            source.consume_line(length);
        }
        Ok(false)
    }

    pub(super) fn fill<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Vec<u8>,
        want: usize,
    ) -> Result<usize, InputError> {
        let before = out.len();
        loop {
            let filled = out.len() - before;
            self.ready.drain(out, want - filled);
            if out.len() - before >= want {
                break;
            }
            if self.repeat > 0 {
                self.repeat_row();
                continue;
            }
            if self.over && self.held.is_empty() {
                break;
            }
            if self.over {
                self.ready.refill().append(&mut self.held);
                continue;
            }
            if let Err(error) = self.step(source) {
                self.failed = Some(error);
                self.over = true;
            }
        }
        match self.failed.take() {
            // The bytes first.
            Some(error) if out.len() > before => {
                self.failed = Some(error);
                Ok(out.len() - before)
            }
            Some(error) => Err(error),
            None => Ok(out.len() - before),
        }
    }

    fn repeat_row(&mut self) {
        let row = self.repeated.len() as u64;
        let part = usize::try_from(self.repeat.min(row)).unwrap_or_default();
        self.ready.refill().extend_from_slice(self.repeated.get(..part).unwrap_or_default());
        self.repeat = if part == 0 { 0 } else { self.repeat - part as u64 };
    }

    /// One line of the dump.
    fn step<R: Read>(&mut self, source: &mut Source<R>) -> Result<(), InputError> {
        let Some(length) = source.line_length()? else {
            self.over = true;
            if self.starred {
                return Err(InputError::new(
                    ErrorKind::Incomplete,
                    "an offset behind the `*`, which tells how often the row is repeated",
                    "the end of the input",
                    "paste the rest of the dump, or make it with -v",
                )
                .at(source.place()));
            }
            return Ok(());
        };
        let line = source.window().get(..length).unwrap_or_default();
        let (offset, cells_at) = match self.layout.row(line) {
            Row::Star => {
                self.starred = true;
                source.consume_line(length);
                return Ok(());
            }
            Row::Other => {
                self.broken = true;
                source.consume_line(length);
                return Ok(());
            }
            Row::Bytes { offset, cells_at } => (offset, cells_at),
        };
        let cells = line.get(cells_at..).unwrap_or_default();
        let expected = self.held_at.saturating_add(self.held.len() as u64);
        // Words are padded to their full width: the closing offset tells where the bytes really end.
        let padding = expected.saturating_sub(offset);
        if cells.trim_ascii().is_empty() && padding > 0 && padding < self.layout.cell_bytes() as u64 {
            let kept = self.held.len().saturating_sub(usize::try_from(padding).unwrap_or_default());
            self.held.truncate(kept);
        } else if offset != expected && !(self.starred && offset > expected) {
            if offset == 0 || self.broken {
                self.over = true;
                return Ok(());
            }
            return Err(self.layout.gap(expected, offset).at(source.place()));
        }
        if offset.saturating_sub(expected) > REPEATED_BYTES_MAX {
            return Err(self.layout.gap(expected, offset).at(source.place()));
        }
        if std::mem::take(&mut self.starred) {
            self.repeat = offset.saturating_sub(expected);
            let rows = (REPEATED_STEP_BYTES / self.held.len().max(1)).max(1);
            self.repeated = self.held.repeat(rows);
        }
        let ready = self.ready.refill();
        ready.append(&mut self.held);
        self.held_at = offset;
        self.broken = false;
        let misread = self.layout.cells(cells, &mut self.held).err();
        let misread = misread.map(|misread| misread.error.at(source.place_ahead(cells_at + misread.at)));
        source.consume_line(length);
        misread.map_or(Ok(()), Err)
    }
}
