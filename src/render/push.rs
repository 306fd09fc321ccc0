//! Numbers, bytes and text onto the end of a buffer, without formatting machinery: these run for
//! every line.

use std::borrow::Cow;

/// Every byte as two hexadecimal digits and a space.
static HEX: [[u8; 3]; 256] = hex_table();
/// What stands for a byte that is hidden.
const HIDDEN: &[u8] = "·· ".as_bytes();

const fn hex_table() -> [[u8; 3]; 256] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut table = [[b' '; 3]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte][0] = DIGITS[byte >> 4];
        table[byte][1] = DIGITS[byte & 15];
        byte += 1;
    }
    table
}

/// A byte as two hexadecimal digits and a space.
#[inline(always)]
pub fn hex_cell(byte: u8) -> [u8; 3] {
    HEX[usize::from(byte)]
}

/// Appends bytes as pairs of digits with a space behind each.
#[inline]
pub fn hex_spaced(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() * 3);
    for &byte in bytes {
        out.extend_from_slice(&hex_cell(byte));
    }
}

/// Appends as many `·· ` as there are bytes, which are hidden.
pub fn hex_hidden(bytes: usize, out: &mut Vec<u8>) {
    for _ in 0..bytes {
        out.extend_from_slice(HIDDEN);
    }
}

/// Appends bytes as digits without spaces.
pub fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() * 2);
    for &byte in bytes {
        let [high, low, _] = hex_cell(byte);
        out.extend_from_slice(&[high, low]);
    }
}

/// Appends spaces.
#[inline]
pub fn spaces(count: usize, out: &mut Vec<u8>) {
    const BLOCK: [u8; 32] = [b' '; 32];
    // A copy of fixed length is two instructions; one of the right length is a call.
    let end = out.len() + count;
    out.extend_from_slice(&BLOCK);
    while out.len() < end {
        out.extend_from_slice(&BLOCK);
    }
    out.truncate(end);
}

/// Appends an integer.
#[inline]
pub fn int(value: i64, out: &mut Vec<u8>) {
    if (0..10).contains(&value) {
        return out.push(b'0' + value as u8);
    }
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a number with commas between its thousands.
pub fn grouped(number: u64, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number).as_bytes();
    for (at, &digit) in digits.iter().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(b',');
        }
        out.push(digit);
    }
}

/// Appends `1 byte`, `1,024 bytes`.
pub fn counted(number: u64, thing: &[u8], out: &mut Vec<u8>) {
    grouped(number, out);
    out.push(b' ');
    out.extend_from_slice(thing);
    if number != 1 {
        out.push(b's');
    }
}

/// Whether text can be shown as it is: printable ASCII, and nothing that needs a backslash in quotes.
#[inline]
pub fn is_plain(content: &[u8]) -> bool {
    // No early exit inside of a block, so that the compiler makes it sixteen bytes an instruction.
    let odd = |byte: u8| {
        u8::from(byte.wrapping_sub(0x20) > 0x5e) | u8::from(byte == b'"') | u8::from(byte == b'\\')
    };
    let (blocks, rest) = content.as_chunks::<32>();
    blocks.iter().all(|block| block.iter().fold(0, |seen, &byte| seen | odd(byte)) == 0)
        && rest.iter().fold(0, |seen, &byte| seen | odd(byte)) == 0
}

/// Whether bytes are text that a person would want to read as text.
pub fn is_text(content: &[u8]) -> bool {
    is_plain(content)
        || std::str::from_utf8(content)
            .is_ok_and(|text| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')))
}

/// Appends text that [`is_plain`] in quotes.
#[inline]
pub fn quoted_plain(content: &[u8], out: &mut Vec<u8>) {
    out.reserve(content.len() + 2);
    out.push(b'"');
    out.extend_from_slice(content);
    out.push(b'"');
}

/// Appends text in quotes, at most `limit` characters with them. Returns false where it was cut.
#[inline]
pub fn quoted(content: &[u8], limit: usize, out: &mut Vec<u8>) -> bool {
    if content.len() + 2 <= limit && is_plain(content) {
        quoted_plain(content, out);
        return true;
    }
    quoted_slowly(content, limit, out)
}

fn quoted_slowly(content: &[u8], limit: usize, out: &mut Vec<u8>) -> bool {
    out.push(b'"');
    let mut left = limit.saturating_sub(2);
    let mut whole = true;
    for chunk in content.utf8_chunks() {
        for c in chunk.valid().chars() {
            whole = whole && escaped(c, &mut left, out);
        }
        for &byte in chunk.invalid() {
            let [high, low, _] = hex_cell(byte);
            whole = whole && fits(&[b'\\', b'x', high, low], 4, &mut left, out);
        }
        if !whole {
            break;
        }
    }
    out.push(b'"');
    whole
}

fn fits(text: &[u8], columns: usize, left: &mut usize, out: &mut Vec<u8>) -> bool {
    if columns > *left {
        return false;
    }
    *left -= columns;
    out.extend_from_slice(text);
    true
}

fn escaped(c: char, left: &mut usize, out: &mut Vec<u8>) -> bool {
    let short: &[u8] = match c {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        // What moves the cursor or turns the direction of what follows must not reach a terminal.
        c if c.is_control() || is_invisible(c) => {
            let text = c.escape_unicode().to_string();
            return fits(text.as_bytes(), text.len(), left, out);
        }
        c => return fits(c.encode_utf8(&mut [0; 4]).as_bytes(), 1, left, out),
    };
    fits(short, short.len(), left, out)
}

/// Text for a terminal without quotes: what moves the cursor or turns the direction is U+FFFD.
pub fn harmless(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| c.is_control() || is_invisible(c);
    if text.contains(harmful) { Cow::Owned(text.replace(harmful, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// Marks of direction, joiners, line and paragraph separators, the byte order mark.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
