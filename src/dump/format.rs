//! Keys and values that only their owner understands: how their bytes are shown.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::de::SliceRead;

use crate::codec::json;
use crate::render::push;

/// The first byte of what Confluent's serializers write: magic byte 0, then the schema's id as int32.
const AVRO_MAGIC: u8 = 0;
/// Magic byte and schema id.
const AVRO_HEADER_BYTES: usize = 5;

/// How the bytes of a key or value are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BytesFormat {
    /// As text where they are text, as hex where not.
    #[default]
    Auto,
    /// As text in quotes, with `\x..` for what is not UTF-8.
    Text,
    /// As text without quotes, with U+FFFD for what is not UTF-8, as Kafka's `StringDecoder` reads it.
    String,
    /// As pairs of hexadecimal digits.
    Hex,
    /// As standard base64 with padding.
    Base64,
    /// As the JSON they are, without the white space between its parts.
    Json,
    /// As an int32, big-endian.
    Int,
    /// As an int64, big-endian.
    Long,
    /// As Confluent's framing: the schema's id, then the payload in hex.
    AvroId,
}

impl BytesFormat {
    /// All of them by the names that [`BytesFormat::parse`] takes.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("auto", Self::Auto),
        ("text", Self::Text),
        ("hex", Self::Hex),
        ("base64", Self::Base64),
        ("json", Self::Json),
        ("int", Self::Int),
        ("long", Self::Long),
        ("avro-id", Self::AvroId),
        ("string", Self::String),
    ];

    /// Reads one of [`BytesFormat::NAMES`].
    ///
    /// # Errors
    ///
    /// The names, where it is none of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let named = Self::NAMES.iter().find(|(name, _)| *name == text);
        named.map(|&(_, format)| format).ok_or_else(|| {
            let names: Vec<_> = Self::NAMES.iter().map(|(name, _)| *name).collect();
            format!("no such format; there are {}", names.join(", "))
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|&&(_, format)| format == self).map_or("", |(name, _)| name)
    }

    /// Appends the bytes for a person, in one line and about `limit` columns: what is longer is cut, and a
    /// note behind it says how long it is. What is not as the format has it is shown as by
    /// [`BytesFormat::Auto`]. Null is `null`. Nothing that moves a terminal's cursor gets through.
    pub fn push(self, content: Option<&[u8]>, limit: usize, out: &mut Vec<u8>) {
        let Some(content) = content else { return out.extend_from_slice(b"null") };
        match self.read(content) {
            // In quotes each of its own would get a backslash.
            Read::Quoted if self == Self::Auto && content.starts_with(b"{") && is_json(content) => {
                unquoted(&String::from_utf8_lossy(content), limit, out);
            }
            Read::Quoted => {
                if !push::quoted(content, limit, out) {
                    cut_note(content.len(), out);
                }
            }
            Read::Text => unquoted(&String::from_utf8_lossy(content), limit, out),
            Read::Hex => cut_hex(content, limit, out),
            Read::Base64 => {
                let shown = content.get(..limit / 4 * 3).filter(|_| content.len().div_ceil(3) * 4 > limit);
                push_base64(shown.unwrap_or(content), out);
                if shown.is_some() {
                    cut_note(content.len(), out);
                }
            }
            Read::Json => {
                let mut compact = Vec::with_capacity(content.len());
                compact_json(content, &mut compact);
                unquoted(&String::from_utf8_lossy(&compact), limit, out);
            }
            Read::Number(number) => push::int(number, out),
            Read::Avro { schema, payload } => {
                out.extend_from_slice(b"schema ");
                push::int(i64::from(schema), out);
                out.push(b' ');
                cut_hex(payload, limit.saturating_sub("schema 1 ".len()), out);
            }
        }
    }

    /// Appends the bytes as a JSON value, all of them: a string; a number of [`BytesFormat::Int`] and
    /// [`BytesFormat::Long`]; of [`BytesFormat::AvroId`] `{"schemaId":1,"payload":"0a0b"}`, the payload in
    /// hex. What is not text where text is wanted, and what is not as the format has it, is
    /// `{"hex":"00ff"}`. Null is null.
    pub fn push_json(self, content: Option<&[u8]>, out: &mut Vec<u8>) {
        let Some(content) = content else { return out.extend_from_slice(b"null") };
        match self.read(content) {
            Read::Quoted if std::str::from_utf8(content).is_err() => hex_object(content, out),
            Read::Quoted | Read::Text => json::string(content, out),
            Read::Hex if self == Self::Hex => {
                out.push(b'"');
                push::hex(content, out);
                out.push(b'"');
            }
            Read::Hex => hex_object(content, out),
            Read::Base64 => json::base64(content, out),
            Read::Json => compact_json(content, out),
            Read::Number(number) => push::int(number, out),
            Read::Avro { schema, payload } => {
                out.extend_from_slice(b"{\"schemaId\":");
                push::int(i64::from(schema), out);
                out.extend_from_slice(b",\"payload\":\"");
                push::hex(payload, out);
                out.extend_from_slice(b"\"}");
            }
        }
    }

    /// Appends the bytes for a program that reads fields and no JSON, all of them and without quotes; null is
    /// nothing. Text stands there as it is, control characters too.
    pub fn push_bare(self, content: Option<&[u8]>, out: &mut Vec<u8>) {
        let Some(content) = content else { return };
        match self.read(content) {
            Read::Quoted => out.extend_from_slice(content),
            Read::Text => out.extend_from_slice(String::from_utf8_lossy(content).as_bytes()),
            Read::Hex => push::hex(content, out),
            Read::Base64 => push_base64(content, out),
            Read::Json => compact_json(content, out),
            Read::Number(number) => push::int(number, out),
            Read::Avro { schema, payload } => {
                push::int(i64::from(schema), out);
                out.push(b':');
                push::hex(payload, out);
            }
        }
    }

    /// What the bytes are by this format.
    #[inline]
    fn read(self, content: &[u8]) -> Read<'_> {
        let read = match self {
            Self::Auto => None,
            Self::Text => Some(Read::Quoted),
            Self::String => Some(Read::Text),
            Self::Hex => Some(Read::Hex),
            Self::Base64 => Some(Read::Base64),
            Self::Json => is_json(content).then_some(Read::Json),
            Self::Int => content.try_into().ok().map(|int| Read::Number(i64::from(i32::from_be_bytes(int)))),
            Self::Long => content.try_into().ok().map(|long| Read::Number(i64::from_be_bytes(long))),
            Self::AvroId => avro(content),
        };
        read.unwrap_or_else(|| if push::is_text(content) { Read::Quoted } else { Read::Hex })
    }
}

/// Bytes, read by a format.
enum Read<'a> {
    Quoted,
    Text,
    Hex,
    Base64,
    Json,
    Number(i64),
    Avro { schema: i32, payload: &'a [u8] },
}

fn avro(content: &[u8]) -> Option<Read<'_>> {
    let (&[magic, a, b, c, d], payload) = content.split_first_chunk::<AVRO_HEADER_BYTES>()?;
    let schema = i32::from_be_bytes([a, b, c, d]);
    (magic == AVRO_MAGIC).then_some(Read::Avro { schema, payload })
}

fn is_json(content: &[u8]) -> bool {
    let mut reader = serde_json::Deserializer::new(SliceRead::new(content));
    let value = IgnoredAny::deserialize(&mut reader);
    value.is_ok() && reader.end().is_ok() && std::str::from_utf8(content).is_ok()
}

/// Appends valid JSON without the white space between its parts, so that it is one line.
fn compact_json(content: &[u8], out: &mut Vec<u8>) {
    out.reserve(content.len());
    let (mut in_string, mut escaped) = (false, false);
    for &byte in content {
        if !in_string && byte.is_ascii_whitespace() {
            continue;
        }
        out.push(byte);
        in_string ^= byte == b'"' && !escaped;
        escaped = in_string && byte == b'\\' && !escaped;
    }
}

/// Appends text without quotes, in one line; what would move a terminal's cursor is escaped.
fn unquoted(text: &str, limit: usize, out: &mut Vec<u8>) {
    let mut left = limit;
    for c in text.chars() {
        let start = out.len();
        let columns = if c.is_control() || push::is_invisible(c) {
            out.extend(c.escape_default().map(|escape| escape as u8));
            out.len() - start
        } else {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            1
        };
        if columns > left {
            out.truncate(start);
            return cut_note(text.len(), out);
        }
        left -= columns;
    }
}

fn hex_object(content: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"hex\":\"");
    push::hex(content, out);
    out.extend_from_slice(b"\"}");
}

fn push_base64(content: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    json::base64(content, out);
    out.pop();
    out.remove(start);
}

fn cut_hex(content: &[u8], limit: usize, out: &mut Vec<u8>) {
    let shown = content.get(..limit / 2).unwrap_or(content);
    push::hex(shown, out);
    if shown.len() < content.len() {
        cut_note(content.len(), out);
    }
}

#[cold]
fn cut_note(bytes: usize, out: &mut Vec<u8>) {
    out.extend_from_slice("… (".as_bytes());
    push::counted(bytes as u64, b"byte", out);
    out.push(b')');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(format: BytesFormat, content: &[u8]) -> [String; 3] {
        let mut outs = [Vec::new(), Vec::new(), Vec::new()];
        let [person, json, bare] = &mut outs;
        format.push(Some(content), 24, person);
        format.push_json(Some(content), json);
        format.push_bare(Some(content), bare);
        outs.map(|out| String::from_utf8(out).unwrap())
    }

    #[test]
    fn every_format() {
        use BytesFormat::*;
        for (format, content, expected) in [
            (Auto, &b"caf\xc3\xa9"[..], ["\"café\"", "\"café\"", "café"]),
            (Auto, b"\x00\xff", ["00ff", "{\"hex\":\"00ff\"}", "00ff"]),
            (Text, b"a\xff", ["\"a\\xff\"", "{\"hex\":\"61ff\"}", ""]),
            (String, b"a\x1b[0m", ["a\\u{1b}[0m", "\"a\\u001B[0m\"", "a\x1b[0m"]),
            (Hex, b"ab", ["6162", "\"6162\"", "6162"]),
            (Base64, b"ab", ["YWI=", "\"YWI=\"", "YWI="]),
            (
                Json,
                b"{ \"a\" : [1,\n \"b \\\" c\"] }",
                ["{\"a\":[1,\"b \\\" c\"]}", "{\"a\":[1,\"b \\\" c\"]}", ""],
            ),
            (Json, b"{", ["\"{\"", "\"{\"", "{"]),
            (Int, b"\xff\xff\xff\xfe", ["-2", "-2", "-2"]),
            (Int, b"\x00", ["00", "{\"hex\":\"00\"}", "00"]),
            (Long, b"\x00\x00\x00\x00\x00\x00\x01\x00", ["256", "256", "256"]),
            (
                AvroId,
                b"\x00\x00\x00\x00\x07\x02a",
                ["schema 7 0261", "{\"schemaId\":7,\"payload\":\"0261\"}", "7:0261"],
            ),
            (AvroId, b"text", ["\"text\"", "\"text\"", "text"]),
        ] {
            // Invalid UTF-8 in a field of text is shown as it is, which no string here can hold.
            if (format, content) == (Text, b"a\xff") {
                let mut out = Vec::new();
                format.push_bare(Some(content), &mut out);
                assert_eq!(out, content);
                continue;
            }
            for (found, expected) in shown(format, content).iter().zip(expected) {
                assert!(expected.is_empty() || found == expected, "{format:?}: {found} {expected}");
            }
        }
    }

    #[test]
    fn cuts_for_people_only() {
        let long = vec![b'x'; 3000];
        let [person, json, bare] = shown(BytesFormat::Auto, &long);
        assert_eq!(person, format!("\"{}\"… (3,000 bytes)", "x".repeat(22)));
        assert_eq!((json.len(), bare.len()), (3002, 3000));
        assert_eq!(shown(BytesFormat::Hex, &long)[0], format!("{}… (3,000 bytes)", "78".repeat(12)));
        assert_eq!(shown(BytesFormat::Base64, &long)[0].len(), 24 + "… (3,000 bytes)".len());
    }

    #[test]
    fn names() {
        for (name, format) in BytesFormat::NAMES {
            assert_eq!((BytesFormat::parse(name), format.name()), (Ok(format), name));
        }
        assert!(BytesFormat::parse("avro").unwrap_err().contains("avro-id"));
    }
}
