//! What may stand between bytes and means nothing: comments, typographic quotes, invisible characters.

use std::io::Read;

use super::{error::InputError, source::Source};

/// Steps over a comment (`# ..`, `// ..` up to the line break, or `/* .. */`) at the front of the window.
pub(super) fn skip_comment<R: Read>(source: &mut Source<R>) -> Result<bool, InputError> {
    let window = source.peek(2)?;
    if window.starts_with(b"#") || window.starts_with(b"//") {
        source.skip_rest_of_line()?;
        return Ok(true);
    }
    if !window.starts_with(b"/*") {
        return Ok(false);
    }
    source.consume(2);
    loop {
        let window = source.peek(2)?;
        if window.is_empty() {
            return Ok(true);
        }
        if window.starts_with(b"*/") {
            source.consume(2);
            return Ok(true);
        }
        if window.starts_with(b"\n") {
            source.consume_newline();
        } else {
            // At least one byte, so that a `*` without its `/` does not hold us.
            let plain = window.iter().skip(1).take_while(|byte| !b"*\n".contains(byte)).count();
            source.consume(1 + plain);
        }
    }
}

/// Length of a non-ASCII ornament at the front of the text: what web pages, chats and word processors put around and
/// between pasted bytes. 0 if there is none.
pub(super) fn ornament_length(text: &[u8]) -> usize {
    match text {
        // No-break space, « and ».
        [0xc2, 0xa0 | 0xab | 0xbb, ..] => 2,
        // Thin and zero-width spaces, hyphens, “ ” ‘ ’ „ ‚.
        [0xe2, 0x80, 0x80..=0x9f, ..] => 3,
        // Zero-width no-break space, which is also the mark of a file that was appended to another.
        [0xef, 0xbb, 0xbf, ..] => 3,
        _ => 0,
    }
}

/// The text with its comments replaced by one blank each, for the judgement of what the text is.
///
/// `//` is a comment only behind a blank or at the start of a line and in front of a blank: it is base64, too.
pub(super) fn without_comments(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&first) = rest.first() {
        let after_blank =
            kept.last().is_none_or(|byte: &u8| byte.is_ascii_whitespace() || b",;}\"'".contains(byte));
        let line_comment = first == b'#'
            || (after_blank && rest.starts_with(b"//") && rest.get(2).is_none_or(u8::is_ascii_whitespace));
        let length = if line_comment {
            memchr::memchr(b'\n', rest).unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            memchr::memmem::find(rest, b"*/").map_or(rest.len(), |at| at + 2)
        } else {
            0
        };
        if length == 0 {
            kept.push(first);
            rest = rest.get(1..).unwrap_or_default();
        } else {
            kept.push(b' ');
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_stepped_over() {
        for (text, left) in [
            ("# a\nb", "\nb"),
            ("// a", ""),
            ("/* a\n* */b", "b"),
            ("/* never closed", ""),
            ("a # b", "a # b"),
        ] {
            let mut source = Source::new(text.as_bytes());
            skip_comment(&mut source).expect("reading from memory");
            assert_eq!(source.window(), left.as_bytes(), "{text}");
        }
    }

    #[test]
    fn base64_slashes_are_no_comment() {
        assert_eq!(without_comments(b"ab//cd == // x"), b"ab//cd ==  ");
        assert_eq!(without_comments(b"00 /* 11 */ 22 # 33\n44"), b"00   22  \n44");
    }
}
