//! What was dissected, for eyes and for programs. The only room with colour and tables.
//!
//! - [`tree`]: a line a field: where, which bytes, what they mean. The default.
//! - [`hex`]: every byte, beside the field that it belongs to.
//! - [`table`]: arrays as tables, for a person.
//! - [`json`]: for programs, and for `kafkit encode`.
//! - [`headline`]: the first lines; [`problems`]: what was found, behind the fields.
//! - [`value`]: one value and what it stands for; [`push`] and [`paint`]: text and colour, on the hot
//!   path.
//!
//! All of it appends to a `Vec<u8>` and cannot fail. It must not read bytes as messages: what is not on
//! the tape is not shown.

pub mod foreign;
pub mod headline;
pub mod hex;
pub mod json;
pub mod paint;
pub mod problems;
pub mod push;
pub mod reference;
pub mod table;
pub mod tree;
pub mod value;

use crate::codec::reading::Reading;
use crate::codec::repair::Repair;
use crate::codec::secrets::Secrets;
use crate::codec::tape::Tape;

/// One message that was dissected, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Its nodes and findings.
    pub tape: &'a Tape,
    /// The bytes that the tape's offsets count in.
    pub input: &'a [u8],
    /// What they were read as.
    pub reading: &'a Reading,
    /// Changes after which broken bytes read exactly, the best first.
    pub repairs: &'a [Repair],
    /// Where the bytes are from: `line 17`, `frame.bin`.
    pub origin: Option<&'a str>,
    /// Offset of the first byte of `input` in the stream that it is from.
    pub base: u64,
}

/// How it is to look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Columns of the terminal; none where there is no terminal, so that values are not cut.
    pub width: Option<usize>,
    /// Show passwords and keys.
    pub show_secrets: bool,
}

/// The ways to show a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// See [`tree`].
    #[default]
    Tree,
    /// See [`hex`].
    Hex,
    /// See [`table`].
    Table,
    /// One object, over many lines.
    Json,
    /// One object, in one line.
    Ndjson,
}

/// Appends the message in a format, ended by a newline.
pub fn render(format: Format, shown: &Shown<'_>, style: &Style, out: &mut Vec<u8>) {
    let render: fn(&Shown<'_>, &Style, &Secrets, &mut Vec<u8>) = match (format, style.color) {
        (Format::Tree, false) => tree::render::<false>,
        (Format::Tree, true) => tree::render::<true>,
        (Format::Hex, false) => hex::render::<false>,
        (Format::Hex, true) => hex::render::<true>,
        (Format::Table, false) => table::render::<false>,
        (Format::Table, true) => table::render::<true>,
        (Format::Json, _) => return json::pretty(shown, style, out),
        (Format::Ndjson, _) => return json::line(shown, style, out),
    };
    render(shown, style, &shown.secrets(style), out);
}

impl Shown<'_> {
    /// What is hidden under a style.
    fn secrets(&self, style: &Style) -> Secrets {
        if style.show_secrets {
            return Secrets::default();
        }
        Secrets::of(self.tape, self.input, self.reading.frame.as_ref())
    }

    /// Offset of the first byte in `input`.
    fn start(&self) -> usize {
        self.tape.nodes().first().map_or(0, |node| node.start as usize).min(self.end())
    }

    /// Offset behind the last byte in `input`.
    fn end(&self) -> usize {
        self.reading.end.min(self.input.len())
    }
}
