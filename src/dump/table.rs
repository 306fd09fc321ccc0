//! Rows of a small file, declared once and printed in every format: for a person in columns, as JSON,
//! as CSV. Rows go out as they come, so that an index of any size takes no room.

use std::io::{self, Write};

use super::Format;
use crate::codec::json;
use crate::codec::meaning::time::push_timestamp;
use crate::codec::meaning::uuid::push_uuid;
use crate::render::paint::{Ink, ink};
use crate::render::push;

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in JSON and CSV, as Kafka spells it.
    pub key: &'static str,
    /// Its heading for a person.
    pub title: &'static str,
    /// How many columns of a terminal it takes at least.
    pub width: usize,
}

impl Column {
    /// Numbers stand at the right; the heading of what stands at the left ends in a blank.
    fn is_right(&self) -> bool {
        !self.title.ends_with(' ')
    }
}

/// Declares a column.
pub const fn column(key: &'static str, title: &'static str, width: usize) -> Column {
    Column { key, title, width }
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
    fn push(&self, for_person: bool, out: &mut Vec<u8>) {
        match *self {
            Cell::OrNone(-1) if for_person => out.push(b'-'),
            Cell::Int(number) | Cell::OrNone(number) if for_person && number >= 0 => {
                push::grouped(number as u64, out)
            }
            Cell::Int(number) | Cell::OrNone(number) | Cell::Time(number) if !for_person => {
                push::int(number, out)
            }
            Cell::Int(number) | Cell::OrNone(number) => push::int(number, out),
            Cell::Time(-1) => out.push(b'-'),
            Cell::Time(millis) => {
                if !push_timestamp(millis, out) {
                    push::int(millis, out);
                }
            }
            Cell::Text(text) if for_person => out.extend_from_slice(push::harmless(text).as_bytes()),
            Cell::Text(text) => out.extend_from_slice(text.as_bytes()),
            Cell::Uuid(id) => push_uuid(id, out),
            Cell::None if for_person => out.push(b'-'),
            Cell::None => {}
        }
    }
}

/// Prints the rows of one file.
pub struct Rows<'o> {
    format: Format,
    color: bool,
    columns: &'static [Column],
    line: Vec<u8>,
    count: u64,
    /// `"file"` of each row of NDJSON and CSV, where several files are printed.
    file: Option<&'o str>,
}

impl<'o> Rows<'o> {
    /// Begins: prints the heading.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn begin(
        format: Format,
        color: bool,
        columns: &'static [Column],
        file: Option<&'o str>,
        out: &mut dyn Write,
    ) -> io::Result<Self> {
        let mut rows = Self { format, color, columns, line: Vec::new(), count: 0, file };
        match format {
            Format::Table => rows.heading(),
            Format::Csv => {
                let keys: Vec<&str> =
                    file.map(|_| "file").into_iter().chain(columns.iter().map(|c| c.key)).collect();
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
            pad(column.title.as_bytes(), column.width, column.is_right(), &mut heading);
        }
        let end = heading.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
        heading.truncate(end);
        if self.color {
            ink::<true>(Ink::Dim, &heading, &mut self.line);
        } else {
            self.line.extend_from_slice(&heading);
        }
        self.line.push(b'\n');
    }

    /// Prints a row.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn row(&mut self, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        match self.format {
            Format::Table => {
                self.line.push(b' ');
                for (cell, column) in cells.iter().zip(self.columns) {
                    self.line.push(b' ');
                    text.clear();
                    cell.push(true, &mut text);
                    pad(&text, column.width, column.is_right(), &mut self.line);
                }
                let end = self.line.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
                self.line.truncate(end);
                self.line.push(b'\n');
            }
            Format::Csv => {
                if let Some(file) = self.file {
                    csv_field(file.as_bytes(), &mut self.line);
                    self.line.push(b',');
                }
                for (number, cell) in cells.iter().enumerate() {
                    if number > 0 {
                        self.line.push(b',');
                    }
                    text.clear();
                    cell.push(false, &mut text);
                    csv_field(&text, &mut self.line);
                }
                self.line.push(b'\n');
            }
            Format::Json | Format::Ndjson | Format::Kafka => {
                if self.format == Format::Json {
                    self.line.extend_from_slice(if self.count > 0 { b",\n  " } else { b"\n  " });
                }
                self.object(cells);
                if self.format != Format::Json {
                    self.line.push(b'\n');
                }
            }
        }
        self.count += 1;
        if self.line.len() >= 32 << 10 { self.flush(out) } else { Ok(()) }
    }

    fn object(&mut self, cells: &[Cell<'_>]) {
        self.line.push(b'{');
        if let Some(file) = self.file.filter(|_| self.format == Format::Ndjson) {
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
                    cell.push(false, &mut self.line);
                    self.line.push(b'"');
                }
                Cell::None => self.line.extend_from_slice(b"null"),
                Cell::Int(_) | Cell::OrNone(_) | Cell::Time(_) => cell.push(false, &mut self.line),
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
        if self.format == Format::Json {
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
