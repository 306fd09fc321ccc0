//! What Java does with text, paths and numbers in words, where it shows in the output.

use std::path::Path;

/// Appends bytes as `new String(bytes, UTF_8)` reads them: what is not UTF-8 becomes U+FFFD, one for
/// each start of a character that breaks off (Unicode's "maximal subpart"), and one for a surrogate
/// written as three bytes.
#[inline]
pub(super) fn push_utf8(out: &mut Vec<u8>, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(_) => out.extend_from_slice(bytes),
        Err(error) => push_broken_utf8(out, bytes, error),
    }
}

#[cold]
fn push_broken_utf8(out: &mut Vec<u8>, bytes: &[u8], first: std::str::Utf8Error) {
    let (mut rest, mut error) = (bytes, first);
    loop {
        let (valid, broken) = rest.split_at_checked(error.valid_up_to()).unwrap_or((rest, &[]));
        out.extend_from_slice(valid);
        out.extend_from_slice("\u{fffd}".as_bytes());
        let length = match broken {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => 3,
            [0xed, 0xa0..=0xbf, ..] => 2,
            _ => error.error_len().unwrap_or(broken.len()),
        };
        rest = broken.get(length..).unwrap_or_default();
        match std::str::from_utf8(rest) {
            Ok(_) => return out.extend_from_slice(rest),
            Err(next) => error = next,
        }
    }
}

/// A path as `java.io.File` prints it: without doubled slashes, and without one at the end.
pub(super) fn file(path: &str) -> String {
    let mut name = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !name.ends_with('/') {
            name.push(letter);
        }
    }
    if name.len() > 1 && name.ends_with('/') {
        name.pop();
    }
    name
}

/// The last part of such a path.
pub(super) fn file_name(file: &str) -> &str {
    file.rsplit_once('/').map_or(file, |(_, name)| name)
}

/// The path from the root on, as `File.getAbsolutePath` has it.
pub(super) fn absolute(file: &str) -> String {
    // An empty name is the directory one is in.
    match std::path::absolute(Path::new(if file.is_empty() { "." } else { file })) {
        Ok(path) => path.to_string_lossy().into_owned(),
        Err(_) => file.to_owned(),
    }
}

/// What `Long.parseLong` reads; `None` where it throws.
pub(super) fn parse_long(text: &str) -> Option<i64> {
    // Rust reads signs and digits alike. Digits of other scripts, which Java takes too, are in no name.
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf8(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        push_utf8(&mut out, bytes);
        String::from_utf8(out).unwrap_or_default()
    }

    /// As Java 17 reads them.
    #[test]
    fn broken_text() {
        for (bytes, text) in [
            (&b"plain"[..], "plain"),
            (b"", ""),
            (b"\xff", "\u{fffd}"),
            (b"a\xc3", "a\u{fffd}"),
            (b"\xc3(", "\u{fffd}("),
            (b"\xe2\x82", "\u{fffd}"),
            (b"\xe2\x82x", "\u{fffd}x"),
            (b"\xed\xa0\x80", "\u{fffd}"),
            (b"\xed\xa0", "\u{fffd}"),
            (b"\xf0\x9f\x92", "\u{fffd}"),
            (b"\xc0\x80", "\u{fffd}\u{fffd}"),
            (b"\xf4\x90\x80\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(utf8(bytes), text, "{bytes:02x?}");
        }
    }

    #[test]
    fn paths() {
        for (path, printed) in
            [("a//b///c.log", "a/b/c.log"), ("./a.log", "./a.log"), ("a/", "a"), ("/", "/"), ("", "")]
        {
            assert_eq!(file(path), printed);
        }
        assert_eq!((file_name("a/b.log"), file_name("b.log"), file_name("/")), ("b.log", "b.log", ""));
    }
}
