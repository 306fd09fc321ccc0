//! A line a field: offset, bytes, name, type, value, and what the value stands for.

use super::paint::{Ink, clip, ink, off, on};
use super::value::{Values, type_name};
use super::{Shown, Style, headline, problems, push};
use crate::codec::finding::Severity;
use crate::codec::frame::{BODY, HEADER};
use crate::codec::records::dissect::fields;
use crate::codec::schema::Field;
use crate::codec::secrets::Secrets;
use crate::codec::tape::{NO_INDEX, Node, Shape};

/// Columns of an offset, unless it is longer.
const OFFSET_COLUMNS: usize = 6;
/// Bytes that a line shows, and where a terminal is too narrow for that.
const BYTES_SHOWN: usize = 7;
const BYTES_SHOWN_NARROW: usize = 4;
/// Room behind them for `+1234 `.
const MORE_COLUMNS: usize = 6;
/// From how many columns on a terminal has room for types and seven bytes.
const WIDE: usize = 100;
/// Columns of a type, which are at most nine letters.
const TYPE_COLUMNS: usize = 11;
/// Columns of names: at least, so that small messages look alike, and at most, so that one deep
/// name does not push all values out of sight.
const NAME_COLUMNS: std::ops::RangeInclusive<usize> = 26..=52;
const NAME_COLUMNS_NARROW: std::ops::RangeInclusive<usize> = 22..=32;
/// The least columns of a value that are not cut away.
const VALUE_COLUMNS_MIN: usize = 12;
/// The longest line but for its value: room that is made once for each line.
const LINE_RESERVE: usize = 192;
/// Levels of nesting, which a node counts in a byte.
const LEVELS: usize = 256;

/// Appends the headline, the fields, and what was found.
pub fn render<const COLOR: bool>(shown: &Shown<'_>, style: &Style, secrets: &Secrets, out: &mut Vec<u8>) {
    headline::render::<COLOR>(shown, style.width, out);
    out.push(b'\n');
    Tree::<COLOR>::new(shown, style.width, secrets).fields(out);
    problems::render::<COLOR>(shown, style, secrets, out);
}

struct Tree<'a, const COLOR: bool> {
    shown: &'a Shown<'a>,
    secrets: &'a Secrets,
    values: Values<'a>,
    width: Option<usize>,
    offset_columns: usize,
    bytes_shown: usize,
    name_columns: usize,
    types: bool,
    /// Nodes with findings, in rising order, and whether they are errors.
    marks: Vec<(u32, bool)>,
}

impl<'a, const COLOR: bool> Tree<'a, COLOR> {
    fn new(shown: &'a Shown<'a>, width: Option<usize>, secrets: &'a Secrets) -> Self {
        let wide = width.is_none_or(|width| width >= WIDE);
        let mut marks: Vec<(u32, bool)> = shown
            .tape
            .findings()
            .iter()
            .map(|finding| (finding.node, finding.severity != Severity::Note))
            .collect();
        marks.sort_unstable_by_key(|&(node, error)| (node, !error));
        marks.dedup_by_key(|(node, _)| *node);
        let last = shown.base + shown.end() as u64;
        let mut tree = Self {
            shown,
            secrets,
            values: Values::new(shown.tape, shown.input, secrets),
            width,
            offset_columns: OFFSET_COLUMNS.max(last.checked_ilog10().unwrap_or(0) as usize + 1),
            bytes_shown: if wide { BYTES_SHOWN } else { BYTES_SHOWN_NARROW },
            name_columns: 0,
            types: wide,
            marks,
        };
        let limits = if wide { NAME_COLUMNS } else { NAME_COLUMNS_NARROW };
        tree.measure(*limits.end());
        tree.name_columns = tree.name_columns.clamp(*limits.start(), *limits.end());
        tree
    }

    /// Finds the longest name with its indentation, and the longest offset.
    fn measure(&mut self, most: usize) {
        let mut steps = Steps::new();
        let nodes = self.shown.tape.nodes();
        let (mut at, mut longest, mut buffers) = (0, 0, false);
        while let Some(node) = nodes.get(at) {
            let columns = steps.indent(node) + node.field.name.len();
            if columns <= most {
                longest = longest.max(columns);
            }
            buffers |= node.buffer > 0;
            at = self.step(&mut steps, at, node);
        }
        self.name_columns = longest + 2;
        if buffers {
            self.offset_columns = self.offset_columns.max(OFFSET_COLUMNS + 3);
        }
    }

    /// Prepares the indentation of what is in a node and returns the index of the next one to show.
    #[inline(always)]
    fn step(&self, steps: &mut Steps, at: usize, node: &Node) -> usize {
        if node.next as usize > at + 1 {
            if node.shape == Shape::Array && self.values.is_list(at, node) {
                return node.next as usize;
            }
            steps.enter(node);
        }
        at + 1
    }

    fn fields(&self, out: &mut Vec<u8>) {
        let nodes = self.shown.tape.nodes();
        let mut steps = Steps::new();
        let mut marks = self.marks.iter().peekable();
        // The index of an element whose line is that of its first field.
        let mut pending: Option<&Node> = None;
        let mut cells = NameCells::new();
        // The level of a whole request inside of this message, whose body is told from its header.
        let mut enveloped = 0;
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            if node.depth > 0 && std::ptr::eq(node.field, &HEADER) {
                enveloped = node.depth;
            }
            out.reserve(LINE_RESERVE);
            let start = out.len();
            let mark = marks.next_if(|&&(marked, _)| marked as usize <= at).map(|&(_, error)| error);
            if is_section(node) {
                self.section(node, out);
            } else if is_headed(node) {
                self.batch_line(&steps, at, node, out);
            } else if is_wrapper(node, enveloped) && mark.is_none() {
                at = self.step(&mut steps, at, node);
                continue;
            } else if node.index != NO_INDEX
                && matches!(node.shape, Shape::Struct | Shape::Tag)
                && node.head == node.start
                && node.next as usize > at + 1
                && mark.is_none()
            {
                self.values.enter(node);
                // An element without bytes of its own shares the line of its first field.
                if let Some(before) = pending.replace(node) {
                    self.label_line(&steps, before, out);
                }
                at = self.step(&mut steps, at, node);
                continue;
            } else {
                let label = pending.take();
                self.line(&steps, &mut cells, at, node, label, mark, out);
            }
            out.push(b'\n');
            if let Some(width) = self.width {
                out.pop();
                clip(out, start, width);
                out.push(b'\n');
            }
            at = self.step(&mut steps, at, node);
        }
        if self.shown.tape.truncated {
            out.extend_from_slice("… there are more fields than are kept\n".as_bytes());
        }
    }

    /// `header v2`, `body`: above what is in them.
    fn section(&self, node: &Node, out: &mut Vec<u8>) {
        push::spaces(self.offset_columns + 2, out);
        on::<COLOR>(Ink::Bold, out);
        out.extend_from_slice(node.field.name.as_bytes());
        if std::ptr::eq(node.field, &HEADER)
            && let Some(version) = self.shown.reading.frame.and_then(|frame| frame.header_version)
        {
            out.extend_from_slice(b" v");
            push::int(i64::from(version), out);
        }
        off::<COLOR>(out);
    }

    /// A batch or message: what is in it, above its fields.
    fn batch_line(&self, steps: &Steps, at: usize, node: &Node, out: &mut Vec<u8>) {
        push::spaces(self.offset_columns + self.bytes_columns() + steps.indent(node), out);
        on::<COLOR>(Ink::Bold, out);
        out.extend_from_slice(node.field.name.as_bytes());
        label(node.index, out);
        out.push(b' ');
        headline::batch(self.shown.tape, at, out);
        trim(out);
        off::<COLOR>(out);
    }

    /// An element that has no field of its own.
    fn label_line(&self, steps: &Steps, node: &Node, out: &mut Vec<u8>) {
        push::spaces(self.offset_columns + self.bytes_columns() + steps.indent(node), out);
        label(node.index, out);
        out.push(b'\n');
    }

    fn bytes_columns(&self) -> usize {
        2 + self.bytes_shown * 3 + MORE_COLUMNS
    }

    #[inline]
    #[expect(clippy::too_many_arguments, reason = "one caller, which keeps the state of the walk")]
    fn line(
        &self,
        steps: &Steps,
        cells: &mut NameCells,
        at: usize,
        node: &Node,
        element: Option<&Node>,
        mark: Option<bool>,
        out: &mut Vec<u8>,
    ) {
        let end = self.own_end(at, node);
        if node.start < end || node.shape == Shape::Broken {
            self.place(at, node, end, out);
        } else {
            push::spaces(self.offset_columns + self.bytes_columns(), out);
        }
        let usual = node.index == NO_INDEX
            && !matches!(node.shape, Shape::Broken | Shape::Gap | Shape::Tags | Shape::Struct | Shape::Float);
        let name_and_type = if !COLOR && usual && element.is_none() {
            let name = |out: &mut Vec<u8>| {
                self.name_and_type(steps, node, None, out);
            };
            cells.push(node.field, steps.indent(node), name, out)
        } else {
            self.name_and_type(steps, node, element, out)
        };
        let column = self.offset_columns + self.bytes_columns() + name_and_type;
        let limit = match self.width {
            Some(width) => width.saturating_sub(column).max(VALUE_COLUMNS_MIN),
            None => usize::MAX,
        };
        self.values.push::<COLOR>(at, node, limit, out);
        if let Some(error) = mark {
            out.extend_from_slice(b"  ");
            let (color, word) = if error { (Ink::Error, "← error") } else { (Ink::Note, "← note") };
            ink::<COLOR>(color, word.as_bytes(), out);
        } else {
            trim(out);
        }
    }

    /// Name and type, in columns of fixed widths; returns how many were used.
    #[inline]
    fn name_and_type(&self, steps: &Steps, node: &Node, element: Option<&Node>, out: &mut Vec<u8>) -> usize {
        let used = self.name(steps, node, element, out);
        if !self.types {
            return used;
        }
        let name = type_name(node);
        ink::<COLOR>(Ink::Dim, name.as_bytes(), out);
        push::spaces(TYPE_COLUMNS.saturating_sub(name.len()), out);
        used + TYPE_COLUMNS
    }

    /// Offset and bytes.
    #[inline]
    fn place(&self, at: usize, node: &Node, end: u32, out: &mut Vec<u8>) {
        let usual = !COLOR
            && node.buffer == 0
            && self.offset_columns == OFFSET_COLUMNS
            && self.bytes_shown == BYTES_SHOWN
            && self.secrets.is_empty();
        let bytes = self.shown.tape.bytes(self.shown.input, node.buffer, node.start..end);
        if !usual || bytes.len() > 9_999 {
            self.offset(node, out);
            return self.bytes(at, node, end, out);
        }
        // Nearly every line: spaces of fixed length, and what stands in them written over them.
        let start = out.len();
        out.extend_from_slice(&[b' '; OFFSET_COLUMNS + 2 + BYTES_SHOWN * 3 + MORE_COLUMNS]);
        let mut number = self.shown.base as u32 + node.start;
        if let Some((digits, cells)) =
            out.get_mut(start..).and_then(|room| room.split_first_chunk_mut::<{ OFFSET_COLUMNS + 2 }>())
        {
            for digit in digits.iter_mut().take(OFFSET_COLUMNS).rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
                if number == 0 {
                    break;
                }
            }
            for (cell, &byte) in cells.as_chunks_mut::<3>().0.iter_mut().zip(bytes.iter().take(BYTES_SHOWN)) {
                *cell = push::hex_cell(byte);
            }
            let more = bytes.len().saturating_sub(BYTES_SHOWN);
            if more > 0
                && let Some(cells) = cells.get_mut(BYTES_SHOWN * 3..)
            {
                let mut digits = itoa::Buffer::new();
                for (cell, digit) in cells.iter_mut().zip(b"+".iter().chain(digits.format(more).as_bytes())) {
                    *cell = *digit;
                }
            }
        }
    }

    /// Offset behind the bytes that the node's own line shows.
    #[inline]
    fn own_end(&self, at: usize, node: &Node) -> u32 {
        if node.next as usize <= at + 1 {
            return node.end;
        }
        if node.shape == Shape::Array {
            return if self.values.is_list(at, node) { node.end } else { node.head };
        }
        match self.shown.tape.nodes().get(at + 1) {
            // What was unpacked stands elsewhere; the packed bytes are shown here.
            Some(first) if first.buffer != node.buffer => node.end,
            _ => node.head,
        }
    }

    #[inline]
    fn offset(&self, node: &Node, out: &mut Vec<u8>) {
        let mut digits = itoa::Buffer::new();
        on::<COLOR>(Ink::Dim, out);
        if node.buffer == 0 {
            let digits = digits.format(self.shown.base + u64::from(node.start));
            push::spaces(self.offset_columns.saturating_sub(digits.len()), out);
            out.extend_from_slice(digits.as_bytes());
        } else {
            let mut number = itoa::Buffer::new();
            let (digits, number) = (digits.format(node.start), number.format(node.buffer));
            push::spaces(self.offset_columns.saturating_sub(digits.len() + number.len() + 2), out);
            out.push(b'z');
            out.extend_from_slice(number.as_bytes());
            out.push(b'+');
            out.extend_from_slice(digits.as_bytes());
        }
        off::<COLOR>(out);
    }

    /// The first bytes and how many more there are, in columns of a fixed width.
    #[inline]
    fn bytes(&self, at: usize, node: &Node, end: u32, out: &mut Vec<u8>) {
        let bytes = self.shown.tape.bytes(self.shown.input, node.buffer, node.start..end);
        let shown = if bytes.len() > 9_999 { self.bytes_shown - 1 } else { self.bytes_shown };
        let start = out.len();
        const ROOM: usize = 2 + BYTES_SHOWN * 3 + MORE_COLUMNS;
        let mut room = [b' '; ROOM];
        if let Some((_, cells)) = room.split_first_chunk_mut::<2>() {
            for (cell, &byte) in cells.as_chunks_mut::<3>().0.iter_mut().zip(bytes.iter().take(shown)) {
                *cell = push::hex_cell(byte);
            }
        }
        out.extend_from_slice(&room);
        let mut used = 0;
        if !self.secrets.is_empty() && self.secrets.hide(at) && !is_opened(at, node) {
            let hidden = bytes.len().min(shown);
            out.truncate(start + 2);
            push::hex_hidden(hidden, out);
            // Two bytes of UTF-8 each take one column.
            used = hidden * 2;
            push::spaces(ROOM - 2 - hidden * 3, out);
        }
        let width = self.bytes_columns();
        if bytes.len() > shown {
            out.truncate(start + 2 + shown * 3 + used);
            out.push(b'+');
            push::int((bytes.len() - shown) as i64, out);
            push::spaces((start + width + used).saturating_sub(out.len()).max(1), out);
        } else {
            out.truncate(start + width + used);
        }
    }

    /// The name behind its indentation; returns how many columns were used.
    #[inline]
    fn name(&self, steps: &Steps, node: &Node, element: Option<&Node>, out: &mut Vec<u8>) -> usize {
        let start = out.len();
        let indent = steps.indent(node);
        let mut colors = 0;
        match element {
            Some(element) => {
                push::spaces(steps.indent(element), out);
                label(element.index, out);
                push::spaces((start + indent).saturating_sub(out.len()), out);
            }
            None => push::spaces(indent, out),
        }
        if COLOR {
            colors = out.len();
            on::<COLOR>(if node.shape == Shape::Gap { Ink::Error } else { Ink::Name }, out);
            colors = out.len() - colors;
        }
        if node.index != NO_INDEX {
            // An element that is a value by itself has no name but its place.
            label(node.index, out);
            out.pop();
        } else {
            out.extend_from_slice(node.field.name.as_bytes());
        }
        if COLOR {
            let before = out.len();
            off::<COLOR>(out);
            colors += out.len() - before;
        }
        let used = out.len() - start - colors;
        let gap = self.name_columns.saturating_sub(used).max(2);
        push::spaces(gap, out);
        used + gap
    }
}

/// Whether the node's parts are shown below it.
fn is_opened(at: usize, node: &Node) -> bool {
    node.next as usize > at + 1 && node.shape == Shape::Bytes
}

#[inline]
fn is_section(node: &Node) -> bool {
    node.depth == 0 && (std::ptr::eq(node.field, &HEADER) || std::ptr::eq(node.field, &BODY))
}

/// Whether the node has a line that sums it up.
#[inline]
fn is_headed(node: &Node) -> bool {
    node.shape == Shape::Struct
        && node.index != NO_INDEX
        && (std::ptr::eq(node.field, &fields::BATCH) || std::ptr::eq(node.field, &fields::MESSAGE))
}

/// A message that stands for the bytes around it, and needs no line.
#[inline]
fn is_wrapper(node: &Node, enveloped: u8) -> bool {
    std::ptr::eq(node.field, &BODY) && node.shape == Shape::Struct && node.depth != enveloped
}

/// `[17] `
fn label(index: u32, out: &mut Vec<u8>) {
    out.push(b'[');
    push::int(i64::from(index), out);
    out.extend_from_slice(b"] ");
}

fn trim(out: &mut Vec<u8>) {
    while out.last() == Some(&b' ') {
        out.pop();
    }
}

/// Columns of name and type that were written before: of the records of a batch all have the same.
struct NameCells {
    cells: [NameCell; NAME_CELLS],
}

/// How many are kept; by the place of a field in its struct, so that those of one do not collide.
const NAME_CELLS: usize = 32;
/// The longest one that is kept.
const NAME_CELL_BYTES: usize = 72;

#[derive(Clone, Copy)]
struct NameCell {
    /// Address of the declaration, which is static.
    field: usize,
    indent: usize,
    length: usize,
    text: [u8; NAME_CELL_BYTES],
}

impl NameCells {
    fn new() -> Self {
        let empty = NameCell { field: 0, indent: 0, length: 0, text: [0; NAME_CELL_BYTES] };
        Self { cells: [empty; NAME_CELLS] }
    }

    /// Appends the columns of a field, which `write` writes where they are not known; returns how many.
    #[inline]
    fn push(
        &mut self,
        field: &'static Field,
        indent: usize,
        write: impl FnOnce(&mut Vec<u8>),
        out: &mut Vec<u8>,
    ) -> usize {
        let address = std::ptr::from_ref(field).addr();
        let place = (address / size_of::<Field>()) % NAME_CELLS;
        let start = out.len();
        let cell = self.cells.get_mut(place);
        if let Some(cell) = &cell
            && cell.field == address
            && cell.indent == indent
        {
            out.extend_from_slice(&cell.text);
            out.truncate(start + cell.length);
            return cell.length;
        }
        write(out);
        let written = out.get(start..).unwrap_or_default();
        if let Some(cell) = cell
            && let Some(text) = cell.text.get_mut(..written.len())
        {
            text.copy_from_slice(written);
            (cell.field, cell.indent, cell.length) = (address, indent, written.len());
        }
        written.len()
    }
}

/// How far the nodes of each level are indented.
struct Steps {
    columns: [u16; LEVELS],
}

impl Steps {
    fn new() -> Self {
        Self { columns: [0; LEVELS] }
    }

    #[inline(always)]
    fn indent(&self, node: &Node) -> usize {
        // Every value of a byte is a level; the default is never taken.
        usize::from(self.columns.get(usize::from(node.depth)).copied().unwrap_or_default())
    }

    /// Sets the indentation of a node's children.
    #[inline(always)]
    fn enter(&mut self, node: &Node) {
        let here = self.indent(node) as u16;
        let inner = match node.shape {
            _ if is_section(node) => here,
            _ if is_headed(node) => here + 2,
            // Behind the widest index.
            Shape::Struct | Shape::Tag if node.index != NO_INDEX => here + label_columns(node.index),
            // A message that was opened stands for the bytes around it.
            Shape::Struct if std::ptr::eq(node.field, &BODY) => here,
            _ => here + 2,
        };
        if let Some(level) = self.columns.get_mut(usize::from(node.depth) + 1) {
            *level = inner.min(u16::MAX / 2);
        }
    }
}

fn label_columns(index: u32) -> u16 {
    index.checked_ilog10().unwrap_or(0) as u16 + 4
}
