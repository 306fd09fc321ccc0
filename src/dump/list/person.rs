//! Batches and records for a person: a line each.
//!
//! ```text
//!   offsets            n  time                         bytes  codec        ep  producer
//!   0-99             100  2026-11-20 10:00:00.123Z     4,112  lz4 3.9x      0  -
//!   200                1  2026-11-20 10:00:00.201Z        78  -             0  4007/2 txn COMMIT (coordinator epoch 3)
//! ```
//!
//! A narrow terminal gets narrower columns, and the day as a line of its own where it changes. What does not fit even
//! so goes on below the producer.

use crate::codec::meaning::time::push_timestamp;
use crate::codec::records::batch::TimestampType;
use crate::codec::records::compression::Codec;
use crate::dump::records::BatchInfo;
use crate::dump::table::pad;
use crate::dump::times::Times;
use crate::render::paint::{Ink, ink};
use crate::render::{headline, push};

/// A terminal of fewer columns gets narrow lines.
const WIDE_COLUMNS: usize = 100;

/// How many columns each part of a line takes at least.
#[derive(Debug, Clone, Copy)]
struct Columns {
    offsets: usize,
    count: usize,
    bytes: usize,
    codec: usize,
    epoch: usize,
}

const WIDE: Columns = Columns { offsets: 17, count: 6, bytes: 9, codec: 12, epoch: 5 };
/// What leaves 23 of 80 columns to the producer: `2024/1 COMMIT (epoch 0)`.
const NARROW: Columns = Columns { offsets: 11, count: 5, bytes: 7, codec: 9, epoch: 2 };

/// Appends lines for a person.
#[derive(Debug, Clone)]
pub struct Person {
    /// With colours.
    pub color: bool,
    width: Option<usize>,
    narrow: bool,
    columns: Columns,
    times: Times,
}

impl Person {
    /// For a terminal of that many columns, or for none.
    pub fn new(color: bool, width: Option<usize>) -> Self {
        let narrow = width.is_some_and(|width| width < WIDE_COLUMNS);
        Self { color, width, narrow, columns: if narrow { NARROW } else { WIDE }, times: Times::new(narrow) }
    }

    fn ink(&self, kind: Ink, text: &[u8], out: &mut Vec<u8>) {
        if self.color { ink::<true>(kind, text, out) } else { out.extend_from_slice(text) }
    }

    /// Columns that a line may take.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// Appends the heading of the batches.
    pub fn heading(&mut self, out: &mut Vec<u8>) {
        self.times.restart();
        let Columns { offsets, count, bytes, codec, epoch } = self.columns;
        let mut line = Vec::from(b"  ".as_slice());
        pad(b"offsets", offsets, false, &mut line);
        line.push(b' ');
        pad(b"n", count, true, &mut line);
        line.extend_from_slice(b"  ");
        pad(self.times.title().as_bytes(), self.times.columns(), false, &mut line);
        line.push(b' ');
        pad(b"bytes", bytes, true, &mut line);
        line.extend_from_slice(b"  ");
        pad(b"codec", codec, false, &mut line);
        line.push(b' ');
        pad(if epoch < b"epoch".len() { b"ep" } else { b"epoch" }, epoch, true, &mut line);
        line.extend_from_slice(b"  producer");
        self.ink(Ink::Dim, &line, out);
        out.push(b'\n');
    }

    /// Appends a time, filled up.
    pub fn time(&self, millis: i64, out: &mut Vec<u8>) {
        let start = out.len();
        self.times.push(millis, out);
        push::spaces(self.times.columns().saturating_sub(out.len() - start), out);
    }

    /// Appends a line with the day, where it has to be said.
    fn day(&mut self, millis: i64, out: &mut Vec<u8>) {
        let Some(day) = self.times.day(millis).map(<[u8]>::to_vec) else { return };
        out.extend_from_slice(b"  ");
        self.ink(Ink::Dim, &day, out);
        out.push(b'\n');
    }

    /// What a marker says: `COMMIT (coordinator epoch 3)`.
    pub fn marker(&self, name: &str, epoch: &str) -> String {
        let coordinator = if self.narrow { "" } else { "coordinator " };
        format!("{name} ({coordinator}epoch {epoch})")
    }

    /// Appends the line of a batch. `ratio` is what it unpacks to by what it takes, in tenths; `control`
    /// says what a control batch holds.
    pub fn batch(&mut self, batch: &BatchInfo, ratio: Option<u64>, control: Option<&str>, out: &mut Vec<u8>) {
        self.day(batch.max_timestamp, out);
        let start = out.len();
        let mut cell = Vec::with_capacity(32);
        out.extend_from_slice(b"  ");
        match batch.base_offset {
            Some(base) if base != batch.last_offset => {
                push::int(base, &mut cell);
                cell.push(b'-');
            }
            Some(_) => {}
            None => cell.extend_from_slice("…".as_bytes()),
        }
        push::int(batch.last_offset, &mut cell);
        pad(&cell, self.columns.offsets, false, out);
        out.push(b' ');
        cell.clear();
        match batch.count {
            Some(count) => push::grouped(u64::from(count), &mut cell),
            None => cell.push(b'?'),
        }
        pad(&cell, self.columns.count, true, out);
        out.extend_from_slice(b"  ");
        self.time(batch.max_timestamp, out);
        out.push(b' ');
        cell.clear();
        push::grouped(batch.size as u64, &mut cell);
        pad(&cell, self.columns.bytes, true, out);
        out.extend_from_slice(b"  ");
        cell.clear();
        match batch.codec {
            Some(Codec::None) => cell.push(b'-'),
            codec => cell.extend_from_slice(codec.map_or("unknown", Codec::name).as_bytes()),
        }
        if let Some(tenths) = ratio {
            cell.push(b' ');
            push::int((tenths / 10) as i64, &mut cell);
            cell.push(b'.');
            push::int((tenths % 10) as i64, &mut cell);
            cell.push(b'x');
        }
        pad(&cell, self.columns.codec, false, out);
        out.push(b' ');
        cell.clear();
        match batch.leader_epoch {
            -1 => cell.push(b'-'),
            epoch => push::int(i64::from(epoch), &mut cell),
        }
        pad(&cell, self.columns.epoch, true, out);
        out.extend_from_slice(b"  ");
        let flags = out.len();
        self.flags(batch, control, out);
        out.push(b'\n');
        if self.width.is_some() {
            let before = headline::columns_of(out.get(start..flags).unwrap_or_default());
            headline::hang_last_line(out, start, self.width, before);
        }
    }

    fn flags(&self, batch: &BatchInfo, control: Option<&str>, out: &mut Vec<u8>) {
        if batch.producer_id == -1 {
            out.push(b'-');
        } else {
            push::int(batch.producer_id, out);
            out.push(b'/');
            push::int(i64::from(batch.producer_epoch), out);
        }
        if batch.base_sequence != -1 {
            out.extend_from_slice(b" seq ");
            push::int(i64::from(batch.base_sequence), out);
            if batch.last_sequence() != batch.base_sequence {
                out.push(b'-');
                push::int(i64::from(batch.last_sequence()), out);
            }
        }
        // Only a transaction ends in a marker.
        if batch.transactional && !(self.narrow && control.is_some()) {
            out.extend_from_slice(b" txn");
        }
        if let Some(control) = control {
            out.push(b' ');
            self.ink(Ink::Meaning, control.as_bytes(), out);
        } else if batch.control {
            out.extend_from_slice(b" control");
        }
        if batch.timestamp_type == TimestampType::LogAppend {
            out.extend_from_slice(b" append-time");
        }
        if batch.magic < 2 {
            out.extend_from_slice(b" magic ");
            push::int(i64::from(batch.magic), out);
        }
        if let Some(horizon) = batch.delete_horizon {
            out.extend_from_slice(b" tombstones until ");
            if !push_timestamp(horizon, out) {
                push::int(horizon, out);
            }
        }
        if !batch.crc_fits {
            out.push(b' ');
            self.ink(Ink::Error, b"CRC DOES NOT FIT", out);
        }
    }
}
