//! Base64 in its standard and url-safe alphabets, padded or not, wrapped or not.

use std::io::Read;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{
    between::{ornament_length, skip_comment},
    error::{ErrorKind, InputError},
    pending::Pending,
    source::{Source, unexpected},
};

/// Characters that are decoded at a time; a multiple of four.
const BLOCK_CHARS: usize = 4096;

/// Trailing bits are allowed since the text may have been cut within a group of four.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// A character of either alphabet, in the standard one.
pub(super) fn standard(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => Some(byte),
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        _ => None,
    }
}

#[derive(Default)]
pub(super) struct Base64Text {
    /// Characters of the standard alphabet that are not decoded yet.
    block: Vec<u8>,
    pending: Pending,
    chars: u64,
    padded: bool,
    over: bool,
}

impl Base64Text {
    /// Finds the next unit. False at the end.
    pub(super) fn begin<R: Read>(&mut self, source: &mut Source<R>) -> Result<bool, InputError> {
        *self = Self::default();
        loop {
            match source.peek(2)? {
                [] => return Ok(false),
                [b'\n', ..] => source.consume_newline(),
                // Blanks, and the first character of Python's b'..' around base64.
                [b' ' | b'\t' | b'\r', ..] | [b'b' | b'B', b'"' | b'\'', ..] => source.consume(1),
                // Not `//`, which is base64.
                [b'#', ..] | [b'/', b'*', ..] => {
                    skip_comment(source)?;
                }
                _ => return Ok(true),
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
        loop {
            let filled = out.len() - before;
            self.pending.drain(out, want - filled);
            if out.len() - before >= want {
                break;
            }
            if self.over && self.block.is_empty() {
                break;
            }
            if self.over || self.block.len() == BLOCK_CHARS {
                self.decode(source, out.len() > before)?;
                if self.pending.is_empty() {
                    break;
                }
                continue;
            }
            if let Err(error) = self.gather(source, lines) {
                // The bytes first: the same step fails again when asked for more.
                self.decode_whole_groups();
                if self.pending.is_empty() && out.len() == before {
                    return Err(error);
                }
                if self.pending.is_empty() {
                    break;
                }
            }
        }
        Ok(out.len() - before)
    }

    /// Moves characters from the window to the block until it is full or the unit is over.
    fn gather<R: Read>(&mut self, source: &mut Source<R>, lines: bool) -> Result<(), InputError> {
        let room = BLOCK_CHARS - self.block.len();
        let mut taken = 0;
        if !self.padded {
            for &byte in source.peek(1)?.iter().take(room) {
                let Some(byte) = standard(byte) else { break };
                self.block.push(byte);
                taken += 1;
            }
        }
        if taken > 0 {
            self.chars += taken as u64;
            source.consume(taken);
            return Ok(());
        }
        match source.peek(3)? {
            [] => self.over = true,
            [b'\n', ..] => {
                source.consume_newline();
                self.over = lines;
            }
            [b'=', ..] => {
                self.padded = true;
                source.consume(1);
            }
            [b' ' | b'\t' | b'\r' | b'"' | b'\'' | b'`' | b',' | b';' | b'\\', ..] => source.consume(1),
            [b'#', ..] => source.skip_rest_of_line()?,
            window => {
                let length = ornament_length(window);
                if length == 0 {
                    let expected =
                        if self.padded { "nothing behind the padding" } else { "base64 characters" };
                    return Err(unexpected(source, expected, "remove what is not base64")?);
                }
                source.consume(length);
            }
        }
        Ok(())
    }

    fn decode_whole_groups(&mut self) {
        let whole = self.block.len() / 4 * 4;
        let rest = self.block.split_off(whole);
        self.decode_block();
        self.block = rest;
    }

    /// Decodes the block, which is full or the last.
    fn decode<R>(&mut self, source: &Source<R>, filled: bool) -> Result<(), InputError>
    where
        R: Read,
    {
        if self.block.len() % 4 == 1 {
            self.decode_whole_groups();
            if self.pending.is_empty() && !filled {
                let chars = self.chars;
                self.block.clear();
                return Err(InputError::new(
                    ErrorKind::Incomplete,
                    "groups of four base64 characters",
                    format!("{chars} characters, which leaves one that is no whole byte"),
                    "the paste is cut, or it is not base64",
                )
                .at(source.place()));
            }
            return Ok(());
        }
        self.decode_block();
        Ok(())
    }

    fn decode_block(&mut self) {
        let bytes = self.pending.refill();
        // Every character was checked when it was gathered, and there is no padding and no lone character.
        if ENGINE.decode_vec(&self.block, bytes).is_err() {
            bytes.clear();
        }
        self.block.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> (Vec<u8>, bool) {
        let mut source = Source::new(text.as_bytes());
        let mut decoder = Base64Text::default();
        let mut out = Vec::new();
        assert!(decoder.begin(&mut source).expect("memory"), "{text}");
        loop {
            match decoder.fill(&mut source, &mut out, 5, false) {
                Ok(0) => return (out, true),
                Ok(_) => {}
                Err(_) => return (out, false),
            }
        }
    }

    #[test]
    fn alphabets_padding_and_line_breaks() {
        for (text, bytes, whole) in [
            ("+/+/", b"\xfb\xff\xbf".as_slice(), true),
            ("-_-_", b"\xfb\xff\xbf", true),
            ("AAE=", &[0, 1], true),
            ("AAE", &[0, 1], true),
            ("AA==\n", &[0], true),
            ("AA\r\n EC", &[0, 1, 2], true),
            ("b'AAEC'", &[0, 1, 2], true),
            ("AAECA", &[0, 1, 2], false),
            ("AAEC!", &[0, 1, 2], false),
            ("AA==AA==", &[0], false),
        ] {
            let (out, ended) = decoded(text);
            // What stands before a mistake comes in whole groups.
            assert_eq!(out.get(..bytes.len() / 3 * 3), bytes.get(..bytes.len() / 3 * 3), "{text}");
            assert_eq!(ended, whole, "{text}: {out:?}");
            if whole {
                assert_eq!(out, bytes, "{text}");
            }
        }
    }
}
