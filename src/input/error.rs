//! What went wrong with the input, in parts that a renderer can lay out and in one sentence for everybody else.

use std::{borrow::Cow, fmt, io};

use super::source::Place;

/// Longest piece of the user's own text that an error quotes; more would bury the sentence.
const QUOTE_CHARS_MAX: usize = 24;

/// The family an [`InputError`] belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// There was nothing to read, or only blanks and comments.
    Empty,
    /// The argument names a file that does not exist.
    NotFound,
    /// The argument names a directory.
    Directory,
    /// The reader failed.
    Io,
    /// It is text, but in no spelling that is known here.
    Unrecognised,
    /// A character or number that the spelling does not allow.
    Malformed,
    /// The text ends (or breaks off) in the middle of a byte: a paste that was cut.
    Incomplete,
    /// The offsets of a dump do not follow on each other: rows are missing.
    Gap,
}

/// Why text could not be turned into bytes.
#[derive(Debug, thiserror::Error)]
#[error("{}expected {expected}, found {found}; {hint}", Lead(*place))]
pub struct InputError {
    /// The family of the problem.
    pub kind: ErrorKind,
    /// Where in the input, if it is about a place in it.
    pub place: Option<Place>,
    /// What should have stood there.
    pub expected: Cow<'static, str>,
    /// What stood there.
    pub found: Cow<'static, str>,
    /// What to try.
    pub hint: Cow<'static, str>,
    /// The failure of the reader, if it was one.
    pub source: Option<io::Error>,
}

impl InputError {
    pub(super) fn new(
        kind: ErrorKind,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
        hint: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            kind,
            place: None,
            expected: expected.into(),
            found: found.into(),
            hint: hint.into(),
            source: None,
        }
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(super) fn io(error: io::Error) -> Self {
        let mut made = Self::new(
            ErrorKind::Io,
            "readable input",
            error.to_string(),
            "check the file or the command before the pipe",
        );
        made.source = Some(error);
        made
    }

    /// 1-based line of the problem, if it has a place.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.place.map(|place| place.line)
    }

    /// 1-based column (in bytes) of the problem, if it has a place.
    #[must_use]
    pub fn column(&self) -> Option<u64> {
        self.place.map(|place| place.column)
    }
}

/// The place in front of the sentence, if there is one.
struct Lead(Option<Place>);

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(Place { line, column }) => write!(f, "line {line}, column {column}: "),
            None => Ok(()),
        }
    }
}

/// The user's text in back quotes: cut when long, control characters escaped.
pub(super) fn quoted(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut shown: String = text.chars().take(QUOTE_CHARS_MAX).flat_map(shown_char).collect();
    if text.chars().nth(QUOTE_CHARS_MAX).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The first character of the text in back quotes, or "the end of the input".
pub(super) fn quoted_first(text: &[u8]) -> String {
    // A character is four bytes at most, and an unfinished one behind it must not be shown.
    let head = text.get(..4).unwrap_or(text);
    match String::from_utf8_lossy(head).chars().next() {
        Some(first) => format!("`{}`", shown_char(first).collect::<String>()),
        None => "the end of the input".to_owned(),
    }
}

fn shown_char(c: char) -> impl Iterator<Item = char> {
    let (escaped, plain) = if c.is_control() { (Some(c.escape_default()), None) } else { (None, Some(c)) };
    escaped.into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_with_place_and_hint() {
        let error = InputError::new(ErrorKind::Malformed, "a hex digit", quoted(b"g"), "remove it")
            .at(Place { line: 3, column: 7 });
        assert_eq!(error.to_string(), "line 3, column 7: expected a hex digit, found `g`; remove it");
        assert_eq!((error.line(), error.column()), (Some(3), Some(7)));
    }

    #[test]
    fn quotes_are_short_and_printable() {
        assert_eq!(quoted(b"\x1b[0m"), "`\\u{1b}[0m`");
        assert_eq!(quoted(&[b'a'; 30]), format!("`{}…`", "a".repeat(24)));
        assert_eq!(quoted_first("é!".as_bytes()), "`é`");
        assert_eq!(quoted_first(b""), "the end of the input");
    }
}
