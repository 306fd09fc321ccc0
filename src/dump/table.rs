//! Rows of a small file, declared once and printed in every format: for a person in columns, as JSON,
//! as CSV. Rows go out as they come, so that an index of any size takes no room.

use std::io::{self, Write};

use super::Format;
use super::times::Times;
use crate::codec::json;
use crate::codec::meaning::uuid::push_uuid;
use crate::render::paint::{Ink, ink};
use crate::render::{Style, push};

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in JSON and CSV, as Kafka spells it.
    pub key: &'static str,
    /// Its heading for a person.
    pub title: &'static str,
    /// How many columns of a terminal it takes at least.
    pub width: usize,
    /// Its cells are times.
    is_time: bool,
}

impl Column {
    /// Numbers stand at the right; the heading of what stands at the left ends in a blank.
    fn is_right(&self) -> bool {
        !self.title.ends_with(' ')
    }
}

/// Declares a column.
pub const fn column(key: &'static str, title: &'static str, width: usize) -> Column {
    Column { key, title, width, is_time: false }
}

/// Declares a column of times.
pub const fn times(key: &'static str, title: &'static str) -> Column {
    Column { key, title, width: 24, is_time: true }
}

/// How rows are printed.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The format.
    pub format: Format,
    /// Colours, and how wide the terminal is.
    pub style: Style,
    /// The file's name in each row of NDJSON and CSV, where there are several files.
    pub file: Option<&'a str>,
}

/// A value in a row.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    /// A number.
    Int(i64),
    /// A number that is -1 where there is none.
    OrNone(i64),
    /// Milliseconds since 1970, or -1 for none.
    Time(i64),
    /// Text.
    Text(&'a str),
    /// An id.
    Uuid(&'a [u8; 16]),
    /// Nothing.
    None,
}

impl Cell<'_> {
    fn push(&self, for_person: Option<&Times>, out: &mut Vec<u8>) {
        match *self {
            Cell::OrNone(-1) if for_person.is_some() => out.push(b'-'),
            Cell::Int(number) | Cell::OrNone(number) if for_person.is_some() && number >= 0 => {
                push::grouped(number as u64, out)
            }
            Cell::Int(number) | Cell::OrNone(number) => push::int(number, out),
            Cell::Time(millis) => match for_person {
                Some(times) => times.push(millis, out),
                None => push::int(millis, out),
            },
            Cell::Text(text) if for_person.is_some() => {
                out.extend_from_slice(push::harmless(text).as_bytes())
            }
            Cell::Text(text) => out.extend_from_slice(text.as_bytes()),
            Cell::Uuid(id) => push_uuid(id, out),
            Cell::None if for_person.is_some() => out.push(b'-'),
            Cell::None => {}
        }
    }
}

/// Prints the rows of one file.
pub struct Rows<'o> {
    look: Look<'o>,
    columns: &'static [Column],
    times: Times,
    line: Vec<u8>,
    count: u64,
}

impl<'o> Rows<'o> {
    /// Begins: prints the heading.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn begin(look: Look<'o>, columns: &'static [Column], out: &mut dyn Write) -> io::Result<Self> {
        let needed = 1 + columns.iter().map(|column| 1 + column.width).sum::<usize>();
        let times = Times::new(look.style.width.is_some_and(|width| width < needed));
        let mut rows = Self { look, columns, times, line: Vec::new(), count: 0 };
        match look.format {
            Format::Table => rows.heading(),
            Format::Csv => {
                let keys: Vec<&str> =
                    look.file.map(|_| "file").into_iter().chain(columns.iter().map(|c| c.key)).collect();
                rows.line.extend_from_slice(keys.join(",").as_bytes());
                rows.line.push(b'\n');
            }
            Format::Json => rows.line.extend_from_slice(b",\"rows\":["),
            Format::Ndjson | Format::Kafka => {}
        }
        rows.flush(out)?;
        Ok(rows)
    }

    fn heading(&mut self) {
        let mut heading = Vec::from(b" ".as_slice());
        for column in self.columns {
            heading.push(b' ');
            pad(column.title.as_bytes(), self.width(column), column.is_right(), &mut heading);
        }
        let end = heading.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
        heading.truncate(end);
        if self.look.style.color {
            ink::<true>(Ink::Dim, &heading, &mut self.line);
        } else {
            self.line.extend_from_slice(&heading);
        }
        self.line.push(b'\n');
    }

    fn width(&self, column: &Column) -> usize {
        if column.is_time { self.times.columns() } else { column.width }
    }

    /// Prints a row.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        match self.look.format {
            Format::Table => {
                let time = cells
                    .iter()
                    .find_map(|cell| if let Cell::Time(time) = cell { Some(*time) } else { None });
                if let Some(day) = time.and_then(|time| self.times.day(time)) {
                    self.line.extend_from_slice(b"  ");
                    self.line.extend_from_slice(day);
                    self.line.push(b'\n');
                }
                self.line.push(b' ');
                for (cell, column) in cells.iter().zip(self.columns) {
                    self.line.push(b' ');
                    text.clear();
                    cell.push(Some(&self.times), &mut text);
                    pad(&text, self.width(column), column.is_right(), &mut self.line);
                }
                let end = self.line.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
                self.line.truncate(end);
                self.line.push(b'\n');
            }
            Format::Csv => {
                if let Some(file) = self.look.file {
                    csv_field(file.as_bytes(), &mut self.line);
                    self.line.push(b',');
                }
                for (number, cell) in cells.iter().enumerate() {
                    if number > 0 {
                        self.line.push(b',');
                    }
                    text.clear();
                    cell.push(None, &mut text);
                    csv_field(&text, &mut self.line);
                }
                self.line.push(b'\n');
            }
            Format::Json | Format::Ndjson | Format::Kafka => {
                if self.look.format == Format::Json {
                    self.line.extend_from_slice(if self.count > 0 { b",\n  " } else { b"\n  " });
                }
                self.object(cells);
                if self.look.format != Format::Json {
                    self.line.push(b'\n');
                }
            }
        }
        self.count += 1;
        if self.line.len() >= 32 << 10 { self.flush(out) } else { Ok(()) }
    }

    fn object(&mut self, cells: &[Cell<'_>]) {
        self.line.push(b'{');
        if let Some(file) = self.look.file.filter(|_| self.look.format == Format::Ndjson) {
            self.line.extend_from_slice(b"\"file\":");
            json::string(file.as_bytes(), &mut self.line);
            self.line.push(b',');
        }
        for (number, (cell, column)) in cells.iter().zip(self.columns).enumerate() {
            if number > 0 {
                self.line.push(b',');
            }
            json::string(column.key.as_bytes(), &mut self.line);
            self.line.push(b':');
            match cell {
                Cell::Text(text) => json::string(text.as_bytes(), &mut self.line),
                Cell::Uuid(_) => {
                    self.line.push(b'"');
                    cell.push(None, &mut self.line);
                    self.line.push(b'"');
                }
                Cell::None => self.line.extend_from_slice(b"null"),
                Cell::Int(_) | Cell::OrNone(_) | Cell::Time(_) => cell.push(None, &mut self.line),
            }
        }
        self.line.push(b'}');
    }

    /// Ends: prints what closes the rows. Returns how many there were.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn end(mut self, out: &mut dyn Write) -> io::Result<u64> {
        if self.look.format == Format::Json {
            self.line.push(b']');
        }
        self.flush(out)?;
        Ok(self.count)
    }

    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}

/// Appends text in a field of `width` columns.
pub fn pad(text: &[u8], width: usize, right: bool, out: &mut Vec<u8>) {
    let missing = width.saturating_sub(crate::render::headline::columns_of(text));
    if right {
        push::spaces(missing, out);
    }
    out.extend_from_slice(text);
    if !right {
        push::spaces(missing, out);
    }
}

/// Appends a field of CSV, in quotes where it needs them (RFC 4180).
pub fn csv_field(content: &[u8], out: &mut Vec<u8>) {
    if !content.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        return out.extend_from_slice(content);
    }
    out.push(b'"');
    for &byte in content {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
