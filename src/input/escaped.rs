//! Byte strings with escapes: `\x00\x23abc`, bare or in the literals of a program.

use std::io::Read;

use super::{
    between::{ornament_length, skip_comment},
    error::{ErrorKind, InputError, quoted},
    hex,
    source::Source,
};

/// How the escapes are wrapped; found by [`sniff`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The text stands in quotes; what is outside of them means nothing.
    quoted: bool,
    /// Without quotes: blanks stand between the bytes instead of for themselves.
    blanks_between: bool,
}

/// Judges text; `None` if there are no escapes in it.
pub(super) fn sniff(text: &[u8]) -> Option<Shape> {
    let first = memchr::memchr_iter(b'\\', text).find(|&at| {
        matches!(text.get(at + 1), Some(b'x' | b'X' | b'u' | b'0'..=b'7' | b'n' | b'r' | b't'))
    })?;
    let before = text.get(..first).unwrap_or_default();
    // The escapes of `od -c` stand among octal numbers, behind an offset.
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.starts_with(b"0000")
        && line.split(u8::is_ascii_whitespace).next().is_some_and(|word| word.len() == 7)
    {
        return None;
    }
    let quoted = before.iter().any(|byte| matches!(byte, b'"' | b'\''));
    // PostgreSQL's `\x0000..` is plain hex.
    if let Some([b'x', digits @ ..]) = text.get(first + 1..)
        && before.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\''))
        && digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() > 2
        && memchr::memchr(b'\\', digits).is_none()
    {
        return None;
    }
    let mut literal = text.iter().copied();
    let mut blanks_between = true;
    while let Some(byte) = literal.next() {
        if byte == b'\\' {
            // An escape is four characters at most; two digits of `\xhh` are the only ones that look literal.
            if literal.next().is_some_and(|kind| kind == b'x' || kind == b'X') {
                literal.nth(1);
            }
        } else if !byte.is_ascii_whitespace() && byte != b',' {
            blanks_between = false;
        }
    }
    Some(Shape { quoted, blanks_between })
}

pub(super) struct Escaped {
    shape: Shape,
    /// Inside of which quote.
    quote: Option<u8>,
    /// A literal was read in this unit.
    seen: bool,
    over: bool,
}

impl Escaped {
    pub(super) fn new(shape: Shape) -> Self {
        Self { shape, quote: None, seen: false, over: false }
    }

    /// Finds the next literal, or the next line of bare text. False at the end.
    pub(super) fn begin<R: Read>(&mut self, source: &mut Source<R>) -> Result<bool, InputError> {
        *self = Self::new(self.shape);
        loop {
            match source.peek(2)? {
                [] => return Ok(false),
                [b'\n', ..] => source.consume_newline(),
                [b' ' | b'\t' | b'\r', ..] => source.consume(1),
                [b'#', ..] | [b'/', b'/' | b'*', ..] => {
                    skip_comment(source)?;
                }
                [b'"' | b'\'', ..] => return Ok(true),
                _ if !self.shape.quoted => return Ok(true),
                _ => source.consume(1),
            }
        }
    }

    pub(super) fn fill<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Vec<u8>,
        want: usize,
        lines: bool,
    ) -> Result<usize, InputError> {
        let before = out.len();
        while !self.over && out.len() - before < want {
            let inside = self.quote.is_some() || !self.shape.quoted;
            let stepped =
                if inside { self.step_inside(source, out, lines) } else { self.step_outside(source, lines) };
            if let Err(error) = stepped {
                if out.len() > before {
                    // The bytes first: the same step fails again when asked for more.
                    break;
                }
                return Err(error);
            }
        }
        Ok(out.len() - before)
    }

    /// Between literals: adjacent ones are one, a comma or semicolon parts them.
    fn step_outside<R: Read>(&mut self, source: &mut Source<R>, lines: bool) -> Result<(), InputError> {
        match source.peek(2)? {
            [] => self.over = true,
            [b'\n', ..] => {
                self.over = lines && self.seen;
                source.consume_newline();
            }
            [quote @ (b'"' | b'\''), ..] => {
                self.quote = Some(*quote);
                self.seen = true;
                source.consume(1);
            }
            [b',' | b';', ..] => {
                self.over = self.seen;
                source.consume(1);
            }
            [b'\\', b'\n', ..] => {
                source.consume(1);
                source.consume_newline();
            }
            [b'#', ..] | [b'/', b'/' | b'*', ..] => {
                skip_comment(source)?;
            }
            _ => source.consume(1),
        }
        Ok(())
    }

    /// One character or escape. An error consumes nothing.
    fn step_inside<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Vec<u8>,
        lines: bool,
    ) -> Result<(), InputError> {
        let bare = self.quote.is_none();
        let window = source.peek(6)?;
        match window {
            [] => self.over = true,
            [b'\\', b'\n', ..] => {
                source.consume(1);
                source.consume_newline();
            }
            [b'\\', b'\r', b'\n', ..] => {
                source.consume(2);
                source.consume_newline();
            }
            [b'\\', ..] => {
                let Some((byte, length)) = escape(window) else {
                    let shown = quoted(window.get(..4).unwrap_or(window));
                    let kind = if window.len() < 4 { ErrorKind::Incomplete } else { ErrorKind::Malformed };
                    return Err(InputError::new(
                        kind,
                        "an escape for one byte",
                        shown,
                        "known are \\xhh, octal \\ooo, \\n \\r \\t \\0 \\a \\b \\e \\f \\v \\\\ \\\" \\' and \\u00hh",
                    )
                    .at(source.place()));
                };
                out.push(byte);
                source.consume(length);
            }
            [b'\n', ..] if bare => {
                self.over = lines;
                source.consume_newline();
            }
            [b'\r', b'\n', ..] if bare => source.consume(1),
            [b' ' | b'\t' | b'\r' | b',', ..] if bare && self.shape.blanks_between => source.consume(1),
            [byte, ..] if Some(*byte) == self.quote => {
                self.quote = None;
                source.consume(1);
            }
            [byte, ..] => {
                let byte = *byte;
                let length = if bare { ornament_length(window) } else { 0 };
                if length > 0 {
                    source.consume(length);
                } else {
                    out.push(byte);
                    if byte == b'\n' { source.consume_newline() } else { source.consume(1) }
                }
            }
        }
        Ok(())
    }
}

/// The byte that the escape at the front of the text stands for, and the length of the escape.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let simple = |byte| Some((byte, 2));
    match *text.get(1)? {
        b'x' | b'X' => hex::byte([*text.get(2)?, *text.get(3)?]).map(|byte| (byte, 4)),
        b'u' => {
            let (high, low) = (text.get(2..4)?, [*text.get(4)?, *text.get(5)?]);
            (high == b"00").then(|| hex::byte(low))?.map(|byte| (byte, 6))
        }
        b'0'..=b'7' => {
            let digits = text.get(1..)?.iter().take(3).take_while(|digit| (b'0'..=b'7').contains(digit));
            let (value, length) = digits
                .fold((0u16, 1), |(value, length), digit| (value * 8 + u16::from(digit - b'0'), length + 1));
            u8::try_from(value).ok().map(|byte| (byte, length))
        }
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'v' => simple(0x0b),
        b'f' => simple(0x0c),
        b'e' => simple(0x1b),
        same @ (b'\\' | b'"' | b'\'' | b'`' | b'?' | b' ') => simple(same),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        for (text, expected) in [
            (r"\x7f!", Some((0x7f, 4))),
            (r"\x7", None),
            (r"\0", Some((0, 2))),
            (r"\0129", Some((0o12, 4))),
            (r"\377", Some((255, 4))),
            (r"\400", None),
            (r"\u00e9", Some((0xe9, 6))),
            (r"\u20ac", None),
            (r"\n", Some((b'\n', 2))),
            (r#"\""#, Some((b'"', 2))),
            (r"\q", None),
            (r"\", None),
        ] {
            assert_eq!(escape(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_an_escaped_string() {
        for (text, expected) in [
            (r"\x00\x01", Some((false, true))),
            (r"\x00 \x01", Some((false, true))),
            (r"\x00yz", Some((false, false))),
            (r#"x = b"\x00";"#, Some((true, false))),
            // PostgreSQL's spelling of plain hex.
            (r"\x0001", None),
            (r"\x00ab", None),
            ("0001", None),
            ("0000000  \\0  \\0   #", None),
        ] {
            let shape = sniff(text.as_bytes()).map(|shape| (shape.quoted, shape.blanks_between));
            assert_eq!(shape, expected, "{text}");
        }
    }
}
