//! Hex digits in pairs: contiguous, or with anything harmless between the bytes.

use std::io::Read;

use super::{
    between::{ornament_length, skip_comment},
    error::{ErrorKind, InputError},
    source::{Place, Source, unexpected},
};

/// What [`NIBBLES`] holds for a character that is no hex digit.
const NO_NIBBLE: u8 = 0xff;

static NIBBLES: [u8; 256] = {
    let mut table = [NO_NIBBLE; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

/// Characters of a block of contiguous hex: enough for the vector units, small enough for short lines.
const BLOCK_CHARS: usize = 32;

/// The value of a hex digit.
pub(super) fn nibble(digit: u8) -> Option<u8> {
    let value = looked_up(digit);
    (value != NO_NIBBLE).then_some(value)
}

/// The byte that two hex digits stand for.
pub(super) fn byte(pair: [u8; 2]) -> Option<u8> {
    let [high, low] = pair.map(looked_up);
    (high | low < 16).then_some(high << 4 | low)
}

fn looked_up(digit: u8) -> u8 {
    // The table has an entry for every `u8`.
    NIBBLES[usize::from(digit)]
}

/// Decodes contiguous hex up to the first pair that is none; returns the number of bytes.
pub(super) fn decode_contiguous(text: &[u8], out: &mut Vec<u8>) -> usize {
    let before = out.len();
    let blocks = decode_blocks(text, out, usize::MAX);
    let tail = text.get(blocks * 2..).unwrap_or_default();
    out.extend(tail.as_chunks::<2>().0.iter().map_while(|pair| byte(*pair)));
    out.len() - before
}

/// The part of it that goes block by block.
fn decode_blocks(text: &[u8], out: &mut Vec<u8>, want: usize) -> usize {
    let text = text.get(..want.saturating_mul(2)).unwrap_or(text);
    let before = out.len();
    for block in text.as_chunks::<BLOCK_CHARS>().0 {
        let Some(bytes) = decode_block(block) else { break };
        out.extend_from_slice(&bytes);
    }
    out.len() - before
}

/// Arithmetic without a table or a branch, so that the compiler can do the whole block in vector registers.
fn decode_block(block: &[u8; BLOCK_CHARS]) -> Option<[u8; BLOCK_CHARS / 2]> {
    let mut nibbles = [0; BLOCK_CHARS];
    let mut bad = false;
    for (nibble, &digit) in nibbles.iter_mut().zip(block) {
        let decimal = digit.wrapping_sub(b'0');
        let letter = (digit | 0x20).wrapping_sub(b'a');
        *nibble = if decimal < 10 { decimal } else { letter.wrapping_add(10) };
        bad |= decimal >= 10 && letter >= 6;
    }
    if bad {
        return None;
    }
    let mut bytes = [0; BLOCK_CHARS / 2];
    for (byte, [high, low]) in bytes.iter_mut().zip(nibbles.as_chunks::<2>().0) {
        *byte = high << 4 | low;
    }
    Some(bytes)
}

/// What [`decode_loose`] came by.
struct Loose {
    bytes: usize,
    chars: usize,
    /// Bytes since the last separator, if there was one.
    since_separator: Option<usize>,
}

/// Decodes pairs with or without separators between them, up to anything else.
fn decode_loose(text: &[u8], out: &mut Vec<u8>, want: usize) -> Loose {
    let mut found = Loose { bytes: 0, chars: 0, since_separator: None };
    let mut rest = text;
    while let [first, second, behind @ ..] = rest {
        if found.bytes >= want {
            break;
        }
        if let Some(byte) = byte([*first, *second]) {
            out.push(byte);
            found.bytes += 1;
            rest = behind;
            if let [separator, next, ..] = behind
                && is_separator(*separator)
                && *next != b'\n'
            {
                found.since_separator = Some(found.bytes);
                rest = behind.get(1..).unwrap_or_default();
            }
        } else {
            break;
        }
    }
    found.chars = text.len() - rest.len();
    found.since_separator = found.since_separator.map(|before| found.bytes - before);
    found
}

/// What may stand between two bytes of hex within a line.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b':' | b',' | b';' | b'-' | b'_' | b'\r')
}

/// The decoder of hex text.
#[derive(Default)]
pub(super) struct HexText {
    /// The first digit of a byte whose second is not yet known, and where it stood.
    half: Option<(u8, Place)>,
    /// Digits of the current run.
    run: u64,
    /// The current run began with `0x`, where one digit is a whole byte.
    marked: bool,
    over: bool,
}

impl HexText {
    /// Finds the next unit: something that is neither blank nor comment. False at the end.
    pub(super) fn begin<R: Read>(&mut self, source: &mut Source<R>) -> Result<bool, InputError> {
        *self = Self::default();
        skip_blank(source)?;
        Ok(!source.peek(1)?.is_empty())
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
            let room = want - (out.len() - before);
            if self.half.is_none() {
                let bytes = decode_blocks(source.window(), out, room);
                source.consume(bytes * 2);
                self.run += bytes as u64 * 2;
                let loose = decode_loose(source.window(), out, room - bytes);
                source.consume(loose.chars);
                match loose.since_separator {
                    Some(bytes) => (self.run, self.marked) = (bytes as u64 * 2, false),
                    None => self.run += loose.bytes as u64 * 2,
                }
                if bytes + loose.bytes > 0 {
                    continue;
                }
            }
            if let Err(error) = self.step(source, out, lines) {
                if out.len() > before {
                    // The bytes first: the same step fails again when asked for more.
                    return Ok(out.len() - before);
                }
                return Err(error);
            }
        }
        Ok(out.len() - before)
    }

    /// One character, with what it means. An error consumes nothing.
    fn step<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Vec<u8>,
        lines: bool,
    ) -> Result<(), InputError> {
        let place = source.place();
        let window = source.peek(3)?;
        let (first, second) = (window.first().copied(), window.get(1).copied());
        let Some(first) = first else {
            self.end_run(out)?;
            self.over = true;
            return Ok(());
        };
        if let Some(value) = nibble(first) {
            let quote_next = matches!(second, Some(b'"' | b'\''));
            match self.half.take() {
                Some((high, _)) => {
                    out.push(high << 4 | value);
                    self.run += 1;
                    source.consume(1);
                }
                None if first == b'0' && matches!(second, Some(b'x' | b'X')) => {
                    (self.run, self.marked) = (0, true);
                    source.consume(2);
                }
                // Python's b'..' around hex.
                None if self.run == 0 && matches!(first, b'b' | b'B') && quote_next => source.consume(1),
                None => {
                    self.half = Some((value, place));
                    self.run += 1;
                    source.consume(1);
                }
            }
            return Ok(());
        }
        match (first, second) {
            (b'\n', _) if lines => {
                self.end_run(out)?;
                self.over = true;
                source.consume_newline();
            }
            (b'\n', _) => {
                // A terminal or a mailer may have wrapped a long run at an odd column.
                if self.run < 3 || self.marked {
                    self.end_run(out)?;
                }
                source.consume_newline();
            }
            (b'\r', Some(b'\n')) => source.consume(1),
            (b'#', _) | (b'/', Some(b'/' | b'*')) => {
                self.end_run(out)?;
                skip_comment(source)?;
            }
            (b'\\', Some(b'x' | b'X')) => {
                self.end_run(out)?;
                self.marked = true;
                source.consume(2);
            }
            (b'\\', Some(b'\n')) => {
                self.end_run(out)?;
                source.consume(1);
                source.consume_newline();
            }
            (b'x' | b'X' | b'h' | b'H', Some(b'\'' | b'"')) => {
                self.end_run(out)?;
                source.consume(1);
            }
            (
                b'"' | b'\'' | b'`' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'<' | b'>' | b'\x0b'
                | b'\x0c',
                _,
            ) => {
                self.end_run(out)?;
                source.consume(1);
            }
            (separator, _) if is_separator(separator) => {
                self.end_run(out)?;
                source.consume(1);
            }
            _ => {
                let length = ornament_length(window);
                if length == 0 {
                    return Err(unexpected(
                        source,
                        "two hex digits for each byte",
                        "remove what is not hex, or start a comment with `#`",
                    )?);
                }
                self.end_run(out)?;
                source.consume(length);
            }
        }
        Ok(())
    }

    /// The run of digits is over: half a byte is left only behind `0x`.
    fn end_run(&mut self, out: &mut Vec<u8>) -> Result<(), InputError> {
        let (run, marked) = (self.run, self.marked);
        match self.half {
            Some((value, _)) if marked && run == 1 => out.push(value),
            Some((value, place)) => {
                let digit = char::from_digit(u32::from(value), 16).unwrap_or('?');
                let found = match run {
                    1 => format!("a lone `{digit}`"),
                    _ => format!("a lone `{digit}` at the end of {run} digits"),
                };
                return Err(InputError::new(
                    ErrorKind::Incomplete,
                    "two hex digits for each byte",
                    found,
                    "a digit is missing or one too many: is the paste cut?",
                )
                .at(place));
            }
            None => {}
        }
        (self.half, self.run, self.marked) = (None, 0, false);
        Ok(())
    }
}

/// Steps over blank and comment-only lines.
fn skip_blank<R: Read>(source: &mut Source<R>) -> Result<(), InputError> {
    loop {
        match source.peek(2)? {
            [b'\n', ..] => source.consume_newline(),
            [b' ' | b'\t' | b'\r', ..] => source.consume(1),
            [b'#', ..] | [b'/', b'/' | b'*', ..] => {
                skip_comment(source)?;
            }
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_by_table_and_by_block() {
        for first in 0..=u8::MAX {
            let value = char::from(first).to_digit(16).and_then(|value| u8::try_from(value).ok());
            assert_eq!(nibble(first), value, "{first:#x}");
            assert_eq!(byte([first, b'f']), value.map(|high| high << 4 | 15));
            let mut block = [b'0'; BLOCK_CHARS];
            block[BLOCK_CHARS - 1] = first;
            assert_eq!(decode_block(&block).map(|bytes| bytes[BLOCK_CHARS / 2 - 1]), value);
        }
    }

    #[test]
    fn contiguous_stops_where_hex_does() {
        for good in 0..100 {
            let text = format!("{}g0", "a5".repeat(good));
            let mut out = Vec::new();
            assert_eq!(decode_contiguous(text.as_bytes(), &mut out), good);
            assert_eq!(out, vec![0xa5; good]);
        }
    }
}
