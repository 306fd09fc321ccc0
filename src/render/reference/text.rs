//! Tables that fit a width, and prose wrapped to it.

use super::PIPED_COLUMNS;
use crate::render::Style;
use crate::render::paint::{Ink, ink};
use crate::render::push;

/// Blanks between two columns.
const GAP: usize = 2;
/// A last column narrower than this goes to a line of its own.
const LAST_COLUMNS_MIN: usize = 14;
/// How far that line is indented.
const OWN_LINE_INDENT: usize = 8;

/// A column of a table.
pub struct Column {
    pub title: &'static str,
    pub ink: Option<Ink>,
    /// Numbers stand at its right edge.
    pub right: bool,
}

impl Column {
    pub const fn new(title: &'static str) -> Self {
        Self { title, ink: None, right: false }
    }

    pub const fn ink(self, ink: Ink) -> Self {
        Self { ink: Some(ink), ..self }
    }

    pub const fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// The columns that a style has room for.
pub fn columns(style: &Style) -> usize {
    style.width.unwrap_or(PIPED_COLUMNS)
}

/// Appends text in a colour, where the style has colours.
pub fn colored(style: &Style, with: Ink, text: &str, out: &mut Vec<u8>) {
    if style.color {
        ink::<true>(with, text.as_bytes(), out)
    } else {
        ink::<false>(with, text.as_bytes(), out)
    }
}

/// Appends a table. What does not fit into the last column is wrapped in it.
pub fn table<const N: usize>(head: &[Column; N], rows: &[[String; N]], style: &Style, out: &mut Vec<u8>) {
    let mut widths = head.each_ref().map(|column| column.title.len());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let before: usize = widths.iter().take(N - 1).map(|width| width + GAP).sum();
    let room = columns(style).saturating_sub(before);
    let titles = head.each_ref().map(|column| column.title.to_owned());
    line(head, &titles, &widths, style, true, out);
    out.push(b'\n');
    for row in rows {
        line(head, row, &widths, style, false, out);
        let Some(last) = row.last().filter(|last| !last.is_empty()) else {
            trim(out);
            out.push(b'\n');
            continue;
        };
        let (indent, room) = if room >= LAST_COLUMNS_MIN.min(last.chars().count()) {
            (before, room)
        } else {
            trim(out);
            out.push(b'\n');
            push::spaces(OWN_LINE_INDENT, out);
            (OWN_LINE_INDENT, columns(style).saturating_sub(OWN_LINE_INDENT))
        };
        for (number, part) in wrapped(last, room).into_iter().enumerate() {
            if number > 0 {
                push::spaces(indent, out);
            }
            match head.last().and_then(|column| column.ink) {
                Some(with) => colored(style, with, part, out),
                None => out.extend_from_slice(part.as_bytes()),
            }
            out.push(b'\n');
        }
    }
}

/// All cells but the last, which may be wrapped; the title of the last.
fn line<const N: usize>(
    head: &[Column; N],
    cells: &[String; N],
    widths: &[usize; N],
    style: &Style,
    is_head: bool,
    out: &mut Vec<u8>,
) {
    let all = head.iter().zip(cells).zip(widths);
    for (number, ((column, cell), width)) in all.enumerate() {
        if number + 1 == N {
            if is_head {
                colored(style, Ink::Dim, cell, out);
            }
            continue;
        }
        let blanks = width.saturating_sub(cell.chars().count());
        if column.right {
            push::spaces(blanks, out);
        }
        match column.ink {
            _ if is_head => colored(style, Ink::Dim, cell, out),
            Some(with) => colored(style, with, cell, out),
            None => out.extend_from_slice(cell.as_bytes()),
        }
        push::spaces(if column.right { GAP } else { blanks + GAP }, out);
    }
}

fn trim(out: &mut Vec<u8>) {
    while out.last() == Some(&b' ') {
        out.pop();
    }
}

/// Appends prose, each line indented.
pub fn prose(text: &str, indent: usize, style: &Style, out: &mut Vec<u8>) {
    for part in wrapped(text, columns(style).saturating_sub(indent)) {
        push::spaces(indent, out);
        out.extend_from_slice(part.as_bytes());
        out.push(b'\n');
    }
}

/// Appends a word and, behind it at `indent`, what there is to say of it.
pub fn entry(word: &str, text: &str, indent: usize, style: &Style, out: &mut Vec<u8>) {
    out.extend_from_slice(b"  ");
    colored(style, Ink::Name, word, out);
    let used = 2 + word.chars().count();
    push::spaces(indent.saturating_sub(used).max(GAP), out);
    for (number, part) in wrapped(text, columns(style).saturating_sub(indent)).into_iter().enumerate() {
        if number > 0 {
            push::spaces(indent, out);
        }
        out.extend_from_slice(part.as_bytes());
        out.push(b'\n');
    }
}

/// Text in lines of at most `width` characters, broken at blanks; a longer word has its own line.
fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.chars().count() > width {
        let mut end = rest.char_indices().nth(width + 1).map_or(rest.len(), |(at, _)| at);
        end = rest
            .get(..end)
            .and_then(|line| line.rfind(' '))
            .filter(|&at| at > 0)
            .or_else(|| rest.find(' '))
            .unwrap_or(rest.len());
        let (line, behind) = rest.split_at(end);
        lines.push(line.trim_end());
        rest = behind.trim_start();
        if rest.is_empty() {
            return lines;
        }
    }
    lines.push(rest);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one two three", 6), ["one", "two", "three"]);
        assert_eq!(wrapped("antidisestablishment is long", 5), ["antidisestablishment", "is", "long"]);
        assert_eq!(wrapped("short", 80), ["short"]);
        assert_eq!(wrapped("", 0), [""]);
        assert_eq!(wrapped("a b", 0), ["a", "b"]);
    }

    #[test]
    fn a_narrow_last_column_gets_its_own_line() {
        let rows = [["a_rather_long_name".to_owned(), "what there is to say of it".to_owned()]];
        let head = [Column::new("name"), Column::new("notes")];
        let text = |width| {
            let mut out = Vec::new();
            let style = Style { color: false, width: Some(width), show_secrets: false };
            table(&head, &rows, &style, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(60), "name                notes\na_rather_long_name  what there is to say of it\n");
        assert_eq!(
            text(41),
            "name                notes\na_rather_long_name  what there is to say\n                    of it\n"
        );
        assert_eq!(
            text(33),
            "name                notes\na_rather_long_name\n        what there is to say of\n        it\n"
        );
    }
}
