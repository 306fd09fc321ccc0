//! Arrays as programs write them: C, Go, Rust, Java, Python, JSON; in hex or decimal, with or without brackets.

use std::io::Read;

use super::{
    between::{ornament_length, skip_comment},
    error::{ErrorKind, InputError, quoted},
    hex,
    pending::Pending,
    source::Source,
};

/// Longest element that is looked at: sixteen bytes in hex with separators, prefix and suffix.
const ELEMENT_CHARS_MAX: usize = 64;

/// Brackets that are tried before the text is said to hold no array: enough for a declaration with its types.
const BRACKETS_MAX: usize = 64;

/// What an element without `0x` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Hex,
    Decimal,
}

/// How the elements are written; found by [`sniff`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The opening bracket, or `None` for a bare list.
    bracket: Option<u8>,
    pub(super) base: Base,
    /// An element without `0x` that cannot be a byte in hex.
    pub(super) decimal_proof: Option<String>,
    pub(super) marked: bool,
}

/// Judges text without comments; `None` if it holds no array of bytes.
pub(super) fn sniff(text: &[u8]) -> Option<Shape> {
    for bracket in *b"{[" {
        for open in memchr::memchr_iter(bracket, text).take(BRACKETS_MAX) {
            let inside = text.get(open + 1..).unwrap_or_default();
            let close = memchr::memchr(closing(bracket), inside);
            // The head may end in the middle of an element.
            let (inside, whole) = match close {
                Some(close) => (inside.get(..close).unwrap_or_default(), true),
                None => (inside, false),
            };
            if let Some(shape) = judge(inside, Some(bracket), whole) {
                return Some(shape);
            }
        }
    }
    if !text.contains(&b',') || text.iter().any(|byte| b"{[\"'\\".contains(byte)) {
        return None;
    }
    let shape = judge(text, None, true)?;
    // Without brackets only what cannot be plain hex is a list of numbers.
    let mixed = shape.marked && text.split(|&byte| is_gap(byte)).any(|word| !word.is_empty() && !is_marked(word));
    (mixed || shape.decimal_proof.is_some()).then_some(shape)
}

fn judge(inside: &[u8], bracket: Option<u8>, whole: bool) -> Option<Shape> {
    let mut marked = false;
    let mut decimal_proof = None;
    let mut words = inside
        .split(|&byte| is_gap(byte) || byte == b')')
        .map(|word| match memchr::memrchr(b'(', word) {
            // A cast may cling to its number: `(byte)0x80` splits at `)`.
            Some(_) => b"".as_slice(),
            None => word,
        })
        .filter(|word| !word.is_empty())
        .peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        let last = words.peek().is_none();
        let ok = element(word, Base::Decimal).is_some() || element(word, Base::Hex).is_some();
        if !ok {
            if last && !whole {
                break;
            }
            return None;
        }
        if is_marked(word) {
            marked = true;
        } else if decimal_proof.is_none() && element(word, Base::Hex).is_none() && (whole || !last) {
            decimal_proof = Some(String::from_utf8_lossy(word).into_owned());
        }
    }
    let base = if marked || decimal_proof.is_some() { Base::Decimal } else { Base::Hex };
    Some(Shape { bracket, base, decimal_proof, marked })
}

fn closing(bracket: u8) -> u8 {
    if bracket == b'{' { b'}' } else { b']' }
}

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b',' || byte == b';'
}

fn is_marked(word: &[u8]) -> bool {
    matches!(word, [b'0', b'x' | b'X', ..])
}

/// The bytes of an element: one, or several where `0x` stands before a wider word, which is read from left to right.
fn element(word: &[u8], base: Base) -> Option<Vec<u8>> {
    let (digits, base) = match word {
        [b'0', b'x' | b'X', digits @ ..] => (digits, Base::Hex),
        _ => (word, base),
    };
    match base {
        Base::Hex => {
            let marked = is_marked(word);
            let end = digits.iter().position(|byte| !byte.is_ascii_hexdigit() && *byte != b'_').unwrap_or(digits.len());
            let (digits, suffix) = digits.split_at_checked(end)?;
            if !is_suffix(suffix) || (!suffix.is_empty() && !marked) {
                return None;
            }
            let digits: Vec<u8> = digits.iter().copied().filter(|byte| *byte != b'_').collect();
            if let (true, [digit]) = (marked, digits.as_slice()) {
                return Some(vec![hex::nibble(*digit)?]);
            }
            let (pairs, odd) = digits.as_chunks::<2>();
            if pairs.is_empty() || !odd.is_empty() {
                return None;
            }
            pairs.iter().map(|pair| hex::byte(*pair)).collect()
        }
        Base::Decimal => {
            let sign = usize::from(digits.starts_with(b"-"));
            let unsigned = digits.get(sign..)?;
            let end = unsigned.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(unsigned.len());
            let (number, suffix) = digits.split_at_checked(sign + end)?;
            if !is_suffix(suffix) {
                return None;
            }
            let number: i16 = std::str::from_utf8(number).ok()?.parse().ok()?;
            let byte = u8::try_from(number).ok().or_else(|| i8::try_from(number).ok().map(i8::cast_unsigned))?;
            Some(vec![byte])
        }
    }
}

fn is_suffix(suffix: &[u8]) -> bool {
    matches!(suffix, b"" | b"u8" | b"i8" | b"_u8" | b"_i8" | b"u" | b"U" | b"l" | b"L" | b"ul" | b"UL")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    /// Behind the opening bracket, before the first element: it may be a type such as `[u8; 39]`.
    Opened,
    Inside,
    Over,
}

pub(super) struct Array {
    shape: Shape,
    state: State,
    pending: Pending,
}

impl Array {
    pub(super) fn new(shape: Shape) -> Self {
        Self { shape, state: State::Outside, pending: Pending::default() }
    }

    /// Finds the next array. False at the end.
    pub(super) fn begin<R: Read>(&mut self, source: &mut Source<R>) -> Result<bool, InputError> {
        self.state = State::Outside;
        self.pending = Pending::default();
        let Some(bracket) = self.shape.bracket else {
            self.state = State::Inside;
            skip_gap(source)?;
            return Ok(!source.peek(1)?.is_empty());
        };
        loop {
            let first = source.peek(2)?.first().copied();
            match (first, self.state) {
                (None, _) => return Ok(false),
                (Some(byte), State::Outside) if byte == bracket => {
                    source.consume(1);
                    self.state = State::Opened;
                }
                (Some(b'\n'), _) => source.consume_newline(),
                (Some(byte), State::Opened) if byte == bracket => source.consume(1),
                (Some(_), State::Opened) if skip_gap(source)? => {}
                (Some(_), State::Opened) => {
                    let word = word(source)?;
                    if word.starts_with(b"(") || element(word, self.shape.base).is_some() {
                        self.state = State::Inside;
                        return Ok(true);
                    }
                    self.state = State::Outside;
                }
                (Some(_), _) => {
                    if !skip_comment(source)? {
                        source.consume(1);
                    }
                }
            }
        }
    }

    pub(super) fn fill<R: Read>(
        &mut self,
        source: &mut Source<R>,
        out: &mut Vec<u8>,
        want: usize,
    ) -> Result<usize, InputError> {
        let before = out.len();
        loop {
            let filled = out.len() - before;
            self.pending.drain(out, want - filled);
            if out.len() - before >= want || self.state == State::Over {
                return Ok(out.len() - before);
            }
            if let Err(error) = self.step(source) {
                if out.len() > before {
                    // The bytes first: the same step fails again when asked for more.
                    return Ok(out.len() - before);
                }
                return Err(error);
            }
        }
    }

    /// One element or what stands between two. An error consumes nothing.
    fn step<R: Read>(&mut self, source: &mut Source<R>) -> Result<(), InputError> {
        if skip_gap(source)? {
            return Ok(());
        }
        let place = source.place();
        let base = self.shape.base;
        match source.peek(2)?.first().copied() {
            None => self.state = State::Over,
            Some(b'}' | b']') => {
                source.consume(1);
                if self.shape.bracket.is_some() {
                    self.state = State::Over;
                }
            }
            Some(b'(') => {
                // A cast such as `(byte)`; short, so that a lost parenthesis does not swallow numbers.
                let window = source.peek(ELEMENT_CHARS_MAX)?;
                let close = window.iter().take(ELEMENT_CHARS_MAX).position(|byte| *byte == b')');
                match close {
                    Some(close) if !window.iter().take(close).any(|byte| *byte == b'\n') => source.consume(close + 1),
                    _ => source.consume(1),
                }
            }
            Some(b')') => source.consume(1),
            Some(_) => {
                let word = word(source)?;
                let length = word.len();
                let Some(bytes) = element(word, base) else {
                    let expected = match base {
                        Base::Hex => "a byte as two hex digits",
                        Base::Decimal => "a byte such as 0x1f, 31 or -1",
                    };
                    let found = quoted(word);
                    let hint = "numbers from -128 to 255, and words as `0x` with an even number of digits";
                    return Err(InputError::new(ErrorKind::Malformed, expected, found, hint).at(place));
                };
                *self.pending.refill() = bytes;
                source.consume(length);
            }
        }
        Ok(())
    }
}

/// The element at the front of the window; at least one byte long unless at the end.
fn word<R: Read>(source: &mut Source<R>) -> Result<&[u8], InputError> {
    let window = source.peek(ELEMENT_CHARS_MAX)?;
    let window = window.get(..ELEMENT_CHARS_MAX).unwrap_or(window);
    let length = window
        .iter()
        .position(|&byte| is_gap(byte) || matches!(byte, b'}' | b']' | b')' | b'/' | b'#'))
        .unwrap_or(window.len())
        .max(1)
        .min(window.len());
    Ok(window.get(..length).unwrap_or_default())
}

/// Steps over one separator, comment or ornament.
fn skip_gap<R: Read>(source: &mut Source<R>) -> Result<bool, InputError> {
    let window = source.peek(3)?;
    match window.first() {
        Some(b'\n') => source.consume_newline(),
        Some(&byte) if is_gap(byte) => source.consume(1),
        // A line continuation of a shell or a macro.
        Some(b'\\') => source.consume(1),
        _ => {
            let length = ornament_length(window);
            if length == 0 {
                return skip_comment(source);
            }
            source.consume(length);
        }
    }
    Ok(true)
}
