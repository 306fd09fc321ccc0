//! `--key`, `--value`, `--header`: what bytes must look like.

use regex::bytes::{Regex, RegexBuilder};

use crate::codec::records::record::Headers;

/// What a key, a value or a header's value must be.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// Null.
    Null,
    /// These bytes, no more and no fewer.
    Exact(Vec<u8>),
    /// Bytes in which the expression is found somewhere.
    Regex(Regex),
}

impl Pattern {
    /// Reads `text` (exactly that), `hex:0a0b`, `/regex/` (found anywhere; `/../i` whatever the case),
    /// `null`, and `text:null` for text that would be read as one of the others.
    ///
    /// # Errors
    ///
    /// What is wrong, in words for who typed it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "null" {
            return Ok(Self::Null);
        }
        if let Some(exact) = text.strip_prefix("text:") {
            return Ok(Self::Exact(exact.as_bytes().to_vec()));
        }
        if let Some(digits) = text.strip_prefix("hex:") {
            let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
            return hex::decode(&digits)
                .map(Self::Exact)
                .map_err(|error| format!("hex: takes pairs of hexadecimal digits: {error}"));
        }
        let expression = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
        match expression {
            Some((expression, flags)) if flags.is_empty() || flags == "i" => {
                // A `.` is a byte, and a line break no more special than others.
                RegexBuilder::new(expression)
                    .case_insensitive(flags == "i")
                    .dot_matches_new_line(true)
                    .build()
                    .map(Self::Regex)
                    .map_err(|error| format!("the expression is not understood: {error}"))
            }
            // A path, perhaps; whoever means text that begins with a slash can say so.
            _ => Ok(Self::Exact(text.as_bytes().to_vec())),
        }
    }

    /// The bytes are as wanted.
    #[inline]
    pub fn matches(&self, content: Option<&[u8]>) -> bool {
        match (self, content) {
            (Self::Null, content) => content.is_none(),
            (_, None) => false,
            (Self::Exact(wanted), Some(content)) => wanted == content,
            (Self::Regex(regex), Some(content)) => regex.is_match(content),
        }
    }
}

/// What one of a record's headers must be.
#[derive(Debug, Clone)]
pub struct HeaderPattern {
    key: Vec<u8>,
    value: Option<Pattern>,
}

impl HeaderPattern {
    /// Reads `key` (there is such a header) and `key=value` with a value as [`Pattern::parse`] takes it.
    ///
    /// # Errors
    ///
    /// What is wrong, in words for who typed it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
        let value = value.map(Pattern::parse).transpose()?;
        Ok(Self { key: key.as_bytes().to_vec(), value })
    }

    /// One of the headers is as wanted.
    pub fn matches(&self, headers: Headers<'_>) -> bool {
        headers.into_iter().any(|(key, value)| {
            key == self.key && self.value.as_ref().is_none_or(|pattern| pattern.matches(value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, content, expected) in [
            ("user-1", Some(&b"user-1"[..]), true),
            ("user-1", Some(b"user-10"), false),
            ("hex:00 FF", Some(b"\x00\xff"), true),
            ("/^user-[0-9]+$/", Some(b"user-10"), true),
            ("/USER/i", Some(b"a user"), true),
            ("/USER/", Some(b"a user"), false),
            ("/a.b/", Some(b"a\nb"), true),
            (r"/(?-u)\xff/", Some(b"\x00\xff"), true),
            ("null", None, true),
            ("null", Some(b"null"), false),
            ("text:null", Some(b"null"), true),
            ("text:hex:00", Some(b"hex:00"), true),
            ("", Some(b""), true),
            ("", None, false),
            ("/x/", None, false),
            ("/var/log", Some(b"/var/log"), true),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(content), expected, "{pattern}");
        }
        assert!(Pattern::parse("hex:0").unwrap_err().contains("pairs"));
        assert!(Pattern::parse("/(/").unwrap_err().contains("expression"));
    }
}
