//! The judgement of what an input is, from its head.

use super::{
    array, base64,
    between::{ornament_length, without_comments},
    dump,
    error::{ErrorKind, InputError, quoted},
    escaped,
    spelling::{Form, Spelling},
};

/// Shortest text of letters alone that passes for base64 on a command line: shorter is a word.
const BASE64_CHARS_MIN: usize = 8;

/// Shortest line that base64 is wrapped to.
const BASE64_LINE_CHARS_MIN: usize = 16;

/// How to read the input.
pub(super) enum Plan {
    Raw,
    Hex,
    Base64,
    Array(array::Shape),
    Escaped(escaped::Shape),
    Dump(dump::Layout),
}

/// A judgement and why.
pub(super) struct Verdict {
    pub(super) plan: Plan,
    pub(super) spelling: Spelling,
    pub(super) reason: String,
}

impl Verdict {
    fn new(plan: Plan, spelling: Spelling, reason: impl Into<String>) -> Self {
        Self { plan, spelling, reason: reason.into() }
    }
}

/// Judges the head of an input, which is all of it if `whole`.
pub(super) fn judge(head: &[u8], whole: bool, forced: Option<Form>) -> Result<Verdict, InputError> {
    if head.is_empty() {
        return Err(empty("nothing"));
    }
    match forced {
        Some(Form::Raw) => {
            return Ok(Verdict::new(Plan::Raw, Spelling::Raw, "read as raw bytes, as you asked"));
        }
        Some(Form::Base64) => {
            return Ok(Verdict::new(Plan::Base64, Spelling::Base64, "read as base64, as you asked"));
        }
        None if !is_text(head, whole) => {
            return Ok(Verdict::new(Plan::Raw, Spelling::Raw, "read as raw bytes: it is no text"));
        }
        Some(Form::Hex) | None => {}
    }
    // A row that is cut by the end of the head is no evidence.
    let rows = if whole { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or_default() };
    if let Some(layout) = dump::sniff(head.get(..rows).unwrap_or_default()) {
        let spelling = layout.spelling;
        let reason = if layout.swapped {
            format!("read as {spelling}: the words are little-endian, so the bytes of each were swapped")
        } else {
            format!("read as {spelling}")
        };
        return Ok(Verdict::new(Plan::Dump(layout), spelling, reason));
    }
    let text = without_comments(head);
    if let Some(shape) = array::sniff(&text) {
        let (spelling, reason) = match (&shape.decimal_proof, shape.marked) {
            (Some(proof), false) => {
                (Spelling::Decimal, format!("read as decimal bytes: `{proof}` is no byte in hex"))
            }
            (Some(proof), true) => (
                Spelling::Array,
                format!("read as an array: numbers without `0x`, such as `{proof}`, are decimal"),
            ),
            (None, _) => (Spelling::Array, "read as an array of hex bytes".to_owned()),
        };
        return Ok(Verdict::new(Plan::Array(shape), spelling, reason));
    }
    if let Some(shape) = escaped::sniff(&text) {
        return Ok(Verdict::new(Plan::Escaped(shape), Spelling::Escaped, "read as an escaped string"));
    }
    let weight = Weight::of(&text);
    if weight.is_empty() {
        return Err(if whole { empty("only blanks and comments") } else { unrecognised(head) });
    }
    if weight.is_hex() || forced == Some(Form::Hex) {
        return Ok(Verdict::new(Plan::Hex, Spelling::Hex, "read as hex"));
    }
    if weight.is_base64() && is_wrapped_like_base64(&text) {
        return Ok(Verdict::new(
            Plan::Base64,
            Spelling::Base64,
            "read as base64: there is more in it than hex digits",
        ));
    }
    if is_hex_by_words(&text) {
        return Ok(Verdict::new(Plan::Hex, Spelling::Hex, "read as hex, which most of it is"));
    }
    Err(unrecognised(head))
}

/// Base64 has no words: a blank within a line can only be a line break that a terminal or a mailer replaced.
fn is_wrapped_like_base64(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').all(|line| {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).peekable();
        while let Some(word) = words.next() {
            if words.peek().is_some() && (word.len() < BASE64_LINE_CHARS_MIN || !word.len().is_multiple_of(4))
            {
                return false;
            }
        }
        true
    })
}

/// Whether more than half of the words are hex: the others are slips, which are better named one by one than all at once.
fn is_hex_by_words(text: &[u8]) -> bool {
    let words = || {
        text.split(|byte| byte.is_ascii_whitespace() || b",:;-".contains(byte))
            .filter(|word| !word.is_empty())
    };
    let hex =
        words().filter(|word| word.len().is_multiple_of(2) && word.iter().all(u8::is_ascii_hexdigit)).count();
    hex > 1 && hex * 2 > words().count()
}

/// Whether a word on the command line is more likely bytes than the name of a file that is missing.
pub(super) fn is_inline(text: &str) -> bool {
    let Ok(verdict) = judge(text.as_bytes(), true, None) else { return false };
    match verdict.plan {
        Plan::Base64 => {
            let chars = text.bytes().filter(|byte| base64::standard(*byte).is_some()).count();
            let plain_word = text.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_/".contains(&byte));
            chars >= BASE64_CHARS_MIN && chars % 4 != 1 && !plain_word
        }
        _ => true,
    }
}

/// Text has no control characters but blanks, and its other characters are UTF-8.
fn is_text(head: &[u8], whole: bool) -> bool {
    if head.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace() && *byte != b'\x0b') {
        return false;
    }
    match std::str::from_utf8(head) {
        Ok(_) => true,
        // The head may end in the middle of a character.
        Err(error) => !whole && error.error_len().is_none(),
    }
}

fn empty(found: &'static str) -> InputError {
    InputError::new(
        ErrorKind::Empty,
        "bytes in hex, base64 or raw",
        found,
        "pass hex, a file, or - for standard input",
    )
}

fn unrecognised(head: &[u8]) -> InputError {
    let line = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
    InputError::new(
        ErrorKind::Unrecognised,
        "hex, base64, a hex dump or raw bytes",
        format!("text that is none of them: {}", quoted(line.unwrap_or_default())),
        "paste only the bytes, print dumps with xxd or `od -tx1`, or force the input format",
    )
}

/// What a text is made of.
#[derive(Default)]
struct Weight {
    hex_letters: usize,
    decimals: usize,
    /// Letters and signs of base64 that are no hex digits.
    base64_only: usize,
    padding: usize,
    /// What may stand between hex bytes but not in base64.
    hex_only: usize,
    foreign: usize,
}

impl Weight {
    fn of(text: &[u8]) -> Self {
        let mut weight = Self::default();
        let mut rest = text;
        let mut at_start = true;
        while let Some(&byte) = rest.first() {
            let mut length = 1;
            match (byte, rest.get(1)) {
                (b'0', Some(b'x' | b'X')) if at_start => length = 2,
                (b'\\', Some(b'x' | b'X')) => length = 2,
                (b'b' | b'B' | b'x' | b'X' | b'h' | b'H', Some(b'"' | b'\'')) if at_start => {}
                (b'0'..=b'9', _) => weight.decimals += 1,
                (b'a'..=b'f' | b'A'..=b'F', _) => weight.hex_letters += 1,
                (b'g'..=b'z' | b'G'..=b'Z' | b'+' | b'/', _) => weight.base64_only += 1,
                (b'=', _) => weight.padding += 1,
                (b'"' | b'\'' | b'`' | b',' | b';' | b'-' | b'_', _) => {}
                // A continued line.
                (b'\\', None | Some(b'\r' | b'\n' | b' ')) => {}
                (b':' | b'<' | b'>' | b'{' | b'}' | b'[' | b']' | b'(' | b')', _) => weight.hex_only += 1,
                _ if byte.is_ascii_whitespace() || byte == b'\x0b' => {}
                _ => match ornament_length(rest) {
                    0 => weight.foreign += 1,
                    ornament => length = ornament,
                },
            }
            at_start = !byte.is_ascii_alphanumeric();
            rest = rest.get(length..).unwrap_or_default();
        }
        weight
    }

    fn is_empty(&self) -> bool {
        self.hex_letters + self.decimals + self.base64_only + self.padding + self.foreign == 0
    }

    /// Hex, or hex with a few slips, which are better named one by one than all at once.
    fn is_hex(&self) -> bool {
        let digits = self.hex_letters + self.decimals;
        let others = self.base64_only + self.foreign;
        if others + self.padding == 0 {
            return true;
        }
        // Ten of sixteen hex digits are decimal, but only ten of the 64 of base64.
        self.padding == 0 && digits >= 8 && others * 5 <= digits && self.decimals * 5 >= digits * 2
    }

    fn is_base64(&self) -> bool {
        self.foreign + self.hex_only == 0
            && self.base64_only + self.padding > 0
            && self.padding <= self.base64_only + self.hex_letters + self.decimals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_or_base64() {
        for (text, expected) in [
            ("0001", Some(Spelling::Hex)),
            ("AAAA", Some(Spelling::Hex)),
            ("000", Some(Spelling::Hex)),
            ("AAAAIwASAARvf8Zh", Some(Spelling::Base64)),
            ("AA==", Some(Spelling::Base64)),
            ("AAAAAAAAAAAAAAAAAAAAAAAAIwAAAAAA", Some(Spelling::Base64)),
            ("0000002300120004g", Some(Spelling::Hex)),
            ("00:11:22:33:44:zz", Some(Spelling::Hex)),
            ("00 01 0g 02", Some(Spelling::Hex)),
            ("00 11 | 22", Some(Spelling::Hex)),
            ("AAAAIwASAARvf8Zh AAAAIw==", Some(Spelling::Base64)),
            ("0000000  \\0  \\0   # \\022", None),
            ("hello world", None),
            ("what is this?", None),
        ] {
            let spelling = judge(text.as_bytes(), true, None).ok().map(|verdict| verdict.spelling);
            assert_eq!(spelling, expected, "{text}");
        }
    }

    #[test]
    fn text_or_raw() {
        for (head, whole, text) in [
            (b"00 11\r\n\t".as_slice(), true, true),
            (b"00\x00", true, false),
            (b"\xe2\x80\x9c00", true, true),
            (b"00\xe2\x80", true, false),
            (b"00\xe2\x80", false, true),
            (b"\xff\xff", false, false),
        ] {
            assert_eq!(is_text(head, whole), text, "{head:x?}");
        }
    }
}
