//! Sections and tables of text.

use crate::render::paint::{self, Ink};
use crate::render::push::harmless;
use crate::render::{Style, headline};

/// What stands between two columns.
const GAP: &str = "  ";

/// A text in the making.
pub(super) struct Page<'o> {
    out: &'o mut Vec<u8>,
    style: Style,
    /// Columns before each line.
    indent: usize,
}

/// A column of a table.
#[derive(Clone, Copy)]
pub(super) struct Column {
    name: &'static str,
    number: bool,
}

/// A column of text.
pub(super) const fn text(name: &'static str) -> Column {
    Column { name, number: false }
}

/// A column of numbers.
pub(super) const fn number(name: &'static str) -> Column {
    Column { name, number: true }
}

impl<'o> Page<'o> {
    /// A text at the end of a buffer.
    pub fn new(out: &'o mut Vec<u8>, style: Style) -> Self {
        Self { out, style, indent: GAP.len() }
    }

    fn ink(&mut self, ink: Ink, text: &str) {
        let text = &*harmless(text);
        if self.style.color {
            paint::ink::<true>(ink, text.as_bytes(), self.out);
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
    }

    /// The first line.
    pub fn title(&mut self, text: &str) {
        let start = self.out.len();
        self.ink(Ink::Bold, text);
        self.end_line(start, 2 * GAP.len());
    }

    /// Begins a section.
    pub fn section(&mut self, name: &str) {
        self.indent = GAP.len();
        self.out.push(b'\n');
        self.title(name);
    }

    /// Begins a part of a section: what follows stands below its name until the next part or section.
    pub fn part(&mut self, name: &str) {
        self.pad(GAP.len());
        self.title(name);
        self.indent = 2 * GAP.len();
    }

    /// Ends a part.
    pub fn end_part(&mut self) {
        self.indent = GAP.len();
    }

    /// A line of its own.
    pub fn line(&mut self, text: &str) {
        let start = self.out.len();
        self.pad(self.indent);
        self.out.extend_from_slice(harmless(text).as_bytes());
        self.end_line(start, self.indent + GAP.len());
    }

    /// A line in a colour, at the very left.
    pub fn inked(&mut self, ink: Ink, text: &str) {
        let start = self.out.len();
        self.ink(ink, text);
        self.end_line(start, GAP.len());
    }

    /// Names and values, aligned. Those without a value are left out.
    pub fn facts(&mut self, facts: &[(&str, String)]) {
        let shown = || facts.iter().filter(|(_, value)| !value.is_empty());
        let width = shown().map(|(name, _)| columns(name)).max().unwrap_or(0);
        for (name, value) in shown() {
            let start = self.out.len();
            self.pad(self.indent);
            self.ink(Ink::Name, name);
            self.pad(width - columns(name) + GAP.len());
            self.out.extend_from_slice(harmless(value).as_bytes());
            self.end_line(start, self.indent + width + GAP.len());
        }
    }

    /// A table. Columns in which nothing stands are left out.
    pub fn table(&mut self, head: &[Column], rows: &[Vec<String>]) {
        let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| columns(cell)).max();
        let widths: Vec<(usize, Column, usize)> = head
            .iter()
            .enumerate()
            .filter_map(|(at, column)| match width(at).unwrap_or(0) {
                0 => None,
                width => Some((at, *column, width.max(columns(column.name)))),
            })
            .collect();
        // A narrow terminal gets one blank between columns.
        let needed: usize = self.indent + widths.iter().map(|(.., width)| width + GAP.len()).sum::<usize>();
        let wide = self.style.width.is_none_or(|columns| needed - GAP.len() <= columns);
        let gap = if wide { GAP } else { " " };
        let names: Vec<String> = head.iter().map(|column| column.name.to_string()).collect();
        if !widths.is_empty() {
            self.row(&widths, gap, &names, Some(Ink::Dim));
        }
        for row in rows {
            self.row(&widths, gap, row, None);
        }
    }

    fn row(&mut self, widths: &[(usize, Column, usize)], gap: &str, row: &[String], ink: Option<Ink>) {
        let start = self.out.len();
        self.pad(self.indent);
        for (number, (at, column, width)) in widths.iter().enumerate() {
            let cell = row.get(*at).map(String::as_str).unwrap_or_default();
            let pad = width.saturating_sub(columns(cell));
            self.out.extend_from_slice(if number > 0 { gap } else { "" }.as_bytes());
            if column.number {
                self.pad(pad);
            }
            match ink {
                Some(ink) => self.ink(ink, cell),
                None => self.out.extend_from_slice(harmless(cell).as_bytes()),
            }
            if !column.number {
                self.pad(pad);
            }
        }
        while self.out.len() > start && self.out.last() == Some(&b' ') {
            self.out.pop();
        }
        self.end_line(start, self.indent + 2 * GAP.len());
    }

    /// Ends the line that began at `start`; where it is longer than the terminal it goes on behind `indent`.
    fn end_line(&mut self, start: usize, indent: usize) {
        self.out.push(b'\n');
        headline::hang_last_line(self.out, start, self.style.width, indent);
    }

    fn pad(&mut self, count: usize) {
        self.out.resize(self.out.len() + count, b' ');
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}
