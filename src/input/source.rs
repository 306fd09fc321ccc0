//! A window on the reader: bounded, refilled in place, and aware of lines.

use std::io::{ErrorKind as IoErrorKind, Read};

use super::error::{ErrorKind, InputError, quoted};

/// Size of the window. It bounds the memory for any input, and the length of one row of a dump.
pub(super) const WINDOW_BYTES: usize = 256 * 1024;

/// UTF-16 is read in pieces of this size and widened into the window; three bytes of UTF-8 at most for two of UTF-16.
const UTF16_PIECE_BYTES: usize = 8 * 1024;

/// A place in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 1-based line.
    pub line: u64,
    /// 1-based column, counted in bytes.
    pub column: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// Raw bytes, ASCII and UTF-8: taken as they are.
    Bytes,
    Utf16 {
        big_endian: bool,
    },
}

pub(super) struct Source<R> {
    reader: R,
    encoding: Encoding,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    ended: bool,
    line: u64,
    column: u64,
    /// Of UTF-16: an unfinished code unit or surrogate pair that waits for the next piece.
    unfinished: Vec<u8>,
}

impl<R: Read> Source<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            encoding: Encoding::Bytes,
            buffer: vec![0; WINDOW_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            ended: false,
            line: 1,
            column: 1,
            unfinished: Vec::new(),
        }
    }

    /// The bytes that were read and not yet consumed.
    pub(super) fn window(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    pub(super) fn place(&self) -> Place {
        Place { line: self.line, column: self.column }
    }

    /// The place `ahead` bytes into the window; there must be no line break in between.
    pub(super) fn place_ahead(&self, ahead: usize) -> Place {
        Place { line: self.line, column: self.column + ahead as u64 }
    }

    /// Steps over bytes of one line.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        self.column += count as u64;
    }

    /// Steps over the line break at the front of the window.
    pub(super) fn consume_newline(&mut self) {
        self.start = (self.start + 1).min(self.end);
        self.line += 1;
        self.column = 1;
    }

    /// Steps over a whole line and its line break, if it has one.
    pub(super) fn consume_line(&mut self, length: usize) {
        self.consume(length);
        if self.window().first() == Some(&b'\n') {
            self.consume_newline();
        }
    }

    /// Reads on. False when the input has ended or the window is full.
    pub(super) fn more(&mut self) -> Result<bool, InputError> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let added = match self.encoding {
            Encoding::Bytes => {
                let room = self.buffer.get_mut(self.end..).unwrap_or_default();
                if room.is_empty() {
                    return Ok(false);
                }
                let count = read(&mut self.reader, room)?;
                self.ended = count == 0;
                count
            }
            Encoding::Utf16 { big_endian } => {
                if self.buffer.len() - self.end < UTF16_PIECE_BYTES * 2 {
                    return Ok(false);
                }
                self.read_utf16(big_endian)?
            }
        };
        self.end += added;
        Ok(added > 0)
    }

    /// At least `count` bytes of what is left, fewer only before the end. `count` must be far smaller than the window.
    pub(super) fn peek(&mut self, count: usize) -> Result<&[u8], InputError> {
        while self.end - self.start < count && self.more()? {}
        Ok(self.window())
    }

    /// Length of the line at the front of the window without its line break, or `None` at the end of the input.
    pub(super) fn line_length(&mut self) -> Result<Option<usize>, InputError> {
        let mut searched = 0;
        loop {
            let unsearched = self.window().get(searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', unsearched) {
                return Ok(Some(searched + at));
            }
            searched = self.window().len();
            if !self.more()? {
                return match (self.ended, searched) {
                    (true, 0) => Ok(None),
                    (true, length) => Ok(Some(length)),
                    (false, _) => Err(InputError::new(
                        ErrorKind::Malformed,
                        "rows of a dump",
                        format!("a line of more than {searched} bytes"),
                        "is this a dump? Name the format if it is not",
                    )
                    .at(self.place())),
                };
            }
        }
    }

    /// Steps over the rest of the line, up to its line break.
    pub(super) fn skip_rest_of_line(&mut self) -> Result<(), InputError> {
        loop {
            match memchr::memchr(b'\n', self.window()) {
                Some(at) => {
                    self.consume(at);
                    return Ok(());
                }
                None => self.consume(self.window().len()),
            }
            if !self.more()? {
                return Ok(());
            }
        }
    }

    /// Steps over a byte order mark; from UTF-16 everything behind it becomes UTF-8.
    ///
    /// Must be called before anything was consumed, with the head of the input in the window.
    pub(super) fn take_byte_order_mark(&mut self) -> Result<(), InputError> {
        let head = self.window();
        if head.starts_with(b"\xef\xbb\xbf") {
            self.start += 3;
            return Ok(());
        }
        let big_endian = head.starts_with(b"\xfe\xff");
        let zero_at = usize::from(!big_endian);
        // The mark alone could be the start of raw bytes: in a hex or base64 text every code unit is ASCII.
        let units = head.get(2..).unwrap_or_default().as_chunks::<2>().0;
        let is_text = !units.is_empty()
            && units.iter().all(|unit| {
                let [first, second] = *unit;
                let (zero, ascii) = if zero_at == 0 { (first, second) } else { (second, first) };
                zero == 0 && ascii.is_ascii() && ascii != 0
            });
        if !(big_endian || head.starts_with(b"\xff\xfe")) || !is_text {
            return Ok(());
        }
        let wide = head.get(2..).unwrap_or_default().to_vec();
        self.encoding = Encoding::Utf16 { big_endian };
        (self.start, self.end) = (0, 0);
        self.end = self.widen(big_endian, wide);
        Ok(())
    }

    fn read_utf16(&mut self, big_endian: bool) -> Result<usize, InputError> {
        let mut piece = std::mem::take(&mut self.unfinished);
        loop {
            let held = piece.len();
            piece.resize(UTF16_PIECE_BYTES, 0);
            let count = read(&mut self.reader, piece.get_mut(held..).unwrap_or_default())?;
            piece.truncate(held + count);
            self.ended = count == 0;
            let added = self.widen(big_endian, std::mem::take(&mut piece));
            if added > 0 || self.ended {
                return Ok(added);
            }
            piece = std::mem::take(&mut self.unfinished);
        }
    }

    /// Writes UTF-16 as UTF-8 behind the window and keeps an odd byte or half a pair for later.
    fn widen(&mut self, big_endian: bool, wide: Vec<u8>) -> usize {
        let (pairs, odd) = wide.as_chunks::<2>();
        let mut units: Vec<u16> = pairs
            .iter()
            .map(|pair| if big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) })
            .collect();
        let mut kept = odd.to_vec();
        if !self.ended
            && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit))
            && let Some(half) = units.pop()
        {
            let bytes = if big_endian { half.to_be_bytes() } else { half.to_le_bytes() };
            kept.splice(0..0, bytes);
        }
        self.unfinished = kept;
        let text = String::from_utf16_lossy(&units);
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let count = room.len().min(text.len());
        if let (Some(room), Some(text)) = (room.get_mut(..count), text.as_bytes().get(..count)) {
            room.copy_from_slice(text);
        }
        count
    }
}

fn read(reader: &mut impl Read, room: &mut [u8]) -> Result<usize, InputError> {
    loop {
        match reader.read(room) {
            Ok(count) => return Ok(count.min(room.len())),
            Err(error) if error.kind() == IoErrorKind::Interrupted => {}
            Err(error) => return Err(InputError::io(error)),
        }
    }
}

/// An error about the character at the front of the window.
pub(super) fn unexpected<R: Read>(
    source: &mut Source<R>,
    expected: &'static str,
    hint: &'static str,
) -> Result<InputError, InputError> {
    let place = source.place();
    let window = source.peek(4)?;
    let word =
        window.split(|byte| byte.is_ascii_whitespace() || b",;".contains(byte)).next().unwrap_or_default();
    let found = if word.is_empty() { super::error::quoted_first(window) } else { quoted(word) };
    Ok(InputError::new(ErrorKind::Malformed, expected, found, hint).at(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_lines() {
        let mut source = Source::new(b"ab\ncd".as_slice());
        assert_eq!(source.line_length().expect("memory"), Some(2));
        source.consume(1);
        assert_eq!(source.place(), Place { line: 1, column: 2 });
        source.consume_line(1);
        assert_eq!(source.place_ahead(1), Place { line: 2, column: 2 });
        assert_eq!(source.line_length().expect("memory"), Some(2));
        source.skip_rest_of_line().expect("memory");
        assert_eq!(source.line_length().expect("memory"), None);
    }

    #[test]
    fn a_row_longer_than_the_window_is_an_error() {
        let mut source = Source::new(std::io::repeat(b'0'));
        assert_eq!(source.line_length().expect_err("endless").kind, ErrorKind::Malformed);
        assert_eq!(source.window().len(), WINDOW_BYTES);
    }

    #[test]
    fn a_failing_reader_is_an_error_with_a_source() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("unplugged"))
            }
        }
        let error = Source::new(Failing).peek(1).expect_err("it fails").to_string();
        assert!(error.contains("unplugged"), "{error}");
    }

    #[test]
    fn byte_order_marks() {
        for (bytes, text) in [
            (b"\xef\xbb\xbf00".as_slice(), b"00".as_slice()),
            (b"\xff\xfe0\x001\x00", b"01"),
            (b"\xfe\xff\x000\x001", b"01"),
            // Raw bytes that happen to begin like a mark.
            (b"\xff\xfe\x00\x00", b"\xff\xfe\x00\x00"),
            (b"\xff\xfe", b"\xff\xfe"),
        ] {
            let mut source = Source::new(bytes);
            source.peek(64).expect("memory");
            source.take_byte_order_mark().expect("memory");
            assert_eq!(source.window(), text, "{bytes:x?}");
        }
    }
}
