//! One value and what it stands for.

use std::cell::Cell;
use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::paint::{Ink, ink, off, on};
use super::push;
use crate::codec::dissect::{TAG_NUMBER, TAG_SIZE, TAGS};
use crate::codec::explain::record_type_name;
use crate::codec::internal;
use crate::codec::meaning::{Meaning, time, uuid};
use crate::codec::records::dissect::fields;
use crate::codec::schema::{Field, Type};
use crate::codec::secrets::Secrets;
use crate::codec::tape::{Node, Shape, Tape};

/// The most bytes of one value that are shown where no terminal cuts it: beyond it, `kafkit` is asked
/// for the bytes themselves, not for an explanation.
pub const VALUE_BYTES_MAX: usize = 64 << 10;
/// Columns of a number of milliseconds and its time.
const TIMESTAMP_COLUMNS: usize = 40;
/// The bit of a batch's attributes that says that the broker's time stands (KIP-32).
const LOG_APPEND_TIME: i64 = 8;
/// Room for what stands behind a value that was cut: `… (1,234,567 bytes)`.
const CUT_COLUMNS: usize = 20;

/// Writes the values of one tape.
#[derive(Debug)]
pub struct Values<'a> {
    tape: &'a Tape,
    input: &'a [u8],
    secrets: &'a Secrets,
    batch: Cell<Batch>,
}

/// What the values of records count from.
#[derive(Debug, Clone, Copy, Default)]
struct Batch {
    base_timestamp: i64,
    max_timestamp: i64,
    /// The broker's time stands, which is that of the batch.
    log_append: bool,
    /// Offset of the current record.
    offset: i64,
}

impl<'a> Values<'a> {
    /// The values of a tape, but for what is secret.
    pub fn new(tape: &'a Tape, input: &'a [u8], secrets: &'a Secrets) -> Self {
        Self { tape, input, secrets, batch: Cell::default() }
    }

    /// To be called with every struct in turn: the values in a record count from its batch.
    #[inline]
    pub fn enter(&self, node: &Node) {
        if std::ptr::eq(node.field, &fields::RECORD) {
            self.batch.set(Batch { offset: node.value, ..self.batch.get() });
        }
    }

    /// Appends the value of a node that has no line for its parts, in about `limit` columns.
    #[inline]
    pub fn push<const COLOR: bool>(&self, index: usize, node: &Node, limit: usize, out: &mut Vec<u8>) {
        if !self.secrets.is_empty() && self.secrets.hide(index) {
            return redacted::<COLOR>(node, out);
        }
        match node.shape {
            Shape::Int => {
                if node.field.meaning == Meaning::Timestamp {
                    return self.timestamp::<COLOR>(node, limit, out);
                }
                push::int(node.value, out);
                self.meaning::<COLOR>(node, out);
            }
            Shape::Text => self.quoted::<COLOR>(node, limit, out),
            Shape::Bytes if node.next as usize == index + 1 => self.bytes::<COLOR>(node, limit, out),
            Shape::Bool => out.extend_from_slice(if node.value == 0 { b"false" } else { b"true" }),
            Shape::Null => ink::<COLOR>(Ink::Dim, b"null", out),
            _ => self.rare::<COLOR>(index, node, limit, out),
        }
    }

    fn timestamp<const COLOR: bool>(&self, node: &Node, limit: usize, out: &mut Vec<u8>) {
        let mut batch = self.batch.get();
        if std::ptr::eq(node.field, &fields::BASE_TIMESTAMP) {
            batch.base_timestamp = node.value;
        } else if std::ptr::eq(node.field, &fields::MAX_TIMESTAMP) {
            batch.max_timestamp = node.value;
        }
        self.batch.set(batch);
        // Where there is no room for both, the time says more than the number.
        if limit >= TIMESTAMP_COLUMNS || node.value < 0 || !time::push_timestamp(node.value, out) {
            push::int(node.value, out);
            self.meaning::<COLOR>(node, out);
        }
    }

    #[inline]
    fn meaning<const COLOR: bool>(&self, node: &Node, out: &mut Vec<u8>) {
        if node.field.meaning == Meaning::Plain {
            // Fields that no schema declares are known by their declaration itself. The rest of a record
            // is not among them, and comes as often.
            if is_synthetic(node.field)
                && !std::ptr::eq(node.field, &fields::RECORD_LENGTH)
                && !std::ptr::eq(node.field, &fields::RECORD_ATTRIBUTES)
            {
                self.synthetic::<COLOR>(node, out);
            }
            return;
        }
        let start = out.len();
        let bad = COLOR && node.field.meaning == Meaning::ErrorCode && node.value != 0;
        on::<COLOR>(if bad { Ink::Error } else { Ink::Meaning }, out);
        out.extend_from_slice(b" (");
        if node.field.meaning.describe(node.value, out) {
            out.push(b')');
            off::<COLOR>(out);
        } else {
            out.truncate(start);
        }
    }

    fn synthetic<const COLOR: bool>(&self, node: &Node, out: &mut Vec<u8>) {
        let is = |field: &'static Field| std::ptr::eq(node.field, field);
        if is(&fields::TIMESTAMP_DELTA) {
            let batch = self.batch.get();
            let timestamp = match batch.log_append {
                true => batch.max_timestamp,
                false => batch.base_timestamp.wrapping_add(node.value),
            };
            let start = out.len();
            on::<COLOR>(Ink::Meaning, out);
            out.extend_from_slice(b" (");
            if time::push_timestamp(timestamp, out) {
                out.push(b')');
                off::<COLOR>(out);
            } else {
                out.truncate(start);
            }
        } else if is(&fields::OFFSET_DELTA) {
            on::<COLOR>(Ink::Meaning, out);
            out.extend_from_slice(b" (offset ");
            push::int(self.batch.get().offset, out);
            out.push(b')');
            off::<COLOR>(out);
        } else if is(&fields::ATTRIBUTES) || is(&fields::MESSAGE_ATTRIBUTES) {
            let log_append = node.value & LOG_APPEND_TIME != 0;
            self.batch.set(Batch { log_append, ..Batch::default() });
            let mut words = Vec::new();
            push_attributes(node.value, &mut words);
            parenthesised::<COLOR>(Ink::Meaning, &words, out);
        } else if node.field.name == "type"
            && let Some(name) = record_type_name(node.field, node.value)
        {
            parenthesised::<COLOR>(Ink::Meaning, name.as_bytes(), out);
        }
    }

    fn rare<const COLOR: bool>(&self, index: usize, node: &Node, limit: usize, out: &mut Vec<u8>) {
        match node.shape {
            // Vec never refuses a write.
            Shape::Float => drop(write!(out, "{:?}", f64::from_bits(node.value as u64))),
            Shape::Uuid => self.uuid::<COLOR>(node, out),
            Shape::Bytes => self.opened::<COLOR>(index, node, out),
            Shape::Array if self.is_list(index, node) => self.list(index, limit, out),
            Shape::Array => push::counted(node.value as u64, b"element", out),
            Shape::Tags if node.value == 0 => ink::<COLOR>(Ink::Dim, b"none", out),
            Shape::Tags => {
                push::grouped(node.value as u64, out);
                out.extend_from_slice(b" of them");
            }
            Shape::Broken => {
                ink::<COLOR>(Ink::Error, b"cannot be read", out);
                if node.head > node.start {
                    // Of arrays and tagged fields it is a count, of the others a length.
                    let counted = matches!(node.field.ty, Type::Array(_)) || std::ptr::eq(node.field, &TAGS);
                    out.extend_from_slice(if counted {
                        b"; this is the count"
                    } else {
                        b"; this is the length"
                    });
                }
            }
            Shape::Gap => self.gap::<COLOR>(node, limit, out),
            _ => {}
        }
    }

    /// Whether an array is shown in one line: numbers, none of them cut.
    #[inline]
    pub fn is_list(&self, index: usize, node: &Node) -> bool {
        let leaves = (node.next as usize).saturating_sub(index + 1);
        if leaves != node.value as usize {
            return false;
        }
        leaves == 0 || self.is_all_numbers(index, node)
    }

    #[inline]
    fn is_all_numbers(&self, index: usize, node: &Node) -> bool {
        self.tape.nodes().get(index + 1).is_some_and(|first| first.shape == Shape::Int)
            // Of elements of one type all are of one shape but the last, where reading may have stopped.
            && self.tape.nodes().get(node.next as usize - 1).is_some_and(|last| last.shape != Shape::Broken)
    }

    fn list(&self, index: usize, limit: usize, out: &mut Vec<u8>) {
        let start = out.len();
        let limit = limit.min(VALUE_BYTES_MAX);
        if !self.elements(index, limit, out) {
            out.truncate(start);
            self.elements(index, limit.saturating_sub(CUT_COLUMNS).max(CUT_COLUMNS), out);
        }
    }

    /// Appends numbers in brackets, at most `limit` columns of them; false where some are left out.
    fn elements(&self, index: usize, limit: usize, out: &mut Vec<u8>) -> bool {
        out.push(b'[');
        let start = out.len();
        let mut left_out = 0;
        for (at, child) in self.tape.children(index).enumerate() {
            let Some(element) = self.tape.nodes().get(child) else { break };
            let before = out.len();
            if left_out == 0 {
                if at > 0 {
                    out.extend_from_slice(b", ");
                }
                push::int(element.value, out);
            }
            if left_out > 0 || out.len() - start + 2 > limit {
                out.truncate(before);
                left_out += 1;
            }
        }
        if left_out > 0 {
            out.extend_from_slice(", … ".as_bytes());
            push::grouped(left_out, out);
            out.extend_from_slice(b" more");
        }
        out.push(b']');
        left_out == 0
    }

    #[inline]
    fn quoted<const COLOR: bool>(&self, node: &Node, limit: usize, out: &mut Vec<u8>) {
        let content = self.tape.content(self.input, node);
        on::<COLOR>(Ink::Text, out);
        let limit = limit.min(VALUE_BYTES_MAX);
        if content.len() + 2 <= limit {
            let whole = push::quoted(content, limit, out);
            off::<COLOR>(out);
            if !whole {
                cut(content.len(), out);
            }
            return;
        }
        self.long_text(content, limit, out);
        off::<COLOR>(out);
    }

    /// Text with more bytes than columns; it may fit all the same, in characters.
    fn long_text(&self, content: &[u8], limit: usize, out: &mut Vec<u8>) {
        let start = out.len();
        if !push::quoted(content, limit, out) {
            out.truncate(start);
            push::quoted(content, limit.saturating_sub(CUT_COLUMNS).max(CUT_COLUMNS), out);
            cut(content.len(), out);
        }
    }

    fn bytes<const COLOR: bool>(&self, node: &Node, limit: usize, out: &mut Vec<u8>) {
        let content = self.tape.content(self.input, node);
        if node.field.meaning == Meaning::HostAddress {
            // Vec never refuses a write.
            if let Ok(address) = <[u8; 4]>::try_from(content) {
                return drop(write!(out, "{}", Ipv4Addr::from(address)));
            }
            if let Ok(address) = <[u8; 16]>::try_from(content) {
                return drop(write!(out, "{}", Ipv6Addr::from(address)));
            }
        }
        self.text_or_hex::<COLOR>(content, limit, out);
    }

    /// Text where the bytes are text, else their digits.
    #[inline]
    pub fn text_or_hex<const COLOR: bool>(&self, content: &[u8], limit: usize, out: &mut Vec<u8>) {
        let limit = limit.min(VALUE_BYTES_MAX);
        if content.len() + 2 <= limit && push::is_plain(content) {
            on::<COLOR>(Ink::Text, out);
            push::quoted_plain(content, out);
            return off::<COLOR>(out);
        }
        // What is cut is judged by what is shown of it, up to a whole character.
        let head = content.get(..limit.min(content.len())).unwrap_or_default();
        let judged = if head.len() < content.len() { whole_characters(head) } else { head };
        if push::is_text(judged) {
            on::<COLOR>(Ink::Text, out);
            self.long_text(content, limit, out);
            return off::<COLOR>(out);
        }
        out.extend_from_slice(b"0x");
        if content.len() * 2 + 2 <= limit {
            return push::hex(content, out);
        }
        let room = limit.saturating_sub(CUT_COLUMNS).max(CUT_COLUMNS) / 2;
        push::hex(content.get(..room).unwrap_or(content), out);
        cut(content.len(), out);
    }

    fn uuid<const COLOR: bool>(&self, node: &Node, out: &mut Vec<u8>) {
        let Ok(id) = <&[u8; 16]>::try_from(self.tape.content(self.input, node)) else { return };
        uuid::push_uuid(id, out);
        on::<COLOR>(Ink::Meaning, out);
        out.extend_from_slice(b" (");
        if !node.field.meaning.describe_uuid(id, out) {
            uuid::push_uuid_hex(id, out);
        }
        out.push(b')');
        off::<COLOR>(out);
    }

    /// Bytes that were opened: their parts follow.
    fn opened<const COLOR: bool>(&self, index: usize, node: &Node, out: &mut Vec<u8>) {
        push::counted(node.value as u64, b"byte", out);
        let inside: &[u8] = match node.field.meaning {
            Meaning::Subscription => b"a member's subscription",
            Meaning::Assignment | Meaning::ConnectAssignment => b"a member's assignment",
            Meaning::Principal => b"a principal",
            Meaning::EnvelopedRequest => b"a whole request",
            Meaning::Sasl => b"a message of the SASL mechanism",
            _ => b"",
        };
        if !inside.is_empty() {
            parenthesised::<COLOR>(Ink::Meaning, inside, out);
        }
        if let Some(first) = self.tape.nodes().get(index + 1)
            && first.buffer != node.buffer
        {
            let unpacked = self.tape.buffer(self.input, first.buffer).len();
            out.extend_from_slice(" → ".as_bytes());
            push::counted(unpacked as u64, b"byte", out);
            out.extend_from_slice(b" unpacked, z");
            push::int(i64::from(first.buffer), out);
            out.extend_from_slice(b" below");
        }
    }

    fn gap<const COLOR: bool>(&self, node: &Node, limit: usize, out: &mut Vec<u8>) {
        let start = out.len();
        let content = self.tape.content(self.input, node);
        push::counted(content.len() as u64, b"byte", out);
        let used = out.len() - start + 2;
        if push::is_text(content) && used + 12 < limit {
            out.extend_from_slice(b", ");
            self.text_or_hex::<COLOR>(content, limit - used, out);
        }
    }
}

/// Whether no schema declares the field.
#[inline]
fn is_synthetic(field: &Field) -> bool {
    field.versions.max == i16::MAX && field.versions.min == 0
}

/// Whether the number is a varint: those are no type of Kafka's schemas.
#[inline]
fn is_varint(node: &Node, ty: Type) -> bool {
    let bytes = match ty {
        Type::Int32 | Type::Uint32 => 4,
        Type::Int64 => 8,
        _ => return false,
    };
    node.end - node.start != bytes || is_synthetic(node.field) && is_declared_varint(node.field)
}

#[inline(never)]
fn is_declared_varint(field: &'static Field) -> bool {
    [
        &fields::RECORD_LENGTH,
        &fields::TIMESTAMP_DELTA,
        &fields::OFFSET_DELTA,
        &TAG_NUMBER,
        &TAG_SIZE,
        &internal::FRAME_VERSION,
        &internal::METADATA_TYPE,
        &internal::REMOTE_LOG_TYPE,
        &internal::VERSION,
    ]
    .into_iter()
    .any(|varint| std::ptr::eq(varint, field))
}

/// Appends the codec and flags of a batch: `lz4, transactional`.
pub fn push_attributes(attributes: i64, out: &mut Vec<u8>) {
    match attributes & 7 {
        0 => out.extend_from_slice(b"not compressed"),
        codec => drop(Meaning::CompressionType.describe(codec, out)),
    }
    for (bit, word) in [
        (LOG_APPEND_TIME, ", log append time"),
        (16, ", transactional"),
        (32, ", control"),
        (64, ", with delete horizon"),
    ] {
        if attributes & bit != 0 {
            out.extend_from_slice(word.as_bytes());
        }
    }
}

fn whole_characters(head: &[u8]) -> &[u8] {
    match std::str::from_utf8(head) {
        // Cut inside of its last character.
        Err(error) if error.error_len().is_none() => head.get(..error.valid_up_to()).unwrap_or(head),
        _ => head,
    }
}

fn cut(bytes: usize, out: &mut Vec<u8>) {
    out.extend_from_slice("… (".as_bytes());
    push::counted(bytes as u64, b"byte", out);
    out.push(b')');
}

/// Appends ` (words)` in a colour.
pub fn parenthesised<const COLOR: bool>(color: Ink, words: &[u8], out: &mut Vec<u8>) {
    on::<COLOR>(color, out);
    out.extend_from_slice(b" (");
    out.extend_from_slice(words);
    out.push(b')');
    off::<COLOR>(out);
}

fn redacted<const COLOR: bool>(node: &Node, out: &mut Vec<u8>) {
    on::<COLOR>(Ink::Note, out);
    out.extend_from_slice(b"(redacted, ");
    let bytes = match node.shape {
        Shape::Text | Shape::Bytes | Shape::Gap => node.end - node.head,
        _ => node.end - node.start,
    };
    push::counted(u64::from(bytes), b"byte", out);
    out.extend_from_slice(b"; --show-secrets)");
    off::<COLOR>(out);
}

/// The name of a field's type, at most ten letters, so that a column of them stays narrow.
pub fn type_name(node: &Node) -> &'static str {
    match (node.shape, node.field.ty) {
        (Shape::Gap, _) => "",
        (Shape::Tags | Shape::Tag, _) => "tags",
        (Shape::Int, ty) if is_varint(node, ty) => "varint",
        (Shape::Struct, _) => "struct",
        (_, ty) => {
            let of = |ty: &Type| match ty {
                Type::Bool => ("bool", "[]bool"),
                Type::Int8 => ("int8", "[]int8"),
                Type::Int16 => ("int16", "[]int16"),
                Type::Uint16 => ("uint16", "[]uint16"),
                Type::Int32 => ("int32", "[]int32"),
                Type::Uint32 => ("uint32", "[]uint32"),
                Type::Int64 => ("int64", "[]int64"),
                Type::Float64 => ("float64", "[]float64"),
                Type::Uuid => ("uuid", "[]uuid"),
                Type::String => ("string", "[]string"),
                Type::Bytes => ("bytes", "[]bytes"),
                Type::Records => ("records", "[]records"),
                Type::Array(_) | Type::Struct(_) => ("struct", "[]struct"),
            };
            match ty {
                Type::Array(element) if node.index == crate::codec::tape::NO_INDEX => of(element).1,
                Type::Array(element) => of(element).0,
                ty => of(&ty).0,
            }
        }
    }
}
