//! Batches and records for a person: a line each.
//!
//! ```text
//!   offsets            n  time                         bytes  codec        ep  producer
//!   0-99             100  2026-11-20 10:00:00.123Z     4,112  lz4 3.9x      0  -
//!   200                1  2026-11-20 10:00:00.201Z        78  -             0  4007/2 txn COMMIT (coordinator epoch 3)
//! ```
//!
//! A narrow terminal gets the day as a line of its own where it changes.

use crate::codec::meaning::time::push_timestamp;
use crate::codec::records::batch::TimestampType;
use crate::codec::records::compression::Codec;
use crate::dump::records::BatchInfo;
use crate::dump::table::pad;
use crate::render::paint::{Ink, ink};
use crate::render::push;

/// A terminal of fewer columns gets short times.
const WIDE_COLUMNS: usize = 100;
/// `2026-11-20 `
const DAY_BYTES: usize = 11;

/// Appends lines for a person.
#[derive(Debug, Clone)]
pub struct Person {
    /// With colours.
    pub color: bool,
    /// Times without their day.
    short: bool,
    width: Option<usize>,
    day: Vec<u8>,
}

impl Person {
    /// For a terminal of that many columns, or for none.
    pub fn new(color: bool, width: Option<usize>) -> Self {
        Self { color, short: width.is_some_and(|width| width < WIDE_COLUMNS), width, day: Vec::new() }
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
        self.day.clear();
        let time: &[u8] = if self.short { b"time (UTC)   " } else { b"time                     " };
        let mut line = Vec::from(b"  offsets               n  ".as_slice());
        line.extend_from_slice(time);
        line.extend_from_slice(b"    bytes  codec        epoch  producer");
        self.ink(Ink::Dim, &line, out);
        out.push(b'\n');
    }

    /// Appends a time: `10:00:00.123` or the whole. Returns the day, where it is to be shown before.
    fn time(&mut self, millis: i64, out: &mut Vec<u8>) {
        let start = out.len();
        if millis == -1 {
            out.push(b'-');
        } else if !push_timestamp(millis, out) {
            push::int(millis, out);
        } else if self.short {
            out.drain(start..start + DAY_BYTES);
            out.pop();
        }
        let filled = out.len() - start;
        let columns: usize = if self.short { 12 } else { 24 };
        push::spaces(columns.saturating_sub(filled), out);
    }

    /// Appends the time of a record.
    pub fn time_of_record(&mut self, millis: i64, out: &mut Vec<u8>) {
        self.time(millis, out);
    }

    /// Appends a line with the day, where it is another than that of the line before.
    fn day(&mut self, millis: i64, out: &mut Vec<u8>) {
        let mut text = Vec::new();
        if !self.short || millis == -1 || !push_timestamp(millis, &mut text) {
            return;
        }
        text.truncate(DAY_BYTES - 1);
        if text != self.day {
            out.extend_from_slice(b"  ");
            self.ink(Ink::Dim, &text, out);
            out.push(b'\n');
            self.day = text;
        }
    }

    /// Appends the line of a batch. `ratio` is what it unpacks to by what it takes, in tenths; `control`
    /// says what a control batch holds.
    pub fn batch(&mut self, batch: &BatchInfo, ratio: Option<u64>, control: Option<&str>, out: &mut Vec<u8>) {
        self.day(batch.max_timestamp, out);
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
        pad(&cell, 17, false, out);
        out.push(b' ');
        cell.clear();
        match batch.count {
            Some(count) => push::grouped(u64::from(count), &mut cell),
            None => cell.push(b'?'),
        }
        pad(&cell, 6, true, out);
        out.extend_from_slice(b"  ");
        self.time(batch.max_timestamp, out);
        out.push(b' ');
        cell.clear();
        push::grouped(batch.size as u64, &mut cell);
        pad(&cell, 9, true, out);
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
        pad(&cell, 12, false, out);
        out.push(b' ');
        cell.clear();
        match batch.leader_epoch {
            -1 => cell.push(b'-'),
            epoch => push::int(i64::from(epoch), &mut cell),
        }
        pad(&cell, 5, true, out);
        out.extend_from_slice(b"  ");
        self.flags(batch, control, out);
        out.push(b'\n');
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
        if batch.transactional {
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
