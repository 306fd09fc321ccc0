//! Which tool made a dump, judged by its first rows.

use super::{
    super::spelling::Spelling,
    row::{Mark, OffsetText, offset_text},
};

/// Rows that are looked at. More would not change the judgement.
const ROWS_MAX: usize = 256;

/// Lines before the first row: prompts and headings.
const HEADINGS_MAX: usize = 32;

/// Bytes in a row where the dump itself does not tell: no tool writes more by default.
const ROW_BYTES_UNKNOWN: usize = 16;

/// Bytes in a row that are believed.
const ROW_BYTES_MAX: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    Hex,
    Octal,
    Decimal,
    Binary,
}

/// How the text beside the cells is told from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gutter {
    /// There is none, or it opens with `|` or `>`.
    None,
    /// It stands behind more blanks than there are between cells.
    Gap,
}

/// How the rows of a dump are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Layout {
    pub(in super::super) spelling: Spelling,
    pub(super) radix: u32,
    pub(super) mark: Mark,
    pub(super) digits: Digits,
    /// Digits of a full cell; 0 where the width varies.
    pub(super) cell_digits: usize,
    /// Cells are words of a little-endian machine.
    pub(in super::super) swapped: bool,
    pub(super) gutter: Gutter,
    /// No row has more bytes: what is behind them is the gutter.
    pub(super) row_bytes: usize,
}

impl Layout {
    /// Bytes of a full cell.
    pub(super) fn cell_bytes(&self) -> usize {
        match (self.digits, self.cell_digits) {
            (Digits::Hex, digits) => digits / 2,
            (Digits::Octal, 6) => 2,
            (Digits::Octal, 11) => 4,
            (Digits::Octal, 22) => 8,
            (Digits::Octal | Digits::Decimal | Digits::Binary, _) => 1,
        }
    }
}

/// One row, split but not decoded.
struct Sample<'a> {
    offset: OffsetText<'a>,
    behind: &'a [u8],
}

/// Judges text; `None` if it is no dump.
pub(in super::super) fn sniff(text: &[u8]) -> Option<Layout> {
    let lines = text
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .take(HEADINGS_MAX + ROWS_MAX);
    let mut samples: Vec<Sample<'_>> = Vec::new();
    for line in lines {
        let sample =
            offset_text(line).and_then(|offset| Some(Sample { offset, behind: line.get(offset.end..)? }));
        match sample {
            Some(sample) => samples.push(sample),
            // Lines of hex without offsets, one of which happens to look like a row.
            None if samples.is_empty()
                && line.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b' ') =>
            {
                return None;
            }
            None => {}
        }
    }
    let at = samples
        .iter()
        .zip(samples.iter().skip(1).map(Some).chain([None]))
        .position(|(sample, next)| is_first_row(sample, next))?;
    let (headings, samples) = samples.split_at_checked(at)?;
    if headings
        .iter()
        .any(|heading| heading.behind.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b' '))
    {
        return None;
    }
    let first = samples.first()?;
    let mut layout = by_form(first, samples)?;
    if let Some((radix, row_bytes)) = by_offsets(&layout, samples) {
        layout.radix = radix;
        layout.row_bytes = row_bytes;
    }
    if layout.mark == Mark::Colon
        && layout.digits == Digits::Hex
        && layout.cell_digits > 2
        && swapped_by_gutter(&layout, first)
    {
        layout.swapped = true;
    }
    layout.spelling = spelling(&layout, first);
    Some(layout)
}

/// Whether a line is a row of a dump, rather than hex in groups such as `00000023 0012 0004`, the first of which is no offset.
fn is_first_row(sample: &Sample<'_>, next: Option<&Sample<'_>>) -> bool {
    let Some(cell) = cells(sample.behind).next() else { return false };
    let OffsetText { digits, prefixed, mark, .. } = sample.offset;
    let number = cell.strip_prefix(b"-").unwrap_or(cell);
    if number.is_empty() || !number.iter().all(u8::is_ascii_hexdigit) || (prefixed && mark == Mark::Blank) {
        return false;
    }
    let gap = sample.behind.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let same_width = cells(sample.behind).take_while(|other| other.len() == cell.len()).count();
    let form = match digits.len() {
        // hexdump and od, where the width is no whole number of bytes.
        7 => true,
        // od -A x.
        6 => same_width == cells(sample.behind).count(),
        // hexdump -C and Wireshark set the offset off by more than one blank.
        _ => cell.len() == 2 && gap > 1,
    };
    // Rows begin at a multiple of their length, which is sixteen unless somebody asked for another.
    let is_round = digits.ends_with('0');
    let follows = |next: &Sample<'_>| {
        let cell_bytes = match cell.len() {
            6 => 2,
            length => length.div_ceil(2),
        };
        let bytes = (same_width * cell_bytes) as u64;
        [16, 8, 10].into_iter().any(|radix| {
            let offset = |digits| u64::from_str_radix(digits, radix).ok();
            let step = offset(next.offset.digits)
                .zip(offset(digits))
                .and_then(|(next, this)| next.checked_sub(this));
            step.is_some_and(|step| step == bytes || (step == 16 && bytes > 16))
        })
    };
    mark != Mark::Blank || (form && is_round) || next.is_some_and(follows)
}

/// The cells and, where nothing sets it off, the words of the gutter.
fn cells(behind: &[u8]) -> impl Iterator<Item = &[u8]> {
    behind
        .split(u8::is_ascii_whitespace)
        .filter(|cell| !cell.is_empty())
        .take_while(|cell| !matches!(cell, [b'>' | b'|', ..]))
}

fn is_octal(cell: &[u8]) -> bool {
    cell.iter().all(|digit| (b'0'..=b'7').contains(digit))
}

fn is_decimal(cell: &[u8]) -> bool {
    let number = std::str::from_utf8(cell).ok().and_then(|cell| cell.parse::<i16>().ok());
    let padded = cell.len() > 1 && cell.starts_with(b"0");
    !padded && number.is_some_and(|number| (-128..256).contains(&number))
}

/// Whether the gutter has one character for each group of eight binary digits; for hex groups it has four.
fn is_binary(behind: &[u8]) -> bool {
    let is_bits = |cell: &&[u8]| cell.len() == 8 && cell.iter().all(|digit| matches!(digit, b'0' | b'1'));
    let groups = cells(behind).take_while(is_bits).count();
    let gutter = groups * 9 + 2..;
    groups > 0 && behind.get(gutter).is_some_and(|gutter| gutter.trim_ascii_start().len() == groups)
}

/// What the first row looks like, where one row can tell.
fn by_form(first: &Sample<'_>, samples: &[Sample<'_>]) -> Option<Layout> {
    let mark = first.offset.mark;
    let blank = mark == Mark::Blank;
    let width = first.offset.digits.len();
    let cell = cells(first.behind).next()?;
    let all = |judge: fn(&[u8]) -> bool| samples.iter().flat_map(|sample| cells(sample.behind)).all(judge);
    // od pads with blanks, so that only decimal cells differ in width.
    let varying =
        samples.iter().flat_map(|sample| cells(sample.behind)).any(|other| other.len() != cell.len());
    let (digits, cell_digits) = match cell.len() {
        _ if blank && width >= 6 && varying && all(is_decimal) => (Digits::Decimal, 0),
        8 if mark == Mark::Colon && is_binary(first.behind) => (Digits::Binary, 8),
        3 if blank && all(is_octal) => (Digits::Octal, 3),
        length @ (6 | 11 | 22) if blank && all(is_octal) => (Digits::Octal, length),
        length if length % 2 == 0 && length <= 64 => (Digits::Hex, length),
        _ => return None,
    };
    let words = blank && cell_digits > 3;
    let octal_offsets = matches!(digits, Digits::Octal | Digits::Decimal) || (width == 7 && cell_digits == 2);
    let gutter = if words
        || matches!(digits, Digits::Octal | Digits::Decimal)
        || (blank && (width == 6 || width == 7))
    {
        Gutter::None
    } else {
        Gutter::Gap
    };
    Some(Layout {
        spelling: Spelling::Xxd,
        radix: if octal_offsets { 8 } else { 16 },
        mark,
        digits,
        cell_digits,
        swapped: words,
        gutter,
        row_bytes: if !blank || gutter == Gutter::None { ROW_BYTES_MAX } else { ROW_BYTES_UNKNOWN },
    })
}

/// The radix in which most offsets follow on the bytes before them, and the bytes of a full row.
fn by_offsets(layout: &Layout, samples: &[Sample<'_>]) -> Option<(u32, usize)> {
    let counted: Vec<u64> = samples
        .iter()
        .map(|sample| {
            let mut bytes = Vec::new();
            // What was read of a misread row still counts.
            let _ = layout.cells(sample.behind, &mut bytes);
            bytes.len() as u64
        })
        .collect();
    let padding = layout.cell_bytes() as u64;
    [layout.radix, 16, 8, 10]
        .into_iter()
        .map(|radix| {
            let offsets = samples.iter().map(|sample| u64::from_str_radix(sample.offset.digits, radix).ok());
            let offsets: Vec<Option<u64>> = offsets.collect();
            let unreadable = offsets.iter().any(Option::is_none);
            let mut fitting = 0;
            let mut row_bytes = 0;
            for (pair, count) in offsets.windows(2).zip(&counted) {
                if let [Some(before), Some(after)] = pair
                    && let Some(step) = after.checked_sub(*before)
                    && (1..=ROW_BYTES_MAX as u64).contains(&step)
                    && *count >= step
                {
                    // A collapsed gutter can only add to what was counted.
                    let exact = *count < step + padding;
                    fitting += if exact { 16 } else { 1 };
                    row_bytes = row_bytes.max(step);
                }
            }
            (if unreadable { 0 } else { fitting }, radix, row_bytes)
        })
        // The first of equals: the radix of the form.
        .rev()
        .max_by_key(|(fitting, ..)| *fitting)
        .filter(|(fitting, ..)| *fitting > 0)
        .map(|(_, radix, row_bytes)| {
            let longest = counted.iter().copied().max().unwrap_or_default();
            // Without a gutter nothing but cells was counted.
            let row_bytes = if layout.gutter == Gutter::None { row_bytes.max(longest) } else { row_bytes };
            (radix, usize::try_from(row_bytes).unwrap_or(ROW_BYTES_MAX))
        })
}

/// Whether the text beside the cells shows the bytes of each cell in reverse (xxd -e).
fn swapped_by_gutter(layout: &Layout, sample: &Sample<'_>) -> bool {
    let matching = |swapped: bool| {
        let layout = Layout { swapped, ..layout.clone() };
        let mut bytes = Vec::new();
        let _ = layout.cells(sample.behind, &mut bytes);
        let text = sample.behind.trim_ascii_end();
        let text = text.get(text.len().saturating_sub(bytes.len())..).unwrap_or_default();
        bytes.iter().zip(text).filter(|(byte, shown)| byte.is_ascii_graphic() && byte == shown).count()
    };
    matching(true) > matching(false)
}

fn spelling(layout: &Layout, first: &Sample<'_>) -> Spelling {
    let width = first.offset.digits.len();
    let bar = first.behind.contains(&b'|');
    match (layout.digits, layout.mark) {
        (_, Mark::Bars) => Spelling::Netty,
        (_, Mark::Colon) if first.offset.prefixed => Spelling::Tcpdump,
        (_, Mark::Colon) => Spelling::Xxd,
        (Digits::Hex, _) if layout.swapped && layout.radix == 16 => Spelling::HexdumpWords,
        _ if layout.swapped => Spelling::OdWords,
        (Digits::Hex, _) if layout.radix == 16 && (bar || width == 8) => Spelling::HexdumpC,
        (Digits::Hex, _) if layout.radix == 16 && width < 6 => Spelling::Wireshark,
        _ => Spelling::Od,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Option<(Spelling, u32, usize, bool)> {
        sniff(text.as_bytes())
            .map(|layout| (layout.spelling, layout.radix, layout.cell_bytes(), layout.swapped))
    }

    #[test]
    fn one_row_is_enough() {
        for (text, expected) in [
            ("00000000: 0001 02  ...", Some((Spelling::Xxd, 16, 2, false))),
            ("0000000 0100 0002\n0000003", Some((Spelling::HexdumpWords, 16, 2, true))),
            ("0000000 000400 000002", Some((Spelling::OdWords, 8, 2, true))),
            ("0000000 00 01 02", Some((Spelling::Od, 8, 1, false))),
            ("0000000    0    1  -58", Some((Spelling::Od, 8, 1, false))),
            ("00000000  00 01 02  |...|", Some((Spelling::HexdumpC, 16, 1, false))),
            ("0000   00 01 02   ...", Some((Spelling::Wireshark, 16, 1, false))),
            ("\t0x0000:  0001 02   ...", Some((Spelling::Tcpdump, 16, 2, false))),
            ("1234 packets captured\n0000   00 01 02   ...", Some((Spelling::Wireshark, 16, 1, false))),
        ] {
            assert_eq!(judged(text), expected, "{text}");
        }
    }

    #[test]
    fn hex_in_groups_is_no_dump() {
        for text in [
            "0000 0023 0012",
            "00000023 00120004",
            "000000230012",
            "00 01 02",
            "0x00000023 0x00120004",
            "1234 56 78",
        ] {
            assert_eq!(judged(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_tell_their_radix() {
        let rows =
            |offsets: [&str; 3]| offsets.map(|offset| format!("{offset}{}", " 00".repeat(16))).join("\n");
        for (offsets, radix) in [
            (["0000000", "0000020", "0000040"], 8),
            (["0000000", "0000016", "0000032"], 10),
            (["0000000", "0000010", "0000020"], 16),
            (["0000160", "0000170", "0000180"], 16),
        ] {
            assert_eq!(judged(&rows(offsets)).map(|(_, radix, ..)| radix), Some(radix), "{offsets:?}");
        }
    }
}
