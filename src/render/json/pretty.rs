//! Compact JSON over many lines, two spaces a level.

/// Appends `compact` with a line for every member and element; empty objects and arrays, and arrays of
/// numbers, stay in one line.
pub fn indent(compact: &[u8], out: &mut Vec<u8>) {
    out.reserve(compact.len() * 2);
    let mut level = 0usize;
    let mut text = false;
    let mut escaped = false;
    // Levels of an array of numbers that is kept in one line.
    let mut inline = false;
    let mut rest = compact;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if text {
            out.push(byte);
            text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => {
                text = true;
                out.push(byte);
            }
            b'{' | b'[' => {
                out.push(byte);
                let close = if byte == b'{' { b'}' } else { b']' };
                if rest.first() == Some(&close) {
                    out.push(close);
                    rest = rest.get(1..).unwrap_or_default();
                } else if byte == b'[' && holds_numbers(rest) {
                    inline = true;
                } else {
                    level += 1;
                    new_line(level, out);
                }
            }
            b']' if inline => {
                inline = false;
                out.push(byte);
            }
            b'}' | b']' => {
                level = level.saturating_sub(1);
                new_line(level, out);
                out.push(byte);
            }
            b',' if inline => out.extend_from_slice(b", "),
            b',' => {
                out.push(byte);
                new_line(level, out);
            }
            b':' => out.extend_from_slice(b": "),
            _ => out.push(byte),
        }
    }
}

fn holds_numbers(rest: &[u8]) -> bool {
    rest.iter()
        .take_while(|&&byte| byte != b']')
        .all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b',' | b'.' | b'e' | b'E'))
}

fn new_line(level: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    super::push::spaces(level * 2, out);
}
