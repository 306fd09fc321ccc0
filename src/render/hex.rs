//! Every byte, beside the field that it belongs to: runs of at most sixteen, the field's path and value
//! behind the first of them.

use super::paint::{Ink, clip, ink, off, on};
use super::value::Values;
use super::{Shown, Style, headline, problems, push};
use crate::codec::secrets::Secrets;
use crate::codec::tape::{NO_INDEX, Node, Shape};

/// Columns of an offset, unless it is longer.
const OFFSET_COLUMNS: usize = 6;
/// Bytes in a line, and where a terminal is too narrow for that.
const BYTES_SHOWN: usize = 16;
const BYTES_SHOWN_NARROW: usize = 8;
/// From how many columns on a terminal has room for sixteen bytes and their field.
const WIDE: usize = 110;
/// The least columns of a value that are not cut away.
const VALUE_COLUMNS_MIN: usize = 12;
/// Levels of nesting, and buffers, which a node counts in a byte each.
const LEVELS: usize = 256;
/// What is said of bytes that no node has.
const NO_FIELD: &[u8] = b"(no field)";

/// Appends the headline, the runs of bytes, and what was found.
pub fn render<const COLOR: bool>(shown: &Shown<'_>, style: &Style, secrets: &Secrets, out: &mut Vec<u8>) {
    headline::render::<COLOR>(shown, style.width, out);
    out.push(b'\n');
    let last = shown.base + shown.end() as u64;
    let runs = Runs::<COLOR> {
        shown,
        secrets,
        values: Values::new(shown.tape, shown.input, secrets),
        width: style.width,
        offset_columns: OFFSET_COLUMNS.max(last.checked_ilog10().unwrap_or(0) as usize + 1),
        bytes_shown: if style.width.is_none_or(|width| width >= WIDE) {
            BYTES_SHOWN
        } else {
            BYTES_SHOWN_NARROW
        },
    };
    runs.all(out);
    problems::render::<COLOR>(shown, style, secrets, out);
}

struct Runs<'a, const COLOR: bool> {
    shown: &'a Shown<'a>,
    secrets: &'a Secrets,
    values: Values<'a>,
    width: Option<usize>,
    offset_columns: usize,
    bytes_shown: usize,
}

/// Bytes of one buffer.
#[derive(Clone, Copy)]
struct Run {
    buffer: u8,
    start: u32,
    end: u32,
    hidden: bool,
}

impl<const COLOR: bool> Runs<'_, COLOR> {
    fn all(&self, out: &mut Vec<u8>) {
        let nodes = self.shown.tape.nodes();
        // Where the next run of each buffer begins.
        let mut reached = [0u32; LEVELS];
        reached[0] = self.shown.start() as u32;
        let mut path = Path::new();
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            path.enter(node);
            self.values.enter(node);
            let has_children = node.next as usize > at + 1;
            let list = node.shape == Shape::Array && self.values.is_list(at, node);
            let elsewhere = nodes.get(at + 1).is_some_and(|first| first.buffer != node.buffer);
            let end = if has_children && !list && !elsewhere { node.head } else { node.end };
            if let Some(reached) = reached.get_mut(usize::from(node.buffer)) {
                self.hole(node.buffer, *reached, node.start, out);
                if node.start < end {
                    let opened = has_children && !list && !elsewhere;
                    let hidden = !self.secrets.is_empty() && self.secrets.hide(at) && !opened;
                    let run = Run { buffer: node.buffer, start: node.start, end, hidden };
                    self.run(run, |limit, out| self.field(&path.text, at, node, limit, out), out);
                }
                *reached = end.max(*reached);
            }
            at = if list { node.next as usize } else { at + 1 };
        }
        self.hole(0, reached[0], self.shown.end() as u32, out);
    }

    fn hole(&self, buffer: u8, start: u32, end: u32, out: &mut Vec<u8>) {
        if start < end {
            let run = Run { buffer, start, end, hidden: false };
            self.run(run, |_, out| ink::<COLOR>(Ink::Error, NO_FIELD, out), out);
        }
    }

    fn field(&self, path: &[u8], at: usize, node: &Node, limit: usize, out: &mut Vec<u8>) {
        ink::<COLOR>(Ink::Name, path, out);
        let start = out.len();
        out.extend_from_slice(b" = ");
        let before = out.len();
        let limit = limit.saturating_sub(path.len() + 3).max(VALUE_COLUMNS_MIN);
        self.values.push::<COLOR>(at, node, limit, out);
        if out.len() == before {
            out.truncate(start);
        }
    }

    /// Lines of bytes, the first with what they are.
    fn run(&self, run: Run, field: impl FnOnce(usize, &mut Vec<u8>), out: &mut Vec<u8>) {
        let Run { buffer, start, end, hidden } = run;
        let bytes = self.shown.tape.bytes(self.shown.input, buffer, start..end);
        let mut field = Some(field);
        let mut offset = start;
        for chunk in bytes.chunks(self.bytes_shown) {
            let line = out.len();
            self.offset(buffer, offset, out);
            out.extend_from_slice(b"  ");
            if hidden {
                push::hex_hidden(chunk.len(), out);
            } else {
                push::hex_spaced(chunk, out);
            }
            if let Some(field) = field.take() {
                push::spaces((self.bytes_shown - chunk.len()) * 3 + 1, out);
                let column = self.offset_columns + 3 + self.bytes_shown * 3;
                field(self.width.map_or(usize::MAX, |width| width.saturating_sub(column)), out);
            } else {
                out.pop();
            }
            if let Some(width) = self.width {
                clip(out, line, width);
            }
            out.push(b'\n');
            offset += chunk.len() as u32;
        }
    }

    fn offset(&self, buffer: u8, at: u32, out: &mut Vec<u8>) {
        let start = out.len();
        let mut text = Vec::new();
        if buffer == 0 {
            push::int((self.shown.base + u64::from(at)) as i64, &mut text);
        } else {
            text.push(b'z');
            push::int(i64::from(buffer), &mut text);
            text.push(b'+');
            push::int(i64::from(at), &mut text);
        }
        push::spaces((start + self.offset_columns).saturating_sub(out.len() + text.len()), out);
        on::<COLOR>(Ink::Dim, out);
        out.extend_from_slice(&text);
        off::<COLOR>(out);
    }
}

/// The path of the current node, `header.tagged_fields[0].size`.
struct Path {
    text: Vec<u8>,
    /// Length of the path of the parent of each level's nodes, and whether its children have only a
    /// place there.
    levels: [(usize, bool); LEVELS],
}

impl Path {
    fn new() -> Self {
        Self { text: Vec::new(), levels: [(0, false); LEVELS] }
    }

    fn enter(&mut self, node: &Node) {
        let level = usize::from(node.depth);
        let (length, in_list) = self.levels.get(level).copied().unwrap_or_default();
        self.text.truncate(length);
        if node.index == NO_INDEX || !in_list {
            if !self.text.is_empty() {
                self.text.push(b'.');
            }
            self.text.extend_from_slice(node.field.name.as_bytes());
        }
        if node.index != NO_INDEX {
            self.text.push(b'[');
            push::int(i64::from(node.index), &mut self.text);
            self.text.push(b']');
        }
        if let Some(inner) = self.levels.get_mut(level + 1) {
            *inner = (self.text.len(), matches!(node.shape, Shape::Array | Shape::Tags));
        }
    }
}
