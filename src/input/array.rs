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

/// The bytes of one element.
#[derive(Clone, Copy, Default)]
struct Element {
    bytes: [u8; ELEMENT_CHARS_MAX / 2],
    length: usize,
}

impl Element {
    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.length)? = byte;
        self.length += 1;
        Some(())
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
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
    let mixed =
        shape.marked && text.split(|&byte| is_gap(byte)).any(|word| !word.is_empty() && !is_marked(word));
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
    let mut first = true;
    while let Some(word) = words.next() {
        if words.peek().is_none() && !whole {
            // It may be cut.
            break;
        }
        let is_hex = is_element(word, Base::Hex);
        let is_byte = is_hex || is_element(word, Base::Decimal);
        // A slip, such as 256, is named better when it is met.
        if !is_byte && (first || bracket.is_none() || !is_number_like(word)) {
            return None;
        }
        first = false;
        if is_marked(word) {
            marked = true;
        } else if decimal_proof.is_none() && is_byte && !is_hex {
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
    byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'<' | b'>')
}

fn is_number_like(word: &[u8]) -> bool {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    digits.first().is_some_and(u8::is_ascii_digit)
        && digits.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn is_marked(word: &[u8]) -> bool {
    matches!(word, [b'0', b'x' | b'X', ..])
}

/// Whether a word is an element at all.
fn is_element(word: &[u8], base: Base) -> bool {
    element(word, base).is_some()
}

/// The bytes of an element: one, or several where `0x` stands before a wider word, which is read from left to right.
fn element(word: &[u8], base: Base) -> Option<Element> {
    match (word, base) {
        ([b'0', b'x' | b'X', digits @ ..], _) => hex_element(digits, true),
        (_, Base::Hex) => hex_element(word, false),
        (_, Base::Decimal) => decimal_element(word),
    }
}

fn hex_element(word: &[u8], marked: bool) -> Option<Element> {
    let end = word.iter().position(|byte| !byte.is_ascii_hexdigit() && *byte != b'_').unwrap_or(word.len());
    let (digits, suffix) = word.split_at_checked(end)?;
    if !is_suffix(suffix) || (!suffix.is_empty() && !marked) {
        return None;
    }
    let mut nibbles = digits.iter().filter_map(|digit| hex::nibble(*digit));
    let mut element = Element::default();
    while let Some(high) = nibbles.next() {
        match nibbles.next() {
            Some(low) => element.push(high << 4 | low)?,
            None if marked && element.length == 0 => element.push(high)?,
            None => return None,
        }
    }
    (element.length > 0).then_some(element)
}

fn decimal_element(word: &[u8]) -> Option<Element> {
    let sign = usize::from(word.starts_with(b"-"));
    let digits = word.iter().skip(sign).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, suffix) = word.split_at_checked(sign + digits)?;
    if !is_suffix(suffix) {
        return None;
    }
    let number: i16 = std::str::from_utf8(number).ok()?.parse().ok()?;
    let byte = u8::try_from(number).ok().or_else(|| i8::try_from(number).ok().map(i8::cast_unsigned))?;
    let mut element = Element::default();
    element.push(byte)?;
    Some(element)
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

    /// Whether there may be another array behind a broken one: a bare list is all of the input.
    pub(super) fn resumes(&self) -> bool {
        self.shape.bracket.is_some()
    }

    /// Finds the next array. False at the end.
    pub(super) fn begin<R: Read>(&mut self, source: &mut Source<R>) -> Result<bool, InputError> {
        self.state = State::Outside;
        self.pending = Pending::default();
        let Some(bracket) = self.shape.bracket else {
            self.state = State::Inside;
            while skip_gap(source)? {}
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
                    if word.starts_with(b"(") || is_element(word, self.shape.base) {
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
                    Some(close) if !window.iter().take(close).any(|byte| *byte == b'\n') => {
                        source.consume(close + 1);
                    }
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
                let is_pair = is_marked(word) && length % 2 == 0;
                let at_end = source.window().len() == length && source.peek(length + 1)?.len() == length;
                if at_end && self.shape.bracket.is_some() && !is_pair {
                    let found = quoted(source.window());
                    let hint =
                        "the array is not closed, so its last number may be cut: paste the rest, or close it";
                    return Err(
                        InputError::new(ErrorKind::Incomplete, "a closing bracket", found, hint).at(place)
                    );
                }
                self.pending.refill().extend_from_slice(bytes.as_slice());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements() {
        for (word, base, expected) in [
            ("0x00", Base::Decimal, Some(vec![0])),
            ("0xF", Base::Decimal, Some(vec![15])),
            ("0x23u8", Base::Decimal, Some(vec![0x23])),
            ("0x0012", Base::Decimal, Some(vec![0, 0x12])),
            ("0x00_23", Base::Decimal, Some(vec![0, 0x23])),
            ("0x123", Base::Decimal, None),
            ("0x", Base::Decimal, None),
            ("127", Base::Decimal, Some(vec![127])),
            ("-1", Base::Decimal, Some(vec![255])),
            ("-128i8", Base::Decimal, Some(vec![128])),
            ("-129", Base::Decimal, None),
            ("256", Base::Decimal, None),
            ("1f", Base::Decimal, None),
            ("1f", Base::Hex, Some(vec![0x1f])),
            ("5", Base::Hex, None),
            ("_", Base::Hex, None),
            ("", Base::Hex, None),
        ] {
            let bytes = element(word.as_bytes(), base).map(|element| element.as_slice().to_vec());
            assert_eq!(bytes, expected, "{word}, {base:?}");
        }
    }

    #[test]
    fn what_is_an_array() {
        for (text, expected) in [
            ("{0x00, 1}", Some((Some(b'{'), Base::Decimal))),
            ("let x: [u8; 2] = [10, 20];", Some((Some(b'['), Base::Hex))),
            ("[10, 20, -1]", Some((Some(b'['), Base::Decimal))),
            ("x[39] = { 0x00 }", Some((Some(b'{'), Base::Decimal))),
            ("10, 20, 5", Some((None, Base::Decimal))),
            ("<<0,35>>", Some((None, Base::Decimal))),
            ("10, 20", None),
            ("5 6 7", None),
            ("{}", None),
            ("[\"0001\"]", None),
            ("{\"a\": 1}", None),
        ] {
            assert_eq!(sniff(text.as_bytes()).map(|shape| (shape.bracket, shape.base)), expected, "{text}");
        }
    }
}
