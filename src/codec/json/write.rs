//! Nodes to JSON text.

use std::io::Write;

use crate::codec::dissect::{TAG_CONTENT, TAGS};
use crate::codec::schema::{Default, Field, Struct, Type};
use crate::codec::tape::{Node, Shape, Tape, text};

/// Appends the JSON object of a message whose outermost struct is at `node`.
pub fn message(tape: &Tape, input: &[u8], node: usize, shape: &'static Struct, out: &mut Vec<u8>) {
    message_hiding(tape, input, node, shape, &[], out);
}

/// As [`message`], but the values of `hidden` nodes, in rising order, are `"(redacted)"`.
pub fn message_hiding(
    tape: &Tape,
    input: &[u8],
    node: usize,
    shape: &'static Struct,
    hidden: &[u32],
    out: &mut Vec<u8>,
) {
    message_styled(tape, input, node, shape, Style { hidden, ..Style::default() }, out);
}

/// Writes something else than a node's value; false where the value is to be written after all.
pub type Replace<'r> = &'r dyn Fn(&Node, &mut Vec<u8>) -> bool;

/// What is to be written otherwise than the schema has it.
#[derive(Clone, Copy, Default)]
pub struct Style<'s> {
    /// Nodes, in rising order, whose values are `"(redacted)"`.
    pub hidden: &'s [u32],
    /// Is asked first about each value.
    pub replace: Option<Replace<'s>>,
    /// The fields of the outermost struct by their Rust names, where these come in another order.
    pub order: &'s [&'static str],
}

/// As [`message`], in a style.
pub fn message_styled(
    tape: &Tape,
    input: &[u8],
    node: usize,
    shape: &'static Struct,
    style: Style<'_>,
    out: &mut Vec<u8>,
) {
    JsonWriter { tape, input, style }.structure(node, shape, out);
}

/// Appends a JSON string, with the escapes that Jackson writes, which Kafka uses. What is not UTF-8
/// becomes U+FFFD.
pub fn string(content: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    match std::str::from_utf8(content) {
        Ok(valid) => escaped(valid.as_bytes(), out),
        Err(_) => escaped(text(content).as_bytes(), out),
    }
    out.push(b'"');
}

fn escaped(content: &[u8], out: &mut Vec<u8>) {
    let mut rest = content;
    while let Some(at) = rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, behind)) = special.split_first() else { break };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            // Vec never refuses a write.
            _ => drop(write!(out, "\\u{byte:04X}")),
        }
        rest = behind;
    }
    out.extend_from_slice(rest);
}

/// Appends standard base64 with padding, in quotes.
pub fn base64(content: &[u8], out: &mut Vec<u8>) {
    use ::base64::Engine;
    out.push(b'"');
    let start = out.len();
    out.resize(start + content.len().div_ceil(3) * 4, 0);
    let written = out
        .get_mut(start..)
        .map_or(Ok(0), |room| ::base64::engine::general_purpose::STANDARD.encode_slice(content, room));
    out.truncate(start + written.unwrap_or(0));
    out.push(b'"');
}

/// Appends an integer.
#[inline]
pub fn int(value: i64, out: &mut Vec<u8>) {
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(digits.format(value).as_bytes());
}

/// Whether the node of a tagged field has the value that it has when it is not there, so that
/// Kafka does not print it.
pub fn is_default(tape: &Tape, input: &[u8], node: usize, default: Default) -> bool {
    let Some(here) = tape.nodes().get(node) else { return true };
    match here.shape {
        Shape::Null => default == Default::Null,
        Shape::Bool | Shape::Int => here.value == if let Default::Int(value) = default { value } else { 0 },
        Shape::Float => f64::from_bits(here.value as u64) == 0.0,
        Shape::Uuid => tape.content(input, here).iter().all(|&byte| byte == 0),
        Shape::Text | Shape::Bytes | Shape::Array => default != Default::Null && here.value == 0,
        Shape::Struct => {
            default != Default::Null
                && tape.children(node).all(|child| {
                    tape.nodes().get(child).is_some_and(|field| {
                        if field.shape == Shape::Tags {
                            field.value == 0
                        } else {
                            is_default(tape, input, child, field.field.default)
                        }
                    })
                })
        }
        Shape::Tags | Shape::Tag | Shape::Broken | Shape::Gap => false,
    }
}

struct JsonWriter<'t> {
    tape: &'t Tape,
    input: &'t [u8],
    style: Style<'t>,
}

impl JsonWriter<'_> {
    fn node(&self, index: usize) -> Option<&Node> {
        self.tape.nodes().get(index)
    }

    fn structure(&self, index: usize, shape: &'static Struct, out: &mut Vec<u8>) {
        out.push(b'{');
        let mut comma = false;
        if shape.tagged {
            self.in_schema_order(index, shape, &mut comma, out);
        } else {
            for child in self.tape.children(index) {
                if let Some(node) = self.node(child)
                    && !matches!(node.shape, Shape::Tags | Shape::Broken | Shape::Gap)
                {
                    self.member(child, node.field, &mut comma, out);
                }
            }
        }
        out.push(b'}');
    }

    fn member(&self, index: usize, field: &'static Field, comma: &mut bool, out: &mut Vec<u8>) {
        if std::mem::replace(comma, true) {
            out.push(b',');
        }
        out.push(b'"');
        field.push_json_name(out);
        out.extend_from_slice(b"\":");
        self.value(index, &field.ty, out);
    }

    /// Tagged fields stand behind the others on the wire, but in their place in the schema here; of
    /// one that is there twice the last counts.
    fn in_schema_order(&self, index: usize, shape: &'static Struct, comma: &mut bool, out: &mut Vec<u8>) {
        let mut plain = self.tape.children(index).peekable();
        let tags = self.tape.children(index).find(|&i| self.node(i).is_some_and(|n| n.shape == Shape::Tags));
        let order = if self.node(index).is_some_and(|n| n.depth == 0) { self.style.order } else { &[] };
        let named = order.iter().filter_map(|&name| shape.fields.iter().find(|field| field.name == name));
        let others = shape.fields.iter().filter(|field| !order.contains(&field.name));
        for field in named.chain(others) {
            if field.tag.is_none() {
                let here = plain.next_if(|&i| self.node(i).is_some_and(|n| std::ptr::eq(n.field, field)));
                if let Some(child) = here
                    && self.node(child).is_some_and(|n| n.shape != Shape::Broken)
                {
                    self.member(child, field, comma, out);
                }
                continue;
            }
            let content = tags.into_iter().flat_map(|tags| self.tape.children(tags)).filter_map(|tag| {
                self.tape.children(tag).find(|&i| self.node(i).is_some_and(|n| std::ptr::eq(n.field, field)))
            });
            if let Some(child) = content.last()
                && self.node(child).is_some_and(|n| n.shape != Shape::Broken)
                && !is_default(self.tape, self.input, child, field.default)
            {
                self.member(child, field, comma, out);
            }
        }
    }

    fn value(&self, index: usize, ty: &'static Type, out: &mut Vec<u8>) {
        let Some(node) = self.node(index) else { return };
        if !self.style.hidden.is_empty() && self.style.hidden.binary_search(&(index as u32)).is_ok() {
            return out.extend_from_slice(b"\"(redacted)\"");
        }
        if self.style.replace.is_some_and(|replace| replace(node, out)) {
            return;
        }
        match node.shape {
            Shape::Null | Shape::Tags | Shape::Tag | Shape::Broken | Shape::Gap => {
                out.extend_from_slice(b"null")
            }
            Shape::Bool => out.extend_from_slice(if node.value == 0 { b"false" } else { b"true" }),
            Shape::Int => int(node.value, out),
            Shape::Float => float(f64::from_bits(node.value as u64), out),
            Shape::Uuid => {
                out.push(b'"');
                uuid(self.tape.content(self.input, node), out);
                out.push(b'"');
            }
            Shape::Text => string(self.tape.content(self.input, node), out),
            Shape::Bytes => base64(self.tape.content(self.input, node), out),
            Shape::Array => {
                let Type::Array(element) = ty else { return };
                out.push(b'[');
                for (i, child) in self.tape.children(index).enumerate() {
                    if self.node(child).is_none_or(|n| n.shape == Shape::Broken) {
                        break;
                    }
                    if i > 0 {
                        out.push(b',');
                    }
                    self.value(child, element, out);
                }
                out.push(b']');
            }
            Shape::Struct => {
                if let Type::Struct(shape) = ty {
                    self.structure(index, shape, out);
                }
            }
        }
    }
}

/// JSON has no word for what is not finite: Jackson, which Kafka uses, writes it as a string.
fn float(value: f64, out: &mut Vec<u8>) {
    let written = match value {
        _ if value.is_nan() => write!(out, "\"NaN\""),
        f64::INFINITY => write!(out, "\"Infinity\""),
        f64::NEG_INFINITY => write!(out, "\"-Infinity\""),
        // As Java's Double.toString: a power of ten from 10^7 on and below 10^-3.
        _ if value == 0.0 || (1e-3..1e7).contains(&value.abs()) => write!(out, "{value:?}"),
        _ => {
            let shortest = format!("{value:e}");
            // Of what one digit is enough for, Java prints two.
            let two = format!("{value:.1e}");
            let text = if shortest.len() < two.len() && two.parse() == Ok(value) { two } else { shortest };
            let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let point = if digits.contains('.') { "" } else { ".0" };
            write!(out, "{digits}{point}E{exponent}")
        }
    };
    // Vec never refuses a write.
    drop(written);
}

/// Appends an id as Kafka prints it: URL-safe base64 without padding.
pub fn uuid(bytes: &[u8], out: &mut Vec<u8>) {
    use ::base64::Engine;
    let mut room = [0; 22];
    let written = ::base64::engine::general_purpose::URL_SAFE_NO_PAD.encode_slice(bytes, &mut room);
    out.extend_from_slice(room.get(..written.unwrap_or(0)).unwrap_or_default());
}

/// Calls `each` with the node of every struct that has unknown tags below `root`, the tag, and the node of
/// its content.
pub fn unknown_tags(tape: &Tape, root: usize, mut each: impl FnMut(usize, u32, usize)) {
    let Some(end) = tape.nodes().get(root).map(|node| node.next as usize) else { return };
    let below = tape.nodes().iter().enumerate().take(end).skip(root);
    for (content, _) in below.filter(|(_, node)| std::ptr::eq(node.field, &TAG_CONTENT)) {
        // Content lies in a tag, that in the section, and that in the struct.
        let parent = |of: usize| tape.nodes().get(of).and_then(Node::parent);
        let Some(tag) = parent(content) else { continue };
        let Some(section) = parent(tag) else { continue };
        let Some(structure) = parent(section) else { continue };
        if let (Some(tag), Some(section)) = (tape.nodes().get(tag), tape.nodes().get(section))
            && std::ptr::eq(section.field, &TAGS)
        {
            each(structure, tag.value as u32, content);
        }
    }
}
