//! `partition.metadata` (`PartitionMetadataFile`), `meta.properties` (`MetaProperties`) and other small
//! texts of a log directory.

use crate::codec::meaning::uuid::parse_uuid;

/// What `partition.metadata` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// The topic's id.
    pub topic_id: [u8; 16],
}

/// Reads `partition.metadata`: `version: 0` and `topic_id: <uuid>`.
///
/// # Errors
///
/// The line, what belongs there, and what stands there.
pub fn partition_metadata(content: &str) -> Result<PartitionMetadata, (usize, &'static str, String)> {
    let mut lines = content.lines();
    let mut value = |line: usize, key: &'static str| {
        let text = lines.next().unwrap_or_default();
        text.split_once(':').filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim()).ok_or((
            line,
            if line == 1 { "version: 0" } else { "topic_id: and an id" },
            text.to_owned(),
        ))
    };
    let version = value(1, "version")?;
    if version != "0" {
        return Err((1, "version: 0", format!("version: {version}")));
    }
    let id = value(2, "topic_id")?;
    let topic_id = parse_uuid(id).ok_or((2, "an id of 22 letters of URL-safe base64", id.to_owned()))?;
    if topic_id == [0; 16] {
        return Err((2, "another id than that of nothing but zeros", id.to_owned()));
    }
    Ok(PartitionMetadata { topic_id })
}

/// One entry of a Java properties file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// The keys and values of a Java properties file.
pub fn properties(content: &str) -> Vec<(String, String)> {
    read_properties(content).into_iter().map(|property| (property.key, property.value)).collect()
}

/// Reads a properties file as `java.util.Properties.load` does: comments with `#` and `!`, a backslash at the end of a line that
/// goes on, `=`, `:` or blanks between key and value, `\t`, `\n`, `\r`, `\f` and `\u` with four digits. Java refuses a broken `\u`;
/// here it stands for itself.
pub fn read_properties(content: &str) -> Vec<Property> {
    let mut lines = content.lines().enumerate();
    let mut entries = Vec::new();
    while let Some((at, first)) = lines.next() {
        let first = first.trim_start_matches(BLANKS);
        if first.is_empty() || first.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = first.to_owned();
        while goes_on(&logical) {
            logical.pop();
            let Some((_, next)) = lines.next() else { break };
            logical.push_str(next.trim_start_matches(BLANKS));
        }
        let end = key_end(&logical);
        let (key, rest) = logical.split_at_checked(end).unwrap_or((&logical, ""));
        let rest = rest.trim_start_matches(BLANKS);
        let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(BLANKS);
        entries.push(Property { line: at + 1, key: unescape(key), value: unescape(rest) });
    }
    entries
}

const BLANKS: [char; 3] = [' ', '\t', '\x0c'];

/// Whether the line ends in a backslash that is not escaped itself.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1
}

/// Where the key ends: at the first separator that is not escaped.
fn key_end(line: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '=' | ':' | ' ' | '\t' | '\x0c' => return at,
            _ => {}
        }
    }
    line.len()
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        let next = if letter == '\\' { rest.chars().next() } else { None };
        if next == Some('u')
            && let Some(unit) = rest.get(1..5).and_then(|digits| u16::from_str_radix(digits, 16).ok())
        {
            // Halves of a pair come one after the other.
            units.push(unit);
            rest = rest.get(5..).unwrap_or_default();
            continue;
        }
        out.extend(
            char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        match next {
            Some(escaped) => {
                rest = rest.get(escaped.len_utf8()..).unwrap_or_default();
                out.push(match escaped {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    'f' => '\x0c',
                    other => other,
                });
            }
            None if letter == '\\' => {}
            None => out.push(letter),
        }
    }
    out.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_read_as_java_reads_them() {
        let text = "# no\n! no\n\n  a = b \nc:d\ne f\ng\\=h=i\\tj\nk=l,\\\n   m\nn=\\u00e4\\uD83D\\uDE00x\nempty\nz==\np=C\\:\\\\x\\";
        let read = read_properties(text);
        let pairs: Vec<_> = read.iter().map(|p| (p.line, p.key.as_str(), p.value.as_str())).collect();
        assert_eq!(
            pairs,
            [
                (4, "a", "b "),
                (5, "c", "d"),
                (6, "e", "f"),
                (7, "g=h", "i\tj"),
                (8, "k", "l,m"),
                (10, "n", "\u{e4}\u{1f600}x"),
                (11, "empty", ""),
                (12, "z", "="),
                (13, "p", "C:\\x"),
            ]
        );
    }
}
