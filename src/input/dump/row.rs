//! One row of a dump: its offset, its cells, and where the cells end and the text beside them begins.

use super::{
    super::{
        error::{ErrorKind, InputError, quoted},
        hex,
    },
    layout::{Digits, Gutter, Layout},
};

/// Shortest run of digits that is an offset: Wireshark's.
const OFFSET_DIGITS_MIN: usize = 4;

/// Longest: 64 bits in octal.
const OFFSET_DIGITS_MAX: usize = 22;

/// What a line of a dump is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// An offset, and perhaps bytes behind it.
    Bytes { offset: u64, cells_at: usize },
    /// `*`: the row before is repeated up to the next offset.
    Star,
    /// A blank line, a heading, a comment, a shell prompt.
    Other,
}

/// What sets an offset off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Blank,
    /// `00000000:`
    Colon,
    /// `|00000000|`
    Bars,
}

/// The text of an offset at the start of a line.
#[derive(Clone, Copy)]
pub(super) struct OffsetText<'a> {
    pub(super) digits: &'a str,
    pub(super) prefixed: bool,
    pub(super) mark: Mark,
    /// Where the text behind the offset and its mark begins.
    pub(super) end: usize,
}

/// Finds an offset, with or without `0x` before it.
pub(super) fn offset_text(line: &[u8]) -> Option<OffsetText<'_>> {
    let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let rest = line.get(indent..)?;
    let prefixed = rest.starts_with(b"0x") || rest.starts_with(b"0X");
    let bar = rest.starts_with(b"|");
    let digits_at = indent + usize::from(prefixed) * 2 + usize::from(bar);
    let rest = line.get(digits_at..)?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    if !(OFFSET_DIGITS_MIN..=OFFSET_DIGITS_MAX).contains(&length) {
        return None;
    }
    let (digits, behind) = rest.split_at_checked(length)?;
    let mark = match behind.first() {
        Some(b'|') if bar => Mark::Bars,
        _ if bar => return None,
        Some(b':') => Mark::Colon,
        _ => Mark::Blank,
    };
    let marked = usize::from(mark != Mark::Blank);
    let behind = behind.get(marked..)?;
    if !behind.first().is_none_or(u8::is_ascii_whitespace) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    Some(OffsetText { digits, prefixed, mark, end: digits_at + length + marked })
}

/// A cell that cannot be read, `at` bytes into the text behind the offset.
pub(super) struct Misread {
    pub(super) at: usize,
    pub(super) error: InputError,
}

impl Layout {
    pub(super) fn row(&self, line: &[u8]) -> Row {
        if line.trim_ascii() == b"*" {
            return Row::Star;
        }
        let Some(text) = offset_text(line).filter(|text| text.mark == self.mark) else { return Row::Other };
        match u64::from_str_radix(text.digits, self.radix) {
            Ok(offset) => Row::Bytes { offset, cells_at: text.end },
            Err(_) => Row::Other,
        }
    }

    /// Appends the bytes of the cells; those before a misread one are appended, too.
    pub(super) fn cells(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Misread> {
        let before = out.len();
        let mut at = 0;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let gap = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            at += gap;
            let rest = text.get(at..).unwrap_or_default();
            let filled = out.len() - before;
            let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            if rest.is_empty() || self.gutter_begins(rest, length, gap, filled) {
                return Ok(());
            }
            let cell = rest.get(..length).unwrap_or_default();
            if self.cell(cell, out).is_none() {
                // A paste through HTML shrinks blanks.
                if self.gutter == Gutter::Gap && shows(rest, out.get(before..).unwrap_or_default()) {
                    return Ok(());
                }
                return Err(Misread { at, error: self.misread(cell) });
            }
            at += length;
        }
    }

    fn gutter_begins(&self, rest: &[u8], length: usize, gap: usize, filled: usize) -> bool {
        if filled == 0 {
            return false;
        }
        if filled >= self.row_bytes || matches!(rest.first(), Some(b'|' | b'>')) {
            return true;
        }
        match self.gutter {
            Gutter::None => false,
            // xxd -e shifts an unfinished word to the right by the blanks of its missing digits.
            Gutter::Gap if self.swapped => gap > 1 && gap + length != 1 + self.cell_digits,
            // Two blanks part the halves of a row in some of the dumps with one byte per cell.
            Gutter::Gap => gap > 2 || (gap == 2 && (self.mark == Mark::Colon || filled != 8)),
        }
    }

    /// Appends the bytes of one cell.
    fn cell(&self, cell: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let bytes = self.cell_bytes();
        match self.digits {
            Digits::Hex if self.swapped => {
                let whole = cell.len() == self.cell_digits
                    || (self.gutter == Gutter::Gap && cell.len().is_multiple_of(2));
                if !whole || cell.len() > self.cell_digits {
                    return None;
                }
                let start = out.len();
                push_pairs(cell, out).or_else(|| {
                    out.truncate(start);
                    None
                })?;
                out.get_mut(start..)?.reverse();
                Some(())
            }
            Digits::Hex => {
                if cell.len() > self.cell_digits {
                    return None;
                }
                push_pairs(cell, out)
            }
            Digits::Octal => {
                let value =
                    std::str::from_utf8(cell).ok().and_then(|cell| u64::from_str_radix(cell, 8).ok())?;
                let word = value.to_le_bytes();
                let (word, above) = word.split_at_checked(bytes)?;
                if cell.len() != self.cell_digits || above.iter().any(|byte| *byte != 0) {
                    return None;
                }
                out.extend_from_slice(word);
                Some(())
            }
            Digits::Binary => {
                let text = std::str::from_utf8(cell).ok().filter(|cell| cell.len() == self.cell_digits)?;
                out.push(u8::from_str_radix(text, 2).ok()?);
                Some(())
            }
            Digits::Decimal => {
                let value: i16 = std::str::from_utf8(cell).ok()?.parse().ok()?;
                out.push(
                    u8::try_from(value).ok().or_else(|| i8::try_from(value).ok().map(i8::cast_unsigned))?,
                );
                Some(())
            }
        }
    }

    fn misread(&self, cell: &[u8]) -> InputError {
        let half = self.digits == Digits::Hex
            && cell.iter().all(u8::is_ascii_hexdigit)
            && cell.len() < self.cell_digits;
        let kind = if half { ErrorKind::Incomplete } else { ErrorKind::Malformed };
        let digits = match self.digits {
            Digits::Hex => "hex",
            Digits::Octal => "octal",
            Digits::Binary => "binary",
            Digits::Decimal => "decimal",
        };
        let expected = match self.cell_digits {
            0 => format!("{digits} bytes in each row of this {}", self.spelling),
            width => format!("groups of {width} {digits} digits in each row of this {}", self.spelling),
        };
        InputError::new(kind, expected, quoted(cell), "is the row cut or edited?")
    }

    pub(super) fn gap(&self, expected: u64, found: u64) -> InputError {
        let show = |offset: u64| match self.radix {
            8 => format!("{offset:07o}"),
            10 => format!("{offset:07}"),
            _ => format!("{offset:08x}"),
        };
        InputError::new(
            ErrorKind::Gap,
            format!("a row at offset {}", show(expected)),
            format!("one at {}", show(found)),
            "rows are missing here: paste them too, or part the pieces by a blank line",
        )
    }
}

/// Whether the text is the gutter of these bytes.
fn shows(text: &[u8], bytes: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    !text.is_empty()
        && text.len() == bytes.len()
        && text.iter().zip(bytes).all(|(shown, byte)| *shown == b'.' || shown == byte)
}

fn push_pairs(digits: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (pairs, odd) = digits.as_chunks::<2>();
    for pair in pairs {
        out.push(hex::byte(*pair)?);
    }
    (odd.is_empty() && !pairs.is_empty()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::{super::layout::sniff, *};

    #[test]
    fn what_a_line_is() {
        let layout = sniff(b"00000000  00 01 02 03  |....|").expect("a dump");
        for (line, expected) in [
            ("*", Row::Star),
            ("", Row::Other),
            ("$ hexdump -C x", Row::Other),
            ("# 0000", Row::Other),
            ("00000010", Row::Bytes { offset: 16, cells_at: 8 }),
            ("  00000010  00", Row::Bytes { offset: 16, cells_at: 10 }),
            ("00000010: 00", Row::Other),
        ] {
            assert_eq!(layout.row(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn cells_end_where_the_gutter_begins() {
        let xxd = sniff(b"00000000: 0001 0203  ....").expect("a dump");
        for (cells, bytes, misread) in [
            (" 6361 6665  cafe", "cafe", None),
            (" 6361 66                be", "caf", None),
            (" 6361 6", "ca", Some(6)),
            (" 6361 zz66  cafe", "ca", Some(6)),
            ("", "", None),
        ] {
            let mut out = Vec::new();
            let result = xxd.cells(cells.as_bytes(), &mut out);
            assert_eq!(
                (out.as_slice(), result.err().map(|misread| misread.at)),
                (bytes.as_bytes(), misread),
                "{cells}"
            );
        }
    }
}
