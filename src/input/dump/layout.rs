//! Which tool made a dump, judged by its first rows.

use super::{
    super::spelling::Spelling,
    row::{OffsetText, offset_text},
};

/// Rows that are looked at. More would not change the judgement.
const ROWS_MAX: usize = 256;

/// Lines before the first row: prompts and headings.
const HEADINGS_MAX: usize = 32;

/// Bytes in a row where the dump itself does not tell: no tool writes more by default.
const ROW_BYTES_UNKNOWN: usize = 16;

/// Bytes in a row that are believed.
const ROW_BYTES_MAX: u64 = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    Hex,
    Octal,
    Decimal,
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
    pub(super) colon: bool,
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
            (Digits::Octal | Digits::Decimal, _) => 1,
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
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut samples = lines
        .filter(|line| !line.trim_ascii().is_empty())
        .take(HEADINGS_MAX + ROWS_MAX)
        .filter_map(|line| {
            let offset = offset_text(line)?;
            Some(Sample { offset, behind: line.get(offset.end..)? })
        })
        .skip_while(|sample| !is_first_row(sample));
    let first = samples.next()?;
    let samples: Vec<Sample<'_>> = std::iter::once(first).chain(samples).take(ROWS_MAX).collect();
    let first = samples.first()?;
    let mut layout = by_form(first, &samples)?;
    if let Some((radix, row_bytes)) = by_offsets(&layout, &samples) {
        layout.radix = radix;
        layout.row_bytes = row_bytes;
    }
    if layout.colon && layout.cell_digits > 2 && swapped_by_gutter(&layout, first) {
        layout.swapped = true;
    }
    layout.spelling = spelling(&layout, first);
    Some(layout)
}

/// Whether a line can only be a row of a dump, rather than a line of hex in groups.
fn is_first_row(sample: &Sample<'_>) -> bool {
    let Some(cell) = cells(sample.behind).next() else { return false };
    let width = sample.offset.digits.len();
    let gap = sample.behind.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let number = cell.strip_prefix(b"-").unwrap_or(cell);
    if number.is_empty()
        || !number.iter().all(u8::is_ascii_hexdigit)
        || (sample.offset.prefixed && !sample.offset.colon)
    {
        return false;
    }
    let uneven = width % 2 == 1;
    sample.offset.colon
        || (cell.len() == 2
            && (gap >= 2 || width >= 6 || sample.offset.digits.bytes().all(|digit| digit == b'0')))
        || (uneven && width >= 7)
        || (width >= 6 && cell.len() != width)
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
    number.is_some_and(|number| (-128..256).contains(&number))
}

/// What the first row looks like, where one row can tell.
fn by_form(first: &Sample<'_>, samples: &[Sample<'_>]) -> Option<Layout> {
    let colon = first.offset.colon;
    let width = first.offset.digits.len();
    let cell = cells(first.behind).next()?;
    let all = |judge: fn(&[u8]) -> bool| samples.iter().flat_map(|sample| cells(sample.behind)).all(judge);
    // od pads with blanks, so that only decimal cells differ in width.
    let varying =
        samples.iter().flat_map(|sample| cells(sample.behind)).any(|other| other.len() != cell.len());
    let (digits, cell_digits) = match cell.len() {
        _ if !colon && width >= 6 && varying && all(is_decimal) => (Digits::Decimal, 0),
        3 if !colon && all(is_octal) => (Digits::Octal, 3),
        length @ (6 | 11 | 22) if !colon && all(is_octal) => (Digits::Octal, length),
        length if length % 2 == 0 && length <= 64 => (Digits::Hex, length),
        _ => return None,
    };
    let words = !colon && cell_digits > 3;
    let octal_offsets = digits != Digits::Hex || (width == 7 && cell_digits == 2);
    let gutter = if words || digits != Digits::Hex || (!colon && (width == 6 || width == 7)) {
        Gutter::None
    } else {
        Gutter::Gap
    };
    Some(Layout {
        spelling: Spelling::Xxd,
        radix: if octal_offsets { 8 } else { 16 },
        colon,
        digits,
        cell_digits,
        swapped: words,
        gutter,
        row_bytes: if colon || gutter == Gutter::None { ROW_BYTES_MAX as usize } else { ROW_BYTES_UNKNOWN },
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
                    && (1..=ROW_BYTES_MAX).contains(&step)
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
        .map(|(_, radix, row_bytes)| (radix, usize::try_from(row_bytes).unwrap_or(ROW_BYTES_UNKNOWN)))
        .map(|(radix, row_bytes)| {
            let longest = counted.iter().copied().max().unwrap_or_default();
            let is_last_longest = layout.gutter == Gutter::None && longest <= ROW_BYTES_MAX;
            (
                radix,
                if is_last_longest {
                    row_bytes.max(usize::try_from(longest).unwrap_or(row_bytes))
                } else {
                    row_bytes
                },
            )
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
    match (layout.digits, layout.colon) {
        (_, true) if first.offset.prefixed => Spelling::Tcpdump,
        (_, true) => Spelling::Xxd,
        (Digits::Hex, _) if layout.swapped && layout.radix == 16 => Spelling::HexdumpWords,
        _ if layout.swapped => Spelling::OdWords,
        (Digits::Hex, _) if layout.radix == 16 && (bar || width == 8) => Spelling::HexdumpC,
        (Digits::Hex, _) if layout.radix == 16 && width < 6 => Spelling::Wireshark,
        _ => Spelling::Od,
    }
}
