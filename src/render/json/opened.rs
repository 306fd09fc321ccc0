//! What stands packed in bytes fields: records, and messages inside of messages.

use super::{REDACTED, Shown, hex, key, number, push, text};
use crate::codec::explain::record_type_name;
use crate::codec::frame::{BODY, HEADER};
use crate::codec::internal::{FRAME_VERSION, VALUE_VERSION, VERSION};
use crate::codec::json::{message_hiding, string};
use crate::codec::meaning::Meaning;
use crate::codec::messages::MESSAGES;
use crate::codec::messages::headers::request_header;
use crate::codec::reading::ReadAs;
use crate::codec::records::dissect::fields;
use crate::codec::schema::{Field, Message, Struct, Type};
use crate::codec::secrets::Secrets;
use crate::codec::tape::{Node, Shape, Tape};

/// A struct of which nothing is there but tagged fields that are not known.
static EMPTY: Struct = Struct { name: "", fields: &[], tagged: false };
/// The bit of a batch's attributes that says that the broker's time stands (KIP-32).
const LOG_APPEND_TIME: i64 = 8;
/// The bits of the attributes that name the codec.
const CODEC: i64 = 7;

/// Appends `,"records":[…]`: for each field with records its path and its batches.
pub fn records(shown: &Shown<'_>, secrets: &Secrets, out: &mut Vec<u8>) {
    let opened = Opened { tape: shown.tape, input: shown.input, secrets };
    if matches!(shown.reading.read_as, ReadAs::Records(_)) {
        key("records", out);
        out.extend_from_slice(b"[{\"batches\":[");
        let mut roots = Vec::new();
        let mut at = 0;
        while let Some(node) = shown.tape.nodes().get(at) {
            roots.push(at);
            at = node.next as usize;
        }
        opened.batches(roots.into_iter(), out);
        return out.extend_from_slice(b"]}]");
    }
    // Hot: a message without findings has records only where its schema has.
    let mut comma = false;
    let mut at = 0;
    while let Some(node) = shown.tape.nodes().get(at) {
        if node.shape == Shape::Bytes && matches!(node.field.ty, Type::Records) && node.next as usize > at + 1
        {
            if std::mem::replace(&mut comma, true) {
                out.push(b',');
            } else {
                key("records", out);
                out.push(b'[');
            }
            out.extend_from_slice(b"{\"path\":");
            string(shown.tape.json_path(at).trim_start_matches('.').as_bytes(), out);
            key("batches", out);
            out.push(b'[');
            opened.batches(shown.tape.children(at), out);
            out.extend_from_slice(b"]}");
            at = node.next as usize;
        } else {
            at += 1;
        }
    }
    if comma {
        out.push(b']');
    }
}

/// Appends `,"embedded":[…]`: for each bytes field that holds a message its path and that message.
pub fn embedded(shown: &Shown<'_>, secrets: &Secrets, out: &mut Vec<u8>) {
    let opened = Opened { tape: shown.tape, input: shown.input, secrets };
    if matches!(shown.reading.read_as, ReadAs::Records(_)) {
        return;
    }
    let mut comma = false;
    let mut at = 0;
    while let Some(node) = shown.tape.nodes().get(at) {
        let is_parent = node.shape == Shape::Bytes && node.next as usize > at + 1;
        if is_parent && matches!(node.field.ty, Type::Records) {
            at = node.next as usize;
            continue;
        }
        if is_parent {
            if std::mem::replace(&mut comma, true) {
                out.push(b',');
            } else {
                key("embedded", out);
                out.push(b'[');
            }
            out.extend_from_slice(b"{\"path\":");
            string(shown.tape.json_path(at).trim_start_matches('.').as_bytes(), out);
            opened.members(at, out);
            out.push(b'}');
        }
        at += 1;
    }
    if comma {
        out.push(b']');
    }
}

/// The message that has this field in its outermost struct.
fn message_with(field: &'static Field) -> Option<&'static Message> {
    let has = |message: &&&'static Message| {
        message.shape.fields.as_ptr_range().contains(&std::ptr::from_ref(field))
    };
    MESSAGES.iter().find(has).copied()
}

struct Opened<'a> {
    tape: &'a Tape,
    input: &'a [u8],
    secrets: &'a Secrets,
}

impl Opened<'_> {
    fn node(&self, index: usize) -> Option<&Node> {
        self.tape.nodes().get(index)
    }

    fn batches(&self, batches: impl Iterator<Item = usize>, out: &mut Vec<u8>) {
        let mut comma = false;
        for batch in batches {
            if self.node(batch).is_none_or(|node| node.shape != Shape::Struct) {
                continue;
            }
            if std::mem::replace(&mut comma, true) {
                out.push(b',');
            }
            out.push(b'{');
            self.batch(batch, out);
            out.push(b'}');
        }
    }

    /// A batch of magic 2, or a message of magic 0 or 1.
    fn batch(&self, index: usize, out: &mut Vec<u8>) {
        let start = out.len();
        let (mut base_timestamp, mut max_timestamp, mut attributes) = (0, 0, 0);
        let mut packed = None;
        let mut records = Vec::new();
        for child in self.tape.children(index) {
            let Some(node) = self.node(child) else { continue };
            match node.shape {
                Shape::Int => {
                    let mut name = Vec::new();
                    node.field.push_json_name(&mut name);
                    number(std::str::from_utf8(&name).unwrap_or_default(), node.value, out);
                    if std::ptr::eq(node.field, &fields::BASE_TIMESTAMP) {
                        base_timestamp = node.value;
                    } else if std::ptr::eq(node.field, &fields::MAX_TIMESTAMP) {
                        max_timestamp = node.value;
                    } else if node.field.name == fields::ATTRIBUTES.name {
                        attributes = node.value;
                        key("compression", out);
                        out.push(b'"');
                        if !Meaning::CompressionType.describe(node.value & CODEC, out) {
                            push::int(node.value & CODEC, out);
                        }
                        out.push(b'"');
                    }
                }
                Shape::Struct => records.push(child),
                Shape::Bytes if node.next as usize > child + 1 && is_packed(node.field) => {
                    packed = Some(child)
                }
                Shape::Bytes | Shape::Null => {
                    self.part(child, node, out);
                }
                _ => {}
            }
        }
        if let Some(packed) = packed {
            records.extend(self.tape.children(packed));
        }
        let legacy = packed
            .and_then(|at| self.node(at))
            .is_some_and(|node| std::ptr::eq(node.field, &fields::VALUE_COMPRESSED));
        if legacy {
            key("messages", out);
            out.push(b'[');
            self.batches(records.into_iter(), out);
            out.push(b']');
        } else if self.node(index).is_some_and(|node| std::ptr::eq(node.field, &fields::BATCH)) {
            let log_append = (attributes & LOG_APPEND_TIME != 0).then_some(max_timestamp);
            key("records", out);
            out.push(b'[');
            let mut comma = false;
            for record in records {
                if self.node(record).is_some_and(|node| node.shape == Shape::Struct) {
                    if std::mem::replace(&mut comma, true) {
                        out.push(b',');
                    }
                    self.record(record, base_timestamp, log_append, out);
                }
            }
            out.push(b']');
        }
        without_comma(start, out);
    }

    fn record(&self, index: usize, base_timestamp: i64, log_append: Option<i64>, out: &mut Vec<u8>) {
        let Some(record) = self.node(index) else { return };
        out.extend_from_slice(b"{\"offset\":");
        push::int(record.value, out);
        for child in self.tape.children(index) {
            let Some(node) = self.node(child) else { continue };
            let is = |field: &'static Field| std::ptr::eq(node.field, field);
            match node.shape {
                Shape::Int if is(&fields::TIMESTAMP_DELTA) => {
                    let timestamp = log_append.unwrap_or_else(|| base_timestamp.wrapping_add(node.value));
                    number("timestamp", timestamp, out);
                }
                Shape::Int if is(&fields::RECORD_ATTRIBUTES) && node.value != 0 => {
                    number("attributes", node.value, out);
                }
                Shape::Bytes | Shape::Null => self.part(child, node, out),
                Shape::Array if is(&fields::HEADERS) && node.value != 0 => {
                    key("headers", out);
                    out.push(b'[');
                    for (i, header) in self.tape.children(child).enumerate() {
                        if i > 0 {
                            out.push(b',');
                        }
                        out.push(b'{');
                        let start = out.len();
                        for part in self.tape.children(header) {
                            if let Some(node) = self.node(part) {
                                self.part(part, node, out);
                            }
                        }
                        without_comma(start, out);
                        out.push(b'}');
                    }
                    out.push(b']');
                }
                _ => {}
            }
        }
        out.push(b'}');
    }

    /// A key or value: text where it is UTF-8, else `…Hex`; what Kafka wrote itself as an object.
    fn part(&self, index: usize, node: &Node, out: &mut Vec<u8>) {
        let name = node.field.name;
        match node.shape {
            Shape::Null => {
                key(name, out);
                out.extend_from_slice(b"null");
            }
            Shape::Bytes if node.next as usize > index + 1 => {
                key(name, out);
                out.push(b'{');
                let start = out.len();
                self.members(index, out);
                without_comma(start, out);
                out.push(b'}');
            }
            Shape::Bytes | Shape::Text => {
                let content = self.tape.content(self.input, node);
                if self.secrets.hide(index) {
                    text(name, REDACTED, out);
                } else if std::str::from_utf8(content).is_ok() {
                    text(name, content, out);
                } else {
                    hex(&format!("{name}Hex"), content, out);
                }
            }
            _ => {}
        }
    }

    /// The members of an object for what a bytes field holds: `type`, `message`, `version`, `data`, of a
    /// whole request `header` and `body`.
    fn members(&self, index: usize, out: &mut Vec<u8>) {
        let mut parts = Vec::new();
        for child in self.tape.children(index) {
            let Some(node) = self.node(child) else { continue };
            let is = |field: &'static Field| std::ptr::eq(node.field, field);
            match node.shape {
                Shape::Int if node.field.name == "type" => {
                    let mut name = Vec::new();
                    match record_type_name(node.field, node.value) {
                        Some(known) => text("type", known.as_bytes(), out),
                        None if node.field.meaning.describe(node.value, &mut name) => {
                            text("type", &name, out)
                        }
                        None => number("type", node.value, out),
                    }
                }
                Shape::Int if is(&FRAME_VERSION) => {}
                Shape::Int if is(&VERSION) || is(&VALUE_VERSION) => number("version", node.value, out),
                Shape::Int => {
                    let name = node.field.json_name();
                    number(&name, node.value, out);
                }
                Shape::Struct if is(&HEADER) => {
                    key("header", out);
                    let hidden = self.secrets.nodes();
                    message_hiding(self.tape, self.input, child, request_header::MESSAGE.shape, hidden, out);
                }
                Shape::Struct => self.data(child, out),
                Shape::Text | Shape::Bytes => parts.push((child, node)),
                _ => {}
            }
        }
        if !parts.is_empty() {
            key("data", out);
            out.push(b'{');
            let start = out.len();
            for (child, node) in parts {
                let content = self.tape.content(self.input, node);
                let content = if self.secrets.hide(child) { REDACTED } else { content };
                text(&node.field.json_name(), content, out);
            }
            without_comma(start, out);
            out.push(b'}');
        }
    }

    fn data(&self, index: usize, out: &mut Vec<u8>) {
        let message = self
            .tape
            .children(index)
            .find_map(|child| self.node(child))
            .and_then(|node| message_with(node.field));
        if let Some(message) = message {
            text("message", message.name.as_bytes(), out);
        }
        let root = self.node(index).is_some_and(|node| std::ptr::eq(node.field, &BODY));
        key(if root { "data" } else { "content" }, out);
        let shape = message.map_or(&EMPTY, |message| message.shape);
        message_hiding(self.tape, self.input, index, shape, self.secrets.nodes(), out);
    }
}

fn is_packed(field: &'static Field) -> bool {
    std::ptr::eq(field, &fields::RECORDS_COMPRESSED) || std::ptr::eq(field, &fields::VALUE_COMPRESSED)
}

/// Takes the comma away with which the first member of an object was written.
fn without_comma(start: usize, out: &mut Vec<u8>) {
    if out.get(start) == Some(&b',') {
        out.remove(start);
    }
}
