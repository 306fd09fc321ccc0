//! Colours. Behind a constant that is false they are no code at all.

/// What a piece of text is, by which it is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The first line, names of sections.
    Bold,
    /// Offsets, types, what is the same everywhere.
    Dim,
    /// Names of fields.
    Name,
    /// Text in values.
    Text,
    /// What a value stands for.
    Meaning,
    /// An error.
    Error,
    /// A note, something odd.
    Note,
    /// A repair.
    Good,
}

const RESET: &[u8] = b"\x1b[0m";

impl Ink {
    fn sequence(self) -> &'static [u8] {
        match self {
            Self::Bold => b"\x1b[1m",
            Self::Dim => b"\x1b[2m",
            Self::Name => b"\x1b[36m",
            Self::Text => b"\x1b[32m",
            Self::Meaning => b"\x1b[33m",
            Self::Error => b"\x1b[1;31m",
            Self::Note => b"\x1b[1;33m",
            Self::Good => b"\x1b[1;32m",
        }
    }
}

/// Begins a colour.
#[inline(always)]
pub fn on<const COLOR: bool>(ink: Ink, out: &mut Vec<u8>) {
    if COLOR {
        out.extend_from_slice(ink.sequence());
    }
}

/// Ends it.
#[inline(always)]
pub fn off<const COLOR: bool>(out: &mut Vec<u8>) {
    if COLOR {
        out.extend_from_slice(RESET);
    }
}

/// Appends text in a colour.
#[inline(always)]
pub fn ink<const COLOR: bool>(ink: Ink, text: &[u8], out: &mut Vec<u8>) {
    on::<COLOR>(ink, out);
    out.extend_from_slice(text);
    off::<COLOR>(out);
}

/// Cuts a line that began at `start` where it is longer than `width` characters; colours do not count.
pub fn clip(out: &mut Vec<u8>, start: usize, width: usize) {
    let line = out.get(start..).unwrap_or_default();
    // Bytes are at least as many as characters.
    if line.len() <= width {
        return;
    }
    let (mut columns, mut escape, mut colored, mut cut) = (0, false, false, None);
    for (at, &byte) in line.iter().enumerate() {
        if escape {
            escape = byte != b'm';
        } else if byte == 0x1b {
            (escape, colored) = (true, true);
        } else if byte & 0xc0 != 0x80 {
            columns += 1;
            // The last column is the ellipsis's, if one is needed.
            if columns == width && cut.is_none() {
                cut = Some(at);
            }
        }
    }
    if columns > width
        && let Some(cut) = cut
    {
        out.truncate(start + cut);
        out.extend_from_slice("…".as_bytes());
        if colored {
            out.extend_from_slice(RESET);
        }
    }
}
