//! Times in the lines for a person. Where a whole one takes too many columns it is the time of day alone, and the
//! day is a line of its own where it changes.

use crate::codec::meaning::time::push_timestamp;
use crate::render::push;

/// `2026-11-20 `
const DAY_BYTES: usize = 11;

/// Times of rows that follow each other.
#[derive(Debug, Clone)]
pub struct Times {
    short: bool,
    day: Vec<u8>,
}

impl Times {
    /// Whole ones, or short ones.
    pub fn new(short: bool) -> Self {
        Self { short, day: Vec::new() }
    }

    /// The columns that one takes.
    pub fn columns(&self) -> usize {
        if self.short { 12 } else { 24 }
    }

    /// What stands above them: `time`, or where it is short that it is not the reader's.
    pub fn title(&self) -> &'static str {
        if self.short { "time (UTC)" } else { "time" }
    }

    /// Forgets the day, as there is something between what came and what comes.
    pub fn restart(&mut self) {
        self.day.clear();
    }

    /// The day, where it is another than that of the row before and the rows do not say it.
    pub fn day(&mut self, millis: i64) -> Option<&[u8]> {
        let mut text = Vec::new();
        if !self.short || millis == -1 || !push_timestamp(millis, &mut text) {
            return None;
        }
        text.truncate(DAY_BYTES - 1);
        if text == self.day {
            return None;
        }
        self.day = text;
        Some(&self.day)
    }

    /// Appends a time in milliseconds since 1970; -1 is none.
    pub fn push(&self, millis: i64, out: &mut Vec<u8>) {
        let start = out.len();
        if millis == -1 {
            out.push(b'-');
        } else if !push_timestamp(millis, out) {
            push::int(millis, out);
        } else if self.short {
            out.drain(start..start + DAY_BYTES);
            out.pop();
        }
    }
}
