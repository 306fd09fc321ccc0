//! Lines collected in memory and written when there are enough of them, and numbers as text.

use std::io::{self, Write};

/// What is collected before it is written.
const FULL_BYTES: usize = 128 << 10;

/// Standard output with a buffer in front of it.
pub(super) struct Out<'w> {
    sink: &'w mut dyn Write,
    /// Lines that were not written yet.
    pub text: Vec<u8>,
}

impl<'w> Out<'w> {
    pub fn new(sink: &'w mut dyn Write) -> Self {
        // One line more than a full buffer has room as it is, unless it is a long one.
        Self { sink, text: Vec::with_capacity(2 * FULL_BYTES) }
    }

    /// Writes what was collected, if it is enough.
    #[inline]
    pub fn drain(&mut self) -> io::Result<()> {
        if self.text.len() < FULL_BYTES { Ok(()) } else { self.flush() }
    }

    /// Writes what was collected.
    pub fn flush(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.text)?;
        self.text.clear();
        // A value of many megabytes must not keep its room for good.
        self.text.shrink_to(4 * FULL_BYTES);
        Ok(())
    }
}

/// Appends a number.
#[inline]
pub(super) fn number(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends text and then a number.
#[inline]
pub(super) fn labelled(out: &mut Vec<u8>, label: &str, value: impl itoa::Integer) {
    out.extend_from_slice(label.as_bytes());
    number(out, value);
}

/// Appends what Java's `OptionalLong` prints.
pub(super) fn optional_long(out: &mut Vec<u8>, value: Option<i64>) {
    match value {
        Some(value) => {
            labelled(out, "OptionalLong[", value);
            out.push(b']');
        }
        None => out.extend_from_slice(b"OptionalLong.empty"),
    }
}

/// A number as the part that stays while it is counted on, and its last two digits where it has more.
///
/// Copying text of which a byte was written just before stalls the processor, so that the digits
/// that change go straight into the line.
#[inline]
pub(super) fn split(value: i64) -> (i64, Option<[u8; 2]>) {
    if value < 100 {
        return (value, None);
    }
    let low = (value % 100) as u8;
    (value / 100, Some([b'0' + low / 10, b'0' + low % 10]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_two_parts() {
        for value in [i64::MIN, -100, -1, 0, 7, 99, 100, 101, 999, 1_000, 12_345, i64::MAX] {
            let mut text = Vec::new();
            let (stays, digits) = split(value);
            number(&mut text, stays);
            text.extend(digits.into_iter().flatten());
            assert_eq!(text, value.to_string().as_bytes());
        }
    }

    #[test]
    fn optional_longs() {
        let mut out = Vec::new();
        optional_long(&mut out, Some(-7));
        optional_long(&mut out, None);
        assert_eq!(out, b"OptionalLong[-7]OptionalLong.empty");
    }
}
