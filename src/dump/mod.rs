//! `kafkit dump-log`: which files, what of them, and how it is printed.
//!
//! - [`parallel`] runs files side by side and prints them in order; [`open`] works out what a file is.
//! - [`list`] prints batches and records, [`small`] all other files, [`overview`] directories;
//!   [`table`] has rows for all formats, [`internal`] the records that Kafka itself writes.
//!
//! It writes to what it is given and nowhere else, and opens files for reading only.

pub mod extract;
pub mod follow;
pub mod format;
pub mod image;
pub mod internal;
pub mod kafka;
pub mod list;
pub mod names;
pub mod open;
pub mod overview;
pub mod parallel;
pub mod progress;
pub mod records;
pub mod run;
pub mod select;
pub mod small;
pub mod state;
pub mod stats;
pub mod table;
mod times;
pub mod verify;
pub mod walk;

/// The ways to print.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For a person.
    #[default]
    Table,
    /// An object for each file.
    Json,
    /// An object for each batch, record or entry, one a line.
    Ndjson,
    /// What Kafka's own tool prints.
    Kafka,
    /// A line for each batch, record or entry, with a heading.
    Csv,
}

use std::io::{self, Write};

use crate::render::paint::{self, Ink};
use crate::render::push::harmless;
use crate::render::{Style, headline};

/// Writes text in a colour, if colours are wanted. Names in it can hold anything: nothing but a line feed
/// at its end reaches a terminal as it is.
fn ink(kind: Ink, text: &str, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::with_capacity(text.len() + 16);
    let (text, end) = text.strip_suffix('\n').map_or((text, ""), |text| (text, "\n"));
    let text = &*harmless(text);
    if color {
        paint::ink::<true>(kind, text.as_bytes(), &mut line);
    } else {
        line.extend_from_slice(text.as_bytes());
    }
    line.extend_from_slice(end.as_bytes());
    out.write_all(&line)
}

/// Writes a line in a colour, wrapped to the terminal.
fn line(kind: Ink, text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    // What goes on below stands out from the next line.
    let indent = text.len() - text.trim_start().len() + 2;
    let mut plain = format!("{}\n", harmless(text)).into_bytes();
    headline::hang_last_line(&mut plain, 0, style.width, indent);
    plain.pop();
    let mut painted = Vec::with_capacity(plain.len() + 16);
    if style.color {
        paint::ink::<true>(kind, &plain, &mut painted);
    } else {
        painted = plain;
    }
    painted.push(b'\n');
    out.write_all(&painted)
}

/// Writes a heading: in bold.
fn heading(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    line(Ink::Bold, text, style, out)
}

/// Writes a line that stays in the background.
fn dim(text: &str, color: bool, out: &mut dyn Write) -> io::Result<()> {
    ink(Ink::Dim, text, color, out)?;
    out.write_all(b"\n")
}
